using Partnership.Contracts.Records;

namespace Partnership.Contracts.Sharing;

/// <summary>Why somebody needs to see at once what they may not see otherwise (<c>information-sharing</c> §5).</summary>
public enum EmergencyType { SeriousPhysicalHarm, LossOfLife, Safeguarding, NationalSecurity }

/// <summary>How far the review of an emergency is.</summary>
public enum EmergencyReviewState { ToReview, MoreInfo, Justified, NotJustified }

/// <summary>What the information-governance lead finds. <see cref="NotJustified"/> begins the breach process.</summary>
public enum EmergencyReviewOutcome { Justified, NotJustified, MoreInfo }

/// <summary>Body of <c>POST /sharing/emergencies</c>.</summary>
public sealed record OpenEmergencyRequest
{
    public required EmergencyType Type { get; init; }

    /// <summary>At least 30 characters (*config*), in one's own words.</summary>
    public required string Reason { get; init; }

    /// <summary>Whom it is for. A text alone is taken as the name.</summary>
    public required PersonAtRisk PersonAtRisk { get; init; }
}

/// <summary>The one person an emergency is for, as whoever opens it knows them.</summary>
public sealed record PersonAtRisk
{
    public string? Name { get; init; }
    public DateOnly? DateOfBirth { get; init; }

    /// <summary>The one case that may be read, where its id is known already; otherwise the first that is read.</summary>
    public Guid? CaseId { get; init; }
}

/// <summary>Body of <c>POST /sharing/emergencies/{id}/review</c>.</summary>
public sealed record ReviewEmergencyRequest
{
    public required EmergencyReviewOutcome Outcome { get; init; }

    /// <summary>Why; needed unless the outcome is JUSTIFIED.</summary>
    public string? Note { get; init; }
}

/// <summary>One emergency, for the information-governance lead, the MARAC coordinator, and whoever opened it.</summary>
[RecordView(RecordTypes.SharingEmergency)]
public sealed record EmergencyView
{
    [Group(Contracts.FieldGroups.Emergency)] public required EmergencyType Type { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public required DateTimeOffset OpenedAt { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public required DateTimeOffset Until { get; init; }

    /// <summary>Whether it still gives access.</summary>
    [Group(Contracts.FieldGroups.Emergency)] public required bool Open { get; init; }

    /// <summary>Who opened it, by the scheme's pseudonym.</summary>
    [Group(Contracts.FieldGroups.Emergency)] public required EmergencyActorView OpenedBy { get; init; }

    /// <summary>The one record it gives access to; absent until a first one was read.</summary>
    [Group(Contracts.FieldGroups.Emergency)] public string? RecordType { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public Guid? RecordId { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public required IReadOnlyList<EmergencyUseView> Uses { get; init; }

    /// <summary>How many emergencies this person has opened within 30 days (*config*), this one included.</summary>
    [Group(Contracts.FieldGroups.Emergency)] public required int OpenedRecently { get; init; }

    /// <summary>More than 3 (*config*) within that time: to be reported.</summary>
    [Group(Contracts.FieldGroups.Emergency)] public required bool Repeated { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public required EmergencyReviewState Review { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public required DateTimeOffset ReviewBy { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public required bool ReviewOverdue { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public DateTimeOffset? ReviewedAt { get; init; }
    [Group(Contracts.FieldGroups.EmergencyReason)] public string? Reason { get; init; }
    [Group(Contracts.FieldGroups.EmergencyReason)] public string? PersonName { get; init; }
    [Group(Contracts.FieldGroups.EmergencyReason)] public DateOnly? PersonDateOfBirth { get; init; }
    [Group(Contracts.FieldGroups.EmergencyReason)] public string? ReviewNote { get; init; }
}

/// <summary>Who opened an emergency.</summary>
public sealed record EmergencyActorView
{
    [Group(Contracts.FieldGroups.Emergency)] public required string PersonId { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public required string Agency { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public string? Team { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public required string Role { get; init; }
}

/// <summary>One read under an emergency; <see cref="EntryId"/> is its entry in the ledger, the receipt of the answer.</summary>
public sealed record EmergencyUseView
{
    [Group(Contracts.FieldGroups.Emergency)] public required DateTimeOffset At { get; init; }
    [Group(Contracts.FieldGroups.Emergency)] public required Guid EntryId { get; init; }
}

/// <summary>What the gateway is told of an emergency that is open and the caller's own (<c>GET /internal/emergencies/{id}</c>).</summary>
public sealed record OpenEmergency
{
    public required DateTimeOffset Until { get; init; }

    /// <summary>Sealed into the ledger entry of each read.</summary>
    public required string Reason { get; init; }
    public string? RecordType { get; init; }
    public Guid? RecordId { get; init; }
}

/// <summary>Body of <c>POST /internal/emergencies/{id}/uses</c>: the gateway is about to release this record under it.</summary>
public sealed record EmergencyUse
{
    public required string RecordType { get; init; }
    public required Guid RecordId { get; init; }

    /// <summary>People whose data the record holds, by the scheme's ids.</summary>
    public required IReadOnlyList<Guid> Subjects { get; init; }
    public required Guid EntryId { get; init; }
}
