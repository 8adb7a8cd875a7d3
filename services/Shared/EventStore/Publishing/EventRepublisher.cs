using Npgsql;

namespace Partnership.EventStore;

/// <summary>
/// Sends history once more, to whoever has not had it: the same messages under the same ids and numbers. The publisher's
/// checkpoint is neither asked nor moved, so it may run beside any number of hosts.
/// </summary>
public sealed class EventRepublisher
{
    private const int PageSize = 500;
    private const int MostAttempts = 8;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);

    private readonly EventStoreOptions options;
    private readonly NpgsqlDataSource source;
    private readonly PublicationMapping mapping;
    private readonly TimeProvider clock;

    internal EventRepublisher(EventStoreOptions options, NpgsqlDataSource source, PublicationMapping mapping, TimeProvider clock)
    {
        this.options = options;
        this.source = source;
        this.mapping = mapping;
        this.clock = clock;
    }

    /// <summary>
    /// Sends every published event from a position on whose contract is among those named, in order within its stream, up
    /// to the last one there is when it begins: what comes later, the publisher sends to all that are bound.
    /// </summary>
    /// <param name="from">Position in the log, from 1.</param>
    /// <param name="wanted">Contracts to send.</param>
    /// <param name="send">Sends one contract and returns when the broker has confirmed it.</param>
    /// <param name="progress">Called after each page.</param>
    /// <remarks>
    /// An event that cannot be mapped, or whose contract cannot be written, holds back the rest of its stream, as it does for
    /// the publisher, and nothing else.
    /// </remarks>
    /// <exception cref="RepublishStoppedException">The broker did not confirm; says where to go on, and what was held back.</exception>
    /// <exception cref="UnpublishableException">No queue took a message.</exception>
    /// <exception cref="EventStoreUnavailableException">A database did not answer.</exception>
    public async Task<Republished> RunAsync(
        long from, IReadOnlySet<Type> wanted, Func<object, Guid, string?, CancellationToken, Task> send, Action<Republished> progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(progress);
        await EventStoreMigration.CheckVersionAsync(options, cancellationToken);
        var (position, last) = (from - 1, await LastAsync(cancellationToken));
        var held = new Dictionary<Guid, UnmappableEvent>();
        var sent = 0L;
        List<PublicationRow> page;
        while (position < last)
        {
            page = await ReadAsync(position, last, cancellationToken);
            if (page.Count == 0)
                break;
            Hold(held, page);
            var (messages, failed) = await mapping.MapAsync(page, held.Keys.ToHashSet(), cancellationToken);
            foreach (var stream in failed)
                HoldBack(stream.StreamId, stream.Position, stream.Version, stream.Reason);
            var (confirmed, unwritable, stopped) = await SendAsync(messages.FindAll(message => wanted.Contains(message.Contract.GetType())), send, cancellationToken);
            foreach (var (message, reason) in unwritable)
                HoldBack(message.StreamId, message.Position, message.Version, reason);
            sent += confirmed;
            if (stopped is var (at, why))
                throw new RepublishStoppedException(at, why, [.. held.Values]);
            position = page[^1].Event.Position;
            progress(new(sent, position, [.. held.Values]));
        }

        return new(sent, last, [.. held.Values]);

        void HoldBack(Guid stream, long at, long version, string reason) => held[stream] = new(
            stream, at, version, reason,
            page.LongCount(row => row.Event.StreamId == stream && row.Number is not null && row.Event.Version > version));
    }

    /// <summary>Counts what waits behind an event that could not be mapped.</summary>
    private static void Hold(Dictionary<Guid, UnmappableEvent> held, List<PublicationRow> page)
    {
        foreach (var row in page)
        {
            if (row.Number is not null && held.TryGetValue(row.Event.StreamId, out var stream))
                held[row.Event.StreamId] = stream with { HeldBack = stream.HeldBack + 1 };
        }
    }

    /// <returns>How many are confirmed, the first of each stream that cannot be written, and what ended it before all were sent.</returns>
    private async Task<(int Confirmed, List<(Message Message, string Reason)> Unwritable, (long Position, string Reason)? Stopped)> SendAsync(
        List<Message> messages, Func<object, Guid, string?, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        var left = messages;
        var confirmed = 0;
        var unwritable = new List<(Message, string)>();
        var retry = FirstRetry;
        for (var attempt = 1; left.Count > 0; attempt++)
        {
            var outcomes = await PublicationSending.SendAsync(
                left, (message, ct) => send(message.Contract, message.Id, message.TraceParent, ct), cancellationToken);
            confirmed += outcomes.Count(outcome => outcome.Failure is null);
            var failures = outcomes.Where(outcome => outcome.Failure is not null).ToList();
            if (failures.FirstOrDefault(outcome => outcome.Failure is UnpublishableException { IsOfContract: false }).Failure is { } hopeless)
                throw hopeless;
            // Those after one in its stream failed with it.
            unwritable.AddRange(failures.Where(outcome => outcome.Failure is UnpublishableException)
                .DistinctBy(outcome => outcome.Message.StreamId).Select(outcome => (outcome.Message, PublicationMapping.ReasonOf(outcome.Failure!))));
            failures.RemoveAll(outcome => outcome.Failure is UnpublishableException);
            left = failures.ConvertAll(outcome => outcome.Message);
            if (left.Count == 0)
                break;
            if (attempt == MostAttempts)
                return (confirmed, unwritable, (left[0].Position, PublicationMapping.ReasonOf(failures[0].Failure!)));
            await Task.Delay(retry, clock, cancellationToken);
            retry *= 2;
        }

        return (confirmed, unwritable, null);
    }

    private async Task<long> LastAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select coalesce(max(seq_id), 0) from mt_events");
        return (await PostgresEventStore.RowsAsync(command, reader => reader.GetInt64(0), cancellationToken))[0];
    }

    private async Task<List<PublicationRow>> ReadAsync(long after, long last, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            return await PublicationRow.ReadAsync(
                connection, "where e.seq_id > $1 and e.seq_id <= $2 order by e.seq_id limit $3",
                [
                    new NpgsqlParameter<long> { TypedValue = after }, new NpgsqlParameter<long> { TypedValue = last },
                    new NpgsqlParameter<int> { TypedValue = PageSize },
                ], cancellationToken);
        }
        catch (NpgsqlException failure)
        {
            throw new EventStoreUnavailableException($"The event store did not answer ({failure.SqlState ?? "no connection"}).");
        }
    }
}

