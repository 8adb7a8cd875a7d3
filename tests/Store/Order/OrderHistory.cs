namespace Partnership.Tests.Store.Order;

/// <summary>What a caller was told of its append.</summary>
public enum Told
{
    Written,
    Conflict,
    AlreadyDone,
    DuplicateMessage,

    /// <summary>The database refuses what the append holds.</summary>
    Refused,

    /// <summary>Not answered, and certain that nothing was written.</summary>
    NothingWritten,

    /// <summary>The caller gave up before the append was handed over.</summary>
    GaveUp,

    /// <summary>The outcome could not be found out: the only answer that allows either.</summary>
    Unknown,

    /// <summary>Something no caller should ever see.</summary>
    Nonsense,
}

/// <summary>One stream of a call, with the ids of the events it would get: none for a stream that only guards its version.</summary>
public sealed record CalledStream(Guid Stream, long Expected, IReadOnlyList<Guid> Events);

/// <summary>An append as its caller lived through it. Times are those of one clock; what follows from them does not depend on speed.</summary>
public sealed record Call
{
    public required long Seed { get; init; }

    public required IReadOnlyList<CalledStream> Streams { get; init; }

    /// <summary>An idempotency key or a message, which may be written once.</summary>
    public string? Once { get; init; }

    /// <summary>The database is set up to refuse it.</summary>
    public bool MustBeRefused { get; init; }

    public required long Started { get; init; }

    public required long Ended { get; init; }

    public required Told Told { get; init; }

    /// <summary>Of <see cref="Told.Written"/>: the versions it was told.</summary>
    public IReadOnlyDictionary<Guid, long> Versions { get; init; } = new Dictionary<Guid, long>();

    /// <summary>Of <see cref="Told.Conflict"/>.</summary>
    public (Guid Stream, long Actual) Conflict { get; init; }

    /// <summary>Of <see cref="Told.Nonsense"/>: type of what was thrown.</summary>
    public string? What { get; init; }
}

/// <summary>A row of the log as it stood when everything was over.</summary>
/// <param name="Number">Its publication number; null when it has none.</param>
public sealed record Logged(long Position, Guid Id, Guid Stream, long Version, bool Published, long? Number);

/// <summary>What a reader that goes by one number saw after its start, in the order it saw it.</summary>
/// <param name="To">Everything up to here was committed before its last look.</param>
public sealed record Reading(string Reader, long From, long To, IReadOnlyList<(long Position, Guid Id)> Seen);

/// <summary>Everything that happened in a stretch of the log.</summary>
/// <param name="Log">All rows of that stretch in order of position, read when nobody wrote any more.</param>
/// <param name="StreamVersions">The version of every stream of the stretch in <c>mt_streams</c>.</param>
public sealed record OrderHistory(
    IReadOnlyList<Call> Calls, IReadOnlyList<Logged> Log, IReadOnlyDictionary<Guid, long> StreamVersions, IReadOnlyList<Reading> Readings);
