using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.Tests.Support.Sharing;

/// <summary>A reader, as facts name them.</summary>
/// <param name="Person">Id of the people register.</param>
/// <param name="Pseudonym">The scheme's name for the same person.</param>
public sealed record MatrixReader(string Person, string Pseudonym, string Agency, string? Team)
{
    public MemberFact Party => new(Agency, Team);
}

/// <summary>Facts by which exactly those conditions hold for a reader that are on.</summary>
public static class MatrixFacts
{
    private static readonly MemberFact Other = new("CPS", null);

    /// <param name="now">A need recorded at that time is live.</param>
    public static RecordFacts Of(string recordType, MatrixReader reader, On on, MarkedView marked, DateTimeOffset now)
    {
        var (victim, child, address, phone) = (marked.KeyAt("victim.name"), marked.KeyAt("children[1].name"), AddressOf(marked), marked.KeyAt("victim.phones[0].number"));
        var (members, relations, needs) = (new List<MemberFact>(), new List<RelationFact>(), new List<NeedFact>());
        if (on.HasFlag(On.Member)) members.Add(reader.Party);
        if (on.HasFlag(On.Tenancy)) Relate(RelationKinds.OwnTenancy, address, phone, victim, child);
        if (on.HasFlag(On.KnownVictim)) Relate(RelationKinds.KnownTo, victim, address);
        if (on.HasFlag(On.KnownChild)) Relate(RelationKinds.KnownTo, child);
        if (on.HasFlag(On.Supporting)) Relate(RelationKinds.Supporting, victim);
        if (on.HasFlag(On.Need)) needs.Add(new NeedFact(reader.Agency, reader.Team, SharingMatrix.NeedGroups, now.AddDays(1), "pseudonym-coordinator"));
        return new RecordFacts
        {
            Version = 7,
            State = StateOf(recordType, on),
            Scheme = "marac",
            Members = members,
            Relations = relations,
            Needs = needs,
            UnsafeCopies = on.HasFlag(On.UnsafeCopy) ? [reader.Party] : [],
            HasSummary = on.HasFlag(On.Summary),
            ChildCase = on.HasFlag(On.ChildCase),
            Addressee = on.HasFlag(On.Addressee) ? reader.Party : Other,
            Assigned = on.HasFlag(On.Assigned) ? [reader.Person] : ["register-somebody-else"],
            Author = on.HasFlag(On.Own) ? new AuthorFact(reader.Pseudonym, reader.Agency, reader.Team)
                : on.HasFlag(On.OwnAgency) ? new AuthorFact("pseudonym-colleague", reader.Agency, reader.Team)
                : new AuthorFact("pseudonym-somebody-else", Other.Agency, Other.Team),
            Held = on.HasFlag(On.Held) ? SharingMatrix.HeldGroups : [],
            Items = [.. marked.ItemIds.Select((id, place) => FactOf(id, ItemTraits.All[place % ItemTraits.All.Count], reader.Party))],
        };

        void Relate(string kind, params Guid[] items) =>
            relations.Add(new RelationFact(kind, reader.Agency, reader.Team, items, "pseudonym-coordinator", now.AddDays(-1)));
    }

    /// <summary>The items of a marked view with what the facts say of them.</summary>
    public static IReadOnlyDictionary<Guid, ItemTraits> ItemsOf(MarkedView marked) =>
        marked.ItemIds.Select((id, place) => (id, ItemTraits.All[place % ItemTraits.All.Count])).ToDictionary(item => item.id, item => item.Item2);

    /// <summary>The address of the tenancy; empty where the view has none.</summary>
    public static Guid AddressOf(MarkedView marked) =>
        marked.KeyAt("victim.addresses[1].postcode") is var id && id != Guid.Empty ? id : marked.KeyAt("addresses[1].postcode");

    /// <summary>A state that the purpose a table is read for serves.</summary>
    public static string StateOf(string recordType, On on) => recordType switch
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

    private static ItemFact FactOf(Guid id, ItemTraits traits, MemberFact own) => new(id)
    {
        Owner = traits.Own ? own : Other,
        Readers = traits.Ticked ? [Other, own] : [Other],
        Health = traits.Health,
        Caldicott = traits.Marked,
        Held = traits.Held,
    };
}
