using Partnership.Contracts.Topology;
using Partnership.Ledger;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Partnership.Gateway.Recording;

/// <summary>
/// The ledger's queue over a connection of its own: default exchange (no binding to lose), mandatory (a missing queue
/// returns the message), publisher confirms (a quorum queue confirms from disk).
/// </summary>
/// <remarks>
/// Plain RabbitMQ.Client instead of MassTransit, because an answer must know that <em>its</em> message is confirmed,
/// returned or refused, and because no retry or error queue may come between. A confirm is not the end of it where a policy
/// makes the queue drop what it has confirmed: the first loss that is heard of puts every later batch to the proof.
/// </remarks>
public sealed class RabbitLedgerTransport(ConnectionFactory factory, TimeSpan redeclareAfter, TimeProvider clock) : ILedgerTransport, IAsyncDisposable
{
    private static readonly BasicProperties Persistent = new() { DeliveryMode = DeliveryModes.Persistent, ContentType = "application/vnd.partnership.ledger-batch" };
    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private IConnection? connection;
    private IChannel? channel;
    private volatile bool blocked;
    private long declaredAt;
    private readonly QueueLosses losses = new();

    public async Task PublishAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        if (blocked && connection is { IsOpen: true }) throw new LedgerBlockedException();
        try
        {
            var open = await OpenAsync(cancellationToken);
            var proof = losses.Begin();
            await open.BasicPublishAsync("", BusTopology.LedgerQueue, mandatory: true, Persistent, batch, cancellationToken);
            await proof.PassAsync(clock, cancellationToken);
        }
        catch (PublishException returned) when (returned.IsReturn)
        {
            // The queue is gone. Not declared again at once: entries it held are lost, and InformationSharing, which owns
            // the queue and raises that alarm, should come first. After a while reading has to go on.
            if (clock.GetElapsedTime(declaredAt) >= redeclareAfter) await CloseAsync();
            throw;
        }
        catch (PublishException)
        {
            // Refused by the queue, which is full. The broker never tells a channel it has refused that the limit was
            // lifted, so the next attempt takes another.
            await CloseChannelAsync();
            throw;
        }
        catch (LedgerDropsException)
        {
            throw; // The channel is sound.
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        if (channel is { IsOpen: true }) return channel;
        if (channel is null && connection is { IsOpen: true }) return channel = await connection.CreateChannelAsync(Confirmed, cancellationToken);
        await CloseAsync();
        connection = await factory.CreateConnectionAsync("gateway-ledger", cancellationToken);
        connection.ConnectionBlockedAsync += (_, _) => Blocked(true);
        connection.ConnectionUnblockedAsync += (_, _) => Blocked(false);
        await using (var declaring = await connection.CreateChannelAsync(cancellationToken: cancellationToken))
        {
            try
            {
                await LedgerQueue.DeclareAsync(declaring, cancellationToken);
            }
            catch (OperationInterruptedException)
            {
                // Not allowed to declare, or it exists with other arguments: publishing will show whether it can take entries.
            }
        }

        declaredAt = clock.GetTimestamp();
        await ListenForLossesAsync(connection, cancellationToken);
        return channel = await connection.CreateChannelAsync(Confirmed, cancellationToken);
    }

    /// <summary>Hears of everything a policy makes the queue drop. Who may not listen goes without; nothing is lost by that.</summary>
    private async Task ListenForLossesAsync(IConnection listening, CancellationToken cancellationToken)
    {
        // Lives as long as the connection.
        var listener = await listening.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            var own = await listener.QueueDeclareAsync(cancellationToken: cancellationToken);
            await listener.QueueBindAsync(own.QueueName, LedgerQueue.Dropped, "", cancellationToken: cancellationToken);
            var consumer = new AsyncEventingBasicConsumer(listener);
            consumer.ReceivedAsync += (_, _) =>
            {
                losses.Heard();
                return Task.CompletedTask;
            };
            await listener.BasicConsumeAsync(own.QueueName, autoAck: true, consumer, cancellationToken);
        }
        catch (OperationInterruptedException)
        {
            await listener.DisposeAsync();
        }
    }

    private Task Blocked(bool now)
    {
        blocked = now;
        return Task.CompletedTask;
    }

    private async Task CloseAsync()
    {
        await CloseChannelAsync();
        (var old, connection, blocked) = (connection, null, false);
        if (old is null) return;
        await IgnoringGoneAsync(async () =>
        {
            await old.AbortAsync(TimeSpan.FromMilliseconds(200));
            await old.DisposeAsync();
        });
    }

    private async Task CloseChannelAsync()
    {
        (var old, channel) = (channel, null);
        if (old is not null) await IgnoringGoneAsync(async () => await old.DisposeAsync());
    }

    private static async Task IgnoringGoneAsync(Func<Task> close)
    {
        try
        {
            await close();
        }
        catch (Exception exception) when (exception is RabbitMQClientException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Already gone, which is what was wanted.
        }
    }
}

/// <summary>The broker has raised an alarm (disk, memory) and takes no messages.</summary>
public sealed class LedgerBlockedException : Exception
{
    public LedgerBlockedException() : base("The broker takes no messages.") { }
    public LedgerBlockedException(string message) : base(message) { }
    public LedgerBlockedException(string message, Exception inner) : base(message, inner) { }
}
