using Partnership.EventStore;

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

/// <summary>What changed of a register after it opened: published, though never who.</summary>
public abstract record RegisterChange : RegisterEvent
{
    /// <summary>Scheme-local ids of the people of the case, for the ledger.</summary>
    [Plain] public required IReadOnlyList<Guid> Subjects { get; init; }
}

/// <summary>Somebody is barred from the case, from this moment on.</summary>
[StoredName("marac.conflict-declared.v1")]
public sealed record ConflictDeclared : RegisterChange
{
    [Plain] public required string DeclaredBy { get; init; }
    [Plain] public required DateTimeOffset DeclaredAt { get; init; }
    public ConflictEntry Entry { get; init; } = new();
    public string? Reason { get; init; }
}

/// <summary>An entry was a mistake, or another person of that name: it bars nobody any more.</summary>
[StoredName("marac.conflict-resolved.v1")]
public sealed record ConflictResolved : RegisterChange
{
    [Plain] public required Guid EntryId { get; init; }
    [Plain] public required string ResolvedBy { get; init; }
    [Plain] public required DateTimeOffset ResolvedAt { get; init; }
    public string? Reason { get; init; }
}

/// <summary>Only these people may read the case (NR15).</summary>
[StoredName("marac.case-restricted.v1")]
public sealed record CaseRestricted : RegisterChange
{
    [Plain] public required string SetBy { get; init; }
    [Plain] public required DateTimeOffset SetAt { get; init; }

    /// <summary>Ids of the people register.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];
    public string? Reason { get; init; }
}

/// <summary>The case is open to its members again.</summary>
[StoredName("marac.case-restriction-lifted.v1")]
public sealed record RestrictionLifted : RegisterChange
{
    [Plain] public required string LiftedBy { get; init; }
    [Plain] public required DateTimeOffset LiftedAt { get; init; }
    public string? Reason { get; init; }
}

/// <summary>Somebody who must not see the case.</summary>
public sealed record ConflictEntry
{
    /// <summary>Names the entry, so that it can be resolved later.</summary>
    public Guid EntryId { get; init; }

    /// <summary>A name as somebody wrote it; the gateway compares it, normalised, with the reader's own.</summary>
    public string? Name { get; init; }

    /// <summary>Id of the people register, where it is known who this is.</summary>
    public string? Person { get; init; }
    public ConflictSource Source { get; init; }
}

/// <summary>Why somebody is on the register.</summary>
public enum ConflictSource { Perpetrator, MustNotReceive, NotSafeToTalkTo, Declared }
