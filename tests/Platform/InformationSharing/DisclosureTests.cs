using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.Contracts.Sharing;
using Partnership.Ledger;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.InformationSharing;

public sealed class DisclosureTests : IAsyncLifetime
{
    private static readonly string[] Marac = ["scheme:marac"];
    private LedgerRig rig = null!;
    private TestGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        rig = await LedgerRig.StartAsync();
        gateway = rig.Gateway("gateway-1");
    }

    public async ValueTask DisposeAsync()
    {
        gateway.Dispose();
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task Every_query_finds_exactly_what_a_scan_finds_newest_first()
    {
        var random = new Random(11);
        string[] records = [.. Enumerable.Range(0, 4).Select(i => new Guid(i, 1, 0, new byte[8]).ToString())];
        string[] subjects = [.. Enumerable.Range(0, 4).Select(i => new Guid(i, 2, 0, new byte[8]).ToString())];
        string[] agencies = ["CON", "CFRS", "CKH"];
        string[] schemes = ["marac", "sharing"];
        var start = new DateTimeOffset(2026, 10, 30, 0, 0, 0, TimeSpan.Zero);
        var all = new List<DisclosureEntry>();
        for (var i = 0; i < 40; i++)
        {
            var entries = Enumerable.Range(0, 5).Select(_ => gateway.Entry(
                Pick(schemes), Pick(records), Pick(subjects), Pick(agencies),
                recipients: random.Next(2) == 0 ? [Pick(agencies) + "/T"] : [], at: start.AddHours(random.Next(24 * 8)))).ToArray();
            all.AddRange(entries);
            await rig.PublishAsync(gateway.Next(entries));
        }

        await rig.UntilEntriesAsync(all.Count);
        for (var run = 0; run < 60; run++)
        {
            var record = Maybe(records);
            var agency = Maybe(agencies);
            var scheme = Maybe(schemes);
            var from = random.Next(2) == 0 ? start.AddHours(random.Next(24 * 8)) : (DateTimeOffset?)null;
            var to = random.Next(2) == 0 ? start.AddHours(random.Next(24 * 8)) : (DateTimeOffset?)null;
            var expected = Enumerable.Reverse(all).Where(e =>
                (scheme is null || e.Service == scheme)
                && (record is null || e.Records[0].RecordId == record)
                && (agency is null || e.Actor.Agency == agency || e.Recipients.Any(r => r == agency || r.StartsWith(agency + "/", StringComparison.Ordinal)))
                && (from is null || e.At >= from) && (to is null || e.At < to));
            var found = await AllPagesAsync(
                $"/sharing/disclosures?x=1{Query("scheme", scheme)}{Query("record", record)}{Query("agency", agency)}{Query("from", Iso(from))}{Query("to", Iso(to))}",
                body: null, ["scheme:marac", "scheme:sharing"], random.Next(1, 51));
            Assert.Equal(expected.Select(e => e.EntryId), found.Select(f => f.Id));
        }

        foreach (var subject in subjects)
        {
            var found = await AllPagesAsync(
                "/sharing/disclosures/search?x=1", JsonSerializer.Serialize(new { scheme = "marac", subjectId = subject }), Marac, 7);
            Assert.Equal(
                Enumerable.Reverse(all).Where(e => e.Service == "marac" && e.Records[0].SubjectIds[0] == subject).Select(e => e.EntryId),
                found.Select(f => f.Id));
        }

        string Pick(string[] values) => values[random.Next(values.Length)];
        string? Maybe(string[] values) => random.Next(2) == 0 ? null : Pick(values);
    }

    [Fact]
    public async Task A_reader_sees_the_whole_entry_with_the_justification_opened_and_no_digest_key()
    {
        var entry = gateway.Entry(justification: "Visit planned – both officers");
        await rig.PublishAsync(gateway.Next(entry));
        await rig.UntilEntriesAsync(1);
        using var answer = await rig.SendAsync(HttpMethod.Get, "/sharing/disclosures", reach: Marac);
        var text = await answer.Content.ReadAsStringAsync();
        var item = Assert.Single(JsonSerializer.Deserialize<RecordPage<EntryView>>(text, WireJson.Options)!.Items);
        Assert.Equal(("sharing.entry", entry.EntryId), (item.Type, item.Id));
        Assert.Equal(("marac", "RECORDED", 1L), (item.Facts.Scheme, item.Facts.State, item.Facts.Version));
        Assert.Equal((0L, EntrySource.Gateway), (item.Data.Position, item.Data.Source));
        Assert.Equal((true, "Visit planned – both officers"), (item.Data.JustificationGiven, item.Data.Justification));
        Assert.Equal(Convert.ToBase64String(DisclosureEntry.LeafHash(entry.ToBytes())), item.Data.LeafHash);
        Assert.Equal([new EntryFactView { Code = "member", Held = true }], item.Data.Records[0].Facts);
        Assert.DoesNotContain(entry.DigestKey!, text, StringComparison.Ordinal);
        Assert.DoesNotContain("digestKey", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_sees_entries_of_a_scheme_out_of_reach()
    {
        await rig.PublishAsync(gateway.Next(gateway.Entry(), gateway.Entry(scheme: "channel")));
        await rig.UntilEntriesAsync(2);
        Assert.Equal(["marac"], (await AllPagesAsync("/sharing/disclosures?x=1", null, Marac, 50)).Select(i => i.Data.Service));
        Assert.Empty(await AllPagesAsync("/sharing/disclosures?scheme=channel", null, Marac, 50));
        Assert.Empty(await AllPagesAsync("/sharing/disclosures?x=1", null, [], 50));
        Assert.Empty(await AllPagesAsync("/sharing/disclosures?x=1", null, ["all", "marac", "member:PCC/IG"], 50));
    }

    [Fact]
    public async Task A_day_begins_and_ends_with_the_partnerships_day()
    {
        // In July the partnership's day begins at 23:00 UTC of the day before.
        foreach (var at in new[] { "2026-07-01T22:59:59Z", "2026-07-01T23:00:00Z", "2026-07-02T22:59:59Z", "2026-07-02T23:00:00Z" })
            await rig.PublishAsync(gateway.Next(gateway.Entry(at: DateTimeOffset.Parse(at, CultureInfo.InvariantCulture))));
        await rig.UntilEntriesAsync(4);
        var found = await AllPagesAsync("/sharing/disclosures?from=2026-07-02&to=2026-07-02", null, Marac, 50);
        Assert.Equal([2L, 1L], found.Select(f => f.Data.Position));
    }

    [Fact]
    public async Task A_parameter_that_cannot_be_read_is_a_400_that_names_it_and_repeats_nothing()
    {
        foreach (var (field, value) in new[]
        {
            ("record", "zz-no-id-zz"), ("agency", new string('Z', 21)), ("from", "zz-yesterday"), ("to", "2026-13-01zz"),
            ("after", "zz-9"), ("limit", "515151"), ("limit", "000000"),
        })
        {
            using var answer = await rig.SendAsync(HttpMethod.Get, $"/sharing/disclosures?{field}={value}", reach: Marac);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal("invalid-input", problem.GetProperty("code").GetString());
            Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
            Assert.DoesNotContain(value, problem.GetRawText(), StringComparison.Ordinal);
        }

        foreach (var body in new[] { "", "{}", "{\"scheme\":\"marac\",\"subjectId\":\"zz-name-zz\"}", "{\"scheme\":\"marac\",\"subjectId\":null}", "{\"scheme\":\"marac\",\"name\":\"zz-name-zz\"}" })
        {
            using var answer = await rig.SendAsync(HttpMethod.Post, "/sharing/disclosures/search", body, Marac);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.DoesNotContain("zz-name-zz", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_the_gateways_token_nothing_is_answered()
    {
        using var client = rig.Client();
        foreach (var path in new[] { "/sharing/disclosures", "/internal/register", "/anything" })
        {
            using var bare = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
            using var forged = await rig.SendAsync(HttpMethod.Get, path, reach: Marac, key: new byte[32]);
            Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
        }
    }

    [Fact]
    public async Task The_register_is_served_once_a_version_and_follows_its_file()
    {
        using var first = await rig.SendAsync(HttpMethod.Get, "/internal/register");
        var register = (await first.Content.ReadFromJsonAsync<RegisterSnapshot>(WireJson.Options))!;
        Assert.Contains(register.People, p => p.Subject == "patrol");
        using (var same = await rig.SendAsync(HttpMethod.Get, $"/internal/register?since={register.Version}"))
            Assert.Equal(HttpStatusCode.NoContent, same.StatusCode);

        var text = await File.ReadAllTextAsync(rig.PartnershipFile);
        var without = string.Join('\n', text.Split('\n').Where(line => !line.Contains("subject: patrol", StringComparison.Ordinal)));
        await File.WriteAllTextAsync(rig.PartnershipFile, without);
        var next = await Eventually.Async(
            async () =>
            {
                using var answer = await rig.SendAsync(HttpMethod.Get, $"/internal/register?since={register.Version}");
                return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadFromJsonAsync<RegisterSnapshot>(WireJson.Options) : null;
            },
            "the register follows its file",
            TimeSpan.FromSeconds(5));
        Assert.True(next.Version > register.Version);
        Assert.DoesNotContain(next.People, p => p.Subject == "patrol");

        // A file with a mistake changes nothing; the next good one does, so the mistake was seen and passed over.
        await File.WriteAllTextAsync(rig.PartnershipFile, without.Replace("role: idva", "role: idvaa", StringComparison.Ordinal));
        using (var after = await rig.SendAsync(HttpMethod.Get, $"/internal/register?since={next.Version}"))
            Assert.Equal(HttpStatusCode.NoContent, after.StatusCode);
        await File.WriteAllTextAsync(rig.PartnershipFile, text);
        await Eventually.Async(
            async () =>
            {
                using var answer = await rig.SendAsync(HttpMethod.Get, $"/internal/register?since={next.Version}");
                return answer.StatusCode == HttpStatusCode.OK
                    && (await answer.Content.ReadFromJsonAsync<RegisterSnapshot>(WireJson.Options))!.People.Any(p => p.Subject == "patrol");
            },
            "the mended file is taken",
            TimeSpan.FromSeconds(5));
    }

    private async Task<IReadOnlyList<RecordEnvelope<EntryView>>> AllPagesAsync(string path, string? body, IReadOnlyList<string> reach, int limit)
    {
        var found = new List<RecordEnvelope<EntryView>>();
        string? after = null;
        do
        {
            using var answer = await rig.SendAsync(
                body is null ? HttpMethod.Get : HttpMethod.Post, $"{path}&limit={limit}{Query("after", after)}", body, reach);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var page = (await answer.Content.ReadFromJsonAsync<RecordPage<EntryView>>(WireJson.Options))!;
            Assert.True(page.Items.Count <= limit);
            found.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return found;
    }

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static string? Iso(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
