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

    /// <summary>Who is listed, related, in need: the coordinator's own working lists; and who is barred.</summary>
    [Frame] public required SharingView Sharing { get; init; }

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

    /// <summary>What agencies found and share, each item decided by itself.</summary>
    [Group(FieldGroups.SharedResearch)] public IReadOnlyList<FindingView> Research { get; init; } = [];

    /// <summary>Lines of minutes, each decided by its ticked readers.</summary>
    [Group(FieldGroups.Minutes)] public IReadOnlyList<MinutesLineView> Minutes { get; init; } = [];

    /// <summary>Actions, each its owner's.</summary>
    [Group(FieldGroups.Actions)] public IReadOnlyList<CaseActionView> Actions { get; init; } = [];
}

/// <summary>What the coordinator has recorded that the sharing rules rest on.</summary>
public sealed record SharingView
{
    [Group(FieldGroups.Triage)] public required IReadOnlyList<SharingMemberView> Members { get; init; }
    [Group(FieldGroups.Triage)] public required IReadOnlyList<SharingRelationView> Relations { get; init; }
    [Group(FieldGroups.Triage)] public required IReadOnlyList<SharingNeedView> Needs { get; init; }

    /// <summary>Agencies and teams whose copy a perpetrator can reach.</summary>
    [Group(FieldGroups.Triage)] public IReadOnlyList<UnsafeCopyView> UnsafeCopies { get; init; } = [];

    /// <summary>Texts in which a location of the case was found, until the coordinator clears them.</summary>
    [Group(FieldGroups.Triage)] public IReadOnlyList<HoldView> Holds { get; init; } = [];

    /// <summary>Holds that somebody has cleared; the same text is held again when another location turns up in it.</summary>
    [Group(FieldGroups.Triage)] public IReadOnlyList<Guid> ClearedHolds { get; init; } = [];

    /// <summary>The meeting the case is or was listed for.</summary>
    [Group(FieldGroups.Triage)] public Guid? MeetingId { get; init; }

    /// <summary>Who is barred from the case.</summary>
    [Group(FieldGroups.Protection)] public IReadOnlyList<ConflictView> Conflicts { get; init; } = [];

    /// <summary>Absent unless the case is restricted; then only these people of the register may read it.</summary>
    [Group(FieldGroups.Protection)] public IReadOnlyList<string>? Readers { get; init; }
}

public sealed record UnsafeCopyView
{
    [Group(FieldGroups.Triage)] public required string Agency { get; init; }
    [Group(FieldGroups.Triage)] public string? Team { get; init; }
    [Group(FieldGroups.Triage)] public required string Reason { get; init; }
}

/// <summary>A text that waits: it holds a street, postcode, phone or school of the case.</summary>
public sealed record HoldView
{
    [Group(FieldGroups.Triage)] public required Guid HoldId { get; init; }

    /// <summary>The field group the text is of, and its item where it is one of a list.</summary>
    [Group(FieldGroups.Triage)] public required string Group { get; init; }
    [Group(FieldGroups.Triage)] public Guid? Item { get; init; }
    [Group(FieldGroups.Triage)] public required DateTimeOffset Since { get; init; }
}

public sealed record ConflictView
{
    [Group(FieldGroups.Protection)] public required Guid ConflictId { get; init; }
    [Group(FieldGroups.Protection)] public string? PersonId { get; init; }
    [Group(FieldGroups.Protection)] public string? Name { get; init; }
    [Group(FieldGroups.Protection)] public required string Reason { get; init; }
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
