using System.Diagnostics;
using System.Text.Json.Nodes;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Privacy;

/// <summary>What happens on a <see cref="MarkedPlatform"/>: everything the interface offers, with a marker wherever one fits.</summary>
internal sealed partial class MarkedStory(MarkedPlatform marked)
{
    private const string Triage = "marac-triage", Meeting = "marac-meeting", Referring = "marac-referral", Audit = "audit";

    private readonly MarkedBodies bodies = new(marked.Markers);

    public IReadOnlySet<Type> Walked => bodies.Walked;

    public Guid LastReceipt { get; private set; }

    private string Word(string path) => marked.Markers.Word(path);

    public async Task TellAsync()
    {
        var body = bodies.Referral("one", 0, yes: 15, "VISIBLE_HIGH_RISK");
        var one = await SubmittedAsync(body, marked.SubmissionTrace);
        await BadInputAsync(body);
        await ReadAsTheyWroteItAsync(one);
        var itsCase = await AcceptedAsync(one);
        await CaseReadAsync(itsCase);
        await RedirectedAsync();
        await MisaddressedAsync(one, itsCase);
        await EmergencyAsync(itsCase);
        await MeetingAsync();
        await AuditedAsync(itsCase);
    }

    private async Task EmergencyAsync(string it)
    {
        static bool IsOfEmergency(string path) => path.StartsWith("emergency:", StringComparison.Ordinal);
        var body = bodies.Command<OpenEmergencyRequest>("emergency", "open", ("personAtRisk.dateOfBirth", null), ("personAtRisk.caseId", null));
        await SendAsync("open an emergency without right", "landlord", HttpMethod.Post, "/sharing/emergencies", body, null, 403);
        await SendAsync("open an emergency for a type that is a name", "idva", HttpMethod.Post, "/sharing/emergencies", With(body, b => b["type"] = Word("bad:emergency")), null, 400);
        var opened = await SendAsync("open an emergency", "idva", HttpMethod.Post, "/sharing/emergencies", body, null, 201);
        (string, string)[] header = [("Sharing-Emergency", opened.CreatedId.ToString())];
        await SendAsync("read case in an emergency", "idva", HttpMethod.Get, it, null, null, 200,
            OfCase(["victim-identity", "victim-location", "perpetrator-identity", "children", "child-places"], []), header);
        await SendAsync("review", "dpo", HttpMethod.Post, $"{opened.Location}/review", bodies.Command<ReviewEmergencyRequest>("emergency", "review"), null, 204);
        foreach (var (who, purpose) in new[] { ("idva", "emergency"), ("dpo", Audit), ("coordinator", Audit) })
        {
            await SendAsync("read emergency", who, HttpMethod.Get, opened.Location, null, purpose, 200, IsOfEmergency);
            await SendAsync("list emergencies", who, HttpMethod.Get, "/sharing/emergencies", null, purpose, 200, IsOfEmergency);
        }

        await SendAsync("read emergency without a rule", "landlord", HttpMethod.Get, opened.Location, null, Audit, 403);
    }

    private async Task<string> SubmittedAsync(JsonObject body, (string Trace, string Span) trace)
    {
        var key = Word("http:Idempotency-Key");
        (string, string)[] headers = [("Idempotency-Key", key), ("traceparent", $"00-{trace.Trace}-{trace.Span}-01")];
        var first = await SendAsync("submit", "pvp", HttpMethod.Post, "/marac/referrals", body, null, 201, headers: headers);
        var again = await SendAsync("submit again", "pvp", HttpMethod.Post, "/marac/referrals", body, null, 201, headers: [("Idempotency-Key", key)]);
        Assert.Equal(first.Location, again.Location);
        var other = body.DeepClone();
        other["crimeReference"] = Word("refused:another body");
        await SendAsync("another body under the same key", "pvp", HttpMethod.Post, "/marac/referrals", other, null, 422, headers: [("Idempotency-Key", key)]);
        return first.Location;
    }

