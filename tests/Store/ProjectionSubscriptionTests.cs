using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;

namespace Partnership.Tests.Store;

/// <summary>Views that follow the log: a count and a list for each record that notes are about.</summary>
public sealed class ProjectionSubscriptionTests(StoreFixture fixture)
{
    private const string View = "tallies";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A row for each <see cref="Noted.Record"/>, over all streams; text only of events of the row's own scope.</summary>
    public sealed record Tally(int Count, IReadOnlyList<string> Positions, IReadOnlyList<string?> Texts, int Erased);

    [Fact]
    public async Task Two_hosts_apply_each_event_once_and_in_order()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = await OpenAsync(databases);
        await using var other = await OpenAsync(databases);
        var records = Ids(5);

        var written = await TrafficAsync([one, other], records, 15);

        await CaughtUpAsync(databases);
        Assert.Equal(await ExpectedAsync(one, records), await Views.DumpAsync(databases, one, View, await StoredAsync(databases)));
        Assert.Equal(written, (await RowsAsync(one, records)).Sum(row => row.Count));
        Assert.All(await RowsAsync(one, records), row => Assert.Equal(row.Positions.Order(StringComparer.Ordinal), row.Positions));
        Assert.Equal(5, (await other.Events.PageViewAsync(View, ["all"], null, 10, Ct)).Count);
        Assert.Single(await one.Events.SearchAsync(View, [one.Hasher.Value("record", records[0].ToString())], Ct));
    }

    [Fact]
    public async Task Made_anew_under_live_traffic_it_equals_the_live_one_and_no_page_misses_a_row()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = await OpenAsync(databases);
        await using var other = await OpenAsync(databases);
        var records = Ids(30);
        await TrafficAsync([one, other], records, 15);
        await CaughtUpAsync(databases);

        using var stop = new CancellationTokenSource();
        var traffic = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await TrafficAsync([one, other], records, 3);
        }, Ct);
        var reading = Task.Run(async () =>
        {
            var counts = new List<int>();
            while (!stop.IsCancellationRequested)
                counts.Add((await PagesAsync(other)).Count);
            return counts;
        }, Ct);
        for (var pass = 0; pass < 4; pass++)
        {
            var report = await (pass % 2 == 0 ? one : other).RebuildAsync(View);
            Assert.True(report is { InUse: true, Failures.Count: 0 });
        }

        await stop.CancelAsync();
        await traffic;
        await CaughtUpAsync(databases);
        Assert.NotEmpty(await reading);
        Assert.All(await reading, count => Assert.Equal(30, count));
        Assert.Equal("tallies#5", await StoredAsync(databases));
        Assert.Equal(await ExpectedAsync(one, records), await Views.DumpAsync(databases, one, View, "tallies#5"));
        // Nothing is left of the others.
        Assert.Equal(30, await databases.AskAsync<long>("select count(*) from partnership.views"));
        Assert.Equal(30, await databases.AskAsync<long>("select count(distinct id) from partnership.search_terms"));
        Assert.Equal(1, await databases.AskAsync<long>("select count(*) from mt_event_progression"));
    }

    [Fact]
    public async Task A_reader_between_two_pages_when_generations_change_sees_every_row_once()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = await OpenAsync(databases);
        await TrafficAsync([store], Ids(40), 5);
        await CaughtUpAsync(databases);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var counts = new List<int>();
            while (!stop.IsCancellationRequested)
                counts.Add((await PagesAsync(store, limit: 7)).Count);
            return counts;
        }, Ct);

        for (var pass = 0; pass < 5; pass++)
            await store.RebuildAsync(View);
        await stop.CancelAsync();

        Assert.NotEmpty(await reading);
        Assert.All(await reading, count => Assert.Equal(40, count));
    }

    [Fact]
    public async Task From_an_emptied_table_it_is_made_anew_as_it_was_and_goes_on_from_there()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(8);
        List<string> before;
        await using (var store = await OpenAsync(databases))
        {
            await TrafficAsync([store], records, 40);
            await CaughtUpAsync(databases);
            before = await Views.DumpAsync(databases, store, View, await StoredAsync(databases));
        }

        await databases.RunAsync("truncate partnership.views, partnership.search_terms");
        await using var operators = databases.Open(more: Add());
        Assert.Equal(8, (await operators.RebuildAsync(View)).Rows);

        Assert.Equal(before, await Views.DumpAsync(databases, operators, View, await StoredAsync(databases)));
        await using var later = await OpenAsync(databases);
        await TrafficAsync([later], records, 10);
        await CaughtUpAsync(databases);
        Assert.Equal(await ExpectedAsync(later, records), await Views.DumpAsync(databases, later, View, await StoredAsync(databases)));
    }

    [Fact]
    public async Task With_its_connection_cut_again_and_again_it_applies_each_event_once()
    {
        await using var databases = await fixture.CreateAsync();
        await using var network = new CuttingProxy(databases.Options().ConnectionString);
        await using var writer = databases.Open(more: Add());
        await using var cut = await OpenAsync(databases, options => options.ConnectionString = network.ConnectionString);
        var records = Ids(4);
        for (var round = 0; round < 12; round++)
        {
            switch (round % 3)
            {
                case 0: network.LoseNextAnswer(); break;
                case 1: network.LoseNextRequest(); break;
                default: network.CutClients(); break;
            }

            await TrafficAsync([writer], records, 6);
        }

        await CaughtUpAsync(databases);
        Assert.Equal(await ExpectedAsync(writer, records), await Views.DumpAsync(databases, writer, View, await StoredAsync(databases)));
    }

    [Fact]
    public async Task An_event_that_cannot_be_applied_parks_its_row_alone_until_a_release_that_can()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(3);
        await using (var store = await OpenAsync(databases, breaksOn: "poison"))
        {
            await TrafficAsync([store], records, 10);
            await store.Events.AppendAsync(Note(Sample.Id(), records[0], "poison"), Ct);
            await TrafficAsync([store], records, 10);
            await CaughtUpAsync(databases);

            Assert.Equal($"{records[0]} InvalidOperationException", await databases.AskAsync<string>("select string_agg(id || ' ' || reason, ',') from partnership.parked_rows"));
            var expected = await ExpectedAsync(store, records);
            var found = await Views.DumpAsync(databases, store, View, await StoredAsync(databases));
            Assert.Equal(expected.Where(row => !row.StartsWith($"{records[0]}", StringComparison.Ordinal)), found.Where(row => !row.StartsWith($"{records[0]}", StringComparison.Ordinal)));
            Assert.DoesNotContain(expected.Single(row => row.StartsWith($"{records[0]}", StringComparison.Ordinal)), found);
        }

        // A host of the same release tries in vain.
        await using (var again = await OpenAsync(databases, breaksOn: "poison"))
        {
            await TrafficAsync([again], records, 2);
            await CaughtUpAsync(databases);
            Assert.Equal(1, await databases.AskAsync<long>("select count(*) from partnership.parked_rows"));
        }

        await using var mended = await OpenAsync(databases);
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_rows") == 0, "the row is parked no longer");
        await CaughtUpAsync(databases);
        Assert.Equal(await ExpectedAsync(mended, records), await Views.DumpAsync(databases, mended, View, await StoredAsync(databases)));
    }

    [Fact]
    public async Task An_event_of_an_unknown_type_stops_the_rows_of_its_stream_alone()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(4);
        var (stream, fresh) = (Sample.Id(), Sample.Id());
        await using (var writer = databases.Open())
        {
            await TrafficAsync([writer], records, 5);
            Sample.AssertWritten(await writer.Events.AppendAsync(Note(stream, records[0], "known"), Ct), stream, 1);
            // It belongs to another row than those its stream has touched so far, which nobody can know.
            await writer.Events.AppendAsync(Sample.Of(Sample.Stream(stream, 1, new Noted(records[1], Urgency.Routine, "unknown")) with { Seal = Scope(records[1]) }), Ct);
            await writer.Events.AppendAsync(Sample.Of(Sample.Stream(fresh, 0, new Noted(records[2], Urgency.Routine, "unknown")) with { Seal = Scope(records[2]) }), Ct);
            await TrafficAsync([writer], records, 5);
        }

        await databases.RunAsync(
            $"update mt_events set type = 'test.of-a-later-release.v1' where (stream_id = '{stream}' and version = 2) or stream_id = '{fresh}'");
        await using (var store = await OpenAsync(databases))
        {
            await CaughtUpAsync(databases);
            Assert.Equal(
                $"{records[0]} {fresh}",
                await databases.AskAsync<string>("select string_agg(id::text, ' ' order by seq_id) from partnership.parked_rows where reason = 'no row: unknown type'"));
            Assert.Equal(await CountAsync(databases, records[3]), (await RowsAsync(store, [records[3]]))[0].Count);
        }

        // The later release knows the type.
        await databases.RunAsync("update mt_events set type = 'test.noted.v1' where type = 'test.of-a-later-release.v1'");
        await using var later = await OpenAsync(databases);
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_rows") == 0, "no row is parked");
        await CaughtUpAsync(databases);
        Assert.Equal(await ExpectedAsync(later, records), await Views.DumpAsync(databases, later, View, await StoredAsync(databases)));
    }

    /// <summary>
    /// What stands in a stream behind an event that nobody could place may belong to any row: also to one that is parked,
    /// but for an event further on.
    /// </summary>
    [Fact]
    public async Task A_row_that_is_parked_for_a_later_event_gets_what_it_missed_before()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(3);
        var (first, second) = (Sample.Id(), Sample.Id());
        await using (var writer = databases.Open())
        {
            await AppendAsync(first, records[0], "A1");
            await AppendAsync(second, records[1], "B1");
            // Of a later release, for B, where nobody knows: A waits, and B goes on without it.
            await AppendAsync(first, records[1], "B2", 1);
            // Of a later release: now B waits, too, and C goes on without its second one.
            await AppendAsync(second, records[1], "B3", 1);
            await AppendAsync(Sample.Id(), records[2], "C1");
            await AppendAsync(second, records[2], "C2", 2);

            async Task AppendAsync(Guid stream, Guid record, string text, long version = 0) => Assert.IsType<AppendVerdict.Written>(await writer.Events.AppendAsync(
                Sample.Of(Sample.Stream(stream, version, new Noted(record, Urgency.Routine, text)) with { Seal = Scope(record) }), Ct));
        }

        await databases.RunAsync("update mt_events set type = 'test.of-a-later-release.v1' where version > 1");
        await using (var store = await OpenAsync(databases))
        {
            await CaughtUpAsync(databases);
            Assert.Equal("3 4", await databases.AskAsync<string>("select string_agg(seq_id::text, ' ' order by seq_id) from partnership.parked_rows"));
        }

        await databases.RunAsync("update mt_events set type = 'test.noted.v1' where type = 'test.of-a-later-release.v1'");
        await using var later = await OpenAsync(databases);
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_rows") == 0, "no row is parked");
        await CaughtUpAsync(databases);

        Assert.Equal(
            ["A1", "B1 B2 B3", "C1 C2"], (await RowsAsync(later, records)).Select(row => string.Join(' ', row.Texts)));
        Assert.Equal(await ExpectedAsync(later, records), await Views.DumpAsync(databases, later, View, await StoredAsync(databases)));
    }

    /// <summary>The row fails again further on; what other rows have missed is there nevertheless.</summary>
    [Fact]
    public async Task A_row_that_fails_again_does_not_keep_from_others_what_they_missed()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(2);
        var stream = Sample.Id();
        await using (var writer = databases.Open())
        {
            await AppendAsync(stream, records[0], "A1");
            await AppendAsync(stream, records[0], "A2", 1);
            await AppendAsync(Sample.Id(), records[0], "poison");
            await AppendAsync(Sample.Id(), records[1], "B1");
            // Several pages later.
            await AppendAsync(Sample.Id(), records[0], "A", count: 1200);
            await AppendAsync(stream, records[1], "B2", 2);

            async Task AppendAsync(Guid to, Guid record, string text, long version = 0, int count = 1) => Assert.IsType<AppendVerdict.Written>(await writer.Events.AppendAsync(
                Sample.Of(Sample.Stream(to, version, [.. Enumerable.Repeat(new Noted(record, Urgency.Routine, text), count)]) with { Seal = Scope(record) }), Ct));
        }

        await databases.RunAsync($"update mt_events set type = 'test.of-a-later-release.v1' where version > 1 and stream_id = '{stream}'");
        await using (var store = await OpenAsync(databases))
            await CaughtUpAsync(databases);
        await databases.RunAsync("update mt_events set type = 'test.noted.v1' where type = 'test.of-a-later-release.v1'");
        await using (var later = await OpenAsync(databases, breaksOn: "poison"))
        {
            await Eventually.Async(async () => (await RowsAsync(later, [records[1]]))[0].Texts.Count == 2, "the other row has both");
            Assert.Equal("3 InvalidOperationException", await databases.AskAsync<string>("select string_agg(seq_id || ' ' || reason, ',') from partnership.parked_rows"));
        }

        await using var mended = await OpenAsync(databases);
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_rows") == 0, "no row is parked");
        Assert.Equal(await ExpectedAsync(mended, records), await Views.DumpAsync(databases, mended, View, await StoredAsync(databases)));
    }

    [Fact]
    public async Task A_row_whose_key_is_damaged_is_parked_alone_until_the_key_is_mended()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(2);
        await using (var writer = databases.Open())
        {
            await writer.Events.AppendAsync(Note(Sample.Id(), records[0], "A1"), Ct);
            await writer.Events.AppendAsync(Note(Sample.Id(), records[1], "B1"), Ct);
        }

        // The same again mends it.
        var damage = $"update partnership.data_keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where subject = '{records[0]}'";
        await databases.RunOnKeysAsync(damage);
        await using (var store = await OpenAsync(databases))
        {
            await CaughtUpAsync(databases);
            Assert.Equal(["B1"], (await RowsAsync(store, [records[1]]))[0].Texts);
            Assert.Equal(
                $"{records[0]} 1 SealedValueException", await databases.AskAsync<string>("select string_agg(concat_ws(' ', id, seq_id, reason), ',') from partnership.parked_rows"));
            // Made anew, it says the same and the other row is there.
            Assert.True((await store.RebuildAsync(View)) is { InUse: true, Rows: 1 });
        }

        await databases.RunOnKeysAsync(damage);
        await using var later = await OpenAsync(databases);
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_rows") == 0, "no row is parked");
        Assert.Equal(await ExpectedAsync(later, records), await Views.DumpAsync(databases, later, View, await StoredAsync(databases)));
    }

    [Fact]
    public async Task A_stored_row_that_does_not_open_is_folded_anew_and_stops_no_other()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(2);
        await using var store = await OpenAsync(databases);
        foreach (var record in records)
            await store.Events.AppendAsync(Note(Sample.Id(), record, "first"), Ct);
        await CaughtUpAsync(databases);

        await databases.RunAsync($"update partnership.views set body = set_byte(body, 20, get_byte(body, 20) # 1) where id = '{records[0]}'");
        foreach (var record in records)
            await store.Events.AppendAsync(Note(Sample.Id(), record, "second"), Ct);
        await CaughtUpAsync(databases);

        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_rows") == 0, "no row is parked");
        Assert.Equal(await ExpectedAsync(store, records), await Views.DumpAsync(databases, store, View, await StoredAsync(databases)));
    }

    /// <summary>Nor does a row that waits already and cannot be read any more hold up those that wait with it.</summary>
    [Fact]
    public async Task A_parked_row_that_does_not_open_is_folded_anew_and_stops_no_other()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(3);
        await using (var store = await OpenAsync(databases, breaksOn: "poison"))
        {
            foreach (var text in (string[])["first", "poison"])
            {
                foreach (var record in records)
                    await store.Events.AppendAsync(Note(Sample.Id(), record, text), Ct);
            }

            await CaughtUpAsync(databases);
            Assert.Equal(3, await databases.AskAsync<long>("select count(*) from partnership.parked_rows"));
        }

        await databases.RunAsync($"update partnership.views set body = set_byte(body, 20, get_byte(body, 20) # 1) where id = '{records[0]}'");
        // In vain, and it says why.
        await using (await OpenAsync(databases, breaksOn: "poison"))
        {
            await Eventually.Async(
                async () => await databases.AskAsync<string>($"select seq_id || ' ' || reason from partnership.parked_rows where id = '{records[0]}'") == "0 InvalidOperationException",
                "it is to be folded anew");
        }

        await using var mended = await OpenAsync(databases);
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_rows") == 0, "no row is parked");
        Assert.Equal(await ExpectedAsync(mended, records), await Views.DumpAsync(databases, mended, View, await StoredAsync(databases)));
    }

    [Fact]
    public async Task With_the_wrong_key_database_rows_wait_and_are_not_erased_and_no_key_is_made()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(3);
        await using (var writer = databases.Open())
            await TrafficAsync([writer], records, 5);
        await databases.RunOnKeysAsync("create table partnership.others as table partnership.data_keys; delete from partnership.data_keys");
        await using (await OpenAsync(databases))
        {
            await CaughtUpAsync(databases);
            Assert.Equal(3, await databases.AskAsync<long>("select count(*) from partnership.parked_rows where reason = 'SealedValueException'"));
            Assert.Equal(0, await databases.AskAsync<long>("select count(*) from partnership.views"));
            Assert.Equal(0, await databases.AskKeysAsync<long>("select count(*) from partnership.data_keys"));
        }

        await databases.RunOnKeysAsync("insert into partnership.data_keys select * from partnership.others; drop table partnership.others");
        await using var mended = await OpenAsync(databases);
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_rows") == 0, "no row is parked");
        Assert.Equal(await ExpectedAsync(mended, records), await Views.DumpAsync(databases, mended, View, await StoredAsync(databases)));
    }

    [Fact]
    public async Task A_row_of_a_destroyed_key_is_blank_whatever_comes_and_made_anew_it_is_the_same_again()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = await OpenAsync(databases);
        await using var other = await OpenAsync(databases);
        var records = Ids(3);
        await TrafficAsync([store], records, 10);
        await CaughtUpAsync(databases);

        await store.Keys.DestroyAsync(Scope(records[0]), Ct);
        // Events of other scopes still belong to the row, and the other host may still hold the key.
        foreach (var _ in Enumerable.Range(0, 3))
            await other.Events.AppendAsync(Sample.One(Sample.Id(), 0, new Noted(records[0], Urgency.Routine, "elsewhere")), Ct);
        await CaughtUpAsync(databases);

        Assert.True((await store.Events.LoadViewAsync(View, records[0], Ct)) is { Erased: true, SortKey: 0 });
        Assert.Equal(2, (await PagesAsync(store)).Count);
        Assert.Empty(await store.Events.SearchAsync(View, [store.Hasher.Value("record", records[0].ToString())], Ct));
        var before = await Views.DumpAsync(databases, store, View, await StoredAsync(databases));
        Assert.Equal(1, (await other.RebuildAsync(View)).Erased);
        Assert.Equal(before, await Views.DumpAsync(databases, store, View, await StoredAsync(databases)));
    }

    [Fact]
    public async Task A_fold_never_sees_a_value_of_another_scope_than_its_rows()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = await OpenAsync(databases);
        var record = Sample.Id();
        await store.Events.AppendAsync(Note(Sample.Id(), record, "of its own"), Ct);
        await store.Events.AppendAsync(Sample.One(Sample.Id(), 0, new Noted(record, Urgency.Routine, "of another")), Ct);
        await CaughtUpAsync(databases);

        var row = Assert.Single(await RowsAsync(store, [record]));
        Assert.Equal(["of its own", null], row.Texts);
        Assert.Equal((2, 1), (row.Count, row.Erased));
    }

    [Fact]
    public async Task A_row_that_fails_only_when_made_anew_leaves_the_live_view_as_it_is()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = await OpenAsync(databases);
        var records = Ids(3);
        await store.Events.AppendAsync(Note(Sample.Id(), records[0], "poison"), Ct);
        await TrafficAsync([store], records, 5);
        await CaughtUpAsync(databases);
        await using var worse = databases.Open(more: Add(breaksOn: "poison"));

        var report = await worse.RebuildAsync(View);

        Assert.False(report.InUse);
        Assert.Equal(records[0], Assert.Single(report.Failures).Id);
        Assert.Equal("tallies#1", await StoredAsync(databases));
        Assert.Equal(await ExpectedAsync(store, records), await Views.DumpAsync(databases, store, View, "tallies#1"));
        Assert.Equal(0, await databases.AskAsync<long>("select count(*) from partnership.views where view <> 'tallies#1'"));
    }

    [Fact]
    public async Task A_row_that_waits_for_an_earlier_event_when_made_anew_leaves_the_live_view_as_it_is_and_a_later_one_does_not()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = await OpenAsync(databases, breaksOn: "second");
        var record = Sample.Id();
        foreach (var text in (string[])["first", "second", "third"])
            await store.Events.AppendAsync(Note(Sample.Id(), record, text), Ct);
        await CaughtUpAsync(databases);
        await using var worse = databases.Open(more: Add(breaksOn: "first"));
        await using var better = databases.Open(more: Add(breaksOn: "third"));

        var refused = await worse.RebuildAsync(View);

        Assert.False(refused.InUse);
        Assert.Equal(record, Assert.Single(refused.Failures).Id);
        Assert.Equal(["first"], (await RowsAsync(store, [record]))[0].Texts);
        Assert.True((await better.RebuildAsync(View)).InUse);
        Assert.Equal(["first", "second"], (await RowsAsync(store, [record]))[0].Texts);
    }

    [Fact]
    public async Task A_view_that_was_an_inline_one_and_made_anew_before_is_folded_from_the_beginning()
    {
        await using var databases = await fixture.CreateAsync();
        var records = Ids(3);
        await using (var inline = databases.Open(more: services => services.AddInlineView(
            provider => Views.Inline(provider.GetRequiredService<ISearchHasher>()) with { Name = View, StreamType = "none" })))
        {
            await inline.RebuildAsync(View);
            await TrafficAsync([inline], records, 5);
        }

        await databases.RunAsync($"insert into partnership.views values ('{View}', gen_random_uuid(), 1, 'x', gen_random_uuid(), '{{all}}', 1)");
        await using var store = await OpenAsync(databases);
        await CaughtUpAsync(databases);

        Assert.Equal("tallies#1", await StoredAsync(databases));
        Assert.Equal(await ExpectedAsync(store, records), await Views.DumpAsync(databases, store, View, "tallies#1"));
        // The next time it is made anew, what it was before goes.
        await store.RebuildAsync(View);
        Assert.Equal(3, await databases.AskAsync<long>("select count(*) from partnership.views"));
    }

    [Fact]
    public async Task Of_two_who_make_a_view_anew_at_once_one_is_told_to_leave_it()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = await OpenAsync(databases);
        await TrafficAsync([store], Ids(3), 5);
        await using var other = await databases.ConnectAsync();
        await using var claim = new NpgsqlCommand("select pg_advisory_lock(hashtextextended('partnership rebuild tallies', 0))", other);
        await claim.ExecuteNonQueryAsync(Ct);

        await Assert.ThrowsAsync<InvalidOperationException>(() => store.RebuildAsync(View));
        await using var release = new NpgsqlCommand("select pg_advisory_unlock_all()", other);
        await release.ExecuteNonQueryAsync(Ct);

        Assert.True((await store.RebuildAsync(View)).InUse);
        // And gives the right up again.
        Assert.True((await store.RebuildAsync(View)).InUse);
    }

    private static Action<IServiceCollection> Add(string? breaksOn = null) => services => services.AddSubscribedView(provider =>
    {
        var hasher = provider.GetRequiredService<ISearchHasher>();
        return SubscribedView.Of<Tally>(
            View, [typeof(Noted)],
            rowOf: e => e.Data is Noted noted ? new(noted.Record, Scope(noted.Record)) : null,
            apply: (row, e) => ((Noted)e.Data).Text is { } text && text == breaksOn ? throw new InvalidOperationException(text) : Apply(row, e),
            face: row => new(["all", $"count-{row.Count % 5}"], row.Count, [.. row.Texts.OfType<string>().Take(2).Select(text => hasher.Value("text", text)).DistinctBy(t => Convert.ToHexString(t.Hash)), hasher.Value("record", row.Positions[0].Split('@')[1])]));
    });

    private static Tally Apply(Tally? row, StoredEvent e)
    {
        row ??= new(0, [], [], 0);
        return new(
            row.Count + 1, [.. row.Positions, $"{e.Position:d8}@{((Noted)e.Data).Record}"], [.. row.Texts, ((Noted)e.Data).Text], row.Erased + (e.Erased ? 1 : 0));
    }

    private static SealScope Scope(Guid record) => new(record, "test-record", "northtown");

    private static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Sample.Id()).OrderBy(id => id.ToString(), StringComparer.Ordinal)];

    private static Append Note(Guid stream, Guid record, string text) =>
        Sample.Of(Sample.Stream(stream, 0, new Noted(record, Urgency.Routine, text)) with { Seal = Scope(record) });

    private static async Task<TestStore> OpenAsync(StoreDatabases databases, Action<EventStoreOptions>? change = null, string? breaksOn = null) =>
        await databases.Open(change, bus: new RecordingBus(), more: Add(breaksOn)).StartAsync();

    /// <summary>Notes about these records from streams of their own, some under another scope, among events of no concern.</summary>
    private static async Task<int> TrafficAsync(IReadOnlyList<TestStore> hosts, Guid[] records, int each)
    {
        var written = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, each * records.Length), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var record = records[i % records.Length];
            var append = (i / records.Length % 5) switch
            {
                3 => Sample.One(Sample.Id(), 0, new Noted(record, Urgency.Routine, "elsewhere")),
                4 => Sample.One(Sample.Id(), 0, new Pondered("of no concern")),
                _ => Note(Sample.Id(), record, $"note {i % 7}"),
            };
            var verdict = await hosts[i % hosts.Count].Events.AppendAsync(append, Ct);
            Assert.True(verdict is AppendVerdict.Written or AppendVerdict.Erased);
            if (append.Streams[0].Events[0].Data is Noted)
                Interlocked.Increment(ref written);
        });
        return written;
    }

    private static Task CaughtUpAsync(StoreDatabases databases) => Eventually.Async(
        async () => await databases.AskAsync<bool>(
            """
            select p.last_seq_id = (select max(seq_id) from mt_events) from mt_event_progression p
            join partnership.view_generations g on p.name = 'partnership:' || g.view || '#' || g.generation
            """),
        "the view has caught up");

    private static Task<string> StoredAsync(StoreDatabases databases) =>
        databases.AskAsync<string>("select view || '#' || generation from partnership.view_generations where view = 'tallies'");

    private static Task<long> CountAsync(StoreDatabases databases, Guid record) =>
        databases.AskAsync<long>($"select count(*) from mt_events where data ->> 'Record' = '{record}'");

    private static async Task<Tally[]> RowsAsync(TestStore store, Guid[] records)
    {
        var rows = new List<Tally>();
        foreach (var record in records)
            rows.Add(System.Text.Json.JsonSerializer.Deserialize<Tally>((await store.Events.LoadViewAsync(View, record, Ct))!.Body.Span)!);
        return [.. rows];
    }

    private static async Task<HashSet<Guid>> PagesAsync(TestStore store, int limit = 1000)
    {
        var found = new HashSet<Guid>();
        ViewCursor? after = null;
        while (await store.Events.PageViewAsync(View, ["all"], after, limit, Ct) is [.., var last] page)
        {
            found.UnionWith(page.Select(row => row.Id));
            after = new(last.SortKey, last.Id);
        }

        return found;
    }

    /// <summary>What the rows must be, folded from the streams one by one without the service.</summary>
    private static async Task<List<string>> ExpectedAsync(TestStore store, Guid[] records)
    {
        var streams = new ConcurrentBag<StoredEvent>();
        await using (var connection = new NpgsqlConnection(store.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<EventStoreOptions>>().Value.ConnectionString))
        {
            await connection.OpenAsync(Ct);
            await using var command = new NpgsqlCommand("select id from mt_streams", connection);
            var ids = new List<Guid>();
            await using (var reader = await command.ExecuteReaderAsync(Ct))
            {
                while (await reader.ReadAsync(Ct))
                    ids.Add(reader.GetGuid(0));
            }

            await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (id, _) =>
            {
                foreach (var e in (await store.Events.LoadAsync(id, Ct)).Events)
                    streams.Add(e);
            });
        }

        var expected = new List<string>();
        foreach (var record in records)
        {
            Tally? row = null;
            var version = 0L;
            foreach (var e in streams.Where(e => e.Data is Noted noted && noted.Record == record).OrderBy(e => e.Position))
            {
                var elsewhere = ((Noted)e.Data).Text == "elsewhere";
                row = Apply(row, elsewhere ? e with { Data = (Noted)e.Data with { Text = null! }, Erased = true } : e);
                version = e.Position;
            }

            var hasher = store.Hasher;
            var face = SubscribedFace(row!, hasher);
            expected.Add($"{record} {version} {face} {System.Text.Json.JsonSerializer.Serialize(row)}");
        }

        return expected;
    }

    private static string SubscribedFace(Tally row, ISearchHasher hasher)
    {
        var terms = row.Texts.OfType<string>().Take(2).Distinct().Select(text => hasher.Value("text", text)).Append(hasher.Value("record", row.Positions[0].Split('@')[1]))
            .Select(term => $"{term.Kind}:{Convert.ToHexStringLower(term.Hash)}").Order(StringComparer.Ordinal);
        return $"{{all,count-{row.Count % 5}}} {row.Count} {string.Join(',', terms)}";
    }
}
