namespace Partnership.EventStore;

/// <summary>Makes views anew from the log while the service runs: after a change of the code that makes them, or of nothing.</summary>
public interface IViewRebuilder
{
    /// <summary>Names of the registered views.</summary>
    IReadOnlyList<string> Views { get; }

    /// <summary>
    /// Makes every row of a view anew. Readers and appends go on meanwhile; what an append wrote that is further stays. May
    /// be stopped and repeated at any time. All hosts should run the release whose rows are wanted.
    /// </summary>
    /// <param name="progress">Told now and then how many rows are done.</param>
    /// <exception cref="ArgumentException">There is no such view.</exception>
    /// <exception cref="InvalidOperationException">
    /// The view is being made anew by somebody else, or the database is of another version than this code.
    /// </exception>
    /// <exception cref="EventStoreUnavailableException">A database did not answer; what is done is done, repeat.</exception>
    Task<RebuildReport> RebuildAsync(string view, IProgress<long>? progress, CancellationToken cancellationToken);
}

/// <summary>What came of making a view anew.</summary>
/// <param name="View">Its name.</param>
/// <param name="Events">Events read.</param>
/// <param name="Rows">Rows written, blank ones included.</param>
/// <param name="Erased">Rows whose key is destroyed.</param>
/// <param name="Removed">Rows without a stream, which are gone.</param>
/// <param name="Failures">Rows that could not be made and stay as they were, with the type of what went wrong.</param>
public sealed record RebuildReport(
    string View, long Events, long Rows, long Erased, long Removed, IReadOnlyList<RebuildFailure> Failures)
{
    /// <summary>True when readers see the rows that were made. A subscribed view stays as it was if a row of it failed anew.</summary>
    public bool InUse { get; init; } = true;
}

/// <param name="Id">Id of the row.</param>
/// <param name="Reason">Type of the failure, or a sentence of ours; never a value.</param>
public sealed record RebuildFailure(Guid Id, string Reason);

internal sealed class ViewRebuilder(
    EventStoreOptions options, ViewRegistry views, ViewDatabase database, EventReading reading, KeyRing keys, EventTypes types, TimeProvider clock) : IViewRebuilder
{
    public IReadOnlyList<string> Views => [.. views.Inline.Keys, .. views.Subscribed.Keys];

    public async Task<RebuildReport> RebuildAsync(string view, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        RebuildReport report;
        try
        {
            // A release the database has left behind would make rows that its hosts cannot read.
            await EventStoreMigration.CheckVersionAsync(options, cancellationToken);
            if (views.Inline.TryGetValue(view, out var inline))
                report = await new InlineRebuild(inline, database.Source, reading, keys, clock, progress).RunAsync(cancellationToken);
            else if (views.Subscribed.TryGetValue(view, out var subscribed))
                report = await new SubscribedRebuild(subscribed, database.Source, new(subscribed, types, reading, keys), clock, progress).RunAsync(cancellationToken);
            else
                throw new ArgumentException($"There is no view '{view}'.", nameof(view));
        }
        catch (System.Data.Common.DbException failure)
        {
            // Without the inner exception, whose text may quote a row.
            throw new EventStoreUnavailableException($"The event store did not answer ({failure.SqlState ?? "no connection"}); repeat.");
        }

        ProjectionTelemetry.RowsRebuilt(view, report.Rows);
        return report;
    }
}
