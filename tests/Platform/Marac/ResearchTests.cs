using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Xunit;

namespace Partnership.Tests.Platform.Marac;

/// <summary>Research, minutes and actions over HTTP, on real PostgreSQL.</summary>
public sealed class ResearchTests(MaracFixture marac) : IClassFixture<MaracFixture>
{
    private readonly MeetingStory story = new(marac);

    [Fact]
    public async Task Members_are_asked_and_what_they_share_is_on_the_case()
    {
        var (landlord, fire) = (MeetingStory.Of("CKH"), MeetingStory.Of("CFRS"));
        var it = await story.InResearchAsync(landlord, fire, MeetingStory.Person("pes", "PCC", "PES"));
        var id = MeetingStory.IdOf(it);
        var requests = (await story.ListAsync("/marac/research-requests", ReachCodes.All)).Where(r => (string?)r["data"]!["caseId"] == id.ToString()).ToList();
        Assert.Equal(["CFRS", "CKH"], requests.Select(r => (string?)r["data"]!["agency"]).Order(StringComparer.Ordinal));

        var request = Assert.Single(await story.ListAsync("/marac/research-requests", ReachCodes.Addressee("CKH", null)), r => (string?)r["data"]!["caseId"] == id.ToString());
        Assert.Equal("OPEN", (string?)request["facts"]!["state"]);
        Assert.Equal("CKH", (string?)request["facts"]!["addressee"]!["agency"]);
        Assert.NotEmpty(request["facts"]!["conflicts"]!.AsArray());
        Assert.Equal("VICTIM", (string?)request["data"]!["people"]![0]!["is"]);
        Assert.NotEmpty(request["data"]!["addresses"]!.AsArray());
        Assert.DoesNotContain("phone", request["data"]!.ToJsonString(), StringComparison.OrdinalIgnoreCase);

        var before = await story.FactsVersionAsync(it);
        MeetingStory.Done(await story.ReturnAsync(it, landlord, MeetingStory.Found("Sharedmark complaint.", kept: "Keptmark arrears.")));
        MeetingStory.Done(await story.ReturnAsync(it, fire, MeetingStory.Nil()));
        Assert.Equal(before, await story.FactsVersionAsync(it));

        Assert.Equal("RETURNED", (string?)(await story.ReadAsync($"/marac/research-requests/{request["id"]}"))["facts"]!["state"]);
        Assert.Contains(await story.ListAsync("/marac/research-requests", ReachCodes.Addressee("CFRS", null)), r => (string?)r["facts"]!["state"] == "NIL_RETURNED");
        var read = await story.ReadAsync(it);
        var finding = Assert.Single(read["data"]!["research"]!.AsArray())!;
        Assert.Equal("Sharedmark complaint.", (string?)finding["text"]);
        Assert.Equal((string?)finding["itemId"], (string?)Assert.Single(read["facts"]!["items"]!.AsArray())!["id"]);
        Assert.DoesNotContain("Keptmark", read.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("Sharedmark", (await story.ListAsync("/marac/cases", ReachCodes.Member("CKH", null)))[0].ToJsonString(), StringComparison.Ordinal);

        var returned = Assert.Single(await story.ListAsync("/marac/research-returns", ReachCodes.AuthorAgency("CKH", null)), r => (string?)r["data"]!["caseId"] == id.ToString());
        Assert.Equal("Keptmark arrears.", (string?)returned["data"]!["internal"]![0]!["text"]);
        Assert.Equal(("p-ckh", "CKH"), ((string?)returned["facts"]!["author"]!["person"], (string?)returned["facts"]!["author"]!["agency"]));
        Assert.Equal(0, await marac.CountInDatabaseAsync("Sharedmark"));
        Assert.Equal(0, await marac.CountInDatabaseAsync("Keptmark"));
    }

    [Fact]
    public async Task A_member_listed_while_research_is_open_is_asked_too()
    {
        var (landlord, fire) = (MeetingStory.Of("CKH"), MeetingStory.Of("CFRS"));
        var it = await story.InResearchAsync(landlord);
        Assert.Equal(404, (await story.ReturnAsync(it, fire, MeetingStory.Nil())).Status);
        MeetingStory.Done(await story.ChangeAsync(HttpMethod.Put, $"{it}/members/CFRS", MeetingStory.Coordinator, null, on: it));
        MeetingStory.Done(await story.ReturnAsync(it, fire, MeetingStory.Nil()));
    }

    [Fact]
    public async Task An_agencys_answer_is_its_own_and_the_coordinators_only_where_it_came_another_way()
    {
        var (landlord, fire) = (MeetingStory.Of("CKH"), MeetingStory.Of("CFRS"));
        var it = await story.InResearchAsync(landlord, fire);
        var onBehalf = MeetingStory.Found("Told by telephone.");
        Assert.Equal("invalid-input", (await story.ReturnAsync(it, landlord, onBehalf, by: MeetingStory.Coordinator)).Code);
        onBehalf["receivedBy"] = "PHONE";
        Assert.Equal("role-not-permitted", (await story.ReturnAsync(it, landlord, onBehalf, by: fire)).Code);
        MeetingStory.Done(await story.ReturnAsync(it, landlord, onBehalf, by: MeetingStory.Coordinator));
        var returned = Assert.Single(
            await story.ListAsync("/marac/research-returns", ReachCodes.AuthorAgency("CKH", null)), r => it.EndsWith((string)r["data"]!["caseId"]!, StringComparison.Ordinal));
        Assert.Equal(("CKH", "PHONE"), ((string?)returned["facts"]!["author"]!["agency"], (string?)returned["data"]!["receivedBy"]));
        Assert.NotEqual("p-coordinator", (string?)returned["facts"]!["author"]!["person"]);
    }

    [Fact]
    public async Task Research_ends_when_the_case_is_heard()
    {
        var landlord = MeetingStory.Of("CKH");
        var it = await story.InResearchAsync(landlord);
        MeetingStory.Done(await story.ReturnAsync(it, landlord, MeetingStory.Found("First.")));
        MeetingStory.Done(await story.ReturnAsync(it, landlord, MeetingStory.Found("Second, in its place.")));
        Assert.Equal("Second, in its place.", (string?)Assert.Single((await story.ReadAsync(it))["data"]!["research"]!.AsArray())!["text"]);
        MeetingStory.Done(await story.ChangeAsync(HttpMethod.Post, $"{it}/hear", MeetingStory.Chair, new JsonObject(), on: it));
        Assert.Equal("research-not-open", (await story.ReturnAsync(it, landlord, MeetingStory.Found("Third."))).Code);
        var request = Assert.Single(
            await story.ListAsync("/marac/research-requests", ReachCodes.Addressee("CKH", null)), r => it.EndsWith((string)r["data"]!["caseId"]!, StringComparison.Ordinal));
        Assert.Equal("CLOSED", (string?)request["facts"]!["state"]);
    }

    /// <summary>By subscriptions that could be stopped it would be late; a request is read with the case as it is.</summary>
    [Fact]
    public async Task A_conflict_declared_on_the_case_is_a_fact_of_every_record_of_it_at_once()
    {
        var landlord = MeetingStory.Of("CKH");
        var it = await story.HeardAsync(landlord);
        var action = await story.ChangeAsync(HttpMethod.Post, $"{it}/actions", MeetingStory.Coordinator, MeetingStory.Task("Change the locks."), on: it);
        Assert.True(action.Status == 201, action.Text);
        var request = Assert.Single(
            await story.ListAsync("/marac/research-requests", ReachCodes.Addressee("CKH", null)), r => it.EndsWith((string)r["data"]!["caseId"]!, StringComparison.Ordinal));
        var version = await story.FactsVersionAsync(action.Location!);

        var conflict = new JsonObject { ["name"] = "Dorothea Barred", ["reason"] = "His sister" };
        var declared = await story.ChangeAsync(HttpMethod.Post, $"{it}/conflicts", MeetingStory.Coordinator, conflict, on: it);
        Assert.True(declared.Status is 201 or 204, declared.Text);
        foreach (var record in (string[])[action.Location!, $"/marac/research-requests/{request["id"]}"])
            Assert.Contains("Dorothea Barred", (await story.ReadAsync(record))["facts"]!["conflicts"]!.AsArray().Select(c => (string?)c!["name"]));
        // What was decided before it is decided again.
        Assert.Equal("facts-changed", (await marac.SendAsync(HttpMethod.Post, $"{action.Location}/outcome", landlord, Outcome(), version)).Code);
    }

    [Fact]
    public async Task A_text_that_tells_where_the_victim_is_is_held_until_the_coordinator_clears_it()
    {
        var landlord = MeetingStory.Of("CKH");
        var it = await story.InResearchAsync(landlord);
        var line = (string)(await story.ReadAsync(it))["data"]!["victim"]!["addresses"]![0]!["lines"]![0]!;
        MeetingStory.Done(await story.ReturnAsync(it, landlord, MeetingStory.Found($"Rent of {line} is paid.")));
        var read = await story.ReadAsync(it);
        Assert.True((bool)read["facts"]!["items"]![0]!["held"]!);
        var hold = read["data"]!["sharing"]!["holds"]!.AsArray().Single(h => (string?)h!["item"] == (string?)read["facts"]!["items"]![0]!["id"])!;
        MeetingStory.Done(await story.ChangeAsync(
            HttpMethod.Post, $"{it}/holds/{hold["holdId"]}/clear", MeetingStory.Coordinator, new JsonObject { ["reason"] = "Another of that name" }, on: it));
        Assert.False((bool)(await story.ReadAsync(it))["facts"]!["items"]![0]!["held"]!);
    }

    [Fact]
    public async Task A_health_item_is_marked_by_a_guardian_of_its_agency()
    {
        var health = MeetingStory.Of("ICB", "MH");
        var guardian = health with { Role = "caldicott-guardian", Person = "p-guardian" };
        var it = await story.InResearchAsync(health);
        MeetingStory.Done(await story.ReturnAsync(it, health, MeetingStory.Found("Seen at the clinic.", health: true)));
        var returned = Assert.Single(
            await story.ListAsync("/marac/research-returns", ReachCodes.AuthorAgency("ICB", "MH")), r => it.EndsWith((string)r["data"]!["caseId"]!, StringComparison.Ordinal));
        var (id, item) = ((string)returned["id"]!, (string)returned["data"]!["shared"]![0]!["itemId"]!);
        var path = $"/marac/research/{id}/items/{item}/caldicott";
        var mark = new JsonObject { ["release"] = true, ["reason"] = "Serious risk of harm" };
        Assert.False((bool)(await story.ReadAsync(it))["facts"]!["items"]![0]!["caldicott"]!);
        Assert.Equal("role-not-permitted", (await story.ChangeAsync(HttpMethod.Put, path, health, mark.DeepClone(), on: $"/marac/research-returns/{id}")).Code);
        MeetingStory.Done(await story.ChangeAsync(HttpMethod.Put, path, guardian, mark.DeepClone(), on: $"/marac/research-returns/{id}"));
        var fact = (await story.ReadAsync(it))["facts"]!["items"]![0]!;
        Assert.Equal((true, true), ((bool)fact["health"]!, (bool)fact["caldicott"]!));
        Assert.Equal(404, (await story.ChangeAsync(HttpMethod.Put, path.Replace(id, Guid.CreateVersion7().ToString(), StringComparison.Ordinal), guardian, mark, on: it)).Status);
    }

    [Fact]
    public async Task An_action_is_its_owners_and_a_case_is_not_closed_over_an_open_one()
    {
        var landlord = MeetingStory.Of("CKH");
        var it = await story.InResearchAsync(landlord);
        Assert.Equal("actions-not-open", (await story.ChangeAsync(HttpMethod.Post, $"{it}/actions", MeetingStory.Coordinator, MeetingStory.Task("Early."), on: it)).Code);
        MeetingStory.Done(await story.ChangeAsync(HttpMethod.Post, $"{it}/hear", MeetingStory.Chair, new JsonObject(), on: it));
        var key = Guid.CreateVersion7().ToString();
        var version = await story.FactsVersionAsync(it);
        var twice = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
            marac.SendAsync(HttpMethod.Post, $"{it}/actions", MeetingStory.Coordinator, MeetingStory.Task("Taskmark locks."), version, key)));
        Assert.All(twice, answer => Assert.Equal((201, twice[0].Location), (answer.Status, answer.Location)));
        var action = twice[0].Location!;

