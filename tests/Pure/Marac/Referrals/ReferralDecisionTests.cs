using Partnership.Contracts.Marac;
using Partnership.Marac;
using Partnership.Marac.Referrals;
using Partnership.ServiceDefaults;
using Xunit;
using ReferralAccepted = Partnership.Marac.Referrals.ReferralAccepted;
using ReferralRedirected = Partnership.Marac.Referrals.ReferralRedirected;
using ReferralWithdrawn = Partnership.Marac.Referrals.ReferralWithdrawn;

namespace Partnership.Tests.Pure.Marac.Referrals;

/// <summary>Every command in every state, and who may not give it (<c>marac</c> §3).</summary>
public sealed class ReferralDecisionTests
{
    private static readonly Partnership.PartnershipSettings.Threshold Threshold = Given.Partnership.Marac.Thresholds[0];
    private static readonly Partnership.PartnershipSettings.Threshold Local = Given.Partnership.Marac.Thresholds[1];

    /// <summary>State, command, and the event it comes to or the code it is refused with; "nothing" when it is already so.</summary>
    public static TheoryData<string, string, string> Transitions => new()
    {
        { "none", "accept", "referral-not-submitted" },
        { "none", "redirect", "referral-not-submitted" },
        { "none", "confirm", "referral-not-submitted" },
        { "none", "withdraw", "referral-not-submitted" },
        { "submitted", "accept", nameof(ReferralAccepted) },
        { "submitted", "redirect", nameof(RedirectProposed) },
        { "submitted", "confirm", "no-redirect-proposed" },
        { "submitted", "refuse", "no-redirect-proposed" },
        { "submitted", "withdraw", nameof(ReferralWithdrawn) },
        { "accepted", "accept", "nothing" },
        { "accepted", "accept otherwise", "referral-already-accepted" },
        { "accepted", "redirect", "referral-already-accepted" },
        { "accepted", "confirm", "no-redirect-proposed" },
        { "accepted", "withdraw", "referral-has-case" },
        { "proposed", "accept", "redirect-awaiting-second-look" },
        { "proposed", "redirect", "nothing" },
        { "proposed", "redirect otherwise", "redirect-awaiting-second-look" },
        { "proposed", "confirm", nameof(ReferralRedirected) },
        { "proposed", "refuse", nameof(RedirectRefused) },
        { "proposed", "withdraw", nameof(ReferralWithdrawn) },
        { "refused", "accept", nameof(ReferralAccepted) },
        { "refused", "redirect", nameof(RedirectProposed) },
        { "refused", "confirm", "no-redirect-proposed" },
        { "redirected", "accept", "referral-already-redirected" },
        { "redirected", "redirect", "referral-already-redirected" },
        { "redirected", "confirm", "nothing" },
        { "redirected", "refuse", "no-redirect-proposed" },
        { "redirected", "withdraw", nameof(ReferralWithdrawn) },
        { "withdrawn", "accept", "referral-already-withdrawn" },
        { "withdrawn", "redirect", "referral-already-withdrawn" },
        { "withdrawn", "confirm", "no-redirect-proposed" },
        { "withdrawn", "withdraw", "nothing" },
        { "withdrawn", "withdraw otherwise", "referral-already-withdrawn" },
    };

    [Theory]
    [MemberData(nameof(Transitions))]
    public void Each_command_in_each_state_has_one_outcome(string state, string command, string outcome) =>
        Assert.Equal(outcome, OutcomeOf(Do(In(state), command)));

    [Theory]
    [InlineData("accept")]
    [InlineData("redirect")]
    [InlineData("confirm")]
    [InlineData("withdraw")]
    public void A_representative_or_a_chair_does_no_triage(string command)
    {
        Assert.Equal("role-not-permitted", OutcomeOf(Do(In(command == "confirm" ? "proposed" : "submitted"), command, Given.Representative)));
        Assert.Equal("role-not-permitted", OutcomeOf(Do(In(command == "confirm" ? "proposed" : "submitted"), command, Given.Chair)));
    }

