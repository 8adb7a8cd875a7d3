using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Partnership.Contracts;
using Partnership.Gateway.Operations;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>A record that is hidden and one that does not exist: the same bytes and headers, whoever asks and however.</summary>
public sealed class HiddenRecordTests(SharedPlatform shared)
{
    private const string NotFound =
        "HTTP/1.1 404 Not Found\r\nContent-Length: 140\r\nContent-Type: application/problem+json\r\nDate: -\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"
        + """{"type":"about:blank","title":"Not Found","status":404,"code":"not-found","detail":"There is no such record, or none that you may know of."}""";

    /// <summary>Everything a sender may add to a command. None of it is looked at before the record is.</summary>
    private static readonly (string What, (string, string)[] Headers, string Query, byte[]? Body)[] Requests =
    [
        ("nothing", [("Content-Length", "0")], "", null),
        ("a sound body", Json("""{"text":"Sound"}"""), "", """{"text":"Sound"}"""u8.ToArray()),
        ("half a body", Json("{\"text\":"), "", Encoding.UTF8.GetBytes("{\"text\":")),
        ("no JSON", [("Content-Type", "text/plain"), ("Content-Length", "5")], "", "plain"u8.ToArray()),
        ("a huge body", [("Content-Type", "application/json"), ("Content-Length", "50000000")], "", new byte[1000]),
        ("a huge body in chunks", [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")], "", Encoding.ASCII.GetBytes("2FAF080\r\n0000")),
        ("a broken chunk", [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")], "", "zz\r\n"u8.ToArray()),
        ("a tag", [("If-Match", "\"abc\""), ("Content-Length", "0")], "", null),
        ("any tag", [("If-Match", "*"), ("Content-Length", "0")], "", null),
        ("tags", [("If-Match", "\"a\""), ("If-Match", "\"b\""), ("Content-Length", "0")], "", null),
        ("an unknown parameter", [("Content-Length", "0")], "?colour=red", null),
        ("a team", [("Content-Length", "0")], "?team=PVP", null),
        ("a key", [("Idempotency-Key", "one"), ("Content-Length", "0")], "", null),
        ("an internal token", [("Partnership-Internal", "e30.e30"), ("Content-Length", "0")], "", null),
    ];

    [Fact]
    public async Task Whoever_is_not_on_a_case_cannot_tell_it_from_no_case()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var listed = await casework.CaseOfAsync("CKH", "CFRS", "CON?team=PVP");
        await casework.SummariseAsync(listed, "She needs the locks changed.");
        var removed = await casework.CaseOfAsync("CKH", "CFRS", "CON?team=PVP");
        foreach (var member in (string[])["CKH", "CFRS", "CON?team=PVP"]) await casework.DeleteAsync($"{removed}/members/{member}");
        var unlisted = await casework.CaseOfAsync("CON?team=NPT", "PCC?team=HSG");
        foreach (var person in (string[])["landlord", "landlord-2", "fire", "pvp"])
        {
            var client = platform.As(person);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(listed, Casework.Meeting)).Status);
            foreach (var it in (string[])[removed, unlisted, Unknown("cases")])
                Assert.Equal(NotFound, (await Wire.SendAsync(platform.Gateway, "GET", it, As(platform, person, Casework.Meeting))).WithoutDate);
        }
    }

    [Theory]
    [InlineData("landlord", "HOBSON, diane", "perpetrator")]
    [InlineData("landlord-2", "o brien ødegård, ZOE", "alias")]
    [InlineData("landlord-2", "Zoe Odegard O’Brien", "must-not-receive")]
    [InlineData("fire", "Prichard Ówen", "not-safe-to-talk-to")]
    [InlineData("fire", "O. Prichard", "perpetrator")]
    [InlineData("pvp", "SANJAY  MISTRY", "must-not-receive")]
    [InlineData("pvp", "DC Sanjay Mistry", "alias")]
    public async Task Who_bears_the_name_of_somebody_on_the_conflict_register_cannot_tell_the_case_from_no_case(string person, string name, string asWhat)
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var body = Samples.Referral(agency: "ICB", emailDomain: "nhs.net");
        switch (asWhat)
        {
            case "perpetrator": body["perpetrators"]![0]!["name"] = name; break;
            case "alias": body["perpetrators"]![0]!["aliases"] = new JsonArray(name); break;
            case "must-not-receive": body["mustNotReceive"]![0]!["name"] = name; break;
            default: body["notSafeToTalkTo"] = new JsonArray(name); break;
        }

        var it = await casework.ListAsync(await casework.AcceptAsync(await casework.SubmitAsync("health", body)));
        foreach (var member in (string[])["CKH", "CFRS", "CON?team=PVP"]) await casework.PutAsync($"{it}/members/{member}");
        Assert.Equal(NotFound, (await Wire.SendAsync(platform.Gateway, "GET", it, As(platform, person, Casework.Meeting))).WithoutDate);
        Assert.Equal(HttpStatusCode.OK, (await platform.As(person == "fire" ? "pvp" : "fire").GetAsync(it, Casework.Meeting)).Status);
    }

