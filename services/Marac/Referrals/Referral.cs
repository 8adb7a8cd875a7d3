using Partnership.Contracts.Marac;
using Partnership.Marac.Content;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Referrals;

/// <summary>
/// A professional's request to hear a case, as its stream tells it, and what may be decided about it (<c>marac</c> §3).
/// Decisions are pure; state changes in <see cref="Apply"/> alone, which never refuses.
/// </summary>
public sealed record Referral
{
    /// <summary>No referral yet: what an empty stream is.</summary>
    public static Referral None { get; } = new();

    public Guid Id { get; private init; }

    /// <summary>Null when there is no such referral.</summary>
    public ReferralStatus? Status { get; private init; }

    /// <summary>
    /// Rises with every event that a decision about the referral can rest on. The look through stored data is not one: it
    /// happens by itself some moments after submission and must not overtake the coordinator.
    /// </summary>
    public long FactsVersion { get; private init; }
    public ReferralSubmitted? Submitted { get; private init; }
    public RecordsChecked? Checked { get; private init; }
    public ReferralAccepted? Accepted { get; private init; }
    public RedirectProposed? Proposal { get; private init; }
    public ReferralRedirected? Redirected { get; private init; }
    public ReferralWithdrawn? Withdrawn { get; private init; }

    /// <summary>What was submitted. Only of a referral that is there.</summary>
    public ReferralSubmitted Form => Submitted ?? throw new InvalidOperationException("There is no such referral.");

    public ReferralContent Content => Form.Content;

    public static Referral Of(IEnumerable<ReferralEvent> events) => events.Aggregate(None, (referral, e) => referral.Apply(e));

    public Referral Apply(ReferralEvent happened) => happened switch
    {
        ReferralSubmitted e => this with { Id = e.ReferralId, Status = ReferralStatus.Submitted, Submitted = e, FactsVersion = FactsVersion + 1 },
        RecordsChecked e => this with { Checked = e },
        ReferralAccepted e => this with { Status = ReferralStatus.Accepted, Accepted = e, FactsVersion = FactsVersion + 1 },
        RedirectProposed e => this with { Status = ReferralStatus.RedirectProposed, Proposal = e, FactsVersion = FactsVersion + 1 },
        ReferralRedirected e => this with { Status = ReferralStatus.Redirected, Redirected = e, FactsVersion = FactsVersion + 1 },
        RedirectRefused => this with { Status = ReferralStatus.Submitted, Proposal = null, FactsVersion = FactsVersion + 1 },
        ReferralWithdrawn e => this with { Status = ReferralStatus.Withdrawn, Withdrawn = e, FactsVersion = FactsVersion + 1 },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of a referral."),
    };

    /// <summary>The body has passed its rules; there is nothing left to refuse.</summary>
    public static ReferralSubmitted Submit(SubmitReferral command) => new()
    {
        ReferralId = command.Id,
        Subjects = command.Content.Subjects(),
        Criteria = command.Criteria,
        ThresholdVersion = command.ThresholdVersion,
        ReferralAt = command.ReferralAt,
        SubmittedAt = command.Now,
        TriageBy = command.TriageBy,
        ReferringAgency = command.ReferringAgency,
        ReceivedBy = command.ReceivedBy,
        AuthorPerson = command.By.Person,
        AuthorAgency = command.By.Agency,
        AuthorTeam = command.By.Team,
        Content = command.Content,
    };

    public Decision<ReferralEvent> NoteRecords(IReadOnlyList<TriageNote> notes, DateTimeOffset now) =>
        Status is null || Checked is not null
            ? Decision.Nothing<ReferralEvent>()
            : new RecordsChecked { ReferralId = Id, Subjects = [], CheckedAt = now, Notes = notes };

