namespace Partnership.Gateway.Recording;

/// <summary>
/// What is known of a queue that drops messages it has confirmed. While none was heard of, a confirm is proof enough;
/// after one, a batch is taken as recorded only when a while after its confirm nothing more was dropped.
/// </summary>
internal sealed class QueueLosses
{
    /// <summary>The broker tells of a loss within milliseconds of the confirm.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    private readonly Lock changing = new();
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool suspected;

    public void Heard()
    {
        lock (changing)
        {
            suspected = true;
            next.TrySetResult();
        }
    }

    /// <summary>To be called before a batch is published.</summary>
    public Proof Begin()
    {
        lock (changing)
        {
            if (!suspected) return default;
            if (next.Task.IsCompleted) next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new Proof(this, next.Task);
        }
    }

    private void Trust(Task unheard)
    {
        lock (changing)
        {
            if (unheard == next.Task && !unheard.IsCompleted) suspected = false;
        }
    }

    /// <summary>Whether one batch stays in the queue.</summary>
    public readonly struct Proof(QueueLosses losses, Task loss)
    {
        /// <exception cref="LedgerDropsException">Something was dropped since the batch was published; it may be this one.</exception>
        public async ValueTask PassAsync(TimeProvider clock, CancellationToken cancellationToken)
        {
            if (loss is null) return;
            try
            {
                await loss.WaitAsync(Grace, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                losses.Trust(loss);
                return;
            }

            throw new LedgerDropsException();
        }
    }
}

/// <summary>A policy of the broker makes the ledger's queue drop what it has confirmed.</summary>
public sealed class LedgerDropsException : Exception
{
    public LedgerDropsException() : base("The queue drops what it has confirmed.") { }
    public LedgerDropsException(string message) : base(message) { }
    public LedgerDropsException(string message, Exception inner) : base(message, inner) { }
}
