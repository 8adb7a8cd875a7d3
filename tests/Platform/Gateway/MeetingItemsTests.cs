using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Research, minutes and actions through the gateway: what each reader gets of a case's items, and their nearest refusals.</summary>
public sealed class MeetingItemsTests(SharedPlatform shared)
{
    private const string Research = "marac-research";
    private const string Meeting = "marac-meeting";
    private const string Action = "marac-action";

    [Fact]
    public async Task A_request_reaches_its_addressee_alone_and_ends_with_a_nil_return()
    {
        var (platform, it) = await InResearchAsync("CKH", "CFRS");
        var request = await RequestOfAsync(platform.As("landlord"), it);
        Assert.Equal("OPEN", request.GetProperty("data").GetProperty("status").GetString());
        Assert.NotEqual(0, request.GetProperty("data").GetProperty("people").GetArrayLength());
        // The landlord has no tenancy on the case, so it looks by name.
        Assert.False(request.GetProperty("data").TryGetProperty("addresses", out _));

        var path = $"/marac/research-requests/{request.GetProperty("id").GetString()}";
        Assert.Equal(HttpStatusCode.OK, (await platform.As("landlord").GetAsync(path, Research)).Status);
        Hidden(await platform.As("fire").GetAsync(path, Research));
        Hidden(await platform.As("landlord").PutAsync($"{it}/research/CFRS", Nil(), Research));
        Hidden(await platform.As("treatment").PutAsync($"{it}/research/ASP", Nil(), Research));
        Hidden(await platform.As("landlord").PutAsync($"/marac/cases/{Guid.CreateVersion7()}/research/CKH", Nil(), Research));
        Assert.Equal("unknown-query-parameter", (await platform.As("landlord").PutAsync($"{it}/research/CKH?person=x", Nil(), Research)).Code);

        Done(await platform.As("landlord").PutAsync($"{it}/research/CKH", Nil(), Research));
        Hidden(await platform.As("landlord").GetAsync(path, Research));
    }

