using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.Marac;

/// <summary>Referral to case over HTTP, on real PostgreSQL: what is stored, read back, refused, and never lost.</summary>
public sealed class MaracSliceTests(MaracFixture marac) : IClassFixture<MaracFixture>
{
    private static readonly Caller Landlord = Person("p-landlord", "CKH", null, "marac-representative", "marac-referral");
    private static readonly Caller Police = Person("p-pvp", "CON", "PVP", "marac-representative", "marac-referral");
    private static readonly Caller Coordinator = Person("p-coordinator", "PCC", "CS", "marac-coordinator", "marac-triage");
    private static readonly Caller Supervisor = Person("p-supervisor", "PCC", "CS", "marac-supervisor", "marac-triage");

    [Fact]
    public async Task A_referral_is_submitted_read_accepted_and_shared()
    {
        var referral = await SubmitAsync(Body("Anwen"));
        var read = await marac.SendAsync(HttpMethod.Get, referral, Coordinator);
        Assert.Equal("SUBMITTED", (string?)read.Json["facts"]!["state"]);
        Assert.Equal("Anwen Testcase", (string?)read.Json["data"]!["victim"]!["name"]);

        var version = await FactsVersionAsync(referral);
        var accepted = await marac.SendAsync(HttpMethod.Post, $"{referral}/accept", Coordinator, Accept(), version);
        Assert.Equal(201, accepted.Status);
        var it = accepted.Location!;

        var before = (await marac.SendAsync(HttpMethod.Get, it, Coordinator)).Json;
        Assert.Equal("national-14", (string?)before["data"]!["thresholdVersion"]);
        Assert.Contains("Bryn Sample", before["facts"]!["conflicts"]!.AsArray().Select(c => (string?)c!["name"]));
        var address = (string)before["data"]!["victim"]!["addresses"]![0]!["addressId"]!;

        Assert.Equal(204, (await ChangeAsync(HttpMethod.Put, it, "members/CKH")).Status);
        Assert.Equal(204, (await ChangeAsync(HttpMethod.Put, it, "members/CON?team=PVP")).Status);
        var relation = new JsonObject { ["tenancy"] = new JsonArray(address), ["statement"] = "Told by telephone" };
        Assert.Equal(204, (await ChangeAsync(HttpMethod.Put, it, "relations/CKH", relation)).Status);
        var need = new JsonObject
        {
            ["groups"] = new JsonArray("victim-location"),
            ["reason"] = "Visit",
            ["until"] = TimeProvider.System.GetUtcNow().AddDays(1).ToString("O"),
        };
        Assert.Equal(204, (await ChangeAsync(HttpMethod.Put, it, "needs/CKH", need)).Status);
        Assert.Equal(204, (await ChangeAsync(HttpMethod.Put, it, "summary", new JsonObject { ["text"] = "High risk." })).Status);

        var facts = (await marac.SendAsync(HttpMethod.Get, $"{it}/facts", Coordinator)).Json;
        Assert.Equal(["type", "id", "facts"], facts.AsObject().Select(p => p.Key));
        Assert.Equal(["CKH", "CON"], facts["facts"]!["members"]!.AsArray().Select(m => (string?)m!["agency"]));
        Assert.Equal("own-tenancy", (string?)facts["facts"]!["relations"]![0]!["kind"]);
        Assert.True((bool)facts["facts"]!["hasSummary"]!);
        Assert.Equal((long)before["facts"]!["version"]! + 5, (long)facts["facts"]!["version"]!);

        Assert.Equal(204, (await ChangeAsync(HttpMethod.Delete, it, "members/CKH")).Status);
        facts = (await marac.SendAsync(HttpMethod.Get, $"{it}/facts", Coordinator)).Json;
        Assert.Empty(facts["facts"]!["relations"]!.AsArray());
    }

