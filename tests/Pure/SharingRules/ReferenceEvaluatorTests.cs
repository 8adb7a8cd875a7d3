using System.Text;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>
/// Random agreements, principals and facts, decided twice: by the compiled rules and by a second evaluator that goes through
/// the rules one by one, as slowly and plainly as the README says it. Seeded, so that a difference can be met again.
/// </summary>
public sealed class ReferenceEvaluatorTests
{
    private static readonly string[] Roles = ["marac-representative", "marac-coordinator", "idva"];
    private static readonly (string Agency, string? Team)[] Teams = [("CON", "PVP"), ("CON", "NPT"), ("CON", null), ("CKH", null), ("PCC", "CS"), ("PCC", "HSG")];
    private static readonly string[] States = ["ACCEPTED", "WITHDRAWN"];
    private static readonly Guid[] Items = [.. Enumerable.Range(1, 6).Select(i => new Guid(i, 0, 0, new byte[8]))];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Compiled_rules_decide_as_the_rules_read(int seed)
    {
        var random = new Random(seed);
        var rules = Enumerable.Range(1, 12).Select(number => Rule.Any(random, number)).ToList();
        var agreements = World.Compiled(new AgreementSource("random.yaml", Yaml(rules)));
        for (var turn = 0; turn < 200; turn++)
        {
            var (agency, team) = Any(random, Teams);
            var principal = World.Person("x", agency, team, Any(random, Roles)) with { IsPerson = random.Next(10) > 0 };
            var facts = AnyFacts(random, principal);
            var expected = Evaluate(rules, principal, facts);
            var decision = World.ReadCase(principal, facts, agreements);
            Assert.Equal(expected.Values.Any(release => release.Kind != ReleaseKind.None), decision.Permitted);
            foreach (var group in Matrix.Groups)
            {
                var actual = decision.ReleaseOf(group);
                Assert.True(expected[group].Kind == actual.Kind, $"Seed {seed}, turn {turn}, {group}: {expected[group].Kind} expected, {actual.Kind} decided.");
                Assert.Equal(expected[group].Items.Order(), actual.Items.Order());
            }
        }
    }

    private static Dictionary<string, GroupRelease> Evaluate(List<Rule> rules, Principal principal, RecordFacts facts)
    {
        var nothing = Matrix.Groups.ToDictionary(group => group, _ => new GroupRelease(ReleaseKind.None, []));
        if (facts.Readers is not null && !(principal.IsPerson && facts.Readers.Contains(principal.PersonId))) return nothing;
        if (facts.Conflicts.Count > 0 && (!principal.IsPerson || facts.Conflicts.Any(conflict => conflict.PersonId == principal.PersonId))) return nothing;
        var applying = rules.Where(rule => rule.IsFor(principal) && rule.States.Contains(facts.State) && rule.When.All(condition => Holds(condition, principal, facts))).ToList();
        if (applying.Any(rule => rule.DeniesEverything)) return nothing;
        return Matrix.Groups.ToDictionary(group => group, group =>
        {
            var unsafeCopy = facts.UnsafeCopies.Any(copy => copy.Agency == principal.Agency && (copy.Team is null || copy.Team == principal.Team));
            if (unsafeCopy && principal.Role == "marac-representative" && (group == "victim-location" || group == "safe-contact"))
                return new GroupRelease(ReleaseKind.None, []);
            if (applying.Any(rule => rule.Denies.Contains(group))) return new GroupRelease(ReleaseKind.None, []);
            var grants = applying.SelectMany(rule => rule.Permits).Where(grant => grant.Group == group && grant.When.All(condition => condition switch
            {
                "need-recorded" => facts.Needs.Any(need => IsOf(principal, need.Agency, need.Team) && need.Until > World.Now && need.Groups.Contains(group)),
                "known-to" => ItemsOf(principal, facts, "known-to").Count > 0,
                "own-tenancy" => ItemsOf(principal, facts, "own-tenancy").Count > 0,
                _ => Holds(condition, principal, facts),
            })).ToList();
            if (grants.Any(grant => !grant.Flag && !grant.When.Contains("known-to") && !grant.When.Contains("own-tenancy"))) return new GroupRelease(ReleaseKind.All, []);
            var items = new HashSet<Guid>();
            foreach (var grant in grants)
                foreach (var kind in grant.When.Where(condition => condition is "known-to" or "own-tenancy")) items.UnionWith(ItemsOf(principal, facts, kind));
            if (items.Count > 0) return new GroupRelease(ReleaseKind.Only, [.. items]);
            return new GroupRelease(grants.Any(grant => grant.Flag) ? ReleaseKind.Flag : ReleaseKind.None, []);
        });
    }

