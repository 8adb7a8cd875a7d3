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
        var indexes = new List<(string Table, string Column, string Name, string Value)>();
        if (query.Record is { } record) indexes.Add(("entry_records", "record_id", "record", record));
        if (query.Subject is { } subject) indexes.Add(("entry_subjects", "subject_id", "subject", subject));
        if (query.Agency is { } agency) indexes.Add(("entry_agencies", "agency", "agency", agency));
        foreach (var (_, _, name, value) in indexes) command.Parameters.AddWithValue(name, value);

        // One scheme, which is the rule, by equality: only then does an index give its rows in the order of positions.
        var one = query.Schemes.Count == 1;
        var scheme = one ? "= @scheme" : "= any(@scheme)";
        if (one) command.Parameters.AddWithValue("scheme", query.Schemes[0]);
        else command.Parameters.Add(new NpgsqlParameter("scheme", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = query.Schemes.ToArray() });

        // The first index given leads; few entries of a large ledger are about one record or one person.
        var lead = indexes.Count > 0 ? "i" : "e";
        var conditions = new List<string> { $"{lead}.scheme {scheme}" };
        var from = "ledger.entries e";
        if (indexes.Count > 0)
        {
            from = $"ledger.{indexes[0].Table} i join ledger.entries e on e.position = i.position";
            conditions.Add($"i.{indexes[0].Column} = @{indexes[0].Name}");
        }

        conditions.AddRange(indexes.Skip(1).Select(x =>
            $"exists (select 1 from ledger.{x.Table} x where x.scheme = e.scheme and x.{x.Column} = @{x.Name} and x.position = e.position)"));
        Where("e.at >= @from", "from", query.From?.UtcDateTime);
        Where("e.at < @to", "to", query.To?.UtcDateTime);
        Where($"{lead}.position < @after", "after", query.After);
        command.Parameters.AddWithValue("limit", query.Limit + 1);
        command.CommandText =
            $"""
            select e.position, e.leaf_hash, e.signature_ok, e.bytes from {from}
            where {string.Join(" and ", conditions)}
            order by {lead}.position desc limit @limit
            """;
        return command;

        void Where(string condition, string name, object? value)
        {
            if (value is null) return;
            conditions.Add(condition);
            command.Parameters.AddWithValue(name, value);
        }
    }
}
