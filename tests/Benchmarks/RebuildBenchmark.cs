using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Partnership.EventStore;

namespace Partnership.Tests.Benchmarks;

/// <summary>
/// Views made anew from the log, of both kinds, against a bare reader that pages through the same events in order of
/// commit and unseals them, page after page, and does nothing with them. Rounds alternate; ratios are of medians. Then the
/// 99th percentile of live appends while a view is made anew, against the same without.
/// </summary>
public static class RebuildBenchmark
{
    private const int Streams = 4_000;
    private const int EventsEach = 5;
    private const int Rounds = 5;
    private const int ReaderPage = 1_000;
    private const double Target = 0.80;
    private const double LatencyTarget = 2.0;
    private const int AppendRounds = 3;
    private static readonly TimeSpan AppendRound = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    /// <summary>Measures and prints one line for each budget; the exit status is 1 if one is missed.</summary>
    /// <param name="superuser">Connection string of a superuser; the benchmark makes databases of its own and drops them.</param>
    public static async Task<int> RunAsync(string superuser)
    {
        var suffix = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var (events, keys) = ($"bench_rebuild_{suffix}", $"bench_rebuild_keys_{suffix}");
        var wrapping = Path.GetTempFileName();
        await ExecuteAsync(superuser, $"create database {events}");
        await ExecuteAsync(superuser, $"create database {keys}");
        try
        {
            await File.WriteAllTextAsync(wrapping, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
            var (eventsAt, keysAt) = (In(superuser, events), In(superuser, keys));
            await EventStoreMigration.MigrateAsync(new()
            {
                MigratorConnectionString = eventsAt,
                KeyMigratorConnectionString = keysAt,
                RuntimeRole = new NpgsqlConnectionStringBuilder(superuser).Username!,
            });
            var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["EventStore:ConnectionString"] = eventsAt,
                ["EventStore:KeyConnectionString"] = keysAt,
                ["EventStore:WrappingKeyFile"] = wrapping,
                ["EventStore:SearchKeyFile"] = wrapping,
            }).Build().GetSection("EventStore");
            var services = new ServiceCollection().AddLogging();
            services.AddEventStore(
                section, new EventTypes().Add("bench.told.v1", typeof(BenchTold)), new PublicationMap().Private<BenchTold>());
            services.AddInlineView(provider => Inline(provider.GetRequiredService<ISearchHasher>()));
            services.AddSubscribedView(provider => Subscribed(provider.GetRequiredService<ISearchHasher>()));
            await using var provider = services.BuildServiceProvider();
            await SeedAsync(provider);
            await ExecuteAsync(eventsAt, "vacuum analyze");
            return await MeasureAsync(provider);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(superuser, $"drop database {events} with (force)");
            await ExecuteAsync(superuser, $"drop database {keys} with (force)");
            File.Delete(wrapping);
        }
    }

    private static async Task<int> MeasureAsync(IServiceProvider provider)
    {
        var views = provider.GetRequiredService<IViewRebuilder>();
        var database = provider.GetRequiredService<ViewDatabase>().Source;
        var reading = provider.GetRequiredService<EventReading>();
        var times = new Dictionary<string, List<double>> { ["reader"] = [], ["inline"] = [], ["subscribed"] = [] };
        for (var round = -2; round < Rounds; round++)
        {
            foreach (var (name, once) in ((string, Func<Task<long>>)[])
                [
                    ("reader", () => ReadAsync(database, reading)),
                    ("inline", async () => (await views.RebuildAsync("inline", null, CancellationToken.None)).Events),
                    ("subscribed", async () => (await views.RebuildAsync("subscribed", null, CancellationToken.None)).Events),
                ])
            {
                GC.Collect();
                var started = Stopwatch.GetTimestamp();
                var read = await once();
                if (read != Streams * EventsEach)
                    throw new InvalidOperationException($"{name} has read {read} events.");
                // The first rounds are the compiler's.
                if (round >= 0)
                    times[name].Add(read / Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }

        var missed = 0;
        var reader = Median(times["reader"]);
        foreach (var kind in (string[])["inline", "subscribed"])
        {
            var rate = Median(times[kind]);
            missed += rate / reader < Target ? 1 : 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"BUDGET rebuild kind={kind} ratio={rate / reader:0.00} target={Target:0.00} {(rate / reader < Target ? "missed" : "met")} (rebuilt {rate:0} events/s, read {reader:0} events/s)"));
        }

        foreach (var kind in (string[])["inline", "subscribed"])
            missed += await MeasureAppendsAsync(provider, kind);
        return missed == 0 ? 0 : 1;
    }

    private static async Task<int> MeasureAppendsAsync(IServiceProvider provider, string kind)
    {
        var store = provider.GetRequiredService<IEventStore>();
        var views = provider.GetRequiredService<IViewRebuilder>();
        var (quiet, busy) = (new List<double>(), new List<double>());
        await AppendAsync(store, AppendRound / 2);
        for (var round = 0; round < AppendRounds; round++)
        {
            quiet.Add(P99(await AppendAsync(store, AppendRound)));
            using var stop = new CancellationTokenSource();
            var rebuilding = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                    await views.RebuildAsync(kind, null, CancellationToken.None);
            });
            busy.Add(P99(await AppendAsync(store, AppendRound)));
            await stop.CancelAsync();
            await rebuilding;
        }

        var ratio = Median(busy) / Median(quiet);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"BUDGET rebuild-appends kind={kind} ratio={ratio:0.00} target={LatencyTarget:0.00} {(ratio > LatencyTarget ? "missed" : "met")} (p99 {Median(busy):0.0} ms, without {Median(quiet):0.0} ms)"));
        return ratio > LatencyTarget ? 1 : 0;
    }

    private static async Task<long> ReadAsync(NpgsqlDataSource database, EventReading reading)
    {
        var (position, read) = (0L, 0L);
        await using var connection = await database.OpenConnectionAsync();
        while (true)
        {
            var page = await SubscribedLog.ReadAsync(connection, position, long.MaxValue, ReaderPage, [], CancellationToken.None);
            if (page.Count == 0)
                return read;
            var opened = await reading.OpenAsync(page, CancellationToken.None);
            (position, read) = (opened[^1].Position, read + opened.Count);
        }
    }

    /// <summary>Four people at a steady pace, each on cases of their own, with their rows; the time of each append in ms.</summary>
    private static async Task<ConcurrentBag<double>> AppendAsync(IEventStore store, TimeSpan time)
    {
        var times = new ConcurrentBag<double>();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(async () =>
        {
            using var pace = new PeriodicTimer(Pace);
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                var id = Guid.CreateVersion7();
                // Of another type, so that every round makes the same number of rows.
                var append = AppendOf(id, 0, "bench_other", new($"inline-{caller}", id, 1, JsonSerializer.SerializeToUtf8Bytes(Text), ["all"], 1, []));
                var sent = Stopwatch.GetTimestamp();
                if (await store.AppendAsync(append, CancellationToken.None) is not AppendVerdict.Written)
                    throw new InvalidOperationException("An append was not written.");
                times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                await pace.WaitForNextTickAsync();
            }
        })));
        return times;
    }

    private static async Task SeedAsync(IServiceProvider provider)
    {
        var store = provider.GetRequiredService<IEventStore>();
        var view = Inline(provider.GetRequiredService<ISearchHasher>());
        var streams = Enumerable.Range(0, Streams).Select(_ => Guid.CreateVersion7()).ToArray();
        // All the first events, then all the second: a stream's events lie far apart, as they do.
        for (var version = 0; version < EventsEach; version++)
        {
            await Parallel.ForEachAsync(streams, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (id, cancellationToken) =>
            {
                if (await store.AppendAsync(AppendOf(id, version, "bench", null), cancellationToken) is not AppendVerdict.Written)
                    throw new InvalidOperationException("An append was not written.");
            });
        }
    }

    private static Append AppendOf(Guid id, long version, string type, ViewRow? row) => new()
    {
        Streams =
        [
            new(id, type, version, [new(Guid.CreateVersion7(), new BenchTold(id, "ACCEPTED", Text), TimeProvider.System.GetUtcNow())], Seal(id),
                row is null ? [] : [row]),
        ],
        Headers = new("""{"person":"p-1","agency":"northtown","role":"marac-coordinator","purpose":"marac-triage"}""",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null),
    };

    private static InlineView Inline(ISearchHasher hasher) => new()
    {
        Name = "inline",
        StreamType = "bench",
        Seal = stream => Seal(stream.StreamId),
        Project = source => new(
            "inline", source.Main.StreamId, source.Version,
            JsonSerializer.SerializeToUtf8Bytes(source.Main.Events.Select(e => ((BenchTold)e.Data).Text).ToArray()), ["all", "member:northtown"],
            source.Version, [hasher.Phone("01632 960001")]),
    };

    private static SubscribedView Subscribed(ISearchHasher hasher) => SubscribedView.Of<BenchRow>(
        "subscribed", [typeof(BenchTold)], e => new(((BenchTold)e.Data).Record, Seal(((BenchTold)e.Data).Record)),
        (row, e) => new([.. row?.Texts ?? [], ((BenchTold)e.Data).Text]), row => new(["all", "member:northtown"], row.Texts.Count, [hasher.Phone("01632 960001")]));

    private static SealScope Seal(Guid id) => new(id, "bench", "bench");

    private static readonly string Text = new('x', 200);

    private static double P99(ConcurrentBag<double> times) => times.Order().ElementAt((int)(times.Count * 0.99));

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string In(string superuser, string database) =>
        new NpgsqlConnectionStringBuilder(superuser) { Database = database, MaxPoolSize = 200, IncludeErrorDetail = false }.ConnectionString;

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names made here.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A small event: an id and a code in the clear, a sentence sealed.</summary>
internal sealed record BenchTold([property: Plain] Guid Record, [property: Plain] string Code, string Text);

internal sealed record BenchRow(IReadOnlyList<string> Texts);
