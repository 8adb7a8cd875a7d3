using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;
using Partnership.Contracts.Topology;
using Partnership.EventStore;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Servers;
using Xunit;

namespace Partnership.Tests.Platform.ServiceDefaults;

public sealed class BusTests : IAsyncLifetime
{
    private RabbitServer broker = null!;
    private string virtualHost = null!;

    public async ValueTask InitializeAsync()
    {
        broker = await SharedServers.RabbitAsync();
        virtualHost = await broker.CreateVirtualHostAsync("bus");
    }

    public async ValueTask DisposeAsync() => await broker.DeleteVirtualHostAsync(virtualHost);

    [Fact]
    public async Task A_contract_published_before_anybody_consumes_reaches_the_first_consumer()
    {
        await BusTopologyApplier.ApplyAsync(Options(), CancellationToken.None);
        var sent = Submitted();
        var messageId = Guid.CreateVersion7();
        await using (var publisher = await StartAsync(consumer: false))
            await PublishAsync(publisher, sent, messageId);
        Assert.Equal(1u, await broker.ReadyAsync(virtualHost, BusTopology.CaseworkQueue));

        await using var consumer = await StartAsync(consumer: true);
        var received = await ReceivedAsync(consumer);

        Assert.Equal(messageId, received.MessageId);
        Assert.Equal(sent.EventId, received.Message.EventId);
        Assert.Equal(sent.Criteria, received.Message.Criteria);
        Assert.Equal(sent.Actor, received.Message.Actor);
    }

