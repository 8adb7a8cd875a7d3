using Npgsql;
using NpgsqlTypes;

namespace Partnership.InformationSharing;

/// <summary>The ledger's inserts, each one statement for any number of rows.</summary>
internal static class LedgerWrites
{
    public static void Batches(NpgsqlBatch batch, IReadOnlyList<Delivered> batches, DateTimeOffset now)
    {
        if (batches.Count == 0) return;
        var command = new NpgsqlBatchCommand(
            """
            insert into ledger.batches (instance, sequence, hash, previous_hash, kind, signature_ok, received_at, bytes)
            select instance, sequence, hash, previous_hash, kind, signature_ok, @now, bytes
            from unnest(@instance, @sequence, @hash, @previous_hash, @kind, @signature_ok, @bytes)
                as row (instance, sequence, hash, previous_hash, kind, signature_ok, bytes)
            """);
        Array(command, "instance", NpgsqlDbType.Text, batches, b => b.Batch!.Instance);
        Array(command, "sequence", NpgsqlDbType.Bigint, batches, b => b.Batch!.Sequence);
        Array(command, "hash", NpgsqlDbType.Bytea, batches, b => b.Hash);
        Array(command, "previous_hash", NpgsqlDbType.Bytea, batches, b => b.Batch!.PreviousHash.ToArray());
        Array(command, "kind", NpgsqlDbType.Smallint, batches, b => (short)b.Batch!.Kind);
        Array(command, "signature_ok", NpgsqlDbType.Boolean, batches, b => b.SignatureOk);
        Array(command, "bytes", NpgsqlDbType.Bytea, batches, b => b.Bytes.ToArray());
        Now(command, now);
        batch.BatchCommands.Add(command);
    }

    public static void Entries(NpgsqlBatch batch, IReadOnlyList<PlacedEntry> entries, DateTimeOffset now)
    {
        if (entries.Count == 0) return;
        var command = new NpgsqlBatchCommand(
            """
            insert into ledger.entries
                (position, entry_id, leaf_hash, scheme, at, instance, sequence, ordinal, signature_ok, received_at, bytes)
            select position, entry_id, leaf_hash, scheme, at, instance, sequence, ordinal, signature_ok, @now, bytes
            from unnest(@position, @entry_id, @leaf_hash, @scheme, @at, @instance, @sequence, @ordinal, @signature_ok, @bytes)
                as row (position, entry_id, leaf_hash, scheme, at, instance, sequence, ordinal, signature_ok, bytes)
            """);
        Array(command, "position", NpgsqlDbType.Bigint, entries, e => e.Position);
        Array(command, "entry_id", NpgsqlDbType.Uuid, entries, e => e.Index?.EntryId);
        Array(command, "leaf_hash", NpgsqlDbType.Bytea, entries, e => e.LeafHash);
        Array(command, "scheme", NpgsqlDbType.Text, entries, e => e.Index?.Scheme);
        Array(command, "at", NpgsqlDbType.TimestampTz, entries, e => e.Index?.At.UtcDateTime);
        Array(command, "instance", NpgsqlDbType.Text, entries, e => e.Batch?.Batch!.Instance);
        Array(command, "sequence", NpgsqlDbType.Bigint, entries, e => e.Batch?.Batch!.Sequence);
        Array(command, "ordinal", NpgsqlDbType.Integer, entries, e => e.Batch is null ? (int?)null : e.Ordinal);
        Array(command, "signature_ok", NpgsqlDbType.Boolean, entries, e => e.Batch?.SignatureOk);
        Array(command, "bytes", NpgsqlDbType.Bytea, entries, e => e.Bytes.ToArray());
        Now(command, now);
        batch.BatchCommands.Add(command);
        Index(batch, "entry_records", "record_id", entries, i => i.Records);
        Index(batch, "entry_subjects", "subject_id", entries, i => i.Subjects);
        Index(batch, "entry_agencies", "agency", entries, i => i.Agencies);
    }

    public static void Opaque(NpgsqlBatch batch, IReadOnlyList<(Delivered Message, string Reason)> messages, DateTimeOffset now)
    {
        if (messages.Count == 0) return;
        // Delivered again after a crash, it is there already.
        var command = new NpgsqlBatchCommand(
            """
            insert into ledger.opaque_messages (hash, reason, received_at, bytes)
            select hash, reason, @now, bytes from unnest(@hash, @reason, @bytes) as row (hash, reason, bytes)
            on conflict do nothing
            """);
        Array(command, "hash", NpgsqlDbType.Bytea, messages, m => m.Message.Hash);
        Array(command, "reason", NpgsqlDbType.Text, messages, m => m.Reason);
        Array(command, "bytes", NpgsqlDbType.Bytea, messages, m => m.Message.Bytes.ToArray());
        Now(command, now);
        batch.BatchCommands.Add(command);
    }