    private async Task ReadAsTheyWroteItAsync(string referral)
    {
        string[] content = ["meta", "victim-identity", "diversity", "victim-location", "safe-contact", "perpetrator-identity", "children", "risk-checklist", "narrative"];
        var all = OfReferral("one", [.. content, "protection", "triage"]);
        var own = OfReferral("one", content);
        foreach (var (who, purpose, expected) in new[] { ("coordinator", Triage, all), ("supervisor", Triage, all), ("marac-chair", Triage, all), ("pvp", Referring, own) })
        {
            await SendAsync("read referral", who, HttpMethod.Get, referral, null, purpose, 200, expected);
            await SendAsync("list referrals", who, HttpMethod.Get, "/marac/referrals", null, purpose, 200, expected);
        }

        // Another who may refer, of the same agency and of others; and some who may not.
        foreach (var who in new[] { "patrol", "idva", "landlord", "fire" })
        {
            await SendAsync("read another's referral", who, HttpMethod.Get, referral, null, Referring, 404, headers: [("Sharing-Justification", Word($"reason on referral:{who}"))]);
            await SendAsync("list own referrals", who, HttpMethod.Get, "/marac/referrals", null, Referring, 200);
        }

        foreach (var who in new[] { "door-01", "manager-01", "operator", "commissioner" })
            await SendAsync("read referral without a rule", who, HttpMethod.Get, referral, null, Referring, 403);
    }

    private async Task<string> AcceptedAsync(string referral)
    {
        var accept = bodies.Command<AcceptReferralRequest>("one", "accept", ("criterion", "VISIBLE_HIGH_RISK"));
        await SendAsync("accept without right", "pvp", HttpMethod.Post, $"{referral}/accept", accept, Triage, 403);
        var opened = await SendAsync("accept", "coordinator", HttpMethod.Post, $"{referral}/accept", accept, Triage, 201);
        await SendAsync("read own referral, accepted", "pvp", HttpMethod.Get, referral, null, Referring, 200, OfReferral("one", ["meta"]));
        return opened.Location;
    }

