using System.Diagnostics;

namespace Partnership.Tests.Support;

/// <summary>Waits for what must become true, and says what did not. Never a sleep of a guessed length.</summary>
public static class Eventually
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(20);

    /// <param name="what">Completes "It did not come true that …".</param>
    /// <exception cref="TimeoutException">It did not come true in time; the last failure of the condition is its cause.</exception>
    public static async Task Async(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        await Async<object?>(async () => (await condition(), null), what, within);
    }

    public static Task Async(Func<bool> condition, string what, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Async(() => Task.FromResult(condition()), what, within);
    }

    /// <summary>Waits for a value that is not null.</summary>
    public static async Task<T> Async<T>(Func<Task<T?>> find, string what, TimeSpan? within = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(find);
        return (await Async<T?>(async () => await find() is { } found ? (true, found) : (false, null), what, within))!;
    }

    private static async Task<T> Async<T>(Func<Task<(bool, T)>> attempt, string what, TimeSpan? within)
    {
        var limit = within ?? Usual;
        var watch = Stopwatch.StartNew();
        var pause = TimeSpan.FromMilliseconds(10);
        Exception? last = null;
        while (true)
        {
            try
            {
                var (done, value) = await attempt();
                if (done)
                    return value;
                last = null;
            }
#pragma warning disable CA1031 // A condition that throws is one that is not yet true; the last reason is reported.
            catch (Exception error) when (error is not HopelessException && watch.Elapsed < limit)
#pragma warning restore CA1031
            {
                last = error;
            }

            if (watch.Elapsed >= limit)
                throw new TimeoutException($"It did not come true within {limit.TotalSeconds:0.#} s that {what}.", last);
            await Task.Delay(pause);
            pause = TimeSpan.FromMilliseconds(Math.Min(pause.TotalMilliseconds * 1.5, 200));
        }
    }
}

/// <summary>Thrown by a condition that can no longer come true, so that nobody waits for the deadline.</summary>
public sealed class HopelessException : Exception
{
    public HopelessException() { }
    public HopelessException(string message) : base(message) { }
    public HopelessException(string message, Exception inner) : base(message, inner) { }
}
