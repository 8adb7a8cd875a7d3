using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Partnership.EventStore;

namespace Partnership.Tests.Benchmarks;

/// <summary>
/// One event by the store's public interface, sealed and with its publication number, against one prepared
/// <c>INSERT</c> of the same row per transaction through Npgsql, on the same server with <c>fsync</c> on. Rounds of the two
/// alternate; ratios are of the medians.
/// </summary>
public static class AppendBenchmark
{
    private const int Rounds = 9;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly (int Callers, double Target)[] Budgets = [(1, 1.0), (16, 2.0), (128, 3.0)];

    /// <summary>Measures and prints one line for each number of callers; the exit status is 1 if a budget is missed.</summary>
    /// <param name="superuser">Connection string of a superuser; the benchmark makes databases of its own and drops them.</param>
    public static async Task<int> RunAsync(string superuser)
    {
        var suffix = RandomNumberGenerator.GetHexString(8, lowercase: true);
        var (events, keys) = ($"bench_append_{suffix}", $"bench_append_keys_{suffix}");
        var wrapping = Path.GetTempFileName();
        await ExecuteAsync(superuser, $"create database {events}");
        await ExecuteAsync(superuser, $"create database {keys}");
        try
        {
            await File.WriteAllTextAsync(wrapping, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
            var eventsAt = In(superuser, events);
            var keysAt = In(superuser, keys);
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
                // EventStore__Lanes and the like, to compare settings.
            }).AddEnvironmentVariables().Build().GetSection("EventStore");
            var services = new ServiceCollection().AddLogging();
            services.AddEventStore(
                section, new EventTypes().Add("bench.noted.v1", typeof(BenchNoted)), new PublicationMap().Publish<BenchNoted>((stored, _) => stored.Data));
            await using var provider = services.BuildServiceProvider();
            return await MeasureAsync(provider.GetRequiredService<IEventStore>(), eventsAt);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(superuser, $"drop database {events} with (force)");
            await ExecuteAsync(superuser, $"drop database {keys} with (force)");
            File.Delete(wrapping);
        }
    }

    private static async Task<int> MeasureAsync(IEventStore store, string connectionString)
    {
        var row = await SampleRowAsync(store, connectionString);
        var missed = 0;
        foreach (var (callers, target) in Budgets)
        {
            await using var ours = await OurCallers.CreateAsync(store, callers);
            await using var plain = await PlainCallers.CreateAsync(connectionString, callers, row);
            // Long enough for the compiler to be done with both.
            await ours.RunAsync(Round * 3);
            await plain.RunAsync(Round * 3);
            var (us, them) = (new List<double>(), new List<double>());
            for (var i = 0; i < Rounds; i++)
            {
                us.Add(await ours.RunAsync(Round));
                them.Add(await plain.RunAsync(Round));
            }

            var (appends, inserts) = (Median(us), Median(them));
            var ratio = appends / inserts;
            missed += ratio < target ? 1 : 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"BUDGET append callers={callers} ratio={ratio:0.00} target={target:0.00} {(ratio < target ? "missed" : "met")} (appends {appends:0}/s, inserts {inserts:0}/s)"));
        }

        return missed == 0 ? 0 : 1;
    }

    /// <summary>What the store itself writes for one event, so that both sides insert the same bytes.</summary>
    private static async Task<(string Data, string Headers)> SampleRowAsync(IEventStore store, string connectionString)
    {
        var stream = Guid.CreateVersion7();
        await store.AppendAsync(OurCallers.Append(stream, 0), CancellationToken.None);
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select data::text, headers::text from mt_events where stream_id = $1", connection)
        {
            Parameters = { new() { Value = stream } },
        };
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetString(0), reader.GetString(1));
    }

    private static async Task<double> RateAsync(int callers, TimeSpan time, Func<int, Task> once)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var count = 0;
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                await once(caller);
                count++;
            }

            return count;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

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

    /// <summary>Each caller appends to a stream of its own.</summary>
    private sealed class OurCallers(IEventStore store, Guid[] streams) : IAsyncDisposable
    {
        private readonly long[] versions = new long[streams.Length];

        public static Task<OurCallers> CreateAsync(IEventStore store, int callers) =>
            Task.FromResult(new OurCallers(store, [.. Enumerable.Range(0, callers).Select(_ => Guid.CreateVersion7())]));

        public static Append Append(Guid stream, long expected) => new()
        {
            Streams =
            [
                new(stream, "bench", expected, [new(Guid.CreateVersion7(), new BenchNoted(stream, "ACCEPTED", Text), TimeProvider.System.GetUtcNow())],
                    Seal, []),
            ],
            Headers = new("""{"person":"p-1","agency":"northtown","role":"marac-coordinator","purpose":"marac-triage"}""",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null),
        };

        public Task<double> RunAsync(TimeSpan time) => RateAsync(streams.Length, time, async caller =>
        {
            if (await store.AppendAsync(Append(streams[caller], versions[caller]), CancellationToken.None) is not AppendVerdict.Written)
                throw new InvalidOperationException("An append was not written.");
            versions[caller]++;
        });

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static readonly SealScope Seal = new(Guid.CreateVersion7(), "bench", "bench");

        private static readonly string Text = new('x', 200);
    }

    /// <summary>Each caller has a connection and a stream of its own, and one statement prepared.</summary>
    private sealed class PlainCallers(NpgsqlConnection[] connections, NpgsqlCommand[] commands) : IAsyncDisposable
    {
        private readonly long[] versions = new long[connections.Length];

        public static async Task<PlainCallers> CreateAsync(string connectionString, int callers, (string Data, string Headers) row)
        {
            var connections = new NpgsqlConnection[callers];
            var commands = new NpgsqlCommand[callers];
            for (var i = 0; i < callers; i++)
            {
                var stream = Guid.CreateVersion7();
                connections[i] = new NpgsqlConnection(connectionString);
                await connections[i].OpenAsync();
                await using (var parent = new NpgsqlCommand("insert into mt_streams (id, type, version, timestamp, created) values ($1, 'bench', 0, now(), now())", connections[i]))
                {
                    parent.Parameters.Add(new() { Value = stream });
                    await parent.ExecuteNonQueryAsync();
                }

                commands[i] = new NpgsqlCommand(
                    """
                    insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, correlation_id, headers)
                    values (nextval('mt_events_sequence'), $1, $2, $3, $4, $5, $6, $7, $8)
                    """, connections[i])
                {
                    Parameters =
                    {
                        new NpgsqlParameter<Guid>(), new NpgsqlParameter<Guid> { TypedValue = stream }, new NpgsqlParameter<long>(),
                        new NpgsqlParameter<string> { TypedValue = row.Data, NpgsqlDbType = NpgsqlDbType.Jsonb },
                        new NpgsqlParameter<string> { TypedValue = "bench.noted.v1" }, new NpgsqlParameter<DateTime>(),
                        new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar },
                        new NpgsqlParameter<string> { TypedValue = row.Headers, NpgsqlDbType = NpgsqlDbType.Jsonb },
                    },
                };
                await commands[i].PrepareAsync();
            }

            return new(connections, commands);
        }

        public Task<double> RunAsync(TimeSpan time) => RateAsync(connections.Length, time, async caller =>
        {
            var command = commands[caller];
            ((NpgsqlParameter<Guid>)command.Parameters[0]).TypedValue = Guid.CreateVersion7();
            ((NpgsqlParameter<long>)command.Parameters[2]).TypedValue = ++versions[caller];
            ((NpgsqlParameter<DateTime>)command.Parameters[5]).TypedValue = TimeProvider.System.GetUtcNow().UtcDateTime;
            await command.ExecuteNonQueryAsync();
        });

        public async ValueTask DisposeAsync()
        {
            foreach (var command in commands)
                await command.DisposeAsync();
            foreach (var connection in connections)
                await connection.DisposeAsync();
        }
    }
}

/// <summary>A small event: two codes in the clear, a sentence sealed.</summary>
internal sealed record BenchNoted([property: Plain] Guid Record, [property: Plain] string Code, string Text);
