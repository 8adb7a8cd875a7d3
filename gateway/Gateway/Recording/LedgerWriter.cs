using System.Security.Cryptography;
using System.Threading.Channels;
using Partnership.Ledger;

namespace Partnership.Gateway.Recording;

/// <summary>
/// Hands disclosure entries to the ledger's queue and answers once the broker has them on disk. Entries of concurrent
/// answers share one message. Nothing may be released before <see cref="RecordAsync"/> has returned a promise.
/// </summary>
/// <remarks>
/// One loop owns the chain of batches. A batch that was not confirmed stays at the head and is repeated unchanged, because
/// the broker may have it; until it is confirmed every request is told at once that the ledger cannot record. Entries of
/// such a batch were authorised but not released, so an entry that says so follows them.
/// </remarks>
public sealed class LedgerWriter(ILedgerTransport transport, GatewayKeys keys, LedgerWriterOptions options, TimeProvider clock, ILogger<LedgerWriter> log)
    : BackgroundService
{
    private readonly Channel<Pending> waiting = Channel.CreateBounded<Pending>(new BoundedChannelOptions(options.MaxWaiting) { SingleReader = true });
    private readonly List<DisclosureEntry> aborted = [];
    private readonly Lock abortedLock = new();
    private byte[] previousHash = new byte[32];
    private long sequence;
    private volatile bool available;

    /// <summary>Name of this run of the gateway; a restart is another instance with a chain of its own.</summary>
    public string Instance { get; } = $"{options.InstancePrefix}.{Guid.CreateVersion7(clock.GetUtcNow()):N}";

    /// <summary>Whether the last batch was confirmed.</summary>
    public bool IsAvailable => available;

    /// <summary>
    /// Records an entry durably. Null when it is not confirmed within the time-out: then nothing may leave.
    /// </summary>
    /// <remarks>Takes no cancellation: a client that goes away never cancels an entry already handed over.</remarks>
    public async ValueTask<SharingRecord?> RecordAsync(DisclosureEntry entry)
    {
        var pending = new Pending(entry, entry.ToBytes(), clock.GetTimestamp());
        if (!available || !waiting.Writer.TryWrite(pending)) return null;
        var recordedIn = await pending.Done.Task;
        if (recordedIn is not { } inSequence) return null;
        return SharingRecord.Sign(Instance, inSequence, DisclosureEntry.LeafHash(pending.Bytes), keys.Signing);
    }

    /// <summary>An authorised answer did not reach its recipient: an entry that says so goes out with the next batch.</summary>
    public void NoteAborted(DisclosureEntry authorised)
    {
        lock (abortedLock)
            aborted.Add(AbortOf(authorised));
        waiting.Writer.TryWrite(Pending.Wake);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Pending>();
        var failures = 0;
        Outgoing? head = Seal(BatchKind.Heartbeat, []);
        while (!stoppingToken.IsCancellationRequested)
        {
            head ??= await ComposeAsync(batch, stoppingToken);
            if (head is null) break;
            if (await TryPublishAsync(head, failures))
            {
                if (failures > 0) log.LogWarning("The ledger records again after {Failures} failed attempts.", failures);
                failures = 0;
                available = true;
                foreach (var pending in head.Pending) pending.Complete(head.Sequence);
                head = null;
                continue;
            }

            if (failures++ == 0) log.LogError("The ledger cannot record; nothing is released until batch {Sequence} is confirmed.", head.Sequence);
            available = false;
            head = Abandon(head);
            Refuse(waiting.Reader);
            await Task.Delay(RetryDelay(failures), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        available = false;
        waiting.Writer.TryComplete();
        Refuse(waiting.Reader);
        if (head is null) await CloseAsync();
    }

    /// <summary>Waits for entries or for the next heartbeat, takes what is there, and seals it into the next batch.</summary>
    private async Task<Outgoing?> ComposeAsync(List<Pending> batch, CancellationToken stoppingToken)
    {
        batch.Clear();
        using var heartbeat = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        heartbeat.CancelAfter(options.Heartbeat);
        try
        {
            await waiting.Reader.WaitToReadAsync(heartbeat.Token);
        }
        catch (OperationCanceledException)
        {
            return stoppingToken.IsCancellationRequested ? null : Seal(BatchKind.Heartbeat, []);
        }

        while (batch.Count < options.MaxBatch && waiting.Reader.TryRead(out var pending))
        {
            if (pending != Pending.Wake) batch.Add(pending);
        }

        return Seal(BatchKind.Entries, [.. batch]);
    }

    private Outgoing Seal(BatchKind kind, IReadOnlyList<Pending> pending)
    {
        List<ReadOnlyMemory<byte>> entries = [.. pending.Select(p => (ReadOnlyMemory<byte>)p.Bytes)];
        lock (abortedLock)
        {
            entries.AddRange(aborted.Select(a => (ReadOnlyMemory<byte>)a.ToBytes()));
            aborted.Clear();
        }

        if (kind == BatchKind.Heartbeat && entries.Count > 0) kind = BatchKind.Entries;
        var bytes = LedgerBatch.Encode(kind, Instance, sequence + 1, previousHash, entries, keys.Signing);
        previousHash = LedgerBatch.HashOf(bytes);
        return new Outgoing(++sequence, bytes, pending);
    }

    /// <summary>Not ended by a stop: a batch cut off there would look lost, and the stop like a crash.</summary>
    private async Task<bool> TryPublishAsync(Outgoing head, int failures)
    {
        var left = options.ConfirmWithin;
        if (failures == 0 && head.Pending.Count > 0) left -= clock.GetElapsedTime(head.Pending[0].Since);
        if (left <= TimeSpan.Zero) return false;
        using var timeout = new CancellationTokenSource(left);
        try
        {
            await transport.PublishAsync(head.Bytes, timeout.Token);
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever went wrong, the batch is not known to be on disk. Type only: messages can hold broker addresses.
            log.LogDebug("Batch {Sequence} was not confirmed: {Reason}.", head.Sequence, exception.GetType().Name);
            return false;
        }
    }

    /// <summary>Tells the waiting requests of a failed batch, once, and keeps its bytes to be repeated unchanged.</summary>
    private Outgoing Abandon(Outgoing head)
    {
        if (head.Pending.Count == 0) return head;
        lock (abortedLock)
            aborted.AddRange(head.Pending.Where(p => p.Entry.BodyDigest is not null).Select(p => AbortOf(p.Entry)));
        foreach (var pending in head.Pending) pending.Complete(null);
        return head with { Pending = [] };
    }

    private static void Refuse(ChannelReader<Pending> reader)
    {
        while (reader.TryRead(out var pending)) pending.Complete(null);
    }

    /// <summary>Says that the silence that follows is a stop and not a loss. Best effort: without it InformationSharing alarms.</summary>
    private async Task CloseAsync()
    {
        using var timeout = new CancellationTokenSource(options.ConfirmWithin);
        try
        {
            await transport.PublishAsync(Seal(BatchKind.Closing, []).Bytes, timeout.Token);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            log.LogWarning("The closing batch was not confirmed: {Reason}.", exception.GetType().Name);
        }
    }

    private DisclosureEntry AbortOf(DisclosureEntry authorised) => authorised with
    {
        EntryId = Guid.CreateVersion7(clock.GetUtcNow()),
        At = clock.GetUtcNow(),
        AbortOf = authorised.EntryId,
        Recipients = [],
        BodyDigest = null,
        DigestKey = null,
        Justification = null,
        Nonce = RandomNumberGenerator.GetBytes(32),
    };

    private static TimeSpan RetryDelay(int failures) => TimeSpan.FromMilliseconds(Math.Min(1000, 50 * failures));

    private sealed record Outgoing(long Sequence, byte[] Bytes, IReadOnlyList<Pending> Pending);

    private sealed class Pending(DisclosureEntry entry, byte[] bytes, long since)
    {
        public static readonly Pending Wake = new(null!, [], 0);

        public DisclosureEntry Entry { get; } = entry;
        public byte[] Bytes { get; } = bytes;
        public long Since { get; } = since;
        public TaskCompletionSource<long?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Complete(long? inSequence) => Done.TrySetResult(inSequence);
    }
}

/// <summary>Settings of the path to the ledger; section <c>Ledger</c>.</summary>
public sealed record LedgerWriterOptions
{
    public required string InstancePrefix { get; init; }

    /// <summary>How long an answer may wait for its entry. After that: 503.</summary>
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A batch goes out at least this often, so that silence can be told from quiet.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);
    public int MaxBatch { get; init; } = 256;
    public int MaxWaiting { get; init; } = 4096;
}

/// <summary>Puts one batch on the ledger's queue.</summary>
public interface ILedgerTransport
{
    /// <summary>Returns only when the broker has confirmed it. Any exception means: not known to be recorded.</summary>
    Task PublishAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken);
}
