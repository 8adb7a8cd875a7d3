using Partnership.Contracts.Records;

namespace Partnership.Contracts.Sharing;

/// <summary>One entry of the disclosure ledger, for the ledger readers of its scheme. Holds no case data.</summary>
[RecordView(RecordTypes.SharingEntry)]
public sealed record EntryView
{
    /// <summary>Its place in the ledger, from 0, without gaps; given by the ledger and not part of the entry's bytes.</summary>
    [Group(Contracts.FieldGroups.LedgerEntry)] public required long Position { get; init; }

    /// <summary>RFC 6962 leaf hash of the entry's bytes, base64: what a <c>Sharing-Record</c> promised.</summary>
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string LeafHash { get; init; }

    /// <summary>
    /// Who made the entry: a gateway whose signature was verified, InformationSharing from a casework event, or somebody
    /// whose signature was not that of a gateway known at the time.
    /// </summary>
    [Group(Contracts.FieldGroups.LedgerEntry)] public required EntrySource Source { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required DateTimeOffset At { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string Operation { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string Outcome { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required EntryActorView Actor { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? OnBehalfOf { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string Service { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? PurposeCode { get; init; }

    /// <summary>Whether a reason was given. When it was and <see cref="Justification"/> is absent, it could not be opened.</summary>
    [Group(Contracts.FieldGroups.LedgerEntry)] public required bool JustificationGiven { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? Justification { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? LegalPower { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? LawfulBasis { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? Condition { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? Regime { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? IsaVersion { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string PolicyVersion { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? AgreementSet { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required IReadOnlyList<string> Recipients { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string Channel { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? Classification { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? CorrelationId { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? Traceparent { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? BodyDigest { get; init; }

    /// <summary>The entry whose release was authorised and then not carried out.</summary>
    [Group(Contracts.FieldGroups.LedgerEntry)] public Guid? AbortOf { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string Nonce { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required IReadOnlyList<EntryRecordView> Records { get; init; }
}

/// <summary>Where an entry of the ledger comes from.</summary>
public enum EntrySource { Gateway, Casework, Unverified }

/// <summary>Who acted, by the scheme's pseudonym.</summary>
public sealed record EntryActorView
{
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string PersonId { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string Agency { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? Team { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string Role { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? Hat { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? Session { get; init; }
}

/// <summary>What an entry says of one record of its answer.</summary>
public sealed record EntryRecordView
{
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string RecordType { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? RecordId { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required IReadOnlyList<string> SubjectIds { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required IReadOnlyList<string> FieldGroups { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required IReadOnlyList<string> HeldBack { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required IReadOnlyList<string> MasksApplied { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required IReadOnlyList<string> DecisionRule { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public string? ConsentRef { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required IReadOnlyList<EntryFactView> Facts { get; init; }
}

/// <summary>A condition the decision looked at, and whether it held for this caller.</summary>
public sealed record EntryFactView
{
    [Group(Contracts.FieldGroups.LedgerEntry)] public required string Code { get; init; }
    [Group(Contracts.FieldGroups.LedgerEntry)] public required bool Held { get; init; }
}

/// <summary>Body of <c>POST /sharing/disclosures/search</c>: entries of one scheme about one person of that scheme.</summary>
public sealed record DisclosureSearch
{
    public required string Scheme { get; init; }
    public required string SubjectId { get; init; }
}
