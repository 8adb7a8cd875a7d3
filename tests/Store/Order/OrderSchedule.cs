using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store.Order;

/// <summary>
/// One random schedule: callers of two hosts over a few streams, a reader, and up to three disturbances. What everybody
/// tries follows from the seed; in which order it happens is up to the machine, and must not matter.
/// </summary>
internal sealed class OrderSchedule(OrderArena arena, long seed)
{
    private readonly ConcurrentDictionary<Guid, long> known = new();
    private Guid[] streams = [];

    public async Task RunAsync()
    {
        var random = Random(0);
        streams = [.. Enumerable.Range(0, random.Next(3) == 0 ? 1 : random.Next(2, 7)).Select(_ => Sample.Id())];
        using var over = new CancellationTokenSource();
        var reader = new LogReader($"of seed {seed}", await arena.EndOfLogAsync(), random.Next(2) == 0 ? 5 : 1000, arena.Breakage);
        var (pace, paces) = (random.Next(3) == 0 ? 4 : 40, Random(1));
        var reading = reader.RunAsync(arena.Source, () => TimeSpan.FromMilliseconds(paces.Next(1, pace)), over.Token);
        var disturbances = Enumerable.Range(0, random.Next(4)).Select(i => DisturbAsync(Random(100 + i))).ToList();
        var callers = Enumerable.Range(0, random.Next(2, 7)).Select(i => CallAsync(Random(10 + i))).ToList();
        await Task.WhenAll([.. callers, .. disturbances]);
        await over.CancelAsync();
        await reading;
        arena.Add(reader.Done);
    }

    // Not HashCode, which is another in every process.
    private Random Random(int part) => new(unchecked((int)(seed ^ (seed >> 32)) * 1_000_003 + part * 7_919));

    private async Task CallAsync(Random random)
    {
        var host = random.Next(2);
        for (var steps = random.Next(2, 6); steps > 0; steps--)
        {
            if (random.Next(3) == 0)
                await Task.Delay(random.Next(1, 4));
            await TryAsync(host, Plan(random), random);
        }
    }

    /// <summary>What is tried next: most often one event where the stream is believed to be.</summary>
    private (Append Append, string? Once, bool Refused) Plan(Random random)
    {
        var touched = random.Next(5) == 0 ? random.GetItems(streams, random.Next(2, 4)).Distinct().ToArray() : [streams[random.Next(streams.Length)]];
        var appends = new List<StreamAppend>();
        foreach (var stream in touched)
        {
            // Sometimes out of date, sometimes of a version that is still to come.
            var expected = Math.Max(0, known.GetValueOrDefault(stream) + random.Next(24) switch { 0 => -1, 1 => 1, _ => 0 });
            var guardsOnly = appends.Count > 0 && random.Next(4) == 0;
            var events = Enumerable.Range(0, guardsOnly ? 0 : random.Next(4) == 0 ? random.Next(2, 5) : 1)
                .Select(_ => Sample.Event(random.Next(3) == 0 ? new Pondered("p") : Sample.Note("x")));
            appends.Add(new(stream, "test_stream", expected, [.. events], arena.Scope, []));
        }

        var mark = random.Next(25) switch { 0 => "refused", 1 or 2 => $"slow-{random.Next(1, 12)}", 3 when random.Next(16) == 0 => "slow-400", _ => null };
        var append = new Append { Streams = appends, Headers = Sample.Headers with { CorrelationId = mark } };
        string? once = null;
        switch (random.Next(12))
        {
            case 0:
                var key = random.Next(3);
                once = $"idempotency key {seed}/{key}";
                append = append with
                {
                    Idempotency = new(new("p", "a", null, $"order/{seed}/{streams[0]}", $"{key}"), [1], 201, null, streams[0], Sample.Now),
                };
                break;
            case 1:
                var number = random.Next(1, 5);
                once = $"message {seed}/{number}";
                append = append with { Inbox = new("order", streams[0], number) };
                break;
        }

        return (append, once, mark == "refused");
    }

    private async Task TryAsync(int host, (Append Append, string? Once, bool Refused) plan, Random random)
    {
        using var patience = new CancellationTokenSource();
        if (random.Next(12) == 0)
            patience.CancelAfter(random.Next(-1, 4) is var time and > 0 ? TimeSpan.FromMilliseconds(time) : TimeSpan.Zero);
        var call = new Call
        {
            Seed = seed,
            Streams = [.. plan.Append.Streams.Select(stream => new CalledStream(stream.StreamId, stream.ExpectedVersion, [.. stream.Events.Select(added => added.Id)]))],
            Once = plan.Once,
            MustBeRefused = plan.Refused,
            Started = Stopwatch.GetTimestamp(),
            Ended = 0,
            Told = Told.Nonsense,
        };
        try
        {
            call = (await arena.AppendAsync(host, plan.Append, random, patience.Token)) switch
            {
                AppendVerdict.Written(var versions) => call with { Told = Told.Written, Versions = versions },
                AppendVerdict.Conflict(var stream, var actual) => call with { Told = Told.Conflict, Conflict = (stream, actual) },
                AppendVerdict.AlreadyDone => call with { Told = Told.AlreadyDone },
                AppendVerdict.DuplicateMessage => call with { Told = Told.DuplicateMessage },
                var other => call with { What = other.GetType().Name },
            };
        }
        catch (AppendRefusedException)
        {
            call = call with { Told = Told.Refused };
        }
        catch (EventStoreUnavailableException unavailable)
        {
            call = call with { Told = unavailable.NothingWritten ? Told.NothingWritten : Told.Unknown };
        }
        catch (OperationCanceledException)
        {
            call = call with { Told = Told.GaveUp };
        }
#pragma warning disable CA1031 // That a caller sees it is the finding.
        catch (Exception nonsense)
#pragma warning restore CA1031
        {
            call = call with { What = nonsense.GetType().Name };
        }

        call = call with { Ended = Stopwatch.GetTimestamp() };
        arena.Add(call);
        foreach (var (stream, version) in call.Versions)
            known.AddOrUpdate(stream, version, (_, before) => Math.Max(before, version));
        if (call.Told == Told.Conflict)
            known.AddOrUpdate(call.Conflict.Stream, call.Conflict.Actual, (_, before) => Math.Max(before, call.Conflict.Actual));
    }

