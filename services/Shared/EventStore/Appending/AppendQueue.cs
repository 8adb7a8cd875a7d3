using System.Diagnostics;
using Npgsql;

namespace Partnership.EventStore;

/// <summary>
/// Group commit: whatever callers hand over while a batch is on its way shares the next one. A caller that finds a lane
/// idle sends its own batch without changing threads.
/// </summary>
internal sealed class AppendQueue : IAsyncDisposable
{
    private const int MostAttempts = 3;

    /// <summary>
    /// How many must wait before another lane is worth its while: it sends while the first one commits, so that the server
    /// never waits for us, but few appends are better off sharing the next commit than having one each.
    /// </summary>
    private const int AnotherLaneFrom = 32;
    private const string IdleInTransactionTimeout = "25P03";

    private readonly Lock gate = new();
    private readonly LinkedList<PreparedAppend> waiting = [];
    private readonly Stack<AppendLane> idle = [];
    private readonly IReadOnlyList<AppendLane> lanes;
    private readonly int maxBatch;
    private readonly int anotherLaneFrom;
    private readonly Action committed;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool stopped;

    /// <param name="committed">Called after each commit that wrote something, on the lane's time: must be quick.</param>
    public AppendQueue(EventStoreOptions options, Action committed)
    {
        lanes = [.. Enumerable.Range(0, options.Lanes).Select(_ => new AppendLane(options.ConnectionString, options.FindOutWithin))];
        maxBatch = options.MaxBatch;
        anotherLaneFrom = Math.Min(AnotherLaneFrom, maxBatch);
        this.committed = committed;
        foreach (var lane in lanes)
            idle.Push(lane);
    }

