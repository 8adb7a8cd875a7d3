using System.Text;
using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store;

public sealed class SealingTests(StoreFixture fixture)
{
    private const string Marker = "MARKERofsomebodysaddress";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_plain_properties_stand_in_the_clear()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var note = new Noted(Sample.Id(), Urgency.Urgent, Marker, Place: null, Age: 41);
        await store.Events.AppendAsync(Sample.One(Sample.Id(), 0, note), Ct);

        Assert.Equal($"{note.Record} Urgent", await databases.AskAsync<string>("select (data ->> 'Record') || ' ' || (data ->> 'Urgency') from mt_events"));
        // Nought, too: that an age is not known says something of a person.
        Assert.Equal(
            "About Age Place Text",
            await databases.AskAsync<string>(
                """select string_agg(key, ' ' order by key) from mt_events, jsonb_each(data) where value ->> '$sealed' ~ '^1\.[0-9a-f]{32}\.[A-Za-z0-9_-]+$'"""));
    }

    [Fact]
    public async Task What_describes_a_person_stands_in_no_table_and_no_file()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        // Of this run only: the server may have served another one.
        var marker = $"MARKER{Sample.Id():N}";
        var stream = Sample.Id();

        var verdict = await store.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, new Noted(Sample.Id(), Urgency.Routine, marker, marker, 3, new(marker, new(1985, 1, 2)))) with
            {
                Views = [Sample.View(stream, 1, $$"""{"x":"{{marker}}"}""", search: [.. store.Hasher.Name(marker)])],
            }) with
            {
                Idempotency = new(new("p", "a", null, "r", marker), [1], 201, null, stream, Sample.Now),
            }, Ct);
        // One that fails, whose statement and values must not reach the server's log either.
        await Assert.ThrowsAsync<AppendRefusedException>(() => store.Events.AppendAsync(Sample.One(Sample.Id(), 0, new Pondered("\0")), Ct));
        await databases.RunAsync("checkpoint");

        Sample.AssertWritten(verdict, stream, 1);
        Assert.Contains(marker, Encoding.UTF8.GetString((await store.Events.LoadViewAsync("cases", stream, Ct))!.Body.Span), StringComparison.Ordinal);
        var folder = await databases.AskAsync<string>("show data_directory");
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Concat(databases.Server.LogFile is { } log ? [log] : []).ToArray();
        Assert.Contains(files, file => Holds(file, stream.ToByteArray(bigEndian: true)));
        Assert.DoesNotContain(files, file => Holds(file, Encoding.UTF8.GetBytes(marker)) || Holds(file, Encoding.UTF8.GetBytes(marker.ToLowerInvariant())));
    }

    [Theory]
    [InlineData("""jsonb_set(data, '{Place}', data -> 'Text')""", "another property")]
    [InlineData("""jsonb_set(data, '{Text}', (select data -> 'Text' from mt_events o where o.version = 2 and o.stream_id = e.stream_id))""", "another event")]
    [InlineData("""jsonb_set(data, '{Text}', (select data -> 'Text' from mt_events o where o.stream_id <> e.stream_id))""", "another stream")]
    [InlineData("""jsonb_set(data, '{Text}', to_jsonb('in the clear'::text))""", "nowhere")]
    [InlineData("""jsonb_set(data, '{Text}', jsonb_build_object('$sealed', left(data -> 'Text' ->> '$sealed', -4)))""", "itself, cut short")]
    public async Task A_sealed_value_that_was_changed_or_comes_from_elsewhere_does_not_open(string change, string from)
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (stream, other) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note(), Sample.Note()), Ct);
        await store.Events.AppendAsync(Sample.Of(Sample.Stream(other, 0, Sample.Note()) with { Seal = Sample.Scope(stream) }), Ct);

        await databases.RunAsync($"update mt_events e set data = {change} where stream_id = '{stream}' and version = 1");

        var refused = await Assert.ThrowsAsync<SealedValueException>(() => store.Events.LoadAsync(stream, Ct));
        Assert.True(refused.InnerException is null, from);
    }

    [Fact]
    public async Task The_body_of_a_view_row_does_not_open_in_another_row()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (stream, other) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, Sample.Note()) with { Views = [Sample.View(stream, 1), Sample.View(other, 1)] }), Ct);

        await databases.RunAsync($"update partnership.views set body = (select body from partnership.views where id = '{stream}') where id = '{other}'");

        Assert.NotNull(await store.Events.LoadViewAsync("cases", stream, Ct));
        await Assert.ThrowsAsync<SealedValueException>(() => store.Events.LoadViewAsync("cases", other, Ct));
    }

    [Fact]
    public async Task With_its_key_destroyed_a_stream_loads_as_erased_and_keeps_its_versions()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (stream, untouched) = (Sample.Id(), Sample.Id());
        var note = new Noted(Sample.Id(), Urgency.Urgent, Marker, Marker, 41, new(Marker, new(1985, 1, 2)));
        var key = new IdempotencyKey("p", "a", null, "r", "k");
        await store.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, note) with { Views = [Sample.View(stream, 1, search: [.. store.Hasher.Name("Ann Example")])] }) with
            {
                Idempotency = new(key, [1], 201, null, stream, Sample.Now),
            }, Ct);
        // Another owner's part of the same stream, under a key of its own.
        await store.Events.AppendAsync(Sample.Of(Sample.Stream(stream, 1, note) with { Seal = Sample.Scope(stream) with { Owner = "southtown" } }), Ct);
        await store.Events.AppendAsync(Sample.One(untouched, 0, note), Ct);

        await store.Keys.DestroyAsync(Sample.Scope(stream), Ct);

        var loaded = await store.Events.LoadAsync(stream, Ct);
        Assert.Equal((2, true), (loaded.Version, loaded.Erased));
        Assert.True(loaded.Events[0].Erased);
        Assert.Equal(new Noted(note.Record, Urgency.Urgent, null!, null, 0, null), loaded.Events[0].Data);
        Assert.False(loaded.Events[1].Erased);
        Assert.Equal(note, loaded.Events[1].Data);
        Assert.Equal(note, Assert.Single((await store.Events.LoadAsync(untouched, Ct)).Events).Data);
        Assert.True((await store.Events.LoadViewAsync("cases", stream, Ct)) is { Erased: true, Body.Length: 0 });
        Assert.Empty(await store.Events.SearchAsync("cases", store.Hasher.Name("Ann Example"), Ct));
        Assert.Null(await store.Events.FindIdempotentAsync(key, Ct));
        Assert.Equal(["southtown"], (await store.Keys.LiveScopesAsync(stream, Ct)).Select(scope => scope.Owner));
    }

    [Fact]
    public async Task A_destroyed_key_is_never_made_again()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        await using var later = databases.Open();
        var (stream, never) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);

        await store.Keys.DestroyAsync(Sample.Scope(stream), Ct);
        await store.Keys.DestroyAsync(Sample.Scope(stream), Ct);
        await store.Keys.DestroyAsync(Sample.Scope(never), Ct);

        foreach (var host in (TestStore[])[store, later])
        {
            Assert.IsType<AppendVerdict.Erased>(await host.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct));
            Assert.IsType<AppendVerdict.Erased>(await host.Events.AppendAsync(Sample.One(never, 0, Sample.Note()), Ct));
        }

        Assert.Equal(2, await databases.AskKeysAsync<long>("select count(*) from partnership.data_keys where wrapped is null"));
        Assert.Equal(1, (await store.Events.LoadAsync(stream, Ct)).Version);
    }

    [Fact]
    public async Task A_key_that_came_back_with_a_restored_copy_is_destroyed_again_at_the_next_start()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (erased, kept) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(erased, 0, Sample.Note()), Ct);
        await store.Events.AppendAsync(Sample.One(kept, 0, Sample.Note()), Ct);
        await databases.Server.ExecuteAsync(databases.Keys, "create table copy as table partnership.data_keys");
        await store.Keys.DestroyAsync(Sample.Scope(erased), Ct);
        await databases.Server.ExecuteAsync(
            databases.Keys, "delete from partnership.data_keys; insert into partnership.data_keys table copy; drop table copy");

        await using var restored = await databases.Open(bus: new RecordingBus()).StartAsync();

        Assert.True((await restored.Events.LoadAsync(erased, Ct)).Erased);
        Assert.False((await restored.Events.LoadAsync(kept, Ct)).Erased);
    }

    [Fact]
    public async Task Another_host_that_still_holds_the_key_can_write_nothing_under_it_and_reads_for_thirty_seconds_at_most()
    {
        await using var databases = await fixture.CreateAsync();
        var clock = new Clock();
        await using var eraser = databases.Open();
        await using var other = databases.Open(options => options.KeyCacheLifetime = TimeSpan.FromHours(1), clock: clock);
        var stream = Sample.Id();
        await other.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);

        await eraser.Keys.DestroyAsync(Sample.Scope(stream), Ct);

        Assert.IsType<AppendVerdict.Erased>(await other.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct));
        clock.Move(TimeSpan.FromSeconds(31));
        Assert.True((await other.Events.LoadAsync(stream, Ct)).Erased);
    }

    [Fact]
    public async Task Keys_lie_wrapped_and_bound_to_their_scope()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (stream, other) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);
        await store.Events.AppendAsync(Sample.One(other, 0, Sample.Note()), Ct);

        await databases.Server.ExecuteAsync(
            databases.Keys,
            $"update partnership.data_keys set wrapped = (select wrapped from partnership.data_keys where subject = '{stream}') where subject = '{other}'");

        await using var later = databases.Open();
        Assert.Equal(1, (await later.Events.LoadAsync(stream, Ct)).Version);
        await Assert.ThrowsAsync<SealedValueException>(() => later.Events.LoadAsync(other, Ct));
    }

    [Fact]
    public async Task A_key_that_is_missing_without_having_been_destroyed_is_an_error_and_no_erasure()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);
        await databases.Server.ExecuteAsync(databases.Keys, "delete from partnership.data_keys");

        await using var later = databases.Open();
        await Assert.ThrowsAsync<SealedValueException>(() => later.Events.LoadAsync(stream, Ct));
    }

    [Fact]
    public async Task Many_first_writers_of_one_scope_agree_on_one_key()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = databases.Open();
        await using var other = databases.Open();
        var scope = Sample.Scope(Sample.Id());
        var streams = Enumerable.Range(0, 16).Select(_ => Sample.Id()).ToArray();

        await Task.WhenAll(streams.Select((stream, i) => (i % 2 == 0 ? one : other).Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, Sample.Note("knocked")) with { Seal = scope }), Ct)));

        Assert.Equal(1, await databases.AskKeysAsync<long>("select count(*) from partnership.data_keys"));
        foreach (var stream in streams)
            Assert.Equal("knocked", ((Noted)(await one.Events.LoadAsync(stream, Ct)).Events[0].Data).Text);
    }

    [Fact]
    public async Task The_run_time_role_can_neither_delete_nor_rewrite_what_happened()
    {
        await using var databases = await fixture.CreateAsync();
        await using var connection = await databases.ConnectAsync(StoreFixture.RuntimeRole);
        foreach (var sql in (string[])
            [
                "delete from mt_events", "update mt_events set data = '{}'", "delete from mt_streams", "truncate mt_events",
                "drop table mt_events", "delete from partnership.publications", "update partnership.publications set number = 1",
                "delete from partnership.erased_keys", "alter table mt_events add x int", "create table partnership.mine (x int)",
            ])
        {
#pragma warning disable CA2100 // Constants above.
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Ct));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    private static bool Holds(string file, byte[] bytes)
    {
        try
        {
            return File.ReadAllBytes(file).AsSpan().IndexOf(bytes) >= 0;
        }
        catch (FileNotFoundException)
        {
            // A temporary file of the server, gone meanwhile.
            return false;
        }
    }
}