    private async Task CaseReadAsync(string it)
    {
        var whole = await SendAsync("read new case", "coordinator", HttpMethod.Get, it, null, Triage, 200, OfCase(Everything, "accept"));
        var victim = whole.At("data.victim.personId")!.Value.GetGuid();
        var home = whole.At("data.victim.addresses[0].addressId")!.Value.GetGuid();
        var meeting = await SendAsync("schedule a meeting", "coordinator", HttpMethod.Post, "/marac/meetings",
            bodies.Command<ScheduleMeetingRequest>("meeting", "schedule", ("startsAt", TimeProvider.System.GetUtcNow().AddDays(7))), null, 201);
        await ChangeAsync("list for the meeting", HttpMethod.Post, $"{it}/list", bodies.Command<ListCaseRequest>("list", "list", ("meetingId", meeting.CreatedId)));
        foreach (var member in new[] { "CON?team=PVP", "CKH", "CFRS", "SASP" })
            await ChangeAsync($"list {member}", HttpMethod.Put, $"{it}/members/{member}", null);
        await ChangeAsync("take SASP off", HttpMethod.Delete, $"{it}/members/SASP", null);
        await ChangeAsync("tenancy", HttpMethod.Put, $"{it}/relations/CKH", bodies.Command<RecordRelationRequest>(
            "tenancy", "relation", ("tenancy", new JsonArray(home)), ("knownTo", new JsonArray()), ("supporting", false)));
        await ChangeAsync("known to", HttpMethod.Put, $"{it}/relations/CFRS", bodies.Command<RecordRelationRequest>(
            "known", "relation", ("tenancy", new JsonArray()), ("knownTo", new JsonArray(victim)), ("supporting", false)));
        await ChangeAsync("need", HttpMethod.Put, $"{it}/needs/CON?team=PVP", bodies.Command<RecordNeedRequest>(
            "need", "need", ("groups", new JsonArray("diversity")), ("until", TimeProvider.System.GetUtcNow().AddDays(9))));
        await ChangeAsync("summary", HttpMethod.Put, $"{it}/summary", bodies.Command<WriteSummaryRequest>("summary", "summary"));

        string[] written = ["accept", "tenancy", "known", "need", "summary"];
        var police = OfCase(
            ["meta", "protection", "victim-identity", "victim-location", "safe-contact", "perpetrator-identity", "children", "risk-checklist", "narrative", "summary", "diversity"], written);
        var landlordsGroups = OfCase(["meta", "victim-identity", "perpetrator-identity", "summary"], written);
        bool Landlord(string path) => landlordsGroups(path) || path.StartsWith("one:victim.addresses[0]", StringComparison.Ordinal);
        var firesGroups = OfCase(["meta", "victim-identity", "perpetrator-identity", "summary"], written);
        foreach (var (who, expected) in new (string, Func<string, bool>)[]
        {
            ("coordinator", OfCase(Everything, written)), ("marac-chair", OfCase(Everything, written)), ("pvp", police), ("landlord", Landlord), ("fire", firesGroups),
        })
        {
            var trace = who == "pvp" ? $"00-{marked.ReadTrace.Trace}-{marked.ReadTrace.Span}-01" : "";
            (string, string)[] headers = [("Sharing-Justification", Word($"reason on case:{who}")), .. trace.Length > 0 ? new[] { ("traceparent", trace) } : []];
            var read = await SendAsync("read case", who, HttpMethod.Get, it, null, Meeting, 200, expected, headers);
            if (who == "pvp") marked.ReadReceipt = read.At("receipt")!.Value.GetGuid();
            await SendAsync("list cases", who, HttpMethod.Get, "/marac/cases", null, Meeting, 200, expected);
        }

        foreach (var who in new[] { "housing", "idva", "csc" })
            await SendAsync("read a case of others", who, HttpMethod.Get, it, null, Meeting, 404, headers: [("Sharing-Justification", Word($"reason on case:{who}"))]);
        foreach (var who in new[] { "door-01", "dpo" })
            await SendAsync("read case without a rule", who, HttpMethod.Get, it, null, Meeting, 403, headers: [("Sharing-Justification", Word($"reason on case:{who}"))]);
        await ChangeAsync("end need", HttpMethod.Delete, $"{it}/needs/CON?team=PVP", null);
        await ChangeAsync("end relation", HttpMethod.Delete, $"{it}/relations/CKH", null);
    }

    private async Task RedirectedAsync()
    {
        var low = bodies.Referral("two", 1, yes: 5, "PROFESSIONAL_JUDGEMENT");
        var two = (await SendAsync("submit low", "pvp", HttpMethod.Post, "/marac/referrals", low, null, 201)).Location;
        JsonObject Redirect(string label) => bodies.Command<RedirectReferralRequest>(label, "redirect", ("to", "OUTREACH"));
        await ChangeAsync("redirect", HttpMethod.Post, $"{two}/redirect", Redirect("first"));
        await ChangeAsync("refuse redirection", HttpMethod.Post, $"{two}/confirm-redirect",
            bodies.Command<ConfirmRedirectRequest>("two", "refuse", ("confirm", false)), "supervisor");
        await ChangeAsync("redirect again", HttpMethod.Post, $"{two}/redirect", Redirect("second"));
        var content = OfReferral("two", [.. Everything, "protection"]);
        await SendAsync("read referral to be redirected", "supervisor", HttpMethod.Get, two, null, Triage, 200, path => content(path) || path == "second:redirect.reason");
        await ChangeAsync("confirm redirection", HttpMethod.Post, $"{two}/confirm-redirect",
            bodies.Command<ConfirmRedirectRequest>("two", "confirm", ("confirm", true)), "supervisor");
        await ChangeAsync("withdraw", HttpMethod.Post, $"{two}/withdraw", bodies.Command<WithdrawReferralRequest>("two", "withdraw", ("ground", "ERROR")));
        await SendAsync("accept after withdrawal", "coordinator", HttpMethod.Post, $"{two}/accept",
            bodies.Command<AcceptReferralRequest>("late", "accept", ("criterion", "REPEAT")), Triage, 409);
    }

