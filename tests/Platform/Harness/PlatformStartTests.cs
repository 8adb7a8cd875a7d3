using System.Net;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Harness;

/// <summary>The harness itself: if these fail, no other failure means anything.</summary>
public sealed class PlatformStartTests(PlatformFixture fixture) : IClassFixture<PlatformFixture>
{
    private RunningPlatform Platform => fixture.Platform;

    [Fact]
    public async Task A_referral_can_be_made_and_read_back()
    {
        var submitted = await Platform.As("pvp").CreateAsync("/marac/referrals", Samples.Referral());
        Assert.True(submitted.Status == HttpStatusCode.Created, submitted.ToString());

        var read = await Platform.As("coordinator").GetAsync(submitted.Location, "marac-triage");

        Assert.True(read.Status == HttpStatusCode.OK, read.ToString());
        Assert.Equal("Imogen Testcase", read.At("data.victim.name")?.GetString());
    }

    [Fact]
    public async Task Nobody_is_let_in_without_a_token()
    {
        var answer = await Platform.Anonymous().GetAsync("/marac/referrals", "marac-triage");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
    }

    [Fact]
    public async Task A_raw_answer_is_what_stands_on_the_wire()
    {
        var answer = await Platform.As("coordinator").RawAsync("GET", $"/marac/cases/{Guid.CreateVersion7()}", purpose: "marac-triage");

        Assert.StartsWith("HTTP/1.1 404 ", answer.Head, StringComparison.Ordinal);
        Assert.Equal(404, answer.Status);
    }
}
