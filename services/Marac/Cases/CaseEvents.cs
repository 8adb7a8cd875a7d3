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
