using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;

namespace Partnership.Contracts.Topology;

/// <summary>
/// Exchanges, queues and bindings of the platform, in one place. Applied by <c>SERVICE migrate</c> before any host
/// starts; no host invents a name of its own.
/// </summary>
public static class BusTopology
{
    /// <summary>
    /// The queue every disclosure entry goes to. Quorum, <c>reject-publish</c>, no length limit, no time-to-live, no
    /// delivery limit. Reached through the default exchange, so that no binding can be lost.
    /// </summary>
    public const string LedgerQueue = "information-sharing.ledger";

    /// <summary>
    /// Exchange and queue of what a broker's policy makes the ledger's queue drop against its arguments, so that it is
    /// neither lost nor unnoticed.
    /// </summary>
    public const string LedgerDropped = "information-sharing.ledger-dropped";

    /// <summary>Casework events the ledger records as collection and alteration.</summary>
    public const string CaseworkQueue = "information-sharing.casework";

    /// <summary>Every published contract and its exchange (a durable fanout).</summary>
    public static IReadOnlyDictionary<Type, string> Exchanges { get; } = new Dictionary<Type, string>
    {
        [typeof(ReferralSubmitted)] = "marac.referral-submitted",
        [typeof(ReferralAccepted)] = "marac.referral-accepted",
        [typeof(ReferralRedirectProposed)] = "marac.referral-redirect-proposed",
        [typeof(ReferralRedirected)] = "marac.referral-redirected",
        [typeof(ReferralRedirectRefused)] = "marac.referral-redirect-refused",
        [typeof(ReferralWithdrawn)] = "marac.referral-withdrawn",
        [typeof(CaseOpened)] = "marac.case-opened",
        [typeof(MemberListed)] = "marac.member-listed",
        [typeof(MemberRemoved)] = "marac.member-removed",
        [typeof(RelationRecorded)] = "marac.relation-recorded",
        [typeof(NeedRecorded)] = "marac.need-recorded",
        [typeof(SummaryWritten)] = "marac.summary-written",
        [typeof(UnsafeCopiesRecorded)] = "marac.unsafe-copies-recorded",
        [typeof(ConflictDeclared)] = "marac.conflict-declared",
        [typeof(CaseRestricted)] = "marac.case-restricted",
        [typeof(HoldCleared)] = "marac.hold-cleared",
        [typeof(CaseAmended)] = "marac.case-amended",
        [typeof(MeetingScheduled)] = "marac.meeting-scheduled",
        [typeof(CaseListed)] = "marac.case-listed",
        [typeof(ResearchRequested)] = "marac.research-requested",
        [typeof(ResearchReturned)] = "marac.research-returned",
        [typeof(CaldicottMarked)] = "marac.caldicott-marked",
        [typeof(CaseHeard)] = "marac.case-heard",
        [typeof(MinutesRecorded)] = "marac.minutes-recorded",
        [typeof(ActionPlanIssued)] = "marac.action-plan-issued",
        [typeof(ActionAssigned)] = "marac.action-assigned",
        [typeof(ActionNeedConfirmed)] = "marac.action-need-confirmed",
        [typeof(ActionUpdated)] = "marac.action-updated",
        [typeof(CaseClosed)] = "marac.case-closed",
        [typeof(MaracFlagRaised)] = "marac.flag-raised",
        [typeof(EmergencyOpened)] = "information-sharing.emergency-opened",
        [typeof(EmergencyUsed)] = "information-sharing.emergency-used",
        [typeof(EmergencyReviewed)] = "information-sharing.emergency-reviewed",
    };

    /// <summary>
    /// Contracts by the kind of stream they come from: those of one stream share its publication numbers.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Type>> Streams { get; } = new Dictionary<string, IReadOnlyList<Type>>
    {
        ["marac.referral"] =
        [
            typeof(ReferralSubmitted), typeof(ReferralAccepted), typeof(ReferralRedirectProposed), typeof(ReferralRedirected),
            typeof(ReferralRedirectRefused), typeof(ReferralWithdrawn),
        ],
        ["marac.case"] =
        [
            typeof(CaseOpened), typeof(MemberListed), typeof(MemberRemoved), typeof(RelationRecorded), typeof(NeedRecorded),
            typeof(SummaryWritten), typeof(UnsafeCopiesRecorded), typeof(HoldCleared), typeof(CaseAmended), typeof(CaseListed),
            typeof(CaseHeard), typeof(ActionPlanIssued), typeof(CaseClosed),
        ],
        ["marac.conflict-register"] = [typeof(ConflictDeclared), typeof(CaseRestricted)],
        ["marac.meeting"] = [typeof(MeetingScheduled)],
        ["marac.research"] = [typeof(ResearchRequested), typeof(ResearchReturned), typeof(CaldicottMarked)],
        ["marac.minutes"] = [typeof(MinutesRecorded)],
        ["marac.action"] = [typeof(ActionAssigned), typeof(ActionNeedConfirmed), typeof(ActionUpdated)],
        ["marac.flag"] = [typeof(MaracFlagRaised)],
        ["information-sharing.emergency"] = [typeof(EmergencyOpened), typeof(EmergencyUsed), typeof(EmergencyReviewed)],
    };

    /// <summary>
    /// Every queue that consumes casework events, with the contracts bound to it; all of a stream's or none, see
    /// <see cref="BusLayout"/>.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Type>> Queues { get; } = new Dictionary<string, IReadOnlyList<Type>>
    {
        [CaseworkQueue] = [.. Exchanges.Keys],
    };
}
