using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Partnership.EventStore;

/// <summary>The store on PostgreSQL, in Marten's tables. One instance a host.</summary>
internal sealed partial class PostgresEventStore : IEventStore, IInbox, IAsyncDisposable
{
    private readonly NpgsqlDataSource reading;
    private readonly KeyRing keys;
    private readonly AppendPreparation preparation;
    private readonly EventReading reader;
    private readonly SearchHasher hasher;
    private readonly AppendQueue queue;
    private readonly ViewRegistry views;
    private readonly TimeProvider clock;

    public PostgresEventStore(
        EventStoreOptions options, NpgsqlDataSource reading, KeyRing keys, EventReading reader, SearchHasher hasher, EventTypes types, PublicationMap publications,
        ViewRegistry views, Action appended, TimeProvider clock)
    {
        this.reading = reading;
        this.keys = keys;
        this.hasher = hasher;
        this.clock = clock;
        preparation = new AppendPreparation(types, publications, keys, hasher);
        this.reader = reader;
        this.views = views;
        queue = new AppendQueue(options, appended);
    }

    public async Task<AppendVerdict> AppendAsync(Append append, CancellationToken cancellationToken)
    {
        using var activity = StoreTelemetry.Activities.StartActivity("append");
        AppendVerdict verdict;
        try
        {
            verdict = await queue.EnqueueAsync(await preparation.PrepareAsync(append, cancellationToken));
        }
        catch (ScopeErasedException)
        {
            verdict = new AppendVerdict.Erased();
        }
        catch (Exception failure) when (failure is EventStoreUnavailableException or AppendRefusedException)
        {
            StoreTelemetry.Append(failure is AppendRefusedException ? "refused" : "unavailable");
            activity?.SetStatus(ActivityStatusCode.Error);
            throw;
        }

        var name = verdict.GetType().Name;
        StoreTelemetry.Append(name);
        activity?.SetTag("partnership.verdict", name);
        return verdict;
    }

    public async Task<LoadedStream> LoadAsync(Guid streamId, CancellationToken cancellationToken)
    {
        using var activity = StoreTelemetry.Activities.StartActivity("load");
        await using var command = reading.CreateCommand(
            $"select {EventReading.Columns} from mt_events e where e.stream_id = $1 and e.type <> 'tombstone' order by e.seq_id");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = streamId });
        var rows = await RowsAsync(command, EventReading.Read, cancellationToken);
        var opened = await reader.OpenAsync(rows, cancellationToken);
        activity?.SetTag("partnership.events", opened.Count);
        return new(streamId, opened.Count == 0 ? 0 : opened[^1].Version, opened, opened.Any(stored => stored.Erased));
    }

    public async Task<LoadedView?> LoadViewAsync(string view, Guid id, CancellationToken cancellationToken)
    {
        using var activity = StoreTelemetry.Activities.StartActivity("load view");
        await using var command = reading.CreateCommand(
            $"select id, version, body, key_id, sort_key from partnership.views where view = {views.StoredSql(view)} and id = $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = view });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (await OpenAsync(view, await RowsAsync(command, ReadView, cancellationToken), cancellationToken)).SingleOrDefault();
    }

    public async Task<IReadOnlyList<LoadedView>> PageViewAsync(
        string view, IReadOnlyCollection<string> reach, ViewCursor? after, int limit, CancellationToken cancellationToken)
    {
        using var activity = StoreTelemetry.Activities.StartActivity("page view");
        await using var command = reading.CreateCommand(
            $"""
            select id, version, body, key_id, sort_key from partnership.views
            where view = {views.StoredSql(view)} and reach && $2 {(after is null ? "" : "and (sort_key, id) < ($4, $5)")}
            order by sort_key desc, id desc limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = view });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. reach] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        if (after is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after.SortKey });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after.Id });
        }

        return await OpenAsync(view, await RowsAsync(command, ReadView, cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<SearchHit>> SearchAsync(string view, IReadOnlyCollection<SearchTerm> terms, CancellationToken cancellationToken)
    {
        using var activity = StoreTelemetry.Activities.StartActivity("search");
        await using var command = reading.CreateCommand(
            $"""
            select s.id, array_agg(distinct s.kind order by s.kind) from unnest($2, $3) as w (kind, hash)
            join partnership.search_terms s on s.hash = w.hash and s.kind = w.kind
            where s.view = {views.StoredSql(view)} group by s.id order by count(distinct s.kind) desc, s.id
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = view });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. terms.Select(term => term.Kind)] });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. terms.Select(term => term.Hash)] });
        return await RowsAsync(
            command, reader => new SearchHit(reader.GetGuid(0), reader.GetFieldValue<string[]>(1)), cancellationToken);
    }

    public async Task<IdempotentAnswer?> FindIdempotentAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        await using var command = reading.CreateCommand(
            "select body_hash, status, location, subject from partnership.idempotency where key = $1 and at > $2");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = hasher.Key(key) });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (clock.GetUtcNow() - Housekeeping.IdempotencyKept).UtcDateTime });
        var rows = await RowsAsync(
            command,
            reader => new IdempotentAnswer(
                reader.GetFieldValue<byte[]>(0), reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetGuid(3)),
            cancellationToken);
        return rows.SingleOrDefault();
    }

    public async Task<long> NextAsync(string consumer, Guid streamId, CancellationToken cancellationToken)
    {
        await using var command = reading.CreateCommand(
            "select contiguous + 1 from partnership.inbox where consumer = $1 and stream_id = $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = consumer });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = streamId });
        var rows = await RowsAsync(command, reader => reader.GetInt64(0), cancellationToken);
        return rows is [var next] ? next : 1;
    }

    public ValueTask DisposeAsync() => queue.DisposeAsync();

    private static ViewRecord ReadView(NpgsqlDataReader reader) =>
        new(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetGuid(3), reader.GetInt64(4));

    private async Task<IReadOnlyList<LoadedView>> OpenAsync(string view, List<ViewRecord> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        var opened = await keys.ForReadingAsync([.. rows.Select(row => row.KeyId).Distinct()], cancellationToken);
        return rows.ConvertAll(row => Open(view, row, opened));
    }

    /// <summary>A row without a body is of an erased record, though this host may still hold its key.</summary>
    private static LoadedView Open(string view, ViewRecord row, IReadOnlyDictionary<Guid, DataKey?> opened) =>
        row.Body.Length > 0 && EventCodec.KeyIn(opened, row.KeyId) is { } key
            ? new LoadedView(row.Id, row.Version, EventCodec.DecodeView(view, row.Id, row.Body, key), row.SortKey, Erased: false)
            : new LoadedView(row.Id, row.Version, ReadOnlyMemory<byte>.Empty, row.SortKey, Erased: true);

    internal static async Task<List<T>> RowsAsync<T>(DbCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        try
        {
            await using var reader = (NpgsqlDataReader)await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                rows.Add(read(reader));
            return rows;
        }
        catch (DbException failure)
        {
            throw new EventStoreUnavailableException($"The event store did not answer ({failure.SqlState ?? "no connection"}).");
        }
    }

    private sealed record ViewRecord(Guid Id, long Version, byte[] Body, Guid KeyId, long SortKey);
}
