using System.Text.Json.Nodes;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.Marac;

/// <summary>A case on its way through a meeting, spoken to as the gateway does: each command with the facts it was decided by.</summary>
internal sealed class MeetingStory(MaracFixture marac)
{
    public static readonly Caller Coordinator = Person("coordinator", "PCC", "CS", "marac-coordinator");
    public static readonly Caller Chair = Person("chair", "CON", "PVP", "marac-chair");

    /// <summary>Representatives of twelve agencies and teams.</summary>
    public static readonly Caller[] Representatives =
    [
        Person("pvp", "CON", "PVP"), Person("idva", "SASP", null, "idva"), Person("csc", "PCC", "CSC"), Person("asc", "PCC", "ASC"),
        Person("hsg", "PCC", "HSG"), Person("edu", "PCC", "EDU"), Person("mh", "ICB", "MH"), Person("prob", "PROB", null),
        Person("hmp", "HMP", null), Person("ckh", "CKH", null), Person("yos", "YOS", null), Person("cfrs", "CFRS", null),
    ];

    public static Caller Of(string agency, string? team = null) => Representatives.Single(r => r.Agency == agency && r.Team == team);

    public static Caller Person(string person, string agency, string? team, string role = "marac-representative") =>
        new() { Person = $"p-{person}", Agency = agency, Team = team, Role = role, Purpose = "marac-meeting" };

    public static Guid IdOf(string path) => Guid.Parse(path[(path.LastIndexOf('/') + 1)..]);

    /// <summary>Route of a party below a case: <c>CON?team=PVP</c>.</summary>
    public static string Route(Caller party) => party.Team is null ? party.Agency : $"{party.Agency}?team={party.Team}";

    /// <summary>A case before its meeting, its members asked.</summary>
    public async Task<string> InResearchAsync(params Caller[] members)
    {
        var it = await ListedAsync(members);
        Done(await ChangeAsync(HttpMethod.Post, $"{it}/request-research", Coordinator, new JsonObject { ["dueOn"] = Day(3) }, on: it));
        return it;
    }

    public async Task<string> HeardAsync(params Caller[] members)
    {
        var it = await InResearchAsync(members);
        Done(await ChangeAsync(HttpMethod.Post, $"{it}/hear", Chair, new JsonObject(), on: it));
        return it;
    }

    public async Task<string> ListedAsync(params Caller[] members)
    {
        var submitted = await marac.SendAsync(HttpMethod.Post, "/marac/referrals", Of("CON", "PVP") with { Purpose = "marac-referral" }, Samples.Referral());
        Assert.True(submitted.Status == 201, submitted.Text);
        var accepted = await ChangeAsync(
            HttpMethod.Post, $"{submitted.Location}/accept", Coordinator, new JsonObject { ["criterion"] = "VISIBLE_HIGH_RISK" }, on: submitted.Location!);
        Assert.True(accepted.Status == 201, accepted.Text);
        var it = accepted.Location!;
        foreach (var member in members) Done(await ChangeAsync(HttpMethod.Put, $"{it}/members/{Route(member)}", Coordinator, null, on: it));
        var meeting = await marac.SendAsync(
            HttpMethod.Post, "/marac/meetings", Coordinator, new JsonObject { ["startsAt"] = TimeProvider.System.GetUtcNow().AddDays(5).ToString("O") });
        Assert.True(meeting.Status == 201, meeting.Text);
        Done(await ChangeAsync(HttpMethod.Post, $"{it}/list", Coordinator, new JsonObject { ["meetingId"] = IdOf(meeting.Location!) }, on: it));
        return it;
    }

    /// <summary>A command admitted by the facts that stand at <paramref name="on"/> now.</summary>
    public async Task<Answer> ChangeAsync(HttpMethod method, string path, Caller by, JsonNode? body, string on) =>
        await marac.SendAsync(method, path, by, body, await FactsVersionAsync(on));

    /// <summary>Null facts mean that there is no such record: the command is then sent with a version of nothing.</summary>
    public async Task<long> FactsVersionAsync(string record)
    {
        var (path, query) = record.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? (record[..at], record[at..]) : (record, "");
        var facts = await marac.SendAsync(HttpMethod.Get, $"{path}/facts{query}", Coordinator);
        return facts.Status == 200 ? (long)facts.Json["facts"]!["version"]! : 0;
    }

    public Task<Answer> ReturnAsync(string it, Caller party, JsonNode body, Caller? by = null)
    {
        var request = $"{it}/research/{Route(party)}";
        return ChangeAsync(HttpMethod.Put, request, by ?? party, body, on: request);
    }

    public async Task<JsonNode> ReadAsync(string path, Caller? by = null)
    {
        var answer = await marac.SendAsync(HttpMethod.Get, path, by ?? Coordinator);
        Assert.True(answer.Status == 200, $"{path}: {answer.Status} {answer.Text}");
        return answer.Json;
    }

    public async Task<IReadOnlyList<JsonNode>> ListAsync(string path, string reach)
    {
        var answer = await marac.SendAsync(HttpMethod.Get, path, Coordinator, reach: reach);
        Assert.True(answer.Status == 200, answer.Text);
        return [.. answer.Json["items"]!.AsArray().Select(i => i!)];
    }

    public static JsonObject Found(string shared, string? kept = null, bool health = false)
    {
        var body = JsonNode.Parse(
            $$"""
            {
              "representative": "Rowan Example", "searchedAt": "{{TimeProvider.System.GetUtcNow().AddHours(-1):O}}", "systemsSearched": ["Register"],
              "items": [{ "about": "VICTIM", "factOrOpinion": "FACT", "share": true, "readers": ["CKH"] }]
            }
            """)!.AsObject();
        var item = body["items"]![0]!;
        (item["text"], item["health"]) = (shared, health);
        if (kept is not null)
        {
            body["items"]!.AsArray().Add(new JsonObject
            {
                ["text"] = kept,
                ["about"] = "PERPETRATOR",
                ["factOrOpinion"] = "OPINION",
                ["share"] = false,
                ["reasonNotShared"] = "Not relevant",
            });
        }

        return body;
    }

    public static JsonObject Nil()
    {
        var body = Found("");
        body.Remove("items");
        body["nil"] = true;
        return body;
    }

    public static JsonObject Lines(params string[] texts) => new()
    {
        ["lines"] = new JsonArray([.. texts.Select(text => new JsonObject { ["text"] = text, ["about"] = "GENERAL", ["factOrOpinion"] = "FACT" })]),
    };

    public static JsonObject Task(string description, string agency = "CKH", string? team = null, string person = "p-0013") => new()
    {
        ["ownerAgency"] = agency,
        ["ownerTeam"] = team,
        ["ownerPerson"] = person,
        ["description"] = description,
        ["targets"] = new JsonArray("VICTIM"),
        ["dueOn"] = Day(14),
    };

    public static string Day(int ahead) => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(ahead).ToString("yyyy-MM-dd", null);

    public static void Done(Answer answer) => Assert.True(answer.Status == 204, $"{answer.Status} {answer.Text}");
}
