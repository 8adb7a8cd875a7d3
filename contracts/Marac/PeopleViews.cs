using Partnership.Contracts.Records;

namespace Partnership.Contracts.Marac;

/// <summary>The victim. Identity, location, safe contact and diversity are separate groups.</summary>
public sealed record VictimView
{
    [ItemKey, Group(FieldGroups.VictimIdentity)] public required Guid PersonId { get; init; }
    [Group(FieldGroups.VictimIdentity)] public required string Name { get; init; }
    [Group(FieldGroups.VictimIdentity)] public IReadOnlyList<string> Aliases { get; init; } = [];
    [Group(FieldGroups.VictimIdentity)] public DateOnly? DateOfBirth { get; init; }
    [Group(FieldGroups.VictimIdentity)] public int? EstimatedAge { get; init; }
    [Group(FieldGroups.VictimIdentity)] public Gender? Gender { get; init; }
    [Group(FieldGroups.VictimLocation)] public IReadOnlyList<AddressView> Addresses { get; init; } = [];
    [Group(FieldGroups.VictimLocation)] public YesNoUnknown? LivesWithPerpetrator { get; init; }
    [Group(FieldGroups.VictimLocation)] public IReadOnlyList<PhoneView> Phones { get; init; } = [];
    [Group(FieldGroups.SafeContact)] public SafeContactView? SafeContact { get; init; }
    [Group(FieldGroups.Diversity)] public DiversityView? Diversity { get; init; }
}

/// <summary>An address of the victim: the most restricted data of the platform.</summary>
public sealed record AddressView
{
    [ItemKey, Group(FieldGroups.VictimLocation)] public required Guid AddressId { get; init; }
    [Group(FieldGroups.VictimLocation)] public required IReadOnlyList<string> Lines { get; init; }
    [Group(FieldGroups.VictimLocation)] public string? Postcode { get; init; }
    [Group(FieldGroups.VictimLocation)] public required bool IsConfidential { get; init; }
    [Group(FieldGroups.VictimLocation)] public required bool IsCurrent { get; init; }
}

public sealed record PhoneView
{
    [ItemKey, Group(FieldGroups.VictimLocation)] public required Guid PhoneId { get; init; }
    [Group(FieldGroups.VictimLocation)] public required string Number { get; init; }
    [Group(FieldGroups.VictimLocation)] public required SafeToCall SafeToCall { get; init; }
    [Group(FieldGroups.VictimLocation)] public string? SafeTimes { get; init; }
    [Group(FieldGroups.VictimLocation)] public bool? VoicemailOk { get; init; }

    /// <summary>False for a number that an amendment has replaced.</summary>
    [Group(FieldGroups.VictimLocation)] public bool IsCurrent { get; init; } = true;
}

/// <summary>How, when and through whom the victim may be reached without risk. Holds only numbers marked safe.</summary>
public sealed record SafeContactView
{
    [Group(FieldGroups.SafeContact)] public string? Via { get; init; }
    [Group(FieldGroups.SafeContact)] public IReadOnlyList<SafePhoneView> Phones { get; init; } = [];
}

public sealed record SafePhoneView
{
    [Group(FieldGroups.SafeContact)] public required string Number { get; init; }
    [Group(FieldGroups.SafeContact)] public string? SafeTimes { get; init; }
    [Group(FieldGroups.SafeContact)] public bool? VoicemailOk { get; init; }
}

/// <summary>Each value may be "unknown" or "prefer not to say".</summary>
public sealed record DiversityView
{
    [Group(FieldGroups.Diversity)] public string? Ethnicity { get; init; }
    [Group(FieldGroups.Diversity)] public string? Disability { get; init; }
    [Group(FieldGroups.Diversity)] public string? LgbtPlus { get; init; }
    [Group(FieldGroups.Diversity)] public string? Religion { get; init; }
    [Group(FieldGroups.Diversity)] public string? Language { get; init; }
    [Group(FieldGroups.Diversity)] public YesNoUnknown? InterpreterNeeded { get; init; }
    [Group(FieldGroups.Diversity)] public string? ImmigrationStatus { get; init; }
    [Group(FieldGroups.Diversity)] public YesNoUnknown? NoRecourseToPublicFunds { get; init; }
    [Group(FieldGroups.Diversity)] public YesNoUnknown? Pregnant { get; init; }
}

