using System.Diagnostics;
using System.Net;
using Partnership.Contracts.Topology;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Harness;

public sealed class ProcessPlatformFixture : PlatformFixture
{
    protected override PlatformOptions Options => new() { Processes = true, Telemetry = true };
}

/// <summary>The programs as they are deployed: what they say of themselves, and how they come back from a crash.</summary>
public sealed class ProcessPlatformTests(ProcessPlatformFixture fixture) : IClassFixture<ProcessPlatformFixture>
{
    private RunningPlatform Platform => fixture.Platform;

    [Fact]
    public async Task One_trace_runs_from_the_gateway_through_the_service_and_the_broker_to_the_ledger()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var submitted = await Platform.As("pvp").PostAsync(
            "/marac/referrals", Samples.Referral(), null, ("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01"));
        Assert.True(submitted.Status == HttpStatusCode.Created, submitted.ToString());

        await Eventually.Async(
            () => Services.All.All(service => Platform.Telemetry!.Spans.Any(span => span.Service == service && span.TraceId == trace)),
            "every service has a span of the trace",
            TimeSpan.FromSeconds(60));
        await Eventually.Async(
            () => Platform.Telemetry!.Spans.Any(span => span.Service == Services.InformationSharing && span.TraceId == trace
                && span.Source == "MassTransit" && span.Name.Contains(BusTopology.CaseworkQueue, StringComparison.Ordinal)),
            "the consumer of the event has a span of the trace",
            TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Nothing_that_describes_a_person_is_in_logs_or_telemetry()
    {
        const string mark = "QXPROCESSMARK";
        var submitted = await Platform.As("pvp").CreateAsync("/marac/referrals", Samples.Referral(mark));
        Assert.True(submitted.Status == HttpStatusCode.Created, submitted.ToString());
        Assert.Equal(HttpStatusCode.OK, (await Platform.As("coordinator").GetAsync(submitted.Location, "marac-triage")).Status);
        await Platform.As("pvp").CreateAsync("/marac/referrals", Samples.Referral(mark, change: body => body[mark] = mark));
        await Platform.As("pvp").CreateAsync("/marac/referrals", $"{{\"victim\": {mark}");
        await Platform.As("pvp").GetAsync($"/marac/referrals?name={mark}", "marac-triage", ("User-Agent", mark), ("baggage", $"a={mark}"));

        // A later request whose span has arrived shows that those before were sent.
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        await Platform.As("coordinator").GetAsync(submitted.Location, "marac-triage", ("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01"));
        await Eventually.Async(
            () => Platform.Telemetry!.Spans.Any(span => span.Service == Services.Marac && span.TraceId == trace), "the last span has arrived", TimeSpan.FromSeconds(60));

        foreach (var secret in Samples.Phones(mark).Append(mark).Append("Imogen"))
        {
            Assert.False(Platform.Telemetry!.Contains(secret), $"{secret} is in the telemetry.");
            foreach (var service in Services.All)
                Assert.DoesNotContain(secret, await Platform.LogAsync(service), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_service_that_crashed_comes_back_with_what_it_had_accepted()
    {
        var submitted = await Platform.As("pvp").CreateAsync("/marac/referrals", Samples.Referral());
        Assert.True(submitted.Status == HttpStatusCode.Created, submitted.ToString());

        await Platform.Host(Services.Marac).KillAsync();
        var meanwhile = await Platform.As("coordinator").GetAsync(submitted.Location, "marac-triage");
        await Platform.Host(Services.Marac).StartAsync();
        await Platform.ReadyAsync(Services.Marac);
        var read = await Platform.As("coordinator").GetAsync(submitted.Location, "marac-triage");

        Assert.True((int)meanwhile.Status is 502 or 503 or 504, meanwhile.ToString());
        Assert.True(read.Status == HttpStatusCode.OK, read.ToString());
        await Eventually.Async(
            async () => (await Platform.As("pvp").CreateAsync("/marac/referrals", Samples.Referral())).Status == HttpStatusCode.Created,
            "new referrals are taken again");
    }
}
