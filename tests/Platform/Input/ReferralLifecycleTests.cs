using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.Input;

/// <summary>A referral from submission to its end (<c>marac</c> §3), each step with its nearest refusals.</summary>
[Collection(nameof(GovernedPlatform))]
public sealed class ReferralLifecycleTests(GovernedPlatform governed)
{
    private static readonly object ToOutreach = new { to = "OUTREACH", reason = "Low risk, and she wishes for support at home." };
    private static readonly object Confirmed = new { confirm = true };
    private static readonly object Judged = new { criterion = "PROFESSIONAL_JUDGEMENT" };

    [Fact]
    public async Task A_redirection_is_proposed_by_the_coordinator_and_confirmed_by_the_supervisor()
    {
        var referral = await governed.SubmitAsync(GovernedPlatform.Low());
        await RefusedAsync("no-redirect-proposed", referral, "confirm-redirect", Confirmed, "supervisor");
        await DoneAsync(referral, "redirect", ToOutreach);
        Assert.Equal("REDIRECT_PROPOSED", await StatusAsync(referral));

        await RefusedAsync("redirect-awaiting-second-look", referral, "accept", Judged);
        await RefusedAsync("redirect-awaiting-second-look", referral, "redirect", new { to = "MASH", reason = "A child." });
        await DoneAsync(referral, "confirm-redirect", Confirmed, "supervisor");

        Assert.Equal("REDIRECTED", await StatusAsync(referral));
        await RefusedAsync("referral-already-redirected", referral, "accept", Judged);
        // The referrer is told where it went, and no longer what they wrote.
        var own = await governed.Platform.As("pvp").GetAsync(referral, GovernedPlatform.Referring);
        Assert.Equal(("REDIRECTED", "OUTREACH"), (own.At("data.status")?.GetString(), own.At("data.redirectedTo")?.GetString()));
        Assert.Null(own.At("data.narrative"));
    }

    [Fact]
    public async Task The_second_look_is_not_the_coordinators()
    {
        var referral = await governed.SubmitAsync(GovernedPlatform.Low());
        await DoneAsync(referral, "redirect", ToOutreach);

        foreach (var (who, code) in new[] { ("coordinator", "no-rule-for-role"), ("marac-chair", "no-rule-for-role"), ("pvp", "no-rule-for-role") })
        {
            var answer = await governed.CommandAsync(referral, "confirm-redirect", Confirmed, who);
            Assert.Equal((403, code), ((int)answer.Status, answer.Code));
        }

        Assert.Equal("REDIRECT_PROPOSED", await StatusAsync(referral));
    }

    [Fact]
    public async Task Whoever_proposed_does_not_take_the_second_look_in_another_hat()
    {
        var referral = await governed.SubmitAsync(GovernedPlatform.Low());
        var proposed = await governed.CommandAsync(referral, "redirect", ToOutreach, GovernedPlatform.Both, "coordinating");
        Assert.True((int)proposed.Status == 204, proposed.ToString());

        var own = await governed.CommandAsync(referral, "confirm-redirect", Confirmed, GovernedPlatform.Both, "supervising");

        Assert.Equal((409, "second-look-by-proposer"), ((int)own.Status, own.Code));
        await DoneAsync(referral, "confirm-redirect", Confirmed, "supervisor");
        Assert.Equal("REDIRECTED", await StatusAsync(referral));
    }

    [Fact]
    public async Task A_redirection_refused_goes_back_to_triage_and_can_then_be_accepted()
    {
        var referral = await governed.SubmitAsync(GovernedPlatform.Low());
        await DoneAsync(referral, "redirect", ToOutreach);
        await InvalidAsync("reason", "required", referral, "confirm-redirect", new { confirm = false }, "supervisor");

        await DoneAsync(referral, "confirm-redirect", new { confirm = false, reason = "The judgement is convincing." }, "supervisor");

        Assert.Equal("SUBMITTED", await StatusAsync(referral));
        var accepted = await governed.CommandAsync(referral, "accept", Judged);
        Assert.True((int)accepted.Status == 201, accepted.ToString());
        await RefusedAsync("referral-has-case", referral, "withdraw", new { ground = "ERROR", reason = "Sent twice." });
        await RefusedAsync("referral-already-accepted", referral, "redirect", ToOutreach);
        await RefusedAsync("referral-already-accepted", referral, "accept", new { criterion = "REPEAT" });
    }

    [Fact]
    public async Task What_meets_the_threshold_is_heard_and_not_redirected()
    {
        var referral = await governed.SubmitAsync(GovernedPlatform.Body());

        await RefusedAsync("referral-meets-threshold", referral, "redirect", ToOutreach);

        Assert.Equal("SUBMITTED", await StatusAsync(referral));
    }

