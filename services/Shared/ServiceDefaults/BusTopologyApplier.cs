using Partnership.Contracts.Topology;
using RabbitMQ.Client;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Declares what a <see cref="BusLayout"/> names, exactly as MassTransit would, before any host starts: a message
/// published before its first consumer has ever run must already have a queue to wait in.
/// </summary>
/// <remarks>
/// The ledger's queue is not among them: whoever uses it declares it, because nothing may be released where it is missing.
/// </remarks>
public static class BusTopologyApplier
{
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    /// <summary>May be run at any time and by several at once; what is there already stays as it is.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.OperationInterruptedException">Something of that name is there with other properties.</exception>
    /// <param name="layout">The platform's own unless another is given.</param>
    public static async Task ApplyAsync(BusOptions bus, CancellationToken cancellationToken, BusLayout? layout = null)
    {
        ArgumentNullException.ThrowIfNull(bus);
        layout ??= BusLayout.Platform;
        var factory = new ConnectionFactory
        {
            HostName = bus.Host,
            Port = bus.Port,
            VirtualHost = bus.VirtualHost,
            UserName = bus.Username,
            Password = bus.Password,
            ClientProvidedName = "partnership migrate",
        };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var exchange in layout.Exchanges.Values)
            await DeclareExchangeAsync(channel, exchange, cancellationToken);
        foreach (var (queue, contracts) in layout.Queues)
        {
            // MassTransit puts an exchange of the same name before each queue, and moves what it gives up on to _error
            // and what nobody consumes to _skipped.
            foreach (var name in new[] { queue, $"{queue}_error", $"{queue}_skipped" })
            {
                await DeclareExchangeAsync(channel, name, cancellationToken);
                await channel.QueueDeclareAsync(
                    name, durable: true, exclusive: false, autoDelete: false, Quorum, cancellationToken: cancellationToken);
                await channel.QueueBindAsync(name, name, "", cancellationToken: cancellationToken);
            }

            await DeclareWaitingAsync(channel, queue, layout.Waiting, cancellationToken);
            foreach (var contract in contracts)
                await channel.ExchangeBindAsync(queue, layout.Exchanges[contract], "", cancellationToken: cancellationToken);
        }
    }

    /// <summary>
    /// Where messages wait for one before them: after a while the broker hands them back to the queue's exchange. It lets go
    /// of each only when the queue has confirmed it; that needs <c>reject-publish</c>, which without a limit rejects nothing.
    /// </summary>
    private static async Task DeclareWaitingAsync(IChannel channel, string queue, TimeSpan waiting, CancellationToken cancellationToken)
    {
        var name = BusLayout.WaitingOf(queue);
        await DeclareExchangeAsync(channel, name, cancellationToken);
        await channel.QueueDeclareAsync(
            name, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?>(Quorum)
            {
                ["x-message-ttl"] = (long)waiting.TotalMilliseconds,
                ["x-dead-letter-exchange"] = queue,
                ["x-dead-letter-strategy"] = "at-least-once",
                ["x-overflow"] = "reject-publish",
            },
            cancellationToken: cancellationToken);
        await channel.QueueBindAsync(name, name, "", cancellationToken: cancellationToken);
    }

    private static Task DeclareExchangeAsync(IChannel channel, string name, CancellationToken cancellationToken) =>
        channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
}
