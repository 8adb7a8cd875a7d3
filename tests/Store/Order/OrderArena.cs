using System.Collections.Concurrent;
using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store.Order;

/// <summary>
/// A pair of databases with two hosts on it, each behind a network that can be cut, and readers that never stop. Schedules
/// run in it side by side and disturb one another; what they did is gathered and checked when they have come to rest.
/// </summary>
internal sealed class OrderArena : IAsyncDisposable
{
    private readonly StoreDatabases databases;
    private readonly TestStore[] hosts;
    private readonly ConcurrentQueue<Call> calls = new();
    private readonly ConcurrentQueue<Reading> readings = new();
    private readonly ConcurrentDictionary<string, long> counts = new();
    private long start;

    private OrderArena(StoreDatabases databases, Breakage breakage)
    {
        this.databases = databases;
        Breakage = breakage;
        Networks = [new(databases.Options().ConnectionString), new(databases.Options().ConnectionString)];
        // Limits that are reached within a schedule, and not the same in both.
        hosts =
        [
            Open(Networks[0], "-c lock_timeout=150 -c statement_timeout=250", lanes: 1),
            Open(Networks[1], "-c lock_timeout=500 -c statement_timeout=800", lanes: 2),
        ];
        Source = NpgsqlDataSource.Create(databases.Server.To(databases.Events) + ";Application Name=order-tests;Maximum Pool Size=60;Include Error Detail=false");
        Elsewhere = NpgsqlDataSource.Create(databases.Server.To(databases.Keys) + ";Application Name=order-tests;Maximum Pool Size=20");
    }

    public Breakage Breakage { get; }

    public CuttingProxy[] Networks { get; }

    /// <summary>Connections of readers, and of those who write what they like.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Another database of the server.</summary>
    public NpgsqlDataSource Elsewhere { get; }

    /// <summary>One key for all: making one takes a commit elsewhere, and order is what is tried here.</summary>
    public SealScope Scope { get; } = Sample.Scope(Sample.Id());

    public IReadOnlyDictionary<string, long> Counts => counts;

    public static async Task<OrderArena> CreateAsync(StoreFixture fixture, Breakage breakage)
    {
        var databases = (await fixture.CreateAsync()).Spoilt();
        await databases.RunAsync(
            """
            create table foreign_work (id bigint generated always as identity, what text);
            create function disturb() returns trigger language plpgsql as $$
            begin
                if new.correlation_id = 'refused' then raise 'no' using errcode = '23514'; end if;
                if new.correlation_id like 'slow-%' then perform pg_sleep(split_part(new.correlation_id, '-', 2)::float8 / 1000); end if;
                return new;
            end $$;
            create trigger disturb after insert on mt_events for each row execute function disturb();
            """);
        return new(databases, breakage);
    }

    public void Count(string what, long by = 1) => counts.AddOrUpdate(what, by, (_, before) => before + by);

    public void Add(Call call)
    {
        calls.Enqueue(call);
        Count($"told {call.Told}");
    }

    public void Add(Reading reading)
    {
        readings.Enqueue(reading);
        Count("events read", reading.Seen.Count);
    }

    public Task<AppendVerdict> AppendAsync(int host, Append append, Random random, CancellationToken cancellationToken) =>
        Breakage is Breakage.NumbersBeforeLock or Breakage.NoLock or Breakage.AnswersBeforeCommit
            ? RawWriter.AppendAsync(Source, append, Breakage, random)
            : hosts[host].Events.AppendAsync(append, cancellationToken);

    public async Task<long> EndOfLogAsync()
    {
        await using var command = Source.CreateCommand("select coalesce(max(seq_id), 0) from mt_events");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Runs schedules side by side until none is left, and returns what was wrong.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyCollection<long> seeds, int sideBySide)
    {
        calls.Clear();
        readings.Clear();
        start = await EndOfLogAsync();
        var left = new ConcurrentQueue<long>(seeds);
        using var over = new CancellationTokenSource();
        // One as fast as it can with small pages, one at leisure with all there is.
        LogReader[] readers = [new("of all, small pages", start, 7, Breakage), new("of all, at leisure", start, 500, Breakage)];
        var reading = Task.WhenAll(
            readers[0].RunAsync(Source, static () => TimeSpan.FromMilliseconds(3), over.Token),
            readers[1].RunAsync(Source, static () => TimeSpan.FromMilliseconds(15), over.Token));
        await Task.WhenAll(Enumerable.Range(0, sideBySide).Select(async _ =>
        {
            while (left.TryDequeue(out var seed))
                await new OrderSchedule(this, seed).RunAsync();
        }));
        await over.CancelAsync();
        await reading;
        var history = await GatherAsync([.. readings, .. readers.Select(reader => reader.Done)]);
        // A history that nothing was written in would be in order too.
        return [.. OrderChecker.Check(history), .. await StillServesAsync()];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
            await host.DisposeAsync();
        foreach (var network in Networks)
            await network.DisposeAsync();
        await Source.DisposeAsync();
        await Elsewhere.DisposeAsync();
        await databases.DisposeAsync();
    }

    private TestStore Open(CuttingProxy network, string limits, int lanes) => databases.Open(options =>
    {
        options.ConnectionString = network.ConnectionString + $";Options={limits}";
        options.Lanes = lanes;
        options.MaxBatch = lanes == 1 ? 128 : 3;
        options.FindOutWithin = TimeSpan.FromSeconds(10);
    });

    private async Task<OrderHistory> GatherAsync(IReadOnlyList<Reading> all)
    {
        var log = new List<Logged>();
        var published = Sample.Types.NameOf(typeof(Noted));
        await using (var command = Source.CreateCommand(
            """
            select e.seq_id, e.id, e.stream_id, e.version, e.type, p.number from mt_events e
            left join partnership.publications p on p.stream_id = e.stream_id and p.version = e.version
            where e.seq_id > $1 order by e.seq_id
            """))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = start });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                log.Add(new(
                    reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4) == published,
                    reader.IsDBNull(5) ? null : reader.GetInt64(5)));
            }
        }

        var versions = new Dictionary<Guid, long>();
        await using (var command = Source.CreateCommand("select id, version from mt_streams where id = any($1)"))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]>
            {
                TypedValue = [.. calls.SelectMany(call => call.Streams).Select(stream => stream.Stream).Distinct()],
            });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                versions.Add(reader.GetGuid(0), reader.GetInt64(1));
        }

        Count("events in the log", log.Count);
        for (var i = 1; i < log.Count; i++)
        {
            if (log[i].Position > log[i - 1].Position + 1)
                Count("holes in the log");
        }

        return new([.. calls], log, versions, all);
    }

    /// <summary>Whatever was done to it, each host still appends.</summary>
    private async Task<IReadOnlyList<string>> StillServesAsync()
    {
        var failures = new List<string>();
        for (var host = 0; host < hosts.Length; host++)
        {
            AppendVerdict? verdict = null;
            // The last network failure may be still to come.
            for (var attempt = 0; attempt < 5 && verdict is null; attempt++)
            {
                try
                {
                    verdict = await hosts[host].Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), CancellationToken.None);
                }
                catch (EventStoreUnavailableException)
                {
                    Count("tried again at rest");
                }
            }

            if (verdict is not AppendVerdict.Written)
                failures.Add($"host {host} no longer appends");
        }

        return failures;
    }
}
