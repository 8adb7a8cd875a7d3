using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Partnership.Contracts.Topology;
using Partnership.EventStore;
using Partnership.ServiceDefaults;
using Partnership.Tests.MessageHost;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using RabbitMQ.Client;
using Xunit;

namespace Partnership.Tests.Faults;

/// <summary>Real store, publisher, broker and consumers: gaps, duplicates, and a consumer that comes later.</summary>
public sealed class OrderedConsumptionTests : IAsyncLifetime
{
    private static readonly BusLayout WithLate = Counting.Layout.With(Counting.LateQueue, typeof(CountedMessage));

    private StoreAndBus servers = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => servers = await StoreAndBus.StartAsync(Counting.Layout);

    public async ValueTask DisposeAsync() => await servers.DisposeAsync();

    [Fact]
    public async Task A_gap_holds_up_its_own_stream_and_no_other_and_closes()
    {
        using var alerts = new Metric("partnership.bus.waits.long");
        using var quiet = Build(consumes: []);
        var store = quiet.Services.GetRequiredService<IEventStore>();
        var (gap, other) = (Id(), Id());
        await store.AppendAsync(Counting.Append(gap, 0, new Counted(1)), Ct);
        await store.AppendAsync(Counting.Append(gap, 1, new Counted(2), new Considered(0), new Counted(3)), Ct);
        await store.AppendAsync(Counting.Append(other, 0, [.. Enumerable.Range(1, 5).Select(n => new Counted(n))]), Ct);
        // Everything but the first message of the first stream, before the publisher has published anything.
        Assert.Equal((0, "7 messages sent"), await RepublishAsync(quiet, "--to", Counting.InOrderQueue, "--from", "2"));

        using var host = Build(settings: [new("Bus:AlertAfterWaits", "3")], publishes: false);
        await host.StartAsync(Ct);
        await Eventually.Async(async () => await EffectsAsync(store, CountInOrder.Name, other) is [1, 2, 3, 4, 5], "the other stream goes on");
        // Long enough for an alert, and still no error and no effect.
        await Eventually.Async(() => alerts.Sum > 0, "somebody is told");
        Assert.Empty(await EffectsAsync(store, CountInOrder.Name, gap));
        Assert.Equal(0u, await servers.ReadyAsync($"{Counting.InOrderQueue}_error"));

        Assert.Equal((0, "8 messages sent"), await RepublishAsync(quiet, "--to", Counting.InOrderQueue));
        await Eventually.Async(async () => await EffectsAsync(store, CountInOrder.Name, gap) is [1, 2, 3], "the gap has closed");

        await EmptyAsync(Counting.InOrderQueue);
        Assert.Equal(Numbers(5), await EffectsAsync(store, CountInOrder.Name, other));
        Assert.Equal(0u, await servers.ReadyAsync($"{Counting.InOrderQueue}_error"));
        // What went to one queue did not go to the other.
        Assert.Equal(0u, await servers.ReadyAsync(Counting.AnyOrderQueue));
        Assert.Empty(await EffectsAsync(store, CountAnyOrder.Name, gap));
    }

