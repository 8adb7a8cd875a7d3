using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.RateLimiting;

namespace Partnership.Gateway.Callers;

/// <summary>How much one person and one agency may ask for; section <c>Gateway:RateLimits</c>.</summary>
public sealed class RateLimitOptions
{
    public int PersonPerSecond { get; set; } = 200;
    public int PersonBurst { get; set; } = 600;
    public int AgencyPerSecond { get; set; } = 1000;
    public int AgencyBurst { get; set; } = 3000;
}

/// <summary>
/// Token buckets for each person and each agency. Asked before any look-up, so that the answer depends on how much somebody
/// has asked and on nothing else.
/// </summary>
public sealed class RateLimits : IDisposable
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan RecordedFor = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> persons;
    private readonly PartitionedRateLimiter<string> agencies;
    private readonly ConcurrentDictionary<string, long> recorded = new();
    private readonly TimeProvider clock;
    private readonly Meter meter = new("Partnership.Gateway.RateLimits");
    private readonly Counter<long> refused;

    public RateLimits(RateLimitOptions options, TimeProvider clock)
    {
        this.clock = clock;
        persons = Buckets(options.PersonPerSecond, options.PersonBurst);
        agencies = Buckets(options.AgencyPerSecond, options.AgencyBurst);
        refused = meter.CreateCounter<long>("partnership.gateway.rate_limited", description: "Requests refused for their number, by the limit that was reached");
    }

    /// <summary>Null when the request may go on; otherwise after how many whole seconds to try again.</summary>
    public int? Take(string person, string agency)
    {
        using var own = persons.AttemptAcquire(person);
        if (!own.IsAcquired) return Refuse(own, "person");
        // A person who is refused has not spent what their agency may.
        using var whole = agencies.AttemptAcquire(agency);
        return whole.IsAcquired ? null : Refuse(whole, "agency");
    }

    /// <summary>True once a minute for each person: one entry says that somebody was refused, not one for every request.</summary>
    public bool IsToRecord(string person)
    {
        var now = clock.GetTimestamp();
        if (recorded.Count >= MaxRemembered) recorded.Clear();
        var first = recorded.GetOrAdd(person, now);
        if (first == now) return true;
        return clock.GetElapsedTime(first, now) >= RecordedFor && recorded.TryUpdate(person, now, first);
    }

    public void Dispose()
    {
        persons.Dispose();
        agencies.Dispose();
        meter.Dispose();
    }

    private int Refuse(RateLimitLease lease, string limit)
    {
        refused.Add(1, new KeyValuePair<string, object?>("limit", limit));
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
    }

    /// <summary>Filled ten times a second.</summary>
    private static PartitionedRateLimiter<string> Buckets(int perSecond, int burst) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(1, burst),
            TokensPerPeriod = Math.Max(1, perSecond / 10),
            ReplenishmentPeriod = perSecond >= 10 ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1.0 / Math.Max(1, perSecond)),
            QueueLimit = 0,
        }));
}
