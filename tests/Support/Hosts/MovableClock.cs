namespace Partnership.Tests.Support.Hosts;

/// <summary>The real clock, moved: what is due next week is due after <see cref="Advance"/>. Timers run as always.</summary>
public sealed class MovableClock : TimeProvider
{
    private long ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref ahead));

    public void Advance(TimeSpan by) => Interlocked.Add(ref ahead, by.Ticks);
}