    [Fact]
    public async Task Findings_reach_those_the_matrix_names_and_health_ones_with_the_mark_alone()
    {
        var (platform, it) = await InResearchAsync("CKH", "CON?team=PVP", "ICB?team=MH", "CFRS");
        Done(await platform.As("fire").PutAsync($"{it}/research/CFRS", Found("Firemark", kept: "Keptmark", readers: ["CKH"]), Research));
        Done(await platform.As("health").PutAsync($"{it}/research/ICB?team=MH", Found("Clinicmark", health: true, readers: ["CKH"]), Research));

        await ExpectAsync(platform, it, ("coordinator", ["Firemark", "Clinicmark"]), ("pvp", ["Firemark"]), ("landlord", ["Firemark"]), ("health", ["Firemark", "Clinicmark"]), ("fire", ["Firemark"]));

        var mine = await ListedAsync(platform.As("health"), "/marac/research-returns", Research, it);
        var (id, item) = (mine.GetProperty("id").GetString(), mine.GetProperty("data").GetProperty("shared")[0].GetProperty("itemId").GetString());
        Assert.Contains("Clinicmark", (await platform.As("caldicott").GetAsync($"/marac/research-returns/{id}", Research)).Text, StringComparison.Ordinal);
        var mark = new { release = true, reason = "Serious risk of harm." };
        Assert.NotEqual(HttpStatusCode.NoContent, (await platform.As("health").PutAsync($"/marac/research/{id}/items/{item}/caldicott", mark, Research)).Status);
        Done(await platform.As("caldicott").PutAsync($"/marac/research/{id}/items/{item}/caldicott", mark, Research));
        await ExpectAsync(platform, it, ("pvp", ["Firemark", "Clinicmark"]), ("landlord", ["Firemark", "Clinicmark"]));

        var own = await ListedAsync(platform.As("fire"), "/marac/research-returns", Research, it);
        Assert.Contains("Keptmark", own.GetRawText(), StringComparison.Ordinal);
        var seen = await platform.As("coordinator").GetAsync($"/marac/research-returns/{own.GetProperty("id").GetString()}", Research);
        Assert.Contains("Firemark", seen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Keptmark", seen.Text, StringComparison.Ordinal);
        Hidden(await platform.As("landlord").GetAsync($"/marac/research-returns/{own.GetProperty("id").GetString()}", Research));
    }

    [Fact]
    public async Task A_line_reaches_those_ticked_for_it()
    {
        var (platform, it) = await InResearchAsync("CKH", "CON?team=PVP");
        var lines = new
        {
            lines = new object[]
            {
                new { text = "Defaultmark", about = "GENERAL", factOrOpinion = "FACT" },
                new { text = "Landlordmark", about = "GENERAL", factOrOpinion = "FACT", readers = new[] { "CKH" } },
            },
        };
        Done(await platform.As("coordinator").CreateAsync($"{it}/minutes", lines, purpose: Meeting));
        Assert.Equal(HttpStatusCode.Forbidden, (await platform.As("landlord").CreateAsync($"{it}/minutes", lines, purpose: Meeting)).Status);
        await ExpectAsync(platform, it, ("coordinator", ["Defaultmark", "Landlordmark"]), ("pvp", ["Defaultmark"]), ("landlord", ["Landlordmark"]));
    }

    [Fact]
    public async Task An_actions_owner_gets_what_was_confirmed_until_it_is_final()
    {
        var (platform, it) = await InResearchAsync("CKH");
        Done(await platform.As("marac-chair").PostAsync($"{it}/hear", new { }, Meeting));
        var body = new { ownerAgency = "CKH", ownerPerson = "p-0013", description = "Locksmark", targets = new[] { "VICTIM" }, dueOn = Day(14) };
        var created = await platform.As("coordinator").CreateAsync($"{it}/actions", body, purpose: Meeting);
        Assert.True(created.Status == HttpStatusCode.Created, created.ToString());
        var action = created.Location;

        var before = await platform.As("landlord").GetAsync(action, Action);
        Assert.True(before.Status == HttpStatusCode.OK, before.ToString());
        Assert.Contains("Locksmark", before.Text, StringComparison.Ordinal);
        Assert.False(before.Json.GetProperty("data").TryGetProperty("victim", out var victim) && victim.TryGetProperty("addresses", out _), before.Text);
        Hidden(await platform.As("fire").GetAsync(action, Action));

        var need = new { groups = new[] { "victim-location" }, reason = "To fit the locks." };
        Assert.Equal(HttpStatusCode.Forbidden, (await platform.As("landlord").PostAsync($"{action}/confirm-need", need, Action)).Status);
        Done(await platform.As("coordinator").PostAsync($"{action}/confirm-need", need, Action));
        var confirmed = await platform.As("landlord").GetAsync(action, Action);
        Assert.NotEqual(0, confirmed.At("data.victim.addresses")?.GetArrayLength());
        // Another of the same agency has not been given it.
        var colleague = await platform.As("landlord-2").GetAsync(action, Action);
        Assert.Null(colleague.Status == HttpStatusCode.OK ? colleague.At("data.victim.addresses") : null);

        Done(await platform.As("landlord").PostAsync($"{action}/outcome", new { status = "DONE", outcome = "Fitted." }, Action));
        var final = await platform.As("landlord").GetAsync(action, Action);
        Assert.Contains("Locksmark", final.Text, StringComparison.Ordinal);
        Assert.Null(final.At("data.victim.addresses"));
    }

    /// <summary>PES sees the action record alone, and its text only once the coordinator has confirmed the need.</summary>
    [Fact]
    public async Task An_enforcement_officer_reads_an_action_once_it_is_confirmed()
    {
        var (platform, it) = await InResearchAsync("CKH");
        Done(await platform.As("marac-chair").PostAsync($"{it}/hear", new { }, Meeting));
        var body = new { ownerAgency = "PCC", ownerTeam = "PES", ownerPerson = "p-0020", description = "Patrolmark", targets = new[] { "VICTIM" }, dueOn = Day(14) };
        var action = (await platform.As("coordinator").CreateAsync($"{it}/actions", body, purpose: Meeting)).Location;
        var officer = platform.As("pes", hat: "pes");
        Assert.DoesNotContain("Patrolmark", (await officer.GetAsync(action, Action)).Text, StringComparison.Ordinal);
        Done(await platform.As("coordinator").PostAsync($"{action}/confirm-need", new { groups = new[] { "actions" }, reason = "To patrol." }, Action));
        Assert.Contains("Patrolmark", (await officer.GetAsync(action, Action)).Text, StringComparison.Ordinal);
        Assert.NotEqual(HttpStatusCode.OK, (await officer.GetAsync(it, Meeting)).Status);
    }

    [Fact]
    public async Task Twelve_returns_and_live_minutes_at_once_refuse_nobody()
    {
        (string Person, string Party)[] members =
        [
            ("pvp", "CON?team=PVP"), ("idva", "SASP"), ("csc", "PCC?team=CSC"), ("asc", "PCC?team=ASC"), ("housing", "PCC?team=HSG"), ("education", "PCC?team=EDU"),
            ("health", "ICB?team=MH"), ("probation", "PROB"), ("prison", "HMP"), ("landlord", "CKH"), ("youth", "YOS"), ("fire", "CFRS"),
        ];
        var (platform, it) = await InResearchAsync([.. members.Select(m => m.Party)]);
        var returns = members.Select(m => platform.As(m.Person).PutAsync($"{it}/research/{m.Party}", Found($"Of {m.Person}", health: false), Research));
        var minutes = Enumerable.Range(0, 12).Select(i => platform.As(i % 2 == 0 ? "coordinator" : "marac-chair").CreateAsync(
            $"{it}/minutes", new { lines = new[] { new { text = $"Line {i}", about = "GENERAL", factOrOpinion = "FACT" } } }, purpose: Meeting));
        Assert.All(await Task.WhenAll(returns.Concat(minutes)), Done);
        var read = await platform.As("coordinator").GetAsync(it, Meeting);
        Assert.Equal((12, 12), (read.At("data.research")?.GetArrayLength(), read.At("data.minutes")?.GetArrayLength()));
    }

    private async Task<(RunningPlatform Platform, string Case)> InResearchAsync(params string[] members)
    {
        var platform = await shared.StartedAsync();
        var it = await new Casework(platform).CaseOfAsync(members);
        Done(await platform.As("coordinator").PostAsync($"{it}/request-research", new { dueOn = Day(3) }, Meeting));
        return (platform, it);
    }

    /// <summary>Each of these readers gets exactly these of the marks in the case.</summary>
    private static async Task ExpectAsync(RunningPlatform platform, string it, params (string Person, string[] Marks)[] readers)
    {
        foreach (var (person, marks) in readers)
        {
            var answer = await platform.As(person).GetAsync(it, Meeting);
            Assert.True(answer.Status == HttpStatusCode.OK, $"{person}: {answer}");
            foreach (var mark in (string[])["Firemark", "Clinicmark", "Keptmark", "Defaultmark", "Landlordmark"])
                Assert.True(marks.Contains(mark) == answer.Text.Contains(mark, StringComparison.Ordinal), $"{person}: {mark}");
        }
    }

    private static Task<JsonElement> RequestOfAsync(TestClient person, string it) => ListedAsync(person, "/marac/research-requests", Research, it);

    /// <summary>The one record of this case on a list.</summary>
    private static async Task<JsonElement> ListedAsync(TestClient person, string list, string purpose, string it)
    {
        var answer = await person.GetAsync($"{list}?limit=50", purpose);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.ToString());
        return Assert.Single(answer.Json.GetProperty("items").EnumerateArray(), r => it.EndsWith(r.GetProperty("data").GetProperty("caseId").GetString()!, StringComparison.Ordinal));
    }

