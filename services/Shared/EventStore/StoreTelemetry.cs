using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Partnership.EventStore;

/// <summary>Traces and metrics of the store, under one name. Counts, durations and codes; never an id of a record, never a value.</summary>
public static class StoreTelemetry
{
    public const string Name = "Partnership.EventStore";

    internal static ActivitySource Activities { get; } = new(Name);

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Appends = Meter.CreateCounter<long>("partnership.eventstore.appends", description: "Appends by verdict.");
    private static readonly Histogram<int> BatchSizes = Meter.CreateHistogram<int>("partnership.eventstore.batch.size", description: "Appends that shared one commit.");
    private static readonly Histogram<double> BatchTimes = Meter.CreateHistogram<double>("partnership.eventstore.batch.duration", "s", "From sending a batch to its answer.");
    private static readonly Counter<long> Lost = Meter.CreateCounter<long>("partnership.eventstore.connection.lost", description: "Connections lost with an append under way.");
    private static readonly Counter<long> Alone = Meter.CreateCounter<long>("partnership.eventstore.batch.one_by_one", description: "Batches repeated append by append because one could not be written.");
    private static readonly Counter<long> Published = Meter.CreateCounter<long>("partnership.eventstore.published", description: "Messages confirmed by the broker.");
    private static readonly Counter<long> PublishFailures = Meter.CreateCounter<long>("partnership.eventstore.publish.failures", description: "Pages that could not be published and are tried again.");
    private static readonly Counter<long> Parked = Meter.CreateCounter<long>("partnership.eventstore.parked", description: "Streams parked because an event could not be mapped. Alert on any.");
    private static readonly Gauge<long> ParkedNow = Meter.CreateGauge<long>("partnership.eventstore.parked.streams", description: "Streams parked now. Alert on any.");
    private static readonly Histogram<double> Delay = Meter.CreateHistogram<double>("partnership.eventstore.publish.delay", "s", "From an event's time to the broker's confirm.");

    internal static void Append(string verdict) => Appends.Add(1, new KeyValuePair<string, object?>("verdict", verdict));

    internal static void Batch(int size, TimeSpan duration)
    {
        BatchSizes.Record(size);
        BatchTimes.Record(duration.TotalSeconds);
    }

    internal static void ConnectionLost() => Lost.Add(1);

    internal static void OneByOne(string sqlState) => Alone.Add(1, new KeyValuePair<string, object?>("sql_state", sqlState));

    internal static void PublishFailed() => PublishFailures.Add(1);

    internal static void StreamParked() => Parked.Add(1);

    internal static void ParkedStreams(long count) => ParkedNow.Record(count);

    internal static void Confirmed(TimeSpan delay)
    {
        Published.Add(1);
        Delay.Record(Math.Max(0, delay.TotalSeconds));
    }

    /// <summary>The shared write, linked to the traces of the callers it serves.</summary>
    internal static Activity? StartBatch(IReadOnlyList<PreparedAppend> batch)
    {
        if (!Activities.HasListeners())
            return null;
        var links = batch.Where(append => append.Caller != default).Select(append => new ActivityLink(append.Caller));
        // A trace of its own: it belongs to none of the callers more than to another.
        var activity = Activities.StartActivity("append batch", ActivityKind.Client, default(ActivityContext), links: links);
        activity?.SetTag("partnership.batch.size", batch.Count);
        return activity;
    }
}