    public static void Array<TRow, TValue>(
        NpgsqlBatchCommand command, string name, NpgsqlDbType type, IReadOnlyList<TRow> rows, Func<TRow, TValue> value) =>
        command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type) { Value = rows.Select(value).ToArray() });

    public static void Now(NpgsqlBatchCommand command, DateTimeOffset now) =>
        command.Parameters.Add(new NpgsqlParameter("now", NpgsqlDbType.TimestampTz) { Value = now.UtcDateTime });

    private static void Index(
        NpgsqlBatch batch, string table, string column, IReadOnlyList<PlacedEntry> entries, Func<EntryIndex, IReadOnlyList<string>> values)
    {
        var rows = entries
            .Where(e => e.Index is not null)
            .SelectMany(e => values(e.Index!), (e, value) => (e.Index!.Scheme, Value: value, e.Position))
            .ToList();
        if (rows.Count == 0) return;
        var command = new NpgsqlBatchCommand(
            $"insert into ledger.{table} (scheme, {column}, position) select * from unnest(@scheme, @value, @position)");
        Array(command, "scheme", NpgsqlDbType.Text, rows, r => r.Scheme);
        Array(command, "value", NpgsqlDbType.Text, rows, r => r.Value);
        Array(command, "position", NpgsqlDbType.Bigint, rows, r => r.Position);
        batch.BatchCommands.Add(command);
    }
}

/// <summary>Changes of alarms, appended to a batch whose other statements return no rows.</summary>
internal sealed class AlarmWrites(NpgsqlBatch batch, DateTimeOffset now)
{
    private readonly Dictionary<string, Alarm> raising = [];

    public void Raise(IReadOnlyList<Alarm> alarms)
    {
        if (alarms.Count == 0) return;
        foreach (var alarm in alarms) raising[alarm.Key] = alarm;
        var command = new NpgsqlBatchCommand(
            """
            insert into ledger.alarms (key, kind, instance, detail, raised_at)
            select key, kind, instance, detail, @now from unnest(@key, @kind, @instance, @detail) as row (key, kind, instance, detail)
            on conflict do nothing
            returning key, true
            """);
        var rows = alarms.DistinctBy(a => a.Key).ToList();
        LedgerWrites.Array(command, "key", NpgsqlDbType.Text, rows, a => a.Key);
        LedgerWrites.Array(command, "kind", NpgsqlDbType.Text, rows, a => a.Kind);
        LedgerWrites.Array(command, "instance", NpgsqlDbType.Text, rows, a => a.Instance);
        LedgerWrites.Array(command, "detail", NpgsqlDbType.Text, rows, a => a.Detail);
        LedgerWrites.Now(command, now);
        batch.BatchCommands.Add(command);
    }

    public void Clear(IReadOnlyList<string> keys)
    {
        if (keys.Count == 0) return;
        var command = new NpgsqlBatchCommand(
            """
            insert into ledger.alarm_clearances (key, cleared_at)
            select key, @now from ledger.alarms where key = any(@keys)
            on conflict do nothing
            returning key, false
            """);
        LedgerWrites.Array(command, "keys", NpgsqlDbType.Text, keys, k => k);
        LedgerWrites.Now(command, now);
        batch.BatchCommands.Add(command);
    }

    /// <summary>These instances have spoken again.</summary>
    public void ClearSilence(IReadOnlyList<string> instances)
    {
        if (instances.Count > 0) ClearWhere(AlarmKinds.Silence, "instance = any(@instances)", instances);
    }

    /// <summary>Whatever was open of this kind is mended.</summary>
    public void ClearKind(string kind) => ClearWhere(kind, "@instances is not null", []);

    private void ClearWhere(string kind, string condition, IReadOnlyList<string> instances)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            insert into ledger.alarm_clearances (key, cleared_at)
            select key, @now from ledger.alarms where kind = @kind and {condition}
            on conflict do nothing
            returning key, false
            """);
        command.Parameters.AddWithValue("kind", kind);
        LedgerWrites.Array(command, "instances", NpgsqlDbType.Text, instances, i => i);
        LedgerWrites.Now(command, now);
        batch.BatchCommands.Add(command);
    }

    /// <summary>Runs the whole batch and says which alarms are new and which are mended.</summary>
    public async Task<(IReadOnlyList<Alarm> Raised, IReadOnlyList<string> Cleared)> ExecuteAsync(CancellationToken cancellationToken)
    {
        var raised = new List<Alarm>();
        var cleared = new List<string>();
        if (batch.BatchCommands.Count == 0) return (raised, cleared);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                if (reader.GetBoolean(1)) raised.Add(raising[reader.GetString(0)]);
                else cleared.Add(reader.GetString(0));
            }
        }
        while (await reader.NextResultAsync(cancellationToken));
        return (raised, cleared);
    }
}
