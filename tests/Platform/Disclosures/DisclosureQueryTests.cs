using System.Globalization;
using Npgsql;
using Partnership.Contracts;
using Partnership.Ledger;
using Partnership.Tests.Platform.Input;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Disclosures;

/// <summary>Who has seen what, asked through the gateway: what it finds is what a count of the ledger's own rows finds.</summary>
[Collection(nameof(GovernedPlatform))]
public sealed class DisclosureQueryTests(GovernedPlatform governed)
{
    private const string Auditor = "marac-auditor";

    private RunningPlatform Platform => governed.Platform;

    [Fact]
    public async Task By_record()
    {
        var it = await SeenCaseAsync();

        await FindsAsync($"record={it.Id}", entry => entry.Records.Any(record => record.RecordId == it.Id));
        // A read, a list and a refusal are among them, and so is the change that listed the landlord.
        var found = await AllAsync($"/sharing/disclosures?scheme=marac&record={it.Id}", null, 50);
        string[] operations = [.. found.Select(entry => $"{entry.Operation} {entry.Outcome}").Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["ALTERATION PERMIT", "CONSULTATION DENY", "DISCLOSURE PERMIT"], operations);
    }

    [Fact]
    public async Task By_agency_that_acted_or_received()
    {
        await SeenCaseAsync();

        foreach (var agency in new[] { "CKH", "CFRS", "CON" })
        {
            await FindsAsync($"agency={agency}", entry => entry.Actor.Agency == agency
                || entry.Recipients.Any(one => one == agency || one.StartsWith(agency + "/", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task By_period_of_times_and_of_days()
    {
        var from = TimeProvider.System.GetUtcNow();
        await SeenCaseAsync();
        var to = TimeProvider.System.GetUtcNow();
        await SeenCaseAsync();

        await FindsAsync($"from={Iso(from)}&to={Iso(to)}", entry => entry.At >= Milliseconds(from) && entry.At < Milliseconds(to));
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(from, TimeZoneInfo.FindSystemTimeZoneById("Europe/London")).DateTime);
        await FindsAsync($"to={today.AddDays(-1):yyyy-MM-dd}", _ => false);
        await FindsAsync($"from={today.AddDays(2):yyyy-MM-dd}", _ => false);
        await FindsAsync($"from={today.AddDays(-1):yyyy-MM-dd}&to={today.AddDays(1):yyyy-MM-dd}&agency=CFRS", entry => entry.Actor.Agency == "CFRS");
    }

    [Fact]
    public async Task By_subject()
    {
        var it = await SeenCaseAsync();

        var expected = (await CaughtUpAsync()).Where(entry => entry.Records.Any(record => record.SubjectIds.Contains(it.Victim))).Select(entry => entry.EntryId).ToList();
        var found = await AllAsync("/sharing/disclosures/search", new { scheme = "marac", subjectId = it.Victim }, 3);

        Assert.NotEmpty(expected);
        Assert.Equal(expected, found.Select(entry => entry.Id));
        Assert.Empty(await AllAsync("/sharing/disclosures/search", new { scheme = "marac", subjectId = Guid.CreateVersion7() }, 50));
    }

    [Fact]
    public async Task A_query_is_itself_recorded_with_the_entries_it_gave()
    {
        var it = await SeenCaseAsync();
        var page = await Platform.As(Auditor).GetAsync($"/sharing/disclosures?scheme=marac&record={it.Id}&limit=2", GovernedPlatform.Audit);
        var given = page.At("items")!.Value.EnumerateArray().Select(item => item.GetProperty("id").GetString()).ToList();

        var entry = await EntryAsync(page.At("receipt")!.Value.GetGuid());

        Assert.Equal(("marac", "CONSULTATION", "PERMIT", "ledger-reader"), (entry.Service, entry.Operation, entry.Outcome, entry.Actor.Role));
        Assert.Equal(given, entry.Records.Select(record => record.RecordId));
        Assert.All(entry.Records, record => Assert.Equal(RecordTypes.SharingEntry, record.RecordType));
        // Reading the ledger is no disclosure of the record again: the person is told of those who read about them.
        Assert.True(page.Headers.ContainsKey("Sharing-Record"));
    }

    [Fact]
    public async Task An_empty_answer_is_recorded_too()
    {
        var page = await Platform.As(Auditor).GetAsync($"/sharing/disclosures?scheme=marac&record={Guid.CreateVersion7()}", GovernedPlatform.Audit);

        Assert.Equal((200, 0), ((int)page.Status, page.At("items")!.Value.GetArrayLength()));
        Assert.Equal("PERMIT", (await EntryAsync(page.At("receipt")!.Value.GetGuid())).Outcome);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_and_a_cursor_is_good_for_its_own_list_only()
    {
        var it = await SeenCaseAsync();
        var path = $"/sharing/disclosures?scheme=marac&record={it.Id}";
        await CaughtUpAsync();

        Assert.Equal((await AllAsync(path, null, 50)).Select(entry => entry.Id), (await AllAsync(path, null, 2)).Select(entry => entry.Id));
        var next = (await Platform.As(Auditor).GetAsync($"{path}&limit=2", GovernedPlatform.Audit)).At("next")!.Value.GetString()!;
        foreach (var other in new[] { $"/sharing/disclosures?scheme=marac&after={Uri.EscapeDataString(next)}", $"{path}&after={Uri.EscapeDataString(next)}x" })
        {
            var answer = await Platform.As(Auditor).GetAsync(other, GovernedPlatform.Audit);
            Assert.Equal((400, "invalid-cursor"), ((int)answer.Status, answer.Code));
        }

        foreach (var limit in new[] { "0", "51", "two" })
            Assert.Equal("invalid-limit", (await Platform.As(Auditor).GetAsync($"{path}&limit={limit}", GovernedPlatform.Audit)).Code);
    }

    [Fact]
    public async Task A_query_names_its_scheme()
    {
        var list = await Platform.As(Auditor).GetAsync("/sharing/disclosures", GovernedPlatform.Audit);
        var search = await Platform.As(Auditor).PostAsync("/sharing/disclosures/search", new { subjectId = Guid.CreateVersion7() }, GovernedPlatform.Audit);

        Assert.All([list, search], answer => Assert.Equal((400, "scheme-needed"), ((int)answer.Status, answer.Code)));
    }

    [Fact]
    public async Task A_scheme_is_read_by_its_own_reader_and_by_no_coordinator()
    {
        foreach (var (who, code) in new[]
        {
            ("channel-auditor", "not-your-scheme"), ("coordinator", "no-rule-for-role"), ("supervisor", "no-rule-for-role"), ("pvp", "no-rule-for-role"),
            ("dpo", "no-rule-for-role"), ("operator", "no-rule-for-role"), ("door-01", "no-rule-for-role"),
        })
        {
            var list = await Platform.As(who).GetAsync("/sharing/disclosures?scheme=marac", GovernedPlatform.Audit);
            var search = await Platform.As(who).PostAsync("/sharing/disclosures/search", new { scheme = "marac", subjectId = Guid.CreateVersion7() }, GovernedPlatform.Audit);
            Assert.All([list, search], answer => Assert.True(((int)answer.Status, answer.Code) == (403, code), $"{who}: {answer}"));
        }

        // Theirs, and yet to come to this platform.
        var own = await Platform.As("channel-auditor").GetAsync("/sharing/disclosures?scheme=channel", GovernedPlatform.Audit);
        Assert.Equal((400, "scheme-needed"), ((int)own.Status, own.Code));
    }

    [Theory]
    [InlineData("record=7", "record", "not-an-id")]
    [InlineData("from=yesterday", "from", "not-a-time")]
    [InlineData("to=2026-13-01", "to", "not-a-time")]
    [InlineData("agency=an-agency-with-a-very-long-code", "agency", "not-a-code")]
    public async Task What_cannot_be_read_is_named(string query, string field, string code)
    {
        var answer = await Platform.As(Auditor).GetAsync($"/sharing/disclosures?scheme=marac&{query}", GovernedPlatform.Audit);

        Assert.Equal((400, RegisteredProblems.InvalidInput), ((int)answer.Status, answer.Code));
        Assert.Equal($"{code}: {RegisteredProblems.SentenceOf(code)}", answer.At($"errors.{field}[0]")?.GetString());
    }

    [Fact]
    public async Task An_unknown_parameter_is_refused_so_that_no_name_can_be_asked_for()
    {
        var answer = await Platform.As(Auditor).GetAsync("/sharing/disclosures?scheme=marac&name=somebody", GovernedPlatform.Audit);

        Assert.Equal((400, "unknown-query-parameter"), ((int)answer.Status, answer.Code));
    }

    /// <summary>A case that two agencies have read, one in a list, and that one was refused.</summary>
    private async Task<(string Id, string Victim)> SeenCaseAsync()
    {
        var it = await governed.CaseAsync();
        await governed.ListAsync(it);
        var whole = await Platform.As("coordinator").GetAsync(it, GovernedPlatform.Meeting);
        foreach (var member in new[] { "CKH", "CFRS" })
            Assert.Equal(204, (int)(await Platform.As("coordinator").PutAsync($"{it}/members/{member}", null, GovernedPlatform.Meeting)).Status);
        Assert.Equal(200, (int)(await Platform.As("landlord").GetAsync(it, GovernedPlatform.Meeting)).Status);
        Assert.Equal(200, (int)(await Platform.As("fire").GetAsync("/marac/cases", GovernedPlatform.Meeting)).Status);
        Assert.Equal(404, (int)(await Platform.As("pvp").GetAsync(it, GovernedPlatform.Meeting)).Status);
        return (it[(it.LastIndexOf('/') + 1)..], whole.At("data.victim.personId")!.Value.GetString()!);
    }

    /// <summary>Asks, over small pages, and counts the ledger's rows; both newest first.</summary>
    private async Task FindsAsync(string query, Func<DisclosureEntry, bool> fits)
    {
        var expected = (await CaughtUpAsync()).Where(fits).Select(entry => entry.EntryId).ToList();

        var found = await AllAsync($"/sharing/disclosures?scheme=marac&{query}", null, 4 + (expected.Count / 3));

        Assert.Equal(expected, found.Select(entry => entry.Id));
    }

    private async Task<List<(Guid Id, string? Operation, string? Outcome)>> AllAsync(string path, object? search, int limit)
    {
        var all = new List<(Guid, string?, string?)>();
        limit = Math.Min(limit, 50);
        for (string? after = null; ;)
        {
            var paged = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}";
            var client = Platform.As(Auditor);
            var page = search is null ? await client.GetAsync(paged, GovernedPlatform.Audit) : await client.PostAsync(paged, search, GovernedPlatform.Audit);
            Assert.True((int)page.Status == 200, page.ToString());
            all.AddRange(page.At("items")!.Value.EnumerateArray().Select(item => (
                item.GetProperty("id").GetGuid(), item.GetProperty("data").GetProperty("operation").GetString(), item.GetProperty("data").GetProperty("outcome").GetString())));
            if (page.At("next") is not { ValueKind: System.Text.Json.JsonValueKind.String } next) return all;
            after = next.GetString();
        }
    }

    /// <summary>
    /// The entries of the scheme, newest first, once all that was answered and published is among them: an entry comes to the
    /// ledger after its answer has left.
    /// </summary>
    private async Task<IReadOnlyList<DisclosureEntry>> CaughtUpAsync()
    {
        // Entries of one gateway come in order, so those before this one are there too.
        var last = await Platform.As(Auditor).GetAsync($"/sharing/disclosures?scheme=marac&record={Guid.CreateVersion7()}", GovernedPlatform.Audit);
        await EntryAsync(last.At("receipt")!.Value.GetGuid());
        await Eventually.Async(
            async () => await governed.ScalarAsync<long>(Platform.MaracDatabase, "select count(*) from partnership.publications")
                == await governed.ScalarAsync<long>(Platform.LedgerDatabase, "select count(*) from ledger.entries where instance is null"),
            "every event stands in the ledger",
            TimeSpan.FromSeconds(60));
        return await EntriesAsync("scheme = 'marac'");
    }

    private async Task<DisclosureEntry> EntryAsync(Guid id) => await Eventually.Async(
        async () => (await EntriesAsync($"entry_id = '{id}'")).SingleOrDefault(), "the entry of an answer stands in the ledger", TimeSpan.FromSeconds(60));

    private async Task<IReadOnlyList<DisclosureEntry>> EntriesAsync(string condition)
    {
        await using var connection = new NpgsqlConnection(Platform.Postgres.To(Platform.LedgerDatabase));
        await connection.OpenAsync();
#pragma warning disable CA2100 // Tests only; the text is theirs.
        await using var command = new NpgsqlCommand($"select bytes from ledger.entries where {condition} order by position desc", connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<DisclosureEntry>();
        while (await reader.ReadAsync())
        {
            Assert.True(DisclosureEntry.TryRead(reader.GetFieldValue<byte[]>(0), out var entry));
            entries.Add(entry!);
        }

        return entries;
    }

    private static string Iso(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Milliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
