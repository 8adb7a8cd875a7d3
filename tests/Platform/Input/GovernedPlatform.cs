using System.Text.Json.Nodes;
using Npgsql;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Input;

[CollectionDefinition(nameof(GovernedPlatform))]
public sealed class GovernedPlatformCollection : ICollectionFixture<GovernedPlatform>;

/// <summary>One platform for all that is asked of casework and ledger through the gateway; its tests run one by one.</summary>
public sealed class GovernedPlatform : PlatformFixture
{
    public const string Triage = "marac-triage", Meeting = "marac-meeting", Referring = "marac-referral", Audit = "audit";

    /// <summary>Somebody who may sit on both sides of a second look.</summary>
    public const string Both = "both";

    private static int pairs;

    protected override PlatformOptions Options => new()
    {
        // How long a service takes is no matter here, and the first requests of a busy machine take long.
        Settings = new Dictionary<(string, string), string?> { [(Services.Gateway, "Gateway:ServiceTimeout")] = "00:01:00" },
        Partnership = text => text.Replace("\npeople:\n", $$"""

            people:
              - { id: p-9001, subject: {{Both}}, name: Doris Twohats, hats: [{ name: coordinating, agency: PCC, team: CS, role: marac-coordinator }, { name: supervising, agency: PCC, team: CS, role: marac-supervisor }] }

            """, StringComparison.Ordinal),
    };

    /// <summary>A referral of people nobody else has referred, with nothing to refuse and nothing to warn of.</summary>
    public static JsonObject Body(Action<JsonObject>? change = null, string agency = "CON")
    {
        var pair = Interlocked.Increment(ref pairs);
        var body = Samples.Referral(agency: agency, emailDomain: agency == "CON" ? "cambs.police.uk" : "crosskeyshomes.example");
        Be(body["victim"]!, "Imogen", pair);
        Be(body["perpetrators"]![0]!, "Victor", pair);
        body["victim"]!["aliases"] = new JsonArray();
        body["perpetrators"]![0]!["aliases"] = new JsonArray();
        body["victim"]!["dateOfBirth"] = new DateOnly(1970, 1, 1).AddDays(pair * 31).ToString("yyyy-MM-dd", null);
        body["perpetrators"]![0]!["dateOfBirth"] = new DateOnly(1960, 1, 1).AddDays(pair * 29).ToString("yyyy-MM-dd", null);
        body["victim"]!["addresses"]![0]!["postcode"] = $"PE{10 + (pair / 100)} {pair % 10}{Letter(pair / 10)}{Letter(pair)}";
        body["victim"]!["phones"]![0]!["number"] = $"07700 90{pair:0000}";
        body["victim"]!["phones"]![1]!["number"] = $"07700 91{pair:0000}";
        body["perpetrators"]![0]!["phones"] = new JsonArray($"07700 92{pair:0000}");
        body["afraidOf"] = new JsonArray(body["perpetrators"]![0]!["name"]!.GetValue<string>());
        body.Remove("otherMaracs");
        change?.Invoke(body);
        return body;
    }

    /// <summary>Five answers YES and judgement, which alone may be redirected.</summary>
    public static JsonObject Low(Action<JsonObject>? change = null) => Body(body =>
    {
        Answers(body, 5);
        body["criteria"] = new JsonArray("PROFESSIONAL_JUDGEMENT");
        body["judgementReason"] = "She is more frightened than the answers show, and he has begun to follow her.";
        change?.Invoke(body);
    });

    /// <summary>So many answers YES, the rest <paramref name="rest"/>.</summary>
    public static void Answers(JsonObject body, int yes, string rest = "NO")
    {
        var items = body["riskChecklist"]!["items"]!.AsArray();
        for (var place = 0; place < items.Count; place++) items[place]!["answer"] = place < yes ? "YES" : rest;
        body["riskChecklist"]!["yesCount"] = yes;
    }

    /// <summary>The location of a referral that is there now.</summary>
    public async Task<string> SubmitAsync(JsonObject body, string who = "pvp")
    {
        var answer = await Platform.As(who).CreateAsync("/marac/referrals", body);
        Assert.True((int)answer.Status == 201, answer.ToString());
        return answer.Location;
    }

    public async Task<string> CaseAsync(JsonObject? body = null)
    {
        var answer = await CommandAsync(await SubmitAsync(body ?? Body()), "accept", new { criterion = "VISIBLE_HIGH_RISK" });
        Assert.True((int)answer.Status == 201, answer.ToString());
        return answer.Location;
    }

    /// <summary>Puts an accepted case on the agenda of a meeting to come.</summary>
    public async Task ListAsync(string it)
    {
        var meeting = await Platform.As("coordinator").CreateAsync("/marac/meetings", new { startsAt = TimeProvider.System.GetUtcNow().AddDays(7) });
        Assert.True((int)meeting.Status == 201, meeting.ToString());
        var listed = await CommandAsync(it, "list", new { meetingId = meeting.CreatedId });
        Assert.True((int)listed.Status == 204, listed.ToString());
    }

    public Task<Answer> CommandAsync(string record, string command, object body, string who = "coordinator", string? hat = null) =>
        Platform.As(who, hat).PostAsync($"{record}/{command}", body, Triage);

    /// <summary>How many records and keys are stored; a referral that is refused leaves neither.</summary>
    public async Task<(long Streams, long Keys)> StoredAsync() => (
        await ScalarAsync<long>(Platform.MaracDatabase, "select count(*) from mt_streams"),
        await ScalarAsync<long>(Platform.MaracKeysDatabase, "select count(*) from partnership.data_keys"));

    public async Task<T> ScalarAsync<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(Platform.Postgres.To(database));
        await connection.OpenAsync();
#pragma warning disable CA2100 // Tests only; the text is theirs.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Codes of the coordinator's notes, once stored data has been looked through.</summary>
    public async Task<IReadOnlyList<string>> NotesAsync(string referral)
    {
        var read = await Eventually.Async(
            async () =>
            {
                var found = await Platform.As("coordinator").GetAsync(referral, Triage);
                return found.At("data.recordsCheckedAt") is null ? null : found;
            },
            "stored data is looked through",
            TimeSpan.FromSeconds(60));
        return [.. read.At("data.triageNotes")!.Value.EnumerateArray().Select(note => note.GetProperty("code").GetString()!)];
    }

    // Names that sound alike find each other, so each pair's is spelt by its number.
    private static void Be(JsonNode person, string first, int pair) =>
        person["name"] = $"{first} {Syllable(pair / 49)}{Syllable(pair / 7)}{Syllable(pair)}";

    private static string Syllable(int number) => (number % 7) switch { 0 => "ban", 1 => "dol", 2 => "gim", 3 => "kur", 4 => "pes", 5 => "vax", _ => "thor" };

    private static char Letter(int number) => "ABDEFGHJLNPQRSTUWXYZ"[number % 20];
}
