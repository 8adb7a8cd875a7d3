using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Brings records into the states that tests begin with, through the gateway, as people do.</summary>
internal sealed class Casework(RunningPlatform platform)
{
    public const string Referral = "marac-referral";
    public const string Triage = "marac-triage";
    public const string Meeting = "marac-meeting";

    private Guid? meeting;

    public TestClient Coordinator { get; } = platform.As("coordinator");

    /// <summary>A referral of CON's; the answer's <c>Location</c>.</summary>
    public async Task<string> SubmitAsync(Action<JsonObject>? change = null) => await SubmitAsync("pvp", Samples.Referral(change: change));

    public async Task<string> SubmitAsync(string person, JsonObject body)
    {
        var answer = await platform.As(person).CreateAsync("/marac/referrals", body);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.ToString());
        return answer.Location;
    }

    public async Task<string> AcceptAsync(string referral, TestClient? by = null)
    {
        var answer = await (by ?? Coordinator).CreateAsync($"{referral}/accept", new { criterion = "VISIBLE_HIGH_RISK" });
        Assert.True(answer.Status == HttpStatusCode.Created, answer.ToString());
        return answer.Location;
    }

    /// <summary>A case on a meeting's agenda, on which no agency is listed.</summary>
    public async Task<string> CaseAsync(Action<JsonObject>? change = null, TestClient? by = null) => await ListAsync(await AcceptAsync(await SubmitAsync(change), by), by);

    /// <summary>Puts an accepted case on the agenda of a meeting to come; its path again.</summary>
    public async Task<string> ListAsync(string it, TestClient? by = null)
    {
        meeting ??= await MeetingAsync(by);
        Done(await (by ?? Coordinator).PostAsync($"{it}/list", new { meetingId = meeting }, Triage));
        return it;
    }

    public async Task<Guid> MeetingAsync(TestClient? by = null)
    {
        var answer = await (by ?? Coordinator).CreateAsync(
            "/marac/meetings", new { startsAt = TimeProvider.System.GetUtcNow().AddDays(7), venue = "Trimark: the town hall" });
        Assert.True(answer.Status == HttpStatusCode.Created, answer.ToString());
        return answer.CreatedId;
    }

    /// <summary>A case with these agencies listed, such as <c>CON?team=PVP</c>.</summary>
    public async Task<string> CaseOfAsync(params string[] members)
    {
        var it = await CaseAsync();
        foreach (var member in members) await PutAsync($"{it}/members/{member}");
        return it;
    }

    public async Task<Answer> PutAsync(string path, object? body = null, TestClient? by = null) =>
        Done(await (by ?? Coordinator).PutAsync(path, body, Meeting));

    public async Task<Answer> DeleteAsync(string path, TestClient? by = null) => Done(await (by ?? Coordinator).DeleteAsync(path, Meeting));

    public Task<Answer> SummariseAsync(string it, string? text) => PutAsync($"{it}/summary", new JsonObject { ["text"] = text });

    public Task<Answer> NeedAsync(string it, string party, params string[] groups) => PutAsync(
        $"{it}/needs/{party}", new { groups, reason = "Trimark: they asked for it.", until = TimeProvider.System.GetUtcNow().AddDays(7) });

    public Task<Answer> RelateAsync(string it, string party, Guid[]? tenancy = null, Guid[]? knownTo = null) => PutAsync(
        $"{it}/relations/{party}", new { tenancy = tenancy ?? [], knownTo = knownTo ?? [], statement = "Trimark: told by telephone." });

    /// <summary>An id that the coordinator reads at a path such as <c>data.victim.personId</c>.</summary>
    public async Task<Guid> IdAtAsync(string it, string path) =>
        (await Coordinator.GetAsync(it, Meeting)).At(path)?.GetGuid() ?? throw new InvalidOperationException($"There is nothing at {path}.");

    /// <summary>The newest such entry of the MARAC's ledger about a record, as its reader sees it, once it is there.</summary>
    public async Task<JsonElement> LedgerAsync(Guid record, Func<JsonElement, bool> such)
    {
        JsonElement found = default;
        await Eventually.Async(
            async () =>
            {
                var answer = await platform.As("marac-auditor").GetAsync($"/sharing/disclosures?scheme=marac&record={record}&limit=50", "audit");
                found = answer.Json.GetProperty("items").EnumerateArray().Select(entry => entry.GetProperty("data")).FirstOrDefault(such);
                return found.ValueKind == JsonValueKind.Object;
            },
            "the ledger holds such an entry about the record");
        return found;
    }

    public static Guid IdOf(string path) => Guid.Parse(path[(path.LastIndexOf('/') + 1)..]);

    private static Answer Done(Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.NoContent, answer.ToString());
        return answer;
    }
}
