using System.Collections.Concurrent;
using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;

namespace Partnership.Tests.Store;

/// <summary>Inline views made anew from the log.</summary>
public sealed class ProjectionRebuildTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Made_anew_under_live_traffic_of_two_hosts_every_row_is_what_its_streams_say(bool emptied)
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = databases.Open(more: Views.Add(release: 2));
        await using var other = databases.Open(more: Views.Add(release: 2));
        var streams = await SeedAsync(one, 60);
        if (emptied)
            await databases.RunAsync("truncate partnership.views, partnership.search_terms");

        using var stop = new CancellationTokenSource();
        var traffic = Views.TrafficAsync([one, other], streams, release: 2, makesNew: true, stop.Token);
        // Again and again, and two at once: each pass meets other appends.
        for (var pass = 0; pass < 6; pass++)
            await Task.WhenAll(one.RebuildAsync(Views.Notes), other.RebuildAsync(Views.Notes));
        await stop.CancelAsync();

        Assert.True(await traffic > 100, "there was traffic");
        Assert.Equal(await Views.ExpectedAsync(one, streams, release: 2), await Views.DumpAsync(databases, one, Views.Notes));
    }

    [Fact]
    public async Task Readers_miss_no_row_meanwhile()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(more: Views.Add());
        var streams = await SeedAsync(store, 30);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var seen = new List<int>();
            while (!stop.IsCancellationRequested)
                seen.Add((await store.Events.PageViewAsync(Views.Notes, ["all"], null, 100, Ct)).Count);
            return seen;
        }, Ct);

        for (var pass = 0; pass < 5; pass++)
            await store.RebuildAsync(Views.Notes);
        await stop.CancelAsync();

        Assert.NotEmpty(await reading);
        Assert.All(await reading, count => Assert.Equal(30, count));
    }

    [Fact]
    public async Task What_was_read_before_an_append_never_replaces_what_the_append_wrote()
    {
        await using var databases = await fixture.CreateAsync();
        await using var live = databases.Open();
        var (stream, companion) = (Sample.Id(), Sample.Id());
        Sample.AssertWritten(await live.NoteAsync(stream, companion, "first"), stream, 1);
        var appended = 0;
        await using var store = databases.Open(more: Views.Add(before: id =>
        {
            // Between reading and writing.
            if (Interlocked.Exchange(ref appended, 1) == 0)
                Sample.AssertWritten(live.NoteAsync(stream, companion, "second").GetAwaiter().GetResult(), stream, 2);
        }));

        var report = await store.RebuildAsync(Views.Notes);

        Assert.Equal((0, 0), (report.Rows, report.Failures.Count));
        Assert.Equal(
            await Views.ExpectedAsync(live, new([KeyValuePair.Create(stream, companion)]), 1), await Views.DumpAsync(databases, live, Views.Notes));
    }

    /// <summary>
    /// The append has looked before the rebuild writes, and waits for the row: it does not see the terms the rebuild adds and
    /// so leaves them behind.
    /// </summary>
    [Fact]
    public async Task Search_terms_added_behind_an_appends_back_do_not_stay()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await using var live = databases.Open();
        await using var store = databases.Open(more: Views.Add(release: 2));
        var (stream, companion) = (Sample.Id(), Sample.Id());
        await live.NoteAsync(stream, companion, "first");
        // Holds an append up between its snapshot and its row, until told otherwise.
        await databases.RunAsync(
            """
            create function hold_up() returns trigger language plpgsql as $$
            begin
                while current_setting('application_name') like 'partnership-append-%'
                    and exists (select from pg_locks where locktype = 'advisory' and classid = 0 and objid = 77)
                loop
                    perform pg_sleep(0.01);
                end loop;
                return new;
            end $$;
            create trigger hold_up before insert on partnership.views for each row execute function hold_up();
            """);
        await using var gate = await databases.ConnectAsync();
        await ExecuteAsync(gate, "select pg_advisory_lock(77)");
        var append = Task.Run(() => live.NoteAsync(stream, companion, "second", release: 2), Ct);
        await databases.WaitForActiveAppendAsync();
        var rebuild = Task.Run(() => store.RebuildAsync(Views.Notes), Ct);
        await Eventually.Async(
            async () => await databases.AskAsync<long>("select count(*) from partnership.search_terms where kind = 'last-2'") > 0, "the rebuild has added a term");

        await ExecuteAsync(gate, "select pg_advisory_unlock(77)");

        Sample.AssertWritten(await append, stream, 2);
        await rebuild;
        Assert.Equal(
            await Views.ExpectedAsync(live, new([KeyValuePair.Create(stream, companion)]), 2), await Views.DumpAsync(databases, live, Views.Notes));
    }

    [Fact]
    public async Task A_row_somebody_holds_holds_up_no_other_and_is_made_afterwards()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(more: Views.Add(release: 2));
        var streams = await SeedAsync(store, 20);
        var held = streams.First().Key;
        await using var holder = await databases.ConnectAsync();
        await using var transaction = await holder.BeginTransactionAsync(Ct);
        await ExecuteAsync(holder, $"select from partnership.views where id = '{held}' for update");

        var rebuild = Task.Run(() => store.RebuildAsync(Views.Notes), Ct);
        await Eventually.Async(
            async () => await databases.AskAsync<long>("select count(distinct id) from partnership.search_terms where kind = 'last-2'") == 19, "the others are done");
        Assert.False(rebuild.IsCompleted);
        await transaction.CommitAsync(Ct);

        Assert.Equal(20, (await rebuild).Rows);
        Assert.Equal(await Views.ExpectedAsync(store, streams, 2), await Views.DumpAsync(databases, store, Views.Notes));
    }

    [Fact]
    public async Task Rows_of_a_destroyed_key_are_blank_and_made_anew_they_are_the_same_again()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(more: Views.Add());
        var streams = await SeedAsync(store, 10);
        var (erased, companion) = streams.First();
        var numbers = await NumbersAsync(databases);
        var before = await store.Events.LoadViewAsync(Views.Notes, erased, Ct);

        await store.Keys.DestroyAsync(Sample.Scope(erased), Ct);

        var row = (await store.Events.LoadViewAsync(Views.Notes, erased, Ct))!;
        Assert.Equal((true, before!.Version, 0, 0), (row.Erased, row.Version, row.SortKey, row.Body.Length));
        Assert.DoesNotContain(await store.Events.PageViewAsync(Views.Notes, ["all"], null, 100, Ct), found => found.Id == erased);
        Assert.Equal(0, await databases.AskAsync<long>($"select count(*) from partnership.search_terms where id = '{erased}'"));
        var dump = await Views.DumpAsync(databases, store, Views.Notes);
        Assert.Equal(await Views.ExpectedAsync(store, streams, 1), dump);

        Assert.Equal(1, (await store.RebuildAsync(Views.Notes)).Erased);
        Assert.Equal(dump, await Views.DumpAsync(databases, store, Views.Notes));
        await databases.RunAsync("truncate partnership.views, partnership.search_terms");
        // A host that never held the key.
        await using var later = databases.Open(more: Views.Add());
        await later.RebuildAsync(Views.Notes);
        Assert.Equal(dump, await Views.DumpAsync(databases, later, Views.Notes));
        Assert.Equal(numbers, await NumbersAsync(databases));
    }

    [Fact]
    public async Task A_host_that_still_holds_the_key_reads_a_blank_row_as_erased()
    {
        await using var databases = await fixture.CreateAsync();
        await using var eraser = databases.Open();
        await using var other = databases.Open();
        var (stream, companion) = (Sample.Id(), Sample.Id());
        await other.NoteAsync(stream, companion, "first");

        await eraser.Keys.DestroyAsync(Sample.Scope(stream), Ct);

        Assert.True((await other.Events.LoadViewAsync(Views.Notes, stream, Ct)) is { Erased: true, Body.Length: 0 });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_destroyed_between_reading_and_writing_leaves_the_row_blank(bool emptied)
    {
        await using var databases = await fixture.CreateAsync();
        await using var eraser = databases.Open();
        var (stream, companion) = (Sample.Id(), Sample.Id());
        await eraser.NoteAsync(stream, companion, "first");
        if (emptied)
            await databases.RunAsync("truncate partnership.views, partnership.search_terms");
        await using var store = databases.Open(more: Views.Add(before: id => eraser.Keys.DestroyAsync(Sample.Scope(id), CancellationToken.None).GetAwaiter().GetResult()));

        await store.RebuildAsync(Views.Notes);

        Assert.Equal(0, await databases.AskAsync<long>("select count(*) from partnership.search_terms"));
        Assert.Equal("0 1 {} 0", await databases.AskAsync<string>("select concat_ws(' ', length(body), version, reach::text, sort_key) from partnership.views"));
        Assert.True((await store.Events.LoadViewAsync(Views.Notes, stream, Ct))!.Erased);
    }

    [Fact]
    public async Task Destroying_a_key_waits_for_a_batch_that_was_written_with_it()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await using var store = databases.Open(more: Views.Add());
        var (stream, companion) = (Sample.Id(), Sample.Id());
        await store.NoteAsync(stream, companion, "first");
        await databases.RunAsync("truncate partnership.views, partnership.search_terms");
        // The batch has looked for tombstones and has not committed yet.
        await databases.RunAsync(
            """
            create function hold_up() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$;
            create trigger hold_up after insert on partnership.views for each row execute function hold_up();
            """);
        var rebuild = Task.Run(() => store.RebuildAsync(Views.Notes), Ct);
        await databases.WaitForActiveAppendAsync();

        await store.Keys.DestroyAsync(Sample.Scope(stream), Ct);

        Assert.Equal("0 {} 0", await databases.AskAsync<string>("select concat_ws(' ', length(body), reach::text, (select count(*) from partnership.search_terms)) from partnership.views"));
        await rebuild;
        Assert.Equal("0 {} 0", await databases.AskAsync<string>("select concat_ws(' ', length(body), reach::text, (select count(*) from partnership.search_terms)) from partnership.views"));
    }

    [Fact]
    public async Task Rows_and_terms_whose_stream_is_not_there_go()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(more: Views.Add());
        var streams = await SeedAsync(store, 5);
        await databases.RunAsync(
            """
            insert into partnership.views (view, id, version, body, key_id, reach, sort_key)
            select 'notes', gen_random_uuid(), 1, body, key_id, reach, 1 from partnership.views, generate_series(1, 50) where view = 'notes';
            insert into partnership.search_terms select 'notes', id, 'any', 'x', key_id from partnership.views where sort_key = 1;
            insert into partnership.search_terms values ('notes', gen_random_uuid(), 'any', 'x', gen_random_uuid());
            insert into partnership.views select 'others', id, version, body, key_id, reach, 2 from partnership.views where sort_key = 1 limit 1
            """);

        Assert.Equal(251, (await store.RebuildAsync(Views.Notes)).Removed);

        Assert.Equal(await Views.ExpectedAsync(store, streams, 1), await Views.DumpAsync(databases, store, Views.Notes));
        Assert.Equal(0, await databases.AskAsync<long>("select count(*) from partnership.search_terms where hash = 'x'"));
        Assert.Equal(1, await databases.AskAsync<long>("select count(*) from partnership.views where view = 'others'"));
    }

    [Fact]
    public async Task A_row_that_would_hold_values_of_two_scopes_is_not_made_and_the_others_are()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(more: Views.Add(release: 2));
        var streams = await SeedAsync(store, 3);
        var (mixed, companion) = streams.First();
        await store.Events.AppendAsync(
            Sample.Of(new StreamAppend(companion, "test_companion", (await store.Events.LoadAsync(companion, Ct)).Version, [Sample.Event(Sample.Note())],
                Sample.Scope(companion), [])), Ct);

        var report = await store.RebuildAsync(Views.Notes);

        Assert.Equal(2, report.Rows);
        var failure = Assert.Single(report.Failures);
        Assert.Equal((mixed, "its streams hold values of another seal scope"), (failure.Id, failure.Reason));
    }

    [Fact]
    public async Task A_projection_that_throws_and_an_unknown_event_leave_their_rows_as_they_were()
    {
        await using var databases = await fixture.CreateAsync();
        await using var seeding = databases.Open();
        var streams = await SeedAsync(seeding, 6);
        var before = await Views.DumpAsync(databases, seeding, Views.Notes);
        var (throwing, unknown) = (streams.First().Key, streams.Skip(1).First().Key);
        await using var store = databases.Open(more: Views.Add(release: 2, before: id =>
        {
            if (id == throwing)
                throw new InvalidOperationException("a value that no report may quote");
        }));
        await databases.RunAsync($"update mt_events set type = 'test.of-a-later-release.v1' where stream_id = '{unknown}' and version = 1");

        var report = await store.RebuildAsync(Views.Notes);

        Assert.Equal(4, report.Rows);
        Assert.Equal(new HashSet<Guid> { throwing, unknown }, report.Failures.Select(failure => failure.Id).ToHashSet());
        Assert.Equal(["InvalidOperationException", "UnknownEventTypeException"], report.Failures.Select(failure => failure.Reason).Order(StringComparer.Ordinal));
        var after = await Views.DumpAsync(databases, store, Views.Notes);
        Assert.Equal(2, before.Intersect(after).Count());
    }

    [Fact]
    public async Task A_damaged_key_leaves_its_row_as_it_was_and_the_others_are_made()
    {
        await using var databases = await fixture.CreateAsync();
        await using var seeding = databases.Open();
        var streams = await SeedAsync(seeding, 6);
        var damaged = streams.First().Key;
        await databases.RunOnKeysAsync($"update partnership.data_keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where subject = '{damaged}'");
        await using var store = databases.Open(more: Views.Add(release: 2));

        var report = await store.RebuildAsync(Views.Notes);

        Assert.Equal(5, report.Rows);
        Assert.Equal(damaged, Assert.Single(report.Failures).Id);
    }

    [Fact]
    public async Task Cut_off_it_says_so_and_can_be_repeated()
    {
        await using var databases = await fixture.CreateAsync();
        await using var network = new CuttingProxy(databases.Options().ConnectionString);
        var projected = 0;
        await using var store = databases.Open(options => options.ConnectionString = network.ConnectionString, more: Views.Add(release: 2, before: _ =>
        {
            if (Interlocked.Increment(ref projected) == 250)
                network.CutClients();
        }));
        await using var seeding = databases.Open();
        var streams = await SeedAsync(seeding, 450, events: 1);

        await Assert.ThrowsAsync<EventStoreUnavailableException>(() => store.RebuildAsync(Views.Notes));
        var report = await store.RebuildAsync(Views.Notes);

        Assert.Equal(450, report.Rows);
        Assert.Equal(await Views.ExpectedAsync(store, streams, 2), await Views.DumpAsync(databases, store, Views.Notes));
    }

    [Fact]
    public async Task A_release_that_the_database_has_left_behind_makes_no_view_anew()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await using var store = databases.Open(more: Views.Add(release: 2));
        var (stream, companion) = (Sample.Id(), Sample.Id());
        await store.NoteAsync(stream, companion, "first");
        var before = await Views.DumpAsync(databases, store, Views.Notes);
        await databases.RunAsync("insert into partnership.schema_version values (1001, 1001)");

        await Assert.ThrowsAsync<InvalidOperationException>(() => store.RebuildAsync(Views.Notes));

        Assert.Equal(before, await Views.DumpAsync(databases, store, Views.Notes));
    }

    [Fact]
    public async Task Nobody_registers_two_views_of_one_name_and_none_rebuilds_an_unknown_one()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(more: Views.Add());
        await Assert.ThrowsAsync<ArgumentException>(() => store.RebuildAsync("others"));
        await using var twice = databases.Open(more: services =>
        {
            Views.Add()(services);
            Views.Add()(services);
        });
        Assert.Throws<InvalidOperationException>(() => twice.Events);
    }

    private static async Task<ConcurrentDictionary<Guid, Guid>> SeedAsync(TestStore store, int count, int events = 3)
    {
        var streams = new ConcurrentDictionary<Guid, Guid>(Enumerable.Range(0, count).Select(_ => KeyValuePair.Create(Sample.Id(), Sample.Id())));
        await Parallel.ForEachAsync(streams, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (stream, _) =>
        {
            for (var i = 0; i < events; i++)
                Assert.IsType<AppendVerdict.Written>(await store.NoteAsync(stream.Key, stream.Value, $"seed {i}", toCompanion: i == 1));
        });
        return streams;
    }

    private static Task<string> NumbersAsync(StoreDatabases databases) =>
        databases.AskAsync<string>("select string_agg(p::text, ' ' order by stream_id, version) from partnership.publications p");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Constants of these tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }
}