    public Decision<ReferralEvent> Accept(AcceptReferral command) => RefusalOf(command.By) is { } refusal ? refusal : Stage switch
    {
        ReferralStatus.Accepted when Accepted?.Criterion == command.Criterion => Decision.Nothing<ReferralEvent>(),
        ReferralStatus.Accepted => ReferralRefusals.AlreadyAccepted,
        ReferralStatus.InfoRequested => ReferralRefusals.AwaitingInformation,
        ReferralStatus.RedirectProposed => ReferralRefusals.AwaitingSecondLook,
        ReferralStatus.Redirected => ReferralRefusals.AlreadyRedirected,
        ReferralStatus.Withdrawn => ReferralRefusals.AlreadyWithdrawn,
        ReferralStatus.Submitted when MisfitOf(command) is { } misfit => misfit,
        ReferralStatus.Submitted => new ReferralAccepted
        {
            ReferralId = Id,
            Subjects = Form.Subjects,
            CaseId = command.CaseId,
            Criterion = command.Criterion,
            ThresholdVersion = command.Threshold.Version,
            RepeatDefinitionVersion = command.RepeatDefinitionVersion,
            AcceptedAt = command.Now,
            JudgementReason = command.JudgementReason,
        },
    };

    public Decision<ReferralEvent> Redirect(RedirectReferral command) => RefusalOf(command.By) is { } refusal ? refusal : Stage switch
    {
        ReferralStatus.RedirectProposed when Proposal?.To == command.To && Proposal.ProposedBy == command.By.Person => Decision.Nothing<ReferralEvent>(),
        ReferralStatus.RedirectProposed => ReferralRefusals.AwaitingSecondLook,
        ReferralStatus.Accepted => ReferralRefusals.AlreadyAccepted,
        ReferralStatus.InfoRequested => ReferralRefusals.AwaitingInformation,
        ReferralStatus.Redirected => ReferralRefusals.AlreadyRedirected,
        ReferralStatus.Withdrawn => ReferralRefusals.AlreadyWithdrawn,
        ReferralStatus.Submitted when MeetsThreshold(command.Threshold) => ReferralRefusals.MeetsThreshold,
        ReferralStatus.Submitted when NeedsConsentFor(command) => ReferralRefusals.IdvaNeedsConsent,
        ReferralStatus.Submitted => new RedirectProposed
        {
            ReferralId = Id,
            Subjects = Form.Subjects,
            To = command.To,
            ProposedBy = command.By.Person,
            ProposedAt = command.Now,
            Reason = command.Reason,
        },
    };

    /// <summary>The second look: by a supervisor, and never by whoever proposed.</summary>
    public Decision<ReferralEvent> ConfirmRedirect(ConfirmRedirect command) => (Status, Proposal) switch
    {
        _ when command.By.Role != MaracRoles.Supervisor => MaracRoles.NotYours,
        (null, _) => ReferralRefusals.NotSubmitted,
        (ReferralStatus.Redirected, _) when command.Confirm => Decision.Nothing<ReferralEvent>(),
        (ReferralStatus.RedirectProposed, { } proposal) when proposal.ProposedBy == command.By.Person => ReferralRefusals.OwnProposal,
        (ReferralStatus.RedirectProposed, { } proposal) when command.Confirm => new ReferralRedirected
        {
            ReferralId = Id,
            Subjects = Form.Subjects,
            To = proposal.To,
            ConfirmedBy = command.By.Person,
            RedirectedAt = command.Now,
            Reason = command.Reason,
        },
        (ReferralStatus.RedirectProposed, _) => new RedirectRefused
        {
            ReferralId = Id,
            Subjects = Form.Subjects,
            RefusedBy = command.By.Person,
            RefusedAt = command.Now,
            Reason = command.Reason,
        },
        _ => ReferralRefusals.NoRedirectProposed,
    };

    /// <summary>From any state but an accepted one, whose case is withdrawn instead.</summary>
    public Decision<ReferralEvent> Withdraw(WithdrawReferral command) => RefusalOf(command.By) is { } refusal ? refusal : Stage switch
    {
        ReferralStatus.Withdrawn when Withdrawn?.Ground == command.Ground => Decision.Nothing<ReferralEvent>(),
        ReferralStatus.Withdrawn => ReferralRefusals.AlreadyWithdrawn,
        ReferralStatus.Accepted => ReferralRefusals.WithdrawTheCase,
        ReferralStatus.Submitted or ReferralStatus.InfoRequested or ReferralStatus.RedirectProposed or ReferralStatus.Redirected => new ReferralWithdrawn
        {
            ReferralId = Id,
            Subjects = Form.Subjects,
            Ground = command.Ground,
            WithdrawnAt = command.Now,
            Reason = command.Reason,
        },
    };

