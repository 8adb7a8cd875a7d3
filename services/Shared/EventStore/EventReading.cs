using System.Runtime.ExceptionServices;
using System.Text.Json;
using Npgsql;

namespace Partnership.EventStore;

/// <summary>Rows of <c>mt_events</c> as events.</summary>
internal sealed class EventReading(EventTypes types, KeyRing keys)
{
    /// <summary>The columns <see cref="Read"/> expects, of <c>mt_events e</c>.</summary>
    public const string Columns = "e.seq_id, e.id, e.stream_id, e.version, e.type, e.data, e.timestamp, e.correlation_id, e.headers";

    public static EventRow Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4), reader.GetFieldValue<byte[]>(5),
        new DateTimeOffset(reader.GetDateTime(6)), reader.IsDBNull(7) ? null : reader.GetString(7),
        reader.IsDBNull(8) ? null : reader.GetFieldValue<byte[]>(8));

    /// <summary>Opens rows with one look at the key database for all of them.</summary>
    /// <exception cref="SealedValueException">A value has been changed or moved.</exception>
    /// <exception cref="UnknownEventTypeException">A stored name is not registered.</exception>
    /// <exception cref="JsonException">Stored JSON is not of its type.</exception>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public async ValueTask<IReadOnlyList<StoredEvent>> OpenAsync(IReadOnlyList<EventRow> rows, CancellationToken cancellationToken)
    {
        var opened = await OpenEachAsync(rows, cancellationToken);
        return Array.ConvertAll(opened, result => result.Get());
    }

    /// <summary>The same, with what is wrong with one row kept to that row.</summary>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    /// <param name="plainOnly">Take every key for destroyed.</param>
    public async ValueTask<Opened[]> OpenEachAsync(IReadOnlyList<EventRow> rows, CancellationToken cancellationToken, bool plainOnly = false)
    {
        if (rows.Count == 0)
            return [];
        var documents = new JsonDocument[rows.Count];
        var events = new Opened[rows.Count];
        var of = new HashSet<Guid>();
        Guid[] last = [];
        try
        {
            var ids = new HashSet<Guid>();
            for (var i = 0; i < rows.Count; i++)
            {
                documents[i] = JsonDocument.Parse(rows[i].Data);
                of.Clear();
                var tried = Try(() =>
                {
                    EventCodec.CollectKeys(documents[i].RootElement, of);
                    return null;
                });
                events[i] = tried with { Keys = KeysIn(of) };
                ids.UnionWith(of);
            }

            var opened = plainOnly ? OneKey.None
                : ids.Count == 0 ? new Dictionary<Guid, DataKey?>()
                : await keys.ForReadingAsync(ids, cancellationToken);
            for (var i = 0; i < rows.Count; i++)
            {
                if (events[i].Failure is null)
                    events[i] = Try(() => Open(rows[i], documents[i].RootElement, opened)) with { Keys = events[i].Keys };
            }

            return events;
        }
        finally
        {
            foreach (var document in documents)
                document?.Dispose();
        }

        // Nearly always the same one as before.
        Guid[] KeysIn(HashSet<Guid> found)
        {
            if (found.Count == 0)
                return [];
            if (last is [var only] && found.Count == 1 && found.Contains(only))
                return last;
            return last = [.. found];
        }
    }

    private static Opened Try(Func<StoredEvent?> open)
    {
        try
        {
            return new(open(), null);
        }
#pragma warning disable CA1031 // Decoding touches nothing else: whatever is wrong, is wrong with this row.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new(null, ExceptionDispatchInfo.Capture(failure));
        }
    }

    /// <summary>One row, with the keys given.</summary>
    public StoredEvent Open(EventRow row, JsonElement stored, IReadOnlyDictionary<Guid, DataKey?> opened)
    {
        if (!types.ByName.TryGetValue(row.Type, out var type))
            throw new UnknownEventTypeException(row.StreamId, row.Version, row.Type);
        var (data, erased) = EventCodec.Decode(type, stored, row.StreamId, row.Id, opened);
        return new(row.Position, row.Id, row.StreamId, row.Version, row.Type, data, row.At, HeadersOf(row), erased);
    }

    /// <summary>An event that has been opened with fewer keys.</summary>
    public StoredEvent OpenAgain(StoredEvent before, JsonElement stored, IReadOnlyDictionary<Guid, DataKey?> opened)
    {
        var (data, erased) = EventCodec.Decode(types.ByName[before.Name], stored, before.StreamId, before.Id, opened);
        return before with { Data = data, Erased = erased };
    }

    private static EventHeaders HeadersOf(EventRow row)
    {
        if (row.Headers is null)
            return new("{}", null, row.Correlation);
        using var document = JsonDocument.Parse(row.Headers);
        var headers = document.RootElement;
        return new(
            headers.TryGetProperty(AppendPreparation.ActorHeader, out var actor) ? actor.GetRawText() : "{}",
            headers.TryGetProperty(AppendPreparation.TraceHeader, out var trace) ? trace.GetString() : null,
            row.Correlation);
    }
}

/// <summary>A row of <c>mt_events</c>, not yet opened.</summary>
internal sealed record EventRow(
    long Position, Guid Id, Guid StreamId, long Version, string Type, byte[] Data, DateTimeOffset At, string? Correlation, byte[]? Headers);

/// <summary>An event, or what is wrong with it.</summary>
internal readonly record struct Opened(StoredEvent? Event, ExceptionDispatchInfo? Failure)
{
    /// <summary>Ids of the keys it is sealed under, destroyed or not.</summary>
    public IReadOnlyList<Guid> Keys { get; init; } = [];

    public StoredEvent Get()
    {
        Failure?.Throw();
        return Event!;
    }
}
