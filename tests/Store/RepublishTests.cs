using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;

namespace Partnership.Tests.Store;

public sealed class RepublishTests(StoreFixture fixture)
{
    private static readonly HashSet<Type> Wanted = [typeof(NotedMessage)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task History_is_sent_under_the_same_ids_and_numbers_in_order_within_each_stream()
    {
        await using var databases = await fixture.CreateAsync();
        var bus = new RecordingBus();
        await using var store = await databases.Open(bus: bus).StartAsync();
        var streams = Enumerable.Range(0, 5).Select(_ => Sample.Id()).ToArray();
        for (var version = 0; version < 24; version += 2)
        {
            foreach (var stream in streams)
                await store.Events.AppendAsync(Sample.One(stream, version, new Pondered("p"), Sample.Note()), Ct);
        }

        await Eventually.Async(() => bus.Confirmed.Count == 60, "all messages leave");
        var queue = new Queue();
        var done = await RepublishAsync(store, queue);

        Assert.Equal((60, 120L), (done.Sent, done.Position));
        Assert.Empty(done.Unmappable);
        Assert.Equal(
            bus.Confirmed.Select(message => (message.Contract, message.MessageId, message.TraceParent)).ToHashSet(),
            queue.Sent.Select(message => (message.Contract, message.MessageId, message.TraceParent)).ToHashSet());
        Assert.All(streams, stream => Assert.Equal(
            Enumerable.Range(1, 12).Select(n => (long)n), queue.Notes.Where(note => note.StreamId == stream).Select(note => note.Number)));
        // The publisher has not noticed.
        Assert.Equal(60, bus.Confirmed.Count);
        Assert.Equal(120, await databases.AskAsync<long>("select position from partnership.publisher"));
    }

    [Fact]
    public async Task Only_from_the_position_on_and_only_contracts_that_are_wanted()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        for (var version = 0; version < 4; version++)
            await store.Events.AppendAsync(Sample.One(Stream, version, Sample.Note()), Ct);
        var queue = new Queue();

        Assert.Equal(2, (await RepublishAsync(store, queue, from: 3)).Sent);
        Assert.Equal([3L, 4L], queue.Notes.Select(note => note.Number));
        Assert.Equal((0, 4L), await NothingAsync(1, [typeof(string)]));
        Assert.Equal((0, 4L), await NothingAsync(9, Wanted));

        async Task<(long, long)> NothingAsync(long from, HashSet<Type> wanted)
        {
            var done = await store.Services.GetRequiredService<EventRepublisher>().RunAsync(from, wanted, queue.SendAsync, _ => { }, Ct);
            return (done.Sent, done.Position);
        }
    }

    [Fact]
    public async Task An_event_that_cannot_be_mapped_or_is_unknown_holds_back_its_stream_and_no_other_and_is_named()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (unmappable, unknown, other) = (Sample.Id(), Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(unmappable, 0, Sample.Note(), new Unmappable("x"), Sample.Note()), Ct);
        await store.Events.AppendAsync(Sample.One(unknown, 0, Sample.Note(), new Pondered("p"), Sample.Note()), Ct);
        await store.Events.AppendAsync(Sample.One(other, 0, Sample.Note()), Ct);
        // More than a page later.
        for (var version = 1; version < 700; version += 100)
            await store.Events.AppendAsync(Sample.One(other, version, [.. Enumerable.Range(0, 100).Select(_ => Sample.Note())]), Ct);
        await store.Events.AppendAsync(Sample.One(unmappable, 3, Sample.Note(), Sample.Note()), Ct);
        await databases.RunAsync($"update mt_events set type = 'test.noted.v9' where stream_id = '{unknown}' and version = 3");
        var queue = new Queue();

        var done = await RepublishAsync(store, queue);

