using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Partnership.EventStore;

namespace Partnership.Tests.Platform.Marac;

/// <summary>What stands in the views of a service, for tests that make them anew.</summary>
internal static class ViewRows
{
    /// <summary>Every row, opened, with everything plain beside it.</summary>
    public static async Task<List<string>> RowsAsync(this MaracFixture marac, string view)
    {
        var store = marac.Services.GetRequiredService<IEventStore>();
        var rows = new List<string>();
        await using var connection = await marac.ConnectAsync();
        await using var command = new NpgsqlCommand(
            """
            select v.id, v.version || ' ' || v.reach::text || ' ' || v.sort_key || ' ' || coalesce(
                (select string_agg(s.kind || ':' || encode(s.hash, 'hex'), ',' order by s.kind, s.hash) from partnership.search_terms s
                where s.view = v.view and s.id = v.id), '')
            from partnership.views v where v.view = $1 order by v.id
            """, connection);
        command.Parameters.Add(new() { Value = view });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var row = (await store.LoadViewAsync(view, reader.GetGuid(0), CancellationToken.None))!;
            rows.Add($"{row.Id} {reader.GetString(1)} {(row.Erased ? "erased" : Encoding.UTF8.GetString(row.Body.Span))}");
        }

        return rows;
    }

    public static async Task ExecuteAsync(this MaracFixture marac, string sql)
    {
        await using var connection = await marac.ConnectAsync();
#pragma warning disable CA2100 // A constant of a test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
