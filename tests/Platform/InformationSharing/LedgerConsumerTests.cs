using System.Collections.Concurrent;
using System.Diagnostics;
using Partnership.InformationSharing;
using Partnership.Ledger;
using Partnership.Tests.Support;
using RabbitMQ.Client;
using Xunit;

namespace Partnership.Tests.Platform.InformationSharing;

public sealed class LedgerConsumerTests : IAsyncLifetime
{
    private LedgerRig rig = null!;
    private TestGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        rig = await LedgerRig.StartAsync(("Ledger:HeartbeatSeconds", "1"));
        gateway = rig.Gateway("gateway-1");
    }

    public async ValueTask DisposeAsync()
    {
        gateway.Dispose();
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task Entries_stand_in_the_ledger_byte_for_byte_in_the_order_they_were_sent()
    {
        var entries = Enumerable.Range(0, 30).Select(_ => gateway.Entry()).ToArray();
        foreach (var chunk in entries.Chunk(7)) await rig.PublishAsync(gateway.Next(chunk));
        await rig.UntilEntriesAsync(entries.Length);
        Assert.Equal(
            entries.Select(e => Convert.ToHexStringLower(e.ToBytes())),
            await rig.ColumnAsync("select encode(bytes, 'hex') from ledger.entries order by position"));
        Assert.Equal(
            entries.Select(e => Convert.ToHexStringLower(DisclosureEntry.LeafHash(e.ToBytes()))),
            await rig.ColumnAsync("select encode(leaf_hash, 'hex') from ledger.entries order by position"));
        Assert.Equal(29, await rig.ScalarAsync<long>("select max(position) from ledger.entries"));
        Assert.Empty(await rig.OpenAlarmsAsync());
    }

    [Fact]
    public async Task A_batch_sent_again_is_acknowledged_and_changes_nothing()
    {
        var batch = gateway.Next(gateway.Entry());
        for (var i = 0; i < 5; i++) await rig.PublishAsync(batch);
        await rig.PublishAsync(gateway.Next(gateway.Entry()));
        await rig.UntilEntriesAsync(2);
        await UntilDrainedAsync();
        Assert.Equal(2, await rig.EntriesAsync());
        Assert.Empty(await rig.OpenAlarmsAsync());
    }

    [Fact]
    public async Task What_nobody_can_read_is_kept_as_it_is_and_does_not_stop_what_follows()
    {
        byte[] nonsense = [0, 1, 2, 3, 0xff];
        await rig.PublishAsync(nonsense);
        await rig.PublishAsync([]);
        await rig.PublishAsync(nonsense);
        await rig.PublishAsync(gateway.Next(BatchKind.Entries, "{\"v\":2}"u8.ToArray(), gateway.Entry().ToBytes()));
        await rig.UntilEntriesAsync(2);
        await UntilDrainedAsync();
        Assert.Equal(["", "00010203ff"], await rig.ColumnAsync("select encode(bytes, 'hex') from ledger.opaque_messages order by bytes"));
        Assert.Equal("{\"v\":2}", await rig.ScalarAsync<string>("select convert_from(bytes, 'UTF8') from ledger.entries where position = 0 and entry_id is null"));
        Assert.Equal(
            [AlarmKinds.EntryUnreadable, AlarmKinds.Unreadable, AlarmKinds.Unreadable],
            await rig.ColumnAsync("select kind from ledger.open_alarms order by kind"));
    }

    [Fact]
    public async Task An_entry_that_the_database_could_not_index_does_not_block_the_ledger()
    {
        await rig.PublishAsync(gateway.Next(gateway.Entry(scheme: "ma\0rac"), gateway.Entry(record: new string('r', 5000))));
        await rig.PublishAsync(gateway.Next(gateway.Entry()));
        await rig.UntilEntriesAsync(3);
        Assert.Equal(2, await rig.ScalarAsync<long>("select count(*) from ledger.entries where scheme is null"));
    }

    [Fact]
    public async Task A_missing_batch_raises_one_alarm_and_clears_it_on_arrival()
    {
        var first = gateway.Next(gateway.Entry());
        var second = gateway.Next(gateway.Entry());
        var third = gateway.Next(gateway.Entry());
        await rig.PublishAsync(first);
        await rig.PublishAsync(third);
        await rig.UntilEntriesAsync(2);
        Assert.Equal(["gap|gateway-1|3"], await rig.OpenAlarmsAsync());
        await rig.PublishAsync(third);
        await rig.PublishAsync(second);
        await rig.UntilEntriesAsync(3);
        await Eventually.Async(async () => (await rig.OpenAlarmsAsync()).Count == 0, "the gap is mended");
        Assert.Equal(1, await rig.ScalarAsync<long>("select count(*) from ledger.alarms"));
    }

    [Fact]
    public async Task A_forged_batch_and_a_second_one_for_a_number_raise_alarms_and_the_true_ones_stand()
    {
        using var stranger = rig.Stranger("gateway-1");
        using var twin = rig.Gateway("gateway-1");
        var forged = stranger.Next(stranger.Entry());
        var real = gateway.Next(gateway.Entry());
        await rig.PublishAsync(forged);
        await rig.PublishAsync(real);
        await rig.PublishAsync(twin.Next(twin.Entry()));
        await rig.PublishAsync(gateway.Next(gateway.Entry()));
        await rig.UntilEntriesAsync(3);
        await UntilDrainedAsync();
        Assert.Equal(3, await rig.EntriesAsync());
        Assert.Equal(1, await rig.ScalarAsync<long>("select count(*) from ledger.opaque_messages where reason = 'sequence-conflict'"));
        Assert.Equal(["false", "true", "true"], await rig.ColumnAsync("select signature_ok::text from ledger.entries order by position"));
        Assert.Equal(
            [AlarmKinds.SequenceConflict, AlarmKinds.SequenceConflict, AlarmKinds.Signature],
            await rig.ColumnAsync("select kind from ledger.open_alarms order by kind"));
    }

    [Fact]
    public async Task An_instance_that_falls_silent_raises_an_alarm_until_it_speaks_and_one_that_closed_does_not()
    {
        using var closing = rig.Gateway("gateway-2");
        await rig.PublishAsync(closing.Next(closing.Entry()));
        await rig.PublishAsync(closing.Next(BatchKind.Closing));
        await rig.PublishAsync(gateway.Next());
        await Eventually.Async(async () => (await rig.OpenAlarmsAsync()).Count > 0, "the silence is noticed");
        Assert.Equal(["silence|gateway-1|1"], await rig.OpenAlarmsAsync());
        await rig.PublishAsync(gateway.Next());
        await Eventually.Async(async () => (await rig.OpenAlarmsAsync()).Count == 0, "the silence is over");
    }

    [Fact]
    public async Task A_deleted_queue_is_declared_again_with_an_alarm_and_goes_on()
    {
        await rig.PublishAsync(gateway.Next(gateway.Entry()));
        await rig.UntilEntriesAsync(1);
        await rig.Channel.QueueDeleteAsync(LedgerQueue.Name);
        await Eventually.Async(async () => await rig.Broker.ReadyAsync(rig.VirtualHost, LedgerQueue.Name) is not null, "the queue is there again");
        await LedgerQueue.DeclareAsync(rig.Channel); // with the very same arguments, or the broker would refuse
        await rig.PublishAsync(gateway.Next(gateway.Entry()));
        await rig.UntilEntriesAsync(2);
        var kinds = await rig.ColumnAsync("select kind from ledger.open_alarms where kind <> 'silence' order by kind");
        Assert.Contains(AlarmKinds.QueueDeleted, kinds);
        Assert.Contains(AlarmKinds.QueueMissing, kinds);
    }

    [Fact]
    public async Task A_queue_with_other_arguments_is_consumed_with_an_alarm_that_is_mended()
    {
        await rig.StopHostAsync();
        await rig.Channel.QueueDeleteAsync(LedgerQueue.Name);
        await rig.Channel.QueueDeclareAsync(LedgerQueue.Name, durable: true, exclusive: false, autoDelete: false);
        await rig.PublishAsync(gateway.Next(gateway.Entry()));
        await rig.StartHostAsync();
        await rig.UntilEntriesAsync(1);
        Assert.Equal([AlarmKinds.QueueArguments], await rig.ColumnAsync("select kind from ledger.open_alarms where kind <> 'silence'"));

        await rig.Channel.QueueDeleteAsync(LedgerQueue.Name);
        await Eventually.Async(
            async () => !(await rig.ColumnAsync("select kind from ledger.open_alarms")).Contains(AlarmKinds.QueueArguments), "the arguments are right again");
    }

    [Fact]
    public async Task While_the_database_is_away_messages_wait_and_none_is_lost()
    {
        await rig.PublishAsync(gateway.Next(gateway.Entry()));
        await rig.UntilEntriesAsync(1);
        await rig.LetIntoDatabaseAsync(false);
        for (var i = 0; i < 20; i++) await rig.PublishAsync(gateway.Next(gateway.Entry()));
        await Eventually.Async(async () => !await rig.IsReadyAsync(), "the host says it is not ready");
        await rig.LetIntoDatabaseAsync(true);
        await rig.UntilEntriesAsync(21);
        await Eventually.Async(rig.IsReadyAsync, "the host is ready again");
        Assert.Equal(20, await rig.ScalarAsync<long>("select max(position) from ledger.entries"));
    }

    [Fact]
    public async Task Each_entry_joins_the_trace_of_the_request_that_caused_it()
    {
        var seen = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == LedgerConsumer.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = seen.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var trace = ActivityTraceId.CreateRandom();
        var span = ActivitySpanId.CreateRandom();
        await rig.PublishAsync(gateway.Next(gateway.Entry(traceParent: $"00-{trace}-{span}-01"), gateway.Entry(traceParent: "nonsense")));
        await rig.UntilEntriesAsync(2);
        await Eventually.Async(() => seen.Any(a => a.TraceId == trace && a.ParentSpanId == span), "the entry's span is in its trace");
        Assert.Single(seen, a => a.TraceId == trace);
    }

    private async Task UntilDrainedAsync()
    {
        // Whatever is unacknowledged goes back when the host stops; then the queue itself says how much is left.
        await Eventually.Async(async () => await rig.Broker.ReadyAsync(rig.VirtualHost, LedgerQueue.Name) == 0, "the queue is drained");
        await rig.StopHostAsync();
        Assert.Equal(0u, await rig.Broker.ReadyAsync(rig.VirtualHost, LedgerQueue.Name));
    }
}
