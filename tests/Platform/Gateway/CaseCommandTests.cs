using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Commands that set what sharing rests on: what is recorded is in force with the next read, and each has its refusal.</summary>
public sealed class CaseCommandTests(SharedPlatform shared)
{
    private const string Flag = "marac-flag";
    private static readonly string[] Members = ["CON?team=PVP", "CKH", "PCC?team=ASC"];

    [Theory]
    [InlineData("""{"person":"p-0013","reason":"Trimark: his cousin"}""")]
    [InlineData("""{"name":"HOBSON, Diane","reason":"Trimark: his cousin"}""")]
    public async Task A_conflict_declared_between_two_reads_bars_at_once_until_it_is_resolved(string conflict)
    {
        var (platform, casework) = await StartAsync();
        var it = await casework.CaseOfAsync(Members);
        await ReadsAsync(platform, "landlord", it, HttpStatusCode.OK);
        Done(await casework.Coordinator.PostAsync($"{it}/conflicts", conflict, Casework.Meeting));
        await ReadsAsync(platform, "landlord", it, HttpStatusCode.NotFound);
        Assert.DoesNotContain(Casework.IdOf(it).ToString(), (await platform.As("landlord").GetAsync("/marac/cases", Casework.Meeting)).Text, StringComparison.Ordinal);
        await ReadsAsync(platform, "pvp", it, HttpStatusCode.OK);
        Done(await casework.Coordinator.PostAsync($"{it}/conflicts", conflict, Casework.Meeting)); // Told twice.

        var entry = (await casework.Coordinator.GetAsync(it, Casework.Meeting)).At("data.sharing.conflicts")!.Value.EnumerateArray()
            .Single(c => c.GetProperty("reason").GetString()!.StartsWith("Trimark", StringComparison.Ordinal)).GetProperty("conflictId").GetGuid();
        var body = new { reason = "Another woman of that name" };
        Assert.Equal("conflict-not-found", (await casework.Coordinator.PostAsync($"{it}/conflicts/{Guid.Empty}/resolve", body, Casework.Meeting)).Code);
        Assert.Equal("no-rule-for-role", (await platform.As("landlord").PostAsync($"{it}/conflicts/{entry}/resolve", body, Casework.Meeting)).Code);
        Done(await casework.Coordinator.PostAsync($"{it}/conflicts/{entry}/resolve", body, Casework.Meeting));
        await ReadsAsync(platform, "landlord", it, HttpStatusCode.OK);
        await casework.LedgerAsync(Casework.IdOf(it), e => FactIn(e, "conflict") == false);
    }

