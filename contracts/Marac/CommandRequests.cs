namespace Partnership.Contracts.Marac;

/// <summary><c>POST /marac/referrals/{id}/accept</c>: 201, the case.</summary>
public sealed record AcceptReferralRequest
{
    /// <summary>Required: the criterion the coordinator accepts under; it must fit the referral.</summary>
    public ReferralCriterion? Criterion { get; init; }

    /// <summary>The coordinator's own reason; needed under PROFESSIONAL_JUDGEMENT where the referral gives none.</summary>
    public string? JudgementReason { get; init; }
}

/// <summary><c>POST /marac/referrals/{id}/redirect</c>: both required; a redirection is never silent.</summary>
public sealed record RedirectReferralRequest
{
    public OnwardService? To { get; init; }
    public string? Reason { get; init; }
}

/// <summary><c>POST /marac/referrals/{id}/confirm-redirect</c>: the supervisor's second look.</summary>
public sealed record ConfirmRedirectRequest
{
    /// <summary>Required. False refuses the redirection and sends the referral back to triage.</summary>
    public bool? Confirm { get; init; }

    /// <summary>Required where <see cref="Confirm"/> is false.</summary>
    public string? Reason { get; init; }
}

/// <summary><c>POST /marac/referrals/{id}/withdraw</c>.</summary>
public sealed record WithdrawReferralRequest
{
    /// <summary>Required. A victim's objection alone is not among the grounds.</summary>
    public WithdrawalGround? Ground { get; init; }

    /// <summary>Required: what the ground rests on.</summary>
    public string? Reason { get; init; }
}

/// <summary>
/// <c>PUT /marac/cases/{id}/relations/{agency}</c>: everything recorded between that agency (and team) and the case, in
/// place of what was recorded before. Items must be on the case.
/// </summary>
public sealed record RecordRelationRequest
{
    /// <summary>Addresses of the case that are the agency's own tenancies.</summary>
    public IReadOnlyList<Guid> Tenancy { get; init; } = [];

    /// <summary>People of the case who are known to the agency.</summary>
    public IReadOnlyList<Guid> KnownTo { get; init; } = [];

    /// <summary>The agency is supporting the victim. Default false.</summary>
    public bool? Supporting { get; init; }

    /// <summary>Required: what the agency stated, and to whom.</summary>
    public string? Statement { get; init; }
}

/// <summary><c>PUT /marac/cases/{id}/needs/{agency}</c>: all required.</summary>
public sealed record RecordNeedRequest
{
    /// <summary>Names of field groups, such as <c>victim-location</c>.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];
    public string? Reason { get; init; }

    /// <summary>End of the need: a date-time with its offset, in the future.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary><c>PUT /marac/cases/{id}/summary</c>. No text, or an empty one, empties the summary, which then releases nothing.</summary>
public sealed record WriteSummaryRequest
{
    public string? Text { get; init; }
}

/// <summary><c>PUT /marac/cases/{id}/unsafe-copies</c>: all of them, in place of those recorded before.</summary>
public sealed record RecordUnsafeCopiesRequest
{
    public IReadOnlyList<UnsafeCopyRequest> Copies { get; init; } = [];
}

public sealed record UnsafeCopyRequest
{
    /// <summary>Required.</summary>
    public string? Agency { get; init; }

    /// <summary>Absent: every team of the agency.</summary>
    public string? Team { get; init; }

    /// <summary>Required: how the perpetrator can reach that copy.</summary>
    public string? Reason { get; init; }
}

/// <summary><c>PUT /marac/cases/{id}/readers</c>: restricts the case to these people (NR15), or opens it again.</summary>
public sealed record RestrictReadersRequest
{
    /// <summary>Ids of the people register. Absent opens the case again; an empty list means nobody, and is refused.</summary>
    public IReadOnlyList<string>? People { get; init; }

    /// <summary>Required.</summary>
    public string? Reason { get; init; }
}

/// <summary><c>POST /marac/cases/{id}/conflicts</c>: bars somebody from the case at once. A person, a name, or both.</summary>
public sealed record DeclareConflictRequest
{
    /// <summary>Id of the people register.</summary>
    public string? Person { get; init; }
    public string? Name { get; init; }

    /// <summary>Required.</summary>
    public string? Reason { get; init; }
}

/// <summary><c>POST /marac/cases/{id}/conflicts/{conflictId}/resolve</c>.</summary>
public sealed record ResolveConflictRequest
{
    /// <summary>Required: why this person is not barred after all.</summary>
    public string? Reason { get; init; }
}

/// <summary><c>POST /marac/cases/{id}/holds/{holdId}/clear</c>: the text does not tell where the victim is.</summary>
public sealed record ClearHoldRequest
{
    /// <summary>Required.</summary>
    public string? Reason { get; init; }
}

/// <summary><c>POST /marac/cases/{id}/amendments</c>: a changed fact. The value before is kept as no longer current.</summary>
public sealed record AmendCaseRequest
{
    /// <summary>Required.</summary>
    public AmendedField? Field { get; init; }

    /// <summary>For VICTIM_ADDRESS.</summary>
    public AddressRequest? Address { get; init; }

    /// <summary>For VICTIM_PHONE.</summary>
    public PhoneRequest? Phone { get; init; }

