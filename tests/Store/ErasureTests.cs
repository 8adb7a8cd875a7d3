using System.Text;
using Partnership.EventStore;
using Partnership.Tests.Store.Order;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;

namespace Partnership.Tests.Store;

/// <summary>A key destroyed: what it sealed is nowhere, comes back from nowhere, and everything else stands as before.</summary>
public sealed class ErasureTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_that_was_sealed_is_in_any_table_file_or_dump_and_a_restored_dump_reads_as_erased()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (marker, stream) = ($"MARKER{Sample.Id():N}", Sample.Id());
        Sample.AssertWritten(await WriteAsync(store, stream, marker), stream, 2);
        var wrapped = await databases.AskKeysAsync<byte[]>("select wrapped from partnership.data_keys");

        await store.Keys.DestroyAsync(Sample.Scope(stream), Ct);
        await databases.RunAsync("checkpoint");
        // Nothing sealed stands in a view any more either, nor by whom and when it could be read.
        Assert.Equal(1, await databases.AskAsync<long>("select count(*) from partnership.views where body = '' and reach = '{}' and sort_key = 0"));

        using var copies = new Copies();
        foreach (var database in (string[])[databases.Events, databases.Keys])
        {
            await databases.Server.DumpAsync(database, copies.Add(), plain: true);
            await databases.Server.DumpAsync(database, copies.Add());
        }

        // Dumps, tables, indexes, write-ahead log and the server's own log.
        var files = copies.Files.Concat(Directory.GetFiles(await databases.AskAsync<string>("show data_directory"), "*", SearchOption.AllDirectories))
            .Concat(databases.Server.LogFile is { } log ? [log] : []).ToArray();
        Assert.Contains(files, file => Holds(file, stream.ToByteArray(bigEndian: true)));
        Assert.Contains(copies.Files, file => Holds(file, Encoding.UTF8.GetBytes($"{stream}")));
        Assert.All(Forms(marker), form => Assert.DoesNotContain(files, file => Holds(file, form)));
        Assert.DoesNotContain(copies.Files, file => Holds(file, Encoding.UTF8.GetBytes(Convert.ToHexStringLower(wrapped))));
        // Nor what a person was found by.
        Assert.All(store.Hasher.Name("Ann Example"), term => Assert.DoesNotContain(copies.Files, file => Holds(file, Encoding.UTF8.GetBytes(Convert.ToHexStringLower(term.Hash)))));
        var names = new List<string>();
        foreach (var dump in (string[])[copies.Files[1], copies.Files[3]])
        {
            names.Add(await databases.Server.CreateDatabaseAsync("restored", StoreFixture.MigratorRole));
            await databases.Server.RestoreAsync(dump, names[^1]);
        }

        await using (var restored = new TestStore(fixture.OptionsFor(names[0], names[1]), null, null))
            await AssertErasedAsync(restored, stream);
        foreach (var name in names)
            await databases.Server.DropDatabaseAsync(name);
    }

    [Fact]
    public async Task Of_the_key_itself_nothing_is_left_in_the_tables_once_the_operator_has_rewritten_them()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await WriteAsync(store, stream, "knocked");
        var wrapped = await databases.AskKeysAsync<byte[]>("select wrapped from partnership.data_keys");
        var table = Path.Combine(
            await databases.AskAsync<string>("show data_directory"), "base", $"{await databases.AskKeysAsync<uint>("select oid from pg_database where datname = current_database()")}");
        await databases.RunAsync("checkpoint");
        Assert.Contains(Directory.GetFiles(table), file => Holds(file, wrapped));

        await store.Keys.DestroyAsync(Sample.Scope(stream), Ct);
        // The bytes of a deleted row stay in its page until the page is written anew, which keeps what a transaction under way
        // (an analyze of the server's own, say) might still see: then the operator does it again.
        await Eventually.Async(
            async () =>
            {
                await databases.Server.ExecuteAsync(databases.Keys, "vacuum (full) partnership.data_keys");
                await databases.RunAsync("checkpoint");
                return !Directory.GetFiles(table).Any(file => Holds(file, wrapped));
            },
            "nothing is left of the key");
    }

    [Fact]
    public async Task Versions_positions_and_publication_numbers_stay_and_what_was_not_yet_published_still_is()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await WriteAsync(store, stream, "knocked");
        const string Numbers =
            """
            select string_agg(e.seq_id || '/' || e.version || '/' || coalesce(p.number, 0) || '/' || (e.data ->> 'Record'), ' ' order by e.seq_id)
            from mt_events e left join partnership.publications p using (stream_id, version)
            """;
        var before = await databases.AskAsync<string>(Numbers);

        await store.Keys.DestroyAsync(Sample.Scope(stream), Ct);

        Assert.Equal(before, await databases.AskAsync<string>(Numbers));
        var bus = new RecordingBus();
        await using var publisher = await databases.Open(bus: bus).StartAsync();
        await Eventually.Async(() => bus.Confirmed.Count == 2, "both are published");
        Assert.Equal([1L, 2L], bus.Notes.Select(note => note.Number));
    }

    [Fact]
    public async Task An_append_that_was_ahead_of_the_erasure_is_erased_with_it()
    {
        await using var databases = await fixture.CreateAsync();
        await using var eraser = databases.Open();
        await using var other = databases.Open();
        var stream = Sample.Id();
        await WriteAsync(other, stream, "knocked");
        await using var held = await databases.ConnectAsync();
        await using var transaction = await held.BeginTransactionAsync(Ct);
        await RawWriter.ExecuteAsync(held, RawWriter.OrderingLock);

        var append = other.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 2, Sample.Note()) with { Views = [Sample.View(stream, 3, search: [.. other.Hasher.Name("Ann Example")])] }), Ct);
        await databases.WaitForWaiterAsync();
        var erasure = eraser.Keys.DestroyAsync(Sample.Scope(stream), Ct);
        await transaction.RollbackAsync(Ct);
        await erasure;

        // In whichever order the two got the lock: written and then erased, or refused.
        if (await append is var verdict && verdict is not AppendVerdict.Erased)
            Sample.AssertWritten(verdict, stream, 3);
        await AssertErasedAsync(eraser, stream);
    }

    [Fact]
    public async Task Another_host_reads_from_memory_for_half_a_minute_finds_nothing_any_more_and_writes_nothing()
    {
        await using var databases = await fixture.CreateAsync();
        var clock = new Clock();
        await using var eraser = databases.Open();
        await using var other = databases.Open(clock: clock);
        var stream = Sample.Id();
        await WriteAsync(other, stream, "knocked");

        await eraser.Keys.DestroyAsync(Sample.Scope(stream), Ct);

        // At once: nothing is found, nothing is written.
        await AssertErasedAsync(eraser, stream);
        Assert.Empty(await other.Events.SearchAsync("cases", other.Hasher.Name("Ann Example"), Ct));
        Assert.IsType<AppendVerdict.Erased>(await other.Events.AppendAsync(Sample.One(stream, 2, Sample.Note()), Ct));
        clock.Move(TimeSpan.FromSeconds(29));
        Assert.Equal("knocked", ((Noted)(await other.Events.LoadAsync(stream, Ct)).Events[0].Data).Text);
        // And from then on as everywhere.
        clock.Move(TimeSpan.FromSeconds(2));
        await AssertErasedAsync(other, stream);
    }

    [Fact]
    public async Task Search_hashes_that_came_back_with_an_old_copy_of_the_events_go_again_at_the_next_start()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (stream, kept) = (Sample.Id(), Sample.Id());
        await WriteAsync(store, stream, "knocked");
        await WriteAsync(store, kept, "knocked");
        await databases.RunAsync("create table copy as table partnership.search_terms");
        await store.Keys.DestroyAsync(Sample.Scope(stream), Ct);
        // As in a copy from before, or as if the erasure had been cut short between the databases.
        await databases.RunAsync(
            """
            delete from partnership.erased_keys;
            insert into partnership.search_terms table copy on conflict do nothing;
            drop table copy
            """);
        Assert.Equal(2, (await store.Events.SearchAsync("cases", store.Hasher.Name("Ann Example"), Ct)).Count);

        await using var restored = await databases.Open(bus: new RecordingBus()).StartAsync();

        Assert.Equal(kept, Assert.Single(await restored.Events.SearchAsync("cases", restored.Hasher.Name("Ann Example"), Ct)).Id);
        Assert.Equal(1, await databases.AskAsync<long>("select count(*) from partnership.erased_keys"));
        Assert.False((await restored.Events.LoadAsync(kept, Ct)).Erased);
        await restored.Events.LoadAsync(stream, Ct);
        Assert.IsType<AppendVerdict.Erased>(await restored.Events.AppendAsync(Sample.One(stream, 2, Sample.Note()), Ct));
    }

    /// <summary>As a host of a release that did not blank rows has left them, or a dump that was merged into the tables.</summary>
    [Fact]
    public async Task Rows_and_search_hashes_of_a_destroyed_key_that_are_there_nevertheless_go_at_the_next_start()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (stream, kept) = (Sample.Id(), Sample.Id());
        await WriteAsync(store, stream, "knocked");
        await WriteAsync(store, kept, "knocked");
        await databases.RunAsync("create table terms as table partnership.search_terms; create table rows as table partnership.views");
        await store.Keys.DestroyAsync(Sample.Scope(stream), Ct);
        await databases.RunAsync(
            """
            delete from partnership.views;
            insert into partnership.views table rows;
            insert into partnership.search_terms table terms on conflict do nothing;
            drop table rows, terms
            """);

        await using var restored = await databases.Open(bus: new RecordingBus()).StartAsync();

        Assert.Equal(1, await databases.AskAsync<long>("select count(*) from partnership.views where body = '' and reach = '{}' and sort_key = 0"));
        Assert.Equal(1, await databases.AskAsync<long>("select count(distinct id) from partnership.search_terms"));
        Assert.True((await restored.Events.LoadViewAsync("cases", stream, Ct))!.Erased);
        Assert.False((await restored.Events.LoadViewAsync("cases", kept, Ct))!.Erased);
    }

    /// <summary>Two published events with a view row by which the person is found, and an idempotency key.</summary>
    private static Task<AppendVerdict> WriteAsync(TestStore store, Guid stream, string text) => store.Events.AppendAsync(
        Sample.Of(Sample.Stream(stream, 0, new Noted(Sample.Id(), Urgency.Urgent, text, text, 3, new(text, new(1985, 1, 2))), Sample.Note(text)) with
        {
            Views = [Sample.View(stream, 2, $$"""{"x":"{{text}}"}""", search: [.. store.Hasher.Name("Ann Example"), .. store.Hasher.Name(text)])],
        }) with
        {
            Idempotency = new(new("p", "a", null, $"r/{stream}", text), [1], 201, null, stream, Sample.Now),
        }, Ct);

    private static async Task AssertErasedAsync(TestStore store, Guid stream)
    {
        var loaded = await store.Events.LoadAsync(stream, Ct);
        Assert.True(loaded.Erased);
        Assert.Equal(Enumerable.Range(1, (int)loaded.Version).Select(n => (long)n), loaded.Events.Select(stored => stored.Version));
        Assert.All(loaded.Events, stored => Assert.True(stored is { Erased: true, Data: Noted { Text: null, Place: null, Age: 0, About: null } }));
        Assert.True((await store.Events.LoadViewAsync("cases", stream, Ct)) is { Erased: true, Body.Length: 0 });
        Assert.Empty(await store.Events.SearchAsync("cases", store.Hasher.Name("Ann Example"), Ct));
    }

    /// <summary>A text as it could lie somewhere.</summary>
    private static IEnumerable<byte[]> Forms(string text)
    {
        byte[][] plain = [Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(text.ToLowerInvariant()), Encoding.Unicode.GetBytes(text)];
        foreach (var bytes in plain)
        {
            yield return bytes;
            yield return Encoding.UTF8.GetBytes(Convert.ToHexStringLower(bytes));
            // Whatever came before it, one of three: without the characters that it shares with its neighbours.
            for (var shift = 0; shift < 3; shift++)
                yield return Encoding.UTF8.GetBytes(Convert.ToBase64String([.. new byte[shift], .. bytes])[4..40]);
        }
    }

    private static bool Holds(string file, byte[] bytes)
    {
        try
        {
            // The server's files grow and shrink while they are read.
            using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            open.CopyTo(content);
            return content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(bytes) >= 0;
        }
        catch (FileNotFoundException)
        {
            // A temporary file of the server, gone meanwhile.
            return false;
        }
    }

    private sealed class Copies : IDisposable
    {
        public List<string> Files { get; } = [];

        public string Add()
        {
            Files.Add(Path.GetTempFileName());
            return Files[^1];
        }

        public void Dispose() => Files.ForEach(File.Delete);
    }
}
