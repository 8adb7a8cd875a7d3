using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Partnership.EventStore;

/// <summary>Keeps the subscribed views of a service up with its log, in every host; see <see cref="ViewSubscription"/>.</summary>
internal sealed class ViewSubscriptions(
    ViewRegistry views, ViewDatabase database, EventReading reading, KeyRing keys, EventTypes types, ProjectionSignal signal, TimeProvider clock,
    ILogger<ViewSubscriptions> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(views.Subscribed.Values.Select(
        view => new ViewSubscription(new(view, types, reading, keys), new(view.Name, database.Source), signal, clock, log).RunAsync(stoppingToken)));
}

/// <summary>
/// Folds the log into one view. Every host does: whoever moves the checkpoint first has applied the page, since rows and
/// checkpoint are one transaction, and the other finds the checkpoint elsewhere.
/// </summary>
internal sealed class ViewSubscription(RowFolder folder, SubscribedLog log, ProjectionSignal signal, TimeProvider clock, ILogger logger)
{
    private const int PageSize = 500;

    /// <summary>How soon another host's append is seen; our own wake us.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ParkedRetry = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestAnewRetry = TimeSpan.FromHours(1);

    /// <summary>When rows that were folded anew in vain are folded again: each reads the whole log.</summary>
    private readonly Dictionary<(string Stored, Guid Row), (DateTimeOffset At, TimeSpan Pause)> anewAgain = [];

    private DateTimeOffset nextParked;