    [Fact]
    public async Task A_message_waits_as_it_came_and_comes_back_by_itself()
    {
        using var quiet = Build(consumes: []);
        var store = quiet.Services.GetRequiredService<IEventStore>();
        var stream = Id();
        await store.AppendAsync(Counting.Append(stream, 0, new Counted(1), new Counted(2)), Ct);
        await RepublishAsync(quiet, "--to", Counting.InOrderQueue, "--from", "2");
        await using var connection = await servers.Broker.ConnectAsync(servers.VirtualHost);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        var sent = await TakeAsync(channel, Counting.InOrderQueue, giveBack: true);

        using var host = Build(publishes: false);
        await host.StartAsync(Ct);
        // Caught in the waiting queue, on one of its rounds.
        var waiting = await TakeAsync(channel, BusLayout.WaitingOf(Counting.InOrderQueue), giveBack: true);
        await Eventually.Async(
            async () => (await TakeAsync(channel, BusLayout.WaitingOf(Counting.InOrderQueue), giveBack: true)).BasicProperties.Headers!["Partnership-Waits"] is >= 3,
            "it goes round");

        Assert.Equal(sent.Body.ToArray(), waiting.Body.ToArray());
        Assert.Equal(sent.BasicProperties.MessageId, waiting.BasicProperties.MessageId);
        Assert.Equal(sent.BasicProperties.ContentType, waiting.BasicProperties.ContentType);
        Assert.True(waiting.BasicProperties.Persistent);
        Assert.DoesNotContain(waiting.BasicProperties.Headers!.Keys, name => name.StartsWith("x-death", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_one_delivery_one_copy_waits_however_many_consumers_share_the_queue_and_though_one_of_them_throws(bool throws)
    {
        using var quiet = Build(consumes: []);
        var store = quiet.Services.GetRequiredService<IEventStore>();
        var stream = Id();
        await store.AppendAsync(Counting.Append(stream, 0, new Counted(1), new Counted(2)), Ct);
        await RepublishAsync(quiet, "--to", Counting.InOrderQueue, "--from", "2");
        // How often each delivery that came through had waited: every copy is one of them.
        var rounds = new ConcurrentQueue<int>();
        var tries = new ConcurrentDictionary<int, int>();
        using var host = Build(
            publishes: false,
            besides: bus =>
            {
                bus.AddConsumerOf<CountLate>(Counting.InOrderQueue);
                bus.AddConsumerOf<Onlooker>(Counting.InOrderQueue);
            },
            seen: message =>
            {
                var waits = message.ReceiveContext.TransportHeaders.Get<int>("Partnership-Waits") ?? 0;
                // The others run once more with it, each time.
                if (throws && tries.AddOrUpdate(waits, 1, (_, before) => before + 1) < 3)
                    throw new InvalidOperationException();
                rounds.Enqueue(waits);
            });
        await host.StartAsync(Ct);

        await Eventually.Async(() => rounds.Count >= 6, "it goes round");
        Assert.Distinct(rounds.ToArray());
        Assert.Equal(0u, await servers.ReadyAsync($"{Counting.InOrderQueue}_error"));

        Assert.Equal((0, "2 messages sent"), await RepublishAsync(quiet, "--to", Counting.InOrderQueue));
        foreach (var consumer in new[] { CountInOrder.Name, CountLate.Name })
            await Eventually.Async(async () => await EffectsAsync(store, consumer, stream) is [1, 2], $"{consumer} has both");
        await EmptyAsync(Counting.InOrderQueue);
    }

    [Fact]
    public async Task A_host_that_would_report_every_no_wait_does_not_start()
    {
        using var host = Build(consumes: [], publishes: false, settings: [new("Bus:AlertAfterWaits", "0")]);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Ct));
        Assert.Contains("Bus:AlertAfterWaits", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_consumer_that_is_added_later_gets_the_whole_history_while_the_service_goes_on()
    {
        using var host = Build();
        await host.StartAsync(Ct);
        var store = host.Services.GetRequiredService<IEventStore>();
        var streams = Enumerable.Range(0, 6).Select(_ => Id()).ToArray();
        await AppendAsync(store, streams, from: 0, count: 10);
        await Eventually.Async(async () => await CheckpointAsync() == 60, "all is published");

        // The later release: its queue is declared, its consumer starts, and live events come first.
        await BusTopologyApplier.ApplyAsync(servers.Bus, Ct, WithLate);
        using var late = Build(consumes: [Counting.LateQueue], layout: WithLate, publishes: false);
        await late.StartAsync(Ct);
        var going = AppendAsync(store, streams, from: 10, count: 10);
        var (exit, said) = await RepublishAsync(late, "--to", Counting.LateQueue);
        await going;

        Assert.Equal(0, exit);
        Assert.EndsWith("messages sent", said, StringComparison.Ordinal);
        foreach (var stream in streams)
        {
            foreach (var consumer in new[] { CountLate.Name, CountInOrder.Name })
                await Eventually.Async(
                    async () => (await EffectsAsync(store, consumer, stream)).SequenceEqual(Numbers(20)), $"{consumer} has all of it");
        }

        Assert.Equal(0u, await servers.ReadyAsync($"{Counting.LateQueue}_error"));
    }

    [Fact]
    public async Task Every_duplicate_is_acknowledged_and_has_no_effect()
    {
        using var duplicates = new Metric("partnership.bus.duplicates");
        using var host = Build();
        await host.StartAsync(Ct);
        var store = host.Services.GetRequiredService<IEventStore>();
        var stream = Id();
        await AppendAsync(store, [stream], from: 0, count: 12);
        await Eventually.Async(async () => await EffectsAsync(store, CountInOrder.Name, stream) is { Length: 12 }, "all is applied");
        await Eventually.Async(async () => await EffectsAsync(store, CountAnyOrder.Name, stream) is { Length: 12 }, "all is applied");

        foreach (var queue in new[] { Counting.InOrderQueue, Counting.AnyOrderQueue })
            Assert.Equal((0, "12 messages sent"), await RepublishAsync(host, "--to", queue));
        await Eventually.Async(() => duplicates.Sum >= 24, "the duplicates have come");

        Assert.Equal(Numbers(12), await EffectsAsync(store, CountInOrder.Name, stream));
        Assert.Equal(Numbers(12), (await EffectsAsync(store, CountAnyOrder.Name, stream)).Order());
        await EmptyAsync(Counting.InOrderQueue);
        await EmptyAsync(Counting.AnyOrderQueue);
    }

    [Fact]
    public async Task A_consumer_that_depends_on_order_takes_a_burst_of_a_long_stream_in_order()
    {
        using var host = Build(consumes: [Counting.InOrderQueue]);
        await host.StartAsync(Ct);
        var store = host.Services.GetRequiredService<IEventStore>();
        var stream = Id();
        await AppendAsync(store, [stream], from: 0, count: 300);

        await Eventually.Async(async () => await EffectsAsync(store, CountInOrder.Name, stream) is { Length: 300 }, "all is applied", TimeSpan.FromSeconds(120));
        Assert.Equal(Numbers(300), await EffectsAsync(store, CountInOrder.Name, stream));
    }

    [Fact]
    public async Task Republish_says_what_it_did_not_understand_or_could_not_send()
    {
        using var host = Build(consumes: []);
        var store = host.Services.GetRequiredService<IEventStore>();
        var (stream, other) = (Id(), Id());
        await store.AppendAsync(Counting.Append(stream, 0, new Counted(1), new Uncountable(2), new Counted(3)), Ct);
        await store.AppendAsync(Counting.Append(other, 0, new Counted(1)), Ct);

        Assert.Equal((2, "There is no queue 'test.elsewhere'. Queues: test.in-order, test.any-order"), await RepublishAsync(host, "--to", "test.elsewhere"));
        Assert.Equal((2, "'0' is no position; positions are whole numbers from 1."), await RepublishAsync(host, "--to", Counting.InOrderQueue, "--from", "0"));
        Assert.Equal((2, "'-3' is no position; positions are whole numbers from 1."), await RepublishAsync(host, "--to", Counting.InOrderQueue, "--from", "-3"));
        Assert.Equal((2, "'--all' was not understood."), await RepublishAsync(host, "--to", Counting.InOrderQueue, "--all"));
        Assert.Equal((2, "'--from' was not understood."), await RepublishAsync(host, "--to", Counting.InOrderQueue, "--from"));
        Assert.Equal((2, "Which queue?"), await RepublishAsync(host));
        Assert.Equal(
            (1, $"not sent: position 2, event 2 of stream {stream} (InvalidOperationException), and 1 after it in its stream"),
            await RepublishAsync(host, "--to", Counting.InOrderQueue));
        Assert.Equal(2u, await servers.ReadyAsync(Counting.InOrderQueue));

        using var ahead = Build(consumes: [], layout: WithLate);
        Assert.Equal((1, "The broker has no queue test.late yet; the consumer's migrate declares it."), await RepublishAsync(ahead, "--to", Counting.LateQueue));
    }

    [Fact]
    public async Task The_bus_user_of_republish_can_send_to_a_consumers_queue_and_do_nothing_else()
    {
        // The rights as deploy/up gives them.
        var script = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "lib", "local.sh"), Ct);
        var rights = Regex.Match(script, @"marac-republish\) rights '(?<configure>[^']*)' '(?<write>[^']*)' '(?<read>[^']*)'");
        Assert.True(rights.Success);
        var layout = new BusLayout(
            Counting.Layout.Exchanges, Counting.Layout.Streams,
            new Dictionary<string, IReadOnlyList<Type>>
            {
                [BusTopology.CaseworkQueue] = [typeof(CountedMessage)],
                [Counting.InOrderQueue] = [typeof(CountedMessage)],
            }).Waits(Counting.Layout.Waiting);
        await BusTopologyApplier.ApplyAsync(servers.Bus, Ct, layout);
        var user = $"republish-{Id():N}";
        await servers.Broker.CreateUserAsync(servers.VirtualHost, user, "secret", (Right("configure"), Right("write"), Right("read")));
        try
        {
            using var host = Build(consumes: [], layout: layout, settings: [new("Bus:Username", user), new("Bus:Password", "secret")]);
            var store = host.Services.GetRequiredService<IEventStore>();
            await AppendAsync(store, [Id()], from: 0, count: 3);

            Assert.Equal((0, $"3 messages sent to {BusTopology.CaseworkQueue}, positions 1 to 3; 0 events could not be mapped, 0 held back behind them"),
                await RepublishAsync(host, "--to", BusTopology.CaseworkQueue));
            Assert.Equal(3u, await servers.ReadyAsync(BusTopology.CaseworkQueue));
            var (exit, said) = await RepublishAsync(host, "--to", Counting.InOrderQueue);
            Assert.Equal(1, exit);
            Assert.Contains("ACCESS_REFUSED", said, StringComparison.Ordinal);
            Assert.Equal(0u, await servers.ReadyAsync(Counting.InOrderQueue));

            await using var connection = await new ConnectionFactory
            {
                Uri = new UriBuilder(servers.Broker.To(servers.VirtualHost)) { UserName = user, Password = "secret" }.Uri,
            }.CreateConnectionAsync(Ct);
            await RefusedAsync(channel => channel.BasicGetAsync(BusTopology.CaseworkQueue, autoAck: true, Ct));
            await RefusedAsync(channel => channel.QueuePurgeAsync(BusTopology.CaseworkQueue, Ct));
            await RefusedAsync(channel => channel.QueueDeleteAsync(BusTopology.CaseworkQueue, ifUnused: false, ifEmpty: false, cancellationToken: Ct));
            await RefusedAsync(channel => channel.ExchangeDeclareAsync("information-sharing.other", ExchangeType.Fanout, cancellationToken: Ct));

            async Task RefusedAsync(Func<IChannel, Task> act)
            {
                await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
                var refused = await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(() => act(channel));
                Assert.True(refused.ShutdownReason?.ReplyCode == Constants.AccessRefused, refused.Message);
            }
        }
        finally
        {
            await servers.Broker.DeleteUserAsync(user);
        }

        // In the file they stand within JSON.
        string Right(string name) => rights.Groups[name].Value.Replace(@"\\", @"\", StringComparison.Ordinal);
    }

    private IHost Build(
        IReadOnlyCollection<string>? consumes = null, BusLayout? layout = null, bool publishes = true, IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<IBusRegistrationConfigurator>? besides = null, Action<ConsumeContext<CountedMessage>>? seen = null)
    {
        var all = servers.Settings;
        foreach (var (key, value) in settings ?? [])
            all[key] = value;
        return MessageHosts.Build(new(all)
        {
            Consumes = consumes ?? [Counting.InOrderQueue, Counting.AnyOrderQueue],
            Layout = layout ?? Counting.Layout,
            Publishes = publishes,
            Besides = bus =>
            {
                besides?.Invoke(bus);
                if (seen is not null)
                    bus.AddSingleton(seen);
            },
        });
    }

    private static async Task AppendAsync(IEventStore store, Guid[] streams, int from, int count)
    {
        for (var version = from; version < from + count; version++)
        {
            foreach (var stream in streams)
                Assert.IsType<AppendVerdict.Written>(await store.AppendAsync(Counting.Append(stream, version, new Counted(version)), Ct));
        }
    }

    /// <summary>The exit status and the first words of what it said.</summary>
    private static async Task<(int, string)> RepublishAsync(IHost host, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exit = await Republishing.RunAsync(host, ["republish", .. arguments], output, error, Ct);
        var said = (error.ToString() is { Length: > 0 } wrong ? wrong : output.ToString()).Split('\n')[0].TrimEnd();
        return (exit, said.Split(" to test.")[0]);
    }

    private static async Task<long[]> EffectsAsync(IEventStore store, string consumer, Guid stream) =>
        [.. (await store.LoadAsync(Counting.EffectsOf(consumer, stream), Ct)).Events.Select(stored => ((Applied)stored.Data).Number)];

    private Task<long> CheckpointAsync() => servers.AskAsync<long>(
        "select count(*) from mt_events join partnership.publications using (stream_id, version) where seq_id <= (select position from partnership.publisher)");

    private Task EmptyAsync(string queue) => Eventually.Async(
        async () => await servers.ReadyAsync(queue) == 0 && await servers.ReadyAsync(BusLayout.WaitingOf(queue)) == 0, $"{queue} is empty");

    private static Task<BasicGetResult> TakeAsync(IChannel channel, string queue, bool giveBack) => Eventually.Async(
        async () =>
        {
            var message = await channel.BasicGetAsync(queue, autoAck: false, Ct);
            if (message is not null && giveBack)
                await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, Ct);
            return message;
        },
        $"there is a message in {queue}");

    private static IEnumerable<long> Numbers(int count) => Enumerable.Range(1, count).Select(n => (long)n);

    private static Guid Id() => Guid.CreateVersion7();

    /// <summary>Sum of one of our counters, over the whole process.</summary>
    private sealed class Metric : IDisposable
    {
        private readonly MeterListener listener = new();
        private long sum;

        public Metric(string name)
        {
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == MessageInbox.Name && instrument.Name == name)
                    self.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref sum, value));
            listener.Start();
        }

        public long Sum => Interlocked.Read(ref sum);

        public void Dispose() => listener.Dispose();
    }
}
