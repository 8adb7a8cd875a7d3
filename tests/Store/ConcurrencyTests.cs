using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Order;
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
        var reader = new LogReader("alongside", 0, 100, Breakage.None);
        await using var source = NpgsqlDataSource.Create(databases.Server.To(databases.Events, StoreFixture.RuntimeRole));
        using var done = new CancellationTokenSource();
        var reading = reader.RunAsync(source, () => TimeSpan.FromMilliseconds(1), done.Token);

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
        Assert.Equal(Enumerable.Range(1, 16 * 25).Select(n => (long)n), reader.Done.Seen.Select(row => row.Position));
    }

    [Fact]
    public async Task Of_sixteen_callers_of_one_stream_one_wins_even_if_its_answer_is_lost()
    {
        await using var databases = await fixture.CreateAsync();
        await using var network = new CuttingProxy(databases.Options().ConnectionString);
        await using var cut = databases.Open(options => options.ConnectionString = network.ConnectionString);
        await using var other = databases.Open();
        var stream = Sample.Id();
        Sample.AssertWritten(await cut.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct), stream, 1);
        await cut.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);

        network.LoseNextAnswer();
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(
            () => (i % 2 == 0 ? cut : other).Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct))));

        Sample.AssertWritten(Assert.Single(verdicts, verdict => verdict is AppendVerdict.Written), stream, 2);
        Assert.Equal(15, verdicts.Count(verdict => verdict is AppendVerdict.Conflict(_, 2)));
        Assert.Equal(2, (await other.Events.LoadAsync(stream, Ct)).Version);
    }

    [Fact]
    public async Task Callers_who_give_up_while_they_wait_learn_that_it_was_written_and_hinder_nobody()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(options => options.MaxBatch = 4);
        var scope = Sample.Scope(Sample.Id());
        var streams = Enumerable.Range(0, 16).Select(_ => Sample.Id()).ToArray();
        // The key exists, so that nothing but the hand-over is left to do.
        await store.Events.AppendAsync(Sample.Of(Sample.Stream(Sample.Id(), 0, Sample.Note()) with { Seal = scope }), Ct);
        await using var held = await databases.ConnectAsync();
        await using var transaction = await held.BeginTransactionAsync(Ct);
        await RawWriter.ExecuteAsync(held, RawWriter.OrderingLock);
        using var impatience = new CancellationTokenSource();

        var appends = streams.Select((stream, i) => store.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, Sample.Note()) with { Seal = scope }), i % 2 == 0 ? impatience.Token : Ct)).ToArray();
        await databases.WaitForWaiterAsync();
        await impatience.CancelAsync();
        await transaction.RollbackAsync(Ct);

        foreach (var (stream, append) in streams.Zip(appends))
            Sample.AssertWritten(await append, stream, 1);
    }

    [Fact]
    public async Task A_projection_that_throws_writes_nothing_and_fails_its_own_caller_only()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var streams = Enumerable.Range(0, 8).Select(_ => Sample.Id()).ToArray();
        await using var held = await databases.ConnectAsync();
        await using var transaction = await held.BeginTransactionAsync(Ct);
        await RawWriter.ExecuteAsync(held, RawWriter.OrderingLock);

        // Rows that are made only when somebody asks for them, which is the latest a projection can throw.
        var appends = streams.Select((stream, i) => Task.Run(() => store.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, Sample.Note()) with { Views = i == 3 ? new Throwing() : [Sample.View(stream, 1)] }), Ct))).ToArray();
        await databases.WaitForWaiterAsync();
        await transaction.RollbackAsync(Ct);

        await Assert.ThrowsAsync<NotFiniteNumberException>(() => appends[3]);
        foreach (var (stream, append) in streams.Zip(appends).Where((_, i) => i != 3))
            Sample.AssertWritten(await append, stream, 1);
        Assert.Equal(0, (await store.Events.LoadAsync(streams[3], Ct)).Version);
        Assert.Equal(7, await databases.AskAsync<long>("select count(*) from partnership.views"));
        // Its failure left nothing behind that the next attempt would meet.
        Sample.AssertWritten(await store.Events.AppendAsync(Sample.One(streams[3], 0, Sample.Note()), Ct), streams[3], 1);
    }

    [Fact]
    public async Task A_reader_never_passes_a_writer_that_is_held_up()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await using var slow = databases.Open(options => options.Lanes = 1);
        await using var fast = databases.Open(options => options.Lanes = 1);
        var reader = new LogReader("alongside", 0, 100, Breakage.None);
        await using var source = NpgsqlDataSource.Create(databases.Server.To(databases.Events, StoreFixture.RuntimeRole));
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
        var reading = reader.RunAsync(source, () => TimeSpan.FromMilliseconds(1), done.Token);

        var held = slow.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()) with { Headers = Sample.Headers with { CorrelationId = "held" } }, Ct);
        await databases.WaitForActiveAppendAsync();
        var quick = fast.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await Task.WhenAll(held, quick);
        await done.CancelAsync();
        await reading;

        Assert.Equal([1L, 2L, 3L, 4L], reader.Done.Seen.Select(row => row.Position));
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

    private sealed class Throwing : IReadOnlyList<ViewRow>
    {
        public int Count => 1;

        public ViewRow this[int index] => throw new NotFiniteNumberException();

        public IEnumerator<ViewRow> GetEnumerator() => throw new NotFiniteNumberException();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
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
}
