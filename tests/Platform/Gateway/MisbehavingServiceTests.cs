using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>A service that has gone wrong, or over to somebody else: nothing of what it says leaves, and the ledger knows.</summary>
public sealed class MisbehavingServiceTests(SharedPlatform shared)
{
    private const string Mark = "Leakmark";
    private const string BadService =
        """{"type":"about:blank","title":"Bad Gateway","status":502,"code":"service-unavailable","detail":"The service cannot answer. Nothing was released."}""";

    private const string Facts = """{"version":1,"state":"LISTED","scheme":"marac","members":[{"agency":"CKH"}]}""";
    private const string Data = """{"victim":{"personId":"0192f0a0-3333-7abc-8def-000000000003","name":"Leakmark"}}""";
    private static readonly string[] Allowed =
        ["Cache-Control", "Content-Length", "Content-Type", "Date", "ETag", "Location", "Sharing-Record", "X-Content-Type-Options"];

    [Fact]
    public async Task A_record_that_is_not_exactly_what_was_asked_for_is_502_and_recorded()
    {
        var platform = await shared.StartedAsync();
        await using var gateway = await GatewayBeforeStub.StartAsync(platform);
        var landlord = gateway.As("landlord");
        var id = NewId();
        gateway.Stub.Answer = _ => StubService.Of(200, Record(id));
        var good = await landlord.RawAsync("GET", $"/marac/cases/{id}", purpose: Casework.Meeting);
        Assert.Equal(200, good.Status);
        Assert.Contains(Mark, Encoding.UTF8.GetString(good.Body), StringComparison.Ordinal);

        var ids = new List<Guid>();
        foreach (var (what, answer) in Broken())
        {
            id = NewId();
            ids.Add(id);
            gateway.Stub.Answer = _ => answer(id);
            var given = await landlord.RawAsync("GET", $"/marac/cases/{id}", purpose: Casework.Meeting);
            Assert.True((502, BadService) == (given.Status, Encoding.UTF8.GetString(given.Body)), $"{what}: {given.WithoutDate}");
            ExpectNothingOf(given, what);
        }

        var casework = new Casework(platform);
        foreach (var one in ids)
        {
            var entry = await casework.LedgerAsync(one, _ => true);
            Assert.Equal("DENY", entry.GetProperty("outcome").GetString());
            Assert.Equal("service-unavailable", entry.GetProperty("records")[0].GetProperty("decisionRule")[0].GetString());
        }
    }

