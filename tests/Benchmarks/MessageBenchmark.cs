using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Partnership.EventStore;
using Partnership.Tests.MessageHost;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;

namespace Partnership.Tests.Benchmarks;

/// <summary>
/// From the call that appends an event to the commit of its effect by a consumer that wants order: store, publisher, quorum
/// queue and inbox, with <c>fsync</c> on, at a steady rate.
/// </summary>
public static class MessageBenchmark
{
    private const int Rate = 50;
    private const int Streams = 20;
    private const double Target = 200;
    private const int Warmup = 3, Measured = 6;

    public static async Task<int> RunAsync()
    {
        await using var servers = await StoreAndBus.StartAsync(Counting.Layout);
        var done = new ConcurrentDictionary<(Guid Stream, long Number), long>();
        using var host = MessageHosts.Build(new(servers.Settings)
        {
            Consumes = [Counting.InOrderQueue],
            Answered = (append, verdict) =>
            {
                if (append.Inbox is { } message && verdict is AppendVerdict.Written)
                    done[(message.StreamId, message.PublicationNumber)] = Stopwatch.GetTimestamp();
            },
        });
        await host.StartAsync();
        var store = host.Services.GetRequiredService<IEventStore>();
        var streams = Enumerable.Range(0, Streams).Select(_ => Guid.CreateVersion7()).ToArray();
        var begun = new Dictionary<(Guid, long), long>();
        var appends = new List<Task>();
        using (var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Rate)))
        {
            for (var sent = 0; sent < Rate * (Warmup + Measured); sent++)
            {
                await pace.WaitForNextTickAsync();
                var (stream, version) = (streams[sent % Streams], sent / Streams);
                if (sent >= Rate * Warmup)
                    begun[(stream, version + 1)] = Stopwatch.GetTimestamp();
                appends.Add(store.AppendAsync(Counting.Append(stream, version, new Counted(sent)), CancellationToken.None));
            }
        }

        await Task.WhenAll(appends);
        await Eventually.Async(() => begun.Keys.All(done.ContainsKey), "every event has its effect");
        await host.StopAsync();
        var times = begun.Select(one => Stopwatch.GetElapsedTime(one.Value, done[one.Key]).TotalMilliseconds).Order().ToArray();
        var (median, worst) = (times[times.Length / 2], times[times.Length * 99 / 100]);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"BUDGET message p99={worst:0}ms target={Target:0}ms {(worst <= Target ? "met" : "missed")} (median {median:0.0}ms, {times.Length} events at {Rate}/s)"));
        return worst <= Target ? 0 : 1;
    }
}
