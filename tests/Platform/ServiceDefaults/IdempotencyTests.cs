using System.Net;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.ServiceDefaults;

/// <summary>A creating command sent twice, through all of the platform.</summary>
public sealed class IdempotencyTests(PlatformFixture fixture) : IClassFixture<PlatformFixture>
{
    private const string Path = "/marac/referrals";

    private RunningPlatform Platform => fixture.Platform;

    [Fact]
    public async Task The_same_request_under_one_key_has_one_effect_and_one_answer()
    {
        var body = Samples.Referral();

        var first = await Platform.As("pvp").CreateAsync(Path, body, "key-1");
        var second = await Platform.As("pvp").CreateAsync(Path, body, "key-1");

        Assert.True(first.Status == HttpStatusCode.Created, first.ToString());
        Assert.Equal((first.Status, first.Location), (second.Status, second.Location));
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused()
    {
        var first = await Platform.As("pvp").CreateAsync(Path, Samples.Referral(), "key-2");
        var second = await Platform.As("pvp").CreateAsync(Path, Samples.Referral(change: body => body["immediateDanger"] = true), "key-2");

        Assert.True(first.Status == HttpStatusCode.Created, first.ToString());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"), (second.Status, second.Code));
    }

    [Fact]
    public async Task Another_persons_equal_key_is_another_key()
    {
        var first = await Platform.As("pvp").CreateAsync(Path, Samples.Referral(), "key-3");
        var other = await Platform.As("landlord").CreateAsync(Path, Samples.Referral(agency: "CKH", emailDomain: "crosskeyshomes.example"), "key-3");

        Assert.True(first.Status == HttpStatusCode.Created, first.ToString());
        Assert.True(other.Status == HttpStatusCode.Created, other.ToString());
        Assert.NotEqual(first.Location, other.Location);
    }

    [Fact]
    public async Task Of_the_same_request_many_times_at_once_all_get_the_one_answer()
    {
        var body = Samples.Referral();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Platform.As("pvp").CreateAsync(Path, body.DeepClone(), "key-4")));

        Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.Created, answer.ToString()));
        Assert.Single(answers.Select(answer => answer.Location).Distinct());
    }

    [Theory]
    [InlineData("a key with spaces")]
    [InlineData("")]
    public async Task A_malformed_key_is_refused_before_anything_is_done(string key)
    {
        var answer = await Platform.As("pvp").CreateAsync(Path, Samples.Referral(), key);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-input"), (answer.Status, answer.Code));
    }
}