/// <summary>What has been sent once more.</summary>
/// <param name="Sent">Messages confirmed.</param>
/// <param name="Position">Everything up to here is dealt with.</param>
/// <param name="Unmappable">Events that could not be sent; each holds back the rest of its stream.</param>
public sealed record Republished(long Sent, long Position, IReadOnlyList<UnmappableEvent> Unmappable);

/// <summary>An event that could not be sent.</summary>
/// <param name="Reason">Type of the failure; nothing of its message.</param>
/// <param name="HeldBack">Later published events of its stream, not sent either.</param>
public sealed record UnmappableEvent(Guid StreamId, long Position, long Version, string Reason, long HeldBack);

/// <summary>The broker did not confirm. Everything before the position is sent; what is after it may be.</summary>
public sealed class RepublishStoppedException : Exception
{
    public RepublishStoppedException() { }
    public RepublishStoppedException(string message) : base(message) { }
    public RepublishStoppedException(string message, Exception inner) : base(message, inner) { }

    public RepublishStoppedException(long position, string reason, IReadOnlyList<UnmappableEvent> held)
        : base($"The broker did not confirm ({reason}).") =>
        (Position, Unmappable) = (held.Select(stopped => stopped.Position).Append(position).Min(), held);

    /// <summary>Where to go on: the first event that was held back, or that was not confirmed.</summary>
    public long Position { get; }

    /// <summary>Events that could not be sent, as of <see cref="Republished"/>.</summary>
    public IReadOnlyList<UnmappableEvent> Unmappable { get; } = [];
}
