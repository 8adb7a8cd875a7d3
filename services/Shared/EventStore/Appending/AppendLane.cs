using System.Data;
using System.Security.Cryptography;
using Npgsql;

namespace Partnership.EventStore;

/// <summary>
/// One connection that writes batches, with its prepared statements. Its backend goes by a name nobody else has, so that
/// it can be ended before an outcome is looked up: a commit still under way would make the answer a guess.
/// </summary>
internal sealed class AppendLane(string connectionString, TimeSpan findOutWithin) : IAsyncDisposable
{
    private readonly Dictionary<BatchParts, NpgsqlBatch> statements = [];
    private NpgsqlConnection? connection;
    private string backendName = "";

    /// <summary>
    /// Writes a batch and settles its appends, except those that a light statement left unwritten without saying why: they
    /// come back, to be written again. Nothing else of the batch is open then.
    /// </summary>
    /// <exception cref="PostgresException">Nothing of the batch is written, and the lane can be used again.</exception>
    /// <exception cref="ConnectFailedException">There was no connection: nothing was sent.</exception>
    /// <exception cref="NpgsqlException">The connection was lost; what was written is unknown.</exception>
    public async Task<(bool Written, List<PreparedAppend>? Open)> WriteAsync(IReadOnlyList<PreparedAppend> batch)
    {
        var parts = AppendStatement.PartsOf(batch);
        var statement = await ReadyAsync(parts);
        AppendStatement.Fill(statement, parts, batch);
        await using var reader = await statement.ExecuteReaderAsync();
        // First result: the lock.
        await reader.NextResultAsync();
        return (parts & (BatchParts.Lone | BatchParts.Simple)) == 0 ? await ReadFailedAsync(reader, batch) : await ReadWrittenAsync(reader, parts, batch);
    }

    /// <summary>The general statement says which failed, and of what.</summary>
    private static async Task<(bool, List<PreparedAppend>?)> ReadFailedAsync(NpgsqlDataReader reader, IReadOnlyList<PreparedAppend> batch)
    {
        AppendVerdict?[]? verdicts = null;
        while (await reader.ReadAsync())
            (verdicts ??= new AppendVerdict?[batch.Count])[reader.GetInt32(0)] = ReadVerdict(reader);
        await EndAsync(reader);
        var written = false;
        for (var i = 0; i < batch.Count; i++)
        {
            var verdict = verdicts?[i];
            written |= verdict is null;
            batch[i].Settle(verdict ?? batch[i].Written());
        }

        return (written, null);
    }

    /// <summary>The light ones say which were written.</summary>
    private static async Task<(bool, List<PreparedAppend>?)> ReadWrittenAsync(NpgsqlDataReader reader, BatchParts parts, IReadOnlyList<PreparedAppend> batch)
    {
        var written = new bool[batch.Count];
        var count = 0;
        for (; await reader.ReadAsync(); count++)
            written[parts.HasFlag(BatchParts.Lone) ? 0 : reader.GetInt64(0) - 1] = true;
        await EndAsync(reader);
        List<PreparedAppend>? open = null;
        for (var i = 0; i < batch.Count; i++)
        {
            if (written[i])
            {
                batch[i].Settle(batch[i].Written());
                continue;
            }

            batch[i].AskWhy = true;
            (open ??= []).Add(batch[i]);
        }

        return (count > 0, open);
    }

    /// <summary>To the end: only then has the server said that it committed.</summary>
    private static Task<bool> EndAsync(NpgsqlDataReader reader) => reader.NextResultAsync();

    /// <summary>
    /// Ids of the events of these appends that are in the database, asked once the lost backend is known to be gone.
    /// </summary>
    public async Task<IReadOnlySet<Guid>> FindWrittenAsync(IReadOnlyList<PreparedAppend> batch, CancellationToken cancellationToken)
    {
        var lost = backendName;
        await DropAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(findOutWithin);
        while (true)
        {
            try
            {
                await ConnectAsync(limit.Token);
                await EndBackendAsync(lost, limit.Token);
                return await LookUpAsync(batch, limit.Token);
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException or ConnectFailedException)
            {
                await DropAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
            }
        }
    }