    private async Task BadInputAsync(JsonObject good)
    {
        async Task BadAsync(string what, object body) =>
            await SendAsync($"submit {what}", "pvp", HttpMethod.Post, "/marac/referrals", body, null, 400, headers: [("Idempotency-Key", Word($"bad:{what}"))]);

        await BadAsync("malformed", $"{{\"victim\": {{\"name\": {Word("bad:malformed")}}}");
        await BadAsync("half", good.ToJsonString()[..600]);
        await BadAsync("text", $"\"{Word("bad:text")}\"");
        await BadAsync("an unknown field", With(good, body => body["victim"]![Word("bad:field")] = Word("bad:value")));
        await BadAsync("a field twice", good.ToJsonString().Insert(1, $"\"crimeReference\":\"{Word("bad:twice")}\","));
        await BadAsync("bad Unicode", good.ToJsonString().Replace("\"crimeReference\":\"", $"\"crimeReference\":\"{Word("bad:unicode")}\\ud800", StringComparison.Ordinal));
        await BadAsync("control characters", With(good, body => body["crimeReference"] = Word("bad:control") + "\u0007"));
        await BadAsync("a location in another's agency", With(good, body => body["referrer"]!["agency"] = Word("bad:agency")));
        await BadAsync("markers for all that is no text", EachLeaf(good, isText: false, (path, _) => Word($"bad:{path}")));
        await BadAsync("objects for all texts", EachLeaf(good, isText: true, (_, text) => new JsonObject { [text] = text }));
        await BadAsync("texts far too long", EachLeaf(good, isText: true, (_, text) => text + new string('a', 2_200)));
        await BadAsync("digits and signs in every text", EachLeaf(good, isText: true, (_, text) => text + "7 @ \ud83d\ude00"));
        await BadAsync("another's webmail", With(good, body => body["referrer"]!["email"] = Word("bad:webmail") + "@gmail.com"));
        await SendAsync("submit with a bad key", "pvp", HttpMethod.Post, "/marac/referrals", good, null, 400, headers: [("Idempotency-Key", Word("bad:key") + " " + Word("bad:key"))]);
        await SendAsync("submit without a rule", "door-01", HttpMethod.Post, "/marac/referrals", good, null, 403);
        await SendAsync("submit without a token", null, HttpMethod.Post, "/marac/referrals", good, null, 401);
    }

