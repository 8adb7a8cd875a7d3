using Npgsql;

namespace Partnership.EventStore;

/// <summary>Makes messages of stored events; what cannot be made stops its own stream and nothing else.</summary>
internal sealed class PublicationMapping(EventReading reading, PublicationMap publications)
{
    /// <summary>
    /// Messages of the published events of a page, but for those of streams to be left out, and the streams that must
    /// wait because one of theirs cannot be made: its type is unknown here, a value does not open, or the map refuses it.
    /// </summary>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public async Task<(List<Message> Messages, List<ParkedStream> Parked)> MapAsync(
        List<PublicationRow> page, IReadOnlySet<Guid> leftOut, CancellationToken cancellationToken)
    {
        var rows = page.FindAll(row => row.Number is not null && !leftOut.Contains(row.Event.StreamId));
        var opened = await OpenAsync(rows, cancellationToken);
        var messages = new List<Message>(rows.Count);
        var failed = new Dictionary<Guid, ParkedStream>();
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i].Event;
            if (failed.ContainsKey(row.StreamId))
                continue;
            try
            {
                messages.Add(Map(opened[i].Get(), rows[i].Number!.Value));
            }
#pragma warning disable CA1031 // Whatever is wrong with it, the other streams go on.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                failed.Add(row.StreamId, new(row.StreamId, row.Version, row.Position, ReasonOf(failure)));
            }
        }

        return (messages, [.. failed.Values]);
    }

    /// <summary>By type: a message may quote what it failed on.</summary>
    public static string ReasonOf(Exception failure) =>
        failure is PostgresException { SqlState: var state } ? $"{failure.GetType().Name} {state}" : failure.GetType().Name;

    private async ValueTask<Opened[]> OpenAsync(List<PublicationRow> rows, CancellationToken cancellationToken)
    {
        try
        {
            return await reading.OpenEachAsync(rows.ConvertAll(row => row.Event), cancellationToken);
        }
        catch (Exception failure) when (IsOfOneRow(failure) && rows.Count > 1)
        {
            // One of them spoils it for all, a damaged key for instance: each alone.
            var opened = new Opened[rows.Count];
            for (var i = 0; i < rows.Count; i++)
                opened[i] = (await OpenAsync([rows[i]], cancellationToken))[0];
            return opened;
        }
        catch (Exception failure) when (IsOfOneRow(failure))
        {
            return [new(null, System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure))];
        }
    }

    private static bool IsOfOneRow(Exception failure) => failure is not (EventStoreUnavailableException or OperationCanceledException or NpgsqlException);

    private Message Map(StoredEvent stored, long number)
    {
        // It has a number, so consumers wait for it: one that has become private since would be a gap for ever.
        var contract = publications.Map(stored, number)
            ?? throw new InvalidOperationException($"{stored.Name} was published when it was appended and is private now.");
        return new(
            stored.Position, stored.StreamId, stored.Version, contract, MessageIds.Of(stored.Id, contract.GetType()), stored.Headers.TraceParent, stored.At);
    }
}

/// <summary>A message to be sent.</summary>
internal sealed record Message(
    long Position, Guid StreamId, long Version, object Contract, Guid Id, string? TraceParent, DateTimeOffset At);

/// <summary>A stored event on its way to the bus.</summary>
/// <param name="Number">Null when the event is private.</param>
internal sealed record PublicationRow(EventRow Event, long? Number)
{
    /// <summary>Events of <c>mt_events e</c> with their publication numbers; the body only where there is one.</summary>
    /// <param name="which">The rest of the statement, from <c>where</c>.</param>
    public static async Task<List<PublicationRow>> ReadAsync(
        NpgsqlConnection connection, string which, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $$"""
            select e.seq_id, e.id, e.stream_id, e.version, e.type, case when p.number is null then '{}' else e.data end, e.timestamp,
                e.correlation_id, e.headers, p.number
            from mt_events e left join partnership.publications p on p.stream_id = e.stream_id and p.version = e.version
            {{which}}
            """, connection);
        command.Parameters.AddRange(parameters);
        var rows = new List<PublicationRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new(EventReading.Read(reader), reader.IsDBNull(9) ? null : reader.GetInt64(9)));
        return rows;
    }
}

/// <summary>A stream whose messages wait.</summary>
/// <param name="Version">The event it waits for.</param>
/// <param name="Reason">Type of the failure; nothing of its message.</param>
internal sealed record ParkedStream(Guid StreamId, long Version, long Position, string Reason);