    public Task<AppendVerdict> EnqueueAsync(PreparedAppend append)
    {
        AppendLane? lane = null;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopped, this);
            waiting.AddLast(append);
            if (idle.Count == lanes.Count || waiting.Count >= anotherLaneFrom)
                idle.TryPop(out lane);
        }

        if (lane is not null)
            _ = RunAsync(lane);
        return append.Outcome;
    }

    private async Task RunAsync(AppendLane lane)
    {
        // On the caller's thread, but not in its trace: the batch serves others too, and may outlive the request.
        Activity.Current = null;
        var batch = TakeBatch(lane);
        while (batch is not null)
        {
            try
            {
                await WriteAsync(lane, batch);
            }
#pragma warning disable CA1031 // A mistake of ours. The lane goes on, and nobody waits for ever; Answer says what is missing.
            catch (Exception)
#pragma warning restore CA1031
            {
                StoreTelemetry.ConnectionLost();
            }

            if (batch is [var lone])
            {
                // With nobody waiting, its caller goes on where we are: no change of threads for one who appends alone.
                batch = TakeBatch(lane);
                if (batch is null)
                    lone.Answer();
                else
                    lone.AnswerElsewhere();
                continue;
            }

            foreach (var append in batch)
                append.AnswerElsewhere();
            // Those who were answered may have something more: let them speak before the lane decides it has nothing to do.
            await Task.Yield();
            batch = TakeBatch(lane);
        }
    }

    /// <summary>
    /// The oldest waiting appends that touch nothing in common; null, and the lane idle, when none waits or another lane
    /// will soon take them along.
    /// </summary>
    private List<PreparedAppend>? TakeBatch(AppendLane lane)
    {
        lock (gate)
        {
            var alone = idle.Count == lanes.Count - 1;
            if (waiting.First is null || (!alone && waiting.Count < anotherLaneFrom))
            {
                idle.Push(lane);
                if (stopped && idle.Count == lanes.Count)
                    drained.TrySetResult();
                return null;
            }

            var batch = new List<PreparedAppend>(Math.Min(waiting.Count, maxBatch));
            HashSet<object>? touched = waiting.Count > 1 ? [] : null;
            for (var node = waiting.First; node is not null && batch.Count < maxBatch;)
            {
                var next = node.Next;
                var append = node.Value;
                // One that stays behind keeps its place: what comes after it may not touch what it touches either.
                var free = touched is null || !append.Touches.Any(touched.Contains);
                touched?.UnionWith(append.Touches);
                if (free)
                {
                    waiting.Remove(node);
                    batch.Add(append);
                }

                node = next;
            }

            return batch;
        }
    }

    /// <summary>Writes a batch and answers each of its callers, whatever happens.</summary>
    private async Task WriteAsync(AppendLane lane, List<PreparedAppend> batch)
    {
        using var activity = StoreTelemetry.StartBatch(batch);
        var started = Stopwatch.GetTimestamp();
        foreach (var append in batch)
            append.Attempts++;
        List<PreparedAppend>? open = null;
        try
        {
            (var written, open) = await lane.WriteAsync(batch);
            StoreTelemetry.Batch(batch.Count, Stopwatch.GetElapsedTime(started));
            if (written)
                committed();
        }
        catch (PostgresException failure) when (MayHaveCommitted(failure))
        {
            // The last words of a backend that was ended, or a request to stop: both can come after the commit.
            await FindOutAsync(lane, batch, activity, failure.SqlState == PostgresErrorCodes.QueryCanceled ? Retry.No : Retry.Together);
        }
        catch (PostgresException failure) when (IsTransient(failure))
        {
            // Refused as a whole before the commit, for a reason that lies in none of them.
            Fail(batch, Unwritten(failure.SqlState), activity);
        }
        catch (PostgresException failure) when (batch.Count > 1)
        {
            StoreTelemetry.OneByOne(failure.SqlState);
            await WriteAloneAsync(lane, batch);
        }
        catch (PostgresException failure)
        {
            await RefuseAsync(lane, batch[0], failure);
        }
        catch (ConnectFailedException)
        {
            Fail(batch, Unwritten("no connection"), activity);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            await FindOutAsync(lane, batch, activity, Retry.Together);
        }
#pragma warning disable CA1031 // Something in it cannot even be sent. What exactly, the exception may quote: it ends here.
        catch (Exception)
#pragma warning restore CA1031
        {
            await FindOutAsync(lane, batch, activity, Retry.Alone);
        }

        // In a transaction of their own: what becomes of them no longer concerns the others.
        if (open is not null)
            await WriteAsync(lane, open);
    }

    /// <summary>One of them cannot be written: each alone, so that only that one fails.</summary>
    private async Task WriteAloneAsync(AppendLane lane, List<PreparedAppend> batch)
    {
        foreach (var append in batch)
            await WriteAsync(lane, [append]);
    }

    /// <summary>The connection broke on the way: were they written?</summary>
    private async Task FindOutAsync(AppendLane lane, List<PreparedAppend> batch, Activity? activity, Retry retry)
    {
        activity?.AddEvent(new("connection lost"));
        StoreTelemetry.ConnectionLost();
        IReadOnlySet<Guid> written;
        try
        {
            written = await lane.FindWrittenAsync(batch, stopping.Token);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException or ConnectFailedException or OperationCanceledException or InvalidOperationException)
        {
            Fail(batch, new EventStoreUnavailableException("The connection was lost at commit and the outcome could not be looked up."), activity);
            return;
        }

        var unwritten = new List<PreparedAppend>();
        foreach (var append in batch)
        {
            if (append.Events.Length > 0 && written.Contains(append.Events[0].Id))
                append.Settle(append.Written());
            else if (retry == Retry.Alone && batch.Count == 1)
                append.Settle(new AppendRefusedException("The append holds something that cannot be sent; nothing of it was written."));
            else if (retry == Retry.No || append.Attempts >= MostAttempts)
                append.Settle(Unwritten("connection lost"));
            else
                unwritten.Add(append);
        }

        if (written.Count > 0)
            committed();
        if (retry == Retry.Alone)
            await WriteAloneAsync(lane, unwritten);
        else if (unwritten.Count > 0)
            await WriteAsync(lane, unwritten);
    }

    /// <summary>What becomes of appends found unwritten.</summary>
    private enum Retry
    {
        No,
        Together,
        Alone,
    }

    private static async Task RefuseAsync(AppendLane lane, PreparedAppend append, PostgresException failure)
    {
        // Another writer of the same tables that does not know the lock (Marten): the constraint decides.
        if (failure is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "pk_mt_events_stream_and_version" or "pkey_mt_streams_id" })
        {
            try
            {
                append.Settle(await lane.DescribeConflictAsync(append));
                return;
            }
            catch (Exception unknown) when (unknown is NpgsqlException or IOException or TimeoutException or ConnectFailedException or InvalidOperationException)
            {
                append.Settle(Unwritten(failure.SqlState));
                return;
            }
        }

        append.Settle(new AppendRefusedException($"The database refuses this append ({failure.SqlState}); nothing of it was written."));
    }

    private static bool MayHaveCommitted(PostgresException failure) =>
        failure.InvariantSeverity is not "ERROR" || failure.SqlState == PostgresErrorCodes.QueryCanceled;

    private static bool IsTransient(PostgresException failure) =>
        // Connection, resources, operator, time-outs and locks.
        failure.SqlState is [('0'), ('8'), ..] or [('5'), ('3' or '7' or '8'), ..] or PostgresErrorCodes.LockNotAvailable
            or [('4'), ('0'), ..] or IdleInTransactionTimeout or PostgresErrorCodes.ReadOnlySqlTransaction;

    private static EventStoreUnavailableException Unwritten(string reason) =>
        new($"The event store did not answer ({reason}); nothing of this append was written.") { NothingWritten = true };

    private static void Fail(List<PreparedAppend> batch, Exception failure, Activity? activity)
    {
        activity?.SetStatus(ActivityStatusCode.Error);
        foreach (var append in batch)
            append.Settle(failure);
    }

    /// <summary>Takes no more, lets what was handed over finish, and closes the lanes.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (stopped)
                return;
            stopped = true;
            if (idle.Count == lanes.Count)
                drained.TrySetResult();
        }

        await drained.Task;
        await stopping.CancelAsync();
        foreach (var lane in lanes)
            await lane.DisposeAsync();
        stopping.Dispose();
    }
}
