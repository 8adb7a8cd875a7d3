using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Partnership.Contracts.Sharing;
using Partnership.Contracts.Topology;
using Partnership.EventStore;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Applies casework messages once each: the effect and the memory of the message are one append. Messages come twice, late
/// and out of order; a consumer leaves all of that to this.
/// </summary>
/// <example>
/// <code>
/// public Task Consume(ConsumeContext&lt;ResearchRequested&gt; context) =>
///     inbox.ApplyInOrderAsync(context, "tasks.research", async ct => tasks.Open(await tasks.LoadAsync(…, ct), context.Message));
/// </code>
/// </example>
public sealed class MessageInbox(IEventStore store, IInbox inbox, IOptions<BusOptions> options, TimeProvider clock, ILogger<MessageInbox> log)
{
    /// <summary>Name of the metrics.</summary>
    public const string Name = "Partnership.Bus";

    private const int MostConflicts = 10;
    private const int MostReported = 10_000;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(30);

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Applied = Meter.CreateCounter<long>("partnership.bus.applied", description: "Messages applied, by consumer.");
    private static readonly Counter<long> Duplicates = Meter.CreateCounter<long>("partnership.bus.duplicates", description: "Messages that had been applied before.");
    private static readonly Counter<long> Waits = Meter.CreateCounter<long>("partnership.bus.waits", description: "Messages sent to wait for one before them.");
    private static readonly Counter<long> LongWaits = Meter.CreateCounter<long>("partnership.bus.waits.long", description: "Messages that have waited for too long. Alert on any.");

    private readonly StreamLines lines = new(clock);
    private readonly ConcurrentDictionary<(string, Guid), (long Expected, long At)> reported = new();

    /// <summary>For messages whose effects keep getting in each other's way. Some streams share one.</summary>
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Applies a message at once, whatever else of its stream is still to come.</summary>
    /// <param name="context">The message as received.</param>
    /// <param name="consumer">A stable name; under another one, everything would be applied once more.</param>
    /// <param name="effect">
    /// Decides what to append; null when the message has no effect here. Called again when somebody else appended first. Its
    /// inbox row is set by the caller.
    /// </param>
    /// <exception cref="EventStoreUnavailableException">The store did not answer; the bus tries again.</exception>
    public Task ApplyAsync<TEvent>(ConsumeContext<TEvent> context, string consumer, Func<CancellationToken, Task<Append?>> effect)
        where TEvent : class, ICaseworkEvent
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(effect);
        return AppendAsync(context, RowOf(context.Message, consumer, inOrder: false), effect);
    }

    /// <summary>
    /// Applies a message once all before it in its stream are applied. Until then it waits on the broker and comes back, and
    /// holds up no other stream; when it has waited for long, that is logged and counted. It never goes to the error queue
    /// for having to wait. The effect is not asked for before its turn.
    /// </summary>
    /// <inheritdoc cref="ApplyAsync" path="/param|/exception"/>
    public async Task ApplyInOrderAsync<TEvent>(ConsumeContext<TEvent> context, string consumer, Func<CancellationToken, Task<Append?>> effect)
        where TEvent : class, ICaseworkEvent
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(effect);
        var row = RowOf(context.Message, consumer, inOrder: true);
        long? expected;
        using (var place = lines.Join(consumer, row.StreamId, row.PublicationNumber))
        {
            expected = await WaitForTurnAsync(place, row, context.CancellationToken);
            if (expected is null)
            {
                expected = await AppendAsync(context, row, effect);
                if (expected is null)
                    place.Learn(row.PublicationNumber + 1);
            }
        }

        if (expected is { } number)
            await WaitAsync(context, row, number);
    }

    /// <summary>Null when all before it are applied, else the first that is not.</summary>
    private async Task<long?> WaitForTurnAsync(StreamLines.Place place, InboxRow row, CancellationToken cancellationToken)
    {
        if (place.Next is null)
            place.Learn(await inbox.NextAsync(row.Consumer, row.StreamId, cancellationToken));
        while (!await place.WaitForTurnAsync(cancellationToken))
        {
            // Perhaps another host has it.
            var known = place.Next;
            place.Learn(await inbox.NextAsync(row.Consumer, row.StreamId, cancellationToken));
            if (place.Next == known)
                return known;
        }

        return null;
    }

    private static InboxRow RowOf(ICaseworkEvent message, string consumer, bool inOrder) =>
        new(consumer, message.StreamId, message.PublicationNumber, inOrder);

    /// <summary>The number it has to wait for; null when it need not wait.</summary>
    private async Task<long?> AppendAsync<TEvent>(ConsumeContext<TEvent> context, InboxRow row, Func<CancellationToken, Task<Append?>> effect)
        where TEvent : class, ICaseworkEvent
    {
        for (var attempt = 0; attempt < MostConflicts; attempt++)
        {
            switch (await AttemptAsync(attempt > 1))
            {
                case AppendVerdict.Written:
                    Applied.Add(1, Tag(row));
                    return null;
                case AppendVerdict.DuplicateMessage:
                    Duplicates.Add(1, Tag(row));
                    return null;
                case AppendVerdict.TooEarly early:
                    return early.Expected;
                case AppendVerdict.Conflict:
                    continue;
                case var other:
                    // Erased or done already: the effect has to say by itself that there is none.
                    throw new InvalidOperationException($"The effect of a message ended with {other.GetType().Name}.");
            }
        }

        throw new TimeoutException("Others keep changing what a message has its effect on.");

        async Task<AppendVerdict> AttemptAsync(bool alone)
        {
            var turn = alone ? turns[(uint)row.StreamId.GetHashCode() % turns.Length] : null;
            if (turn is not null)
                await turn.WaitAsync(context.CancellationToken);
            try
            {
                var append = await effect(context.CancellationToken) ?? new Append { Streams = [], Headers = new("{}", null, null) };
                return await store.AppendAsync(append with { Inbox = row }, context.CancellationToken);
            }
            finally
            {
                turn?.Release();
            }
        }
    }

    private async Task WaitAsync<TEvent>(ConsumeContext<TEvent> context, InboxRow row, long expected)
        where TEvent : class, ICaseworkEvent
    {
        var queue = context.ReceiveContext.InputAddress.Segments[^1];
        var waits = await WaitingRoom.SendAsync(context.ReceiveContext, BusLayout.WaitingOf(queue));
        Waits.Add(1, Tag(row));
        if (waits % options.Value.AlertAfterWaits != 0)
            return;
        LongWaits.Add(1, Tag(row));
        // Behind one gap there may be a thousand messages: one line for each gap is enough, until the next time round.
        var now = clock.GetTimestamp();
        if (reported.TryGetValue((row.Consumer, row.StreamId), out var last) && last.Expected == expected && clock.GetElapsedTime(last.At, now) < ReportEvery)
            return;
        if (reported.Count >= MostReported)
            reported.Clear();
        reported[(row.Consumer, row.StreamId)] = (expected, now);
        log.LogError(
            "Message {Number} of stream {StreamId} has come back to {Queue} {Waits} times: {Consumer} waits for number {Expected}.",
            row.PublicationNumber, row.StreamId, queue, waits, row.Consumer, expected);
    }

    private static KeyValuePair<string, object?> Tag(InboxRow row) => new("consumer", row.Consumer);
}