    [Fact]
    public async Task A_list_shows_what_is_in_reach_page_by_page()
    {
        var author = Landlord with { Person = $"p-{Guid.CreateVersion7()}" };
        var mine = new List<string>();
        for (var i = 0; i < 3; i++) mine.Add(await SubmitAsync(Body("Paged"), author));

        var first = await ListAsync("/marac/referrals?limit=2", ReachCodes.Author(author.Person));
        Assert.Equal(2, first["items"]!.AsArray().Count);
        var second = await ListAsync($"/marac/referrals?limit=2&after={first["next"]}", ReachCodes.Author(author.Person));
        Assert.Null(second["next"]);
        var ids = first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(r => $"/marac/referrals/{r!["id"]}");
        Assert.Equal(mine.Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));

        Assert.Empty((await ListAsync("/marac/referrals", ReachCodes.Author("p-nobody")))["items"]!.AsArray());
        Assert.Empty((await ListAsync("/marac/referrals"))["items"]!.AsArray());
        Assert.Equal("invalid-input", (await marac.SendAsync(HttpMethod.Get, "/marac/referrals?after=x", Landlord)).Code);
        Assert.Equal("invalid-input", (await marac.SendAsync(HttpMethod.Get, "/marac/referrals?limit=51", Landlord)).Code);
    }

    [Fact]
    public async Task Bad_input_is_answered_by_field_and_never_repeated()
    {
        var answer = await marac.SendAsync(HttpMethod.Post, "/marac/referrals", Police, Body("Marked-Zyxwv").With("dateOfBirth", "Marked-Zyxwv"));
        Assert.Equal((400, "invalid-input"), (answer.Status, answer.Code));
        Assert.StartsWith("not-a-date:", (string?)answer.Json["errors"]!["victim.dateOfBirth"]![0], StringComparison.Ordinal);
        Assert.DoesNotContain("Zyxwv", answer.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_referral_with_every_field_filled_keeps_every_text_sealed()
    {
        const string marker = "Qwzxmarker";
        var answer = await marac.SendAsync(HttpMethod.Post, "/marac/referrals", Police, Samples.Referral(marker));
        Assert.True(answer.Status == 201, answer.Text);
        Assert.DoesNotContain(marker, answer.Text, StringComparison.OrdinalIgnoreCase);
        var it = (await TriageAsync(answer.Location!, "accept", Coordinator, Accept())).Location!;
        Assert.Contains(marker, (await marac.SendAsync(HttpMethod.Get, it, Coordinator)).Text, StringComparison.Ordinal);
        Assert.Equal(0, await marac.CountInDatabaseAsync(marker));
        foreach (var phone in Samples.Phones(marker)) Assert.Equal(0, await marac.CountInDatabaseAsync(phone));
    }

    [Fact]
    public async Task An_unknown_record_is_404_without_a_body()
    {
        foreach (var path in (string[])["/marac/referrals/", "/marac/cases/"])
        {
            var id = Guid.CreateVersion7();
            Assert.Equal(new Answer(404, null, ""), await marac.SendAsync(HttpMethod.Get, path + id, Coordinator));
            Assert.Equal(new Answer(404, null, ""), await marac.SendAsync(HttpMethod.Get, $"{path}{id}/facts", Coordinator));
        }

        Assert.Equal(404, (await marac.SendAsync(HttpMethod.Post, $"/marac/referrals/{Guid.CreateVersion7()}/accept", Coordinator, Accept(), 1)).Status);
        // A case is no referral, nor the other way round.
        var referral = await SubmitAsync(Body("Crossed"));
        Assert.Equal(404, (await ChangeAsync(HttpMethod.Put, referral.Replace("referrals", "cases", StringComparison.Ordinal), "members/CKH", version: 1)).Status);
    }

    [Fact]
    public async Task The_same_submission_sent_twice_is_one_referral()
    {
        var body = Body("Twice");
        var key = Guid.CreateVersion7().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            marac.SendAsync(HttpMethod.Post, "/marac/referrals", Police, body.DeepClone(), idempotencyKey: key)));
        Assert.All(answers, a => Assert.Equal(201, a.Status));
        Assert.Single(answers.Select(a => a.Location).Distinct());

        var other = await marac.SendAsync(HttpMethod.Post, "/marac/referrals", Police, Body("Other"), idempotencyKey: key);
        Assert.Equal((422, "idempotency-key-reused"), (other.Status, other.Code));
        var somebodyElse = await marac.SendAsync(
            HttpMethod.Post, "/marac/referrals", Police with { Person = "p-else" }, body.DeepClone(), idempotencyKey: key);
        Assert.NotEqual(answers[0].Location, somebodyElse.Location);
    }

    [Fact]
    public async Task The_same_acceptance_sent_twice_is_one_case_though_the_facts_have_changed()
    {
        var referral = await SubmitAsync(Body("Acceptedtwice"));
        var version = await FactsVersionAsync(referral);
        var key = Guid.CreateVersion7().ToString();
        var first = await marac.SendAsync(HttpMethod.Post, $"{referral}/accept", Coordinator, Accept(), version, key);
        Assert.Equal(first, await marac.SendAsync(HttpMethod.Post, $"{referral}/accept", Coordinator, Accept(), version, key));
        var other = Accept();
        other["criterion"] = "REPEAT";
        Assert.Equal(422, (await marac.SendAsync(HttpMethod.Post, $"{referral}/accept", Coordinator, other, version, key)).Status);
        // Without the key, asking for what is already so comes to the same case.
        Assert.Equal(first, await TriageAsync(referral, "accept", Coordinator, Accept()));
        Assert.Equal("referral-already-accepted", (await TriageAsync(referral, "accept", Coordinator, other)).Code);
    }

    [Fact]
    public async Task Of_coordinators_who_accept_at_once_one_opens_the_case()
    {
        var referral = await SubmitAsync(Body("Raced"));
        var version = await FactsVersionAsync(referral);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            marac.SendAsync(HttpMethod.Post, $"{referral}/accept", Coordinator with { Person = $"p-{i}" }, Accept(), version)));
        Assert.Single(answers, a => a.Status == 201);
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.Equal((409, "facts-changed"), (a.Status, a.Code)));
    }

    [Fact]
    public async Task Changes_decided_by_other_facts_are_refused_and_nothing_is_lost()
    {
        var it = await CaseAsync("Contended");
        var version = await FactsVersionAsync(it);
        string[] members = ["CKH", "CON?team=PVP", "PCC?team=HSG", "CFRS", "SASP"];
        var answers = await Task.WhenAll(members.Select(m => ChangeAsync(HttpMethod.Put, it, $"members/{m}", version: version)));
        Assert.Single(answers, a => a.Status == 204);
        foreach (var member in members)
        {
            while ((await ChangeAsync(HttpMethod.Put, it, $"members/{member}")) is { Status: not 204 } answer)
                Assert.Equal("facts-changed", answer.Code);
        }

        var facts = (await marac.SendAsync(HttpMethod.Get, $"{it}/facts", Coordinator)).Json["facts"]!;
        Assert.Equal(5, facts["members"]!.AsArray().Count);
        Assert.Equal(version + 5, (long)facts["version"]!);
        Assert.Equal("facts-changed", (await ChangeAsync(HttpMethod.Delete, it, "members/CKH", version: version)).Code);
    }

    [Fact]
    public async Task A_redirection_takes_two_people()
    {
        var referral = await SubmitAsync(Low("Redirected"));
        var proposal = new JsonObject { ["to"] = "OUTREACH", ["reason"] = "Low risk" };
        Assert.Equal(204, (await TriageAsync(referral, "redirect", Supervisor, proposal)).Status);
        var confirm = new JsonObject { ["confirm"] = true };
        Assert.Equal("second-look-by-proposer", (await TriageAsync(referral, "confirm-redirect", Supervisor, confirm)).Code);
        Assert.Equal("role-not-permitted", (await TriageAsync(referral, "confirm-redirect", Coordinator, confirm)).Code);
        Assert.Equal(204, (await TriageAsync(referral, "confirm-redirect", Supervisor with { Person = "p-second" }, confirm)).Status);
        var read = await marac.SendAsync(HttpMethod.Get, referral, Coordinator);
        Assert.Equal(("REDIRECTED", "OUTREACH"), ((string?)read.Json["data"]!["status"], (string?)read.Json["data"]!["redirectedTo"]));
    }

    [Fact]
    public async Task A_referral_is_withdrawn_with_its_ground()
    {
        var referral = await SubmitAsync(Body("Withdrawn"));
        var answer = await TriageAsync(referral, "withdraw", Coordinator, new JsonObject { ["ground"] = "DUPLICATE", ["reason"] = "Sent twice" });
        Assert.Equal(204, answer.Status);
        Assert.Equal("invalid-input", (await TriageAsync(referral, "withdraw", Coordinator, new JsonObject { ["ground"] = "VICTIM_OBJECTS", ["reason"] = "x" })).Code);
        Assert.Equal("referral-already-withdrawn", (await TriageAsync(referral, "accept", Coordinator, Accept())).Code);
    }

    [Fact]
    public async Task Two_agencies_referring_at_once_get_like_answers_and_the_coordinator_a_note()
    {
        var answers = await Task.WhenAll(
            marac.SendAsync(HttpMethod.Post, "/marac/referrals", Police, Body("Duplicated")),
            marac.SendAsync(HttpMethod.Post, "/marac/referrals", Landlord, Body("Duplicated", "CKH", "crosskeyshomes.example")));
        Assert.Equal((201, 201), (answers[0].Status, answers[1].Status));
        Assert.Equal(answers[0].Text, answers[1].Text);

        var notes = await Task.WhenAll(answers.Select(a => NotesAsync(a.Location!)));
        // Other tests tell of people with the same names, so there may be further notes.
        Assert.Contains(notes, codes => codes.Contains("possible-duplicate"));
    }

    [Fact]
    public async Task A_claimed_repeat_and_a_counter_allegation_are_notes_at_triage()
    {
        var repeat = Body("Firsttime");
        repeat["criteria"] = new JsonArray("REPEAT");
        Assert.Equal(["repeat-not-found"], await NotesAsync(await SubmitAsync(repeat)));

        await CaseAsync("Accused");
        var counter = Body("Accuser");
        counter["victim"]!["name"] = "Bryn Sample";
        counter["victim"]!["dateOfBirth"] = "1987-11-02";
        counter["perpetrators"]![0]!["name"] = "Accused Testcase";
        counter["perpetrators"]![0]!["dateOfBirth"] = Born("Accused");
        counter["children"] = new JsonArray();
        Assert.Contains("counter-allegation", await NotesAsync(await SubmitAsync(counter)));
    }

    [Fact]
    public async Task An_erased_case_is_gone_and_its_referral_is_not()
    {
        var referral = await SubmitAsync(Body("Erased"));
        var accepted = await TriageAsync(referral, "accept", Coordinator, Accept());
        var id = Guid.Parse(accepted.Location!.Split('/')[^1]);
        var version = await FactsVersionAsync(accepted.Location!);
        var keys = marac.Services.GetRequiredService<IKeyStore>();
        foreach (var scope in await keys.LiveScopesAsync(id, CancellationToken.None)) await keys.DestroyAsync(scope, CancellationToken.None);
        Assert.Equal(new Answer(404, null, ""), await marac.SendAsync(HttpMethod.Get, accepted.Location!, Coordinator));
        Assert.Equal(404, (await ChangeAsync(HttpMethod.Put, accepted.Location!, "members/CKH", version: version)).Status);
        Assert.Equal(200, (await marac.SendAsync(HttpMethod.Get, referral, Coordinator)).Status);
    }

    private static Caller Person(string person, string agency, string? team, string role, string purpose) =>
        new() { Person = person, Agency = agency, Team = team, Role = role, Purpose = purpose };

    private static JsonObject Accept() => new() { ["criterion"] = "VISIBLE_HIGH_RISK" };

    /// <summary>A referral of a pair of its own.</summary>
    private static JsonObject Body(string victim, string agency = "CON", string domain = "cambs.police.uk")
    {
        var body = JsonNode.Parse($$"""
            {
              "referrer": { "name": "Rowan Example", "agency": "{{agency}}", "role": "Officer", "phone": "01733 900100", "email": "rowan@{{domain}}" },
              "referralAt": "{{TimeProvider.System.GetUtcNow().AddHours(-1):O}}",
              "criteria": ["VISIBLE_HIGH_RISK"],
              "victim": {
                "name": "{{victim}} Testcase", "dateOfBirth": "{{Born(victim)}}", "livesWithPerpetrator": "NO",
                "addresses": [{ "lines": ["7 Nowhere Gardens", "Peterborough"], "postcode": "PE99 9ZZ" }],
                "phones": [{ "number": "07700 {{Number(victim)}}", "safeToCall": "YES" }]
              },
              "perpetrators": [{ "name": "Bryn Sample", "dateOfBirth": "1987-11-02", "relation": "former partner" }],
              "children": [{ "name": "Robin Testcase", "dateOfBirth": "2019-06-30" }],
              "riskChecklist": { "completedOn": "{{TimeProvider.System.GetUtcNow().AddDays(-2):yyyy-MM-dd}}", "items": [] },
              "narrative": { "latestIncident": "Followed on the way to work.", "latestIncidentIs": "FACT" },
              "awareOfReferral": "YES", "consentToReferral": "YES"
            }
            """)!.AsObject();
        body["riskChecklist"]!["items"] = Answers(15);
        return body;
    }

    /// <summary>Each victim of these tests has a birthday and a phone of their own, or they would all be one person.</summary>
    private static string Born(string victim) => new DateOnly(1980, 1, 1).AddDays(Number(victim) % 3_650).ToString("yyyy-MM-dd", null);

    private static int Number(string victim) => victim.Aggregate(7, (sum, letter) => ((sum * 31) + letter) % 900_000) + 100_000;

    private static JsonObject Low(string victim)
    {
        var body = Body(victim);
        body["riskChecklist"]!["items"] = Answers(5);
        body["criteria"] = new JsonArray("PROFESSIONAL_JUDGEMENT");
        body["judgementReason"] = "She is more frightened than the answers show, and he has begun to follow her.";
        return body;
    }

    private static JsonArray Answers(int yes) =>
        [.. ChecklistItems.All.Select((item, i) => (JsonNode)new JsonObject { ["item"] = item, ["answer"] = i < yes ? "YES" : "NO" })];

    private async Task<string> SubmitAsync(JsonNode body, Caller? by = null)
    {
        if (by == null || by.Agency == "CON") by ??= Police;
        else
        {
            body["referrer"]!["agency"] = by.Agency;
            body["referrer"]!["email"] = "rowan@crosskeyshomes.example";
        }

        var answer = await marac.SendAsync(HttpMethod.Post, "/marac/referrals", by, body);
        Assert.True(answer.Status == 201, answer.Text);
        return answer.Location!;
    }

    private async Task<string> CaseAsync(string victim) =>
        (await TriageAsync(await SubmitAsync(Body(victim)), "accept", Coordinator, Accept())).Location!;

    private async Task<long> FactsVersionAsync(string record) =>
        (long)(await marac.SendAsync(HttpMethod.Get, $"{record}/facts", Coordinator)).Json["facts"]!["version"]!;

    private async Task<Answer> TriageAsync(string referral, string command, Caller by, JsonNode body) =>
        await marac.SendAsync(HttpMethod.Post, $"{referral}/{command}", by, body, await FactsVersionAsync(referral));

    private async Task<Answer> ChangeAsync(HttpMethod method, string it, string what, JsonNode? body = null, long? version = null) =>
        await marac.SendAsync(method, $"{it}/{what}", Coordinator, body, version ?? await FactsVersionAsync(it));

    private async Task<JsonNode> ListAsync(string path, params string[] reach) =>
        (await marac.SendAsync(HttpMethod.Get, path, Landlord, reach: reach)).Json;

    private async Task<string[]> NotesAsync(string referral)
    {
        JsonNode? data = null;
        await Eventually.Async(
            async () => (data = (await marac.SendAsync(HttpMethod.Get, referral, Coordinator)).Json["data"])!["recordsCheckedAt"] is not null,
            "stored data is looked through");
        return [.. data!["triageNotes"]!.AsArray().Select(n => (string)n!["code"]!)];
    }
}

file static class Bodies
{
    public static JsonObject With(this JsonObject body, string victimField, string value)
    {
        body["victim"]![victimField] = value;
        return body;
    }
}
