using Partnership.Contracts.Topology;
using RabbitMQ.Client;

namespace Partnership.Ledger;

/// <summary>
/// How the ledger's queue is declared, by the gateway, by <c>migrate</c> and by the consumer alike: a second declaration
/// with other arguments is refused by the broker, so the arguments stand here and nowhere else.
/// </summary>
/// <remarks>
/// Quorum, <c>reject-publish</c>; no length limit, no time-to-live, no dead-letter exchange. A delivery limit is not an
/// argument: RabbitMQ 3 has none unless asked for, and RabbitMQ 4, which defaults to 20, takes <c>-1</c> by policy
/// (<c>docs/ledger-format.md</c>).
/// </remarks>
public static class LedgerQueue
{
    public static string Name => BusTopology.LedgerQueue;

    public static IReadOnlyDictionary<string, object?> Arguments { get; } = new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-overflow"] = "reject-publish",
    };

    /// <summary>Declares the queue, or finds it there with the same arguments.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.OperationInterruptedException">
    /// There is a queue of that name with other arguments (406). The channel is closed.
    /// </exception>
    public static Task<QueueDeclareOk> DeclareAsync(IChannel channel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.QueueDeclareAsync(
            Name,
            durable: true,
            exclusive: false,
            autoDelete: false,
            arguments: new Dictionary<string, object?>(Arguments),
            cancellationToken: cancellationToken);
    }
}
