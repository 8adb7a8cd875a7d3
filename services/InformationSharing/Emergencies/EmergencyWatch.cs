using System.Diagnostics.Metrics;
using System.Text.Json;
using Partnership.EventStore;

namespace Partnership.InformationSharing.Emergencies;

/// <summary>What is counted of emergencies, and the lines that tell of them. Codes only, no person.</summary>
public sealed class EmergencyMeter : IDisposable
{
    private readonly Meter meter = new("Partnership.Sharing");
    private readonly Counter<long> opened, used, reviewed;
    private readonly ILogger<EmergencyMeter> log;
    private long overdue, awaiting;

    public EmergencyMeter(ILogger<EmergencyMeter> log)
    {
        this.log = log;
        opened = meter.CreateCounter<long>("partnership.sharing.emergencies.opened", description: "Emergencies opened, by type");
        used = meter.CreateCounter<long>("partnership.sharing.emergencies.used", description: "Records read under an emergency");
        reviewed = meter.CreateCounter<long>("partnership.sharing.emergencies.reviewed", description: "Reviews, by outcome");
        meter.CreateObservableGauge("partnership.sharing.emergencies.to_review", () => Interlocked.Read(ref awaiting), description: "Emergencies that wait for their review");
        meter.CreateObservableGauge("partnership.sharing.emergencies.overdue", () => Interlocked.Read(ref overdue), description: "Emergencies whose review is overdue");
    }

    internal void Opened(EmergencyOpened e)
    {
        opened.Add(1, new KeyValuePair<string, object?>("type", Name(e.Type)), new KeyValuePair<string, object?>("repeated", e.Repeated));
        log.LogWarning("Emergency opened: {EmergencyId} {Type} by {Agency}, number {Count} of this person lately", e.EmergencyId, e.Type, e.Agency, e.OpenedRecently);
    }

    internal void Used() => used.Add(1);

    internal void Reviewed(EmergencyReviewed e)
    {
        reviewed.Add(1, new KeyValuePair<string, object?>("outcome", Name(e.Outcome)), new KeyValuePair<string, object?>("late", e.Late));
        log.LogInformation("Emergency reviewed: {EmergencyId} {Outcome}", e.EmergencyId, e.Outcome);
    }

    internal void Waiting(int all, int late)
    {
        Interlocked.Exchange(ref awaiting, all);
        if (Interlocked.Exchange(ref overdue, late) < late) log.LogError("{Count} emergencies wait for a review that is overdue", late);
    }

    public void Dispose() => meter.Dispose();

    private static string Name<T>(T code) where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());
}

/// <summary>Counts what waits for a review and what has waited too long, once a minute.</summary>
internal sealed class EmergencyWatch(IEventStore store, EmergencyMeter meter, TimeProvider clock, ILogger<EmergencyWatch> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CountAsync(stoppingToken);
            }
            catch (EventStoreUnavailableException)
            {
                log.LogWarning("Emergencies cannot be counted; their database is away");
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Look, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        var (all, late) = (0, 0);
        ViewCursor? after = null;
        while (true)
        {
            var rows = await store.PageViewAsync(EmergencyProjection.View, [EmergencyProjection.ToReview], after, 200, cancellationToken);
            all += rows.Count(r => !r.Erased);
            late += rows.Count(r => !r.Erased && EmergencyProjection.Read(r).IsOverdue(clock.GetUtcNow()));
            if (rows.Count < 200) break;
            after = new ViewCursor(rows[^1].SortKey, rows[^1].Id);
        }

        meter.Waiting(all, late);
    }
}
