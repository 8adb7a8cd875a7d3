using System.Diagnostics;
using System.Runtime.Serialization;
using MassTransit;
using Microsoft.Extensions.Options;
using Partnership.Contracts.Topology;
using Partnership.EventStore;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Publishes a contract to its exchange and returns when the broker has confirmed it. Not mandatory: an event nobody
/// consumes yet is no fault, and the queues that must have it are bound before any host starts.
/// </summary>
internal sealed class ContractPublisher(IBus bus, BusLayout layout, IOptions<BusOptions> options) : IContractPublisher
{
    public const string SourceName = "Partnership.Publishing";

    private static readonly ActivitySource Source = new(SourceName);

    public async Task PublishAsync(object contract, Guid messageId, string? traceParent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contract);
        if (!layout.Exchanges.ContainsKey(contract.GetType()))
            throw new UnpublishableException($"{contract.GetType().Name} is not a published contract.");

        // The request that caused the event ended long ago; its trace goes on here. Without a stored one a new begins,
        // rather than whatever happens to be current in the publisher's loop.
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var cause);
        var before = Activity.Current;
        Activity.Current = null;
        using var activity = Source.StartActivity("publish", ActivityKind.Internal, cause);
        try
        {
            // Without a limit MassTransit waits for a lost broker for ever, and the publisher could not let go.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(options.Value.ConfirmTimeout);
            await bus.Publish(contract, contract.GetType(), context => context.MessageId = messageId, limit.Token);
        }
        catch (SerializationException failure)
        {
            throw new UnpublishableException($"{contract.GetType().Name} cannot be written as JSON.", failure) { IsOfContract = true };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            throw new TimeoutException("The broker did not confirm a message in time.");
        }
        finally
        {
            activity?.Stop();
            Activity.Current = before;
        }
    }
}
