using Partnership.Contracts.Topology;
using Partnership.Ledger;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Partnership.Gateway.Recording;

/// <summary>
/// The ledger's queue over a connection of its own: default exchange (no binding to lose), mandatory (a missing queue
/// returns the message), publisher confirms (a quorum queue confirms from disk).
/// </summary>
/// <remarks>
/// Plain RabbitMQ.Client instead of MassTransit, because an answer must know that <em>its</em> message is confirmed,
/// returned or refused, and because no retry or error queue may come between.
/// </remarks>
public sealed class RabbitLedgerTransport(ConnectionFactory factory, TimeSpan redeclareAfter, TimeProvider clock) : ILedgerTransport, IAsyncDisposable
{
    private static readonly BasicProperties Persistent = new() { DeliveryMode = DeliveryModes.Persistent, ContentType = "application/vnd.partnership.ledger-batch" };
    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private IConnection? connection;
    private IChannel? channel;
    private volatile bool blocked;
    private long declaredAt;

    public async Task PublishAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        if (blocked && connection is { IsOpen: true }) throw new LedgerBlockedException();
        try
        {
            var open = await OpenAsync(cancellationToken);
            await open.BasicPublishAsync("", BusTopology.LedgerQueue, mandatory: true, Persistent, batch, cancellationToken);
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
            throw; // Refused by the queue (a length limit): the channel is sound.
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
        return channel = await connection.CreateChannelAsync(Confirmed, cancellationToken);
    }

    private Task Blocked(bool now)
    {
        blocked = now;
        return Task.CompletedTask;
    }

    private async Task CloseAsync()
    {
        var (oldChannel, oldConnection) = (channel, connection);
        (channel, connection, blocked) = (null, null, false);
        try
        {
            if (oldChannel is not null) await oldChannel.DisposeAsync();
            if (oldConnection is not null)
            {
                await oldConnection.AbortAsync(TimeSpan.FromMilliseconds(200));
                await oldConnection.DisposeAsync();
            }
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
