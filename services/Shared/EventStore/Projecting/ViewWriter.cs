using Npgsql;
using NpgsqlTypes;

namespace Partnership.EventStore;

/// <summary>
/// Writes view rows outside of an append, without the ordering lock: rows made anew from the log and rows of subscribed
/// views, with their search terms.
/// </summary>
/// <remarks>
/// <para>
/// <i>Erasure.</i> Each batch holds <see cref="ErasureLock"/> shared from before its snapshot to its commit; destroying a key
/// takes it alone. So a batch is either over before, and what it wrote is blanked with the rest, or it sees the tombstone,
/// and writes the row blank, whatever it was given.
/// </para>
/// <para>
/// <i>Appends.</i> An append holds its own rows until its commit, and everybody else's appends wait for it. Therefore a batch
/// never waits for a row that an append holds: it leaves it out and says so. It can only meet one that is being
/// inserted; there a short lock time-out, far below the one that finds deadlocks, makes the batch give way.
/// </para>
/// <para>
/// <i>Search terms.</i> An append that looked before a batch committed, and writes its row after it, does not see the terms
/// the batch added, and leaves those behind that it should remove. Hence <see cref="BarrierAsync"/>: once every such append
/// is over, a row that has moved on is made once more.
/// </para>
/// </remarks>
internal static class ViewWriter
{
    /// <summary>Shared by whoever writes rows from what it read before; exclusive for the destruction of a key.</summary>
    public const long ErasureLock = 0x5041_5254_4552_4153;

    private const int RemovedAtOnce = 2_000;

    private const string Write = """
        with incoming as materialized (
            select i.id, i.version, i.key_id, k.key_id is not null as erased,
                case when k.key_id is null then i.body else ''::bytea end as body,
                case when k.key_id is null then coalesce(string_to_array(nullif(i.reach, ''), E'\x1f'), '{}') else '{}' end as reach,
                case when k.key_id is null then i.sort_key else 0 end as sort_key
            from unnest($2, $3, $4, $5, $6, $7) as i (id, version, body, key_id, reach, sort_key)
            left join partnership.erased_keys k on k.key_id = i.key_id
        ),
        present as materialized (
            select v.id from partnership.views v where v.view = $1 and v.id = any($2)
        ),
        held as materialized (
            select v.id from partnership.views v where v.view = $1 and v.id = any($2) for update skip locked
        ),
        written as (
            insert into partnership.views (view, id, version, body, key_id, reach, sort_key)
            select $1, i.id, i.version, i.body, i.key_id, i.reach, i.sort_key from incoming i
            where i.id in (select id from held) or i.id not in (select id from present)
            on conflict (view, id) do update set version = excluded.version, body = excluded.body, key_id = excluded.key_id,
                reach = excluded.reach, sort_key = excluded.sort_key
            -- The same version too: the code that makes the row may have changed.
            where views.version <= excluded.version
            returning id
        ),
        term as materialized (
            select t.id, t.kind, t.hash, t.key_id from unnest($8, $9, $10, $11) as t (id, kind, hash, key_id)
            -- "is true" keeps it a hashed look-up: as a join it would compare each with each.
            where (t.id in (select id from written)) is true and t.id not in (select id from incoming where erased)
        ),
        gone as (
            delete from partnership.search_terms s using written w
            where s.view = $1 and s.id = w.id and (s.id, s.kind, s.hash, s.key_id) not in (select id, kind, hash, key_id from term)
        ),
        added as (
            insert into partnership.search_terms (view, id, kind, hash, key_id)
            select $1, id, kind, hash, key_id from term
            on conflict do nothing
            returning id
        )
        select i.id, i.id in (select id from written), i.id in (select id from present) and i.id not in (select id from held),
            i.id in (select id from added)
        from incoming i
        """;

    /// <summary>Takes <see cref="ErasureLock"/> shared until the end of the transaction. First in it, before any other lock.</summary>
    public static NpgsqlBatchCommand HoldOffErasure() => new($"select pg_advisory_xact_lock_shared({ErasureLock})");

