using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Sends a message as it came to the queue where it waits until the broker hands it back. The caller acknowledges the one it
/// has only afterwards, so at worst there are two.
/// </summary>
internal static class WaitingRoom
{
    /// <summary>How often a message has been sent to wait. Ours: the broker's own counts start anew with each copy.</summary>
    public const string WaitsHeader = "Partnership-Waits";

    /// <summary>
    /// Returns when the broker has the message, with how often it has waited, this time included. One delivery is sent once,
    /// whoever asks and however often: two consumers on one queue, or one that is tried again because another one threw,
    /// would else double it on every round.
    /// </summary>
    /// <exception cref="IOException">The broker did not take it. Time mends that; it is no reason for the error queue.</exception>
    public static Task<int> SendAsync(ReceiveContext context, string waitingQueue) =>
        context.GetOrAddPayload(static () => new OneCopy()).SendAsync(() => SendCopyAsync(context, waitingQueue));

    private static async Task<int> SendCopyAsync(ReceiveContext context, string waitingQueue)
    {
        if (!context.TryGetPayload(out ChannelContext? channel) || !context.TryGetPayload(out RabbitMqBasicConsumeContext? received))
            throw new InvalidOperationException("Only a message from RabbitMQ can wait there.");
        var properties = new BasicProperties(received.Properties);
        // Without what the broker noted on the way here: it would take its own notes for a circle, and grow them.
        properties.Headers = (properties.Headers ?? new Dictionary<string, object?>())
            .Where(header => !header.Key.StartsWith("x-", StringComparison.Ordinal))
            .ToDictionary(header => header.Key, header => header.Value);
        var waits = 1 + (properties.Headers.TryGetValue(WaitsHeader, out var before) && before is int count ? count : 0);
        properties.Headers[WaitsHeader] = waits;
        try
        {
            // The exchange before the queue, as for errors: whoever consumes may write to its own and to no other.
            await channel.BasicPublishAsync(waitingQueue, "", mandatory: true, properties, context.GetBody(), awaitAck: true);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new IOException("The broker did not take a message that has to wait.", failure);
        }

        return waits;
    }

    /// <summary>What has been sent of one delivery. Belongs to what was received, which consumers and their retries share.</summary>
    private sealed class OneCopy
    {
        private Lazy<Task<int>>? sending;

        public async Task<int> SendAsync(Func<Task<int>> send)
        {
            var mine = new Lazy<Task<int>>(send);
            var one = Interlocked.CompareExchange(ref sending, mine, null) ?? mine;
            try
            {
                return await one.Value;
            }
            catch
            {
                // Not sent: the next one to ask tries.
                Interlocked.CompareExchange(ref sending, null, one);
                throw;
            }
        }
    }
}