    [Fact]
    public void The_second_look_is_not_the_coordinators() =>
        Assert.Equal("role-not-permitted", OutcomeOf(Do(In("proposed"), "confirm", Given.Coordinator)));

    [Theory]
    [InlineData("confirm")]
    [InlineData("refuse")]
    public void The_second_look_is_not_the_proposers(string command)
    {
        var own = In("submitted").Redirect(new RedirectReferral(OnwardService.Idva, "Low score", Threshold, Given.Supervisor, Given.Now));
        var referral = In("submitted").Apply(own.Events.Single());
        Assert.Equal("second-look-by-proposer", OutcomeOf(Do(referral, command, Given.Supervisor)));
        Assert.NotEqual("second-look-by-proposer", OutcomeOf(Do(referral, command, Given.Supervisor with { Person = "p-other" })));
    }

    [Fact]
    public void A_referral_that_meets_the_threshold_is_heard_and_not_redirected()
    {
        var redirect = new RedirectReferral(OnwardService.Idva, "Busy", Threshold, Given.Coordinator, Given.Now);
        Assert.Equal("referral-meets-threshold", OutcomeOf(Submitted(score: 14).Redirect(redirect)));
        Assert.Equal(nameof(RedirectProposed), OutcomeOf(Submitted(score: 13).Redirect(redirect)));
        Assert.Equal("referral-meets-threshold", OutcomeOf(Submitted(score: 13, incidents: 3).Redirect(redirect)));
    }

    [Fact]
    public void Where_a_score_is_left_to_the_IDVA_service_that_needs_consent()
    {
        var redirect = new RedirectReferral(OnwardService.Idva, "Local rule", Local, Given.Coordinator, Given.Now);
        Assert.Equal(nameof(RedirectProposed), OutcomeOf(Submitted(score: 15).Redirect(redirect)));
        Assert.Equal("idva-needs-consent", OutcomeOf(Submitted(score: 15, consent: "NOT_ASKED").Redirect(redirect)));
        Assert.Equal(nameof(RedirectProposed), OutcomeOf(Submitted(score: 15, consent: "NOT_ASKED").Redirect(redirect with { To = OnwardService.Mash })));
    }

    [Theory]
    [InlineData(ReferralCriterion.VisibleHighRisk, 14, null, nameof(ReferralAccepted))]
    [InlineData(ReferralCriterion.VisibleHighRisk, 13, null, "score-under-threshold")]
    [InlineData(ReferralCriterion.ProfessionalJudgement, 3, Given.LongReason, nameof(ReferralAccepted))]
    [InlineData(ReferralCriterion.ProfessionalJudgement, 24, null, "judgement-needs-reason")]
    [InlineData(ReferralCriterion.ProfessionalJudgement, 24, "Because.", "judgement-needs-reason")]
    [InlineData(ReferralCriterion.PotentialEscalation, 3, null, nameof(ReferralAccepted))]
    [InlineData(ReferralCriterion.Repeat, 0, null, nameof(ReferralAccepted))]
    public void The_criterion_recorded_must_fit(ReferralCriterion criterion, int score, string? reason, string outcome) =>
        Assert.Equal(outcome, OutcomeOf(Submitted(score).Accept(Given.Accepting(criterion, reason))));

    [Fact]
    public void The_referrers_reason_is_reason_enough() =>
        Assert.Equal(
            nameof(ReferralAccepted),
            OutcomeOf(Stream(Given.Referral().With("judgementReason", Given.LongReason)).Accept(Given.Accepting(ReferralCriterion.ProfessionalJudgement))));

    [Fact]
    public void Fewer_incidents_than_the_threshold_are_no_escalation() =>
        Assert.Equal("incidents-under-threshold", OutcomeOf(Submitted(14, incidents: 2).Accept(Given.Accepting(ReferralCriterion.PotentialEscalation))));