    private static bool Holds(string condition, Principal principal, RecordFacts facts) => condition switch
    {
        "member" => facts.Members.Any(member => IsOf(principal, member.Agency, member.Team)),
        "own" => principal.IsPerson && facts.Author is { } author && author.Person == principal.Pseudonym && IsOf(principal, author.Agency, author.Team),
        "own-agency" => facts.Author is { } author && IsOf(principal, author.Agency, author.Team),
        "known-to-somebody" => ItemsOf(principal, facts, "known-to").Count > 0,
        "supporting" => ItemsOf(principal, facts, "supporting").Count > 0,
        "summary" => facts.HasSummary,
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
    };

    private static HashSet<Guid> ItemsOf(Principal principal, RecordFacts facts, string kind) =>
        [.. facts.Relations.Where(relation => relation.Kind == kind && IsOf(principal, relation.Agency, relation.Team)).SelectMany(relation => relation.Items)];

    private static bool IsOf(Principal principal, string agency, string? team) => principal.Agency == agency && principal.Team == team;

    private static RecordFacts AnyFacts(Random random, Principal principal)
    {
        var facts = World.Facts(Any(random, States)) with { HasSummary = random.Next(2) == 0 };
        var (otherAgency, otherTeam) = Any(random, Teams);
        var other = World.Person("y", otherAgency, otherTeam, "idva");
        if (random.Next(4) > 0) facts = facts.WithMember(principal);
        if (random.Next(2) == 0) facts = facts.WithMember(other);
        for (var r = random.Next(4); r > 0; r--)
            facts = facts.WithRelation(random.Next(3) > 0 ? principal : other, Any(random, ["known-to", "own-tenancy", "supporting"]), [.. Items.Where(_ => random.Next(3) == 0)]);
        for (var n = random.Next(3); n > 0; n--)
        {
            facts = facts.WithNeed(random.Next(3) > 0 ? principal : other, [.. Matrix.Groups.Where(_ => random.Next(2) == 0)]);
            if (random.Next(3) == 0) facts = facts with { Needs = [.. facts.Needs.Select(need => need with { Until = World.Now.AddSeconds(-1) })] };
        }

        if (random.Next(3) == 0) facts = facts with { Author = new AuthorFact(random.Next(2) == 0 ? principal.Pseudonym : "z", principal.Agency, random.Next(3) > 0 ? principal.Team : "CS") };
        if (random.Next(6) == 0) facts = facts with { UnsafeCopies = [new MemberFact(principal.Agency, random.Next(2) == 0 ? null : Any(random, Teams).Team)] };
        if (random.Next(8) == 0) facts = facts with { Conflicts = [new ConflictFact(random.Next(2) == 0 ? principal.PersonId : "register-z", null)] };
        if (random.Next(8) == 0) facts = facts with { Readers = random.Next(2) == 0 ? [principal.PersonId] : ["register-z"] };
        return facts;
    }

    private static T Any<T>(Random random, IReadOnlyList<T> values) => values[random.Next(values.Count)];

