using System.Text.Json;

namespace Partnership.EventStore;

/// <summary>
/// A view that follows the log shortly behind the appends: a pure fold of events into rows, over as many streams as it
/// likes. Each event is applied to its row once, in order of commit, however many hosts there are.
/// </summary>
/// <remarks>
/// A row's version is the position of the last event in it. A fold sees sealed values only of events of its row's own seal
/// scope; those of other events read as erased, so that no row ever holds what the end of its key would not erase. Rows
/// never go: one that is done with has an empty reach.
/// </remarks>
public sealed record SubscribedView
{
    private SubscribedView() { }

    public required string Name { get; init; }

    /// <summary>The registered event types it folds; others pass it by unread.</summary>
    public required IReadOnlySet<Type> Events { get; init; }

    /// <summary>The row an event belongs to; null for none. Is given plain values only, whether or not the event is erased.</summary>
    public required Func<StoredEvent, RowPlace?> RowOf { get; init; }

    /// <summary>The row after an event; null before the first.</summary>
    internal Func<object?, StoredEvent, object> Apply { get; private init; } = null!;

    internal Func<object, RowFace> Face { get; private init; } = null!;

    internal Func<object, byte[]> Write { get; private init; } = null!;

    internal Func<ReadOnlyMemory<byte>, object> Read { get; private init; } = null!;

    /// <summary>A view whose rows are JSON of <typeparamref name="TRow"/>.</summary>
    /// <param name="name">Name it is read by.</param>
    /// <param name="events">See <see cref="Events"/>.</param>
    /// <param name="rowOf">See <see cref="RowOf"/>.</param>
    /// <param name="apply">Pure: the row after the event. Must not change the row it is given, which may be kept.</param>
    /// <param name="face">What is plain of a row.</param>
    /// <param name="json">How rows are written and read back; by default as events are.</param>
    public static SubscribedView Of<TRow>(
        string name, IEnumerable<Type> events, Func<StoredEvent, RowPlace?> rowOf, Func<TRow?, StoredEvent, TRow> apply, Func<TRow, RowFace> face,
        JsonSerializerOptions? json = null)
        where TRow : class
    {
        json ??= EventCodec.Json;
        return new()
        {
            Name = name,
            Events = events.ToHashSet(),
            RowOf = rowOf,
            Apply = (row, happened) => apply((TRow?)row, happened),
            Face = row => face((TRow)row),
            Write = row => JsonSerializer.SerializeToUtf8Bytes((TRow)row, json),
            Read = body => JsonSerializer.Deserialize<TRow>(body.Span, json) ?? throw new JsonException("A row cannot be null."),
        };
    }
}

/// <summary>Which row, and what it is sealed under: always the same for the same row.</summary>
public sealed record RowPlace(Guid Id, SealScope Seal);

/// <summary>What is plain of a row, as of <see cref="ViewRow"/>: codes, ids, times and keyed hashes.</summary>
public sealed record RowFace(IReadOnlyList<string> Reach, long SortKey, IReadOnlyList<SearchTerm> Search);
