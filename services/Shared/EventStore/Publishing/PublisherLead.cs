using Npgsql;

namespace Partnership.EventStore;

/// <summary>
/// The right to publish, held by one host at a time: a session lock, and an epoch that rises with each new holder. The
/// checkpoint moves only for the holder's own epoch and from the position it knows.
/// </summary>
internal sealed class PublisherLead : IAsyncDisposable
{
    private const string Name = "bus";
    private const long LeadLock = 0x5041_5254_4255_534C;

    private readonly NpgsqlConnection connection;
    private readonly long epoch;

    private PublisherLead(NpgsqlConnection connection, long position, long epoch)
    {
        this.connection = connection;
        this.epoch = epoch;
        Position = position;
    }

    /// <summary>All events up to here are dealt with.</summary>
    public long Position { get; private set; }

    /// <summary>Waits until nobody else leads, and takes over at their checkpoint.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public static async Task<PublisherLead> TakeAsync(string connectionString, TimeSpan retry, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(Connections.Publishing(connectionString));
        try
        {
            await connection.OpenAsync(cancellationToken);
            while (!await TryLockAsync(connection, cancellationToken))
                await Task.Delay(retry, cancellationToken);
            // Asked for a flush of its own: moving the checkpoint goes without, at worst messages are sent again.
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("set synchronous_commit = on"),
                    new("update partnership.publisher set epoch = epoch + 1 where name = $1 returning position, epoch")
                    {
                        Parameters = { new NpgsqlParameter<string> { TypedValue = Name } },
                    },
                },
            };
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var lead = new PublisherLead(connection, reader.GetInt64(0), reader.GetInt64(1));
            await reader.DisposeAsync();
            await using var relax = new NpgsqlCommand("set synchronous_commit = off", connection);
            await relax.ExecuteNonQueryAsync(cancellationToken);
            return lead;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Moves the checkpoint and parks streams, together.</summary>
    /// <exception cref="DeposedException">Somebody else leads by now; nothing was changed.</exception>
    public async Task MoveAsync(long position, IReadOnlyCollection<ParkedStream> parked, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with moved as (
                update partnership.publisher set position = $3 where name = $1 and epoch = $2 and position = $4 returning 1
            ),
            parked as (
                insert into partnership.parked_streams (stream_id, version, seq_id, reason, at)
                select p.*, $9 from unnest($5, $6, $7, $8) as p (stream_id, version, seq_id, reason)
                where exists (select from moved)
                on conflict (stream_id) do nothing
            )
            select count(*) from moved
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = Name },
                new NpgsqlParameter<long> { TypedValue = epoch },
                new NpgsqlParameter<long> { TypedValue = position },
                new NpgsqlParameter<long> { TypedValue = Position },
                new NpgsqlParameter<Guid[]> { TypedValue = [.. parked.Select(stream => stream.StreamId)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. parked.Select(stream => stream.Version)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. parked.Select(stream => stream.Position)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. parked.Select(stream => stream.Reason)] },
                new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime },
            },
        };
        if ((long)(await command.ExecuteScalarAsync(cancellationToken))! == 0)
            throw new DeposedException();
        Position = position;
    }

    /// <summary>The next events in order of commit, with their publication numbers; the body only where there is one.</summary>
    public Task<List<PublicationRow>> ReadAsync(int limit, CancellationToken cancellationToken) => PublicationRow.ReadAsync(
        connection,
        """
        where e.seq_id > $1 order by e.seq_id limit $2
        """, [new NpgsqlParameter<long> { TypedValue = Position }, new NpgsqlParameter<int> { TypedValue = limit }], cancellationToken);

    /// <summary>Published events of a parked stream from the one it waits for up to the checkpoint.</summary>
    public Task<List<PublicationRow>> ReadParkedAsync(ParkedStream stream, int limit, CancellationToken cancellationToken) => PublicationRow.ReadAsync(
        connection,
        """
        where e.stream_id = $1 and e.version >= $2 and e.seq_id <= $3 and p.number is not null order by e.version limit $4
        """,
        [
            new NpgsqlParameter<Guid> { TypedValue = stream.StreamId }, new NpgsqlParameter<long> { TypedValue = stream.Version },
            new NpgsqlParameter<long> { TypedValue = Position }, new NpgsqlParameter<int> { TypedValue = limit },
        ], cancellationToken);

    public async Task<List<ParkedStream>> ParkedAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select stream_id, version, seq_id, reason from partnership.parked_streams order by seq_id", connection);
        var parked = new List<ParkedStream>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            parked.Add(new(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3)));
        return parked;
    }

    /// <summary>A parked stream got as far as this version (exclusive); null: it has caught up and is parked no longer.</summary>
    /// <exception cref="DeposedException">Somebody else leads by now; nothing was changed.</exception>
    public async Task UnparkAsync(Guid streamId, long? waitsFor, CancellationToken cancellationToken)
    {
        const string Mine = "exists (select from partnership.publisher where name = $2 and epoch = $3)";
        await using var command = new NpgsqlCommand(
            waitsFor is null
                ? $"delete from partnership.parked_streams where stream_id = $1 and {Mine}"
                : $"update partnership.parked_streams set version = $4 where stream_id = $1 and {Mine}", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = streamId },
                new NpgsqlParameter<string> { TypedValue = Name },
                new NpgsqlParameter<long> { TypedValue = epoch },
            },
        };
        if (waitsFor is { } version)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            throw new DeposedException();
    }

    /// <summary>Deletes idempotency rows past their time.</summary>
    public async Task ExpireAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("delete from partnership.idempotency where at < $1", connection)
        {
            Parameters = { new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync() => await connection.DisposeAsync();

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({LeadLock})", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>Another host leads: what this one still has in hand it must not count as done.</summary>
internal sealed class DeposedException : Exception;
