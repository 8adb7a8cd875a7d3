namespace Partnership.EventStore;

/// <summary>Wakes every subscribed view of this host when something has been appended.</summary>
internal sealed class ProjectionSignal
{
    private volatile TaskCompletionSource appended = New();

    /// <summary>Completes with the next append. Taken before looking, so that none slips in between.</summary>
    public Task Next => appended.Task;

    /// <summary>An append of this host has been committed. Never blocks.</summary>
    public void Appended() => Interlocked.Exchange(ref appended!, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
