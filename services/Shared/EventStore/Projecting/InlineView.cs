namespace Partnership.EventStore;

/// <summary>
/// A view whose rows are written with the events they show, one for each stream of a type. Registered, so that its rows
/// can be made anew from the log; whoever appends makes them with the same <see cref="Project"/> or what it calls.
/// </summary>
/// <remarks>
/// A row has the id of its stream, and as its version the sum of the versions of all streams it is made of, unless the view
/// says otherwise. It holds values of one seal scope: destroying that scope's key must erase all of it.
/// </remarks>
public sealed record InlineView
{
    public required string Name { get; init; }

    /// <summary>Alias of the streams that have a row each, such as <c>marac_case</c>.</summary>
    public required string StreamType { get; init; }

    /// <summary>
    /// The other streams a row rests on, such as a case's register. From plain values only: a stream that is erased must
    /// still name them. None when left out.
    /// </summary>
    public Func<LoadedStream, IReadOnlyList<Guid>> Companions { get; init; } = static _ => [];

    /// <summary>
    /// What the row of a stream is sealed under; null while the stream has no row. From plain values only, for the same reason.
    /// A stream that once has a row keeps it.
    /// </summary>
    public required Func<LoadedStream, SealScope?> Seal { get; init; }

    /// <summary>The row's id, where a stream has rows in several views and each is a record of its own. From plain values only.</summary>
    public Func<LoadedStream, Guid>? Id { get; init; }

    /// <summary>
    /// The row's version, where not every event of its stream changes it: that of the last which does, so that it rises with
    /// every change of the row. From plain values only.
    /// </summary>
    public Func<ViewSource, long> Version { get; init; } = static source => source.Version;

    /// <summary>
    /// The row is made of plain values alone, and may therefore be sealed under another scope than its stream: the projection
    /// sees no other.
    /// </summary>
    public bool FromPlainValues { get; init; }

    /// <summary>The row. Pure: the same streams give the same row. Not asked for a stream whose key is destroyed.</summary>
    public required Func<ViewSource, ViewRow> Project { get; init; }
}

/// <summary>What a row is made of, as it was at one moment.</summary>
/// <param name="Main">The stream the row is of.</param>
/// <param name="Companions">In the order <see cref="InlineView.Companions"/> names them; version 0 where there is no such stream.</param>
public sealed record ViewSource(LoadedStream Main, IReadOnlyList<LoadedStream> Companions)
{
    /// <summary>The version the row must have, unless the view has an <see cref="InlineView.Version"/> of its own.</summary>
    public long Version => Main.Version + Companions.Sum(companion => companion.Version);
}