    [Fact]
    public void Acceptance_keeps_the_versions_then_in_force()
    {
        var accepted = Assert.IsType<ReferralAccepted>(Submitted(14).Accept(Given.Accepting()).Events.Single());
        Assert.Equal(("national-14", "any-abuse"), (accepted.ThresholdVersion, accepted.RepeatDefinitionVersion));
        Assert.Equal("score-under-threshold", OutcomeOf(Submitted(14).Accept(Given.Accepting() with { Threshold = Local })));
    }

    [Fact]
    public void The_look_through_stored_data_happens_once_and_is_no_fact_to_decide_by()
    {
        var before = In("submitted");
        var noted = before.Apply(before.NoteRecords([], Given.Now).Events.Single());
        Assert.Equal(before.FactsVersion, noted.FactsVersion);
        Assert.True(noted.NoteRecords([], Given.Now).IsNothing);
        Assert.True(Referral.None.NoteRecords([], Given.Now).IsNothing);
    }

    [Fact]
    public void Everything_else_changes_the_facts()
    {
        var versions = new[] { "none", "submitted", "proposed", "redirected" }.Select(state => In(state).FactsVersion);
        Assert.Equal([0, 1, 2, 3], versions);
        Assert.Equal(2, In("accepted").FactsVersion);
        Assert.Equal(2, In("withdrawn").FactsVersion);
        Assert.Equal(3, In("refused").FactsVersion);
    }

    [Fact]
    public void Triage_is_due_when_the_next_working_day_ends()
    {
        // 1 July 2026 is a Wednesday; the partnership's summer days end at 23:00 UTC.
        Assert.Equal(new DateTimeOffset(2026, 7, 2, 23, 0, 0, TimeSpan.Zero), Given.Submitted().TriageBy);
    }

    private static Referral In(string state) => state switch
    {
        "none" => Referral.None,
        "submitted" => Submitted(3),
        "accepted" => After("submitted", "accept"),
        "proposed" => After("submitted", "redirect"),
        "refused" => After("proposed", "refuse"),
        "redirected" => After("proposed", "confirm"),
        _ => After("submitted", "withdraw"),
    };

    private static Referral After(string state, string command) => In(state).Apply(Do(In(state), command).Events.Single());

    private static Decision<ReferralEvent> Do(Referral referral, string command, Actor? by = null) => command switch
    {
        "accept" => referral.Accept(Given.Accepting(ReferralCriterion.ProfessionalJudgement, Given.LongReason, by)),
        "accept otherwise" => referral.Accept(Given.Accepting(ReferralCriterion.Repeat, by: by)),
        "redirect" => referral.Redirect(new RedirectReferral(OnwardService.Outreach, "Low score", Threshold, by ?? Given.Coordinator, Given.Now)),
        "redirect otherwise" => referral.Redirect(new RedirectReferral(OnwardService.Mash, "Low score", Threshold, by ?? Given.Coordinator, Given.Now)),
        "confirm" => referral.ConfirmRedirect(new ConfirmRedirect(true, null, by ?? Given.Supervisor, Given.Now)),
        "refuse" => referral.ConfirmRedirect(new ConfirmRedirect(false, "Hear it", by ?? Given.Supervisor, Given.Now)),
        "withdraw" => referral.Withdraw(new WithdrawReferral(WithdrawalGround.Error, "Entered twice", by ?? Given.Coordinator, Given.Now)),
        _ => referral.Withdraw(new WithdrawReferral(WithdrawalGround.Duplicate, "Entered twice", by ?? Given.Coordinator, Given.Now)),
    };

    private static Referral Submitted(int score, int? incidents = null, string consent = "YES")
    {
        var body = Given.Referral().With("riskChecklist.items", Given.Answers(score)).With("consentToReferral", consent);
        return Stream(incidents is null ? body : body.With("policeIncidentsInYear", incidents));
    }

    private static Referral Stream(System.Text.Json.Nodes.JsonObject body) => Referral.Of([Given.Submitted(body)]);

    private static string OutcomeOf(Decision<ReferralEvent> decision) =>
        decision.Refused?.Code ?? (decision.IsNothing ? "nothing" : decision.Events.Single().GetType().Name);
}
