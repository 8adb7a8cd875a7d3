namespace Partnership.EventStore;

/// <summary>
/// The append-only store of one service. Small on purpose: Marten can stand behind it, and behind its tables, where
/// Marten restores.
/// </summary>
public interface IEventStore
{
    /// <summary>
    /// Appends to one or more streams, all or nothing, with the view rows, idempotency row and inbox row that belong to
    /// it. Never throws for a lost race: the verdict says what happened to this append and to no other.
    /// </summary>
    /// <remarks>
    /// Once the append has been handed over, cancelling <paramref name="cancellationToken"/> no longer withdraws it; the
    /// caller still learns the truth. If the connection is lost at commit, the outcome is looked up by event id first.
    /// </remarks>
    /// <exception cref="EventStoreUnavailableException">
    /// Not answered; <see cref="EventStoreUnavailableException.NothingWritten"/> says whether that is all that can be said.
    /// </exception>
    /// <exception cref="AppendRefusedException">The database refuses what it holds; nothing is written.</exception>
    /// <exception cref="ArgumentException">Not a sensible append: no stream, a stream or view row twice, an actor that is not JSON.</exception>
    Task<AppendVerdict> AppendAsync(Append append, CancellationToken cancellationToken);

    /// <summary>All events of a stream in version order, opened; empty when there is no such stream.</summary>
    /// <exception cref="EventStoreUnavailableException">A database did not answer.</exception>
    /// <exception cref="SealedValueException">A stored value has been changed or moved.</exception>
    /// <exception cref="UnknownEventTypeException">A newer release has written an event that this one does not know.</exception>
    Task<LoadedStream> LoadAsync(Guid streamId, CancellationToken cancellationToken);

    /// <summary>One row of a view, opened; null when there is none. <see cref="LoadedView.Erased"/> when its key is gone.</summary>
    Task<LoadedView?> LoadViewAsync(string view, Guid id, CancellationToken cancellationToken);

    /// <summary>
    /// A page of a view in descending order of <see cref="ViewRow.SortKey"/> then id, of rows whose
    /// <see cref="ViewRow.Reach"/> has at least one of <paramref name="reach"/>.
    /// </summary>
    Task<IReadOnlyList<LoadedView>> PageViewAsync(
        string view, IReadOnlyCollection<string> reach, ViewCursor? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// One row of a view with the rows it belongs together with, all of one moment: one statement, one snapshot. Null when
    /// there is no such row.
    /// </summary>
    Task<ViewFamily?> LoadFamilyAsync(ViewFamilies families, Guid id, CancellationToken cancellationToken);

    /// <summary>A page as <see cref="PageViewAsync"/> gives it, each row with those it belongs together with, all of one moment.</summary>
    Task<IReadOnlyList<ViewFamily>> PageFamiliesAsync(
        ViewFamilies families, IReadOnlyCollection<string> reach, ViewCursor? after, int limit, CancellationToken cancellationToken);

    /// <summary>Rows of a view that hold at least one of the search hashes (made by <see cref="ISearchHasher"/>).</summary>
    Task<IReadOnlyList<SearchHit>> SearchAsync(string view, IReadOnlyCollection<SearchTerm> terms, CancellationToken cancellationToken);

    /// <summary>The stored answer for an idempotency key, if this caller used it within seven days.</summary>
    Task<IdempotentAnswer?> FindIdempotentAsync(IdempotencyKey key, CancellationToken cancellationToken);
}

/// <summary>One append as a value.</summary>
public sealed record Append
{
    public required IReadOnlyList<StreamAppend> Streams { get; init; }
    public IdempotencyRow? Idempotency { get; init; }

    /// <summary>Deduplication of the message that caused this append, in the same transaction.</summary>
    public InboxRow? Inbox { get; init; }

