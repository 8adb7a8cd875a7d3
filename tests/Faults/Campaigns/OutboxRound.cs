using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Partnership.Contracts.Topology;
using Partnership.EventStore;
using Partnership.ServiceDefaults;
using Partnership.Tests.MessageHost;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;

namespace Partnership.Tests.Faults.Campaigns;

/// <summary>One round of the campaign, all of it decided by its seed but for the interleaving of real processes.</summary>
internal sealed class OutboxRound(StoreAndBus servers, long seed, Action<string, long> count)
{
    /// <summary>Notes each move of the checkpoint where nobody but the superuser can change it.</summary>
    public const string NoteMoves = """
        create table moves (id bigint generated always as identity, epoch bigint, was bigint, is_now bigint);
        create function note_move() returns trigger language plpgsql security definer as $$
        begin
            if new.position <> old.position then
                insert into public.moves (epoch, was, is_now) values (new.epoch, old.position, new.position);
            end if;
            return new;
        end $$;
        create trigger note_move after update on partnership.publisher for each row when (new.epoch > 0) execute function note_move();
        """;

    private static readonly string[] Consumers = [CountInOrder.Name, CountAnyOrder.Name];
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(90);

    private readonly Random random = new((int)(seed ^ (seed >> 32)));
    private readonly List<string> failures = [];
    private readonly List<Worker> workers = [];
    private readonly Queue<Append> toAppend = new();
    private readonly Dictionary<Guid, int> published = [];
    private readonly Dictionary<Guid, int> publishedBeforeTrouble = [];
    private Guid unmappable, unknown;

    public async Task<IReadOnlyList<string>> RunAsync()
    {
        Plan();
        // Appends and sends history; publishes and consumes nothing. It knows the newer release's event, to write it.
        using var writer = MessageHosts.Build(new(servers.Settings) { Consumes = [], Mended = true });
        using var sender = MessageHosts.Build(new(servers.Settings) { Consumes = [] });
        var store = writer.Services.GetRequiredService<IEventStore>();
        try
        {
            var batch = toAppend.Count / 4;
            await AppendAsync(store, batch);
            await SendAheadAsync(sender);
            for (var life = 0; life < 3; life++)
            {
                var appending = AppendAsync(store, life == 2 ? toAppend.Count - 2 : batch);
                await LiveAndDieAsync();
                await appending;
            }

            await DeposeAsync(store);
            await CalmAsync(sender);
            await MendAsync();
            await CheckMovesAsync();
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
                Count(worker);
            }
        }

