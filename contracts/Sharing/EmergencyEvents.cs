namespace Partnership.Contracts.Sharing;

/// <summary>
/// What every message about an emergency carries. Each is an alert: thin, without the reason and the person at risk, which the
/// recipient reads back through the gateway.
/// </summary>
public abstract record EmergencyMessage : ICaseworkEvent
{
    public required Guid EventId { get; init; }

    /// <summary>The emergency.</summary>
    public required Guid RecordId { get; init; }
    public required long PublicationNumber { get; init; }
    public required Guid StreamId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required IReadOnlyList<Guid> Subjects { get; init; }
    public required ActorStamp Actor { get; init; }
}

/// <summary>A duty officer has opened an emergency: to the information-governance lead and the MARAC coordinator at once.</summary>
public sealed record EmergencyOpened : EmergencyMessage
{
    public required EmergencyType Type { get; init; }
    public required DateTimeOffset Until { get; init; }
    public required DateTimeOffset ReviewBy { get; init; }

    /// <summary>Opened by this person within 30 days, this one included; <see cref="Repeated"/> where that is to be reported.</summary>
    public required int OpenedRecently { get; init; }
    public required bool Repeated { get; init; }
}

/// <summary>A record was read under it: to the record's owner as well.</summary>
public sealed record EmergencyUsed : EmergencyMessage
{
    public required string UsedRecordType { get; init; }
    public required Guid UsedRecordId { get; init; }

    /// <summary>Entry of the read in the ledger.</summary>
    public required Guid EntryId { get; init; }
}

/// <summary>The information-governance lead has reviewed it. NOT_JUSTIFIED begins the breach process.</summary>
public sealed record EmergencyReviewed : EmergencyMessage
{
    public required EmergencyReviewOutcome Outcome { get; init; }
    public required bool Late { get; init; }
}
