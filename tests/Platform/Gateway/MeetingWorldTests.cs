using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// Research, minutes, actions, conflicts, reader lists, unsafe copies and holds that somebody may not see change nothing for
/// that person, whatever is asked.
/// </summary>
public sealed class MeetingWorldTests(TwoWorldTests.OwnPlatform own) : IClassFixture<TwoWorldTests.OwnPlatform>
{
    private const string Research = "marac-research";
    private const string Action = "marac-action";
    private const string Flag = "marac-flag";
    private const string Unknown = "0192f0a0-9999-7abc-8def-000000000009";

    /// <summary>Members of different cells of the matrix, and an officer who is none.</summary>
    private static readonly string[] Everybody = ["landlord", "fire", "probation", "csc", "victims-hub", "education", "patrol"];

    private static Ask[] AsksOf(string person) =>
    [
        .. ((string[])[Casework.Meeting, Research, Action, Flag]).Select(purpose => Ask.Get(person, "{case}", purpose)),
        new(person, "HEAD", "{case}", Casework.Meeting),
        new(person, "GET", "{case}", Casework.Meeting, null, ("If-None-Match", "*")),
        .. Lists(person, "/marac/cases", Casework.Meeting), .. Lists(person, "/marac/cases", Research),
        .. Lists(person, "/marac/research-requests", Research), .. Lists(person, "/marac/research-returns", Research),
        .. Lists(person, "/marac/actions", Action), .. Lists(person, "/marac/flags", Flag), .. Lists(person, "/marac/meetings", Casework.Meeting),
        Ask.Get(person, "{referral}", Casework.Referral),
        Ask.Get(person, $"/marac/actions/{Unknown}", Action),
        new(person, "POST", "/marac/search", Casework.Meeting, new { name = "Imogen Testcase" }),
        new(person, "PUT", "{case}/research/SASP", Research, new { nil = true }),
        new(person, "POST", "{case}/minutes", Casework.Meeting, new { lines = Array.Empty<object>() }, ("Idempotency-Key", "world-minutes")),
        new(person, "POST", "{case}/actions", Casework.Meeting, new { }, ("Idempotency-Key", "world-actions")),
        new(person, "PUT", "{case}/readers", Casework.Meeting, new { reason = "Mine" }),
        new(person, "PUT", "{case}/unsafe-copies", Casework.Meeting, new { copies = Array.Empty<object>() }),
        new(person, "POST", $"{{case}}/conflicts/{Unknown}/resolve", Casework.Meeting, new { reason = "Mine" }),
        new(person, "POST", $"{{case}}/holds/{Unknown}/clear", Casework.Meeting, new { reason = "Mine" }),
        new(person, "POST", "{case}/hear", Casework.Meeting),
    ];

    private static Ask[] Lists(string person, string list, string purpose) => [Ask.Get(person, list, purpose), Ask.Get(person, $"{list}?limit=1", purpose)];

    private static Ask[] AsksOf(params string[] people) => [.. people.SelectMany(AsksOf)];

