using Partnership.Contracts.Sharing;

namespace Partnership.Contracts.Marac;

// Integration events of MARAC: thin, stable, published. Their namespace and names are part of the wire format.

public abstract record MaracEvent : ICaseworkEvent
{
    public required Guid EventId { get; init; }
    public required Guid RecordId { get; init; }
    public required Guid StreamId { get; init; }
    public required long PublicationNumber { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required IReadOnlyList<Guid> Subjects { get; init; }
    public required ActorStamp Actor { get; init; }
}

/// <summary>A professional of a signatory agency has asked for a case to be heard.</summary>
public sealed record ReferralSubmitted : MaracEvent
{
    public required IReadOnlyList<ReferralCriterion> Criteria { get; init; }
    public required string ThresholdVersion { get; init; }
    public required string ReferringAgency { get; init; }
}

/// <summary>The coordinator took the referral into a case.</summary>
public sealed record ReferralAccepted : MaracEvent
{
    public required Guid CaseId { get; init; }
    public required ReferralCriterion Criterion { get; init; }
    public required string ThresholdVersion { get; init; }
}

/// <summary>The coordinator proposes another service; the supervisor's second look is due.</summary>
public sealed record ReferralRedirectProposed : MaracEvent
{
    public required OnwardService To { get; init; }
}

/// <summary>The supervisor confirmed the redirection.</summary>
public sealed record ReferralRedirected : MaracEvent
{
    public required OnwardService To { get; init; }
}

/// <summary>The supervisor refused the redirection; the referral is back at triage.</summary>
public sealed record ReferralRedirectRefused : MaracEvent;

public sealed record ReferralWithdrawn : MaracEvent
{
    public required WithdrawalGround Ground { get; init; }
}

public sealed record CaseOpened : MaracEvent
{
    public required Guid ReferralId { get; init; }
    public required ReferralCriterion Criterion { get; init; }
    public required string ThresholdVersion { get; init; }
    public required string ReferringAgency { get; init; }
    public required int ChildCount { get; init; }
}

public sealed record MemberListed : MaracEvent
{
    public required string Agency { get; init; }
    public string? Team { get; init; }
}

public sealed record MemberRemoved : MaracEvent
{
    public required string Agency { get; init; }
    public string? Team { get; init; }
}

/// <summary>The coordinator recorded (or ended) a relation between an agency and the case.</summary>
public sealed record RelationRecorded : MaracEvent
{
    public required string Agency { get; init; }
    public string? Team { get; init; }
    public required string Kind { get; init; }
    public required bool Ended { get; init; }
}

/// <summary>The coordinator recorded (or ended) an agency's need to know.</summary>
public sealed record NeedRecorded : MaracEvent
{
    public required string Agency { get; init; }
    public string? Team { get; init; }
    public required IReadOnlyList<string> Groups { get; init; }
    public required DateTimeOffset Until { get; init; }
    public required bool Ended { get; init; }
}

/// <summary>Somebody wrote, changed or emptied the summary of the case.</summary>
public sealed record SummaryWritten : MaracEvent
{
    public required bool Empty { get; init; }
}

/// <summary>The coordinator recorded whose copies a perpetrator can reach.</summary>
public sealed record UnsafeCopiesRecorded : MaracEvent
{
    public required int Count { get; init; }

    /// <summary>Agencies, and teams where only theirs can be reached: <c>CKH</c>, <c>PCC/EDU</c>.</summary>
    public required IReadOnlyList<string> Parties { get; init; }
}

/// <summary>Somebody was barred from the case, or is barred no longer. Not who.</summary>
public sealed record ConflictDeclared : MaracEvent
{
    public required bool Ended { get; init; }
}

/// <summary>The case was restricted to named readers, or opened again.</summary>
public sealed record CaseRestricted : MaracEvent
{
    public required bool Ended { get; init; }
}

/// <summary>The coordinator found that a held text does not tell where the victim is.</summary>
public sealed record HoldCleared : MaracEvent
{
    public required Guid HoldId { get; init; }
}

/// <summary>A fact of the case changed; not to what.</summary>
public sealed record CaseAmended : MaracEvent
{
    public required AmendedField Field { get; init; }
}

public sealed record MeetingScheduled : MaracEvent
{
    public required DateTimeOffset StartsAt { get; init; }
}

public sealed record CaseListed : MaracEvent
{
    public required Guid MeetingId { get; init; }
}

/// <summary>One agency (and team) was asked for research.</summary>
public sealed record ResearchRequested : MaracEvent
{
    public required Guid CaseId { get; init; }
    public required string Agency { get; init; }
    public string? Team { get; init; }
    public required DateOnly DueOn { get; init; }
}

public sealed record ResearchReturned : MaracEvent
{
    public required Guid CaseId { get; init; }
    public required string Agency { get; init; }
    public string? Team { get; init; }
    public required bool Nil { get; init; }
}

/// <summary>A Caldicott guardian agreed to the release of a health item, or took that back.</summary>
public sealed record CaldicottMarked : MaracEvent
{
    public required Guid ItemId { get; init; }
    public required bool Released { get; init; }
}

public sealed record CaseHeard : MaracEvent
{
    public required Guid MeetingId { get; init; }
}

/// <summary>Lines were added to the minutes of a case.</summary>
public sealed record MinutesRecorded : MaracEvent
{
    public required Guid CaseId { get; init; }
    public required int Lines { get; init; }
}

/// <summary>Minutes and action plan of a case went to its members.</summary>
public sealed record ActionPlanIssued : MaracEvent;

public sealed record ActionAssigned : MaracEvent
{
    public required Guid CaseId { get; init; }
    public required string OwnerAgency { get; init; }
    public string? OwnerTeam { get; init; }
    public required DateOnly DueOn { get; init; }
}

/// <summary>The coordinator confirmed what an action's owner needs.</summary>
public sealed record ActionNeedConfirmed : MaracEvent
{
    public required IReadOnlyList<string> Groups { get; init; }
}

public sealed record ActionUpdated : MaracEvent
{
    public required Guid CaseId { get; init; }
    public required ActionStatus Status { get; init; }
}

public sealed record CaseClosed : MaracEvent;

public sealed record MaracFlagRaised : MaracEvent
{
    public required Guid CaseId { get; init; }
    public required DateOnly ExpiresOn { get; init; }
}