        Assert.Equal(1 + 1 + 701, done.Sent);
        Assert.Equal(
            [
                new(unmappable, 2, 2, nameof(InvalidOperationException), 3),
                new(unknown, 6, 3, nameof(UnknownEventTypeException), 0),
            ],
            done.Unmappable.OrderBy(stopped => stopped.Position));
        Assert.Equal([1L], queue.Notes.Where(note => note.StreamId == unmappable).Select(note => note.Number));
        Assert.Equal([1L], queue.Notes.Where(note => note.StreamId == unknown).Select(note => note.Number));
    }

    [Fact]
    public async Task What_is_not_confirmed_is_sent_again_and_without_a_queue_it_ends()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        await store.Events.AppendAsync(Sample.One(Stream, 0, Sample.Note(), Sample.Note()), Ct);
        var failures = 2;
        var queue = new Queue { Before = _ => Interlocked.Decrement(ref failures) >= 0 ? throw new IOException() : Task.CompletedTask };

        Assert.Equal(2, (await RepublishAsync(store, queue)).Sent);
        Assert.Equal([1L, 2L], queue.Notes.Select(note => note.Number));

        var gone = new Queue { Before = _ => throw new UnpublishableException() };
        await Assert.ThrowsAsync<UnpublishableException>(() => RepublishAsync(store, gone));
    }

    [Fact]
    public async Task A_broker_that_stays_away_ends_it_with_what_was_held_back_and_the_position_to_go_on_from()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open(clock: new NoDelays());
        var (unmappable, other) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(unmappable, 0, Sample.Note(), new Unmappable("x"), Sample.Note()), Ct);
        await store.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await store.Events.AppendAsync(Sample.One(other, 0, Sample.Note(), Sample.Note()), Ct);
        var away = new Queue { Before = note => note.StreamId == other ? throw new IOException() : Task.CompletedTask };

        var stopped = await Assert.ThrowsAsync<RepublishStoppedException>(() => RepublishAsync(store, away));

        // From there, since that event is not sent either.
        Assert.Equal(2, stopped.Position);
        Assert.Equal([new(unmappable, 2, 2, nameof(InvalidOperationException), 1)], stopped.Unmappable);
        Assert.Equal(2, away.Sent.Count);
        var without = await Assert.ThrowsAsync<RepublishStoppedException>(() => RepublishAsync(store, away, from: 4));
        Assert.Equal(5, without.Position);
        Assert.Empty(without.Unmappable);
    }

    [Fact]
    public async Task A_contract_that_cannot_be_written_holds_back_its_stream_and_no_other_and_is_named()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (unwritable, other) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(unwritable, 0, Sample.Note(), Sample.Note(), Sample.Note()), Ct);
        await store.Events.AppendAsync(Sample.One(other, 0, [.. Enumerable.Range(0, 600).Select(_ => Sample.Note())]), Ct);
        // A page later, still behind it.
        await store.Events.AppendAsync(Sample.One(unwritable, 3, Sample.Note()), Ct);
        var queue = new Queue
        {
            Before = note => note.StreamId == unwritable && note.Number == 2 ? throw new UnpublishableException("unwritable") { IsOfContract = true } : Task.CompletedTask,
        };

        var done = await RepublishAsync(store, queue);

        Assert.Equal(601, done.Sent);
        Assert.Equal([new(unwritable, 2, 2, nameof(UnpublishableException), 2)], done.Unmappable);
        Assert.Equal([1L], queue.Notes.Where(note => note.StreamId == unwritable).Select(note => note.Number));
    }

    private static readonly Guid Stream = Sample.Id();

    /// <summary>Whoever waits has waited.</summary>
    private sealed class NoDelays : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
    }

    private static Task<Republished> RepublishAsync(TestStore store, Queue queue, long from = 1) =>
        store.Services.GetRequiredService<EventRepublisher>().RunAsync(from, Wanted, queue.SendAsync, _ => { }, Ct);

    /// <summary>What a queue would hold.</summary>
    private sealed class Queue
    {
        private readonly ConcurrentQueue<RecordingBus.Published> sent = new();

        public Func<NotedMessage, Task> Before { get; init; } = _ => Task.CompletedTask;

        public IReadOnlyList<RecordingBus.Published> Sent => [.. sent];

        public IReadOnlyList<NotedMessage> Notes => [.. Sent.Select(message => (NotedMessage)message.Contract)];

        public async Task SendAsync(object contract, Guid messageId, string? traceParent, CancellationToken cancellationToken)
        {
            await Before((NotedMessage)contract);
            sent.Enqueue(new(contract, messageId, traceParent));
        }
    }
}