    private async Task MisaddressedAsync(string referral, string it)
    {
        string Bad(string path) => Word($"misaddressed:{path}");
        await SendAsync("a name for an id", "coordinator", HttpMethod.Get, $"/marac/referrals/{Bad("id")}", null, Triage, 404);
        await SendAsync("a name for a resource", "coordinator", HttpMethod.Get, $"/{Bad("resource")}/x?name={Bad("resource")}", null, Triage, 404);
        await SendAsync("a name in the query", "coordinator", HttpMethod.Get, $"{referral}?name={Bad("query")}", null, Triage, 400);
        await SendAsync("a name for a cursor", "coordinator", HttpMethod.Get, $"/marac/cases?after={Bad("cursor")}", null, Triage, 400);
        await SendAsync("a name for a limit", "coordinator", HttpMethod.Get, $"/marac/cases?limit={Bad("limit")}", null, Triage, 400);
        await SendAsync("a name for a purpose", "coordinator", HttpMethod.Get, referral, null, Bad("purpose"), 400);
        await SendAsync("a name for a hat", "coordinator", HttpMethod.Get, referral, null, Triage, 400, headers: [("Sharing-Hat", Bad("hat"))]);
        await SendAsync("a name for an agency", "coordinator", HttpMethod.Put, $"{it}/members/{Bad("agency")}", null, Meeting, 400);
        await SendAsync("a name for a team", "coordinator", HttpMethod.Put, $"{it}/members/CON?team={Bad("team")}", null, Meeting, 400);
        await SendAsync("a name taken off", "coordinator", HttpMethod.Delete, $"{it}/members/{Bad("taken off")}", null, Meeting, 204);
        await SendAsync("names for groups", "coordinator", HttpMethod.Put, $"{it}/needs/CKH", new JsonObject { ["groups"] = new JsonArray(Bad("groups")), ["until"] = Bad("until"), ["reason"] = Bad("reason") }, Meeting, 400);
        await SendAsync("names for ids", "coordinator", HttpMethod.Put, $"{it}/relations/CKH", new JsonObject { ["tenancy"] = new JsonArray(Bad("tenancy")), ["statement"] = Bad("statement") }, Meeting, 400);
        await SendAsync("a name for a method", "coordinator", new HttpMethod(Bad("method")), referral, null, Triage, 405);
        await SendAsync("a name for a tag", "coordinator", HttpMethod.Put, $"{it}/summary", new JsonObject { ["text"] = Bad("text") }, Meeting, 412, headers: [("If-Match", $"\"{Bad("tag")}\"")]);
        await SendAsync("a name for a person", Bad("person"), HttpMethod.Get, referral, null, Triage, 401);
        var trace = ActivityTraceId.CreateRandom();
        await SendAsync("names in headers that nobody asked for", "coordinator", HttpMethod.Put, $"{it}/members/SASP", null, Meeting, 204, headers:
        [
            ("User-Agent", Bad("agent")), ("baggage", $"name={Bad("baggage")}"), ("Cookie", $"name={Bad("cookie")}"), ("X-Correlation-Id", Bad("correlation")),
            ("traceparent", $"00-{trace}-00f067aa0ba902b7-01"), ("tracestate", $"name={Bad("state")}"), ("X-Forwarded-For", Bad("forwarded")), ("Referer", $"http://x/?{Bad("referer")}"),
        ]);
        await SendAsync("a name for a trace", "coordinator", HttpMethod.Put, $"{it}/members/SASP", null, Meeting, 204, headers: [("traceparent", Bad("trace")), ("Request-Id", Bad("request"))]);
    }

    private async Task AuditedAsync(string it)
    {
        // The reasons readers gave are told to the reader of the ledger, and to nobody else.
        var id = it[(it.LastIndexOf('/') + 1)..];
        static bool IsReason(string path) => path.StartsWith("reason on case:", StringComparison.Ordinal) || path == "emergency:open.reason";
        var reasons = marked.Markers.Planted.Where(one => IsReason(one.Path)).ToList();
        var page = await Eventually.Async(
            async () =>
            {
                var found = await marked.Platform.As("marac-auditor").GetAsync($"/sharing/disclosures?scheme=marac&record={id}&limit=50", Audit);
                return reasons.All(one => found.Text.Contains(one.Text, StringComparison.Ordinal)) ? found : null;
            },
            "the reads of the case stand in the ledger with their reasons",
            TimeSpan.FromSeconds(60));
        marked.Exchanges.Add(new Exchange("who saw the case", "marac-auditor", page, IsReason));
        await SendAsync("search by a name", "marac-auditor", HttpMethod.Post, "/sharing/disclosures/search",
            new JsonObject { ["scheme"] = "marac", ["subjectId"] = Word("search:subjectId") }, Audit, 400);
        await SendAsync("search in a name", "marac-auditor", HttpMethod.Post, "/sharing/disclosures/search",
            new JsonObject { ["scheme"] = Word("search:scheme"), ["subjectId"] = id }, Audit, 403);
        await SendAsync("entries of a name", "marac-auditor", HttpMethod.Get, $"/sharing/disclosures?scheme=marac&record={Word("search:record")}", null, Audit, 400);
        var last = await SendAsync("entries of a name as agency", "marac-auditor", HttpMethod.Get, $"/sharing/disclosures?scheme=marac&agency={Word("search:agency")}", null, Audit, 200);
        LastReceipt = last.At("receipt")!.Value.GetGuid();
    }

