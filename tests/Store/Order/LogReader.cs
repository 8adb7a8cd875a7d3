using Npgsql;

namespace Partnership.Tests.Store.Order;

/// <summary>Goes through the log as publisher and subscribed projections do: a page of what comes after one number.</summary>
internal sealed class LogReader(string name, long start, int page, Breakage breakage)
{
    private readonly List<(long, Guid)> seen = [];
    private readonly long from = start;
    private long checkpoint = start;

    public Reading Done => new(name, from, checkpoint, seen);

    /// <summary>Reads until told that nothing more will come, and then to the end. It may change connections meanwhile.</summary>
    /// <param name="pause">Between two pages.</param>
    public async Task RunAsync(NpgsqlDataSource source, Func<TimeSpan> pause, CancellationToken over)
    {
        while (true)
        {
            await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
            for (var pages = 0; pages < 50; pages++)
            {
                var last = over.IsCancellationRequested;
                var read = await PageAsync(connection);
                if (last && read < page)
                    return;
                if (!last && pause() is { Ticks: > 0 } time)
                    await Task.Delay(time, CancellationToken.None);
            }
        }
    }

    private async Task<int> PageAsync(NpgsqlConnection connection)
    {
        var read = 0;
        await using (var command = new NpgsqlCommand(
            breakage == Breakage.ReaderLooksTwice
                ? "select seq_id, id from mt_events where seq_id >= $1 order by seq_id limit $2"
                : "select seq_id, id from mt_events where seq_id > $1 order by seq_id limit $2", connection))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = checkpoint });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = page });
            await using var reader = await command.ExecuteReaderAsync();
            for (; await reader.ReadAsync(); read++)
                seen.Add((checkpoint = reader.GetInt64(0), reader.GetGuid(1)));
        }

        if (breakage == Breakage.ReaderRunsAhead && read > 0)
        {
            await using var end = new NpgsqlCommand("select max(seq_id) from mt_events", connection);
            checkpoint = (long)(await end.ExecuteScalarAsync())!;
        }

        // One that looks twice would never come to the end of a full page.
        return breakage == Breakage.ReaderLooksTwice ? 0 : read;
    }
}
