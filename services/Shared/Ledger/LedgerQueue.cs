using Partnership.Contracts.Topology;
using RabbitMQ.Client;

namespace Partnership.Ledger;

/// <summary>
/// How the ledger's queue is declared, by the gateway, by <c>migrate</c> and by the consumer alike: a second declaration
/// with other arguments is refused by the broker, so the arguments stand here and nowhere else.
/// </summary>
/// <remarks>
/// Quorum, <c>reject-publish</c>; no length limit, no time-to-live. A delivery limit is not an argument: RabbitMQ 3 has
/// none unless asked for, and RabbitMQ 4, which defaults to 20, takes <c>-1</c> by policy (<c>docs/ledger-format.md</c>).
/// Of a quorum queue a policy's <c>drop-head</c> beats the argument <c>reject-publish</c>, and the broker confirms what it
/// then drops. What a policy makes it drop, by length, age or deliveries, therefore goes to a second queue, from which it
/// is integrated like the rest; and every gateway listens at the same exchange, and releases nothing while the queue drops.
/// </remarks>
public static class LedgerQueue
{
    public static string Name => BusTopology.LedgerQueue;

    public static IReadOnlyDictionary<string, object?> Arguments { get; } = new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-overflow"] = "reject-publish",
        ["x-dead-letter-exchange"] = BusTopology.LedgerDropped,
    };

    /// <summary>Fanout exchange, and the durable queue bound to it, of what a policy made the ledger's queue drop.</summary>
    public static string Dropped => BusTopology.LedgerDropped;

    /// <summary>Declares the queue and what keeps its losses, or finds them there with the same arguments.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.OperationInterruptedException">
    /// There is a queue of that name with other arguments (406). The channel is closed.
    /// </exception>
    public static async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        await channel.ExchangeDeclareAsync(Dropped, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await DeclareAsync(Dropped, Arguments.Where(argument => argument.Key != "x-dead-letter-exchange"));
        await channel.QueueBindAsync(Dropped, Dropped, "", cancellationToken: cancellationToken);
        await DeclareAsync(Name, Arguments);

        Task DeclareAsync(string name, IEnumerable<KeyValuePair<string, object?>> arguments) => channel.QueueDeclareAsync(
            name,
            durable: true,
            exclusive: false,
            autoDelete: false,
            arguments: new Dictionary<string, object?>(arguments),
            cancellationToken: cancellationToken);
    }
}
