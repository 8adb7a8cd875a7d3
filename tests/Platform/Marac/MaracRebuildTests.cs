using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Partnership.EventStore;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.Marac;

/// <summary><c>marac rebuild</c>: what it makes of the log is what the commands made, to the byte.</summary>
public sealed class MaracRebuildTests(MaracFixture marac) : IClassFixture<MaracFixture>
{
    private static readonly Caller Police = Person("p-pvp", "CON", "PVP", "marac-representative", "marac-referral");
    private static readonly Caller Coordinator = Person("p-coordinator", "PCC", "CS", "marac-coordinator", "marac-triage");
    private static readonly Caller Supervisor = Person("p-supervisor", "PCC", "CS", "marac-supervisor", "marac-triage");

    [Fact]
    public async Task Referrals_and_cases_made_anew_are_the_same_to_the_byte()
    {
        var erased = await StoryAsync();
        await Eventually.Async(
            async () => !(await marac.RowsAsync("referral")).Any(row => row.Contains("work:records-check", StringComparison.Ordinal)), "stored data is looked through");
        await marac.Services.GetRequiredService<IKeyStore>().DestroyAsync(new(erased, "case", "MARAC"), CancellationToken.None);
        var (referrals, cases) = (await marac.RowsAsync("referral"), await marac.RowsAsync("case"));
        Assert.Equal((4, 2), (referrals.Count, cases.Count));
        Assert.Single(cases, row => row.EndsWith(" erased", StringComparison.Ordinal));

        foreach (var emptied in (bool[])[false, true])
        {
            if (emptied)
                await marac.ExecuteAsync("truncate partnership.views, partnership.search_terms");
            var (output, error) = (new StringWriter(), new StringWriter());

            Assert.Equal(0, await Rebuild.RunAsync(marac.Host, ["rebuild"], output, error));

            Assert.Equal("", error.ToString());
            Assert.Contains("referral: ", output.ToString(), StringComparison.Ordinal);
            Assert.Contains(" 2 rows written, 1 of them erased, 0 without a stream removed", output.ToString(), StringComparison.Ordinal);
            Assert.Equal(referrals, await marac.RowsAsync("referral"));
            Assert.Equal(cases, await marac.RowsAsync("case"));
        }
    }

    [Fact]
    public async Task An_unknown_view_is_refused_with_the_names_of_those_there_are()
    {
        var error = new StringWriter();
        Assert.Equal(2, await Rebuild.RunAsync(marac.Host, ["rebuild", "refferal"], TextWriter.Null, error));
        Assert.Contains("referral case", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>One referral of each kind, two cases, one of them with everything a coordinator can record. The other's id.</summary>
    private async Task<Guid> StoryAsync()
    {
        await SubmitAsync();
        var withdrawn = await SubmitAsync();
        await ChangeAsync(HttpMethod.Post, $"{withdrawn}/withdraw", withdrawn, Coordinator, new JsonObject { ["ground"] = "DUPLICATE", ["reason"] = "Sent twice" });
        var full = (await ChangeAsync(HttpMethod.Post, $"{await SubmitAsync()}/accept", null, Coordinator, Accept())).Location!;
        var other = (await ChangeAsync(HttpMethod.Post, $"{await SubmitAsync()}/accept", null, Coordinator, Accept())).Location!;
        var address = (string)(await marac.SendAsync(HttpMethod.Get, full, Coordinator)).Json["data"]!["victim"]!["addresses"]![0]!["addressId"]!;
        await ChangeAsync(HttpMethod.Put, $"{full}/members/CKH", full, Coordinator);
        await ChangeAsync(HttpMethod.Put, $"{full}/members/CON?team=PVP", full, Coordinator);
        await ChangeAsync(HttpMethod.Put, $"{full}/relations/CKH", full, Coordinator, new JsonObject { ["tenancy"] = new JsonArray(address), ["statement"] = "Told by telephone" });
        await ChangeAsync(HttpMethod.Put, $"{full}/needs/CKH", full, Coordinator, new JsonObject
        {
            ["groups"] = new JsonArray("victim-location"),
            ["reason"] = "Visit",
            // An offset of its own, which must survive the log.
            ["until"] = TimeProvider.System.GetUtcNow().AddDays(1).ToOffset(TimeSpan.FromHours(1)).ToString("O"),
        });
        await ChangeAsync(HttpMethod.Put, $"{full}/summary", full, Coordinator, new JsonObject { ["text"] = "High risk – naïve “quotes”." });
        await ChangeAsync(HttpMethod.Delete, $"{full}/members/CON?team=PVP", full, Coordinator);
        return Guid.Parse(other.Split('/')[^1]);
    }

    private async Task<string> SubmitAsync()
    {
        var answer = await marac.SendAsync(HttpMethod.Post, "/marac/referrals", Police, Samples.Referral());
        Assert.True(answer.Status == 201, answer.Text);
        return answer.Location!;
    }

    private async Task<Answer> ChangeAsync(HttpMethod method, string path, string? record, Caller by, JsonNode? body = null)
    {
        record ??= path[..path.LastIndexOf('/')];
        var version = (long)(await marac.SendAsync(HttpMethod.Get, $"{record}/facts", by)).Json["facts"]!["version"]!;
        var answer = await marac.SendAsync(method, path, by, body, version);
        Assert.True(answer.Status is 201 or 204, answer.Text);
        return answer;
    }

    private static JsonObject Accept() => new() { ["criterion"] = "VISIBLE_HIGH_RISK" };

    private static Caller Person(string person, string agency, string? team, string role, string purpose) =>
        new() { Person = person, Agency = agency, Team = team, Role = role, Purpose = purpose };
}