    private Task ChangeAsync(string what, HttpMethod method, string path, JsonNode? body, string who = "coordinator") =>
        SendAsync(what, who, method, path, body, path.StartsWith("/marac/cases", StringComparison.Ordinal) && !path.EndsWith("/list", StringComparison.Ordinal) ? Meeting : Triage, 204);

    private async Task<Answer> SendAsync(
        string what, string? who, HttpMethod method, string path, object? body, string? purpose, int status, Func<string, bool>? expected = null,
        (string, string)[]? headers = null)
    {
        var client = who is null ? marked.Platform.Anonymous() : marked.Platform.As(who);
        var answer = await client.SendAsync(method, path, body, purpose, headers ?? []);
        Assert.True((int)answer.Status == status, $"{what} by {who}: {answer}");
        marked.Exchanges.Add(new Exchange(what, who ?? "nobody", answer, expected));
        return answer;
    }

    private static readonly string[] Everything =
        ["protection", "meta", "triage", "victim-identity", "diversity", "victim-location", "safe-contact", "perpetrator-identity", "children", "risk-checklist", "narrative", "summary"];

    private static Func<string, bool> OfReferral(string label, string[] groups) =>
        path => path.StartsWith(label + ":", StringComparison.Ordinal) && !IsCommand(path) && MarkedGroups.MayShow(path[(label.Length + 1)..], groups);

    /// <summary>The case of the first referral: its content, and what these commands have written since.</summary>
    private static Func<string, bool> OfCase(string[] groups, params string[] written) => path =>
    {
        var (label, at) = (path[..path.IndexOf(':', StringComparison.Ordinal)], path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        return at switch
        {
            // The coordinator's own reason takes the place of the referrer's.
            "judgementReason" => false,
            "accept.judgementReason" => label == "one" && written.Contains("accept") && MarkedGroups.MayShow(at, groups),
            _ when label == "one" => !IsCommand(path) && MarkedGroups.MayShow(at, groups),
            _ => written.Contains(label) && MarkedGroups.MayShow(at, groups),
        };
    };

    private static bool IsCommand(string path) =>
        new[] { "accept.", "redirect.", "confirm.", "refuse.", "withdraw." }.Any(command => path.Contains(":" + command, StringComparison.Ordinal));

    private static JsonObject With(JsonObject body, Action<JsonObject> change)
    {
        var other = (JsonObject)body.DeepClone();
        change(other);
        return other;
    }

    /// <summary>The body with every text, or everything that is not the writer's own text, replaced.</summary>
    private JsonObject EachLeaf(JsonObject body, bool isText, Func<string, string, JsonNode> replace)
    {
        var other = (JsonObject)body.DeepClone();
        // Days are written as texts and are none of the writer's own.
        var texts = marked.Markers.Planted.Where(one => !one.Path.EndsWith("dateOfBirth", StringComparison.Ordinal)
            && !one.Path.EndsWith(".date", StringComparison.Ordinal) && !one.Path.EndsWith("inCustodyUntil", StringComparison.Ordinal)).Select(one => one.Text).ToHashSet();
        Walk(other);
        return other;

        void Walk(JsonNode node)
        {
            switch (node)
            {
                case JsonObject parent:
                    foreach (var (name, child) in parent.ToList()) parent[name] = Replaced(child, name);
                    break;
                case JsonArray parent:
                    for (var place = 0; place < parent.Count; place++) parent[place] = Replaced(parent[place], "item");
                    break;
            }
        }

        JsonNode? Replaced(JsonNode? child, string name)
        {
            if (child is not JsonValue leaf)
            {
                if (child is not null) Walk(child);
                return child?.DeepClone();
            }

            var text = leaf.TryGetValue<string>(out var read) ? read : "";
            return texts.Any(one => text.Contains(one, StringComparison.OrdinalIgnoreCase)) == isText ? replace(name, text) : leaf.DeepClone();
        }
    }
}