    /// <summary>Who, why and under which trace: kept in the headers of each event. Ids and codes only.</summary>
    public required EventHeaders Headers { get; init; }
}

/// <summary>What is appended to one stream.</summary>
/// <param name="StreamId">UUIDv7 of the stream.</param>
/// <param name="StreamType">Alias in snake case, such as <c>marac_referral</c>.</param>
/// <param name="ExpectedVersion">Version of the last event the decision saw; 0 for a new stream. Mandatory.</param>
/// <param name="Events">At least one, unless only views change.</param>
/// <param name="Seal">Which key seals what these events and views hold.</param>
/// <param name="Views">Rows computed beforehand by pure projection; written only where the version advances.</param>
public sealed record StreamAppend(
    Guid StreamId, string StreamType, long ExpectedVersion, IReadOnlyList<NewEvent> Events, SealScope Seal, IReadOnlyList<ViewRow> Views);

/// <summary>An event with the id it will have. <paramref name="Data"/> must be a registered event type.</summary>
public sealed record NewEvent(Guid Id, object Data, DateTimeOffset At);

/// <summary>
/// The scope of one data key: destroying it erases exactly this. <paramref name="Subject"/> is a referral or a case.
/// </summary>
public sealed record SealScope(Guid Subject, string RetentionClass, string Owner);

/// <summary>Codes and ids kept beside each event. Never anything that describes a person.</summary>
/// <param name="Actor">JSON of the actor stamp. Read back with the same content; spacing and order of members may differ.</param>
public sealed record EventHeaders(string Actor, string? TraceParent, string? CorrelationId);

/// <summary>
/// A row of an inline view. <paramref name="Body"/> is sealed; <paramref name="Reach"/> and <paramref name="SortKey"/>
/// are plain and hold codes, ids and times only. <paramref name="Search"/> replaces the row's search terms. One append
/// holds a row at most once.
/// </summary>
public sealed record ViewRow(
    string View, Guid Id, long Version, ReadOnlyMemory<byte> Body, IReadOnlyList<string> Reach, long SortKey, IReadOnlyList<SearchTerm> Search);

/// <summary>A keyed hash of something a person is found by, and what it is a hash of (<c>name</c>, <c>phone</c>, …).</summary>
public sealed record SearchTerm(string Kind, byte[] Hash);

public sealed record SearchHit(Guid Id, IReadOnlyList<string> Kinds);

/// <summary>Position of a page: the last row of the page before.</summary>
public sealed record ViewCursor(long SortKey, Guid Id);

/// <summary>
/// Rows of several views that are read together. They belong together when their <see cref="ViewRow.Reach"/> has the same
/// code that begins with <paramref name="Code"/>, such as <c>case:0192…</c>.
/// </summary>
/// <param name="View">The view that is read or paged over.</param>
/// <param name="Code">How the code begins.</param>
/// <param name="Others">Views whose rows come along; not <paramref name="View"/> itself.</param>
public sealed record ViewFamilies(string View, string Code, IReadOnlyList<string> Others);

/// <summary>A row and the rows it belongs together with, in no order.</summary>
public sealed record ViewFamily(LoadedView Row, IReadOnlyList<FamilyMember> Others);

/// <summary>A row that came along, and of which view it is.</summary>
public sealed record FamilyMember(string View, LoadedView Row);

/// <summary>(person, agency, hat, route, key): whose key it is. Another caller's equal key is another key.</summary>
public sealed record IdempotencyKey(string Person, string Agency, string? Hat, string Route, string Key);

/// <summary>What is kept of a creating command for seven days: keyed hash of the body, status and location; no body.</summary>
public sealed record IdempotencyRow(IdempotencyKey Key, byte[] BodyHash, int Status, string? Location, Guid Subject, DateTimeOffset At);

public sealed record IdempotentAnswer(byte[] BodyHash, int Status, string? Location, Guid Subject);

/// <summary>The message an append is the effect of. With it alone, and no stream, a message without an effect is remembered.</summary>
/// <param name="Consumer">A stable name; under another one, everything would be applied once more.</param>
/// <param name="StreamId">The stream the message was published from.</param>
/// <param name="PublicationNumber">Its gapless number there, from 1.</param>
/// <param name="InOrder">
/// The effect depends on those before it: until they are applied, the verdict is <see cref="AppendVerdict.TooEarly"/>.
/// </param>
public sealed record InboxRow(string Consumer, Guid StreamId, long PublicationNumber, bool InOrder = false);

/// <summary>How far consumers have come.</summary>
public interface IInbox
{
    /// <summary>The first number of a stream that this consumer has not applied; 1 when it has applied none.</summary>
    /// <exception cref="EventStoreUnavailableException">The database did not answer.</exception>
    Task<long> NextAsync(string consumer, Guid streamId, CancellationToken cancellationToken);
}

/// <summary>What happened to one append.</summary>
public abstract record AppendVerdict
{
    private AppendVerdict() { }