    [Fact]
    public async Task What_is_researched_said_and_done_by_others_changes_nothing_for_a_member()
    {
        var platform = own.Platform;
        var casework = new Casework(platform);
        var (referral, it) = await InResearchAsync(casework);
        var records = new Dictionary<string, string> { ["case"] = it, ["referral"] = referral };
        var worlds = new TwoWorlds(platform);
        Task StayAsync(string what, Func<Task> change, params string[] people) => worlds.StaySameAsync(what, AsksOf(people.Length == 0 ? Everybody : people), change, records, twice: false);

        await StayAsync("a conflict with somebody else", () => PostAsync(casework.Coordinator, $"{it}/conflicts", new { name = "Nobody Whatever", person = "p-0009", reason = "A cousin" }));
        await StayAsync("a reader list they are on", () => casework.PutAsync($"{it}/readers", new
        {
            people = new[] { "p-0001", "p-0003", "p-0005", "p-0006", "p-0007", "p-0010", "p-0011", "p-0013", "p-0014", "p-0017", "p-0018", "p-0038" },
            reason = "NR15",
        }));
        await StayAsync("an unsafe copy of another", () => casework.PutAsync($"{it}/unsafe-copies", new { copies = new[] { new { agency = "ICB", team = "MH", reason = "He sees the app" } } }));
        await StayAsync("a return with health items without the mark, and internal ones", async () =>
            Done(await platform.As("health").PutAsync($"{it}/research/ICB?team=MH", Found(("Hidden clinic", true, true), ("Kept clinic", true, false)), Research)));
        await StayAsync("a return of the police with internal findings alone", async () =>
            Done(await platform.As("pvp").PutAsync($"{it}/research/CON?team=PVP", Found(("Kept intelligence", false, false)), Research)));
        await StayAsync("a return that is not ticked for them", async () =>
            Done(await platform.As("idva").PutAsync($"{it}/research/SASP", Found(("What she told her adviser", false, true)), Research)), "landlord", "fire", "victims-hub", "education", "patrol");
        await StayAsync("a nil return in the place of it", async () => Done(await platform.As("idva").PutAsync($"{it}/research/SASP", Nil(), Research)), "landlord", "fire", "victims-hub", "education", "patrol");
        await StayAsync("the mark on an item that is not ticked for them", () => MarkAsync(platform, it), "landlord", "fire", "victims-hub", "education", "patrol");
        await StayAsync("a line that is not ticked for them, and one that is held", async () =>
        {
            var lines = new[] { "For the police alone", "She is at 7 Nowhere Gardens" }.Select(text => new { text, about = "VICTIM", factOrOpinion = "FACT", readers = new[] { "CON/PVP", "PCC/ASC" } });
            Done(await casework.Coordinator.CreateAsync($"{it}/minutes", new { lines }, purpose: Casework.Meeting));
        });
        await StayAsync("a hold that is cleared", async () =>
        {
            var hold = Assert.Single((await casework.Coordinator.GetAsync(it, Casework.Meeting)).At("data.sharing.holds")!.Value.EnumerateArray()).GetProperty("holdId").GetGuid();
            await PostAsync(casework.Coordinator, $"{it}/holds/{hold}/clear", new { reason = "Another street" });
        });
        await StayAsync("a move", () => PostAsync(casework.Coordinator, $"{it}/amendments", new
        {
            field = "VICTIM_ADDRESS",
            address = new { lines = new[] { "3 Quarry Rise" }, postcode = "CB99 9ZZ" },
            from = "2026-01-02",
            source = "The victim",
        }), "landlord", "fire", "probation", "victims-hub", "education", "patrol");
        await StayAsync("a summary that is held", () => casework.SummariseAsync(it, "She is at 3 Quarry Rise."), "landlord", "fire", "victims-hub", "education", "patrol");

        await PostAsync(platform.As("marac-chair"), $"{it}/hear", new { });
        var action = "";
        await StayAsync("an action of another", async () => action = await ActionAsync(casework, it, "ICB", "MH", "p-0017"));
        await StayAsync("what its owner needs for it", () => PostAsync(casework.Coordinator, $"{action}/confirm-need", new { groups = new[] { "victim-location" }, reason = "To call" }, Action));
        await worlds.SameBesideAsync("an action of another, by its own path", [.. Everybody.SelectMany(ActionAsks)],
            () => Task.FromResult(new Dictionary<string, string> { ["action"] = $"/marac/actions/{Unknown}" }), () => Task.FromResult(new Dictionary<string, string> { ["action"] = action }));
        await StayAsync("how it came out", () => PostAsync(platform.As("health"), $"{action}/outcome", new { status = "DONE", outcome = "Called at 3 Quarry Rise" }, Action));
    }

    [Fact]
    public async Task Hidden_records_change_nothing_in_lists_and_searches()
    {
        var platform = own.Platform;
        var casework = new Casework(platform);
        var (referral, it) = await InResearchAsync(casework);
        await ActOnAsync(casework, (await InResearchAsync(casework)).Case);
        var records = new Dictionary<string, string> { ["case"] = it, ["referral"] = referral };
        var worlds = new TwoWorlds(platform);
        Ask[] searches =
        [
            .. ((object[])[new { name = "Imogen Testcase" }, new { name = "Imogen Testcase", dateOfBirth = "1990-04-17" }, new { postcode = "PE99 9ZZ" }])
                .SelectMany(asked => (Ask[])[new("supervisor", "POST", "/marac/search", Casework.Meeting, asked), new("supervisor", "POST", "/marac/search?limit=1", Casework.Meeting, asked), new("supervisor", "POST", "/marac/search?limit=2", Casework.Meeting, asked)]),
            .. Lists("supervisor", "/marac/cases", Casework.Meeting), .. Lists("supervisor", "/marac/research-requests", Research), .. Lists("supervisor", "/marac/actions", Action),
        ];
        // Everybody's names are on it, so that it is hidden from each of them.
        var barred = new JsonArray("HOBSON, diane", "Owen Prichard", "Yvonne Baptiste", "Naomi Forde", "Wendy Osborne", "Stephen Orme", "Kieran Doyle", "Ruth Adeyemi");
        Task<(string Referral, string Case)> HiddenAsync() => InResearchAsync(casework, body => body["perpetrators"]![0]!["aliases"] = barred.DeepClone());

        var hidden = "";
        await worlds.StaySameAsync("a hidden case with requests", [.. AsksOf(Everybody), .. searches], async () => hidden = (await HiddenAsync()).Case, records);
        await worlds.StaySameAsync("a hidden case of others", AsksOf(Everybody), async () => await InResearchAsync(casework, null, "HMP"), records);
        await worlds.StaySameAsync("hidden actions", [.. AsksOf(Everybody), .. searches], () => ActOnAsync(casework, hidden), records);
        await worlds.StaySameAsync("a hidden flag", [.. AsksOf(Everybody), .. searches], async () =>
        {
            foreach (var action in (await casework.Coordinator.GetAsync(hidden, Casework.Meeting)).At("data.actions")!.Value.EnumerateArray())
                await PostAsync(platform.As("health"), $"/marac/actions/{action.GetProperty("itemId").GetGuid()}/outcome", new { status = "DONE", outcome = "Done" }, Action);
            foreach (var step in (string[])["issue", "close"]) await PostAsync(casework.Coordinator, $"{hidden}/{step}", new { });
        }, records);
    }