        var read = await story.ReadAsync(action);
        Assert.Equal(["p-0013"], read["facts"]!["assigned"]!.AsArray().Select(p => (string?)p));
        Assert.Empty(read["facts"]!["needs"]!.AsArray());
        var need = new JsonObject { ["groups"] = new JsonArray("victim-location"), ["reason"] = "To fit the locks" };
        Assert.Equal("role-not-permitted", (await story.ChangeAsync(HttpMethod.Post, $"{action}/confirm-need", landlord, need.DeepClone(), on: action)).Code);
        MeetingStory.Done(await story.ChangeAsync(HttpMethod.Post, $"{action}/confirm-need", MeetingStory.Coordinator, need, on: action));
        read = await story.ReadAsync(action);
        Assert.Equal(["victim-location", "actions"], read["facts"]!["needs"]![0]!["groups"]!.AsArray().Select(g => (string?)g));
        Assert.NotEmpty(read["data"]!["victim"]!["addresses"]!.AsArray());

        MeetingStory.Done(await story.ChangeAsync(HttpMethod.Post, $"{it}/issue", MeetingStory.Chair, new JsonObject(), on: it));
        Assert.Equal("actions-not-final", (await story.ChangeAsync(HttpMethod.Post, $"{it}/close", MeetingStory.Coordinator, new JsonObject(), on: it)).Code);
        Assert.Equal("not-the-owner", (await story.ChangeAsync(HttpMethod.Post, $"{action}/outcome", MeetingStory.Coordinator, Outcome(), on: action)).Code);
        MeetingStory.Done(await story.ChangeAsync(HttpMethod.Post, $"{action}/outcome", landlord, Outcome(), on: action));
        read = await story.ReadAsync(action);
        Assert.Equal("NO_LONGER_POSSIBLE", (string?)read["facts"]!["state"]);
        Assert.Equal(["actions"], read["facts"]!["needs"]![0]!["groups"]!.AsArray().Select(g => (string?)g));
        Assert.Equal("She has moved.", (string?)(await story.ReadAsync(it))["data"]!["actions"]![0]!["outcome"]);
        MeetingStory.Done(await story.ChangeAsync(HttpMethod.Post, $"{it}/close", MeetingStory.Coordinator, new JsonObject(), on: it));
        Assert.Equal(0, await marac.CountInDatabaseAsync("Taskmark"));
        Assert.Equal(0, await marac.CountInDatabaseAsync("p-0013"));
    }

    /// <summary>An agency keeps its research by its own rules: it goes alone, and the case stays.</summary>
    [Fact]
    public async Task An_erased_return_leaves_the_case_and_the_others_returns()
    {
        var (landlord, fire) = (MeetingStory.Of("CKH"), MeetingStory.Of("CFRS"));
        var it = await story.InResearchAsync(landlord, fire);
        MeetingStory.Done(await story.ReturnAsync(it, landlord, MeetingStory.Found("Gonemark.")));
        MeetingStory.Done(await story.ReturnAsync(it, fire, MeetingStory.Found("Staymark.")));
        var keys = marac.Services.GetRequiredService<IKeyStore>();
        await keys.DestroyAsync(new SealScope(MeetingStory.IdOf(it), "research", "CKH"), CancellationToken.None);
        Assert.Equal(["Staymark."], (await story.ReadAsync(it))["data"]!["research"]!.AsArray().Select(r => (string?)r!["text"]));
        Assert.DoesNotContain(
            await story.ListAsync("/marac/research-returns", ReachCodes.AuthorAgency("CKH", null)), r => it.EndsWith((string)r["data"]!["caseId"]!, StringComparison.Ordinal));
        Assert.Contains(
            await story.ListAsync("/marac/research-requests", ReachCodes.Addressee("CKH", null)), r => it.EndsWith((string)r["data"]!["caseId"]!, StringComparison.Ordinal));
    }

    /// <summary>The day before the meeting and the meeting itself: everybody at once, each deciding by the case as they read it.</summary>
    [Fact]
    public async Task Twelve_returns_and_live_minutes_on_one_case_at_once_refuse_nobody()
    {
        var it = await story.InResearchAsync(MeetingStory.Representatives);
        var version = await story.FactsVersionAsync(it);
        var requests = await Task.WhenAll(MeetingStory.Representatives.Select(async r => (Party: r, Version: await story.FactsVersionAsync($"{it}/research/{MeetingStory.Route(r)}"))));
        var returns = requests.Select(r => marac.SendAsync(
            HttpMethod.Put, $"{it}/research/{MeetingStory.Route(r.Party)}", r.Party, MeetingStory.Found($"Found by {r.Party.Person}."), r.Version));
        var minutes = Enumerable.Range(0, 24).Select(i => marac.SendAsync(
            HttpMethod.Post, $"{it}/minutes", i % 2 == 0 ? MeetingStory.Coordinator : MeetingStory.Chair, MeetingStory.Lines($"Line {i}a.", $"Line {i}b."), version,
            Guid.CreateVersion7().ToString()));
        Assert.All(await Task.WhenAll(returns.Concat(minutes)), answer => Assert.True(answer.Status == 204, $"{answer.Status} {answer.Text}"));

        var read = await story.ReadAsync(it);
        Assert.Equal(version, (long)read["facts"]!["version"]!);
        Assert.Equal(
            MeetingStory.Representatives.Select(r => $"Found by {r.Person}.").Order(StringComparer.Ordinal),
            read["data"]!["research"]!.AsArray().Select(r => (string?)r!["text"]).Order(StringComparer.Ordinal));
        Assert.Equal(48, read["data"]!["minutes"]!.AsArray().Select(l => (string?)l!["text"]).Distinct().Count());
        Assert.Equal(60, read["facts"]!["items"]!.AsArray().Count);
    }

    private static JsonObject Outcome() => new() { ["status"] = "NO_LONGER_POSSIBLE", ["outcome"] = "She has moved." };
}
