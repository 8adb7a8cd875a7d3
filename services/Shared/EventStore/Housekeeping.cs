namespace Partnership.EventStore;

/// <summary>What expires in the side tables.</summary>
internal static class Housekeeping
{
    /// <summary>How long the answer to an idempotency key is kept.</summary>
    public static readonly TimeSpan IdempotencyKept = TimeSpan.FromDays(7);
}
