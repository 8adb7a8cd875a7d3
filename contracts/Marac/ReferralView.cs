using Partnership.Contracts.Records;

namespace Partnership.Contracts.Marac;

/// <summary>A professional's request to hear a case, as its own referrer and the coordinator read it.</summary>
[RecordView(RecordTypes.MaracReferral)]
public sealed record ReferralView
{
    [Group(FieldGroups.Meta)] public required ReferralStatus Status { get; init; }
    [Group(FieldGroups.Meta)] public required IReadOnlyList<ReferralCriterion> Criteria { get; init; }
    [Group(FieldGroups.Meta)] public required string ThresholdVersion { get; init; }
    [Group(FieldGroups.Meta)] public required DateTimeOffset ReferralAt { get; init; }
    [Group(FieldGroups.Meta)] public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Triage is due by then: one working day after submission (<em>config</em>).</summary>
    [Group(FieldGroups.Meta)] public DateTimeOffset? TriageBy { get; init; }
    [Group(FieldGroups.Meta)] public required string ReferringAgency { get; init; }
    [Group(FieldGroups.Meta)] public required string ReferringRole { get; init; }
    [Group(FieldGroups.Meta)] public required ReceivedBy ReceivedBy { get; init; }
    [Group(FieldGroups.Meta)] public required ConsentAnswer AwareOfReferral { get; init; }
    [Group(FieldGroups.Meta)] public required ConsentAnswer ConsentToReferral { get; init; }

    /// <summary>The case this referral was accepted into.</summary>
    [Group(FieldGroups.Triage)] public Guid? CaseId { get; init; }

    /// <summary>The service a redirection names.</summary>
    [Group(FieldGroups.Meta)] public OnwardService? RedirectedTo { get; init; }

    /// <summary>What stored data says: a claimed repeat not found, a possible duplicate. Never told to the submitter.</summary>
    [Group(FieldGroups.Triage)] public IReadOnlyList<TriageNoteView> TriageNotes { get; init; } = [];

    /// <summary>When stored data was looked through; null while the notes are still to come, some moments after submission.</summary>
    [Group(FieldGroups.Triage)] public DateTimeOffset? RecordsCheckedAt { get; init; }

    /// <summary>Why the referral was withdrawn.</summary>
    [Group(FieldGroups.Meta)] public WithdrawalGround? WithdrawnBecause { get; init; }

    /// <summary>Why a redirection is proposed, for the supervisor's second look.</summary>
    [Group(FieldGroups.Triage)] public string? RedirectReason { get; init; }

    [Frame] public required VictimView Victim { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public required IReadOnlyList<PerpetratorView> Perpetrators { get; init; }
    [Group(FieldGroups.Children, Flag = true)] public required IReadOnlyList<ChildView> Children { get; init; }
    [Group(FieldGroups.Children)] public required IReadOnlyList<VulnerableAdultView> VulnerableAdults { get; init; }
    [Group(FieldGroups.RiskChecklist)] public ChecklistView? RiskChecklist { get; init; }

    /// <summary>Why the case is high risk whatever the score. Beside the checklist: judgement needs none.</summary>
    [Group(FieldGroups.RiskChecklist)] public string? JudgementReason { get; init; }
    [Group(FieldGroups.Narrative)] public required NarrativeView Narrative { get; init; }
    [Group(FieldGroups.Protection)] public required ProtectionView Protection { get; init; }
}

/// <summary>A note for triage that rests on stored data.</summary>
public sealed record TriageNoteView
{
    /// <summary><c>repeat-not-found</c>, <c>repeat-out-of-window</c>, <c>possible-duplicate</c>, <c>possible-repeat</c>, <c>counter-allegation</c>.</summary>
    [Group(FieldGroups.Triage)] public required string Code { get; init; }
    [Group(FieldGroups.Triage)] public IReadOnlyList<Guid> Referrals { get; init; } = [];
    [Group(FieldGroups.Triage)] public IReadOnlyList<Guid> Cases { get; init; } = [];
}
