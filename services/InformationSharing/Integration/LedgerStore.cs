using Npgsql;
using NpgsqlTypes;
using Partnership.Ledger;

namespace Partnership.InformationSharing;

/// <summary>What one transaction did.</summary>
/// <param name="Raised">Alarms written for the first time.</param>
/// <param name="Cleared">Keys of alarms that were open and no longer are.</param>
public sealed record Integrated(IntegrationPlan Plan, IReadOnlyList<Alarm> Raised, IReadOnlyList<string> Cleared);

/// <summary>
/// Writes to the ledger. Everything that gives positions does so under one advisory lock, in the transaction that
/// inserts: the order of positions is the order of commits, and a transaction that fails leaves no hole.
/// </summary>
public sealed class LedgerStore(LedgerDatabase database, TimeProvider clock)
{
    /// <summary>Integrates messages of the queue: all of them, or none. Delivered again, they change nothing.</summary>
    /// <exception cref="NpgsqlException">Nothing is known to be written; the same messages may be given again.</exception>
    public async Task<Integrated> IntegrateAsync(IReadOnlyList<Delivered> messages, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, cancellationToken);
        var known = await LoadAsync(connection, messages, cancellationToken);
        var plan = Integrating.Decide(messages, known);
        var now = clock.GetUtcNow();
        await using var batch = new NpgsqlBatch(connection);
        LedgerWrites.Batches(batch, plan.Batches, now);
        LedgerWrites.Entries(batch, plan.Entries, now);
        LedgerWrites.Opaque(batch, plan.Opaque, now);
        var changes = new AlarmWrites(batch, now);
        changes.Raise(plan.Raised);
        changes.Clear(plan.Cleared);
        changes.ClearSilence([.. plan.Batches.Where(b => b.SignatureOk).Select(b => b.Batch!.Instance).Distinct()]);
        var (raised, cleared) = await changes.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Integrated(plan, raised, cleared);
    }

    /// <summary>Keeps one message aside as it is: the last resort for one the database refuses as a batch.</summary>
    public async Task<IReadOnlyList<Alarm>> KeepAsideAsync(Delivered message, Alarm alarm, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        var now = clock.GetUtcNow();
        LedgerWrites.Opaque(batch, [(message, alarm.Kind)], now);
        var changes = new AlarmWrites(batch, now);
        changes.Raise([alarm]);
        var (raised, _) = await changes.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return raised;
    }

    /// <summary>Raises alarms that come from elsewhere than a message; those raised before stay as they are.</summary>
    public async Task<IReadOnlyList<Alarm>> RaiseAsync(IReadOnlyList<Alarm> alarms, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        var changes = new AlarmWrites(batch, clock.GetUtcNow());
        changes.Raise(alarms);
        return (await changes.ExecuteAsync(cancellationToken)).Raised;
    }

    /// <summary>Clears every open alarm of a kind and says which.</summary>
    public async Task<IReadOnlyList<string>> ClearKindAsync(string kind, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        var changes = new AlarmWrites(batch, clock.GetUtcNow());
        changes.ClearKind(kind);
        return (await changes.ExecuteAsync(cancellationToken)).Cleared;
    }

    /// <summary>Appends an entry made here, from casework. False when one of its id stands in the ledger already.</summary>
    public async Task<bool> AppendAsync(DisclosureEntry entry, CancellationToken cancellationToken)
    {
        var bytes = entry.ToBytes();
        var index = EntryIndex.Of(entry) ?? throw new ArgumentException("The entry cannot be indexed.", nameof(entry));
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, cancellationToken);
        await using (var find = new NpgsqlCommand("select 1 from ledger.entries where entry_id = @id", connection))
        {
            find.Parameters.AddWithValue("id", entry.EntryId);
            if (await find.ExecuteScalarAsync(cancellationToken) is not null) return false;
        }

        var placed = new PlacedEntry(
            await NextPositionAsync(connection, cancellationToken), bytes, DisclosureEntry.LeafHash(bytes), index, Batch: null, Ordinal: 0);
        await using var batch = new NpgsqlBatch(connection);
        LedgerWrites.Entries(batch, [placed], clock.GetUtcNow());
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>The last batch of every instance that has not closed, by those signed by a gateway.</summary>
    public async Task<IReadOnlyList<LastHeard>> ReadLastHeardAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(
            """
            with recursive instances as (
                (select instance from ledger.batches order by instance limit 1)
                union all
                select (select b.instance from ledger.batches b where b.instance > i.instance order by b.instance limit 1)
                from instances i where i.instance is not null)
            select i.instance, l.sequence, l.received_at
            from instances i
            cross join lateral (
                select sequence, received_at, kind from ledger.batches b
                where b.instance = i.instance and b.signature_ok
                order by b.sequence desc limit 1) l
            where i.instance is not null and l.kind <> @closing
            """);
        command.Parameters.AddWithValue("closing", (short)BatchKind.Closing);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var heard = new List<LastHeard>();
        while (await reader.ReadAsync(cancellationToken))
            heard.Add(new LastHeard(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return heard;
    }

    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // A statement of its own: those after it see everything that was committed before the lock was given.
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(@key)", connection);
        command.Parameters.AddWithValue("key", LedgerSchema.SequencerLock);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<long> NextPositionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(NextPosition, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private const string NextPosition = "select coalesce(max(position) + 1, 0) from ledger.entries";

    private static async Task<LedgerKnowledge> LoadAsync(
        NpgsqlConnection connection, IReadOnlyList<Delivered> messages, CancellationToken cancellationToken)
    {
        var places = messages
            .Where(m => m.Batch is not null)
            .SelectMany(m => new[] { -1L, 0L, 1L }, (m, step) => (m.Batch!.Instance, Sequence: m.Batch.Sequence + step))
            .Distinct()
            .ToList();
        var ids = messages.SelectMany(m => m.Entries).Select(e => e.Index?.EntryId).OfType<Guid>().Distinct().ToArray();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(NextPosition),
                new NpgsqlBatchCommand(
                    """
                    select b.instance, b.sequence, b.hash, b.previous_hash, b.signature_ok
                    from unnest(@instances, @sequences) as wanted (instance, sequence)
                    join ledger.batches b on b.instance = wanted.instance and b.sequence = wanted.sequence
                    """)
                {
                    Parameters =
                    {
                        new NpgsqlParameter("instances", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = places.ConvertAll(p => p.Instance) },
                        new NpgsqlParameter("sequences", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = places.ConvertAll(p => p.Sequence) },
                    },
                },
                new NpgsqlBatchCommand("select entry_id, leaf_hash from ledger.entries where entry_id = any(@ids)")
                {
                    Parameters = { new NpgsqlParameter("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = ids } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var next = reader.GetInt64(0);

        await reader.NextResultAsync(cancellationToken);
        var batches = new List<KnownBatch>();
        while (await reader.ReadAsync(cancellationToken))
        {
            batches.Add(new KnownBatch(
                reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<byte[]>(3), reader.GetBoolean(4)));
        }

        await reader.NextResultAsync(cancellationToken);
        var entries = new Dictionary<Guid, byte[]>();
        while (await reader.ReadAsync(cancellationToken)) entries.Add(reader.GetGuid(0), reader.GetFieldValue<byte[]>(1));
        return new LedgerKnowledge { NextPosition = next, Batches = batches, Entries = entries };
    }
}

/// <summary>The last batch of an instance and when it came.</summary>
public sealed record LastHeard(string Instance, long Sequence, DateTimeOffset At);
