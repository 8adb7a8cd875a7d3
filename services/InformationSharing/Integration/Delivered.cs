using System.Security.Cryptography;
using Partnership.Ledger;

namespace Partnership.InformationSharing;

/// <summary>One message of the ledger's queue, read without believing it, before anything is known of what is stored.</summary>
public sealed record Delivered
{
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>SHA-256 of the bytes; of a batch, the hash its successor names it by.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Null when the bytes are no batch.</summary>
    public required LedgerBatch? Batch { get; init; }

    /// <summary>Signed by one of the gateways' keys.</summary>
    public required bool SignatureOk { get; init; }

    /// <summary>The batch's entries in order; empty when the bytes are no batch.</summary>
    public required IReadOnlyList<DeliveredEntry> Entries { get; init; }

    /// <summary>Reads, hashes and verifies; never throws for any bytes.</summary>
    public static Delivered Read(ReadOnlyMemory<byte> bytes, IReadOnlyList<ECDsa> gatewayKeys)
    {
        var hash = LedgerBatch.HashOf(bytes.Span);
        if (!LedgerBatch.TryDecode(bytes, out var batch))
            return new Delivered { Bytes = bytes, Hash = hash, Batch = null, SignatureOk = false, Entries = [] };

        var signed = false;
        foreach (var key in gatewayKeys) signed = signed || LedgerBatch.Verify(bytes.Span, key);
        return new Delivered
        {
            Bytes = bytes,
            Hash = hash,
            Batch = batch,
            SignatureOk = signed,
            Entries = [.. batch.Entries.Select(DeliveredEntry.Read)],
        };
    }
}

/// <summary>The bytes of one entry and, where they are version 1, what it is found by.</summary>
public sealed record DeliveredEntry(ReadOnlyMemory<byte> Bytes, byte[] LeafHash, EntryIndex? Index)
{
    public static DeliveredEntry Read(ReadOnlyMemory<byte> bytes) => new(
        bytes,
        DisclosureEntry.LeafHash(bytes.Span),
        DisclosureEntry.TryRead(bytes.Span, out var entry) ? EntryIndex.Of(entry) : null);
}

/// <summary>What an entry is found by. Derived from its bytes alone, so that an index can always be made again.</summary>
public sealed record EntryIndex(
    Guid EntryId,
    string Scheme,
    DateTimeOffset At,
    IReadOnlyList<string> Records,
    IReadOnlyList<string> Subjects,
    IReadOnlyList<string> Agencies,
    string? TraceParent)
{
    /// <summary>Longest value that is indexed. Ids and codes are far shorter; a database index has a limit of its own.</summary>
    private const int MaxValueLength = 200;

    /// <summary>Null when a value cannot be indexed, which no gateway writes.</summary>
    public static EntryIndex? Of(DisclosureEntry entry)
    {
        var index = new EntryIndex(
            entry.EntryId,
            entry.Service,
            entry.At,
            Distinct(entry.Records.Select(r => r.RecordId).OfType<string>()),
            Distinct(entry.Records.SelectMany(r => r.SubjectIds)),
            Distinct(AgenciesOf(entry)),
            entry.TraceParent);
        return index.Records.Concat(index.Subjects).Concat(index.Agencies).Append(index.Scheme).All(IsIndexable) ? index : null;
    }

    /// <summary>The agency of whoever acted and every agency that received something: <c>CON/PVP</c> is CON.</summary>
    public static IEnumerable<string> AgenciesOf(DisclosureEntry entry) =>
        entry.Recipients.Select(r => r.Split('/', 2)[0]).Prepend(entry.Actor.Agency);

    private static List<string> Distinct(IEnumerable<string> values) => [.. values.Distinct(StringComparer.Ordinal)];

    // PostgreSQL's text holds no NUL.
    private static bool IsIndexable(string value) => value.Length <= MaxValueLength && !value.Contains('\0', StringComparison.Ordinal);
}
