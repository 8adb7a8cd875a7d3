using Partnership.Contracts.Records;
using Partnership.SharingRules;

namespace Partnership.Tests.Pure.SharingRules.Reference;

/// <summary>What the reference says leaves of one group.</summary>
internal sealed class GroupAnswer
{
    public bool All { get; set; }
    public bool Flag { get; set; }
    public HashSet<Guid> KnownPeople { get; } = [];
    public HashSet<Guid> OwnAddresses { get; } = [];
    public bool MayKnowPeople { get; set; }
    public bool MayHaveAddresses { get; set; }
    public HashSet<Guid> Items { get; } = [];
    public bool MayHaveItems { get; set; }

    public ReleaseKind Kind => All ? ReleaseKind.All
        : MayKnowPeople || MayHaveAddresses || MayHaveItems ? ReleaseKind.Only
        : Flag ? ReleaseKind.Flag : ReleaseKind.None;
}

/// <summary>
/// A second evaluator, written from the README and from nothing of the engine: rule by rule, group by group, item by item, as
/// slowly and plainly as it can be said.
/// </summary>
internal static class Reference
{
    private static readonly string[] Coordination = ["marac-coordinator", "marac-supervisor", "marac-chair"];
    private static readonly string[] KeepLocation = ["marac-coordinator", "marac-supervisor", "idva"];

    /// <summary>Null: denied.</summary>
    public static Dictionary<string, GroupAnswer>? Decide(RandomAgreement agreement, RandomCase asked)
    {
        var (who, facts) = (asked.Principal, asked.Facts);
        if (who.Agency is "PREM" or "NSS") return null;
        var purpose = agreement.Purposes[asked.Purpose];
        var rules = agreement.Rules.Where(rule =>
            rule.Agency == who.Agency && (rule.Team is null || rule.Team == who.Team) && rule.Roles.Contains(who.Role) && rule.Purposes.Contains(asked.Purpose)).ToList();
        if (!purpose.Roles.Contains(who.Role) || rules.All(rule => rule.Permits.Count == 0)) return null;
        var today = DateOnly.FromDateTime(asked.Now.UtcDateTime);
        if (today < RandomAgreement.Effective || today > RandomAgreement.Review.AddDays(30)) return null;
        if (facts.Readers is { } readers && !(who.IsPerson && readers.Contains(who.PersonId))) return null;
        if (facts.Conflicts.Count > 0 && !who.IsPerson) return null;
        if (facts.Conflicts.Any(conflict => conflict.PersonId == who.PersonId || conflict.PersonId == who.Pseudonym || SameName(conflict.Name, who.Name))) return null;
        if (!purpose.States.Contains(facts.State)) return null;
        var applying = rules.Where(rule => rule.States.Contains(facts.State) && rule.When.All(condition => Holds(condition, asked))).ToList();
        if (applying.Any(rule => rule.DeniesEverything)) return null;

        var lostByCopy = facts.UnsafeCopies.Any(copy => copy.Agency == who.Agency && (copy.Team is null || copy.Team == who.Team)) && !KeepLocation.Contains(who.Role);
        var location = Whole("victim-location", false);
        var answers = RandomRule.Groups.ToDictionary(group => group, Answer);
        var something = answers.Values.Any(answer => answer.All || answer.Flag || answer.MayKnowPeople || answer.MayHaveAddresses || answer.Items.Count > 0);
        return something ? answers : null;

        bool IsDenied(string group) =>
            applying.Any(rule => rule.Denies.Contains(group))
            || (lostByCopy && group is "victim-location" or "safe-contact" or "child-places")
            || (group == "internal-research" && !(facts.Author is { } author && author.Agency == who.Agency && author.Team == who.Team));

        bool Whole(string group, bool withLocation) => !IsDenied(group) && Grants(group).Any(grant =>
            !grant.Flag
            && !grant.When.Any(condition => condition is "known-to" or "own-tenancy" or "audience" or "own" or "health-items")
            && (!grant.When.Contains("with-location") || withLocation));

        IEnumerable<RandomGrant> Grants(string group) => applying
            .SelectMany(rule => rule.Permits)
            .Where(grant => grant.Group == group && grant.When.All(condition => condition switch
            {
                "need-recorded" => facts.Needs.Any(need => IsOf(who, need.Agency, need.Team) && need.Until > asked.Now && need.Groups.Contains(group)),
                "known-to" => Related(asked, "known-to").Count > 0,
                "own-tenancy" => Related(asked, "own-tenancy").Count > 0,
                "audience" or "own" or "health-items" or "with-location" => true,
                _ => Holds(condition, asked),
            }));

        GroupAnswer Answer(string group)
        {
            var answer = new GroupAnswer();
            if (IsDenied(group) || (facts.Held.Contains(group) && !location)) return answer;
            answer.All = Whole(group, location);
            foreach (var grant in Grants(group))
            {
                if (grant.Flag) answer.Flag = true;
                if (grant.When.Contains("known-to")) answer.MayKnowPeople = true;
                if (grant.When.Contains("known-to")) answer.KnownPeople.UnionWith(Related(asked, "known-to"));
                if (grant.When.Contains("own-tenancy")) answer.MayHaveAddresses = true;
                if (grant.When.Contains("own-tenancy")) answer.OwnAddresses.UnionWith(Related(asked, "own-tenancy"));
                foreach (var kind in grant.When.Where(condition => condition is "audience" or "own" or "health-items"))
                {
                    answer.MayHaveItems = true;
                    answer.Items.UnionWith(facts.Items.Where(item => IsLetThrough(item, group) && IsMeant(item, kind)).Select(item => item.Id));
                }
            }

            if (answer.All) answer.Items.UnionWith(facts.Items.Where(item => IsLetThrough(item, group)).Select(item => item.Id));
            return answer;
        }

        bool IsMeant(ItemFact item, string kind) => kind switch
        {
            "audience" => item.Readers.Any(reader => IsOf(who, reader.Agency, reader.Team)),
            "own" => IsOwn(item),
            _ => item.Health,
        };

        bool IsOwn(ItemFact item) => item.Owner is { } owner && IsOf(who, owner.Agency, owner.Team);

        bool IsLetThrough(ItemFact item, string group) =>
            (IsOwn(item) && group == "shared-research") || (!(item.Health && !item.Caldicott && who.Agency != "ICB" && !Coordination.Contains(who.Role)) && !(item.Held && !location));
    }

