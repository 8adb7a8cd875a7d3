using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Order;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Servers;

namespace Partnership.Tests.Store;

/// <summary>
/// A dump and a restore, into a server that has never had the databases: its transaction ids start from the beginning.
/// </summary>
public sealed class DumpTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_dump_and_restore_everything_goes_on_where_it_was()
    {
        await using var databases = await fixture.CreateAsync();
        var bus = new RecordingBus();
        await using var store = await databases.Open(bus: bus).StartAsync();
        var (stream, busy, erased, key) = (Sample.Id(), Sample.Id(), Sample.Id(), new IdempotencyKey("p", "a", null, "r", "k"));
        await store.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, Sample.Note("first"), new Pondered("p"), Sample.Note("third")) with
            {
                Views = [Sample.View(stream, 3, """{"a":1}""", search: [.. store.Hasher.Name("Ann Example")])],
            }) with
            {
                Idempotency = new(key, [1], 201, "/x", stream, TimeProvider.System.GetUtcNow()),
                Inbox = new("consumer", busy, 1),
            }, Ct);
        await store.Events.AppendAsync(Sample.One(erased, 0, Sample.Note("gone")), Ct);
        await store.Keys.DestroyAsync(Sample.Scope(erased), Ct);
        // A hole, which the sequence remembers and the log does not.
        await Assert.ThrowsAsync<AppendRefusedException>(() => store.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note(), new Pondered("\0")), Ct));
        for (var i = 0; i < 20; i++)
            Sample.AssertWritten(await store.Events.AppendAsync(Sample.One(busy, i, Sample.Note($"{i}")), Ct), busy, i + 1);
        await Eventually.Async(() => bus.Confirmed.Count == 23, "everything is published");
        await Eventually.Async(
            async () => await databases.AskAsync<long>("select position - (select max(seq_id) from mt_events) from partnership.publisher") == 0, "the checkpoint stands at the end");
        // Somewhere in the middle.
        var checkpoint = await databases.AskAsync<long>("select seq_id from mt_events where version = 9");
        var (log, sequence) = (await LogAsync(databases.Server, databases.Events), await SequenceAsync(databases.Server, databases.Events));

        await using var elsewhere = await PostgresServer.StartAsync();
        var restored = await MoveAsync(databases, elsewhere);

        Assert.Equal(log, await LogAsync(elsewhere, restored.Events));
        Assert.Equal(sequence, await SequenceAsync(elsewhere, restored.Events));
        var later = new RecordingBus();
        await using var host = await new TestStore(restored.Options, null, later).StartAsync();
        Assert.Equal(["first", "third"], (await host.Events.LoadAsync(stream, Ct)).Events.Select(stored => stored.Data).OfType<Noted>().Select(noted => noted.Text));
        Assert.True((await host.Events.LoadAsync(erased, Ct)).Erased);
        Assert.NotNull(await host.Events.LoadViewAsync("cases", stream, Ct));
        Assert.Single(await host.Events.SearchAsync("cases", host.Hasher.Name("Ann Example"), Ct));
        Assert.NotNull(await host.Events.FindIdempotentAsync(key, Ct));
        // What was settled before is settled after.
        Assert.Equal(new AppendVerdict.Conflict(busy, 20), await host.Events.AppendAsync(Sample.One(busy, 19, Sample.Note()), Ct));
        Assert.IsType<AppendVerdict.DuplicateMessage>(await host.Events.AppendAsync(
            Sample.One(Sample.Id(), 0, Sample.Note()) with { Inbox = new("consumer", busy, 1) }, Ct));
        Assert.IsType<AppendVerdict.Erased>(await host.Events.AppendAsync(Sample.One(erased, 1, Sample.Note()), Ct));
        Sample.AssertWritten(await host.Events.AppendAsync(Sample.One(busy, 20, Sample.Note()), Ct), busy, 21);

        // The publisher goes on after its checkpoint, with the next number, and says nothing twice.
        await Eventually.Async(() => later.Confirmed.Count > 0, "the new event is published");
        Assert.Equal((busy, 21L), later.Notes.Select(note => (note.StreamId, note.Number)).Single());
        // A reader goes on after its own.
        var reader = new LogReader("restored", checkpoint, 4, Breakage.None);
        await using var source = NpgsqlDataSource.Create(elsewhere.To(restored.Events));
        await reader.RunAsync(source, () => TimeSpan.Zero, new CancellationToken(canceled: true));
        var last = (await LogAsync(elsewhere, restored.Events))[^1];
        Assert.Equal(
            [.. log.Where(row => row.Position > checkpoint).Select(row => row.Position), last.Position], reader.Done.Seen.Select(row => row.Position));
        Assert.True(last.Position > sequence - 1);
    }

    [Fact]
    public async Task A_dump_taken_while_hosts_append_is_the_beginning_of_the_log_and_can_be_appended_to()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = databases.Open();
        await using var other = databases.Open();
        using var enough = new CancellationTokenSource();
        var streams = Enumerable.Range(0, 6).Select(_ => Sample.Id()).ToArray();
        var writing = Task.WhenAll(streams.Select((stream, i) => WriteUntilAsync((i % 2 == 0 ? one : other).Events, stream, enough.Token)));
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from mt_events") > 50, "there is something to dump");

        await using var elsewhere = await PostgresServer.StartAsync();
        var restored = await MoveAsync(databases, elsewhere);
        await enough.CancelAsync();
        await writing;

        var (log, copied) = (await LogAsync(databases.Server, databases.Events), await LogAsync(elsewhere, restored.Events));
        Assert.InRange(copied.Count, 50, log.Count);
        Assert.Equal(log.Take(copied.Count), copied);
        // No position of the copy can be given again.
        Assert.True(await SequenceAsync(elsewhere, restored.Events) >= copied[^1].Position);
        await using var host = new TestStore(restored.Options, null, null);
        foreach (var stream in streams)
        {
            var loaded = await host.Events.LoadAsync(stream, Ct);
            Assert.Equal(loaded.Events.Count, loaded.Version);
            Sample.AssertWritten(await host.Events.AppendAsync(Sample.One(stream, loaded.Version, Sample.Note()), Ct), stream, loaded.Version + 1);
        }
    }

    private static async Task WriteUntilAsync(IEventStore store, Guid stream, CancellationToken enough)
    {
        for (var version = 0; !enough.IsCancellationRequested; version++)
            Sample.AssertWritten(await store.AppendAsync(Sample.One(stream, version, Sample.Note()), Ct), stream, version + 1);
    }

    /// <summary>Both databases to another server: events first, so that every key they need is in the second copy.</summary>
    private async Task<(string Events, EventStoreOptions Options)> MoveAsync(StoreDatabases databases, PostgresServer to)
    {
        await to.EnsureRoleAsync(StoreFixture.MigratorRole);
        await to.EnsureRoleAsync(StoreFixture.RuntimeRole);
        var names = new List<string>();
        foreach (var database in (string[])[databases.Events, databases.Keys])
        {
            var file = Path.GetTempFileName();
            try
            {
                await databases.Server.DumpAsync(database, file);
                names.Add(await to.CreateDatabaseAsync("restored", StoreFixture.MigratorRole));
                await to.RestoreAsync(file, names[^1]);
            }
            finally
            {
                File.Delete(file);
            }
        }

        return (names[0], new()
        {
            ConnectionString = to.To(names[0], StoreFixture.RuntimeRole),
            KeyConnectionString = to.To(names[1], StoreFixture.RuntimeRole),
            WrappingKeyFile = fixture.WrappingKeyFile,
            SearchKeyFile = fixture.SearchKeyFile,
        });
    }

    private static async Task<List<Row>> LogAsync(PostgresServer server, string database)
    {
        await using var source = NpgsqlDataSource.Create(server.To(database));
        await using var command = source.CreateCommand(
            """
            select e.seq_id, e.id, e.stream_id, e.version, e.type, e.data::text, e.headers::text, p.number from mt_events e
            left join partnership.publications p on p.stream_id = e.stream_id and p.version = e.version order by e.seq_id
            """);
        var rows = new List<Row>();
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
        {
            rows.Add(new(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4), reader.GetString(5),
                reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetInt64(7)));
        }

        return rows;
    }

    private static async Task<long> SequenceAsync(PostgresServer server, string database)
    {
        await using var source = NpgsqlDataSource.Create(server.To(database));
        await using var command = source.CreateCommand("select last_value from mt_events_sequence");
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }

    private sealed record Row(long Position, Guid Id, Guid Stream, long Version, string Type, string Data, string Headers, long? Number);
}
