namespace Partnership.EventStore;

/// <summary>Wakes the publisher of this host, or, when another host leads, that one.</summary>
internal sealed class PublicationSignal : IDisposable
{
    private readonly SemaphoreSlim woken = new(0, 1);

    /// <summary>An append of this host has been committed. Never blocks.</summary>
    public void Appended()
    {
        try
        {
            woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // Awake already.
        }
    }

    /// <summary>Until something has been appended, or the time has passed.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => woken.WaitAsync(atMost, cancellationToken);

    public void Dispose() => woken.Dispose();
}