    /// <summary>Written. New version of each stream.</summary>
    public sealed record Written(IReadOnlyDictionary<Guid, long> Versions) : AppendVerdict;

    /// <summary>Somebody else appended first; nothing of this append was written.</summary>
    public sealed record Conflict(Guid StreamId, long ActualVersion) : AppendVerdict;

    /// <summary>The idempotency key was used before; nothing was written now.</summary>
    public sealed record AlreadyDone(IdempotentAnswer Answer) : AppendVerdict;

    /// <summary>The message was applied before; nothing was written now.</summary>
    public sealed record DuplicateMessage : AppendVerdict;

    /// <summary>
    /// The message depends on order and one before it is not applied yet, first of all number
    /// <paramref name="Expected"/>; nothing was written.
    /// </summary>
    public sealed record TooEarly(long Expected) : AppendVerdict;

    /// <summary>The key of a scope it would be sealed under has been destroyed; nothing was written.</summary>
    public sealed record Erased : AppendVerdict;
}

/// <summary>A stream as loaded.</summary>
/// <param name="Version">0 when there is no such stream.</param>
/// <param name="Erased">True when the key of at least one event has been destroyed; those values read as erased.</param>
public sealed record LoadedStream(Guid StreamId, long Version, IReadOnlyList<StoredEvent> Events, bool Erased);

/// <summary>An event as loaded: <see cref="Data"/> is the registered type with its sealed values opened.</summary>
public sealed record StoredEvent(
    long Position, Guid Id, Guid StreamId, long Version, string Name, object Data, DateTimeOffset At, EventHeaders Headers, bool Erased);

/// <summary>A view row as loaded. <see cref="Body"/> is empty when <see cref="Erased"/>.</summary>
public sealed record LoadedView(Guid Id, long Version, ReadOnlyMemory<byte> Body, long SortKey, bool Erased);

/// <summary>
/// A database did not answer. For an append: either nothing of it is written (<see cref="NothingWritten"/>), or the
/// connection was lost at commit and the outcome could not be found out.
/// </summary>
public sealed class EventStoreUnavailableException : Exception
{
    /// <summary>True when it is certain that nothing was written: the same append may be made again.</summary>
    public bool NothingWritten { get; init; }

    public EventStoreUnavailableException() { }
    public EventStoreUnavailableException(string message) : base(message) { }
    public EventStoreUnavailableException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>
/// The database refuses this append for what it holds (a text with a null character, say); trying again is of no use.
/// Says the SQL state and nothing of the values.
/// </summary>
/// <remarks>
/// Without an inner exception on purpose: what Npgsql throws can quote the value it could not send, and the server's
/// message the row it refused, and whoever logs an exception logs its inner ones too. The SQL state is what there is to know.
/// </remarks>
public sealed class AppendRefusedException : Exception
{
    public AppendRefusedException() { }
    public AppendRefusedException(string message) : base(message) { }
    public AppendRefusedException(string message, Exception inner) : base(message, inner) { }
}