public sealed record PerpetratorView
{
    [ItemKey, Group(FieldGroups.PerpetratorIdentity)] public required Guid PersonId { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public required string Name { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public IReadOnlyList<string> Aliases { get; init; } = [];
    [Group(FieldGroups.PerpetratorIdentity)] public DateOnly? DateOfBirth { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public string? Address { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public IReadOnlyList<string> Phones { get; init; } = [];
    [Group(FieldGroups.PerpetratorIdentity)] public required string Relation { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public string? Occupation { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public string? Weapons { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public string? LicenceOrderOrBail { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public DateOnly? InCustodyUntil { get; init; }

    /// <summary>
    /// What would tell where the victim lives or can be rung (a shared home, the area of an order): absent from the fields
    /// above, and released with the victim's location only.
    /// </summary>
    [Group(FieldGroups.VictimLocation)] public IReadOnlyList<LocationTextView> TellsLocation { get; init; } = [];
}

/// <summary>A text about a perpetrator that tells the victim's location.</summary>
public sealed record LocationTextView
{
    /// <summary>The field it was given in, such as <c>address</c>.</summary>
    [Group(FieldGroups.VictimLocation)] public required string Field { get; init; }
    [Group(FieldGroups.VictimLocation)] public required string Text { get; init; }
}

/// <summary>A child, unborn included (<see cref="ExpectedOn"/>).</summary>
public sealed record ChildView
{
    [ItemKey, Group(FieldGroups.Children)] public required Guid PersonId { get; init; }
    [Group(FieldGroups.Children)] public string? Name { get; init; }
    [Group(FieldGroups.Children)] public DateOnly? DateOfBirth { get; init; }

    /// <summary>Expected date of delivery of an unborn child.</summary>
    [Group(FieldGroups.Children)] public DateOnly? ExpectedOn { get; init; }
    [Group(FieldGroups.Children)] public string? RelationToVictim { get; init; }
    [Group(FieldGroups.Children)] public string? RelationToPerpetrator { get; init; }
    [Group(FieldGroups.Children)] public string? SocialWorker { get; init; }
    [Group(FieldGroups.ChildPlaces)] public string? School { get; init; }
    [Group(FieldGroups.ChildPlaces)] public string? LivesWith { get; init; }
}

public sealed record VulnerableAdultView
{
    [ItemKey, Group(FieldGroups.Children)] public required Guid PersonId { get; init; }
    [Group(FieldGroups.Children)] public required string Name { get; init; }
    [Group(FieldGroups.Children)] public string? Relation { get; init; }
}

/// <summary>The 24-item risk indicator checklist as it was answered.</summary>
public sealed record ChecklistView
{
    [Group(FieldGroups.RiskChecklist)] public required int YesCount { get; init; }
    [Group(FieldGroups.RiskChecklist)] public required DateOnly CompletedOn { get; init; }
    [Group(FieldGroups.RiskChecklist)] public string? Assessor { get; init; }
    [Group(FieldGroups.RiskChecklist)] public bool? AssessorTrained { get; init; }
    [Group(FieldGroups.RiskChecklist)] public required IReadOnlyList<ChecklistItemView> Items { get; init; }
    [Group(FieldGroups.RiskChecklist)] public string? Occupation { get; init; }
    [Group(FieldGroups.RiskChecklist)] public string? Weapons { get; init; }
    [Group(FieldGroups.RiskChecklist)] public string? Animals { get; init; }
}

public sealed record ChecklistItemView
{
    /// <summary>Code of the item, such as <c>threats-to-kill</c>.</summary>
    [Group(FieldGroups.RiskChecklist)] public required string Item { get; init; }
    [Group(FieldGroups.RiskChecklist)] public required ChecklistAnswer Answer { get; init; }
    [Group(FieldGroups.RiskChecklist)] public string? Comment { get; init; }
}

public sealed record NarrativeView
{
    [Group(FieldGroups.Narrative)] public string? LatestIncident { get; init; }
    [Group(FieldGroups.Narrative)] public FactOrOpinion? LatestIncidentIs { get; init; }
    [Group(FieldGroups.Narrative)] public string? History { get; init; }
    [Group(FieldGroups.Narrative)] public FactOrOpinion? HistoryIs { get; init; }
    [Group(FieldGroups.Narrative)] public string? VictimWishes { get; init; }
    [Group(FieldGroups.Narrative)] public string? ConsentReason { get; init; }
    [Group(FieldGroups.Narrative)] public string? ConsentDecisionMaker { get; init; }
    [Group(FieldGroups.Narrative)] public bool? ImmediateDanger { get; init; }
    [Group(FieldGroups.Narrative)] public bool? PoliceInvolved { get; init; }
    [Group(FieldGroups.Narrative)] public int? PoliceIncidentsInYear { get; init; }
    [Group(FieldGroups.Narrative)] public string? CrimeReference { get; init; }
    [Group(FieldGroups.Narrative)] public YesNoUnknown? VictimWantsPoliceContact { get; init; }
    [Group(FieldGroups.Narrative)] public IReadOnlyList<OtherMaracView> OtherMaracs { get; init; } = [];
    [Group(FieldGroups.Narrative)] public required string ReferrerName { get; init; }
    [Group(FieldGroups.Narrative)] public required string ReferrerPhone { get; init; }
    [Group(FieldGroups.Narrative)] public required string ReferrerEmail { get; init; }
}

public sealed record OtherMaracView
{
    [Group(FieldGroups.Narrative)] public required string Area { get; init; }
    [Group(FieldGroups.Narrative)] public DateOnly? Date { get; init; }
}

/// <summary>M0. Names of those who must not learn of the case, and of those the victim fears.</summary>
public sealed record ProtectionView
{
    [Group(FieldGroups.Protection)] public IReadOnlyList<string> AfraidOf { get; init; } = [];
    [Group(FieldGroups.Protection)] public IReadOnlyList<string> SafeToTalkTo { get; init; } = [];
    [Group(FieldGroups.Protection)] public IReadOnlyList<string> NotSafeToTalkTo { get; init; } = [];
    [Group(FieldGroups.Protection)] public IReadOnlyList<MustNotReceiveView> MustNotReceive { get; init; } = [];
}

public sealed record MustNotReceiveView
{
    [Group(FieldGroups.Protection)] public required string Name { get; init; }
    [Group(FieldGroups.Protection)] public string? Relation { get; init; }
    [Group(FieldGroups.Protection)] public string? Reason { get; init; }
}
