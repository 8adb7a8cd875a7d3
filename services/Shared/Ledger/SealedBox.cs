using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Partnership.Ledger;

/// <summary>
/// Seals small values to the public key of InformationSharing, so that the gateway can write a justification or a digest
/// key into an entry and cannot read it back.
/// </summary>
/// <remarks>
/// ECDH P-256 with an ephemeral key, HKDF-SHA256 (salt: the ephemeral point; info: <c>partnership-seal-v1</c> and the
/// recipient's point, so that a value is bound to whom it was sealed for), AES-256-GCM. Text form:
/// <c>"1." base64url(ephemeral public point, 65 bytes | nonce, 12 | ciphertext | tag, 16)</c>. One ephemeral key serves a
/// box for its lifetime (minutes), with a fresh nonce a value, because deriving one for every answer costs more than the
/// rest of the entry. Associated data is the entry's id and the field's name: a sealed value moved elsewhere does not open.
/// </remarks>
public sealed class SealedBox : IDisposable
{
    private const int PointLength = 65, NonceLength = 12, TagLength = 16;

    private readonly byte[] point;
    private readonly AesGcm cipher;

    private SealedBox(byte[] point, byte[] key)
    {
        this.point = point;
        cipher = new AesGcm(key, TagLength);
    }

    /// <summary>A box to this recipient under a new ephemeral key. Safe for concurrent use.</summary>
    public static SealedBox To(ECDiffieHellman recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = Point(ephemeral.ExportParameters(false).Q);
        return new SealedBox(point, Derive(ephemeral, recipient.PublicKey, point, Point(recipient.ExportParameters(false).Q)));
    }

    public string Seal(ReadOnlySpan<byte> value, Guid entryId, string field)
    {
        var bytes = new byte[PointLength + NonceLength + value.Length + TagLength];
        point.CopyTo(bytes, 0);
        var nonce = bytes.AsSpan(PointLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        var ciphertext = bytes.AsSpan(PointLength + NonceLength, value.Length);
        lock (cipher)
            cipher.Encrypt(nonce, value, ciphertext, bytes.AsSpan(bytes.Length - TagLength), Associated(entryId, field));
        return "1." + Base64Url.EncodeToString(bytes);
    }

    /// <summary>Opens a sealed value with the recipient's private key.</summary>
    /// <exception cref="CryptographicException">Not sealed to this key, for this entry and field, or changed since.</exception>
    public static byte[] Open(string sealedValue, ECDiffieHellman recipient, Guid entryId, string field)
    {
        ArgumentNullException.ThrowIfNull(sealedValue);
        ArgumentNullException.ThrowIfNull(recipient);
        if (!sealedValue.StartsWith("1.", StringComparison.Ordinal)) throw new CryptographicException("Unknown form of sealed value.");
        byte[] bytes;
        try
        {
            bytes = Base64Url.DecodeFromChars(sealedValue.AsSpan(2));
        }
        catch (FormatException)
        {
            throw new CryptographicException("Not a sealed value.");
        }

        if (bytes.Length < PointLength + NonceLength + TagLength || bytes[0] != 4) throw new CryptographicException("Not a sealed value.");
        var ephemeralPoint = bytes[..PointLength];
        using var ephemeral = ImportPoint(ephemeralPoint);
        using var cipher = new AesGcm(
            Derive(recipient, ephemeral.PublicKey, ephemeralPoint, Point(recipient.ExportParameters(false).Q)), TagLength);
        var value = new byte[bytes.Length - PointLength - NonceLength - TagLength];
        cipher.Decrypt(
            bytes.AsSpan(PointLength, NonceLength), bytes.AsSpan(PointLength + NonceLength, value.Length), bytes.AsSpan(bytes.Length - TagLength), value, Associated(entryId, field));
        return value;
    }

    /// <exception cref="CryptographicException">The point does not lie on the curve.</exception>
    private static ECDiffieHellman ImportPoint(byte[] point) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = point[1..33], Y = point[33..65] },
    });

    public void Dispose() => cipher.Dispose();

    private static byte[] Derive(ECDiffieHellman own, ECDiffieHellmanPublicKey other, byte[] ephemeralPoint, byte[] recipientPoint)
    {
        var secret = own.DeriveRawSecretAgreement(other);
        var key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, secret, 32, salt: ephemeralPoint, info: [.. "partnership-seal-v1"u8, .. recipientPoint]);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    private static byte[] Associated(Guid entryId, string field) => Encoding.ASCII.GetBytes($"{entryId}|{field}");

    private static byte[] Point(ECPoint q)
    {
        var bytes = new byte[PointLength];
        bytes[0] = 4;
        q.X!.CopyTo(bytes, 1);
        q.Y!.CopyTo(bytes, 33);
        return bytes;
    }
}
