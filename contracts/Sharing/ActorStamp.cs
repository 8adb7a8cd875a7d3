namespace Partnership.Contracts.Sharing;

/// <summary>
/// Who did something and under which rule, in codes only: enough for the disclosure ledger, nothing that describes a
/// person. <see cref="Person"/> is the scheme's pseudonym of a person of the register.
/// </summary>
public sealed record ActorStamp
{
    public required string Person { get; init; }
    public required string Agency { get; init; }
    public string? Team { get; init; }
    public required string Role { get; init; }
    public string? Hat { get; init; }
    public string? Session { get; init; }
    public required string Purpose { get; init; }
    public string? LegalPower { get; init; }
    public string? LawfulBasis { get; init; }
    public string? Condition { get; init; }
    public string? Regime { get; init; }
    public string? Agreement { get; init; }
    public string? AgreementSet { get; init; }
    public string? Rule { get; init; }
    public string? Classification { get; init; }
    public string? Correlation { get; init; }
}

/// <summary>What every integration event of casework carries; ids, codes, dates and counts only (NR10).</summary>
public interface ICaseworkEvent
{
    /// <summary>Id of the stored event.</summary>
    Guid EventId { get; }

    /// <summary>The record the event happened to, and its type.</summary>
    Guid RecordId { get; }

    /// <summary>Gapless number, from 1, of this message among those published for the record's stream.</summary>
    long PublicationNumber { get; }

    Guid StreamId { get; }

    DateTimeOffset OccurredAt { get; }

    /// <summary>Scheme-local ids of the people concerned.</summary>
    IReadOnlyList<Guid> Subjects { get; }

    ActorStamp Actor { get; }
}
