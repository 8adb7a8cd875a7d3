using Partnership.EventStore;
using Partnership.Marac.Content;
using Partnership.Marac.Input;

namespace Partnership.Marac.ConflictRegister;

// The register of a case is a stream of its own: who is barred from a case, and who alone may read it, changes without
// the case changing, and its activity must not show in the case's.

public abstract record RegisterEvent
{
    [Plain] public required Guid RegisterId { get; init; }
    [Plain] public required Guid CaseId { get; init; }
}

/// <summary>The register opened with its case, holding everybody the referral names as a danger.</summary>
[StoredName("marac.conflict-register-opened.v1")]
public sealed record RegisterOpened : RegisterEvent
{
    [Plain] public required DateTimeOffset OpenedAt { get; init; }
    public IReadOnlyList<ConflictEntry> Entries { get; init; } = [];
}

/// <summary>Somebody who must not see the case.</summary>
public sealed record ConflictEntry
{
    /// <summary>Names the entry, so that it can be resolved later.</summary>
    public Guid EntryId { get; init; }

    /// <summary>A name as somebody wrote it; the gateway compares it, normalised, with the reader's own.</summary>
    public string? Name { get; init; }

    /// <summary>The scheme's pseudonym of a person of the register, where it is known who this is.</summary>
    public string? Person { get; init; }
    public ConflictSource Source { get; init; }
}

/// <summary>Why somebody is on the register.</summary>
public enum ConflictSource { Perpetrator, MustNotReceive, NotSafeToTalkTo }

/// <summary>Who must not see a case, as its stream tells it.</summary>
public sealed record Register
{
    public static Register None { get; } = new();

    public Guid Id { get; private init; }
    public IReadOnlyList<ConflictEntry> Entries { get; private init; } = [];

    public static Register Of(IEnumerable<RegisterEvent> events) => events.Aggregate(None, (register, e) => register.Apply(e));

    public Register Apply(RegisterEvent happened) => happened switch
    {
        RegisterOpened e => this with { Id = e.RegisterId, Entries = e.Entries },
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