    /// <summary>Which stream of an append is further than it expected.</summary>
    public async Task<AppendVerdict.Conflict> DescribeConflictAsync(PreparedAppend append)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.id, coalesce(m.version, 0) from unnest($1, $2) as s (id, expected)
            left join mt_streams m on m.id = s.id
            order by coalesce(m.version, 0) <> s.expected desc limit 1
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = [.. append.Streams.Select(stream => stream.StreamId)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. append.Streams.Select(stream => stream.Expected)] },
            },
        };
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new(reader.GetGuid(0), reader.GetInt64(1));
    }

    public async ValueTask DisposeAsync() => await DropAsync();

    private async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        await DropAsync();
        backendName = "partnership-append-" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        var fresh = new NpgsqlConnection(Connections.Appending(connectionString, backendName));
        try
        {
            await fresh.OpenAsync(cancellationToken);
            connection = fresh;
        }
        catch (Exception failure)
        {
            await fresh.DisposeAsync();
            if (failure is OperationCanceledException)
                throw;
            throw new ConnectFailedException(failure);
        }
    }

    /// <summary>The statement, prepared on a living connection.</summary>
    private async Task<NpgsqlBatch> ReadyAsync(BatchParts parts)
    {
        var used = connection?.FullState is ConnectionState.Open;
        if (!used)
            await ConnectAsync();
        if (statements.TryGetValue(parts, out var statement))
            return statement;
        try
        {
            return await PrepareAsync(parts);
        }
        catch (ConnectFailedException) when (used)
        {
            // It had broken unnoticed, and nothing is sent yet: worth another connection.
            await ConnectAsync();
            return await PrepareAsync(parts);
        }
    }

    private async Task<NpgsqlBatch> PrepareAsync(BatchParts parts)
    {
        var statement = AppendStatement.Create(parts, connection!);
        try
        {
            await statement.PrepareAsync();
        }
        catch (Exception failure) when (failure is NpgsqlException and not PostgresException or IOException or TimeoutException)
        {
            await statement.DisposeAsync();
            await DropAsync();
            throw new ConnectFailedException(failure);
        }

        statements.Add(parts, statement);
        return statement;
    }

    /// <summary>Ends the backend of a lost connection, if it still lives, and waits until it is gone.</summary>
    private async Task EndBackendAsync(string lost, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = lost } },
        };
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                if (!reader.GetBoolean(0))
                    throw new TimeoutException("A lost backend is still at work.");
            }
        }
    }

    private async Task<IReadOnlySet<Guid>> LookUpAsync(IReadOnlyList<PreparedAppend> batch, CancellationToken cancellationToken)
    {
        var events = batch.SelectMany(append => append.Events).ToArray();
        await using var command = new NpgsqlCommand(
            """
            select e.id from unnest($1, $2, $3) as w (id, stream_id, version)
            join mt_events e on e.stream_id = w.stream_id and e.version = w.version and e.id = w.id
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(events, x => x.Id) },
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(events, x => x.StreamId) },
                new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(events, x => x.Version) },
            },
        };
        var found = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetGuid(0));
        return found;
    }

    private static AppendVerdict ReadVerdict(NpgsqlDataReader reader) => reader.GetInt32(1) switch
    {
        AppendStatement.Conflict => new AppendVerdict.Conflict(reader.GetGuid(2), reader.GetInt64(3)),
        AppendStatement.Erased => new AppendVerdict.Erased(),
        AppendStatement.TooEarly => new AppendVerdict.TooEarly(reader.GetInt64(3)),
        AppendStatement.DuplicateMessage => new AppendVerdict.DuplicateMessage(),
        AppendStatement.AlreadyDone => new AppendVerdict.AlreadyDone(new(
            reader.GetFieldValue<byte[]>(4), reader.GetInt32(5), reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetGuid(7))),
        var unknown => throw new InvalidOperationException($"Verdict {unknown} is unknown."),
    };

    private async Task DropAsync()
    {
        foreach (var statement in statements.Values)
            await statement.DisposeAsync();
        statements.Clear();
        if (connection is not null)
        {
            try
            {
                await connection.DisposeAsync();
            }
            catch (NpgsqlException)
            {
                // Broken already.
            }
        }

        connection = null;
    }
}

/// <summary>No connection could be had: nothing was sent.</summary>
internal sealed class ConnectFailedException(Exception inner) : Exception("No connection to the event store.", inner);
