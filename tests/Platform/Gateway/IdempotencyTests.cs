using System.Net;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>The same creating command sent again: one effect, one answer.</summary>
public sealed class IdempotencyTests(SharedPlatform shared)
{
    [Fact]
    public async Task A_referral_sent_twice_or_eight_times_at_once_is_one_referral()
    {
        var platform = await shared.StartedAsync();
        var client = platform.As("treatment");
        var body = Samples.Referral(agency: "ASP", emailDomain: "aspire.example");
        var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.CreateAsync("/marac/referrals", body.DeepClone(), key)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        var location = Assert.Single(answers.Select(answer => answer.Location).Distinct());

        var again = await client.CreateAsync("/marac/referrals", body.DeepClone(), key);
        Assert.Equal((HttpStatusCode.Created, location), (again.Status, again.Location));
        var mine = await client.GetAsync("/marac/referrals", Casework.Referral);
        Assert.Single(mine.Json.GetProperty("items").EnumerateArray());

        var other = await client.CreateAsync("/marac/referrals", Samples.Referral("Other", agency: "ASP", emailDomain: "aspire.example"), key);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"), (other.Status, other.Code));
        Assert.Single((await client.GetAsync("/marac/referrals", Casework.Referral)).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_key_is_its_senders_own()
    {
        var platform = await shared.StartedAsync();
        var body = Samples.Referral(agency: "PCC", emailDomain: "peterborough.gov.uk");
        var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var locations = new List<string>();
        foreach (var (person, hat) in ((string, string?)[])[("housing", null), ("csc", null), ("pes", "pes"), ("pes", "housing")])
        {
            var answer = await platform.As(person, hat).CreateAsync("/marac/referrals", body.DeepClone(), key);
            Assert.True(answer.Status == HttpStatusCode.Created, answer.ToString());
            locations.Add(answer.Location);
        }

        Assert.Equal(4, locations.Distinct().Count());
    }

    [Fact]
    public async Task An_acceptance_sent_again_is_the_same_case_and_another_acceptance_is_refused()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var referral = await casework.SubmitAsync();
        var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var body = new { criterion = "VISIBLE_HIGH_RISK" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => casework.Coordinator.CreateAsync($"{referral}/accept", body, key)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Single(answers.Select(answer => answer.Location).Distinct());
        var other = await casework.Coordinator.CreateAsync($"{referral}/accept", new { criterion = "REPEAT" }, key);
        Assert.Equal("idempotency-key-reused", other.Code);
    }

    [Fact]
    public async Task An_acceptance_whose_answer_was_lost_is_answered_again_under_the_tag_it_was_sent_with()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var referral = await casework.SubmitAsync();
        var read = (await casework.Coordinator.GetAsync(referral, Casework.Triage)).ETag!;
        var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var first = await AcceptAsync(key, "VISIBLE_HIGH_RISK");
        Assert.Equal(HttpStatusCode.Created, first.Status);

        var again = await AcceptAsync(key, "VISIBLE_HIGH_RISK");
        Assert.Equal((HttpStatusCode.Created, first.Location, first.ETag), (again.Status, again.Location, again.ETag));
        Assert.Equal("idempotency-key-reused", (await AcceptAsync(key, "REPEAT")).Code);

        // Another key, no key, or a colleague's: what was read has changed, and nothing else is told.
        Assert.Equal("changed-since-read", (await AcceptAsync(key + "x", "VISIBLE_HIGH_RISK")).Code);
        Assert.Equal("changed-since-read", (await AcceptAsync(null, "VISIBLE_HIGH_RISK")).Code);
        Assert.Equal("changed-since-read", (await AcceptAsync(key, "VISIBLE_HIGH_RISK", "coordinator-2")).Code);

        Task<Answer> AcceptAsync(string? idempotencyKey, string criterion, string who = "coordinator") => platform.As(who).PostAsync(
            $"{referral}/accept", new { criterion }, Casework.Triage,
            [("If-Match", read), .. idempotencyKey is null ? Array.Empty<(string, string)>() : [("Idempotency-Key", idempotencyKey)]]);
    }
}
