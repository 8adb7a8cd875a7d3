using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.Content;

namespace Partnership.Marac.Referrals;

// The stored events of a referral. Plain are ids, codes, dates and counts only; everything else is sealed under the
// referral's own key. Sealed properties are never `required`, because an erased one has no value to give.

public abstract record ReferralEvent
{
    [Plain] public required Guid ReferralId { get; init; }

    /// <summary>Scheme-local ids of the people concerned, for the ledger.</summary>
    [Plain] public required IReadOnlyList<Guid> Subjects { get; init; }
}

/// <summary>A professional of a signatory agency asked for a case to be heard.</summary>
[StoredName("marac.referral-submitted.v1")]
public sealed record ReferralSubmitted : ReferralEvent
{
    [Plain] public required IReadOnlyList<ReferralCriterion> Criteria { get; init; }

    /// <summary>The version of the threshold in force at submission.</summary>
    [Plain] public required string ThresholdVersion { get; init; }
    [Plain] public required DateTimeOffset ReferralAt { get; init; }
    [Plain] public required DateTimeOffset SubmittedAt { get; init; }
    [Plain] public required DateTimeOffset TriageBy { get; init; }
    [Plain] public required string ReferringAgency { get; init; }
    [Plain] public required ReceivedBy ReceivedBy { get; init; }

    /// <summary>Who sent it, by the scheme's pseudonym: the referrer, or the coordinator who entered it.</summary>
    [Plain] public required string AuthorPerson { get; init; }
    [Plain] public required string AuthorAgency { get; init; }
    [Plain] public string? AuthorTeam { get; init; }
    public ReferralContent Content { get; init; } = new();
}

/// <summary>Stored data was looked through for the triage of this referral; nothing found is a finding too.</summary>
/// <remarks>The notes say things of people ("a victim elsewhere is accused here"), so they are sealed, ids and all.</remarks>
[StoredName("marac.referral-records-checked.v1")]
public sealed record RecordsChecked : ReferralEvent
{
    [Plain] public required DateTimeOffset CheckedAt { get; init; }
    public IReadOnlyList<TriageNote> Notes { get; init; } = [];
}

/// <summary>What stored data says, for the coordinator. Codes: <see cref="Triage.TriageNotes"/>.</summary>
public sealed record TriageNote
{
    public string Code { get; init; } = "";
    public IReadOnlyList<Guid> Referrals { get; init; } = [];
    public IReadOnlyList<Guid> Cases { get; init; } = [];
}

/// <summary>The coordinator took the referral into a case.</summary>
[StoredName("marac.referral-accepted.v1")]
public sealed record ReferralAccepted : ReferralEvent
{
    [Plain] public required Guid CaseId { get; init; }
    [Plain] public required ReferralCriterion Criterion { get; init; }
    [Plain] public required string ThresholdVersion { get; init; }
    [Plain] public required string RepeatDefinitionVersion { get; init; }
    [Plain] public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>The coordinator's own reason, beside the referral's.</summary>
    public string? JudgementReason { get; init; }
}

/// <summary>The coordinator proposes another service; a second look is due.</summary>
[StoredName("marac.referral-redirect-proposed.v1")]
public sealed record RedirectProposed : ReferralEvent
{
    [Plain] public required OnwardService To { get; init; }
    [Plain] public required string ProposedBy { get; init; }
    [Plain] public required DateTimeOffset ProposedAt { get; init; }
    public string? Reason { get; init; }
}

/// <summary>The supervisor, another person than the proposer, confirmed.</summary>
[StoredName("marac.referral-redirected.v1")]
public sealed record ReferralRedirected : ReferralEvent
{
    [Plain] public required OnwardService To { get; init; }
    [Plain] public required string ConfirmedBy { get; init; }
    [Plain] public required DateTimeOffset RedirectedAt { get; init; }
    public string? Reason { get; init; }
}

/// <summary>The supervisor did not agree; the referral is back at triage.</summary>
[StoredName("marac.referral-redirect-refused.v1")]
public sealed record RedirectRefused : ReferralEvent
{
    [Plain] public required string RefusedBy { get; init; }
    [Plain] public required DateTimeOffset RefusedAt { get; init; }
    public string? Reason { get; init; }
}

/// <summary>The referral was an error, a duplicate, or not a case of domestic abuse.</summary>
[StoredName("marac.referral-withdrawn.v1")]
public sealed record ReferralWithdrawn : ReferralEvent
{
    [Plain] public required WithdrawalGround Ground { get; init; }
    [Plain] public required DateTimeOffset WithdrawnAt { get; init; }
    public string? Reason { get; init; }
}
