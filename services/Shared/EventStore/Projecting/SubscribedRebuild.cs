using System.Threading.Channels;
using Npgsql;

namespace Partnership.EventStore;

/// <summary>
/// Makes a subscribed view anew: a new generation is folded from the beginning of the log beside the one that is read, and
/// takes its place in one transaction when it has caught up.
/// </summary>
internal sealed class SubscribedRebuild(
    SubscribedView view, NpgsqlDataSource source, RowFolder folder, TimeProvider clock, IProgress<long>? progress)
{
    /// <summary>Events read at once, and pages opened side by side while the one before is folded.</summary>
    private const int PageSize = 1_000;
    private const int PagesAhead = 4;

    /// <summary>Rows kept in memory, so that a row with many events is stored once and not once for each page.</summary>
    private const int MostRows = 10_000;

    private const int WrittenAtOnce = 500;

    private readonly SubscribedLog log = new(view.Name, source);
    private readonly RowPages rows = new(folder);
    private string next = "";
    // Stored up to here; folded up to there.
    private long position;
    private long reached;
    private long stored;
    private long events;
    private bool complete = true;

    public async Task<RebuildReport> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        if (!await LockAsync(connection, "pg_try_advisory_lock", cancellationToken))
            throw new InvalidOperationException($"The view '{view.Name}' is being made anew by somebody else.");
        try
        {
            return await RunAsync(connection, cancellationToken);
        }
        finally
        {
            // The session's, which goes on in the pool; unless it has ended, and its locks with it.
            if (connection.FullState == System.Data.ConnectionState.Open)
                await LockAsync(connection, "pg_advisory_unlock", CancellationToken.None);
        }
    }

    private async Task<RebuildReport> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (generation, _) = await log.LiveAsync(cancellationToken);
        next = log.Stored(generation + 1);
        // Of an attempt that was stopped.
        await ForgetAsync(connection, next, cancellationToken);
        await RunAsync(connection, "insert into mt_event_progression (name, last_seq_id, last_updated) values ($1, 0, now())", SubscribedLog.Checkpoint(next), cancellationToken);
        while (true)
        {
            await CatchUpAsync(connection, cancellationToken);
            if (await TakeOverAsync(connection, generation, cancellationToken) is not { } outcome)
                continue;
            var failures = outcome.ConvertAll(row => new RebuildFailure(row.Id, row.Reason));
            var erased = await CountErasedAsync(connection, outcome.Count > 0 ? next : log.Stored(generation + 1), cancellationToken);
            // What is read no longer, or what was not good enough to be.
            await ForgetAsync(connection, outcome.Count > 0 ? next : log.Stored(generation), cancellationToken);
            // Of a release in which it was an inline view.
            if (outcome.Count == 0)
                await ViewWriter.RemoveAllAsync(connection, view.Name, cancellationToken);
            return new(view.Name, events, stored, erased, 0, failures) { InUse = outcome.Count == 0 };
        }
    }

    /// <summary>Folds everything there is by now.</summary>
    private async Task CatchUpAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pages = Channel.CreateBounded<Page>(PagesAhead);
        var reading = ReadAsync(pages.Writer, position, stopping.Token);
        try
        {
            await foreach (var page in pages.Reader.ReadAllAsync(stopping.Token))
            {
                await FoldAsync(connection, await page.Placed, cancellationToken);
                events += page.Count;
                if (rows.Count >= MostRows)
                    await FlushAsync(connection, page.UpTo, cancellationToken);
                else
                    reached = page.UpTo;
            }

            if (reached > position)
                await FlushAsync(connection, reached, cancellationToken);
        }
        finally
        {
            await stopping.CancelAsync();
            await reading.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        await reading;
    }

    private async Task ReadAsync(ChannelWriter<Page> pages, long after, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            List<EventRow> page;
            do
            {
                page = await SubscribedLog.ReadAsync(connection, after, long.MaxValue, PageSize, folder.Unread, cancellationToken);
                if (page.Count == 0)
                    break;
                after = page[^1].Position;
                var opened = page;
                await pages.WriteAsync(new(after, page.Count, Task.Run(() => folder.OpenAsync(opened, cancellationToken).AsTask(), cancellationToken)), cancellationToken);
            }
            while (page.Count == PageSize);
            pages.Complete();
        }
        catch (Exception failure)
        {
            pages.Complete(failure);
            throw;
        }
    }

    private async Task FoldAsync(NpgsqlConnection connection, List<PlacedEvent> page, CancellationToken cancellationToken)
    {
        // Until some were let go, those that are not in memory are not stored either.
        if (!complete && rows.Missing(page) is { Length: > 0 } missing)
            await rows.AddAsync(await SubscribedLog.RowsOfAsync(connection, next, missing, cancellationToken), [], cancellationToken);
        await rows.FoldAsync(page, happened => ViewSubscription.RowsOfStreamAsync(folder, connection, happened, cancellationToken));
    }

    private async Task FlushAsync(NpgsqlConnection connection, long upTo, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await StoreAsync(connection, upTo, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        (position, reached) = (upTo, upTo);
        progress?.Report(stored);
        if (rows.Count < MostRows)
            return;
        rows.Forget();
        complete = false;
    }

    private async Task StoreAsync(NpgsqlConnection connection, long upTo, CancellationToken cancellationToken)
    {
        if (await SubscribedLog.MoveAsync(connection, next, position, upTo, [], cancellationToken) is null)
            throw new InvalidOperationException($"The view '{view.Name}' is being made anew by somebody else.");
        var (changed, parked) = rows.Changes();
        foreach (var chunk in changed.Chunk(WrittenAtOnce))
            await SubscribedLog.StoreAsync(connection, next, [.. chunk], [], clock.GetUtcNow(), cancellationToken);
        await SubscribedLog.StoreAsync(connection, next, [], parked, clock.GetUtcNow(), cancellationToken);
        stored += changed.Count;
    }

    /// <summary>
    /// Holds the generation that is read, folds the little that is missing, and has the new one read from here on. Null when
    /// more than a little is missing. Else rows that wait in the new generation and did not in the old one, or not as early: with
    /// any of those the old one stays.
    /// </summary>
    private async Task<List<ParkedRow>?> TakeOverAsync(NpgsqlConnection connection, int generation, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var live = log.Stored(generation);
        var target = await SubscribedLog.HoldAsync(connection, live, cancellationToken)
            ?? throw new InvalidOperationException($"The view '{view.Name}' has been made anew by somebody else.");
        if (target > position)
        {
            var page = await SubscribedLog.ReadAsync(connection, position, target, PageSize + 1, folder.Unread, cancellationToken);
            if (page.Count > PageSize)
                return null;
            await FoldAsync(connection, await folder.OpenAsync(page, cancellationToken), cancellationToken);
            events += page.Count;
            await StoreAsync(connection, target, cancellationToken);
            position = reached = target;
        }

        var before = (await SubscribedLog.ParkedAsync(connection, live, cancellationToken)).ToDictionary(row => row.Id);
        // Waiting for an earlier event it would have less than it has; one to be folded anew is not right as it is.
        var failed = (await SubscribedLog.ParkedAsync(connection, next, cancellationToken))
            .FindAll(row => !before.TryGetValue(row.Id, out var old) || row.Position < old.Position);
        if (failed.Count > 0)
        {
            await transaction.CommitAsync(cancellationToken);
            return failed;
        }

        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("set local synchronous_commit = on"),
                new("update partnership.view_generations set generation = $2, rebuilt = $3 where view = $1")
                {
                    Parameters =
                    {
                        SubscribedLog.Text(view.Name), new NpgsqlParameter<int> { TypedValue = generation + 1 },
                        new NpgsqlParameter<DateTime> { TypedValue = clock.GetUtcNow().UtcDateTime },
                    },
                },
                // Whoever is about to move it finds it gone, and looks which generation is read now.
                new("delete from mt_event_progression where name = $1") { Parameters = { SubscribedLog.Text(SubscribedLog.Checkpoint(live)) } },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [];
    }

    private static async Task ForgetAsync(NpgsqlConnection connection, string generation, CancellationToken cancellationToken)
    {
        await RunAsync(connection, "delete from mt_event_progression where name = $1", SubscribedLog.Checkpoint(generation), cancellationToken);
        await RunAsync(connection, "delete from partnership.parked_rows where view = $1", generation, cancellationToken);
        await ViewWriter.RemoveAllAsync(connection, generation, cancellationToken);
    }

    private static async Task<long> CountErasedAsync(NpgsqlConnection connection, string generation, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select count(*) from partnership.views where view = $1 and body = ''", connection)
        {
            Parameters = { SubscribedLog.Text(generation) },
        };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

#pragma warning disable CA2100 // Constants of this class.
    private async Task<bool> LockAsync(NpgsqlConnection connection, string function, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {function}(hashtextextended('partnership rebuild ' || $1, 0))", connection)
        {
            Parameters = { SubscribedLog.Text(view.Name) },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { SubscribedLog.Text(name) } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
#pragma warning restore CA2100

    private sealed record Page(long UpTo, int Count, Task<List<PlacedEvent>> Placed);
}
