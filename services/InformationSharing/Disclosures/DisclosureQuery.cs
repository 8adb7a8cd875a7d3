using Npgsql;
using NpgsqlTypes;

namespace Partnership.InformationSharing;

/// <summary>Which entries somebody asks for. Every part that is given must hold.</summary>
/// <param name="Schemes">Schemes the caller may read and asks about; none means nothing.</param>
/// <param name="From">Earliest time of an entry, inclusive.</param>
/// <param name="To">Latest, exclusive.</param>
/// <param name="After">Position of the last entry of the page before; entries come newest first.</param>
public sealed record DisclosureQuery(
    IReadOnlyList<string> Schemes,
    string? Record,
    string? Subject,
    string? Agency,
    DateTimeOffset? From,
    DateTimeOffset? To,
    long? After,
    int Limit)
{
    public const int MaxLimit = 50;
}

/// <summary>An entry as stored.</summary>
/// <param name="SignatureOk">Null for casework.</param>
public sealed record StoredEntry(long Position, byte[] LeafHash, bool? SignatureOk, byte[] Bytes);

/// <summary>Reads pages of the ledger by its indexes.</summary>
public sealed class DisclosureReader(LedgerDatabase database)
{
    /// <summary>A page, newest first, and whether there is more after it.</summary>
    public async Task<(IReadOnlyList<StoredEntry> Entries, bool More)> ReadAsync(DisclosureQuery query, CancellationToken cancellationToken)
    {
        if (query.Schemes.Count == 0) return ([], false);
        await using var command = Build(query);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<StoredEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new StoredEntry(
                reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetBoolean(2), reader.GetFieldValue<byte[]>(3)));
        }

        var more = entries.Count > query.Limit;
        if (more) entries.RemoveAt(entries.Count - 1);
        return (entries, more);
    }

    private NpgsqlCommand Build(DisclosureQuery query)
    {
        var command = database.Source.CreateCommand();
        var conditions = new List<string> { "e.scheme = any(@schemes)" };
        command.Parameters.Add(new NpgsqlParameter("schemes", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = query.Schemes.ToArray() });
        Among("entry_records", "record_id", "record", query.Record);
        Among("entry_subjects", "subject_id", "subject", query.Subject);
        Among("entry_agencies", "agency", "agency", query.Agency);
        Where("e.at >= @from", "from", query.From?.UtcDateTime);
        Where("e.at < @to", "to", query.To?.UtcDateTime);
        Where("e.position < @after", "after", query.After);
        command.Parameters.AddWithValue("limit", query.Limit + 1);
        command.CommandText =
            $"""
            select e.position, e.leaf_hash, e.signature_ok, e.bytes from ledger.entries e
            where {string.Join(" and ", conditions)}
            order by e.position desc limit @limit
            """;
        return command;

        void Where(string condition, string name, object? value)
        {
            if (value is null) return;
            conditions.Add(condition);
            command.Parameters.AddWithValue(name, value);
        }

        // The positions are found by their own index first: few entries of a large ledger are about one record.
        void Among(string table, string column, string name, string? value) => Where(
            $"e.position in (select i.position from ledger.{table} i where i.scheme = any(@schemes) and i.{column} = @{name})", name, value);
    }
}
