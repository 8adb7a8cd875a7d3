namespace Partnership.Tests.Store.Support;

/// <summary>A clock the test moves. Timers do not run.</summary>
public sealed class Clock : TimeProvider
{
    private TimeSpan moved = TimeSpan.Zero;

    public void Move(TimeSpan by) => moved += by;

    public override DateTimeOffset GetUtcNow() => Sample.Now + moved;

    public override long GetTimestamp() => moved.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

    private sealed class Never : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
