using System.Security.Cryptography;
using Partnership.Gateway.Callers;
using Partnership.Ledger;
using Xunit;

namespace Partnership.Tests.Pure.Gateway;

/// <summary>The lease runs from when a heartbeat was signed, and nothing but a later one extends it.</summary>
public sealed class SharingLeaseTests : IDisposable
{
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(60);

    private readonly ECDsa signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly HandClock clock = new(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly SharingLease lease;
    private long sequence;

    public SharingLeaseTests()
    {
        var published = ECDsa.Create(signing.ExportParameters(includePrivateParameters: false));
        lease = new SharingLease(published, "agreements", Lasts, clock);
    }

    [Fact]
    public void Without_a_heartbeat_nothing_is_shared_and_with_one_for_a_minute()
    {
        Assert.False(lease.IsHeld);
        Assert.True(Take(Next()));
        Assert.True(lease.IsHeld);
        clock.Pass(TimeSpan.FromSeconds(59));
        Assert.True(lease.IsHeld);
        clock.Pass(TimeSpan.FromSeconds(1));
        Assert.False(lease.IsHeld);
        Assert.True(Take(Next()));
        Assert.True(lease.IsHeld);
    }

    [Fact]
    public void One_that_was_seen_or_is_older_or_came_late_extends_nothing()
    {
        var first = Next();
        Assert.True(Take(first));
        clock.Pass(TimeSpan.FromSeconds(30));
        Assert.False(Take(first));
        var late = Next();
        clock.Pass(TimeSpan.FromSeconds(1));
        var later = Next();
        Assert.True(Take(later));
        Assert.False(Take(late));
        // Kept back for 50 seconds, it is good for the ten that are left of it.
        var kept = Next();
        clock.Pass(TimeSpan.FromSeconds(50));
        Assert.True(Take(kept));
        clock.Pass(TimeSpan.FromSeconds(10));
        Assert.False(lease.IsHeld);
        // And after its time it is good for nothing.
        var old = Next();
        clock.Pass(Lasts);
        Assert.False(Take(old));
    }

    [Fact]
    public void A_later_time_with_a_lower_number_and_a_higher_number_with_an_earlier_time_are_refused()
    {
        Assert.True(Take(Signed(new Heartbeat(100, clock.GetUtcNow(), 1, "register", "agreements"))));
        clock.Pass(TimeSpan.FromSeconds(1));
        Assert.False(Take(Signed(new Heartbeat(99, clock.GetUtcNow(), 1, "register", "agreements"))));
        Assert.False(Take(Signed(new Heartbeat(100, clock.GetUtcNow(), 1, "register", "agreements"))));
        Assert.False(Take(Signed(new Heartbeat(101, clock.GetUtcNow().AddSeconds(-2), 1, "register", "agreements"))));
        Assert.False(Take(Signed(new Heartbeat(101, clock.GetUtcNow().AddSeconds(6), 1, "register", "agreements"))));
        Assert.True(Take(Signed(new Heartbeat(101, clock.GetUtcNow(), 1, "register", "agreements"))));
    }

    [Fact]
    public void One_of_another_key_for_other_agreements_or_altered_is_none()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var heartbeat = new Heartbeat(1, clock.GetUtcNow(), 1, "register", "agreements");
        Assert.Null(lease.Read(heartbeat.Sign(stranger)));
        Assert.Null(lease.Read(Signed(heartbeat with { Agreements = "others" })));
        var good = Signed(heartbeat);
        foreach (var wrong in (string?[])[null, "", ".", "x.y", good + "A", good[..^1], good.Replace('.', ','), $"{good}.{good}", good[1..], new string('A', 5000)])
            Assert.Null(lease.Read(wrong));
        for (var i = 0; i < good.IndexOf('.', StringComparison.Ordinal) - 1; i++)
            Assert.Null(lease.Read($"{good[..i]}{(good[i] == 'A' ? 'B' : 'A')}{good[(i + 1)..]}"));
        Assert.NotNull(lease.Read(good));
    }

    [Fact]
    public void A_wall_clock_that_is_set_back_extends_nothing()
    {
        Assert.True(Take(Next()));
        clock.Pass(TimeSpan.FromSeconds(59));
        clock.SetBack(TimeSpan.FromMinutes(10));
        Assert.True(lease.IsHeld);
        clock.Pass(TimeSpan.FromSeconds(1));
        Assert.False(lease.IsHeld);
    }

    public void Dispose()
    {
        lease.Dispose();
        signing.Dispose();
    }

    private string Next() => Signed(new Heartbeat(++sequence, clock.GetUtcNow(), 1, "register", "agreements"));

    private string Signed(Heartbeat heartbeat) => heartbeat.Sign(signing);

    private bool Take(string header)
    {
        if (lease.Read(header) is not { } heartbeat) return false;
        lease.Extend(heartbeat);
        return true;
    }

    private sealed class HandClock(DateTimeOffset now) : TimeProvider
    {
        private DateTimeOffset now = now;
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => (now, ticks) = (now + time, ticks + time.Ticks);

        public void SetBack(TimeSpan time) => now -= time;

        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => ticks;
    }
}
