using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Partnership.Gateway;
using Partnership.Gateway.Recording;
using Partnership.Ledger;
using Partnership.Tests.Pure.Ledger;
using Xunit;

namespace Partnership.Tests.Pure.Gateway;

/// <summary>The chain of batches, against a transport that a test holds, refuses and lets go.</summary>
public sealed class LedgerWriterTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly KeysOnDisk disk = new();
    private readonly HeldTransport transport = new();
    private LedgerWriter? running;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        transport.Behave(_ => Task.CompletedTask);
        if (running is not null)
        {
            await running.StopAsync(CancellationToken.None);
            running.Dispose();
        }

        disk.Dispose();
    }

    [Fact]
    public async Task Nothing_is_recorded_before_the_first_heartbeat_is_confirmed()
    {
        var release = transport.Hold();
        var writer = await StartedAsync(new());
        var first = await transport.NextAsync();
        Assert.Equal((BatchKind.Heartbeat, 1L), (first.Kind, first.Sequence));
        Assert.False(writer.IsAvailable);
        Assert.Null(await writer.RecordAsync(Entry()));
        release.SetResult();
        await UntilAsync(() => writer.IsAvailable);
        Assert.NotNull(await writer.RecordAsync(Entry()));
    }

    [Fact]
    public async Task Entries_of_concurrent_answers_share_a_batch_and_each_is_promised_its_own_leaf()
    {
        var writer = await AvailableAsync(new());
        var release = transport.Hold();
        var alone = writer.RecordAsync(Entry()).AsTask();
        Assert.Single((await transport.NextAsync()).Entries);

        var entries = Enumerable.Range(0, 20).Select(_ => Entry()).ToList();
        var waiting = entries.Select(entry => writer.RecordAsync(entry).AsTask()).ToList();
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        release.SetResult();
        var together = await transport.NextAsync();
        Assert.Equal(entries.Select(entry => entry.ToBytes()), together.Entries.Select(entry => entry.ToArray()));
        Assert.Equal(2, (await alone)!.Sequence);
        var promises = await Task.WhenAll(waiting);
        for (var i = 0; i < entries.Count; i++)
        {
            Assert.Equal((together.Sequence, writer.Instance), (promises[i]!.Sequence, promises[i]!.Instance));
            Assert.Equal(DisclosureEntry.LeafHash(entries[i].ToBytes()), promises[i]!.LeafHash.ToArray());
            Assert.True(promises[i]!.Verify(disk.Keys.Signing));
        }
    }

    [Fact]
    public async Task A_batch_holds_no_more_than_its_most()
    {
        var writer = await AvailableAsync(new() { MaxBatch = 3 });
        var release = transport.Hold();
        var all = Enumerable.Range(0, 8).Select(_ => writer.RecordAsync(Entry()).AsTask()).ToList();
        release.SetResult();
        Assert.All(await Task.WhenAll(all), Assert.NotNull);
        Assert.All(transport.Sent, batch => Assert.InRange(batch.Entries.Count, 0, 3));
        Assert.Equal(8, transport.Sent.Sum(batch => batch.Entries.Count));
    }

    [Fact]
    public async Task Batches_are_numbered_without_gaps_chained_and_signed()
    {
        var writer = await AvailableAsync(new());
        for (var i = 0; i < 5; i++) Assert.NotNull(await writer.RecordAsync(Entry()));
        var previous = new byte[32];
        var sequence = 0L;
        foreach (var bytes in transport.Bytes)
        {
            Assert.True(LedgerBatch.TryDecode(bytes, out var batch));
            Assert.True(LedgerBatch.Verify(bytes, disk.Keys.Signing));
            Assert.Equal((++sequence, writer.Instance), (batch.Sequence, batch.Instance));
            Assert.Equal(previous, batch.PreviousHash.ToArray());
            previous = LedgerBatch.HashOf(bytes);
        }

        Assert.True(sequence >= 6);
    }

    [Fact]
    public async Task An_unconfirmed_batch_is_repeated_unchanged_until_it_is_confirmed_and_its_answers_are_not_given()
    {
        var writer = await AvailableAsync(new());
        var failures = 3;
        transport.Behave(_ => Interlocked.Decrement(ref failures) >= 0 ? throw new IOException("The broker is away.") : Task.CompletedTask);
        var authorised = Entry();
        Assert.Null(await writer.RecordAsync(authorised));
        await UntilAsync(() => writer.IsAvailable);
        var repeated = transport.Bytes.Where(bytes => Decoded(bytes).Sequence == 2).ToList();
        Assert.Equal(4, repeated.Count);
        Assert.All(repeated, bytes => Assert.Equal(repeated[0], bytes));

        // It was authorised and not given: the next batch says so.
        Assert.NotNull(await writer.RecordAsync(Entry()));
        var later = transport.Sent.Where(batch => batch.Sequence > 2).SelectMany(batch => batch.Entries).Select(Read).ToList();
        Assert.Equal(authorised.EntryId, Assert.Single(later, entry => entry.AbortOf is not null).AbortOf);
    }

    [Fact]
    public async Task While_it_fails_everybody_is_told_at_once()
    {
        var writer = await AvailableAsync(new());
        transport.Behave(_ => throw new IOException("The broker is away."));
        Assert.Null(await writer.RecordAsync(Entry()));
        for (var i = 0; i < 1000; i++)
        {
            var refused = writer.RecordAsync(Entry());
            Assert.True(refused.IsCompleted, "Somebody waits for a ledger that is known to be away.");
            Assert.Null(await refused);
        }

        transport.Behave(_ => Task.CompletedTask);
        await UntilAsync(() => writer.IsAvailable);
        Assert.NotNull(await writer.RecordAsync(Entry()));
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_waited_for_so_long_and_no_longer()
    {
        var writer = await AvailableAsync(new() { ConfirmWithin = TimeSpan.FromMilliseconds(50) });
        transport.Behave(async cancelled => await Task.Delay(Timeout.InfiniteTimeSpan, cancelled));
        var waiting = Enumerable.Range(0, 5).Select(_ => writer.RecordAsync(Entry()).AsTask());
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Long), Assert.Null);
        Assert.False(writer.IsAvailable);
    }

    [Fact]
    public async Task More_than_can_wait_is_refused_at_once()
    {
        var writer = await AvailableAsync(new() { MaxWaiting = 2 });
        var release = transport.Hold();
        var first = writer.RecordAsync(Entry()).AsTask();
        await transport.NextAsync();
        var waiting = Enumerable.Range(0, 5).Select(_ => writer.RecordAsync(Entry()).AsTask()).ToList();
        Assert.Equal(3, waiting.Count(task => task.IsCompletedSuccessfully && task.Result is null));
        release.SetResult();
        Assert.NotNull(await first);
        Assert.Equal(2, (await Task.WhenAll(waiting)).Count(promise => promise is not null));
    }

    [Fact]
    public async Task An_answer_that_was_not_carried_out_adds_an_entry_without_anything_of_the_answer()
    {
        var writer = await AvailableAsync(new());
        var authorised = Entry() with { Justification = "1.sealed" };
        Assert.NotNull(await writer.RecordAsync(authorised));
        writer.NoteAborted(authorised);
        await UntilAsync(() => transport.Sent.SelectMany(batch => batch.Entries).Count() == 2);
        var abort = Read(transport.Sent.SelectMany(batch => batch.Entries).Last());
        Assert.Equal(authorised.EntryId, abort.AbortOf);
        Assert.NotEqual(authorised.EntryId, abort.EntryId);
        Assert.Equal((null, null, null), (abort.BodyDigest, abort.DigestKey, abort.Justification));
        Assert.Equal(authorised.Records.Select(r => r.RecordId), abort.Records.Select(r => r.RecordId));
        Assert.NotEqual(authorised.Nonce.ToArray(), abort.Nonce.ToArray());
    }

    [Fact]
    public async Task Quiet_is_told_from_silence_by_heartbeats()
    {
        await AvailableAsync(new() { Heartbeat = TimeSpan.FromMilliseconds(20) });
        await UntilAsync(() => transport.Sent.Count >= 4);
        Assert.All(transport.Sent, batch => Assert.Equal((BatchKind.Heartbeat, 0), (batch.Kind, batch.Entries.Count)));
    }

    [Fact]
    public async Task The_last_batch_says_that_it_is_the_last()
    {
        var writer = await AvailableAsync(new());
        Assert.NotNull(await writer.RecordAsync(Entry()));
        await writer.StopAsync(CancellationToken.None);
        var last = transport.Sent[^1];
        Assert.Equal((BatchKind.Closing, 3L), (last.Kind, last.Sequence));
        Assert.Null(await writer.RecordAsync(Entry()));
        Assert.False(writer.IsAvailable);
    }

    [Fact]
    public async Task Stopped_while_the_broker_is_away_it_claims_no_orderly_end()
    {
        var writer = await AvailableAsync(new());
        transport.Behave(_ => throw new IOException("The broker is away."));
        Assert.Null(await writer.RecordAsync(Entry()));
        await writer.StopAsync(CancellationToken.None).WaitAsync(Long);
        Assert.DoesNotContain(transport.Sent, batch => batch.Kind == BatchKind.Closing);
    }

    private static DisclosureEntry Entry() => Entries.Golden with { EntryId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Nonce = RandomNumberGenerator.GetBytes(32) };

    private static LedgerBatch Decoded(byte[] bytes) => LedgerBatch.TryDecode(bytes, out var batch) ? batch : throw new InvalidOperationException("Not a batch.");

    private static DisclosureEntry Read(ReadOnlyMemory<byte> bytes) => DisclosureEntry.TryRead(bytes.Span, out var entry) ? entry : throw new InvalidOperationException("Not an entry.");

    /// <summary>Polls; ends by itself where the condition never comes true.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Long);
        while (!condition()) await Task.Delay(5, deadline.Token);
    }

    private async Task<LedgerWriter> StartedAsync(Settings settings)
    {
        running = new LedgerWriter(
            transport, disk.Keys,
            new LedgerWriterOptions
            {
                InstancePrefix = "gateway",
                ConfirmWithin = settings.ConfirmWithin,
                Heartbeat = settings.Heartbeat,
                MaxBatch = settings.MaxBatch,
                MaxWaiting = settings.MaxWaiting,
            },
            TimeProvider.System, NullLogger<LedgerWriter>.Instance);
        await running.StartAsync(CancellationToken.None);
        return running;
    }

    private async Task<LedgerWriter> AvailableAsync(Settings settings)
    {
        var writer = await StartedAsync(settings);
        await UntilAsync(() => writer.IsAvailable);
        while (transport.Unread.TryTake(out _)) { }
        return writer;
    }

    private sealed record Settings
    {
        public TimeSpan ConfirmWithin { get; init; } = Long;
        public TimeSpan Heartbeat { get; init; } = Long;
        public int MaxBatch { get; init; } = 256;
        public int MaxWaiting { get; init; } = 4096;
    }

    /// <summary>Keeps every batch it is given, and does with it what the test says.</summary>
    private sealed class HeldTransport : ILedgerTransport
    {
        private readonly ConcurrentQueue<byte[]> sent = new();
        private volatile Func<CancellationToken, Task> behaviour = _ => Task.CompletedTask;

        public BlockingCollection<LedgerBatch> Unread { get; } = [];

        public IReadOnlyList<byte[]> Bytes => [.. sent];

        public IReadOnlyList<LedgerBatch> Sent => [.. sent.Select(Decoded)];

        public void Behave(Func<CancellationToken, Task> how) => behaviour = how;

        /// <summary>The next batches wait until the result is set.</summary>
        public TaskCompletionSource Hold()
        {
            var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            behaviour = _ => release.Task;
            return release;
        }

        public async Task PublishAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
        {
            var bytes = batch.ToArray();
            sent.Enqueue(bytes);
            Unread.Add(Decoded(bytes), CancellationToken.None);
            await Task.Yield();
            await behaviour(cancellationToken);
        }

        public Task<LedgerBatch> NextAsync() =>
            Task.Run(() => Unread.TryTake(out var batch, Long) ? batch : throw new TimeoutException("No batch was sent."));
    }

    /// <summary>Keys of a gateway, in files as it wants them.</summary>
    private sealed class KeysOnDisk : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("partnership-keys-").FullName;

        public KeysOnDisk()
        {
            using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var seal = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var settings = new Dictionary<string, string?>
            {
                ["Ledger:SigningKeyFile"] = Written("signing", signing.ExportPkcs8PrivateKeyPem()),
                ["Ledger:SealPublicKeyFile"] = Written("seal", seal.ExportSubjectPublicKeyInfoPem()),
                ["Cursors:KeyFile"] = Written("cursor", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
            };
            Keys = new GatewayKeys(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        }

        public GatewayKeys Keys { get; }

        public void Dispose()
        {
            Keys.Signing.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        private string Written(string name, string text)
        {
            var path = Path.Combine(folder, name);
            File.WriteAllText(path, text);
            return path;
        }
    }
}
