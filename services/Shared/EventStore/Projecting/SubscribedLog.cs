using Npgsql;

namespace Partnership.EventStore;

/// <summary>
/// What a subscribed view keeps in the database: which generation is read, how far each has come
/// (<c>mt_event_progression</c>), which rows wait.
/// </summary>
internal sealed class SubscribedLog(string view, NpgsqlDataSource source)
{
    public NpgsqlDataSource Source { get; } = source;

    public string Stored(int generation) => ViewRegistry.Stored(view, generation);

    /// <summary>Name of a checkpoint among Marten's own.</summary>
    public static string Checkpoint(string stored) => $"partnership:{stored}";

    /// <summary>The generation that is read and how far it has come; both made when there are none.</summary>
    /// <exception cref="InvalidOperationException">There is a generation, and somebody has deleted how far it has come.</exception>
    public async Task<(int Generation, long Position)> LiveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await using var command = new NpgsqlCommand(
                """
                select g.generation, p.last_seq_id from partnership.view_generations g
                join mt_event_progression p on p.name = 'partnership:' || g.view || '#' || g.generation
                where g.view = $1
                """, connection)
            {
                Parameters = { Text(view) },
            };
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                if (await reader.ReadAsync(cancellationToken))
                    return (reader.GetInt32(0), reader.GetInt64(1));
            }

            await using var make = new NpgsqlCommand(
                """
                with made as (
                    insert into partnership.view_generations (view, generation) values ($1, 1)
                    -- An inline view that was made anew has generation 0.
                    on conflict (view) do update set generation = 1 where view_generations.generation = 0
                    returning view, generation
                )
                insert into mt_event_progression (name, last_seq_id, last_updated)
                select 'partnership:' || view || '#' || generation, 0, now() from made
                on conflict do nothing
                """, connection)
            {
                Parameters = { Text(view) },
            };
            await make.ExecuteNonQueryAsync(cancellationToken);
        }

        throw new InvalidOperationException($"The checkpoint of the view '{view}' is missing.");
    }

    /// <summary>The next events in order of commit; without their bodies where those are not read.</summary>
    public static async Task<List<EventRow>> ReadAsync(
        NpgsqlConnection connection, long after, long upTo, int limit, string[] unread, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select e.seq_id, e.id, e.stream_id, e.version, e.type, case when e.type = any($4) then '{}' else e.data end, e.timestamp,
                e.correlation_id, e.headers
            from mt_events e where e.seq_id > $1 and e.seq_id <= $2 order by e.seq_id limit $3
            """, connection)
        {
            Parameters = { Number(after), Number(upTo), new NpgsqlParameter<int> { TypedValue = limit }, new NpgsqlParameter<string[]> { TypedValue = unread } },
        };
        return await RowsAsync(command, EventReading.Read, cancellationToken);
    }

    /// <summary>Events of a stream up to one of them.</summary>
    public static async Task<List<EventRow>> ReadStreamAsync(
        NpgsqlConnection connection, Guid streamId, long before, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {EventReading.Columns} from mt_events e where e.stream_id = $1 and e.seq_id < $2 order by e.seq_id", connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = streamId }, Number(before) },
        };
        return await RowsAsync(command, EventReading.Read, cancellationToken);
    }

    /// <summary>
    /// In the transaction that stores the rows: moves a checkpoint, and keeps everybody else from moving it until the end;
    /// then the rows asked for and those that wait.
    /// </summary>
    /// <returns>Null when the checkpoint stands elsewhere by now: another host moved it, or its generation is no longer read.</returns>
    public static async Task<Moved?> MoveAsync(
        NpgsqlConnection connection, string stored, long from, long to, Guid[] rows, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                ViewWriter.HoldOffErasure(),
                new("update mt_event_progression set last_seq_id = $3, last_updated = now() where name = $1 and last_seq_id = $2 returning 1")
                {
                    Parameters = { Text(Checkpoint(stored)), Number(from), Number(to) },
                },
                new("select id, seq_id, reason from partnership.parked_rows where view = $1") { Parameters = { Text(stored) } },
                new("select id, version, body, key_id from partnership.views where view = $1 and id = any($2)")
                {
                    Parameters = { Text(stored), new NpgsqlParameter<Guid[]> { TypedValue = rows } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        await reader.NextResultAsync(cancellationToken);
        var parked = new List<ParkedRow>();
        while (await reader.ReadAsync(cancellationToken))
            parked.Add(new(reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2)));
        await reader.NextResultAsync(cancellationToken);
        var found = new List<StoredRow>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetGuid(3)));
        return new(parked, found);
    }

    /// <summary>How far a generation has come, and nobody moves it until the end of the transaction; null when it is gone.</summary>
    public static async Task<long?> HoldAsync(NpgsqlConnection connection, string stored, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                ViewWriter.HoldOffErasure(),
                new("select last_seq_id from mt_event_progression where name = $1 for update") { Parameters = { Text(Checkpoint(stored)) } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.GetInt64(0) : null;
    }

    /// <summary>Stores what a page changed. In the transaction that moved the checkpoint.</summary>
    public static async Task StoreAsync(
        NpgsqlConnection connection, string stored, List<PreparedRow> rows, List<ParkedRow> parked, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (rows.Count > 0 && (await ViewWriter.WriteAsync(connection, stored, rows, cancellationToken)).Any(row => !row.Written))
            throw new InvalidOperationException("A row is further than its checkpoint.");
        if (parked.Count > 0)
            await ParkAsync(connection, stored, parked, now, cancellationToken);
    }

    public static async Task ParkAsync(
        NpgsqlConnection connection, string stored, IReadOnlyCollection<ParkedRow> parked, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into partnership.parked_rows (view, id, seq_id, reason, at)
            select $1, p.id, p.seq_id, p.reason, $5 from unnest($2, $3, $4) as p (id, seq_id, reason)
            on conflict (view, id) do update set seq_id = excluded.seq_id, reason = excluded.reason
            """, connection)
        {
            Parameters =
            {
                Text(stored),
                new NpgsqlParameter<Guid[]> { TypedValue = [.. parked.Select(row => row.Id)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. parked.Select(row => row.Position)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. parked.Select(row => row.Reason)] },
                new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>False when it no longer waits for that event: another host has taken it up.</summary>
    public static async Task<bool> UnparkAsync(NpgsqlConnection connection, string stored, ParkedRow row, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("delete from partnership.parked_rows where view = $1 and id = $2 and seq_id = $3", connection)
        {
            Parameters = { Text(stored), new NpgsqlParameter<Guid> { TypedValue = row.Id }, Number(row.Position) },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Changes how a row is parked; false when it is no longer parked as it was.</summary>
    public static async Task<bool> ParkAgainAsync(
        NpgsqlConnection connection, string stored, ParkedRow before, ParkedRow after, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "update partnership.parked_rows set seq_id = $4, reason = $5 where view = $1 and id = $2 and seq_id = $3", connection)
        {
            Parameters =
            {
                Text(stored), new NpgsqlParameter<Guid> { TypedValue = before.Id }, Number(before.Position), Number(after.Position), Text(after.Reason),
            },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    public static async Task<List<ParkedRow>> ParkedAsync(NpgsqlConnection connection, string stored, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select id, seq_id, reason from partnership.parked_rows where view = $1 order by seq_id", connection)
        {
            Parameters = { Text(stored) },
        };
        return await RowsAsync(command, reader => new ParkedRow(reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2)), cancellationToken);
    }

    public static async Task<List<StoredRow>> RowsOfAsync(NpgsqlConnection connection, string stored, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select id, version, body, key_id from partnership.views where view = $1 and id = any($2)", connection)
        {
            Parameters = { Text(stored), new NpgsqlParameter<Guid[]> { TypedValue = ids } },
        };
        return await RowsAsync(
            command, reader => new StoredRow(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetGuid(3)), cancellationToken);
    }

    public static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    public static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value };

    public static async Task<List<T>> RowsAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>The checkpoint is moved, and these rows are as they were before.</summary>
    internal sealed record Moved(List<ParkedRow> Parked, List<StoredRow> Rows);
}