    /// <summary>An item the facts do not list goes to the coordination alone, and only with the location.</summary>
    public static bool IsForUnlisted(RandomCase asked, Dictionary<string, GroupAnswer> answers) =>
        Coordination.Contains(asked.Principal.Role) && answers["victim-location"].All;

    private static bool Holds(string condition, RandomCase asked)
    {
        var (who, facts) = (asked.Principal, asked.Facts);
        return condition switch
        {
            "member" => facts.Members.Any(member => IsOf(who, member.Agency, member.Team)),
            "own" => who.IsPerson && facts.Author is { } author && author.Person == who.Pseudonym && IsOf(who, author.Agency, author.Team),
            "own-agency" => facts.Author is { } author && IsOf(who, author.Agency, author.Team),
            "addressee" => facts.Addressee is { } to && IsOf(who, to.Agency, to.Team),
            "assigned" => who.IsPerson && (facts.Assigned.Contains(who.PersonId) || facts.Assigned.Contains(who.Pseudonym)),
            "known-to-somebody" => Related(asked, "known-to").Count > 0,
            "supporting" => Related(asked, "supporting").Count > 0,
            "confirmed" => facts.Needs.Any(need => IsOf(who, need.Agency, need.Team) && need.Until > asked.Now),
            "summary" => facts.HasSummary,
            "child-case" => facts.ChildCase,
            _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
        };
    }

    private static HashSet<Guid> Related(RandomCase asked, string kind) =>
        [.. asked.Facts.Relations.Where(relation => relation.Kind == kind && IsOf(asked.Principal, relation.Agency, relation.Team)).SelectMany(relation => relation.Items)];

    private static bool IsOf(Principal who, string agency, string? team) => who.Agency == agency && who.Team == team;

    private static bool SameName(string? one, string other) => one is not null && string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