    private static string Yaml(List<Rule> rules)
    {
        var yaml = new StringBuilder(
            """
            agreement: marac
            title: Random
            version: "1"
            scheme: marac
            classification: OFFICIAL
            signed: 2026-01-01
            effective: 2026-01-01
            review: 2027-01-01
            records: [marac.case]
            parties: {}
            legal-bases:
              task: { legal-power: CDA-1998-S115, lawful-basis: UK-GDPR-6-1-E, regime: UK-GDPR }
            purposes:
              marac-meeting:
                { says: M., roles: [marac-representative, marac-coordinator, idva], serves: { marac.case: any }, legal-basis: task, released-for-days: 30 }
            rules:

            """);
        foreach (var rule in rules) yaml.Append(rule.Yaml());
        return yaml.ToString();
    }

    private sealed record GrantOf(string Group, string[] When, bool Flag);

    private sealed record Rule(
        int Number, string Agency, string? Team, string[] To, string[] When, string[] States, IReadOnlyList<GrantOf> Permits, string[] Denies, bool DeniesEverything)
    {
        public static Rule Any(Random random, int number)
        {
            var (agency, team) = ReferenceEvaluatorTests.Any(random, Teams);
            string[] to = [.. Roles.Where(_ => random.Next(2) == 0).DefaultIfEmpty(Roles[0])];
            var member = random.Next(4) > 0;
            List<string> when = member ? ["member"] : random.Next(2) == 0 ? ["own"] : ["own-agency"];
            if (member && random.Next(4) == 0) when.Add(ReferenceEvaluatorTests.Any(random, ["known-to-somebody", "supporting", "own"]));
            if (random.Next(6) == 0) when.Add("summary");
            string[] states = random.Next(3) == 0 ? [ReferenceEvaluatorTests.Any(random, ReferenceEvaluatorTests.States)] : ReferenceEvaluatorTests.States;
            var groups = Matrix.Groups.Where(_ => random.Next(3) == 0).DefaultIfEmpty("meta").ToArray();
            if (random.Next(4) == 0) return new Rule(number, agency, team, to, [.. when], states, [], groups, random.Next(3) == 0);
            return new Rule(number, agency, team, to, [.. when], states, [.. groups.Select(group => AnyGrant(random, group, member))], [], false);
        }

        public bool IsFor(Principal principal) => principal.Agency == Agency && (Team is null || principal.Team == Team) && To.Contains(principal.Role);

        public string Yaml()
        {
            var effect = Permits.Count > 0
                ? $"permit: {{ {string.Join(", ", Permits.Select(grant => $"{grant.Group}: {Body(grant)}"))} }}"
                : DeniesEverything ? "deny: everything" : $"deny: [{string.Join(", ", Denies)}]";
            var team = Team is null ? "" : $"team: {Team}, ";
            return $"  - {{ id: marac/{Number}, says: S., to: {{ agency: {Agency}, {team}role: [{string.Join(", ", To)}] }}, record: marac.case, purpose: marac-meeting, "
                + $"when: [{string.Join(", ", When)}], states: [{string.Join(", ", States)}], {effect} }}\n";

            static string Body(GrantOf grant) => grant switch
            {
                { Flag: true, When.Length: 0 } => "{ mask: flag }",
                { Flag: true } => $"{{ mask: flag, when: [{string.Join(", ", grant.When)}] }}",
                { When.Length: 0 } => "all",
                _ => $"{{ when: [{string.Join(", ", grant.When)}] }}",
            };
        }

        private static GrantOf AnyGrant(Random random, string group, bool member)
        {
            var when = new List<string>();
            if (random.Next(3) == 0) when.Add("summary");
            if (member && random.Next(3) == 0) when.Add("need-recorded");
            if (member && random.Next(5) == 0) when.Add("known-to-somebody");
            var flag = group == "children" && random.Next(2) == 0;
            if (member && !flag && random.Next(3) == 0) when.Add(random.Next(2) == 0 ? "known-to" : "own-tenancy");
            return new GrantOf(group, [.. when], flag);
        }
    }
}
