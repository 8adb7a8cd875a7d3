using Partnership.Tests.Support.Servers;
using RabbitMQ.Client;
using Xunit;

namespace Partnership.Tests.Platform.Harness;

/// <summary>What fault tests rely on: a broker that can be blocked, killed and started again without losing a message.</summary>
public sealed class OwnBrokerTests
{
    [Fact]
    public async Task A_broker_of_ones_own_can_be_blocked_and_killed_and_keeps_what_it_confirmed()
    {
        await using var broker = await RabbitServer.StartAsync();
        var virtualHost = await broker.CreateVirtualHostAsync("own");
        await PublishAsync(broker, virtualHost, TimeSpan.FromSeconds(20));

        await broker.BlockAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PublishAsync(broker, virtualHost, TimeSpan.FromSeconds(1)));
        await broker.UnblockAsync();
        await broker.KillAsync();
        await broker.StartAgainAsync();

        // What was sent but never confirmed may have come in with the end of the alarm, or not.
        Assert.InRange(await broker.ReadyAsync(virtualHost, "kept") ?? 0, 1u, 2u);
    }

    private static async Task PublishAsync(RabbitServer broker, string virtualHost, TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        await using var connection = await broker.ConnectAsync(virtualHost);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync(
            "kept", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await channel.BasicPublishAsync("", "kept", mandatory: true, new BasicProperties { Persistent = true }, "a"u8.ToArray(), limit.Token);
    }
}
