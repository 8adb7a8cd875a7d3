using Partnership.EventStore;

namespace Partnership.Marac.Flags;

// A flag is a stream of its own, sealed under its case's key: it is raised by closing the case and gone with it.

public abstract record FlagEvent
{
    [Plain] public required Guid FlagId { get; init; }
    [Plain] public required Guid CaseId { get; init; }

    /// <summary>Scheme-local ids of the people concerned, for the ledger.</summary>
    [Plain] public required IReadOnlyList<Guid> Subjects { get; init; }
}

/// <summary>For twelve months every member agency marks its own records, so that further abuse is seen as a repeat.</summary>
[StoredName("marac.flag-raised.v1")]
public sealed record FlagRaised : FlagEvent
{
    /// <summary>The register of its case: the flag's row rests on it too.</summary>
    [Plain] public required Guid RegisterId { get; init; }
    [Plain] public required DateTimeOffset RaisedAt { get; init; }
    [Plain] public required DateOnly ExpiresOn { get; init; }
    public FlaggedPerson Victim { get; init; } = new();
    public IReadOnlyList<FlaggedPerson> Perpetrators { get; init; } = [];
}

public sealed record FlaggedPerson
{
    public Guid PersonId { get; init; }
    public string Name { get; init; } = "";
}
