using System.Security.Cryptography;
using System.Text;
using Partnership.Ledger;
using RabbitMQ.Client;

namespace Partnership.Tests.Platform.InformationSharing;

/// <summary>Makes and publishes batches as a gateway instance does: numbered, chained, signed, mandatory, confirmed.</summary>
internal sealed class TestGateway(string instance, ECDsa key, ECDiffieHellman seal) : IDisposable
{
    private readonly SealedBox box = SealedBox.To(seal);
    private readonly TimeProvider clock = TimeProvider.System;
    private byte[] previous = new byte[32];

    public string Instance => instance;
    public long Sequence { get; private set; }

    public void Dispose() => box.Dispose();

    /// <summary>The next batch; kept or published by whoever asked for it.</summary>
    public byte[] Next(params DisclosureEntry[] entries) =>
        Next(entries.Length == 0 ? BatchKind.Heartbeat : BatchKind.Entries, [.. entries.Select(e => e.ToBytes())]);

    public byte[] Next(BatchKind kind, params byte[][] entries)
    {
        var bytes = LedgerBatch.Encode(kind, instance, ++Sequence, previous, [.. entries.Select(e => (ReadOnlyMemory<byte>)e)], key);
        previous = LedgerBatch.HashOf(bytes);
        return bytes;
    }

    public DisclosureEntry Entry(
        string scheme = "marac", string? record = null, string? subject = null, string agency = "CFRS", string[]? recipients = null,
        DateTimeOffset? at = null, string? justification = null, string? traceParent = null, string outcome = LedgerOutcomes.Permit)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        return new DisclosureEntry
        {
            EntryId = id,
            At = at ?? clock.GetUtcNow(),
            Operation = LedgerOperations.Consultation,
            Outcome = outcome,
            Actor = new EntryActor("p.test", agency, null, "marac-representative", null, null),
            Service = scheme,
            PurposeCode = "marac-meeting",
            Justification = justification is null ? null : box.Seal(Encoding.UTF8.GetBytes(justification), id, "justification"),
            PolicyVersion = "1",
            Recipients = recipients ?? [agency],
            Channel = "API",
            DigestKey = box.Seal(RandomNumberGenerator.GetBytes(32), id, "digestKey"),
            BodyDigest = "AAAA",
            TraceParent = traceParent,
            Nonce = RandomNumberGenerator.GetBytes(32),
            Records =
            [
                new EntryRecord
                {
                    RecordType = "marac.case",
                    RecordId = record ?? Guid.CreateVersion7(clock.GetUtcNow()).ToString(),
                    SubjectIds = subject is null ? [] : [subject],
                    FieldGroups = ["meta"],
                    HeldBack = ["victim-location"],
                    MasksApplied = [],
                    DecisionRule = ["marac/4.1"],
                    Facts = new Dictionary<string, bool> { ["member"] = true },
                },
            ],
        };
    }

    public static Task PublishAsync(IChannel channel, byte[] batch) =>
        channel.BasicPublishAsync("", LedgerQueue.Name, mandatory: true, new BasicProperties { Persistent = true }, batch).AsTask();
}