        return failures;
    }

    /// <summary>What will be stored: six streams of published and private events, two of them with one that makes trouble.</summary>
    private void Plan()
    {
        var streams = Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7()).ToArray();
        (unmappable, unknown) = (streams[4], streams[5]);
        var versions = new Dictionary<Guid, long>();
        var contents = streams.ToDictionary(stream => stream, stream => new Queue<object>(ContentsOf(stream)));
        while (contents.Values.Any(left => left.Count > 0))
        {
            var stream = streams[random.Next(streams.Length)];
            var events = new List<object>();
            for (var n = random.Next(1, 4); n > 0 && contents[stream].TryDequeue(out var next); n--)
                events.Add(next);
            if (events.Count == 0)
                continue;
            var version = versions.GetValueOrDefault(stream);
            toAppend.Enqueue(Counting.Append(stream, version, events));
            versions[stream] = version + events.Count;
        }
    }

    private IEnumerable<object> ContentsOf(Guid stream)
    {
        var length = random.Next(8, 14);
        var trouble = stream == unmappable || stream == unknown ? random.Next(2, length - 2) : length;
        (published[stream], publishedBeforeTrouble[stream]) = (length, trouble);
        for (var n = 0; n < length; n++)
        {
            for (var privates = random.Next(3); privates > 0; privates--)
                yield return new Considered(n);
            yield return n != trouble ? new Counted(n) : stream == unmappable ? new Uncountable(n) : new Foretold(n);
        }
    }

    private async Task AppendAsync(IEventStore store, int howMany)
    {
        for (; howMany > 0 && toAppend.TryDequeue(out var append); howMany--)
        {
            if (await store.AppendAsync(append, CancellationToken.None) is not AppendVerdict.Written)
                failures.Add("an append was not written");
        }
    }

    /// <summary>What is stored so far goes to the queue that wants order, but for its first events: those come later.</summary>
    private async Task SendAheadAsync(IHost sender)
    {
        var last = await servers.AskAsync<long>("select max(seq_id) from mt_events");
        count("messages sent ahead of those before them", await RepublishAsync(sender, Counting.InOrderQueue, random.NextInt64(2, Math.Max(3, last / 2))));
    }

    /// <summary>A process publishes and consumes until it comes to its step, and dies there.</summary>
    private async Task LiveAndDieAsync()
    {
        var step = Enum.GetValues<Step>()[random.Next(Enum.GetValues<Step>().Length)];
        // A leader is one once; everything else comes often.
        var worker = Start($"kill:{step}:{(step == Step.Leading ? 1 : step == Step.Moved ? random.Next(1, 3) : random.Next(1, 12))}");
        if (await worker.DiesAsync(TimeSpan.FromSeconds(15)))
            return;
        // All was done before it came so far.
        count("never came to their step", 1);
        await worker.KillAsync();
    }

    /// <summary>
    /// A leader hangs with a message in its hands; the server ends its session, another host takes over, and then the first
    /// goes on as if nothing had happened.
    /// </summary>
    private async Task DeposeAsync(IEventStore store)
    {
        var step = new[] { Step.Mapped, Step.Sending, Step.Confirmed }[random.Next(3)];
        var first = Start($"freeze:{step}:1");
        if (!await first.SaysAsync("lead"))
            throw new InvalidOperationException("A worker ended before it led.");
        // Something to publish, in case everything is.
        await AppendAsync(store, toAppend.Count);
        await store.AppendAsync(Counting.Append(Guid.CreateVersion7(), 0, new Considered(1)), CancellationToken.None);
        var stream = published.Keys.First();
        var version = (await store.LoadAsync(stream, CancellationToken.None)).Version;
        await store.AppendAsync(Counting.Append(stream, version, new Counted(++published[stream])), CancellationToken.None);
        publishedBeforeTrouble[stream] = published[stream];
        if (!await first.SaysAsync("freeze"))
            throw new InvalidOperationException("A worker ended before it froze.");

        await servers.AskAsync<bool>(
            "select bool_and(pg_terminate_backend(pid, 5000)) from pg_stat_activity where application_name = 'partnership-publisher' and datname = current_database()");
        var second = Start("");
        if (!await second.SaysAsync("lead"))
            throw new InvalidOperationException("Nobody took over.");
        await first.ThawAsync();
        count("leaders deposed while publishing", 1);
        // Both live on, and the one that leads does the rest.
        await Eventually.Async(async () => await PublishedAsync(), "everything is published", Settled);
        await first.KillAsync();
        await second.KillAsync();
    }

    /// <summary>Nobody is killed any more: everything is applied once, but for what the two troubled streams hold back.</summary>
    private async Task CalmAsync(IHost sender)
    {
        var worker = Start("");
        await AppliedAsync(publishedBeforeTrouble);
        var parked = await servers.AskAsync<string>("select string_agg(stream_id::text, ' ' order by stream_id::text) from partnership.parked_streams");
        if (parked != string.Join(' ', new[] { $"{unmappable}", $"{unknown}" }.Order(StringComparer.Ordinal)))
            failures.Add($"parked are {parked}");
        count("streams parked: cannot be mapped", parked?.Contains($"{unmappable}", StringComparison.Ordinal) == true ? 1 : 0);
        count("streams parked: unknown type", parked?.Contains($"{unknown}", StringComparison.Ordinal) == true ? 1 : 0);

        // Old messages, far below what is applied.
        var (before, sent) = (worker.Said("partnership.bus.duplicates"), 0L);
        foreach (var queue in new[] { Counting.InOrderQueue, Counting.AnyOrderQueue })
            sent += await RepublishAsync(sender, queue, 1);
        count("old messages sent again", sent);
        await Eventually.Async(() => worker.Said("partnership.bus.duplicates") >= before + sent, "the old messages are acknowledged", Settled);
        await CheckEffectsAsync(publishedBeforeTrouble, "after the old messages");
        await worker.StopAsync();
    }

    /// <summary>The newer release resumes what was parked, by itself.</summary>
    private async Task MendAsync()
    {
        var worker = Start("", mended: true);
        await AppliedAsync(published);
        await Eventually.Async(async () => await servers.AskAsync<long>("select count(*) from partnership.parked_streams") == 0, "nothing is parked", Settled);
        count("streams resumed", 2);
        await EmptyAsync();
        await CheckEffectsAsync(published, "in the end");
        await worker.StopAsync();
        foreach (var queue in new[] { Counting.InOrderQueue, Counting.AnyOrderQueue })
        {
            if (await servers.ReadyAsync($"{queue}_error") is var errors and > 0)
                failures.Add($"{errors} messages in the error queue of {queue}");
        }
    }

    private Worker Start(string plan, bool mended = false)
    {
        var worker = Worker.Start(servers.Settings, plan, mended);
        workers.Add(worker);
        return worker;
    }

    private static async Task<long> RepublishAsync(IHost sender, string queue, long from)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        await Republishing.RunAsync(sender, ["republish", "--to", queue, "--from", $"{from}"], output, error);
        return long.TryParse(output.ToString().Split(' ')[0], out var sent) ? sent : throw new InvalidOperationException($"republish failed: {error}");
    }

    private async Task<bool> PublishedAsync() => await servers.AskAsync<bool>(
        "select position >= (select max(p.seq_id) from mt_events p join partnership.publications using (stream_id, version)) from partnership.publisher");

    private async Task AppliedAsync(Dictionary<Guid, int> expected)
    {
        var sums = expected.Values.Sum();
        foreach (var consumer in Consumers)
        {
            try
            {
                await Eventually.Async(
                    async () => (await EffectsAsync(consumer)).Sum(stream => stream.Value.Count) >= sums, $"{consumer} has applied everything", Settled);
            }
            catch (TimeoutException)
            {
                // Say what is missing, and go no further.
                await CheckEffectsAsync(expected, $"after {Settled.TotalSeconds:0} s");
                throw new InvalidOperationException(string.Join("; ", failures));
            }
        }
    }

    private Task EmptyAsync() => Eventually.Async(
        async () =>
        {
            foreach (var queue in new[] { Counting.InOrderQueue, Counting.AnyOrderQueue })
            {
                if (await servers.ReadyAsync(queue) != 0 || await servers.ReadyAsync(BusLayout.WaitingOf(queue)) != 0)
                    return false;
            }

            return true;
        },
        "no message is left",
        Settled);

    private async Task CheckEffectsAsync(Dictionary<Guid, int> expected, string when)
    {
        foreach (var consumer in Consumers)
        {
            var effects = await EffectsAsync(consumer);
            foreach (var (stream, length) in expected)
            {
                var applied = effects.GetValueOrDefault(stream, []);
                if (consumer == CountAnyOrder.Name)
                    applied.Sort();
                if (!applied.SequenceEqual(Enumerable.Range(1, length).Select(n => (long)n)))
                    failures.Add($"{when}, {consumer} has applied {string.Join(',', applied)} of 1 to {length} of stream {stream}");
            }
        }
    }

    /// <summary>Numbers applied by a consumer, by stream, in order of commit.</summary>
    private async Task<Dictionary<Guid, List<long>>> EffectsAsync(string consumer)
    {
        var effects = new Dictionary<Guid, List<long>>();
        var ids = published.Keys.ToDictionary(stream => Counting.EffectsOf(consumer, stream));
        var rows = await servers.AskAsync<string>(
            "select string_agg(stream_id || ' ' || (data ->> 'Number'), ';' order by seq_id) from mt_events where type = 'test.applied.v1'");
        foreach (var row in rows?.Split(';') ?? [])
        {
            if (ids.TryGetValue(Guid.Parse(row.AsSpan(0, 36)), out var stream))
                (effects.TryGetValue(stream, out var numbers) ? numbers : effects[stream] = []).Add(long.Parse(row.AsSpan(37)));
        }

        return effects;
    }

    /// <summary>Each move goes on from where the one before ended, forwards, under an epoch that never falls.</summary>
    private async Task CheckMovesAsync()
    {
        var wrong = await servers.AskAsync<long>(
            """
            select count(*) from (
                select *, lag(is_now, 1, 0) over (order by id) as before, lag(epoch, 1, 0) over (order by id) as epoch_before from moves
            ) m where is_now <= was or was <> before or epoch < epoch_before
            """);
        if (wrong > 0)
            failures.Add($"the checkpoint moved wrongly {wrong} times");
        count("moves of the checkpoint", await servers.AskAsync<long>("select count(*) from moves"));
    }

    private void Count(Worker worker)
    {
        foreach (var line in worker.Lines)
        {
            if (line.StartsWith("kill ", StringComparison.Ordinal))
                count($"killed at {line[5..]}", 1);
        }

        count("effects written", worker.Said("verdict in-order Written") + worker.Said("verdict any-order Written"));
        count("duplicates acknowledged", worker.Said("partnership.bus.duplicates"));
        count("messages that came before their turn", worker.Said("partnership.bus.waits"));
    }
}
