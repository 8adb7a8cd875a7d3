namespace Partnership.EventStore;

/// <summary>Sends messages side by side, those of one stream one after the other.</summary>
internal static class PublicationSending
{
    private const int MostInFlight = 64;

    /// <summary>
    /// Sends each and waits for every confirm. After one that failed, the later ones of its stream are not sent and count
    /// as failed with it.
    /// </summary>
    /// <param name="send">Returns when the broker has confirmed.</param>
    /// <returns>Each message, with what stood against it or null.</returns>
    /// <exception cref="OperationCanceledException">Some may have been sent.</exception>
    public static async Task<IReadOnlyList<(Message Message, Exception? Failure)>> SendAsync(
        IEnumerable<Message> messages, Func<Message, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var places = new SemaphoreSlim(MostInFlight);
        var ofStream = new Dictionary<Guid, Task<Exception?>>();
        var sent = new List<(Message Message, Task<Exception?> Failure)>();
        foreach (var message in messages)
        {
            await places.WaitAsync(CancellationToken.None);
            // In their order, so that consumers seldom meet a gap.
            var before = ofStream.GetValueOrDefault(message.StreamId, Task.FromResult<Exception?>(null));
            var failure = SendOneAsync(message, before, send, places, cancellationToken);
            ofStream[message.StreamId] = failure;
            sent.Add((message, failure));
        }

        var outcomes = new (Message, Exception?)[sent.Count];
        for (var i = 0; i < outcomes.Length; i++)
            outcomes[i] = (sent[i].Message, await sent[i].Failure);
        cancellationToken.ThrowIfCancellationRequested();
        return outcomes;
    }

    private static async Task<Exception?> SendOneAsync(
        Message message, Task<Exception?> before, Func<Message, CancellationToken, Task> send, SemaphoreSlim places,
        CancellationToken cancellationToken)
    {
        try
        {
            if (await before is { } earlier)
                return earlier;
            cancellationToken.ThrowIfCancellationRequested();
            await send(message, cancellationToken);
            return null;
        }
#pragma warning disable CA1031 // Not confirmed, for whatever reason: the caller sends it again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return failure;
        }
        finally
        {
            places.Release();
        }
    }
}