    [Fact]
    public async Task What_comes_with_a_sound_record_stays_behind()
    {
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync());
        var id = NewId();
        gateway.Stub.Answer = _ => StubService.Of(
            200, Record(id).Replace(Mark, "Imogen Testcase", StringComparison.Ordinal), "application/json; charset=utf-8; note=Leakmark", reason: Mark,
            headers: $"Set-Cookie: a={Mark}\r\nX-Note: {Mark}\r\nETag: \"{Mark}\"\r\nLocation: /{Mark}\r\nSharing-Record: {Mark}\r\nServer: {Mark}\r\nWarning: {Mark}\r\n"
                + $"Cache-Control: public, max-age=9\r\nTrailer: {Mark}\r\nLink: <{Mark}>\r\nAccess-Control-Allow-Origin: *\r\nAlt-Svc: {Mark}\r\nVia: {Mark}\r\n");
        var answer = await gateway.As("landlord").RawAsync("GET", $"/marac/cases/{id}", purpose: Casework.Meeting, headers: ("Partnership-Internal", Mark));
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer.Head, StringComparison.Ordinal);
        ExpectNothingOf(answer, "headers");
        Assert.Contains("Cache-Control: no-store", answer.Head, StringComparison.Ordinal);
        var request = Assert.Single(gateway.Stub.Requests);
        Assert.DoesNotContain(Mark, request, StringComparison.Ordinal);
        Assert.DoesNotContain("Bearer", request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sharing-", request, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_404_with_something_to_say_is_the_same_404()
    {
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync());
        var path = $"/marac/cases/{NewId()}";
        var plain = await gateway.As("landlord").RawAsync("GET", path, purpose: Casework.Meeting);
        gateway.Stub.Answer = _ => StubService.Of(404, $"The victim is {Mark}", "text/plain", Mark, $"Set-Cookie: a={Mark}\r\n");
        foreach (var person in (string[])["landlord", "fire", "pvp"])
            Assert.Equal(plain.WithoutDate, (await gateway.As(person).RawAsync("GET", path, purpose: Casework.Meeting)).WithoutDate);
        Assert.Equal(plain.WithoutDate, (await gateway.As("coordinator").RawAsync("PUT", $"{path}/summary", "{}", Casework.Triage)).WithoutDate);
    }

    [Fact]
    public async Task One_broken_row_breaks_the_list()
    {
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync());
        var landlord = gateway.As("landlord");
        string Rows(params string[] rows) => $$"""{"items":[{{string.Join(',', rows)}}],"next":null}""";
        gateway.Stub.Answer = _ => StubService.Of(200, Rows(Record(NewId()), Record(NewId())));
        Assert.Equal(2, (await landlord.GetAsync("/marac/cases", Casework.Meeting)).Json.GetProperty("items").GetArrayLength());
        foreach (var (what, body) in ((string, string)[])
                 [
                     ("a row of another type", Rows(Record(NewId()), Record(NewId()).Replace("marac.case", "marac.referral", StringComparison.Ordinal))),
                     ("a row without facts", Rows(Record(NewId()), $$"""{"type":"marac.case","id":"{{NewId()}}","data":{{Data}}}""")),
                     ("a row whose data breaks the contract", Rows(Record(NewId()), Record(NewId(), data: """{"victim":"Leakmark"}"""))),
                     ("a duplicate in a row", Rows(Record(NewId(), data: """{"summary":"a","summary":"Leakmark"}"""))),
                     ("another member", $$"""{"items":[],"next":null,"note":"{{Mark}}"}"""),
                     ("items twice", $$"""{"items":[],"items":[{{Record(NewId())}}],"next":null}"""),
                     ("next before items", """{"next":null,"items":[]}"""),
                     ("a cursor too long", $$"""{"items":[{{Record(NewId())}}],"next":"{{new string('c', 4000)}}"}"""),
                     ("a record", Record(NewId())),
                     ("cut short", Rows(Record(NewId()))[..^9]),
                 ])
        {
            gateway.Stub.Answer = _ => StubService.Of(200, body);
            var answer = await landlord.RawAsync("GET", "/marac/cases", purpose: Casework.Meeting);
            Assert.True((502, BadService) == (answer.Status, Encoding.UTF8.GetString(answer.Body)), $"{what}: {answer.WithoutDate}");
        }
    }

    [Fact]
    public async Task A_list_that_never_ends_ends()
    {
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync());
        gateway.Stub.Answer = _ => StubService.Of(200, """{"items":[],"next":"again"}""");
        Assert.Equal(502, (int)(await gateway.As("landlord").GetAsync("/marac/cases", Casework.Meeting)).Status);
        Assert.Equal(2, gateway.Stub.Requests.Count);
    }

    [Fact]
    public async Task Of_an_answer_to_a_command_leave_status_location_code_and_field_names()
    {
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync());
        var coordinator = gateway.As("coordinator");
        var id = NewId();
        byte[] command = [];
        gateway.Stub.Answer = line => line.StartsWith("GET", StringComparison.Ordinal)
            ? StubService.Of(200, line.Contains("/facts", StringComparison.Ordinal) ? $$"""{"type":"marac.case","id":"{{id}}","facts":{{Facts}}}""" : Record(id))
            : command;
        string Problem(int status, string code, string more = "") =>
            $$"""{"type":"{{Mark}}","title":"{{Mark}}","status":{{status}},"code":"{{code}}","detail":"{{Mark}}","trace":"{{Mark}}"{{more}}}""";
        foreach (var (what, answer, status, code) in ((string, byte[], int, string?)[])
                 [
                     ("done", StubService.Of(204, "", "", Mark, $"Set-Cookie: a={Mark}\r\nX-Note: {Mark}\r\n"), 204, null),
                     ("refused", StubService.Of(409, Problem(409, "gains-alone"), "application/problem+json", Mark), 409, "gains-alone"),
                     ("refused by a code nobody knows", StubService.Of(409, Problem(409, Mark), "application/problem+json"), 502, "service-unavailable"),
                     ("refused by half a character", StubService.Of(409, Problem(409, "\\ud800"), "application/problem+json"), 502, "service-unavailable"),
                     ("refused by no JSON", StubService.Of(409, Mark, "application/problem+json"), 502, "service-unavailable"),
                     ("refused as HTML", StubService.Of(409, Problem(409, "gains-alone"), "text/html"), 502, "service-unavailable"),
                     ("invalid", StubService.Of(400, Problem(400, "invalid-input", """,{"errors":{}}"""), "application/problem+json"), 502, "service-unavailable"),
                     ("invalid by field", StubService.Of(
                         400, Problem(400, "invalid-input", ",\"errors\":{\"text\":[\"too-long: Leakmark\",\"Leakmark\",7],\"Leakmark Leakmark\":[\"required: x\"],\"a\\ud800\":[]}"), "application/problem+json"), 502, "service-unavailable"),
                     ("invalid by a sound field", StubService.Of(
                         400, Problem(400, "invalid-input", ",\"errors\":{\"text\":[\"too-long: Leakmark\",\"Leakmark\",7],\"Leakmark Leakmark\":[\"required: x\"]}"), "application/problem+json"), 400, "invalid-input"),
                     ("moved", StubService.Of(302, Mark, headers: $"Location: http://{Mark}/\r\n"), 502, "service-unavailable"),
                     ("an error", StubService.Of(500, Mark), 502, "service-unavailable"),
                     ("gone", StubService.Of(404, Mark), 502, "service-unavailable"),
                     ("a record", StubService.Of(200, Record(id)), 502, "service-unavailable"),
                     ("refused its token", StubService.Of(401, Mark, headers: $"WWW-Authenticate: {Mark}\r\n"), 502, "service-unavailable"),
                     ("nothing", [], 502, "service-unavailable"),
                     ("always changed", StubService.Of(409, Problem(409, "facts-changed"), "application/problem+json"), 409, "try-again"),
                 ])
        {
            command = answer;
            var given = await coordinator.RawAsync("PUT", $"/marac/cases/{id}/summary", """{"text":"x"}""", Casework.Meeting);
            Assert.True(status == given.Status, $"{what}: {given.WithoutDate}");
            ExpectNothingOf(given, what);
            if (code is not null) Assert.Equal(code, JsonDocument.Parse(given.Body).RootElement.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task A_created_record_is_named_by_a_location_of_ours_or_not_at_all()
    {
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync());
        var id = NewId();
        byte[] created = [];
        gateway.Stub.Answer = line => line.StartsWith("POST", StringComparison.Ordinal) ? created : StubService.Of(404, "");
        foreach (var (location, body, status) in ((string, string, int)[])
                 [
                     ($"/marac/referrals/{id}", "", 201),
                     ($"/marac/referrals/{id}", "[]", 201),
                     ($"/marac/referrals/{id}", $$"""{"warnings":[{"code":"{{Mark}}","field":"x"},{"code":"dial-999","field":"{{Mark}} {{Mark}}"},{"code":"\ud800"},7]}""", 201),
                     ($"/marac/referrals/{id}", $$"""{"warnings":"{{Mark}}"}""", 201),
                     ($"http://{Mark}/marac/referrals/{id}", "", 502),
                     ($"//{Mark}/referrals/{id}", "", 502),
                     ($"/marac/referrals/{id}?name={Mark}", "", 502),
                     ($"/marac/{Mark}/{id}", "", 502),
                     ($"/marac/people/{id}", "", 502),
                     ($"/marac/referrals/{Mark}", "", 502),
                     ("", "", 502),
                 ])
        {
            created = StubService.Of(201, body, reason: Mark, headers: location.Length == 0 ? "" : $"Location: {location}\r\n");
            var given = await gateway.As("pvp").RawAsync("POST", "/marac/referrals", "{}");
            Assert.True(status == given.Status, $"{location} {body}: {given.WithoutDate}");
            ExpectNothingOf(given, location);
            if (status == 201) Assert.Contains($"Location: /marac/referrals/{id}\r\n", given.Head, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_has_no_rule_or_no_purpose_never_reaches_a_service()
    {
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync());
        var path = $"/marac/cases/{NewId()}";
        foreach (var person in (string[])["door-01", "dpo", "operator", "ctco", "marac-auditor"])
            Assert.Equal("no-rule-for-role", (await gateway.As(person).GetAsync(path, Casework.Meeting)).Code);
        Assert.Equal("purpose-not-for-role", (await gateway.As("landlord").GetAsync(path, Casework.Triage)).Code);
        Assert.Equal("purpose-needed", (await gateway.As("landlord").GetAsync(path)).Code);
        Assert.Equal("invalid-limit", (await gateway.As("landlord").GetAsync("/marac/cases?limit=0", Casework.Meeting)).Code);
        Assert.Equal("no-rule-for-role", (await gateway.As("landlord").PutAsync($"{path}/summary", "{}", Casework.Triage)).Code);
        Assert.Empty(gateway.Stub.Requests);
    }

    [Fact]
    public async Task A_tag_outlives_the_day_as_long_as_the_record_stays_the_same()
    {
        var clock = new MovableClock();
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync(), clock);
        var id = NewId();
        gateway.Stub.Answer = _ => StubService.Of(200, Record(id));
        var landlord = gateway.As("landlord", TimeSpan.FromDays(3));
        var today = await landlord.GetAsync($"/marac/cases/{id}", Casework.Meeting);
        clock.Advance(TimeSpan.FromDays(1));
        var tomorrow = await landlord.GetAsync($"/marac/cases/{id}", Casework.Meeting);
        Assert.NotEqual(today.At("obligations.expires")?.GetString(), tomorrow.At("obligations.expires")?.GetString());
        Assert.Equal(today.ETag, tomorrow.ETag);
        gateway.Stub.Answer = _ => StubService.Of(200, Record(id).Replace(Mark, "Somebody Else", StringComparison.Ordinal));
        Assert.NotEqual(today.ETag, (await landlord.GetAsync($"/marac/cases/{id}", Casework.Meeting)).ETag);
    }

    /// <summary>Every way in which an answer to <c>GET /marac/cases/{id}</c> can be wrong that we could think of.</summary>
    private static IEnumerable<(string What, Func<Guid, byte[]> Answer)> Broken()
    {
        yield return ("a member twice", id => Ok(Record(id).Replace("\"data\"", "\"id\":\"0192f0a0-3333-7abc-8def-000000000003\",\"data\"", StringComparison.Ordinal)));
        yield return ("data twice", id => Ok($"{Record(id)[..^1]},\"data\":{Data}}}"));
        yield return ("a field twice", id => Ok(Record(id, data: """{"summary":"a","summary":"Leakmark"}""")));
        yield return ("a fact twice", id => Ok(Record(id, facts: Facts.Replace("\"state\"", "\"members\":[],\"state\"", StringComparison.Ordinal))));
        yield return ("facts after data", id => Ok($$"""{"type":"marac.case","id":"{{id}}","data":{{Data}},"facts":{{Facts}}}"""));
        yield return ("an unknown member", id => Ok($$"""{"type":"marac.case","id":"{{id}}","facts":{{Facts}},"note":"{{Mark}}","data":{{Data}}}"""));
        yield return ("a member at the end", id => Ok($"{Record(id)[..^1]},\"note\":\"{Mark}\"}}"));
        yield return ("an unknown fact", id => Ok(Record(id, facts: Facts[..^1] + ",\"emergency\":true}")));
        yield return ("a misspelt fact", id => Ok(Record(id, facts: Facts.Replace("members", "Members", StringComparison.Ordinal))));
        yield return ("no facts", id => Ok($$"""{"type":"marac.case","id":"{{id}}","data":{{Data}}}"""));
        yield return ("null facts", id => Ok(Record(id, facts: "null")));
        yield return ("null members", id => Ok(Record(id, facts: Facts.Replace("[{\"agency\":\"CKH\"}]", "null", StringComparison.Ordinal))));
        yield return ("empty facts", id => Ok(Record(id, facts: "{}")));
        yield return ("another id", _ => Ok(Record(NewId())));
        yield return ("another type", id => Ok(Record(id).Replace("marac.case", "marac.referral", StringComparison.Ordinal)));
        yield return ("an unknown type", id => Ok(Record(id).Replace("marac.case", Mark, StringComparison.Ordinal)));
        yield return ("data of another kind", id => Ok(Record(id, data: """{"victim":"Leakmark"}""")));
        yield return ("data that is a list", id => Ok(Record(id, data: "[]")));
        yield return ("a text with half a character", id => Ok(Record(id, facts: Facts.Replace("CKH", "\\ud800", StringComparison.Ordinal))));
        yield return ("bytes that are no text", id => StubService.Of(200, [.. Encoding.UTF8.GetBytes(Record(id)[..^5]), 0xC3, 0x28, .. "\"}}}"u8]));
        yield return ("something after the record", id => Ok(Record(id) + Mark));
        yield return ("two records", id => Ok(Record(id) + Record(id)));
        yield return ("a comment", id => Ok($"/* {Mark} */{Record(id)}"));
        yield return ("very deep data", id => Ok(Record(id, data: $$"""{"x":{{new string('[', 200)}}{{new string(']', 200)}}}""")));
        yield return ("an empty body", _ => Ok(""));
        yield return ("JSON null", _ => Ok("null"));
        yield return ("a page", id => Ok($$"""{"items":[{{Record(id)}}],"next":null}"""));
        yield return ("HTML", _ => StubService.Of(200, $"<html>{Mark}</html>", "text/html"));
        yield return ("JSON said to be HTML", id => StubService.Of(200, Record(id), "text/html"));
        yield return ("no content type", id => StubService.Of(200, Record(id), ""));
        yield return ("compressed", id => StubService.Of(200, Gzip(Record(id)), headers: "Content-Encoding: gzip\r\n"));
        yield return ("said to be compressed", id => StubService.Of(200, Record(id), headers: "Content-Encoding: br\r\n"));
        yield return ("cut short", id => StubService.Of(200, Record(id))[..^10]);
        yield return ("cut before its body", id => Encoding.Latin1.GetBytes(StubService.Head(200, "application/json", Mark, "Content-Length: 500\r\n") + "\r\n"));
        yield return ("cut within its head", _ => Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nX-Note: {Mark}"));
        yield return ("no HTTP", _ => Encoding.Latin1.GetBytes($"{Mark}\r\n\r\n"));
        yield return ("nothing", _ => []);
        yield return ("said to be over 4 MB", id => Encoding.Latin1.GetBytes(
            StubService.Head(200, "application/json", "Fine", $"Content-Length: {(4 * 1024 * 1024 + 1).ToString(CultureInfo.InvariantCulture)}\r\n") + "\r\n" + Record(id)));
        yield return ("over 4 MB in chunks", id => Chunks(Record(id), 4 * 1024 * 1024));
        foreach (var status in (int[])[201, 202, 204, 206, 300, 302, 304, 307, 400, 401, 403, 405, 409, 410, 412, 429, 500, 502, 503])
        {
            yield return ($"status {status.ToString(CultureInfo.InvariantCulture)}", id => status is 204 or 304
                ? Encoding.Latin1.GetBytes(StubService.Head(status, "", Mark, $"X-Note: {Mark}\r\n") + "\r\n")
                : StubService.Of(status, Record(id), reason: Mark, headers: $"Location: /{Mark}\r\nRetry-After: 9\r\nSet-Cookie: a={Mark}\r\n"));
        }
    }

    private static void ExpectNothingOf(RawAnswer answer, string what)
    {
        Assert.False(Encoding.Latin1.GetString(answer.Bytes).Contains(Mark, StringComparison.OrdinalIgnoreCase), $"{what}: {answer.WithoutDate}");
        var names = answer.Head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(':')[0]);
        Assert.Empty(names.Except([.. Allowed, "Connection"]));
    }

    private static byte[] Ok(string body) => StubService.Of(200, body);

    private static string Record(Guid id, string? facts = null, string? data = null) =>
        $$"""{"type":"marac.case","id":"{{id}}","facts":{{facts ?? Facts}},"data":{{data ?? Data}}}""";

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    private static byte[] Gzip(string body)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionMode.Compress)) gzip.Write(Encoding.UTF8.GetBytes(body));
        return output.ToArray();
    }

    /// <summary>White space of that length and then the record: sound, and too long.</summary>
    private static byte[] Chunks(string body, int padding)
    {
        var text = new string(' ', padding) + body;
        return Encoding.Latin1.GetBytes(
            StubService.Head(200, "application/json", "Fine", "Transfer-Encoding: chunked\r\n") + $"\r\n{text.Length.ToString("X", CultureInfo.InvariantCulture)}\r\n{text}\r\n0\r\n\r\n");
    }
}
