using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store;

/// <summary>Whatever breaks on the way, nobody is told what did not happen.</summary>
public sealed class LostConnectionTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    public async Task An_append_whose_answer_was_lost_is_looked_up_and_was_written_once(int callers)
    {
        await using var databases = await fixture.CreateAsync();
        await using var network = new CuttingProxy(databases.Options().ConnectionString);
        await using var store = Open(databases, network);
        var streams = await FirstAsync(store, callers);

        network.LoseNextAnswer();
        var verdicts = await Task.WhenAll(streams.Select(stream => store.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct)));

        foreach (var (stream, verdict) in streams.Zip(verdicts))
        {
            Sample.AssertWritten(verdict, stream, 2);
            Assert.Equal(2, (await store.Events.LoadAsync(stream, Ct)).Version);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    public async Task An_append_that_never_arrived_is_found_unwritten_and_made_again(int callers)
    {
        await using var databases = await fixture.CreateAsync();
        await using var network = new CuttingProxy(databases.Options().ConnectionString);
        await using var store = Open(databases, network);
        var streams = await FirstAsync(store, callers);

        network.LoseNextRequest();
        var verdicts = await Task.WhenAll(streams.Select(stream => store.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct)));

        foreach (var (stream, verdict) in streams.Zip(verdicts))
            Sample.AssertWritten(verdict, stream, 2);
        Assert.Equal(2L * callers, await databases.AskAsync<long>("select count(*) from mt_events"));
    }

    [Fact]
    public async Task A_conflict_whose_answer_was_lost_is_still_a_conflict()
    {
        await using var databases = await fixture.CreateAsync();
        await using var network = new CuttingProxy(databases.Options().ConnectionString);
        await using var store = Open(databases, network);
        var stream = (await FirstAsync(store, 1))[0];

        network.LoseNextAnswer();

        Assert.Equal(new AppendVerdict.Conflict(stream, 1), await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct));
    }

    [Fact]
    public async Task A_backend_the_server_still_believes_in_is_ended_before_the_outcome_is_looked_up()
    {
        await using var databases = await fixture.CreateAsync();
        await using var network = new CuttingProxy(databases.Options().ConnectionString);
        await using var store = Open(databases, network);
        var stream = (await FirstAsync(store, 1))[0];
        await using var held = await databases.ConnectAsync();
        await using var transaction = await held.BeginTransactionAsync(Ct);
        await using (var take = new NpgsqlCommand("select pg_advisory_xact_lock(x'504152544f524452'::bigint)", held))
            await take.ExecuteNonQueryAsync(Ct);

        var append = store.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct);
        await databases.WaitForWaiterAsync();
        var first = await databases.AskAsync<int>(Waiting);
        // Our side is gone; the server's backend waits on, and would write as soon as it got the lock.
        network.CutClients();
        await Tests.Support.Eventually.Async(async () => await databases.AskAsync<int>(Waiting) is var now && now != 0 && now != first, "another backend waits instead");
        await transaction.CommitAsync(Ct);

        Sample.AssertWritten(await append, stream, 2);
        Assert.Equal(2, await databases.AskAsync<long>("select count(*) from mt_events"));
    }

    [Fact]
    public async Task A_backend_ended_by_an_operator_costs_nobody_an_append()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = (await FirstAsync(store, 1))[0];
        await databases.RunAsync("select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name like 'partnership-append-%' and datname = current_database()");

        Sample.AssertWritten(await store.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct), stream, 2);
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_found_out_is_not_guessed()
    {
        await using var databases = await fixture.CreateAsync();
        await using var network = new CuttingProxy(databases.Options().ConnectionString);
        await using var store = Open(databases, network);
        var stream = (await FirstAsync(store, 1))[0];

        network.LoseNextAnswer();
        network.Refuse(true);
        var unknown = await Assert.ThrowsAsync<EventStoreUnavailableException>(() => store.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct));
        Assert.False(unknown.NothingWritten);

        // Nobody gets through at all: that much is certain.
        var unsent = await Assert.ThrowsAsync<EventStoreUnavailableException>(() => store.Events.AppendAsync(Sample.One(stream, 2, Sample.Note()), Ct));
        Assert.True(unsent.NothingWritten);

        network.Refuse(false);
        Sample.AssertWritten(await store.Events.AppendAsync(Sample.One(stream, 2, Sample.Note()), Ct), stream, 3);
    }

    [Fact]
    public async Task A_commit_that_fails_is_not_reported_as_written()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await using var store = databases.Open();
        var stream = (await FirstAsync(store, 1))[0];
        await databases.RunAsync(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise 'no' using errcode = '23514'; end $$;
            create constraint trigger refuse after insert on mt_events deferrable initially deferred for each row execute function refuse();
            """);

        await Assert.ThrowsAsync<AppendRefusedException>(() => store.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct));

        Assert.Equal(1, (await store.Events.LoadAsync(stream, Ct)).Version);
    }

    [Fact]
    public async Task With_the_lock_never_given_the_append_is_refused_as_unwritten_in_time()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(options => options.ConnectionString += ";Options=-c lock_timeout=300");
        var stream = (await FirstAsync(store, 1))[0];
        await using var held = await databases.ConnectAsync();
        await using var transaction = await held.BeginTransactionAsync(Ct);
        await using (var take = new NpgsqlCommand("select pg_advisory_xact_lock(x'504152544f524452'::bigint)", held))
            await take.ExecuteNonQueryAsync(Ct);

        var refused = await Assert.ThrowsAsync<EventStoreUnavailableException>(() => store.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), Ct));
        await transaction.RollbackAsync(Ct);

        Assert.True(refused.NothingWritten);
        Assert.Equal(1, (await store.Events.LoadAsync(stream, Ct)).Version);
    }

    private const string Waiting =
        "select coalesce(max(pid), 0) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'";

    private static TestStore Open(StoreDatabases databases, CuttingProxy network) => databases.Open(options =>
    {
        options.ConnectionString = network.ConnectionString;
        options.FindOutWithin = TimeSpan.FromSeconds(3);
    });

    /// <summary>Streams with one event each; the key of every stream and the lane's connection exist from here on.</summary>
    private static async Task<Guid[]> FirstAsync(TestStore store, int count)
    {
        var streams = Enumerable.Range(0, count).Select(_ => Sample.Id()).ToArray();
        foreach (var stream in streams)
        {
            // Twice the shape of what follows, so that nothing is left to be prepared.
            Sample.AssertWritten(await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct), stream, 1);
            await store.Events.AppendAsync(Sample.One(stream, 5, Sample.Note()), Ct);
        }

        return streams;
    }
}
