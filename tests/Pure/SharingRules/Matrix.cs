using System.Reflection;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Partnership.Tests.Support.Sharing;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>Shorthand for the hand-written table, and facts and expectations made from it.</summary>
internal static class Matrix
{
    /// <summary>Groups of a case.</summary>
    public static IReadOnlyList<string> Groups => SharingMatrix.Case.Groups;

    /// <summary>Facts by which exactly the conditions hold for this reader that are on.</summary>
    public static RecordFacts FactsOf<TView>(string recordType, Principal principal, On on, Marked<TView> marked)
    {
        var (victim, child, address, phone) = (Id(marked, "victim.name"), Id(marked, "children[1].name"), AddressOf(marked), Id(marked, "victim.phones[0].number"));
        var other = new MemberFact("CPS", null);
        var own = new MemberFact(principal.Agency, principal.Team);
        var facts = World.Facts(StateOf(recordType, on)) with
        {
            HasSummary = on.HasFlag(On.Summary),
            ChildCase = on.HasFlag(On.ChildCase),
            Addressee = on.HasFlag(On.Addressee) ? own : other,
            Assigned = on.HasFlag(On.Assigned) ? [principal.PersonId] : ["register-somebody-else"],
            Author = on.HasFlag(On.Own) ? new AuthorFact(principal.Pseudonym, principal.Agency, principal.Team)
                : on.HasFlag(On.OwnAgency) ? new AuthorFact("pseudonym-colleague", principal.Agency, principal.Team)
                : new AuthorFact("pseudonym-somebody-else", "CPS", null),
            Held = on.HasFlag(On.Held) ? SharingMatrix.HeldGroups : [],
            Items = [.. marked.ItemIds.Select((id, place) => FactOf(id, ItemTraits.All[place % ItemTraits.All.Count], own, other))],
        };
        if (on.HasFlag(On.Member)) facts = facts.WithMember(principal);
        if (on.HasFlag(On.Tenancy)) facts = facts.WithRelation(principal, RelationKinds.OwnTenancy, address, phone, victim, child);
        if (on.HasFlag(On.KnownVictim)) facts = facts.WithRelation(principal, RelationKinds.KnownTo, victim, address);
        if (on.HasFlag(On.KnownChild)) facts = facts.WithRelation(principal, RelationKinds.KnownTo, child);
        if (on.HasFlag(On.Supporting)) facts = facts.WithRelation(principal, RelationKinds.Supporting, victim);
        if (on.HasFlag(On.Need)) facts = facts.WithNeed(principal, [.. SharingMatrix.NeedGroups]);
        if (on.HasFlag(On.UnsafeCopy)) facts = facts with { UnsafeCopies = [own] };
        return facts;
    }

    /// <summary>Whether a value of the view leaves, by the table: itself and every list and record around it.</summary>
    public static bool Leaves<TView>(ExpectedRelease expected, MarkedValue value, Marked<TView> marked, IReadOnlyDictionary<Guid, ItemTraits> items)
    {
        var (victim, child, address) = (Id(marked, "victim.name"), Id(marked, "children[1].name"), AddressOf(marked));
        return value.Around.Append((value.Group, value.Key)).All(needed => Releases(needed.Item1, needed.Item2));

        bool Releases(string group, (string Name, Guid Id)? key)
        {
            if (key is { Name: "itemId" }) return expected.Leaves(group, items[key.Value.Id]);
            var cell = expected.Cells.GetValueOrDefault(group, Cell.Nothing);
            return cell.Whole || key switch
            {
                { Name: "personId" } => (cell.KnownVictim && key.Value.Id == victim) || (cell.KnownChild && key.Value.Id == child),
                { Name: "addressId" } => cell.Tenancy && key.Value.Id == address,
                _ => false,
            };
        }
    }

    /// <summary>Where a group's flag stands, by the attributes of the contract.</summary>
    public static string? FlagPath(Type view, string group) => view.GetProperties()
        .Where(property => property.GetCustomAttribute<GroupAttribute>() is { Flag: true } flag && flag.Name == group)
        .Select(property => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(property.Name))
        .SingleOrDefault();

    public static ReleaseKind KindOf(Cell cell) => cell switch
    {
        { Whole: true } => ReleaseKind.All,
        { ForSomePeople: true } or { Tenancy: true } or { ForSomeItems: true } => ReleaseKind.Only,
        { Flag: true } => ReleaseKind.Flag,
        _ => ReleaseKind.None,
    };

    private static ItemFact FactOf(Guid id, ItemTraits traits, MemberFact own, MemberFact other) => new(id)
    {
        Owner = traits.Own ? own : other,
        Readers = traits.Ticked ? [other, own] : [other],
        Health = traits.Health,
        Caldicott = traits.Marked,
        Held = traits.Held,
    };

    private static string StateOf(string recordType, On on) => recordType switch
    {
        RecordTypes.MaracReferral => on.HasFlag(On.Final) ? "ACCEPTED" : "SUBMITTED",
        RecordTypes.MaracCase => "RESEARCH",
        RecordTypes.MaracResearchRequest => "OPEN",
        RecordTypes.MaracResearchReturn => "RETURNED",
        RecordTypes.MaracAction => on.HasFlag(On.Final) ? "DONE" : "OPEN",
        RecordTypes.MaracFlag => "RAISED",
        RecordTypes.MaracMeeting => "SCHEDULED",
        _ => throw new ArgumentOutOfRangeException(nameof(recordType), recordType, null),
    };

    private static Guid AddressOf<TView>(Marked<TView> marked) => Id(marked, "victim.addresses[1].postcode") is var id && id != Guid.Empty ? id : Id(marked, "addresses[1].postcode");

    /// <summary>Empty where the view has no such place.</summary>
    private static Guid Id<TView>(Marked<TView> marked, string path) => marked.Values.Find(value => value.Path == path)?.Key?.Id ?? Guid.Empty;
}