    [Fact]
    public async Task Somebody_elses_referral_is_as_good_as_none()
    {
        var platform = await shared.StartedAsync();
        var referral = await new Casework(platform).SubmitAsync("landlord", Samples.Referral(agency: "CKH", emailDomain: "crosskeyshomes.example"));
        Assert.Equal(HttpStatusCode.OK, (await platform.As("landlord").GetAsync(referral, Casework.Referral)).Status);
        foreach (var person in (string[])["landlord-2", "pvp", "coordinator", "pes"])
        {
            foreach (var path in (string[])[referral, Unknown("referrals"), referral.Replace("referrals", "cases", StringComparison.Ordinal)])
            {
                var purpose = path.Contains("cases", StringComparison.Ordinal) ? Casework.Meeting : Casework.Referral;
                if (person == "pes" && purpose == Casework.Meeting) continue;
                Assert.Equal(NotFound, (await Wire.SendAsync(platform.Gateway, "GET", path, As(platform, person, purpose))).WithoutDate);
            }
        }
    }

    [Fact]
    public async Task No_command_tells_a_barred_coordinator_whether_there_is_a_record()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var second = platform.As("coordinator-2");
        void Bar(JsonObject body)
        {
            body["mustNotReceive"]![0]!["name"] = "MARSH, Hélen";
            body["notSafeToTalkTo"] = new JsonArray("adeyemi ruth");
        }

        var referral = await casework.SubmitAsync(Bar);
        var it = await casework.CaseAsync(Bar, second);
        Assert.Equal(HttpStatusCode.NoContent, (await second.PutAsync($"{it}/members/CKH", null, Casework.Meeting)).Status);
        // Hearing is the chair's alone, who is not barred here.
        var changes = OperationTable.All.Where(o => o.Kind == OperationKind.Change && o.RecordType is (RecordTypes.MaracReferral or RecordTypes.MaracCase) && o.Command != "hear").ToList();
        Assert.True(changes.Count >= 20);
        foreach (var change in changes)
        {
            var person = change.Command == "confirm-redirect" ? "supervisor" : "coordinator";
            var ofCase = change.Pattern.StartsWith("/marac/cases", StringComparison.Ordinal);
            var headers = As(platform, person, ofCase ? Casework.Meeting : Casework.Triage);
            foreach (var (what, extra, query, body) in Requests)
            {
                foreach (var record in (string[])[ofCase ? it : referral, Unknown(ofCase ? "cases" : "referrals")])
                {
                    var path = record + change.Pattern[(change.Pattern.IndexOf('}', StringComparison.Ordinal) + 1)..].Replace("{agency}", "CKH", StringComparison.Ordinal)
                        .Replace("{conflictId:guid}", Guid.Empty.ToString(), StringComparison.Ordinal).Replace("{holdId:guid}", Guid.Empty.ToString(), StringComparison.Ordinal);
                    var answer = (await Wire.SendAsync(platform.Gateway, change.Method, path + query, headers.Concat(extra), body)).WithoutDate;
                    Assert.True(NotFound == answer, $"{change.Method} {change.Pattern} with {what} answered\n{answer}");
                }
            }
        }

        // Nothing of all that was done.
        Assert.Equal("SUBMITTED", (await second.GetAsync(referral, Casework.Triage)).At("data.status")?.GetString());
        Assert.Equal(1, (await second.GetAsync(it, Casework.Meeting)).At("data.sharing.members")?.GetArrayLength());
    }

    [Fact]
    public async Task Hidden_and_unknown_are_both_in_the_ledger_and_neither_is_answered_before_the_step()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var hidden = await casework.CaseAsync();
        var landlord = platform.As("landlord");
        foreach (var it in (string[])[hidden, Unknown("cases")])
        {
            var watch = Stopwatch.StartNew();
            Assert.Equal(HttpStatusCode.NotFound, (await landlord.GetAsync(it, Casework.Meeting)).Status);
            Assert.True(watch.Elapsed >= TimeSpan.FromMilliseconds(24), "The answer came before its step, so it tells how long the look-up took.");
            await casework.LedgerAsync(Casework.IdOf(it), entry =>
                entry.GetProperty("outcome").GetString() == "DENY" && entry.GetProperty("actor").GetProperty("agency").GetString() == "CKH");
        }
    }

    private static string Unknown(string collection) => $"/marac/{collection}/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";

    private static (string, string)[] Json(string body) => [("Content-Type", "application/json"), ("Content-Length", $"{Encoding.UTF8.GetByteCount(body)}")];

    private static (string, string)[] As(RunningPlatform platform, string person, string purpose) =>
        [("Authorization", $"Bearer {platform.Issuer.Token(person)}"), ("Sharing-Purpose", purpose)];
}
