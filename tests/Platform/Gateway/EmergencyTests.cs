using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Emergency access (<c>information-sharing</c> §5): each permit with its nearest refusal.</summary>
public sealed class EmergencyTests(SharedPlatform shared)
{
    private const string Emergency = "emergency", Audit = "audit";
    private const string Reason = "Breakmark: neighbours hear screaming, the patrol needs the address now.";

    private const string NotFound =
        """{"type":"about:blank","title":"Not Found","status":404,"code":"not-found","detail":"There is no such record, or none that you may know of."}""";

    [Fact]
    public async Task A_duty_officer_who_is_not_listed_reads_the_one_case_and_everybody_who_answers_for_it_sees_that()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var (it, other) = (await casework.CaseAsync(), await casework.CaseAsync());
        var csc = platform.As("csc");
        Assert.Equal(HttpStatusCode.Forbidden, (await csc.GetAsync(it, Casework.Referral)).Status);

        var emergency = await OpenAsync(csc);
        var read = await csc.GetAsync(it, Emergency, ("Sharing-Emergency", emergency));
        Assert.True(read.Status == HttpStatusCode.OK, read.ToString());
        Assert.NotNull(read.At("data.victim.name"));
        Assert.NotNull(read.At("data.victim.addresses[0].postcode"));
        Assert.NotNull(read.At("data.perpetrators[0]"));
        Assert.NotNull(read.At("data.children[0]"));
        foreach (var kept in (string[])["data.riskChecklist", "data.narrative", "data.summary", "data.sharing", "data.status", "data.victim.safeContact"])
            Assert.Null(read.At(kept));
        Assert.Equal(Emergency, read.At("obligations.purpose")?.GetString());

        // For one person: another case is the identical 404, and the same case goes on being read.
        Assert.Equal(NotFound, (await csc.GetAsync(other, Emergency, ("Sharing-Emergency", emergency))).Text);
        Assert.Equal(HttpStatusCode.OK, (await csc.GetAsync(it, null, ("Sharing-Emergency", emergency))).Status);

        // The ledger has it as what it is, with the reason sealed in and the name of no rule lost.
        var entry = await casework.LedgerAsync(Casework.IdOf(it), e => e.GetProperty("outcome").GetString() == "BREAK_GLASS");
        Assert.Equal("DISCLOSURE", entry.GetProperty("operation").GetString());
        Assert.Equal(Reason, entry.GetProperty("justification").GetString());
        Assert.Equal(Emergency, entry.GetProperty("purposeCode").GetString());
        Assert.Equal("marac/90.1", entry.GetProperty("records")[0].GetProperty("decisionRule")[0].GetString());
        Assert.Contains("victim-location", entry.GetProperty("records")[0].GetProperty("fieldGroups").EnumerateArray().Select(g => g.GetString()));

        // Who opened it, the coordinator and the information-governance lead see it, whole; nobody else.
        foreach (var (person, purpose) in ((string, string)[])[("csc", Emergency), ("coordinator", Audit), ("supervisor", Audit), ("dpo", Audit)])
        {
            var seen = await platform.As(person).GetAsync($"/sharing/emergencies/{emergency}", purpose);
            Assert.True(seen.Status == HttpStatusCode.OK, $"{person}: {seen}");
            Assert.Equal(Reason, seen.At("data.reason")?.GetString());
            Assert.Equal("Breakmark Person", seen.At("data.personName")?.GetString());
            Assert.Equal(Casework.IdOf(it), seen.At("data.recordId")?.GetGuid());
            Assert.Equal(2, seen.At("data.uses")?.GetArrayLength());
            Assert.Equal("TO_REVIEW", seen.At("data.review")?.GetString());
            Assert.False(seen.At("data.reviewOverdue")?.GetBoolean());
        }

