using System.Globalization;
using Microsoft.Extensions.Options;

namespace Partnership.InformationSharing;

/// <summary>Raises an alarm for each gateway instance that fell silent without a closing batch.</summary>
/// <remarks>
/// Silence is counted from when we would have heard: not while the consumer was away or still had a backlog, in which
/// the instance's heartbeats may stand.
/// </remarks>
public sealed class SilenceWatch(
    LedgerStore store,
    AlarmBell bell,
    LedgerConsumerState consumer,
    IOptions<LedgerOptions> options,
    TimeProvider clock,
    ILogger<SilenceWatch> log) : BackgroundService
{
    /// <summary>The instances that have been silent for more than three heartbeats. Pure.</summary>
    public static IReadOnlyList<Alarm> Silent(
        IReadOnlyList<LastHeard> heard, DateTimeOffset? caughtUpSince, TimeSpan heartbeat, DateTimeOffset now)
    {
        if (caughtUpSince is not { } since) return [];
        return
        [
            .. heard
                .Where(h => now - (h.At > since ? h.At : since) > heartbeat * 3)
                .Select(h => new Alarm(AlarmKinds.Silence, h.Instance, h.Sequence.ToString(CultureInfo.InvariantCulture))),
        ];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var heartbeat = TimeSpan.FromSeconds(Math.Max(0.1, options.Value.HeartbeatSeconds));
        using var timer = new PeriodicTimer(heartbeat / 2, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await LookAsync(heartbeat, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task LookAsync(TimeSpan heartbeat, CancellationToken cancellationToken)
    {
        try
        {
            await bell.WriteAsync(cancellationToken);
            var silent = Silent(await store.ReadLastHeardAsync(cancellationToken), consumer.CaughtUpSince, heartbeat, clock.GetUtcNow());
            if (silent.Count > 0) bell.Announce(await store.RaiseAsync(silent, cancellationToken), []);
        }
        catch (Exception away) when (LedgerFailures.MendsWithTime(away))
        {
            log.LogWarning(away, "Silence could not be looked for; the ledger's database is away");
        }
    }
}
