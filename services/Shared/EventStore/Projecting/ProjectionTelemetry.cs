using System.Diagnostics.Metrics;

namespace Partnership.EventStore;

/// <summary>Metrics of views. Names of views, counts and times; never an id of a record, never a value.</summary>
internal static class ProjectionTelemetry
{
    private static readonly Meter Meter = new(StoreTelemetry.Name);
    private static readonly Counter<long> Folded = Meter.CreateCounter<long>("partnership.views.events", description: "Events a subscribed view has passed.");
    private static readonly Histogram<double> Delay = Meter.CreateHistogram<double>("partnership.views.delay", "s", "From an event's time to the commit of its row.");
    private static readonly Counter<long> Parked = Meter.CreateCounter<long>("partnership.views.parked", description: "Rows parked because an event could not be applied. Alert on any.");
    private static readonly Gauge<long> ParkedNow = Meter.CreateGauge<long>("partnership.views.parked.rows", description: "Rows parked now. Alert on any.");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("partnership.views.failures", description: "Pages that could not be applied and are tried again.");
    private static readonly Counter<long> Rebuilt = Meter.CreateCounter<long>("partnership.views.rebuilt", description: "Rows made anew from the log.");

    public static void Applied(string view, int events, TimeSpan delay)
    {
        Folded.Add(events, Of(view));
        Delay.Record(Math.Max(0, delay.TotalSeconds), Of(view));
    }

    public static void RowParked(string view) => Parked.Add(1, Of(view));

    public static void ParkedRows(string view, long count) => ParkedNow.Record(count, Of(view));

    public static void Failed(string view) => Failures.Add(1, Of(view));

    public static void RowsRebuilt(string view, long rows) => Rebuilt.Add(rows, Of(view));

    private static KeyValuePair<string, object?> Of(string view) => new("view", view);
}
