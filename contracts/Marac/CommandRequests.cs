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
