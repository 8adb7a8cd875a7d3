using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Partnership.Gateway.Callers;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Whoever asks too much is told so before anything is looked up, the same for what is hidden and what is known.</summary>
public sealed class RateLimitTests(SharedPlatform shared)
{
    private const string Facts = """{"version":1,"state":"LISTED","scheme":"marac","members":[{"agency":"CKH"}]}""";

    [Fact]
    public async Task A_person_who_asks_too_much_is_refused_alike_for_every_record_and_others_are_not()
    {
        var platform = await shared.StartedAsync();
        await using var gateway = await GatewayBeforeStub.StartAsync(
            platform, more: [("Gateway:RateLimits:PersonPerSecond", "1"), ("Gateway:RateLimits:PersonBurst", "4"), ("Gateway:RateLimits:AgencyBurst", "1000")]);
        var (known, hidden, unknown) = (NewId(), NewId(), NewId());
        gateway.Stub.Answer = line => line.Contains(unknown.ToString(), StringComparison.Ordinal) ? StubService.Of(404, "")
            : StubService.Of(200, Record(line.Contains(known.ToString(), StringComparison.Ordinal) ? known : hidden, line.Contains(known.ToString(), StringComparison.Ordinal) ? Facts : Facts.Replace("CKH", "CFRS", StringComparison.Ordinal)));
        var hasty = gateway.As("hasty");
        for (var i = 0; i < 4; i++) Assert.NotEqual(HttpStatusCode.TooManyRequests, (await hasty.GetAsync($"/marac/cases/{known}", Casework.Meeting)).Status);
        // One token a second: enough are asked for to meet the limit between two of them.
        var refused = new Dictionary<string, RawAnswer>();
        for (var i = 0; refused.Count < 4 && i < 60; i++)
        {
            var path = (i % 4) switch { 0 => $"/marac/cases/{known}", 1 => $"/marac/cases/{hidden}", 2 => $"/marac/cases/{unknown}", _ => "/marac/cases" };
            var answer = await hasty.RawAsync("GET", path, purpose: Casework.Meeting);
            if (answer.Status == 429) refused.TryAdd(path, answer);
        }

        Assert.Equal(4, refused.Count);
        Assert.All(refused.Values, answer => Assert.Equal(refused.Values.First().WithoutDate, answer.WithoutDate));
        Assert.Contains("Retry-After: 1\r\n", refused.Values.First().Head, StringComparison.Ordinal);
        var before = gateway.Stub.Requests.Count;
        Assert.Equal(HttpStatusCode.OK, (await gateway.As("landlord").GetAsync($"/marac/cases/{known}", Casework.Meeting)).Status);
        Assert.Equal(before + 1, gateway.Stub.Requests.Count);

        // The ledger learns of it once, and not once for each.
        await Support.Eventually.Async(async () => (await RefusalsAsync(platform)).Count > 0, "the ledger has the refusal");
        Assert.Single(await RefusalsAsync(platform));
    }

    [Fact]
    public async Task An_agency_that_asks_too_much_is_refused_whoever_asks_for_it_and_other_agencies_are_not()
    {
        var platform = await shared.StartedAsync();
        await using var gateway = await GatewayBeforeStub.StartAsync(
            platform, more: [("Gateway:RateLimits:AgencyPerSecond", "1"), ("Gateway:RateLimits:AgencyBurst", "4")]);
        var id = NewId();
        gateway.Stub.Answer = _ => StubService.Of(200, Record(id, Facts));
        var people = new[] { gateway.As("landlord"), gateway.As("landlord-2") };
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 12; i++) statuses.Add((await people[i % 2].GetAsync($"/marac/cases/{id}", Casework.Meeting)).Status);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.As("fire").GetAsync($"/marac/cases/{id}", Casework.Meeting)).Status);
    }

    private static async Task<IReadOnlyList<JsonElement>> RefusalsAsync(RunningPlatform platform)
    {
        var page = await platform.As("marac-auditor").GetAsync("/sharing/disclosures?scheme=marac&agency=CKH&limit=50", "audit");
        var hasty = platform.Provider(Services.Gateway).GetRequiredService<Pseudonyms>().OfPerson("marac", "t-0011");
        return
        [
            .. page.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("data"))
                .Where(e => e.GetProperty("actor").GetProperty("personId").GetString() == hasty)
                .Where(e => e.GetProperty("records")[0].GetProperty("decisionRule").EnumerateArray().Any(r => r.GetString() == "too-many-requests")),
        ];
    }

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    private static string Record(Guid id, string facts) => $$$"""{"type":"marac.case","id":"{{{id}}}","facts":{{{facts}}},"data":{"summary":"s"}}""";
}