    private static JsonObject Found(string shared, string? kept = null, bool health = false, params string[] readers)
    {
        var items = new JsonArray(new JsonObject
        {
            ["text"] = shared,
            ["about"] = "VICTIM",
            ["factOrOpinion"] = "FACT",
            ["share"] = true,
            ["health"] = health,
            ["readers"] = new JsonArray([.. readers.Select(r => JsonValue.Create(r))]),
        });
        if (kept is not null)
            items.Add(new JsonObject { ["text"] = kept, ["about"] = "VICTIM", ["factOrOpinion"] = "FACT", ["share"] = false, ["reasonNotShared"] = "Not relevant" });
        return new JsonObject
        {
            ["representative"] = "Rowan Example",
            ["searchedAt"] = TimeProvider.System.GetUtcNow().AddHours(-1).ToString("O"),
            ["systemsSearched"] = new JsonArray("Register"),
            ["items"] = items,
        };
    }

    private static JsonObject Nil()
    {
        var body = Found("");
        body.Remove("items");
        body["nil"] = true;
        return body;
    }

    private static string Day(int ahead) => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(ahead).ToString("yyyy-MM-dd", null);

    private static void Done(Answer answer) => Assert.True(answer.Status == HttpStatusCode.NoContent, answer.ToString());

    private static void Hidden(Answer answer) => Assert.True(answer.Status == HttpStatusCode.NotFound, answer.ToString());
}