    /// <summary>From which day it holds; required, and not in the future.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Required: who said so.</summary>
    public string? Source { get; init; }
}

/// <summary><c>POST /marac/meetings</c>: 201, the meeting.</summary>
public sealed record ScheduleMeetingRequest
{
    /// <summary>Required: date and time with offset, in the future.</summary>
    public DateTimeOffset? StartsAt { get; init; }
    public string? Venue { get; init; }
}

/// <summary><c>POST /marac/cases/{id}/list</c>: puts the case on a meeting's agenda.</summary>
public sealed record ListCaseRequest
{
    /// <summary>Required.</summary>
    public Guid? MeetingId { get; init; }
}

/// <summary><c>POST /marac/cases/{id}/request-research</c>: every listed agency is asked what it knows.</summary>
public sealed record RequestResearchRequest
{
    /// <summary>Required: last day for returns, not in the past.</summary>
    public DateOnly? DueOn { get; init; }
}

/// <summary><c>POST /marac/cases/{id}/close</c>: all actions final; raises the flag.</summary>
public sealed record CloseCaseRequest
{
    public string? Note { get; init; }
}

/// <summary><c>PUT /marac/cases/{id}/research/{agency}?team=</c>: the agency's return, in place of the one before.</summary>
public sealed record ResearchReturnRequest
{
    /// <summary>True: the people are not known to the agency; then nothing else may stand here but where it looked.</summary>
    public bool? Nil { get; init; }
    public string? Representative { get; init; }
    public DateTimeOffset? SearchedAt { get; init; }

    /// <summary>Required: at least one.</summary>
    public IReadOnlyList<string> SystemsSearched { get; init; } = [];

    /// <summary>People of the case whom the agency knows.</summary>
    public IReadOnlyList<Guid> KnownPersons { get; init; } = [];
    public DateOnly? LastContact { get; init; }
    public IReadOnlyList<ResearchItemRequest> Items { get; init; } = [];

    /// <summary>EMAIL, PHONE or FORM when the coordinator enters what the agency sent; shared items only.</summary>
    public ReceivedBy? ReceivedBy { get; init; }
}

public sealed record ResearchItemRequest
{
    /// <summary>Required.</summary>
    public string? Text { get; init; }
    public AboutWhom? About { get; init; }
    public FactOrOpinion? FactOrOpinion { get; init; }
    public DateOnly? DateOfInformation { get; init; }

    /// <summary>Required. False needs <see cref="ReasonNotShared"/>.</summary>
    public bool? Share { get; init; }
    public string? ReasonNotShared { get; init; }

    /// <summary>Health information; only health agencies may leave it out.</summary>
    public bool? Health { get; init; }

    /// <summary>Teams it is relevant for, such as <c>CKH</c> or <c>PCC/EDU</c>.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];
}

/// <summary><c>PUT /marac/research/{id}/items/{itemId}/caldicott</c>.</summary>
public sealed record CaldicottRequest
{
    /// <summary>Required. False takes the mark away.</summary>
    public bool? Release { get; init; }

    /// <summary>Required: the guardian's reason.</summary>
    public string? Reason { get; init; }
}

/// <summary><c>POST /marac/cases/{id}/minutes</c>: lines said about the case.</summary>
public sealed record AddMinutesRequest
{
    public IReadOnlyList<MinutesLineRequest> Lines { get; init; } = [];
}

public sealed record MinutesLineRequest
{
    public string? Text { get; init; }
    public AboutWhom? About { get; init; }
    public FactOrOpinion? FactOrOpinion { get; init; }

    /// <summary>Teams that may read it. Absent: every member team whose cell for minutes is Y.</summary>
    public IReadOnlyList<string>? Readers { get; init; }
}

/// <summary><c>POST /marac/cases/{id}/actions</c>: no action without owner and date.</summary>
public sealed record AssignActionRequest
{
    public string? OwnerAgency { get; init; }
    public string? OwnerTeam { get; init; }

    /// <summary>Id of the people register.</summary>
    public string? OwnerPerson { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<ActionTarget> Targets { get; init; } = [];
    public DateOnly? DueOn { get; init; }

    /// <summary>Field groups the owner needs for it, such as <c>victim-location</c>; given once the coordinator confirms them.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];
}

/// <summary><c>POST /marac/actions/{id}/confirm-need</c>: the coordinator, with a reason.</summary>
public sealed record ConfirmNeedRequest
{
    public IReadOnlyList<string> Groups { get; init; } = [];
    public string? Reason { get; init; }
}

/// <summary><c>POST /marac/actions/{id}/outcome</c>: DONE, NOT_DONE or NO_LONGER_POSSIBLE, with what happened.</summary>
public sealed record RecordOutcomeRequest
{
    public ActionStatus? Status { get; init; }
    public string? Outcome { get; init; }
}

/// <summary>
/// <c>POST /marac/search</c>: cases of people who may be the one described; names in variants, near dates, phone, address.
/// At least one of name, phone and postcode.
/// </summary>
public sealed record SearchCasesRequest
{
    public string? Name { get; init; }
    public DateOnly? DateOfBirth { get; init; }
    public string? Phone { get; init; }
    public string? Postcode { get; init; }
}
