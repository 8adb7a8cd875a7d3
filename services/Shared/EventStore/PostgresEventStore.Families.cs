using Npgsql;

namespace Partnership.EventStore;

// Rows of several views that are read together.
internal sealed partial class PostgresEventStore
{
    // The rows that come along are found by the index on reach, one look-up for each row that is read.
    private string WithOthers(ViewFamilies families) => $"""
        select 0 as part, m.id as head, $1 as view, m.id, m.version, m.body, m.key_id, m.sort_key from head m
        union all
        select 1, m.id, {ViewRegistry.NameSql("o.view")}, o.id, o.version, o.body, o.key_id, o.sort_key
        from head m cross join lateral unnest(m.reach) as c (code)
        join partnership.views o on o.reach @> array[c.code] and o.view = any({views.StoredSql(families.Others, "$3")})
        where starts_with(c.code, $2)
        order by part, sort_key desc, id desc
        """;

    public async Task<ViewFamily?> LoadFamilyAsync(ViewFamilies families, Guid id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(families);
        using var activity = StoreTelemetry.Activities.StartActivity("load family");
        await using var command = reading.CreateCommand(
            $"with head as materialized (select * from partnership.views where view = {views.StoredSql(families.View)} and id = $4) {WithOthers(families)}");
        AddFamilies(command, families);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (await FamiliesAsync(command, cancellationToken)).SingleOrDefault();
    }

    public async Task<IReadOnlyList<ViewFamily>> PageFamiliesAsync(
        ViewFamilies families, IReadOnlyCollection<string> reach, ViewCursor? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(families);
        using var activity = StoreTelemetry.Activities.StartActivity("page families");
        await using var command = reading.CreateCommand(
            $"""
            with head as materialized (
                select * from partnership.views
                where view = {views.StoredSql(families.View)} and reach && $4 {(after is null ? "" : "and (sort_key, id) < ($6, $7)")}
                order by sort_key desc, id desc limit $5)
            {WithOthers(families)}
            """);
        AddFamilies(command, families);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. reach] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        if (after is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after.SortKey });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after.Id });
        }

        return await FamiliesAsync(command, cancellationToken);
    }

    private static void AddFamilies(NpgsqlCommand command, ViewFamilies families)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = families.View });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = families.Code });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. families.Others] });
    }

    private async Task<IReadOnlyList<ViewFamily>> FamiliesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var rows = await RowsAsync(
            command,
            row => (IsHead: row.GetInt32(0) == 0, Head: row.GetGuid(1), View: row.GetString(2), Record: new ViewRecord(
                row.GetGuid(3), row.GetInt64(4), row.GetFieldValue<byte[]>(5), row.GetGuid(6), row.GetInt64(7))),
            cancellationToken);
        if (rows.Count == 0)
            return [];
        var opened = await keys.ForReadingAsync([.. rows.Select(row => row.Record.KeyId).Distinct()], cancellationToken);
        var others = rows.Where(row => !row.IsHead).ToLookup(row => row.Head, row => new FamilyMember(row.View, Open(row.View, row.Record, opened)));
        return [.. rows.Where(row => row.IsHead).Select(row => new ViewFamily(Open(row.View, row.Record, opened), [.. others[row.Head]]))];
    }
}