    /// <summary>
    /// Writes rows where the stored one is not further. In a transaction that began with <see cref="HoldOffErasure"/>.
    /// </summary>
    /// <param name="stored">Name they are stored under.</param>
    public static async Task<List<RowWritten>> WriteAsync(
        NpgsqlConnection connection, string stored, IReadOnlyList<PreparedRow> rows, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(stored, rows) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    /// <summary>
    /// The same as a transaction of its own, which gives way to an append it would have to wait for: sent whole before one
    /// Sync, without a "begin", so that a client that dies leaves no row locked.
    /// </summary>
    /// <exception cref="PostgresException"><see cref="PostgresErrorCodes.LockNotAvailable"/>: nothing is written.</exception>
    public static async Task<List<RowWritten>> WriteAtOnceAsync(
        NpgsqlConnection connection, string stored, IReadOnlyList<PreparedRow> rows, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { HoldOffErasure(), new("select set_config('lock_timeout', '50ms', true)"), Command(stored, rows) },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    private static NpgsqlBatchCommand Command(string stored, IReadOnlyList<PreparedRow> rows)
    {
        var terms = rows.SelectMany(row => row.Search, (row, term) => (row.Id, Term: term, row.KeyId)).ToArray();
        return new(Write)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = stored },
                Array(rows, row => row.Id),
                Array(rows, row => row.Version),
                Array(rows, row => row.Body),
                Array(rows, row => row.KeyId),
                Array(rows, row => row.Reach),
                Array(rows, row => row.SortKey),
                Array(terms, term => term.Id),
                Array(terms, term => term.Term.Kind),
                Array(terms, term => term.Term.Hash),
                Array(terms, term => term.KeyId),
            },
        };
    }

    private static async Task<List<RowWritten>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var written = new List<RowWritten>();
        while (await reader.ReadAsync(cancellationToken))
            written.Add(new(reader.GetGuid(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3)));
        // To the end: only then has the server said that it committed.
        await reader.NextResultAsync(cancellationToken);
        return written;
    }

    /// <summary>Returns once every append that was under way is over.</summary>
    public static async Task BarrierAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock({AppendStatement.OrderingLock})", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Removes all rows of a stored name with their terms, in transactions of a few thousand. Outside of any other.</summary>
    public static async Task RemoveAllAsync(NpgsqlConnection connection, string stored, CancellationToken cancellationToken)
    {
        foreach (var table in (string[])["search_terms", "views"])
        {
            ulong removed;
            do
            {
#pragma warning disable CA2100 // The names above.
                var remove = new NpgsqlBatchCommand(
                    $"delete from partnership.{table} where ctid = any(array(select ctid from partnership.{table} where view = $1 limit {RemovedAtOnce})) and view = $1")
                {
                    Parameters = { new NpgsqlParameter<string> { TypedValue = stored } },
                };
#pragma warning restore CA2100
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { HoldOffErasure(), remove } };
                await batch.ExecuteNonQueryAsync(cancellationToken);
                removed = remove.Rows;
            }
            while (removed > 0);
        }
    }

    /// <summary>A row as it will be stored.</summary>
    /// <exception cref="ArgumentException">The reach holds something that is not a code.</exception>
    public static PreparedRow Prepare(string view, Guid id, long version, ReadOnlySpan<byte> body, RowFace face, DataKey key)
    {
        if (face.Reach.Any(code => code.Length == 0 || code.Contains(AppendStatement.ReachSeparator, StringComparison.Ordinal)))
            throw new ArgumentException("A reach holds codes: not empty, without control characters.", nameof(face));
        return new(
            id, version, EventCodec.EncodeView(view, id, body, key), key.Id, string.Join(AppendStatement.ReachSeparator, face.Reach), face.SortKey,
            face.Search);
    }

    /// <summary>The row of a destroyed key: it keeps its place and its version, and says nothing.</summary>
    public static PreparedRow Blank(Guid id, long version, Guid keyId) => new(id, version, [], keyId, "", 0, []);

    private static NpgsqlParameter<TTo[]> Array<TFrom, TTo>(IReadOnlyList<TFrom> rows, Func<TFrom, TTo> value)
    {
        var values = new TTo[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(rows[i]);
        var parameter = new NpgsqlParameter<TTo[]> { TypedValue = values };
        if (typeof(TTo) == typeof(string))
            parameter.NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text;
        return parameter;
    }
}

/// <summary>A view row, sealed.</summary>
/// <param name="Reach">Its codes, separated as in <see cref="AppendStatement"/>.</param>
internal sealed record PreparedRow(Guid Id, long Version, byte[] Body, Guid KeyId, string Reach, long SortKey, IReadOnlyList<SearchTerm> Search);

/// <summary>What became of a row.</summary>
/// <param name="Written">False: the stored row is further, or busy.</param>
/// <param name="Busy">Somebody else was writing it at that moment.</param>
/// <param name="TermsAdded">It got search terms it did not have.</param>
internal readonly record struct RowWritten(Guid Id, bool Written, bool Busy, bool TermsAdded);

/// <summary>Connections that read the log for views and write them.</summary>
internal sealed class ViewDatabase(NpgsqlDataSource source) : IAsyncDisposable
{
    public NpgsqlDataSource Source { get; } = source;

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
