using System.Diagnostics;

namespace Partnership.EventStore;

/// <summary>An append as it will be written: serialised and sealed, by its caller's thread, before it is handed over.</summary>
internal sealed class PreparedAppend
{
    private readonly TaskCompletionSource<AppendVerdict> outcome = new();
    private AppendVerdict? verdict;
    private Exception? failure;

    public required PreparedStream[] Streams { get; init; }

    public required PreparedEvent[] Events { get; init; }

    public required PreparedView[] Views { get; init; }

    public PreparedIdempotency? Idempotency { get; init; }

    public InboxRow? Inbox { get; init; }

    /// <summary>What no other append of the same batch may touch: streams, view rows, idempotency key, inbox row.</summary>
    public required object[] Touches { get; init; }

    /// <summary>Trace of the caller, to link the shared batch to.</summary>
    public ActivityContext Caller { get; init; }

    public bool HasPublished { get; init; }

    /// <summary>A light statement left it unwritten; the general one says why.</summary>
    public bool AskWhy { get; set; }

    /// <summary>How often it was handed to the database.</summary>
    public int Attempts { get; set; }

    public Task<AppendVerdict> Outcome => outcome.Task;

    public AppendVerdict.Written Written() => new(Streams.ToDictionary(stream => stream.StreamId, stream => stream.Version));

    /// <summary>What became of it; the caller learns it with <see cref="Answer"/>.</summary>
    public void Settle(AppendVerdict settled) => verdict = settled;

    public void Settle(Exception failed) => failure = failed;

    /// <summary>
    /// Lets the caller go on, on this thread: only for a lane that has nothing more to do. Else by
    /// <see cref="AnswerElsewhere"/>, since a caller's work must not hold up the others.
    /// </summary>
    public void Answer()
    {
        if (verdict is not null)
            outcome.SetResult(verdict);
        else
            outcome.SetException(failure ?? new EventStoreUnavailableException("An append was left without a verdict."));
    }

    public void AnswerElsewhere() => ThreadPool.UnsafeQueueUserWorkItem(static append => append.Answer(), this, preferLocal: true);
}

/// <param name="Version">The version after this append.</param>
/// <param name="At">Time of its last event; of no use when it has none.</param>
internal readonly record struct PreparedStream(Guid StreamId, string Type, long Expected, long Version, DateTime At, Guid KeyId);

/// <param name="Published">From 1: which of this stream's published events in this append; 0 for a private one.</param>
internal readonly record struct PreparedEvent(
    Guid StreamId, long Version, Guid Id, string Type, byte[] Data, DateTime At, string? Correlation, byte[] Headers, int Published);

internal readonly record struct PreparedView(
    string View, Guid Id, long Version, byte[] Body, Guid KeyId, string Reach, long SortKey, IReadOnlyList<SearchTerm> Search);

/// <param name="Key">Keyed hash of the whole <see cref="IdempotencyKey"/>: nothing a client typed is stored.</param>
internal sealed record PreparedIdempotency(byte[] Key, byte[] BodyHash, int Status, string? Location, Guid Subject, DateTime At);
