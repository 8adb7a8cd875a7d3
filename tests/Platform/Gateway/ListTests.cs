using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Lists: what is visible, once each; what is hidden leaves no trace, not in a count, a cursor or a length.</summary>
public sealed class ListTests(SharedPlatform shared)
{
    private const string Referrals = "/marac/referrals";

    [Fact]
    public async Task Pages_of_any_size_bring_each_visible_row_once_and_hidden_ones_change_nothing()
    {
        var platform = await shared.StartedAsync();
        var lister = platform.As("lister");
        await SubmitAsync(platform, "lister", hidden: true); // Beyond the last visible row.
        var visible = new List<string> { await SubmitAsync(platform, "lister", hidden: false), await SubmitAsync(platform, "lister", hidden: false) };

        var before = await Shape(lister, 50);
        var (shortBefore, cursorBefore) = (await Shape(lister, 1), (await PageAsync(lister, "?limit=1")).At("next")?.GetString());
        await SubmitAsync(platform, "lister", hidden: true); // Before the first.
        Assert.Equal(before, await Shape(lister, 50));
        Assert.Equal(shortBefore, await Shape(lister, 1));
        Assert.Equal(cursorBefore?.Length, (await PageAsync(lister, "?limit=1")).At("next")?.GetString()?.Length);

        visible.Add(await SubmitAsync(platform, "lister", hidden: false)); // Now one stands between two of them.
        await SubmitAsync(platform, "lister", hidden: true);
        visible.Add(await SubmitAsync(platform, "lister", hidden: false));
        visible.Reverse();

        var whole = await PageAsync(lister, "");
        Assert.Equal(visible, Paths(whole));
        Assert.Equal(JsonValueKind.Null, whole.At("next")?.ValueKind);
        for (var limit = 1; limit <= visible.Count + 1; limit++)
        {
            var rows = new List<string>();
            var pages = 0;
            string? next = null;
            do
            {
                var page = await PageAsync(lister, $"?limit={limit}{(next is null ? "" : $"&after={next}")}");
                rows.AddRange(page.Json.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()));
                next = page.Json.GetProperty("next").GetString();
                pages++;
            }
            while (next is not null);
            Assert.Equal(whole.Json.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()), rows);
            Assert.Equal((visible.Count + limit - 1) / limit, pages);
        }
    }

    [Fact]
    public async Task Who_has_only_hidden_rows_gets_the_list_of_somebody_who_has_none()
    {
        var platform = await shared.StartedAsync();
        for (var i = 0; i < 3; i++) await SubmitAsync(platform, "landlord-2", hidden: true, "CKH", "crosskeyshomes.example", "ZOE O'BRIEN-ODEGARD");
        var hidden = await platform.As("landlord-2").GetAsync(Referrals, Casework.Referral);
        var none = await platform.As("prison").GetAsync(Referrals, Casework.Referral);
        Assert.Equal(WithoutReceipt(none), WithoutReceipt(hidden));
        Assert.Equal(none.Body.Length, hidden.Body.Length);
    }

    [Fact]
    public async Task A_cursor_is_good_for_the_list_that_gave_it_and_for_nothing_else()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        for (var i = 0; i < 2; i++) await SubmitAsync(platform, "lister-2", hidden: false);
        var lister = platform.As("lister-2");
        var cursor = (await PageAsync(lister, "?limit=1")).At("next")?.GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await PageAsync(lister, $"?limit=5&after={cursor}")).Status);

        await Refused(platform.As("lister"), Referrals, Casework.Referral, cursor);
        await Refused(platform.As("coordinator"), Referrals, Casework.Referral, cursor);
        foreach (var altered in (string[])
                 ["", "x", cursor[..^1], cursor[..20], cursor + "A", Flipped(cursor, 0), Flipped(cursor, cursor.Length / 2), Flipped(cursor, cursor.Length - 2), new string('A', 5000), "%00", cursor + "="])
        {
            await Refused(lister, Referrals, Casework.Referral, altered);
        }

        await casework.CaseAsync();
        await casework.CaseAsync();
        var ofCases = (await casework.Coordinator.GetAsync("/marac/cases?limit=1", Casework.Meeting)).At("next")?.GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await casework.Coordinator.GetAsync($"/marac/cases?after={ofCases}", Casework.Meeting)).Status);
        await Refused(casework.Coordinator, "/marac/cases", Casework.Triage, ofCases); // Another purpose.
        await Refused(casework.Coordinator, Referrals, Casework.Triage, ofCases); // Another list.
        await Refused(platform.As("supervisor"), "/marac/cases", Casework.Meeting, ofCases); // Another caller.
        Assert.Equal(cursor.Length, ofCases.Length);
    }

    [Fact]
    public async Task Limits_and_parameters_that_no_list_takes_are_refused()
    {
        var platform = await shared.StartedAsync();
        var lister = platform.As("lister-2");
        foreach (var limit in (string[])["0", "51", "x", "-1", "", "1.5", "%EF%BC%95", "+5", "%205", "5%20", "0x5", "99999999999999999999", "5&limit=6"])
        {
            var answer = await PageAsync(lister, $"?limit={limit}");
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.Equal(limit.Contains('&', StringComparison.Ordinal) ? "unknown-query-parameter" : "invalid-limit", answer.Code);
        }

        foreach (var limit in (string[])["1", "50"]) Assert.Equal(HttpStatusCode.OK, (await PageAsync(lister, $"?limit={limit}")).Status);
        foreach (var query in (string[])["?colour=red", "?Limit=5", "?status=SUBMITTED", "?sort=name", "?scheme=marac", "?limit=5&reach=all"])
            Assert.Equal("unknown-query-parameter", (await PageAsync(lister, query)).Code);
        var it = await new Casework(platform).CaseOfAsync("CKH");
        Assert.Equal("unknown-query-parameter", (await platform.As("landlord").GetAsync($"{it}?fields=all", Casework.Meeting)).Code);
        Assert.Equal("unknown-query-parameter", (await platform.As("landlord").GetAsync($"/marac/cases/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}?fields=all", Casework.Meeting)).Code);
    }

    [Fact]
    public async Task A_ledger_is_read_by_its_own_reader_alone()
    {
        var platform = await shared.StartedAsync();
        var auditor = platform.As("marac-auditor");
        Assert.Equal("scheme-needed", (await auditor.GetAsync("/sharing/disclosures", "audit")).Code);
        Assert.Equal("not-your-scheme", (await auditor.GetAsync("/sharing/disclosures?scheme=channel", "audit")).Code);
        Assert.Equal("not-your-scheme", (await auditor.GetAsync("/sharing/disclosures?scheme=MARAC", "audit")).Code);
        Assert.Equal("not-your-scheme", (await platform.As("channel-auditor").GetAsync("/sharing/disclosures?scheme=marac", "audit")).Code);
        foreach (var body in (string[])["", "{", "[]", "{}", """{"scheme":1}""", """{"scheme":"\ud800"}""", """{"scheme":"marac","scheme":"channel"}"""])
            Assert.Equal("scheme-needed", (await auditor.PostAsync("/sharing/disclosures/search", body, "audit")).Code);
        foreach (var person in (string[])["coordinator", "dpo", "operator", "pvp", "door-01"])
            Assert.Equal("no-rule-for-role", (await platform.As(person).GetAsync("/sharing/disclosures?scheme=marac", "audit")).Code);
    }

    private static async Task Refused(TestClient client, string list, string purpose, string cursor)
    {
        var answer = await client.GetAsync($"{list}?after={cursor}", purpose);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-cursor"), (answer.Status, answer.Code));
    }

    private static Task<Answer> PageAsync(TestClient client, string query) => client.GetAsync(Referrals + query, Casework.Referral);

    /// <summary>All of a page that is the same whenever it is asked for: rows, and whether there are more.</summary>
    private static async Task<string> Shape(TestClient client, int limit)
    {
        var page = await PageAsync(client, $"?limit={limit}");
        return $"{page.Json.GetProperty("items").GetRawText()} {page.Json.GetProperty("next").ValueKind} {page.Body.Length}";
    }

    private static IEnumerable<string> Paths(Answer page) =>
        page.Json.GetProperty("items").EnumerateArray().Select(item => $"{Referrals}/{item.GetProperty("id").GetString()}");

    private static string WithoutReceipt(Answer page) => page.Text.Replace(page.At("receipt")?.GetString()!, "", StringComparison.Ordinal);

    private static string Flipped(string cursor, int at) => $"{cursor[..at]}{(cursor[at] == 'A' ? 'B' : 'A')}{cursor[(at + 1)..]}";

    /// <summary>A hidden one names its own author as perpetrator: it is in their reach and on no account for their eyes.</summary>
    private static Task<string> SubmitAsync(
        RunningPlatform platform, string person, bool hidden, string agency = "ASP", string domain = "aspire.example", string name = "ARNBERG ottilie") =>
        new Casework(platform).SubmitAsync(person, Samples.Referral(agency: agency, emailDomain: domain, change: body =>
        {
            if (hidden) body["perpetrators"]![0]!["name"] = name;
            body["otherMaracs"] = new JsonArray();
        }));
}
