using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store;

/// <summary>Order and commit are the same thing: for many writers, several hosts, and readers that go by one number.</summary>
public sealed class ConcurrencyTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sixteen_callers_of_two_hosts_lose_nothing_and_versions_rise_with_positions()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = databases.Open();
        await using var other = databases.Open();
        var shared = Sample.Id();
        var own = Enumerable.Range(0, 16).Select(_ => Sample.Id()).ToArray();
        var reader = new CheckpointReader(databases);
        using var done = new CancellationTokenSource();
        var reading = reader.ReadUntilAsync(done.Token);

        var written = (await Task.WhenAll(own.Select((stream, i) => Task.Run(() => WriteAsync((i % 2 == 0 ? one : other).Events, stream, shared))))).Sum();
        await done.CancelAsync();
        await reading;

        Assert.Equal(16 * 25, written);
        foreach (var stream in own.Append(shared))
        {
            var loaded = await one.Events.LoadAsync(stream, Ct);
            Assert.Equal(Enumerable.Range(1, stream == shared ? 16 * 5 : 20).Select(n => (long)n), loaded.Events.Select(stored => stored.Version));
            Assert.Equal(loaded.Events.Select(stored => stored.Position).Order(), loaded.Events.Select(stored => stored.Position));
        }

        // Nobody failed, so the positions have no holes; and a reader that went by one number alongside missed none.
        Assert.Equal(Enumerable.Range(1, 16 * 25).Select(n => (long)n), reader.Seen);
    }

    [Fact]
    public async Task A_reader_never_passes_a_writer_that_is_held_up()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await using var slow = databases.Open(options => options.Lanes = 1);
        await using var fast = databases.Open(options => options.Lanes = 1);
        var reader = new CheckpointReader(databases);
        await slow.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await fast.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        // Held up in the middle: positions taken, commit still to come.
        await databases.RunAsync(
            """
            create function hold() returns trigger language plpgsql as $$
            begin
                if new.correlation_id = 'held' then perform pg_sleep(0.7); end if;
                return new;
            end $$;
            create trigger hold after insert on mt_events for each row execute function hold();
            """);
        using var done = new CancellationTokenSource();
        var reading = reader.ReadUntilAsync(done.Token);

        var held = slow.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()) with { Headers = Sample.Headers with { CorrelationId = "held" } }, Ct);
        await databases.WaitForActiveAppendAsync();
        var quick = fast.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await Task.WhenAll(held, quick);
        await done.CancelAsync();
        await reading;

        Assert.Equal([1L, 2L, 3L, 4L], reader.Seen);
    }

    [Fact]
    public async Task An_aborted_batch_leaves_a_hole_and_nothing_else()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await using var store = databases.Open();
        var (before, lost, after) = (Sample.Id(), Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(before, 0, Sample.Note()), Ct);
        await databases.RunAsync(
            """
            create function refuse() returns trigger language plpgsql as $$
            begin
                if new.correlation_id = 'refused' then raise 'no' using errcode = '23514'; end if;
                return new;
            end $$;
            create trigger refuse after insert on mt_events for each row execute function refuse();
            """);

        await Assert.ThrowsAsync<AppendRefusedException>(() => store.Events.AppendAsync(
            Sample.One(lost, 0, Sample.Note()) with { Headers = Sample.Headers with { CorrelationId = "refused" } }, Ct));
        await store.Events.AppendAsync(Sample.One(after, 0, Sample.Note()), Ct);

        Assert.Equal(0, (await store.Events.LoadAsync(lost, Ct)).Version);
        Assert.Equal([3L], (await store.Events.LoadAsync(after, Ct)).Events.Select(stored => stored.Position));
    }

    /// <summary>Twenty events of its own and five of the shared stream, which it must win against the others.</summary>
    private static async Task<int> WriteAsync(IEventStore store, Guid own, Guid shared)
    {
        var written = 0;
        for (var i = 0; i < 20; i++)
        {
            Sample.AssertWritten(await store.AppendAsync(Sample.One(own, i, Sample.Note()), Ct), own, i + 1);
            written++;
        }

        var expected = 0L;
        for (var i = 0; i < 5;)
        {
            switch (await store.AppendAsync(Sample.One(shared, expected, Sample.Note()), Ct))
            {
                case AppendVerdict.Written(var versions):
                    expected = versions[shared];
                    written++;
                    i++;
                    break;
                case AppendVerdict.Conflict(_, var actual):
                    Assert.True(actual > expected);
                    expected = actual;
                    break;
                default:
                    Assert.Fail("Neither written nor a conflict.");
                    break;
            }
        }

        return written;
    }

    /// <summary>Goes through the log as the publisher does: everything after the highest position seen.</summary>
    private sealed class CheckpointReader(StoreDatabases databases)
    {
        public List<long> Seen { get; } = [];

        public async Task ReadUntilAsync(CancellationToken done)
        {
            await using var connection = await databases.ConnectAsync(StoreFixture.RuntimeRole);
            while (true)
            {
                var last = done.IsCancellationRequested;
                await using var command = new NpgsqlCommand("select seq_id from mt_events where seq_id > $1 order by seq_id", connection)
                {
                    Parameters = { new NpgsqlParameter<long> { TypedValue = Seen.Count == 0 ? 0 : Seen[^1] } },
                };
                await using (var reader = await command.ExecuteReaderAsync(CancellationToken.None))
                {
                    while (await reader.ReadAsync(CancellationToken.None))
                        Seen.Add(reader.GetInt64(0));
                }

                if (last)
                    return;
                await Task.Yield();
            }
        }
    }
}
