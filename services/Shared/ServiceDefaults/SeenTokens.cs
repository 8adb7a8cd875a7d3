using System.Collections.Concurrent;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Remembers the ids of accepted tokens until they would be refused for their age anyway, so that one is accepted once.
/// </summary>
/// <remarks>Bounded: when full it refuses, because forgetting an id would accept it twice.</remarks>
public sealed class SeenTokens(TimeProvider clock, int capacity = 500_000)
{
    private readonly ConcurrentDictionary<string, byte> seen = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Id, DateTimeOffset Until)> expiring = new();
    private int count;

    /// <summary>True for the first caller with this id; of many at once, for exactly one.</summary>
    public bool TryAccept(string id, DateTimeOffset until)
    {
        Forget(clock.GetUtcNow());
        if (Interlocked.Increment(ref count) <= capacity && seen.TryAdd(id, 0))
        {
            expiring.Enqueue((id, until));
            return true;
        }

        Interlocked.Decrement(ref count);
        return false;
    }

    // Oldest first. Lifetimes differ by the allowed skew only, so what waits behind a younger head waits that long at most.
    private void Forget(DateTimeOffset now)
    {
        while (expiring.TryPeek(out var oldest) && oldest.Until <= now && expiring.TryDequeue(out var taken))
        {
            if (taken.Until > now)
            {
                // Another caller took the one we looked at; put this one back, it is still in force.
                expiring.Enqueue(taken);
                return;
            }

            if (seen.TryRemove(taken.Id, out _))
                Interlocked.Decrement(ref count);
        }
    }
}
