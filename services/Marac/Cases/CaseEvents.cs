using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.Content;

namespace Partnership.Marac.Cases;

// The stored events of a case. Plain are ids, codes, dates and counts only; everything else is sealed under the case's own
// key, so that a referral can be erased without its case and a case without its referrals.

public abstract record CaseEvent
{
    [Plain] public required Guid CaseId { get; init; }

    /// <summary>Scheme-local ids of the people concerned, for the ledger.</summary>
    [Plain] public required IReadOnlyList<Guid> Subjects { get; init; }
}

/// <summary>A referral was accepted: one victim, one perpetrator set, with a copy of what the referral told.</summary>
[StoredName("marac.case-opened.v1")]
public sealed record CaseOpened : CaseEvent
{
    /// <summary>Stream of the case's conflict-and-reader register.</summary>
    [Plain] public required Guid RegisterId { get; init; }
    [Plain] public required Guid ReferralId { get; init; }
    [Plain] public required IReadOnlyList<ReferralCriterion> Criteria { get; init; }

    /// <summary>The criterion it was accepted under, with the versions then in force: figures rest on them for ever.</summary>
    [Plain] public required ReferralCriterion Criterion { get; init; }
    [Plain] public required string ThresholdVersion { get; init; }
    [Plain] public required string RepeatDefinitionVersion { get; init; }
    [Plain] public required DateTimeOffset ReferralAt { get; init; }
    [Plain] public required DateTimeOffset OpenedAt { get; init; }
    [Plain] public required string ReferringAgency { get; init; }

    /// <summary>Unborn children included.</summary>
    [Plain] public required int ChildCount { get; init; }
    public ReferralContent Content { get; init; } = new();

    /// <summary>The coordinator's own reason, beside the referral's.</summary>
    public string? JudgementReason { get; init; }
}

/// <summary>The coordinator listed an agency (and team): it takes part in the case.</summary>
[StoredName("marac.case-member-listed.v1")]
public sealed record MemberListed : CaseEvent
{
    [Plain] public required string Agency { get; init; }
    [Plain] public string? Team { get; init; }
    [Plain] public required DateTimeOffset ListedAt { get; init; }
}

[StoredName("marac.case-member-removed.v1")]
public sealed record MemberRemoved : CaseEvent
{
    [Plain] public required string Agency { get; init; }
    [Plain] public string? Team { get; init; }
    [Plain] public required DateTimeOffset RemovedAt { get; init; }
}

/// <summary>The coordinator recorded, on the agency's statement, what it has to do with people or addresses of the case.</summary>
[StoredName("marac.case-relation-recorded.v1")]
public sealed record RelationRecorded : CaseEvent
{
    [Plain] public required string Agency { get; init; }
    [Plain] public string? Team { get; init; }

    /// <summary>One of <see cref="Contracts.Records.RelationKinds"/>. Recording a kind again replaces it.</summary>
    [Plain] public required string Kind { get; init; }
    [Plain] public required IReadOnlyList<Guid> Items { get; init; }
    [Plain] public required string SetBy { get; init; }
    [Plain] public required DateTimeOffset SetAt { get; init; }
    public string? Statement { get; init; }
}

[StoredName("marac.case-relation-ended.v1")]
public sealed record RelationEnded : CaseEvent
{
    [Plain] public required string Agency { get; init; }
    [Plain] public string? Team { get; init; }
    [Plain] public required string Kind { get; init; }
    [Plain] public required DateTimeOffset EndedAt { get; init; }
}

/// <summary>The coordinator recorded that an agency needs groups it does not otherwise get, until a date.</summary>
[StoredName("marac.case-need-recorded.v1")]
public sealed record NeedRecorded : CaseEvent
{
    [Plain] public required string Agency { get; init; }
    [Plain] public string? Team { get; init; }
    [Plain] public required IReadOnlyList<string> Groups { get; init; }
    [Plain] public required DateTimeOffset Until { get; init; }
    [Plain] public required string SetBy { get; init; }
    [Plain] public required DateTimeOffset SetAt { get; init; }
    public string? Reason { get; init; }
}

[StoredName("marac.case-need-ended.v1")]
public sealed record NeedEnded : CaseEvent
{
    [Plain] public required string Agency { get; init; }
    [Plain] public string? Team { get; init; }

