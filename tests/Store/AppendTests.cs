using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store;

public sealed class AppendTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_appended_is_loaded_as_it_was()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (stream, first, second) = (Sample.Id(), new Noted(Sample.Id(), Urgency.Urgent, "knocked", null, 41, new("Ann Example", new(1985, 1, 2))), new Pondered("P1"));

        var verdict = await store.Events.AppendAsync(Sample.One(stream, 0, first, second), Ct);
        var loaded = await store.Events.LoadAsync(stream, Ct);

        Sample.AssertWritten(verdict, stream, 2);
        Assert.Equal((2, false), (loaded.Version, loaded.Erased));
        Assert.Equal([first, second], loaded.Events.Select(stored => stored.Data));
        Assert.Equal([1L, 2L], loaded.Events.Select(stored => stored.Version));
        Assert.Equal(["test.noted.v1", "test.pondered.v1"], loaded.Events.Select(stored => stored.Name));
        Assert.All(loaded.Events, stored => Assert.Equal(Sample.Now, stored.At));
        Assert.Equal("corr-1", loaded.Events[0].Headers.CorrelationId);
        Assert.Equal(Sample.Headers.TraceParent, loaded.Events[0].Headers.TraceParent);
        Assert.Equal("""{"person": "p-1", "purpose": "marac-referral"}""", loaded.Events[0].Headers.Actor);
    }

    [Fact]
    public async Task A_stream_that_was_never_written_has_version_nought()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        Assert.Equal(0, (await store.Events.LoadAsync(Sample.Id(), Ct)).Version);
    }

    [Fact]
    public async Task Times_are_written_as_instants_whatever_offset_they_came_with()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        var summer = new NewEvent(Sample.Id(), Sample.Note(), new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.FromHours(1)));

        await store.Events.AppendAsync(Sample.Of(new StreamAppend(stream, "test_stream", 0, [summer], Sample.Scope(stream), [])), Ct);

        Assert.Equal("2026-07-01T11:00:00Z", await databases.AskAsync<string>(
            """select to_char(timestamp at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from mt_events"""));
        Assert.Equal("2026-07-01T11:00:00Z", await databases.AskAsync<string>(
            """select to_char(timestamp at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from mt_streams"""));
    }

    [Fact]
    public async Task Of_two_real_writers_with_the_same_expected_version_one_loses_and_learns_the_version()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = databases.Open();
        await using var other = databases.Open();
        var stream = Sample.Id();
        await one.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);

        var verdicts = await Task.WhenAll(
            one.Events.AppendAsync(Sample.One(stream, 1, Sample.Note("one")), Ct),
            other.Events.AppendAsync(Sample.One(stream, 1, Sample.Note("other")), Ct));

        Sample.AssertWritten(verdicts.Single(verdict => verdict is AppendVerdict.Written), stream, 2);
        Assert.Equal(new AppendVerdict.Conflict(stream, 2), verdicts.Single(verdict => verdict is AppendVerdict.Conflict));
        Assert.Equal(2, (await one.Events.LoadAsync(stream, Ct)).Version);
    }

    [Fact]
    public async Task The_version_is_checked_against_what_was_committed_while_the_append_waited_for_the_lock()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);
        await using var held = await databases.ConnectAsync();
        await using var transaction = await held.BeginTransactionAsync(Ct);
        await LockAsync(held);

        var late = store.Events.AppendAsync(Sample.One(stream, 1, Sample.Note("late")), Ct);
        await databases.WaitForWaiterAsync();
        // What another host would write while ours waits, its statement being under way already.
        await using (var write = new NpgsqlCommand("update mt_streams set version = 7", held))
            await write.ExecuteNonQueryAsync(Ct);
        await transaction.CommitAsync(Ct);

        Assert.Equal(new AppendVerdict.Conflict(stream, 7), await late);
    }

    [Fact]
    public async Task A_lock_held_open_without_work_is_ended_and_the_append_goes_through()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await using var held = await databases.ConnectAsync();
        await using (var limit = new NpgsqlCommand("set idle_in_transaction_session_timeout = 500", held))
            await limit.ExecuteNonQueryAsync(Ct);
        await using var transaction = await held.BeginTransactionAsync(Ct);
        await LockAsync(held);

        var verdict = await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);

        Sample.AssertWritten(verdict, stream, 1);
    }

    [Fact]
    public async Task An_append_over_several_streams_writes_all_of_them()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (referral, opened) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(referral, 0, Sample.Note()), Ct);

        var verdict = await store.Events.AppendAsync(
            Sample.Of(Sample.Stream(referral, 1, Sample.Note()), Sample.Stream(opened, 0, Sample.Note(), Sample.Note())), Ct);

        Sample.AssertWritten(verdict, referral, 2);
        Sample.AssertWritten(verdict, opened, 2);
    }

    [Fact]
    public async Task An_append_over_several_streams_writes_none_when_one_of_them_has_moved_on()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (referral, opened) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(referral, 0, Sample.Note()), Ct);

        var verdict = await store.Events.AppendAsync(
            Sample.Of(Sample.Stream(opened, 0, Sample.Note()), Sample.Stream(referral, 0, Sample.Note())), Ct);

        Assert.Equal(new AppendVerdict.Conflict(referral, 1), verdict);
        Assert.Equal((0, 1), ((await store.Events.LoadAsync(opened, Ct)).Version, (await store.Events.LoadAsync(referral, Ct)).Version));
    }

    [Fact]
    public async Task A_stream_without_events_only_guards_its_version()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (register, opened) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(register, 0, Sample.Note()), Ct);

        var refused = await store.Events.AppendAsync(Sample.Of(Sample.Stream(opened, 0, Sample.Note()), Sample.Stream(register, 2)), Ct);
        var written = await store.Events.AppendAsync(Sample.Of(Sample.Stream(opened, 0, Sample.Note()), Sample.Stream(register, 1)), Ct);

        Assert.Equal(new AppendVerdict.Conflict(register, 1), refused);
        Sample.AssertWritten(written, register, 1);
    }

    [Fact]
    public async Task An_append_the_database_refuses_fails_alone()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(options => options.Lanes = 1);
        var streams = Enumerable.Range(0, 40).Select(_ => Sample.Id()).ToArray();
        // The key of each must exist already, or the appends would not arrive together.
        var scope = Sample.Scope(Sample.Id());
        await store.Events.AppendAsync(Of(Sample.Id(), "first"), Ct);

        // Null characters fit into no jsonb.
        var appends = streams.Select((stream, i) => store.Events.AppendAsync(Of(stream, i == 17 ? "poison\0" : "fine"), Ct)).ToArray();

        var refused = await Assert.ThrowsAsync<AppendRefusedException>(() => appends[17]);
        Assert.DoesNotContain("poison", refused.ToString(), StringComparison.Ordinal);
        foreach (var (append, i) in appends.Select((append, i) => (append, i)).Where(pair => pair.i != 17))
            Sample.AssertWritten(await append, streams[i], 1);
        Assert.Equal(0, (await store.Events.LoadAsync(streams[17], Ct)).Version);

        Append Of(Guid stream, string code) =>
            Sample.Of(new StreamAppend(stream, "test_stream", 0, [Sample.Event(new Pondered(code))], scope, []));
    }

    [Fact]
    public async Task An_append_that_cannot_even_be_sent_fails_alone()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var scope = Sample.Scope(Sample.Id());
        await store.Events.AppendAsync(Of(Sample.Id(), "northtown"), Ct);
        var streams = Enumerable.Range(0, 12).Select(_ => Sample.Id()).ToArray();

        // Half a character.
        var appends = streams.Select((stream, i) => store.Events.AppendAsync(Of(stream, i == 5 ? "poison\ud800" : "northtown"), Ct)).ToArray();

        var refused = await Assert.ThrowsAsync<AppendRefusedException>(() => appends[5]);
        Assert.DoesNotContain("poison", refused.ToString(), StringComparison.Ordinal);
        foreach (var (append, i) in appends.Select((append, i) => (append, i)).Where(pair => pair.i != 5))
            Sample.AssertWritten(await append, streams[i], 1);

        Append Of(Guid stream, string reach) => Sample.Of(
            new StreamAppend(stream, "test_stream", 0, [Sample.Event(new Pondered("p"))], scope, [Sample.View(stream, 1, reach: [reach])]));
    }

    [Fact]
    public async Task A_conflict_fails_its_own_caller_only()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(options => options.Lanes = 1);
        var taken = Sample.Id();
        await store.Events.AppendAsync(Sample.One(taken, 0, Sample.Note()), Ct);
        var streams = Enumerable.Range(0, 20).Select(i => i == 7 ? taken : Sample.Id()).ToArray();

        var verdicts = await Task.WhenAll(streams.Select(stream => store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct)));

        Assert.Equal(new AppendVerdict.Conflict(taken, 1), verdicts[7]);
        Assert.Equal(19, verdicts.Count(verdict => verdict is AppendVerdict.Written));
    }

    [Fact]
    public async Task A_caller_who_gave_up_still_learns_what_happened()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);
        await using var held = await databases.ConnectAsync();
        await using var transaction = await held.BeginTransactionAsync(Ct);
        await LockAsync(held);
        using var impatience = new CancellationTokenSource();

        var append = store.Events.AppendAsync(Sample.One(stream, 1, Sample.Note()), impatience.Token);
        await databases.WaitForWaiterAsync();
        await impatience.CancelAsync();
        await transaction.RollbackAsync(Ct);

        Sample.AssertWritten(await append, stream, 2);
    }

    [Fact]
    public async Task A_caller_who_gave_up_before_handing_over_has_written_nothing()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), new CancellationToken(canceled: true)));

        Assert.Equal(0, (await store.Events.LoadAsync(stream, Ct)).Version);
    }

    [Fact]
    public async Task An_append_names_each_stream_once()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await Assert.ThrowsAsync<ArgumentException>(() => store.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, Sample.Note()), Sample.Stream(stream, 1, Sample.Note())), Ct));
    }

    private static async Task LockAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(x'504152544f524452'::bigint)", connection);
        await command.ExecuteNonQueryAsync();
    }
}
