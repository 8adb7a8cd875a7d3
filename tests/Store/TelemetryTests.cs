using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store;

public sealed class TelemetryTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Traces_and_metrics_tell_what_happened_and_not_to_whom()
    {
        const string Marker = "MARKERtelemetry";
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == StoreTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var measured = new ConcurrentQueue<string>();
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == StoreTelemetry.Name)
                own.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => measured.Enqueue($"{instrument.Name} {string.Join(',', tags.ToArray())}"));
        meters.Start();
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        await store.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, Sample.Note(Marker)) with { Views = [Sample.View(stream, 1, Marker, search: [.. store.Hasher.Name(Marker)])] }), Ct);
        await store.Events.LoadAsync(stream, Ct);
        await store.Events.SearchAsync("cases", store.Hasher.Name(Marker), Ct);
        request.Stop();

        var append = Assert.Single(activities, activity => activity.OperationName == "append" && activity.TraceId == request.TraceId);
        Assert.Equal("Written", append.GetTagItem("partnership.verdict"));
        Assert.Contains(activities, activity => activity.OperationName == "append batch" && activity.Links.Any(link => link.Context.SpanId == append.SpanId));
        Assert.Contains(measured, measurement => measurement == "partnership.eventstore.appends [verdict, Written]");
        foreach (var activity in activities.Where(activity => activity.TraceId == request.TraceId))
            Assert.All(activity.TagObjects, tag => Assert.StartsWith("partnership.", tag.Key, StringComparison.Ordinal));
        Assert.DoesNotContain(activities, activity => activity.TagObjects.Any(tag => $"{tag.Value}".Contains(Marker, StringComparison.OrdinalIgnoreCase)));
        Assert.DoesNotContain(measured, measurement => measurement.Contains(Marker, StringComparison.OrdinalIgnoreCase));
    }
}