    /// <summary>Why the referral does not fit the criterion it would be accepted under; null when it does.</summary>
    /// <remarks>
    /// A repeat is the coordinator's to judge, with the triage notes beside it: the earlier referral may be on paper. So are
    /// incidents that the form does not count.
    /// </remarks>
    private Refusal? MisfitOf(AcceptReferral command) => command.Criterion switch
    {
        ReferralCriterion.VisibleHighRisk when Score < command.Threshold.VisibleHighRisk => ReferralRefusals.ScoreUnderThreshold,
        ReferralCriterion.ProfessionalJudgement when !IsReason(Content.JudgementReason, command) && !IsReason(command.JudgementReason, command)
            => ReferralRefusals.JudgementNeedsReason,
        ReferralCriterion.PotentialEscalation when Content.Narrative.PoliceIncidentsInYear < command.Threshold.EscalationIncidents
            => ReferralRefusals.IncidentsUnderThreshold,
        ReferralCriterion.VisibleHighRisk or ReferralCriterion.ProfessionalJudgement or ReferralCriterion.PotentialEscalation
            or ReferralCriterion.Repeat => null,
    };

    private ReferralStatus Stage => Status ?? throw new InvalidOperationException("There is no such referral.");

    private Refusal? RefusalOf(Actor by) =>
        !by.IsOneOf(MaracRoles.Triage) ? MaracRoles.NotYours : Status is null ? ReferralRefusals.NotSubmitted : null;

    private static bool IsReason(string? reason, AcceptReferral command) => reason?.Length >= command.JudgementMinChars;

    private bool MeetsThreshold(Threshold threshold) =>
        Score >= threshold.VisibleHighRisk || Content.Narrative.PoliceIncidentsInYear >= threshold.EscalationIncidents;

    /// <summary>Where a version of the threshold leaves some scores to the IDVA service alone, that service needs consent.</summary>
    private bool NeedsConsentFor(RedirectReferral command) =>
        command.To == OnwardService.Idva && command.Threshold.IdvaOnly is { } band && Score >= band.From && Score <= band.To
        && Content.ConsentToReferral != ConsentAnswer.Yes;

    private int Score => Content.RiskChecklist?.CountYes() ?? 0;
}

/// <summary>Why triage says no. Codes are stable.</summary>
public static class ReferralRefusals
{
    public static readonly Refusal NotSubmitted = new("referral-not-submitted", "There is no such referral.");
    public static readonly Refusal AlreadyAccepted = new("referral-already-accepted", "The referral has been accepted.");
    public static readonly Refusal AlreadyRedirected = new("referral-already-redirected", "The referral has been redirected.");
    public static readonly Refusal AlreadyWithdrawn = new("referral-already-withdrawn", "The referral has been withdrawn.");
    public static readonly Refusal AwaitingInformation = new("referral-awaiting-information", "The referrer has been asked for more information.");
    public static readonly Refusal AwaitingSecondLook = new("redirect-awaiting-second-look", "A redirection is proposed and awaits the supervisor.");
    public static readonly Refusal NoRedirectProposed = new("no-redirect-proposed", "No redirection is proposed.");
    public static readonly Refusal OwnProposal = new("second-look-by-proposer", "Another person than the proposer takes the second look.");
    public static readonly Refusal WithdrawTheCase = new("referral-has-case", "The referral has been accepted: withdraw the case.");
    public static readonly Refusal MeetsThreshold = new("referral-meets-threshold", "The referral meets the threshold in force, so it is heard.");
    public static readonly Refusal IdvaNeedsConsent = new("idva-needs-consent", "With this score the IDVA service takes the victim on only with consent.");
    public static readonly Refusal ScoreUnderThreshold = new(
        "score-under-threshold", "The score is under the threshold in force. That is no reason not to accept: record another criterion.");
    public static readonly Refusal JudgementNeedsReason = new(
        "judgement-needs-reason", "Professional judgement needs its reason in writing, the referrer's or yours.");
    public static readonly Refusal IncidentsUnderThreshold = new(
        "incidents-under-threshold", "The incidents stated are fewer than the threshold in force. Record another criterion.");
}
