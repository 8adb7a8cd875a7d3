using Partnership.Contracts.Topology;
using RabbitMQ.Client;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Declares what <see cref="BusTopology"/> names, exactly as MassTransit would, before any host starts: a message
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
    public static async Task ApplyAsync(BusOptions bus, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(bus);
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
        foreach (var exchange in BusTopology.Exchanges.Values)
            await DeclareExchangeAsync(channel, exchange, cancellationToken);
        foreach (var (queue, contracts) in BusTopology.Queues)
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

            foreach (var contract in contracts)
                await channel.ExchangeBindAsync(queue, BusTopology.Exchanges[contract], "", cancellationToken: cancellationToken);
        }
    }

    private static Task DeclareExchangeAsync(IChannel channel, string name, CancellationToken cancellationToken) =>
        channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
}
