using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Partnership.Ledger;

/// <summary>
/// The header <c>Sharing-Record</c> of a released answer: the gateway's signed promise that the entry with this leaf hash
/// will stand in the ledger. The recipient can hold it against us.
/// </summary>
/// <remarks>
/// A dictionary of RFC 9651: <c>v=1, instance="…", seq=7, leaf=:base64:, sig=:base64:</c>. The signature is ECDSA P-256
/// with SHA-256 (64 bytes, r and s) over <c>"partnership-sharing-record-v1\n" | instance UTF-8 | "\n" | sequence u64
/// big-endian | leaf hash</c>. Sequence is that of the batch the entry went out in; at most 15 digits, as RFC 9651 has it. Frozen.
/// </remarks>
public sealed partial record SharingRecord(string Instance, long Sequence, ReadOnlyMemory<byte> LeafHash, ReadOnlyMemory<byte> Signature)
{
    public const string HeaderName = "Sharing-Record";

    public static SharingRecord Sign(string instance, long sequence, ReadOnlySpan<byte> leafHash, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNotEqual(leafHash.Length, 32, nameof(leafHash));
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, 999_999_999_999_999);
        if (!LedgerBatch.IsInstanceName(instance)) throw new ArgumentException("Not the name of a gateway instance.", nameof(instance));
        var signature = key.SignData(Signed(instance, sequence, leafHash), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return new SharingRecord(instance, sequence, leafHash.ToArray(), signature);
    }

    public bool Verify(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return LeafHash.Length == 32 && key.VerifyData(
            Signed(Instance, Sequence, LeafHash.Span), Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"v=1, instance=\"{Instance}\", seq={Sequence}, leaf=:{Convert.ToBase64String(LeafHash.Span)}:, sig=:{Convert.ToBase64String(Signature.Span)}:");

    public static bool TryParse(string? value, [NotNullWhen(true)] out SharingRecord? record)
    {
        record = null;
        var match = Format().Match(value ?? "");
        if (!match.Success || !long.TryParse(match.Groups["seq"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)) return false;
        var leaf = new byte[32];
        var signature = new byte[64];
        if (!Convert.TryFromBase64String(match.Groups["leaf"].Value, leaf, out var leafLength) || leafLength != 32) return false;
        if (!Convert.TryFromBase64String(match.Groups["sig"].Value, signature, out var signatureLength) || signatureLength != 64) return false;
        record = new SharingRecord(match.Groups["instance"].Value, sequence, leaf, signature);
        return true;
    }

    private static byte[] Signed(string instance, long sequence, ReadOnlySpan<byte> leafHash)
    {
        var head = Encoding.UTF8.GetBytes($"partnership-sharing-record-v1\n{instance}\n");
        var bytes = new byte[head.Length + 8 + leafHash.Length];
        head.CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(head.Length), sequence);
        leafHash.CopyTo(bytes.AsSpan(head.Length + 8));
        return bytes;
    }

    [GeneratedRegex("""^v=1, instance="(?<instance>[A-Za-z0-9._-]{1,100})", seq=(?<seq>[1-9][0-9]{0,14}), leaf=:(?<leaf>[A-Za-z0-9+/=]{44}):, sig=:(?<sig>[A-Za-z0-9+/=]{88}):\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Format();
}
