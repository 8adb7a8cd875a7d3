using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Partnership.Ledger;

/// <summary>What a batch says beside its entries.</summary>
public enum BatchKind : byte
{
    /// <summary>Entries of concurrent answers.</summary>
    Entries = 0,

    /// <summary>No entries: the gateway is alive and has nothing to record.</summary>
    Heartbeat = 1,

    /// <summary>The last of its instance: silence afterwards is no alarm.</summary>
    Closing = 2,
}

/// <summary>
/// One message to the ledger's queue: the entries of concurrent answers, chained to the batch before and signed by the
/// gateway instance. Version 1, frozen; <c>docs/ledger-format.md</c> describes it byte by byte.
/// </summary>
/// <remarks>
/// <c>"PLB1" | kind u8 | instance length u8 | instance ASCII | sequence u64 | SHA-256 of the batch before (zeros for the
/// first) | count u32 | (length u32 | entry)* | ECDSA P-256 SHA-256 signature (64 bytes, r and s) over all before it</c>;
/// integers big-endian.
/// </remarks>
public sealed record LedgerBatch
{
    public const int MaxInstanceLength = 100;
    private const int SignatureLength = 64;
    private static readonly SearchValues<char> InstanceCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static ReadOnlySpan<byte> Magic => "PLB1"u8;

    public required BatchKind Kind { get; init; }
    public required string Instance { get; init; }

    /// <summary>From 1, without gaps within an instance.</summary>
    public required long Sequence { get; init; }
    public required ReadOnlyMemory<byte> PreviousHash { get; init; }
    public required IReadOnlyList<ReadOnlyMemory<byte>> Entries { get; init; }

    /// <summary>
    /// Whether this can name a gateway instance: 1 to 100 letters, digits, dots, underscores and hyphens of ASCII. What
    /// a <c>Sharing-Record</c> header cannot hold must not be a batch's either, and no two byte strings may read alike.
    /// </summary>
    public static bool IsInstanceName(ReadOnlySpan<char> name) =>
        name.Length is >= 1 and <= MaxInstanceLength && !name.ContainsAnyExcept(InstanceCharacters);

    /// <exception cref="ArgumentException">
    /// The instance cannot be one, the sequence is under 1, the previous hash is not of 32 bytes (or, for the first
    /// batch, not zero), or the kind and the entries do not fit each other.
    /// </exception>
    public static byte[] Encode(
        BatchKind kind, string instance, long sequence, ReadOnlySpan<byte> previousHash, IReadOnlyList<ReadOnlyMemory<byte>> entries, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(entries);
        if (!IsInstanceName(instance)) throw new ArgumentException("Not the name of a gateway instance.", nameof(instance));
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(previousHash.Length, 32, nameof(previousHash));
        if (sequence == 1 && previousHash.ContainsAnyExcept((byte)0))
            throw new ArgumentException("The first batch has none before it.", nameof(previousHash));
        if (kind == BatchKind.Heartbeat && entries.Count > 0) throw new ArgumentException("A heartbeat has no entries.", nameof(entries));
        var name = Encoding.ASCII.GetBytes(instance);
        var size = 4 + 1 + 1 + name.Length + 8 + 32 + 4 + entries.Sum(e => 4 + e.Length) + SignatureLength;
        var bytes = new byte[size];
        var rest = bytes.AsSpan();
        Magic.CopyTo(rest);
        rest[4] = (byte)kind;
        rest[5] = (byte)name.Length;
        name.CopyTo(rest[6..]);
        rest = rest[(6 + name.Length)..];
        BinaryPrimitives.WriteInt64BigEndian(rest, sequence);
        previousHash.CopyTo(rest[8..]);
        BinaryPrimitives.WriteInt32BigEndian(rest[40..], entries.Count);
        rest = rest[44..];
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, entry.Length);
            entry.Span.CopyTo(rest[4..]);
            rest = rest[(4 + entry.Length)..];
        }

        key.SignData(bytes.AsSpan(0, size - SignatureLength), rest, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return bytes;
    }

    /// <summary>Hash by which the next batch names this one.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> batch) => SHA256.HashData(batch);

    /// <summary>Reads a batch without believing it; false when the bytes are not one. Copies nothing of <paramref name="bytes"/>.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out LedgerBatch? batch)
    {
        batch = null;
        var span = bytes.Span;
        if (span.Length < 6 + 44 + SignatureLength || !span[..4].SequenceEqual(Magic) || span[4] > (byte)BatchKind.Closing) return false;
        var kind = (BatchKind)span[4];
        int at = 6 + span[5];
        int end = span.Length - SignatureLength;
        if (at + 44 > end) return false;
        var instance = Encoding.Latin1.GetString(span[6..at]);
        if (!IsInstanceName(instance)) return false;
        var sequence = BinaryPrimitives.ReadInt64BigEndian(span[at..]);
        var previous = bytes.Slice(at + 8, 32);
        var count = BinaryPrimitives.ReadInt32BigEndian(span[(at + 40)..]);
        at += 44;
        if (sequence < 1 || count < 0 || count > (end - at) / 4) return false;
        var entries = new ReadOnlyMemory<byte>[count];
        for (var i = 0; i < count; i++)
        {
            if (end - at < 4) return false;
            var length = BinaryPrimitives.ReadInt32BigEndian(span[at..]);
            if (length < 0 || length > end - at - 4) return false;
            entries[i] = bytes.Slice(at + 4, length);
            at += 4 + length;
        }

        if (at != end) return false;
        batch = new LedgerBatch { Kind = kind, Instance = instance, Sequence = sequence, PreviousHash = previous, Entries = entries };
        return true;
    }

    /// <summary>Whether the signature at the end of <paramref name="bytes"/> is this gateway key's.</summary>
    public static bool Verify(ReadOnlySpan<byte> bytes, ECDsa gateway)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        return bytes.Length > SignatureLength && gateway.VerifyData(
            bytes[..^SignatureLength], bytes[^SignatureLength..], HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