    private static Ask[] ActionAsks(string person) =>
    [
        Ask.Get(person, "{action}", Action), new(person, "HEAD", "{action}", Action),
        new(person, "POST", "{action}/outcome", Action, new { status = "DONE", outcome = "Mine" }),
        new(person, "POST", "{action}/confirm-need", Action, new { groups = new[] { "victim-location" }, reason = "Mine" }),
    ];

    private static async Task<(string Referral, string Case)> InResearchAsync(Casework casework, Action<JsonObject>? change = null, params string[] members)
    {
        var referral = await casework.SubmitAsync(change);
        var it = await casework.ListAsync(await casework.AcceptAsync(referral));
        if (members.Length == 0) members = ["CKH", "CFRS", "PROB", "PCC?team=CSC", "VHUB", "PCC?team=EDU", "CON?team=PVP", "ICB?team=MH", "SASP"];
        foreach (var member in members) await casework.PutAsync($"{it}/members/{member}");
        if (members.Contains("VHUB")) await casework.PutAsync($"{it}/relations/VHUB", new { supporting = true, statement = "She asked them" });
        await PostAsync(casework.Coordinator, $"{it}/request-research", new { dueOn = Day(3) });
        return (referral, it);
    }

    /// <summary>The return of mental health is there, with one shared item; its guardian releases it.</summary>
    private static async Task MarkAsync(RunningPlatform platform, string it)
    {
        var own = (await platform.As("health").GetAsync("/marac/research-returns?limit=50", Research)).Json.GetProperty("items").EnumerateArray()
            .Single(r => it.EndsWith(r.GetProperty("data").GetProperty("caseId").GetString()!, StringComparison.Ordinal));
        var item = own.GetProperty("data").GetProperty("shared")[0].GetProperty("itemId").GetString();
        Done(await platform.As("caldicott").PutAsync(
            $"/marac/research/{own.GetProperty("id").GetString()}/items/{item}/caldicott", new { release = true, reason = "Serious risk" }, Research));
    }

    private async Task ActOnAsync(Casework casework, string it)
    {
        await PostAsync(own.Platform.As("marac-chair"), $"{it}/hear", new { });
        await ActionAsync(casework, it, "ICB", "MH", "p-0017");
    }

    private static async Task<string> ActionAsync(Casework casework, string it, string agency, string? team, string person)
    {
        var body = new { ownerAgency = agency, ownerTeam = team, ownerPerson = person, description = "Call her", targets = new[] { "VICTIM" }, dueOn = Day(14) };
        var created = await casework.Coordinator.CreateAsync($"{it}/actions", body, purpose: Casework.Meeting);
        Assert.True(created.Status == HttpStatusCode.Created, created.ToString());
        return created.Location;
    }

    private static JsonObject Found(params (string Text, bool Health, bool Share)[] items) => new()
    {
        ["representative"] = "Rowan Example",
        ["searchedAt"] = TimeProvider.System.GetUtcNow().AddHours(-1).ToString("O"),
        ["systemsSearched"] = new JsonArray("Register"),
        ["items"] = new JsonArray([.. items.Select(i => JsonSerializer.SerializeToNode(i.Share
            ? (object)new { text = i.Text, about = "VICTIM", factOrOpinion = "FACT", share = true, health = i.Health }
            : new { text = i.Text, about = "VICTIM", factOrOpinion = "FACT", share = false, health = i.Health, reasonNotShared = "Not relevant" }))]),
    };

    private static JsonObject Nil()
    {
        var body = Found();
        body.Remove("items");
        body["nil"] = true;
        return body;
    }

    private static string Day(int ahead) => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(ahead).ToString("yyyy-MM-dd", null);

    private static async Task PostAsync(TestClient by, string path, object body, string purpose = Casework.Meeting) => Done(await by.PostAsync(path, body, purpose));

    private static void Done(Answer answer) => Assert.True(answer.Status == HttpStatusCode.NoContent, answer.ToString());
}
