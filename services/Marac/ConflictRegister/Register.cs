using Partnership.Marac.Content;
using Partnership.Marac.Input;

namespace Partnership.Marac.ConflictRegister;

/// <summary>Who must not see a case, as its stream tells it.</summary>
public sealed record Register
{
    public static Register None { get; } = new();

    public Guid Id { get; private init; }
    public IReadOnlyList<ConflictEntry> Entries { get; private init; } = [];

    /// <summary>Why entries were declared, by their id. Those of the referral have no reason of their own.</summary>
    public IReadOnlyDictionary<Guid, string> Reasons { get; private init; } = new Dictionary<Guid, string>();

    /// <summary>Entries that bar nobody any more.</summary>
    public IReadOnlySet<Guid> Resolved { get; private init; } = new HashSet<Guid>();

    /// <summary>Null: the case is not restricted. Otherwise only these people of the people register may read it.</summary>
    public IReadOnlyList<string>? Readers { get; private init; }

    public static Register Of(IEnumerable<RegisterEvent> events) => events.Aggregate(None, (register, e) => register.Apply(e));

    public Register Apply(RegisterEvent happened) => happened switch
    {
        RegisterOpened e => this with { Id = e.RegisterId, Entries = e.Entries },
        ConflictDeclared e => this with
        {
            Entries = [.. Entries, e.Entry],
            Reasons = Reasons.Append(KeyValuePair.Create(e.Entry.EntryId, e.Reason ?? "")).ToDictionary(),
        },
        ConflictResolved e => this with
        {
            Entries = [.. Entries.Where(entry => entry.EntryId != e.EntryId)],
            Resolved = Resolved.Append(e.EntryId).ToHashSet(),
        },
        CaseRestricted e => this with { Readers = e.Readers },
        RestrictionLifted => this with { Readers = null },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of a conflict register."),
    };

    /// <summary>The event a register begins with.</summary>
    /// <param name="newId">Where the ids of entries come from.</param>
    public static RegisterOpened Open(Guid registerId, Guid caseId, ReferralContent content, Func<Guid> newId, DateTimeOffset now) => new()
    {
        RegisterId = registerId,
        CaseId = caseId,
        OpenedAt = now,
        Entries = [.. NamedIn(content).Select(named => new ConflictEntry { EntryId = newId(), Name = named.Name, Source = named.Source })],
    };

    /// <summary>
    /// Everybody a referral names as a danger: perpetrators by each of their names, those who must never receive
    /// information, those it is not safe to talk to. Each name once.
    /// </summary>
    public static IEnumerable<(string Name, ConflictSource Source)> NamedIn(ReferralContent content) =>
        content.Perpetrators.SelectMany(p => p.Aliases.Prepend(p.Name)).Select(name => (name, ConflictSource.Perpetrator))
            .Concat(content.Protection.MustNotReceive.Select(m => (m.Name, ConflictSource.MustNotReceive)))
            .Concat(content.Protection.NotSafeToTalkTo.Select(name => (name, ConflictSource.NotSafeToTalkTo)))
            .DistinctBy(named => Names.Key(named.Item1));
}