    [Theory]
    [InlineData("ERROR")]
    [InlineData("DUPLICATE")]
    [InlineData("NOT_DOMESTIC_ABUSE")]
    public async Task A_referral_is_withdrawn_on_its_ground_and_not_accepted_afterwards(string ground)
    {
        var referral = await governed.SubmitAsync(GovernedPlatform.Body());

        await DoneAsync(referral, "withdraw", new { ground, reason = "As the referrer says." });

        var read = await governed.Platform.As("coordinator").GetAsync(referral, GovernedPlatform.Triage);
        Assert.Equal(("WITHDRAWN", ground), (read.At("data.status")?.GetString(), read.At("data.withdrawnBecause")?.GetString()));
        await RefusedAsync("referral-already-withdrawn", referral, "accept", new { criterion = "VISIBLE_HIGH_RISK" });
        await RefusedAsync("referral-already-withdrawn", referral, "redirect", ToOutreach);
        await RefusedAsync("referral-already-withdrawn", referral, "withdraw", new { ground = ground == "ERROR" ? "DUPLICATE" : "ERROR", reason = "Another." });
    }

    [Fact]
    public async Task A_victims_objection_is_no_ground()
    {
        var referral = await governed.SubmitAsync(GovernedPlatform.Body());

        await InvalidAsync("ground", "unknown-code", referral, "withdraw", new { ground = "VICTIM_OBJECTS", reason = "She does not want it." });
        await InvalidAsync("reason", "required", referral, "withdraw", new { ground = "ERROR" });

        Assert.Equal("SUBMITTED", await StatusAsync(referral));
    }

    [Fact]
    public async Task A_referral_is_accepted_only_under_a_criterion_that_fits_it()
    {
        var low = await governed.SubmitAsync(GovernedPlatform.Low());
        await RefusedAsync("score-under-threshold", low, "accept", new { criterion = "VISIBLE_HIGH_RISK" });
        await RefusedAsync("incidents-under-threshold", low, "accept", new { criterion = "POTENTIAL_ESCALATION" });
        await InvalidAsync("criterion", "required", low, "accept", new { });
        var high = await governed.SubmitAsync(GovernedPlatform.Body());
        await RefusedAsync("judgement-needs-reason", high, "accept", Judged);

        var accepted = await governed.CommandAsync(high, "accept", new { criterion = "PROFESSIONAL_JUDGEMENT", judgementReason = "The answers were given with him in the next room, so they say too little." });

        Assert.True((int)accepted.Status == 201, accepted.ToString());
        var it = await governed.Platform.As("coordinator").GetAsync(accepted.Location, GovernedPlatform.Triage);
        Assert.Equal("PROFESSIONAL_JUDGEMENT", it.At("data.acceptedUnder")?.GetString());
    }

    [Fact]
    public async Task A_refused_command_stands_in_the_ledger_with_the_code_that_refused_it()
    {
        var referral = await governed.SubmitAsync(GovernedPlatform.Body());

        await RefusedAsync("referral-meets-threshold", referral, "redirect", ToOutreach);

        var id = referral[(referral.LastIndexOf('/') + 1)..];
        await Eventually.Async(
            async () => await governed.ScalarAsync<long>(governed.Platform.LedgerDatabase, $"""
                select count(*) from ledger.entries e join ledger.entry_records r using (position)
                where r.record_id = '{id}' and convert_from(e.bytes, 'UTF8')::jsonb ->> 'outcome' = 'DENY'
                    and convert_from(e.bytes, 'UTF8')::jsonb #> '{"{records,0,decisionRule}"}' ? 'referral-meets-threshold'
                """) == 1,
            "the refusal stands in the ledger, once");
    }

    private async Task DoneAsync(string referral, string command, object body, string who = "coordinator")
    {
        var answer = await governed.CommandAsync(referral, command, body, who);
        Assert.True((int)answer.Status == 204, $"{command}: {answer}");
    }

    /// <summary>409 by the rules of the casework, with the registered sentence and nothing else.</summary>
    private async Task RefusedAsync(string code, string referral, string command, object body, string who = "coordinator")
    {
        var answer = await governed.CommandAsync(referral, command, body, who);
        Assert.Equal((409, code), ((int)answer.Status, answer.Code));
        Assert.Contains(code, MaracProblems.Sentences.Keys);
        Assert.Equal(RegisteredProblems.SentenceOf(code), answer.At("detail")?.GetString());
    }

    private async Task InvalidAsync(string field, string code, string referral, string command, object body, string who = "coordinator")
    {
        var answer = await governed.CommandAsync(referral, command, body, who);
        Assert.Equal((400, RegisteredProblems.InvalidInput), ((int)answer.Status, answer.Code));
        Assert.Equal($"{code}: {RegisteredProblems.SentenceOf(code)}", answer.At($"errors.{field}[0]")?.GetString());
    }

    private async Task<string?> StatusAsync(string referral) =>
        (await governed.Platform.As("supervisor").GetAsync(referral, GovernedPlatform.Triage)).At("data.status")?.GetString();
}