    private async Task DisturbAsync(Random random)
    {
        await Task.Delay(random.Next(12));
        switch (random.Next(9))
        {
            case 0:
                await HoldBeforeTheLockAsync(random);
                break;
            case 1:
                await HoldTheLockAsync(random);
                break;
            case 2:
                await HoldElsewhereAsync(random);
                break;
            case 3:
                arena.Networks[random.Next(2)].LoseNextAnswer();
                arena.Count("answers lost");
                break;
            case 4:
                arena.Networks[random.Next(2)].LoseNextRequest();
                arena.Count("requests lost");
                break;
            case 5:
                arena.Networks[random.Next(2)].CutClients();
                arena.Count("networks cut");
                break;
            case 6:
                await EndAsync("pg_terminate_backend(pid)", "backends ended");
                break;
            case 7:
                await EndAsync("pg_cancel_backend(pid)", "statements cancelled");
                break;
            case 8:
                await LeaveAHoleAsync(random);
                break;
        }
    }

    /// <summary>Has an older transaction id than all who append meanwhile, and then appends by the rules, or gives up.</summary>
    private async Task HoldBeforeTheLockAsync(Random random)
    {
        await using var connection = await arena.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RawWriter.ExecuteAsync(connection, "insert into foreign_work (what) values ('before the lock')");
        await Task.Delay(random.Next(5, 40));
        arena.Count("transactions held before the lock");
        if (random.Next(3) == 0)
            return;
        var own = Sample.Id();
        var append = Sample.One(own, 0, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Sample.Note("x"))]);
        var started = Stopwatch.GetTimestamp();
        await RawWriter.ExecuteAsync(connection, RawWriter.OrderingLock);
        await RawWriter.InsertAsync(connection, append);
        await transaction.CommitAsync();
        arena.Add(new Call
        {
            Seed = seed,
            Streams = [new(own, 0, [.. append.Streams[0].Events.Select(added => added.Id)])],
            Started = started,
            Ended = Stopwatch.GetTimestamp(),
            Told = Told.Written,
            Versions = new Dictionary<Guid, long> { [own] = append.Streams[0].Events.Count },
        });
    }

    /// <summary>Takes the lock, perhaps numbers too, and does nothing more: the server ends it.</summary>
    private async Task HoldTheLockAsync(Random random)
    {
        await using var connection = await arena.Source.OpenConnectionAsync();
        await RawWriter.ExecuteAsync(connection, $"set idle_in_transaction_session_timeout = {random.Next(10, 40)}");
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            await RawWriter.ExecuteAsync(connection, RawWriter.OrderingLock);
            if (random.Next(2) == 0)
                await RawWriter.ExecuteAsync(connection, "select nextval('mt_events_sequence')");
            while (true)
            {
                await Task.Delay(80);
                await RawWriter.ExecuteAsync(connection, "select 1");
            }
        }
        catch (NpgsqlException)
        {
            arena.Count("holders of the lock ended by time-out");
        }
    }

    /// <summary>Holds the horizon of the whole server, which must concern nobody.</summary>
    private async Task HoldElsewhereAsync(Random random)
    {
        await using var connection = await arena.Elsewhere.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await RawWriter.ExecuteAsync(connection, "select pg_current_xact_id()");
        await Task.Delay(random.Next(20, 80));
        arena.Count("transactions held in another database");
    }

    private async Task EndAsync(string how, string what)
    {
        await using var connection = await arena.Source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            $"select count({how}) from pg_stat_activity where application_name like 'partnership-append-%' and datname = current_database()", connection);
        arena.Count(what, (long)(await command.ExecuteScalarAsync())!);
    }

    /// <summary>Appends by the rules and aborts.</summary>
    private async Task LeaveAHoleAsync(Random random)
    {
        await using var connection = await arena.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RawWriter.ExecuteAsync(connection, RawWriter.OrderingLock);
        await RawWriter.InsertAsync(connection, Sample.One(Sample.Id(), 0, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Sample.Note("x"))]));
        await transaction.RollbackAsync();
        arena.Count("writers that gave up inside the lock");
    }
}
