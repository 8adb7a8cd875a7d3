using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using Partnership.EventStore;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Sends contracts to one queue and no other, in the same envelope as the bus. It declares nothing, so its user needs no more
/// than to write to the exchange before that queue.
/// </summary>
internal sealed class QueueSender : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<Type, MethodInfo> Envelopes = new();

    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly string queue;
    private readonly TimeSpan confirmTimeout;

    private QueueSender(IConnection connection, IChannel channel, string queue, TimeSpan confirmTimeout) =>
        (this.connection, this.channel, this.queue, this.confirmTimeout) = (connection, channel, queue, confirmTimeout);

    /// <exception cref="BrokerUnreachableException">Nobody answers, or not to this user.</exception>
    /// <exception cref="UnpublishableException">There is no such queue.</exception>
    public static async Task<QueueSender> OpenAsync(BusOptions bus, string queue, CancellationToken cancellationToken)
    {
        PartnershipBus.UseWireJson();
        var factory = new ConnectionFactory
        {
            HostName = bus.Host,
            Port = bus.Port,
            VirtualHost = bus.VirtualHost,
            UserName = bus.Username,
            Password = bus.Password,
            ClientProvidedName = "partnership republish",
        };
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        try
        {
            await RequireAsync(connection, queue, cancellationToken);
            var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
            return new(connection, channel, queue, bus.ConfirmTimeout);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when the broker has confirmed that the message is in the queue.</summary>
    /// <exception cref="UnpublishableException">No queue took it, this user may not send it, or nothing can be made of it.</exception>
    /// <exception cref="TimeoutException">Not confirmed in time.</exception>
    public async Task SendAsync(object contract, Guid messageId, string? traceParent, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(confirmTimeout);
        try
        {
            await channel.BasicPublishAsync(
                queue, "", mandatory: true, PropertiesOf(messageId, traceParent), BodyOf(contract, messageId), limit.Token);
        }
        catch (RabbitMQ.Client.Exceptions.PublishException returned) when (returned.IsReturn)
        {
            throw new UnpublishableException($"The broker has no queue behind the exchange {queue} any more.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The broker did not confirm a message in time.");
        }
        catch (Exception) when (channel.CloseReason is { ReplyCode: Constants.AccessRefused or Constants.NotFound })
        {
            // The broker has closed the channel over it, and nothing opens it again; a lost connection comes back by itself.
            throw new UnpublishableException($"The broker refused: {channel.CloseReason.ReplyText}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    /// <summary>Asked on a channel of its own, which does not outlive a no.</summary>
    private static async Task RequireAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var asking = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await asking.ExchangeDeclarePassiveAsync(queue, cancellationToken);
            await asking.QueueDeclarePassiveAsync(queue, cancellationToken);
        }
        catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            throw new UnpublishableException($"The broker has no queue {queue} yet; the consumer's migrate declares it.");
        }
    }

    private static BasicProperties PropertiesOf(Guid messageId, string? traceParent)
    {
        var properties = new BasicProperties
        {
            MessageId = messageId.ToString(),
            ContentType = SystemTextJsonMessageSerializer.JsonContentType.ToString(),
            DeliveryMode = DeliveryModes.Persistent,
            Headers = new Dictionary<string, object?> { [MessageHeaders.ContentType] = SystemTextJsonMessageSerializer.JsonContentType.ToString() },
        };
        // The trace of the request that caused the event goes on, as it did the first time.
        if (ActivityContext.TryParse(traceParent, null, out _))
            properties.Headers["MT-Activity-Id"] = traceParent;
        return properties;
    }

    private byte[] BodyOf(object contract, Guid messageId)
    {
        var make = Envelopes.GetOrAdd(contract.GetType(), static type =>
            typeof(QueueSender).GetMethod(nameof(Envelope), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type));
        try
        {
            return (byte[])make.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [contract, messageId, new Uri($"exchange:{queue}")], null)!;
        }
        catch (System.Runtime.Serialization.SerializationException failure)
        {
            throw new UnpublishableException($"{contract.GetType().Name} cannot be written as JSON.", failure) { IsOfContract = true };
        }
    }

    private static byte[] Envelope<T>(T contract, Guid messageId, Uri destination)
        where T : class
    {
        var context = new MessageSendContext<T>(contract)
        {
            MessageId = messageId,
            ConversationId = messageId,
            DestinationAddress = destination,
        };
        return SystemTextJsonMessageSerializer.Instance.GetMessageBody(context).GetBytes();
    }
}
