using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Partnership.Ledger;

namespace Partnership.Gateway.Callers;

/// <summary>
/// Leave to share, for a minute at a time (*config*): held while InformationSharing has lately signed that this register and
/// these agreements are in force. Without it everything is denied. Pure but for the clock.
/// </summary>
/// <remarks>
/// It runs from the time the heartbeat was signed, not from when it came, and each must be later than the last by number and
/// time: one that is kept back or sent again extends nothing. The steady clock is asked too, so that a wall clock that is set
/// back extends nothing either.
/// </remarks>
public sealed class SharingLease : IDisposable
{
    /// <summary>How far another machine's clock may be ahead of ours.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    private readonly ECDsa key;
    private readonly string agreements;
    private readonly TimeSpan lasts;
    private readonly TimeProvider clock;
    private readonly Meter meter = new("Partnership.Gateway.Lease");
    private volatile Held? held;

    /// <param name="key">InformationSharing's public key.</param>
    /// <param name="agreements">Digest of the files this gateway has compiled.</param>
    public SharingLease(ECDsa key, string agreements, TimeSpan lasts, TimeProvider clock)
    {
        (this.key, this.agreements, this.lasts, this.clock) = (key, agreements, lasts, clock);
        meter.CreateObservableGauge("partnership.gateway.lease.held", () => IsHeld ? 1 : 0, description: "1 while the gateway may share");
    }

    public bool IsHeld =>
        held is { } last && clock.GetUtcNow() < last.Heartbeat.At + lasts && clock.GetElapsedTime(last.ReceivedAt) < lasts;

    /// <summary>A heartbeat that would extend the lease; null for one that is forged, old, seen before, or for other agreements.</summary>
    public Heartbeat? Read(string? header)
    {
        if (Heartbeat.Read(header, key) is not { } heartbeat) return null;
        var now = clock.GetUtcNow();
        var last = held?.Heartbeat;
        return heartbeat.At <= now + Skew && heartbeat.At + lasts > now
            && (last is null || (heartbeat.Sequence > last.Sequence && heartbeat.At >= last.At))
            && heartbeat.Agreements == agreements
            ? heartbeat
            : null;
    }

    /// <summary>The register in use is the one this heartbeat names.</summary>
    public void Extend(Heartbeat heartbeat) => held = new Held(heartbeat, clock.GetTimestamp());

    public void Dispose()
    {
        key.Dispose();
        meter.Dispose();
    }

    private sealed record Held(Heartbeat Heartbeat, long ReceivedAt);
}