    [Fact]
    public async Task A_message_holds_codes_in_capitals_and_the_trace_it_came_from()
    {
        await BusTopologyApplier.ApplyAsync(Options(), CancellationToken.None);
        await using var publisher = await StartAsync(consumer: false);
        var trace = ActivityTraceId.CreateRandom();
        await PublishAsync(publisher, Submitted(), Guid.CreateVersion7(), $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");

        await using var connection = await broker.ConnectAsync(virtualHost);
        await using var channel = await connection.CreateChannelAsync();
        var message = await channel.BasicGetAsync(BusTopology.CaseworkQueue, autoAck: true);

        Assert.NotNull(message);
        using var body = JsonDocument.Parse(message.Body);
        Assert.Equal("VISIBLE_HIGH_RISK", body.RootElement.GetProperty("message").GetProperty("criteria")[0].GetString());
        Assert.Equal("urn:message:Partnership.Contracts.Marac:ReferralSubmitted",
            body.RootElement.GetProperty("messageType")[0].GetString());
        Assert.True(message.BasicProperties.Persistent);
        Assert.Contains(trace.ToHexString(), Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["MT-Activity-Id"]!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_consumer_continues_the_trace_of_the_request_that_caused_the_event()
    {
        await using var host = await StartAsync(consumer: true, migrate: true);
        var trace = ActivityTraceId.CreateRandom();

        await PublishAsync(host, Submitted(), Guid.CreateVersion7(), $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");

        Assert.Equal(trace.ToHexString(), (await ReceivedAsync(host)).TraceId);
    }

    [Fact]
    public async Task Nothing_is_declared_that_the_topology_does_not_name()
    {
        await using (var host = await StartAsync(consumer: true, migrate: true))
        {
            foreach (var contract in new object[] { Submitted(), Submitted() })
                await PublishAsync(host, contract, Guid.CreateVersion7());
            await ReceivedAsync(host);
        }

        string[] queues = [.. new[] { "", "_error", "_skipped", "_waiting" }.Select(end => BusTopology.CaseworkQueue + end)];
        Assert.Equal(queues.Order(), (await ListAsync("queues")).Order());
        Assert.Equal(
            BusTopology.Exchanges.Values.Concat(queues).Order(),
            (await ListAsync("exchanges")).Where(name => name.Length > 0 && !name.StartsWith("amq.", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task A_message_that_cannot_be_handled_is_kept_in_the_error_queue_and_makes_no_fault_message()
    {
        await using var host = await StartAsync(consumer: true, migrate: true);
        host.Services.GetRequiredService<Inbox>().Fail = true;

        await PublishAsync(host, Submitted(), Guid.CreateVersion7());

        await Eventually.Async(
            async () => await broker.ReadyAsync(virtualHost, $"{BusTopology.CaseworkQueue}_error") == 1, "the message is in the error queue");
        Assert.DoesNotContain(await ListAsync("exchanges"), name => name.Contains("Fault", StringComparison.OrdinalIgnoreCase));
        await using var connection = await broker.ConnectAsync(virtualHost);
        await using var channel = await connection.CreateChannelAsync();
        var kept = await channel.BasicGetAsync($"{BusTopology.CaseworkQueue}_error", autoAck: true);
        var headers = string.Join('\n', kept!.BasicProperties.Headers!.Values.OfType<byte[]>().Select(Encoding.UTF8.GetString));
        Assert.DoesNotContain(Consumer.Secret, headers, StringComparison.Ordinal);
        Assert.Contains(nameof(InvalidOperationException), headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_topology_can_be_applied_again_and_beside_running_hosts()
    {
        await using var host = await StartAsync(consumer: true, migrate: true);

        await BusTopologyApplier.ApplyAsync(Options(), CancellationToken.None);
        await PublishAsync(host, Submitted(), Guid.CreateVersion7());

        await ReceivedAsync(host);
    }

    [Fact]
    public async Task A_host_starts_without_a_broker_and_a_publication_fails_in_time()
    {
        var nowhere = Options();
        nowhere.Port = PostgresServer.FreePort();
        nowhere.ConfirmTimeout = TimeSpan.FromMilliseconds(300);
        await using var host = await StartAsync(consumer: true, options: nowhere);

        await Assert.ThrowsAsync<TimeoutException>(() => PublishAsync(host, Submitted(), Guid.CreateVersion7()));
    }

    [Fact]
    public async Task What_is_no_contract_is_not_published()
    {
        await using var host = await StartAsync(consumer: false, migrate: true);

        await Assert.ThrowsAsync<UnpublishableException>(() => PublishAsync(host, "anything", Guid.CreateVersion7()));
    }

    [Fact]
    public async Task A_consumer_of_a_queue_nobody_named_stops_the_start()
    {
        var builder = Builder(Options());
        builder.AddPartnershipBus(bus => bus.AddConsumerOf<Consumer>("a-queue-of-my-own"));
        await using var app = builder.Build();

        await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync(TestContext.Current.CancellationToken));
    }

    private BusOptions Options() => new()
    {
        Host = broker.Amqp.Host,
        Port = broker.Amqp.Port,
        VirtualHost = virtualHost,
        Username = broker.Username,
        Password = broker.Password,
    };

    private static WebApplicationBuilder Builder(BusOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Bus:Host"] = options.Host,
            ["Bus:Port"] = $"{options.Port}",
            ["Bus:VirtualHost"] = options.VirtualHost,
            ["Bus:Username"] = options.Username,
            ["Bus:Password"] = options.Password,
            ["Bus:ConfirmTimeout"] = $"{options.ConfirmTimeout}",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.AddServiceDefaults("bus-tests");
        builder.Services.AddSingleton<Inbox>();
        return builder;
    }

    private async Task<WebApplication> StartAsync(bool consumer, bool migrate = false, BusOptions? options = null)
    {
        var builder = Builder(options ?? Options());
        builder.AddPartnershipBus(bus =>
        {
            if (consumer)
                bus.AddConsumerOf<Consumer>(BusTopology.CaseworkQueue);
        });
        var app = builder.Build();
        if (migrate)
            Assert.Equal(0, await Migration.RunAsync(app, CancellationToken.None));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static Task PublishAsync(IHost host, object contract, Guid messageId, string? traceParent = null) =>
        host.Services.GetRequiredService<IContractPublisher>()
            .PublishAsync(contract, messageId, traceParent, CancellationToken.None);

    private static async Task<Received> ReceivedAsync(IHost host)
    {
        var inbox = host.Services.GetRequiredService<Inbox>();
        await Eventually.Async(() => !inbox.Messages.IsEmpty, "the consumer has a message");
        return inbox.Messages.First();
    }

    private async Task<string[]> ListAsync(string what)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{broker.Username}:{broker.Password}")));
        var address = new UriBuilder(broker.Management) { UserName = "", Password = "", Path = $"/api/{what}/{virtualHost}" }.Uri;
        var rows = await client.GetFromJsonAsync<JsonElement[]>(address);
        return [.. rows!.Select(row => row.GetProperty("name").GetString()!)];
    }

    private static ReferralSubmitted Submitted() => new()
    {
        EventId = Guid.CreateVersion7(),
        RecordId = Guid.CreateVersion7(),
        StreamId = Guid.CreateVersion7(),
        PublicationNumber = 1,
        OccurredAt = TimeProvider.System.GetUtcNow(),
        Subjects = [Guid.CreateVersion7()],
        Actor = new ActorStamp { Person = "p1", Agency = "SASP", Role = "idva", Purpose = "marac-referral" },
        Criteria = [ReferralCriterion.VisibleHighRisk],
        ThresholdVersion = "2026-1",
        ReferringAgency = "SASP",
    };

    private sealed record Received(Guid? MessageId, string? TraceId, ReferralSubmitted Message);

    private sealed class Inbox
    {
        public ConcurrentQueue<Received> Messages { get; } = new();
        public bool Fail { get; set; }
    }

    private sealed class Consumer(Inbox inbox) : IConsumer<ReferralSubmitted>
    {
        public const string Secret = "QX-text-of-an-exception";

        public Task Consume(ConsumeContext<ReferralSubmitted> context)
        {
            if (inbox.Fail)
                throw new InvalidOperationException(Secret);
            inbox.Messages.Enqueue(new Received(context.MessageId, Activity.Current?.TraceId.ToHexString(), context.Message));
            return Task.CompletedTask;
        }
    }
}
