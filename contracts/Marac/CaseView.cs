using Partnership.Contracts.Records;

namespace Partnership.Contracts.Marac;

/// <summary>Accepted work: one victim and one perpetrator set.</summary>
[RecordView(RecordTypes.MaracCase)]
public sealed record CaseView
{
    [Group(FieldGroups.Meta)] public required CaseStatus Status { get; init; }
    [Group(FieldGroups.Meta)] public required IReadOnlyList<ReferralCriterion> Criteria { get; init; }

    /// <summary>The criterion the coordinator accepted under, and the version of the threshold then in force.</summary>
    [Group(FieldGroups.Meta)] public required ReferralCriterion AcceptedUnder { get; init; }
    [Group(FieldGroups.Meta)] public required string ThresholdVersion { get; init; }
    [Group(FieldGroups.Meta)] public required string RepeatDefinitionVersion { get; init; }
    [Group(FieldGroups.Meta)] public required DateTimeOffset ReferralAt { get; init; }
    [Group(FieldGroups.Meta)] public required DateTimeOffset AcceptedAt { get; init; }
    [Group(FieldGroups.Meta)] public required string ReferringAgency { get; init; }
    [Group(FieldGroups.Meta)] public required string ReferringRole { get; init; }
    [Group(FieldGroups.Meta)] public required ConsentAnswer AwareOfReferral { get; init; }
    [Group(FieldGroups.Meta)] public required ConsentAnswer ConsentToReferral { get; init; }

    /// <summary>The referrals that joined this case, for triage.</summary>
    [Group(FieldGroups.Triage)] public required IReadOnlyList<Guid> Referrals { get; init; }

    /// <summary>Who is listed, related, in need: the coordinator's own working lists.</summary>
    [Group(FieldGroups.Triage)] public required SharingView Sharing { get; init; }

    [Frame] public required VictimView Victim { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public required IReadOnlyList<PerpetratorView> Perpetrators { get; init; }
    [Group(FieldGroups.Children, Flag = true)] public required IReadOnlyList<ChildView> Children { get; init; }
    [Group(FieldGroups.Children)] public required IReadOnlyList<VulnerableAdultView> VulnerableAdults { get; init; }
    [Group(FieldGroups.RiskChecklist)] public ChecklistView? RiskChecklist { get; init; }

    /// <summary>Why the case is high risk whatever the score. Beside the checklist: judgement needs none.</summary>
    [Group(FieldGroups.RiskChecklist)] public string? JudgementReason { get; init; }
    [Group(FieldGroups.Narrative)] public required NarrativeView Narrative { get; init; }

    /// <summary>One text a case, the same for all who have it; absent until somebody writes it.</summary>
    [Group(FieldGroups.Summary)] public string? Summary { get; init; }
    [Group(FieldGroups.Protection)] public required ProtectionView Protection { get; init; }
}

/// <summary>What the coordinator has recorded that the sharing rules rest on.</summary>
public sealed record SharingView
{
    [Group(FieldGroups.Triage)] public required IReadOnlyList<SharingMemberView> Members { get; init; }
    [Group(FieldGroups.Triage)] public required IReadOnlyList<SharingRelationView> Relations { get; init; }
    [Group(FieldGroups.Triage)] public required IReadOnlyList<SharingNeedView> Needs { get; init; }
}

public sealed record SharingMemberView
{
    [Group(FieldGroups.Triage)] public required string Agency { get; init; }
    [Group(FieldGroups.Triage)] public string? Team { get; init; }
    [Group(FieldGroups.Triage)] public required DateTimeOffset Since { get; init; }
}

public sealed record SharingRelationView
{
    [Group(FieldGroups.Triage)] public required string Kind { get; init; }
    [Group(FieldGroups.Triage)] public required string Agency { get; init; }
    [Group(FieldGroups.Triage)] public string? Team { get; init; }
    [Group(FieldGroups.Triage)] public required IReadOnlyList<Guid> Items { get; init; }
    [Group(FieldGroups.Triage)] public required string Statement { get; init; }
    [Group(FieldGroups.Triage)] public required DateTimeOffset SetAt { get; init; }
}

public sealed record SharingNeedView
{
    [Group(FieldGroups.Triage)] public required string Agency { get; init; }
    [Group(FieldGroups.Triage)] public string? Team { get; init; }
    [Group(FieldGroups.Triage)] public required IReadOnlyList<string> Groups { get; init; }
    [Group(FieldGroups.Triage)] public required string Reason { get; init; }
    [Group(FieldGroups.Triage)] public required DateTimeOffset Until { get; init; }
}