        var opened = (await platform.As("dpo").GetAsync($"/sharing/emergencies/{emergency}", Audit)).Json.GetProperty("data");
        Assert.Equal(TimeSpan.FromMinutes(30), opened.GetProperty("until").GetDateTimeOffset() - opened.GetProperty("openedAt").GetDateTimeOffset());
        Assert.Contains(Guid.Parse(emergency), await IdsAsync(platform.As("coordinator")));
        Assert.Equal(NotFound, (await platform.As("pvp").GetAsync($"/sharing/emergencies/{emergency}", Emergency)).Text);
        foreach (var stranger in (string[])["landlord", "patrol", "door-01", "marac-auditor", "operator"])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await platform.As(stranger).GetAsync($"/sharing/emergencies/{emergency}", Audit)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await platform.As(stranger).GetAsync("/sharing/emergencies", Audit)).Status);
        }
    }

    [Fact]
    public async Task Only_the_named_duty_roles_open_one_and_only_with_a_second_factor()
    {
        var platform = await shared.StartedAsync();
        foreach (var duty in (string[])["pvp", "idva", "csc", "asc", "health", "probation"]) await OpenAsync(platform.As(duty));
        foreach (var person in (string[])["coordinator", "marac-chair", "landlord", "fire", "education", "housing", "patrol", "pes", "door-01", "nightsafe-admin", "committee", "dpo", "marac-auditor", "facilitator", "operator"])
        {
            var refused = await platform.As(person).PostAsync("/sharing/emergencies", Body());
            Assert.True(refused.Status == HttpStatusCode.Forbidden, $"{person}: {refused}");
        }

        foreach (var methods in (string[][])[["pwd"], [], ["pwd", "user"], ["OTP"]])
        {
            var refused = await platform.As("pvp", amr: methods).PostAsync("/sharing/emergencies", Body());
            Assert.Equal((HttpStatusCode.Forbidden, "second-factor-needed"), (refused.Status, refused.Code));
        }

        foreach (var method in (string[])["mfa", "otp", "hwk"]) await OpenAsync(platform.As("pvp", amr: ["pwd", method]));
    }

    [Fact]
    public async Task A_reason_and_a_person_are_needed_and_nothing_sent_is_repeated()
    {
        var platform = await shared.StartedAsync();
        var pvp = platform.As("pvp");
        var wrong = new (string Field, Action<JsonObject> Change)[]
        {
            ("reason", b => b["reason"] = "Breakmark: 29 characters are." [..29]),
            ("reason", b => b["reason"] = "Breakmark" + new string(' ', 40) + "x"),
            ("reason", b => b.Remove("reason")),
            ("reason", b => b["reason"] = new string('x', 2001)),
            ("type", b => b["type"] = "Breakmark"),
            ("type", b => b.Remove("type")),
            ("personAtRisk", b => b.Remove("personAtRisk")),
            ("personAtRisk.name", b => b["personAtRisk"] = new JsonObject { ["dateOfBirth"] = "1990-01-01" }),
            ("personAtRisk.dateOfBirth", b => b["personAtRisk"] = new JsonObject { ["name"] = "A", ["dateOfBirth"] = "Breakmark" }),
            ("body", b => b["Breakmark"] = 1),
        };
        foreach (var (field, change) in wrong)
        {
            var body = Body();
            change(body);
            var refused = await pvp.PostAsync("/sharing/emergencies", body);
            Assert.True(refused.Status == HttpStatusCode.BadRequest && refused.At($"errors.{field}") is not null || refused.Text.Contains($"\"{field}\"", StringComparison.Ordinal), $"{field}: {refused}");
            Assert.DoesNotContain("Breakmark", refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Created, (await pvp.CreateAsync("/sharing/emergencies", Body(b => b["reason"] = new string('x', 30)))).Status);
        Assert.Equal(HttpStatusCode.Created, (await pvp.CreateAsync("/sharing/emergencies", Body(b => b["personAtRisk"] = new JsonObject { ["name"] = "A B", ["dateOfBirth"] = "1990-01-31" }))).Status);
    }

    [Fact]
    public async Task It_reads_one_record_and_lists_searches_and_changes_nothing()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.CaseAsync();
        var pvp = platform.As("pvp");
        var emergency = await OpenAsync(pvp);
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, "/marac/cases"), (HttpMethod.Get, "/marac/referrals"), (HttpMethod.Put, $"{it}/summary"), (HttpMethod.Post, "/marac/referrals")])
        {
            var refused = await pvp.SendAsync(method, path, method == HttpMethod.Get ? null : new { text = "x" }, null, ("Sharing-Emergency", emergency));
            Assert.True(refused.Status == HttpStatusCode.Forbidden, $"{method} {path}: {refused}");
        }

        Assert.Equal("emergency-reads-one-record", (await pvp.GetAsync("/marac/cases", Emergency)).Code);
        Assert.Equal((HttpStatusCode.BadRequest, "emergency-needed"), await CodeAsync(pvp.GetAsync(it, Emergency)));
        Assert.Equal((HttpStatusCode.BadRequest, "unreadable-emergency"), await CodeAsync(pvp.GetAsync(it, Emergency, ("Sharing-Emergency", "x"))));
        Assert.Equal((HttpStatusCode.BadRequest, "purpose-needed"), await CodeAsync(pvp.GetAsync(it, "no-such-purpose", ("Sharing-Emergency", emergency))));
        // A role that may not: whatever it names.
        Assert.Equal(HttpStatusCode.Forbidden, (await platform.As("landlord").GetAsync(it, Emergency, ("Sharing-Emergency", emergency))).Status);
        Assert.DoesNotContain(Emergency, (await pvp.GetAsync(it)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_elses_an_ended_and_an_unknown_emergency_are_the_404_of_no_such_record()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.CaseAsync();
        var (pvp, idva) = (platform.As("pvp"), platform.As("idva"));
        var ended = await OpenAsync(pvp);
        Assert.Equal(HttpStatusCode.OK, (await pvp.GetAsync(it, Emergency, ("Sharing-Emergency", ended))).Status);
        var review = await platform.As("dpo").PostAsync($"/sharing/emergencies/{ended}/review", new { outcome = "NOT_JUSTIFIED", note = "There was time to ask." });
        Assert.True(review.Status == HttpStatusCode.NoContent, review.ToString());

        var open = await OpenAsync(pvp);
        var unknown = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var noCase = $"/marac/cases/{unknown}";
        var answers = new[]
        {
            await idva.RawAsync("GET", it, null, Emergency, ("Sharing-Emergency", open)),
            await pvp.RawAsync("GET", it, null, Emergency, ("Sharing-Emergency", ended)),
            await pvp.RawAsync("GET", it, null, Emergency, ("Sharing-Emergency", unknown)),
            await pvp.RawAsync("GET", noCase, null, Emergency, ("Sharing-Emergency", open)),
            await pvp.RawAsync("GET", noCase, null, Emergency, ("Sharing-Emergency", ended)),
        };
        Assert.All(answers, answer => Assert.Equal(answers[0].WithoutDate, answer.WithoutDate));
        Assert.Equal(404, answers[0].Status);
        var entry = await casework.LedgerAsync(Casework.IdOf(it), e => e.GetProperty("outcome").GetString() == "DENY" && e.GetProperty("actor").GetProperty("agency").GetString() == "SASP");
        Assert.Equal("emergency-not-open", entry.GetProperty("records")[0].GetProperty("decisionRule")[0].GetString());
    }

    [Fact]
    public async Task It_opens_nothing_to_somebody_on_the_conflict_register_and_no_use_is_made_of_it()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var (pvp, health) = (platform.As("pvp"), platform.As("health"));
        var body = Samples.Referral(agency: "CKH", emailDomain: "crosskeyshomes.example", change: b => b["perpetrators"]![0]!["aliases"] = new JsonArray("MISTRY, Sanjay"));
        var it = await casework.AcceptAsync(await casework.SubmitAsync("landlord", body));
        var emergency = await OpenAsync(pvp);
        Assert.Equal(NotFound, (await pvp.GetAsync(it, Emergency, ("Sharing-Emergency", emergency))).Text);
        var entry = await casework.LedgerAsync(Casework.IdOf(it), e => e.GetProperty("outcome").GetString() == "DENY");
        Assert.Equal("NR2", entry.GetProperty("records")[0].GetProperty("decisionRule")[0].GetString());
        Assert.Equal(0, (await platform.As("dpo").GetAsync($"/sharing/emergencies/{emergency}", Audit)).At("data.uses")?.GetArrayLength());
        Assert.Equal(HttpStatusCode.OK, (await health.GetAsync(it, Emergency, ("Sharing-Emergency", await OpenAsync(health)))).Status);
    }

    [Fact]
    public async Task Each_step_of_it_is_in_the_ledger()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var idva = platform.As("idva");
        var emergency = Guid.Parse(await OpenAsync(idva));
        await casework.LedgerAsync(emergency, e => e.GetProperty("operation").GetString() == "COLLECTION" && e.GetProperty("actor").GetProperty("agency").GetString() == "SASP");
        Assert.Equal(HttpStatusCode.OK, (await idva.GetAsync(await casework.CaseAsync(), Emergency, ("Sharing-Emergency", emergency.ToString()))).Status);
        await casework.LedgerAsync(emergency, e => e.GetProperty("operation").GetString() == "ALTERATION" && e.GetProperty("actor").GetProperty("agency").GetString() == "SASP");
        await platform.As("dpo").PostAsync($"/sharing/emergencies/{emergency}/review", new { outcome = "JUSTIFIED" });
        await casework.LedgerAsync(emergency, e => e.GetProperty("operation").GetString() == "ALTERATION" && e.GetProperty("actor").GetProperty("role").GetString() == "data-protection-officer");
    }

    [Fact]
    public async Task It_is_reviewed_once_by_the_information_governance_lead_and_by_nobody_else()
    {
        var platform = await shared.StartedAsync();
        var emergency = await OpenAsync(platform.As("asc"));
        var path = $"/sharing/emergencies/{emergency}";
        foreach (var person in (string[])["asc", "coordinator", "supervisor", "pvp", "landlord", "marac-auditor"])
            Assert.Equal(HttpStatusCode.Forbidden, (await platform.As(person).PostAsync($"{path}/review", new { outcome = "JUSTIFIED" })).Status);
        var dpo = platform.As("dpo");
        Assert.Equal(HttpStatusCode.BadRequest, (await dpo.PostAsync($"{path}/review", new { outcome = "MORE_INFO" })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await dpo.PostAsync($"{path}/review", new { outcome = "MORE_INFO", note = "Which incident was it?" })).Status);
        Assert.Equal("MORE_INFO", (await dpo.GetAsync(path, Audit)).At("data.review")?.GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await dpo.PostAsync($"{path}/review", new { outcome = "JUSTIFIED" })).Status);
        Assert.Equal((HttpStatusCode.Conflict, "already-reviewed"), await CodeAsync(dpo.PostAsync($"{path}/review", new { outcome = "JUSTIFIED" })));
        var seen = await dpo.GetAsync(path, Audit);
        Assert.Equal("JUSTIFIED", seen.At("data.review")?.GetString());
        Assert.False(seen.At("data.open")?.GetBoolean());
        Assert.Equal(NotFound, (await dpo.PostAsync($"/sharing/emergencies/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}/review", new { outcome = "JUSTIFIED" })).Text);
    }

    [Fact]
    public async Task More_than_three_in_thirty_days_are_marked_also_when_they_are_opened_at_once()
    {
        var platform = await shared.StartedAsync();
        var health = platform.As("health");
        var before = 0;
        foreach (var id in await IdsAsync(platform.As("dpo")))
        {
            if ((await platform.As("dpo").GetAsync($"/sharing/emergencies/{id}", Audit)).At("data.openedBy.agency")?.GetString() == "ICB") before++;
        }

        var opened = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => OpenAsync(health)));
        var counts = new List<(int Count, bool Repeated)>();
        foreach (var id in opened)
        {
            var data = (await platform.As("dpo").GetAsync($"/sharing/emergencies/{id}", Audit)).Json.GetProperty("data");
            counts.Add((data.GetProperty("openedRecently").GetInt32(), data.GetProperty("repeated").GetBoolean()));
        }

        Assert.Equal(5, counts.Select(c => c.Count).Distinct().Count());
        Assert.True(counts.Max(c => c.Count) >= before + 5);
        Assert.All(counts, c => Assert.Equal(c.Count > 3, c.Repeated));
    }

    [Fact]
    public async Task The_same_request_sent_twice_opens_one()
    {
        var platform = await shared.StartedAsync();
        var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var probation = platform.As("probation");
        var once = await probation.CreateAsync("/sharing/emergencies", Body(), key);
        Assert.Equal(once.Location, (await probation.CreateAsync("/sharing/emergencies", Body(), key)).Location);
    }

    private static async Task<string> OpenAsync(TestClient by)
    {
        var opened = await by.CreateAsync("/sharing/emergencies", Body());
        Assert.True(opened.Status == HttpStatusCode.Created, opened.ToString());
        return opened.CreatedId.ToString();
    }

    private static JsonObject Body(Action<JsonObject>? change = null)
    {
        var body = new JsonObject { ["type"] = "SERIOUS_PHYSICAL_HARM", ["reason"] = Reason, ["personAtRisk"] = "Breakmark Person" };
        change?.Invoke(body);
        return body;
    }

    private static async Task<IReadOnlyList<Guid>> IdsAsync(TestClient client)
    {
        var ids = new List<Guid>();
        string? next = null;
        do
        {
            var page = await client.GetAsync($"/sharing/emergencies?limit=50{(next is null ? "" : $"&after={next}")}", Audit);
            Assert.True(page.Status == HttpStatusCode.OK, page.ToString());
            ids.AddRange(page.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid()));
            next = page.Json.GetProperty("next") is { ValueKind: JsonValueKind.String } cursor ? cursor.GetString() : null;
        }
        while (next is not null);
        return ids;
    }

    private static async Task<(HttpStatusCode Status, string? Code)> CodeAsync(Task<Answer> asked)
    {
        var answer = await asked;
        return (answer.Status, answer.Code);
    }
}