    /// <summary>What the need had covered, and until when.</summary>
    [Plain] public required IReadOnlyList<string> Groups { get; init; }
    [Plain] public required DateTimeOffset Until { get; init; }
    [Plain] public required DateTimeOffset EndedAt { get; init; }
}

/// <summary>Somebody wrote, changed or emptied the one text that is the same for all who have it.</summary>
[StoredName("marac.case-summary-written.v1")]
public sealed record SummaryWritten : CaseEvent
{
    [Plain] public required bool Empty { get; init; }
    [Plain] public required string WrittenBy { get; init; }
    [Plain] public required DateTimeOffset WrittenAt { get; init; }
    public string? Text { get; init; }
}

/// <summary>The coordinator recorded whose copies of the location a perpetrator can reach: all of them, replacing those before.</summary>
[StoredName("marac.case-unsafe-copies-recorded.v1")]
public sealed record UnsafeCopiesRecorded : CaseEvent
{
    /// <summary>The same agencies and teams as codes: <c>CKH</c>, <c>PCC/EDU</c>.</summary>
    [Plain] public required IReadOnlyList<string> Parties { get; init; }
    [Plain] public required string SetBy { get; init; }
    [Plain] public required DateTimeOffset SetAt { get; init; }
    public IReadOnlyList<UnsafeCopy> Copies { get; init; } = [];
}

/// <summary>Somebody found that a held text does not tell where the victim is.</summary>
[StoredName("marac.case-hold-cleared.v1")]
public sealed record HoldCleared : CaseEvent
{
    /// <summary>Made of the ids of the text and of the places it tells, so it tells nothing of either.</summary>
    [Plain] public required Guid HoldId { get; init; }
    [Plain] public required string ClearedBy { get; init; }
    [Plain] public required DateTimeOffset ClearedAt { get; init; }
    public string? Reason { get; init; }
}

/// <summary>A fact of the case changed. The value before stays, as no longer current.</summary>
[StoredName("marac.case-amended.v1")]
public sealed record CaseAmended : CaseEvent
{
    [Plain] public required AmendedField Field { get; init; }
    [Plain] public required string AmendedBy { get; init; }
    [Plain] public required DateTimeOffset AmendedAt { get; init; }
    public Address? Address { get; init; }
    public Phone? Phone { get; init; }

    /// <summary>From which day it holds.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Who said so.</summary>
    public string? Source { get; init; }
}

/// <summary>The case was put on the agenda of a meeting.</summary>
[StoredName("marac.case-listed.v1")]
public sealed record CaseListed : CaseEvent
{
    [Plain] public required Guid MeetingId { get; init; }
    [Plain] public required DateTimeOffset ListedAt { get; init; }
}

/// <summary>Every listed agency was asked what it knows.</summary>
[StoredName("marac.case-research-opened.v1")]
public sealed record ResearchOpened : CaseEvent
{
    /// <summary>Last day for returns.</summary>
    [Plain] public required DateOnly DueOn { get; init; }
    [Plain] public required DateTimeOffset OpenedAt { get; init; }
}

/// <summary>The meeting heard the case.</summary>
[StoredName("marac.case-heard.v1")]
public sealed record CaseHeard : CaseEvent
{
    [Plain] public required Guid MeetingId { get; init; }
    [Plain] public required DateTimeOffset HeardAt { get; init; }
}

/// <summary>Minutes and actions went to the case's members.</summary>
[StoredName("marac.case-action-plan-issued.v1")]
public sealed record ActionPlanIssued : CaseEvent
{
    [Plain] public required DateTimeOffset IssuedAt { get; init; }
}

/// <summary>All actions are final; a flag stays.</summary>
[StoredName("marac.case-closed.v1")]
public sealed record CaseClosed : CaseEvent
{
    [Plain] public required Guid FlagId { get; init; }
    [Plain] public required DateTimeOffset ClosedAt { get; init; }
    public string? Note { get; init; }
}

/// <summary>An agency (or one team of it) whose copy a perpetrator can reach, and how.</summary>
public sealed record UnsafeCopy
{
    public string Agency { get; init; } = "";
    public string? Team { get; init; }
    public string Reason { get; init; } = "";
}