    private string Name => folder.View.Name;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        var retry = FirstRetry;
        nextParked = clock.GetUtcNow();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var (generation, position) = await log.LiveAsync(cancellationToken);
                var stored = log.Stored(generation);
                long? reached = position;
                while (reached is { } from)
                {
                    if (clock.GetUtcNow() is var now && now >= nextParked)
                    {
                        nextParked = now + ParkedRetry;
                        await ResumeParkedAsync(stored, cancellationToken);
                    }

                    var appended = signal.Next;
                    reached = await NextAsync(stored, from, cancellationToken);
                    retry = FirstRetry;
                    if (reached == from)
                        await Task.WhenAny(appended, Task.Delay(Poll, cancellationToken));
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it was, the view must go on; nothing of a page is kept without its checkpoint.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                ProjectionTelemetry.Failed(Name);
                // By type: a message may quote what it failed on.
                logger.LogWarning("View {View} was interrupted and is taken up again: {Failure}", Name, Describe(failure));
                await Task.WhenAny(Task.Delay(retry, cancellationToken));
                retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
            }
        }
    }

    /// <summary>Where the view stands after the next page; null when somebody else has moved it.</summary>
    private async Task<long?> NextAsync(string stored, long from, CancellationToken cancellationToken)
    {
        List<EventRow> page;
        await using var connection = await log.Source.OpenConnectionAsync(cancellationToken);
        page = await SubscribedLog.ReadAsync(connection, from, long.MaxValue, PageSize, folder.Unread, cancellationToken);
        if (page.Count == 0)
            return from;
        var to = page[^1].Position;
        var placed = await folder.OpenAsync(page, cancellationToken);
        var rows = new RowPages(folder);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await SubscribedLog.MoveAsync(connection, stored, from, to, rows.Missing(placed), cancellationToken) is not { } moved)
            return null;
        await rows.AddAsync(moved.Rows, moved.Parked, cancellationToken);
        await rows.FoldAsync(placed, happened => RowsOfStreamAsync(folder, connection, happened, cancellationToken));
        var (changed, parked) = rows.Changes();
        var now = clock.GetUtcNow();
        await SubscribedLog.StoreAsync(connection, stored, changed, parked, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        ProjectionTelemetry.Applied(Name, page.Count, now - page[0].At);
        foreach (var row in parked)
            SayParked(row);
        if (parked.Count > 0)
            ProjectionTelemetry.ParkedRows(Name, rows.Parked.Count);
        // One that only could not be read is well again at once.
        if (parked.Exists(row => row.Position == 0))
            nextParked = now;
        return to;
    }

    /// <summary>Rows that earlier events of the stream belong to; where there are none, the row that has the stream's id.</summary>
    public static async ValueTask<IReadOnlyList<Guid>> RowsOfStreamAsync(
        RowFolder folder, NpgsqlConnection connection, EventRow happened, CancellationToken cancellationToken)
    {
        var earlier = folder.Place(await SubscribedLog.ReadStreamAsync(connection, happened.StreamId, happened.Position, cancellationToken));
        var rows = earlier.Where(one => one.Place is not null).Select(one => one.Place!.Id).Distinct().ToArray();
        return rows.Length > 0 ? rows : [happened.StreamId];
    }

    /// <summary>Tries rows that wait once more: a new release may know better.</summary>
    private async Task ResumeParkedAsync(string stored, CancellationToken cancellationToken)
    {
        List<ParkedRow> waiting;
        await using (var connection = await log.Source.OpenConnectionAsync(cancellationToken))
            waiting = await SubscribedLog.ParkedAsync(connection, stored, cancellationToken);
        // Rows to be folded anew can come up on the way.
        for (var i = 0; i < waiting.Count; i++)
        {
            try
            {
                if (!anewAgain.TryGetValue((stored, waiting[i].Id), out var again) || waiting[i].Position > 0 || clock.GetUtcNow() >= again.At)
                    waiting.AddRange(await ResumeAsync(stored, waiting[i], cancellationToken));
            }
#pragma warning disable CA1031 // What is wrong with one row must not keep the others waiting, and the view with them.
            catch (Exception failure) when (failure is not (OperationCanceledException or EventStoreUnavailableException or NpgsqlException { IsTransient: true }))
#pragma warning restore CA1031
            {
                ProjectionTelemetry.Failed(Name);
                logger.LogError("Row {Row} of view {View} stays parked: {Failure}", waiting[i].Id, Name, Describe(failure));
            }
        }

        await using (var connection = await log.Source.OpenConnectionAsync(cancellationToken))
            ProjectionTelemetry.ParkedRows(Name, (await SubscribedLog.ParkedAsync(connection, stored, cancellationToken)).Count);
    }

    /// <summary>
    /// Folds what a row has missed: first the event it waits for alone, so that a try in vain costs little; then the log up to
    /// the checkpoint, the last of it while nobody moves that.
    /// </summary>
    /// <returns>Rows that must be folded anew because of it.</returns>
    private async Task<IReadOnlyList<ParkedRow>> ResumeAsync(string stored, ParkedRow row, CancellationToken cancellationToken)
    {
        await using var connection = await log.Source.OpenConnectionAsync(cancellationToken);
        var rows = new RowPages(folder);
        if (row.Position > 0)
            await rows.AddAsync(await SubscribedLog.RowsOfAsync(connection, stored, [row.Id], cancellationToken), [], cancellationToken);
        // What is stored of it cannot be read: it must be folded anew, and the search for others goes on from there.
        if (rows.Changes().Parked is [var unread])
        {
            var whole = ParkedRow.ToFoldAnew(row.Id, row, unread.Reason);
            return await SubscribedLog.ParkAgainAsync(connection, stored, row, whole, cancellationToken) ? [whole] : [];
        }

        var anew = new HashSet<Guid>();
        Guid? stream = null;
        var from = Math.Max(0, row.Position - 1);
        var limit = row.Position > 0 ? 1 : PageSize;
        // Not beyond what the view has passed; what it passes meanwhile comes at the end.
        if (await SubscribedLog.HoldAsync(connection, stored, cancellationToken) is not { } passed)
            return [];
        while (true)
        {
            var page = await SubscribedLog.ReadAsync(connection, from, passed, limit, folder.Unread, cancellationToken);
            if (page.Count < limit)
                break;
            if (!await FoldAsync(page))
                break;
            from = page[^1].Position;
            limit = PageSize;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await SubscribedLog.HoldAsync(connection, stored, cancellationToken) is not { } checkpoint)
            return [];
        while (GoesOn() && from < checkpoint)
        {
            var page = await SubscribedLog.ReadAsync(connection, from, checkpoint, PageSize, folder.Unread, cancellationToken);
            if (page.Count == 0 || !await FoldAsync(page))
                break;
            from = page[^1].Position;
        }

        if (rows.Parked.Count > 0 && row.Position == 0)
        {
            await transaction.RollbackAsync(cancellationToken);
            await AnewInVainAsync(connection, stored, row, rows.Changes().Parked[0], cancellationToken);
            return [];
        }

        if (!await SubscribedLog.UnparkAsync(connection, stored, row, cancellationToken))
            return [];
        var (changed, parked) = rows.Changes();
        var waiting = (await SubscribedLog.ParkedAsync(connection, stored, cancellationToken)).ToDictionary(other => other.Id);
        // A row that waits for an event before those takes them up by itself.
        var others = anew.Where(id => !waiting.TryGetValue(id, out var other) || other.Position > row.PlacelessAt)
            .Select(id => ParkedRow.ToFoldAnew(id, waiting.GetValueOrDefault(id))).ToList();
        var now = clock.GetUtcNow();
        await SubscribedLog.StoreAsync(connection, stored, changed, [.. parked, .. others], now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        anewAgain.Remove((stored, row.Id));
        if (parked.Count == 0)
            logger.LogInformation("A row of view {View} is parked no longer: {Row}", Name, row.Id);
        return others;

        // Once the row cannot go on, only what other rows have missed is still looked for.
        bool GoesOn() => rows.Parked.Count == 0 || stream is not null;

        // False: there is nothing more to do in the log.
        async Task<bool> FoldAsync(List<EventRow> page)
        {
            var placed = await folder.OpenAsync(page, cancellationToken);
            if (page.Find(happened => happened.Position == row.PlacelessAt) is { } missed && !placed.Exists(one => one.Row == missed && one.Place is null))
                stream = missed.StreamId;
            // Those that could not be placed then may belong to rows that went on without them.
            anew.UnionWith(placed
                .Where(one => one.Row.StreamId == stream && one.Row.Position >= row.PlacelessAt && one.Place is { } place && place.Id != row.Id)
                .Select(one => one.Place!.Id));
            if (rows.Parked.Count == 0)
            {
                await rows.FoldAsync(
                    [.. placed.Where(one => one.Place is null || one.Place.Id == row.Id)],
                    async happened => (await RowsOfStreamAsync(folder, connection, happened, cancellationToken)).Contains(row.Id) ? [row.Id] : []);
            }

            return GoesOn();
        }
    }

    /// <summary>Says what stands against it, and leaves it alone for twice as long as the last time.</summary>
    private async Task AnewInVainAsync(NpgsqlConnection connection, string stored, ParkedRow row, ParkedRow failed, CancellationToken cancellationToken)
    {
        var pause = anewAgain.TryGetValue((stored, row.Id), out var last) ? last.Pause * 2 : ParkedRetry;
        pause = pause < LongestAnewRetry ? pause : LongestAnewRetry;
        anewAgain[(stored, row.Id)] = (clock.GetUtcNow() + pause, pause);
        var anew = ParkedRow.ToFoldAnew(row.Id, row.PlacelessAt is null ? failed : row, failed.Reason);
        await SubscribedLog.ParkAgainAsync(connection, stored, row, anew, cancellationToken);
    }

    private void SayParked(ParkedRow row)
    {
        ProjectionTelemetry.RowParked(Name);
        logger.LogError("Row {Row} of view {View} is parked: the event at {Position} could not be applied ({Reason}).", row.Id, Name, row.Position, row.Reason);
    }

    private static string Describe(Exception failure) =>
        failure is PostgresException { SqlState: var state } ? $"{failure.GetType().Name} {state}" : failure.GetType().Name;
}