    [Fact]
    public async Task A_conflict_names_somebody_of_the_register()
    {
        var (_, casework) = await StartAsync();
        var it = await casework.CaseAsync();
        var answer = await casework.Coordinator.PostAsync($"{it}/conflicts", new { person = "landlord", reason = "A typing error" }, Casework.Meeting);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-input"), (answer.Status, answer.Code));
        Assert.StartsWith("unknown-code", answer.Json.GetProperty("errors").GetProperty("person")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_barred_from_a_case_is_barred_from_the_referral_it_began_with()
    {
        var (platform, casework) = await StartAsync();
        var referral = await casework.SubmitAsync("landlord", Samples.Referral(agency: "CKH", emailDomain: "crosskeyshomes.example"));
        var it = await casework.ListAsync(await casework.AcceptAsync(referral));
        Assert.Equal(HttpStatusCode.OK, (await platform.As("landlord").GetAsync(referral, Casework.Referral)).Status);
        Assert.Equal(HttpStatusCode.OK, (await platform.As("coordinator-2").GetAsync(referral, Casework.Triage)).Status);
        Done(await casework.Coordinator.PostAsync($"{it}/conflicts", new { person = "t-0001", reason = "His sister" }, Casework.Meeting));
        Done(await casework.Coordinator.PutAsync($"{it}/readers", new { people = new[] { "p-0001" }, reason = "An officer's family" }, Casework.Meeting));
        Assert.Equal(HttpStatusCode.NotFound, (await platform.As("coordinator-2").GetAsync(referral, Casework.Triage)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await platform.As("landlord").GetAsync(referral, Casework.Referral)).Status);
        Assert.Equal(HttpStatusCode.OK, (await casework.Coordinator.GetAsync(referral, Casework.Triage)).Status);
    }

    [Fact]
    public async Task A_restricted_case_is_read_by_its_readers_alone_until_it_is_opened_again()
    {
        var (platform, casework) = await StartAsync();
        var it = await casework.CaseOfAsync(Members);
        Assert.Equal("invalid-input", (await casework.Coordinator.PutAsync($"{it}/readers", new { people = Array.Empty<string>(), reason = "NR15" }, Casework.Meeting)).Code);
        Done(await casework.Coordinator.PutAsync($"{it}/readers", new { people = new[] { "p-0001", "p-0005" }, reason = "NR15" }, Casework.Meeting));
        await ReadsAsync(platform, "pvp", it, HttpStatusCode.OK);
        foreach (var other in (string[])["landlord", "asc", "marac-chair", "supervisor", "coordinator-2"]) await ReadsAsync(platform, other, it, HttpStatusCode.NotFound);
        Done(await casework.Coordinator.PutAsync($"{it}/readers", new { reason = "She has left" }, Casework.Meeting));
        await ReadsAsync(platform, "landlord", it, HttpStatusCode.OK);
        await casework.LedgerAsync(Casework.IdOf(it), e => FactIn(e, "readers") == false);
    }

    [Fact]
    public async Task An_unsafe_copy_loses_the_location_and_nothing_else()
    {
        var (platform, casework) = await StartAsync();
        var it = await casework.CaseOfAsync(Members);
        Assert.NotNull((await platform.As("pvp").GetAsync(it, Casework.Meeting)).At("data.victim.addresses"));
        Done(await casework.Coordinator.PutAsync($"{it}/unsafe-copies", new { copies = new[] { new { agency = "CON", reason = "He is a custody officer" } } }, Casework.Meeting));
        var police = await platform.As("pvp").GetAsync(it, Casework.Meeting);
        Assert.DoesNotContain("Nowhere Gardens", police.Text, StringComparison.Ordinal);
        Assert.NotNull(police.At("data.narrative.latestIncident"));
        await casework.LedgerAsync(Casework.IdOf(it), e => FactIn(e, "unsafe-copy:CON") == true);
        Assert.Equal("invalid-input", (await casework.Coordinator.PutAsync($"{it}/unsafe-copies", new { copies = new[] { new { agency = "XYZ", reason = "?" } } }, Casework.Meeting)).Code);
        Done(await casework.Coordinator.PutAsync($"{it}/unsafe-copies", new { copies = Array.Empty<object>() }, Casework.Meeting));
        Assert.NotNull((await platform.As("pvp").GetAsync(it, Casework.Meeting)).At("data.victim.addresses"));
    }

    [Fact]
    public async Task A_text_that_tells_the_location_waits_for_the_coordinator_and_again_after_a_move()
    {
        var (platform, casework) = await StartAsync();
        var it = await casework.CaseAsync(body => body["narrative"]!["history"] = "He was seen in Nowhere Gardens and in Quarry Rise.");
        foreach (var member in Members) await casework.PutAsync($"{it}/members/{member}");
        Assert.Null((await platform.As("asc").GetAsync(it, Casework.Meeting)).At("data.narrative"));
        Assert.NotNull((await platform.As("pvp").GetAsync(it, Casework.Meeting)).At("data.narrative.history"));

        await ClearAsync();
        Assert.NotNull((await platform.As("asc").GetAsync(it, Casework.Meeting)).At("data.narrative.history"));

        Done(await casework.Coordinator.PostAsync($"{it}/amendments", new
        {
            field = "VICTIM_ADDRESS",
            address = new { lines = new[] { "3 Quarry Rise", "Ely" }, postcode = "CB99 9ZZ" },
            from = "2026-01-02",
            source = "The victim",
        }, Casework.Meeting));
        var asc = await platform.As("asc").GetAsync(it, Casework.Meeting);
        Assert.DoesNotContain("Quarry Rise", asc.Text, StringComparison.Ordinal);
        Assert.Equal(2, (await platform.As("pvp").GetAsync(it, Casework.Meeting)).At("data.victim.addresses")!.Value.GetArrayLength());
        Assert.Equal("hold-not-found", (await casework.Coordinator.PostAsync($"{it}/holds/{Guid.Empty}/clear", new { reason = "None" }, Casework.Meeting)).Code);
        await casework.LedgerAsync(Casework.IdOf(it), e => e.GetProperty("records")[0].GetProperty("fieldGroups").EnumerateArray().Any(g => g.GetString() == "victim-location") && e.GetProperty("operation").GetString() == "ALTERATION");

        async Task ClearAsync()
        {
            var hold = Assert.Single((await casework.Coordinator.GetAsync(it, Casework.Meeting)).At("data.sharing.holds")!.Value.EnumerateArray()).GetProperty("holdId").GetGuid();
            Assert.Equal("no-rule-for-role", (await platform.As("asc").PostAsync($"{it}/holds/{hold}/clear", new { reason = "Mine" }, Casework.Meeting)).Code);
            Done(await casework.Coordinator.PostAsync($"{it}/holds/{hold}/clear", new { reason = "Another street of that name" }, Casework.Meeting));
        }
    }

    [Fact]
    public async Task A_case_goes_through_its_meeting_to_its_flag_and_no_step_comes_before_its_turn()
    {
        var (platform, casework) = await StartAsync();
        var chair = platform.As("marac-chair");
        var it = await casework.CaseOfAsync(Members);
        Assert.Equal("case-not-in-research", (await chair.PostAsync($"{it}/hear", null, Casework.Meeting)).Code);
        var due = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(5).ToString("O", null);
        Done(await casework.Coordinator.PostAsync($"{it}/request-research", new { dueOn = due }, Casework.Meeting));
        Assert.Equal("no-rule-for-role", (await casework.Coordinator.PostAsync($"{it}/hear", null, Casework.Meeting)).Code);
        Done(await chair.PostAsync($"{it}/hear", null, Casework.Meeting));
        Assert.Equal("case-without-action-plan", (await casework.Coordinator.PostAsync($"{it}/close", null, Casework.Meeting)).Code);
        Done(await casework.Coordinator.PostAsync($"{it}/issue", null, Casework.Meeting));
        Done(await casework.Coordinator.PostAsync($"{it}/close", new { note = "All done" }, Casework.Meeting));
        await ReadsAsync(platform, "pvp", it, HttpStatusCode.NotFound);

        var flag = Assert.Single((await platform.As("pvp").GetAsync("/marac/flags?limit=50", Flag)).Json.GetProperty("items").EnumerateArray(),
            f => f.GetProperty("data").GetProperty("caseId").GetGuid() == Casework.IdOf(it));
        Assert.Equal("Imogen Testcase", flag.GetProperty("data").GetProperty("victim").GetProperty("name").GetString());
        var path = $"/marac/flags/{flag.GetProperty("id").GetGuid()}";
        Assert.Equal(HttpStatusCode.OK, (await platform.As("landlord").GetAsync(path, Flag)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await platform.As("fire").GetAsync(path, Flag)).Status);

        // A conflict with the case bars from its flag too.
        Done(await casework.Coordinator.PostAsync($"{it}/conflicts", new { person = "p-0013", reason = "Learnt since" }, Flag));
        Assert.Equal(HttpStatusCode.NotFound, (await platform.As("landlord").GetAsync(path, Flag)).Status);
    }

    [Fact]
    public async Task A_meeting_is_scheduled_once_and_read_back()
    {
        var (platform, casework) = await StartAsync();
        var body = new { startsAt = TimeProvider.System.GetUtcNow().AddDays(3), venue = "Town hall" };
        var first = await casework.Coordinator.CreateAsync("/marac/meetings", body, "meeting-once");
        var again = await casework.Coordinator.CreateAsync("/marac/meetings", body, "meeting-once");
        Assert.Equal((HttpStatusCode.Created, first.Location), (again.Status, again.Location));
        Assert.Equal("SCHEDULED", (await platform.As("marac-chair").GetAsync(first.Location, Casework.Meeting)).At("data.status")?.GetString());
        Assert.Equal("invalid-input", (await casework.Coordinator.CreateAsync("/marac/meetings", new { startsAt = "2020-01-01T10:00:00Z" })).Code);
        Assert.Equal("no-rule-for-role", (await platform.As("landlord").CreateAsync("/marac/meetings", body)).Code);
        var accepted = await casework.AcceptAsync(await casework.SubmitAsync());
        Assert.Equal("meeting-not-open", (await casework.Coordinator.PostAsync($"{accepted}/list", new { meetingId = Guid.Empty }, Casework.Triage)).Code);
    }

    [Fact]
    public async Task A_search_finds_cases_by_name_variants_and_shows_each_to_those_alone_who_may_see_it()
    {
        var (platform, casework) = await StartAsync();
        var it = await casework.CaseAsync(body =>
        {
            body["victim"]!["name"] = "Zenobia Quarrington";
            body["victim"]!["phones"]![0]!["number"] = "07700 900871";
        });
        foreach (var asked in (object[])[new { name = "quarrington zenobia" }, new { phone = "+44 7700 900871" }, new { name = "Zenobia Quarrington", dateOfBirth = "1990-04-18" }])
            Assert.Equal([Casework.IdOf(it)], await FoundAsync(casework.Coordinator, asked));
        Assert.Empty(await FoundAsync(casework.Coordinator, new { name = "Ermintrude Quarrington-Nobody" }));
        Assert.Equal("invalid-input", (await casework.Coordinator.PostAsync("/marac/search", new { dateOfBirth = "1990-04-17" }, Casework.Meeting)).Code);
        Assert.Equal("unknown-query-parameter", (await casework.Coordinator.PostAsync("/marac/search?name=Zenobia", new { name = "Zenobia" }, Casework.Meeting)).Code);
        Assert.Equal("no-rule-for-role", (await platform.As("pvp").PostAsync("/marac/search", new { name = "Zenobia Quarrington" }, Casework.Meeting)).Code);

        Done(await casework.Coordinator.PostAsync($"{it}/conflicts", new { person = "t-0001", reason = "Her neighbour" }, Casework.Meeting));
        Assert.Empty(await FoundAsync(platform.As("coordinator-2"), new { name = "Zenobia Quarrington" }));
        Assert.Equal([Casework.IdOf(it)], await FoundAsync(casework.Coordinator, new { name = "Zenobia Quarrington" }));
    }

    [Fact]
    public async Task A_triage_note_names_an_earlier_case_only_while_it_bars_nobody_who_reads_the_note()
    {
        var (platform, casework) = await StartAsync();
        void Pair(JsonObject body)
        {
            body["victim"]!["name"] = "Ottoline Featherstone";
            body["victim"]!["dateOfBirth"] = "1984-09-19";
            body["perpetrators"]![0]!["name"] = "Barnaby Featherstone";
            body["perpetrators"]![0]!["dateOfBirth"] = "1983-02-28";
        }

        var earlier = await casework.CaseAsync(Pair);
        var again = await casework.SubmitAsync(Pair);
        var named = await Eventually.Async(
            async () => await NamedAsync("coordinator-2") is { } ids && ids.Contains(Casework.IdOf(earlier)) ? ids : null, "the earlier case is noted");
        Assert.Equal(named, await NamedAsync("coordinator"));

        Done(await casework.Coordinator.PostAsync($"{earlier}/conflicts", new { person = "t-0001", reason = "His sister" }, Casework.Meeting));
        Assert.DoesNotContain(Casework.IdOf(earlier), (await NamedAsync("coordinator-2"))!);
        Assert.Equal([Casework.IdOf(earlier)], await FoundAsync(casework.Coordinator, new { name = "Ottoline Featherstone" }));
        Assert.Empty(await FoundAsync(platform.As("coordinator-2"), new { name = "Ottoline Featherstone" }));

        async Task<IReadOnlyList<Guid>?> NamedAsync(string who) =>
            (await platform.As(who).GetAsync(again, Casework.Triage)) is var read && read.At("data.recordsCheckedAt") is null
                ? null
                : [.. read.At("data.triageNotes")!.Value.EnumerateArray().SelectMany(n => n.GetProperty("cases").EnumerateArray()).Select(id => id.GetGuid())];
    }

    private async Task<(RunningPlatform Platform, Casework Casework)> StartAsync()
    {
        var platform = await shared.StartedAsync();
        return (platform, new Casework(platform));
    }

    private static async Task ReadsAsync(RunningPlatform platform, string person, string it, HttpStatusCode status) =>
        Assert.Equal((person, status), (person, (await platform.As(person).GetAsync(it, Casework.Meeting)).Status));

    private static async Task<IReadOnlyList<Guid>> FoundAsync(TestClient client, object asked)
    {
        var answer = await client.PostAsync("/marac/search", asked, Casework.Meeting);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.ToString());
        return [.. answer.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid())];
    }

    private static bool? FactIn(JsonElement entry, string name) => entry.GetProperty("records")[0].GetProperty("facts").EnumerateArray()
        .Where(fact => fact.GetProperty("code").GetString() == name).Select(fact => (bool?)fact.GetProperty("held").GetBoolean()).FirstOrDefault();

    private static void Done(Answer answer) => Assert.True(answer.Status == HttpStatusCode.NoContent, answer.ToString());
}
