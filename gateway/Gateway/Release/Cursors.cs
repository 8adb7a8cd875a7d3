using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Partnership.Gateway.Release;

/// <summary>
/// Cursors of lists: the service's own position, encrypted and bound to the caller, purpose and query, so that nobody can
/// read one, make one, or use another's. All are of one length, because a position deep in the service's pages would
/// otherwise tell of the rows that were passed over on the way there.
/// </summary>
public sealed class Cursors(GatewayKeys keys)
{
    /// <summary>Longest position a service's cursor may make, in ASCII. With nonce and tag a multiple of three, so that a cursor has one spelling.</summary>
    public const int PositionLength = 383;
    private const int NonceLength = 12, TagLength = 16, MaxLength = 1024;
    private readonly byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, keys.Cursor, 32, info: "cursor"u8.ToArray());

    /// <exception cref="ArgumentException">The service's position is longer than any cursor.</exception>
    public string Encrypt(string position, string boundTo)
    {
        var plain = new byte[PositionLength];
        plain.AsSpan(Encoding.UTF8.GetBytes(position, plain)).Fill((byte)' ');
        var bytes = new byte[NonceLength + plain.Length + TagLength];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceLength));
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(bytes.AsSpan(0, NonceLength), plain, bytes.AsSpan(NonceLength, plain.Length), bytes.AsSpan(NonceLength + plain.Length), Encoding.UTF8.GetBytes(boundTo));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null when the cursor is not one this list gave this caller.</summary>
    public string? Decrypt(string cursor, string boundTo)
    {
        if (cursor.Length > MaxLength || !Base64Url.IsValid(cursor)) return null;
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length < NonceLength + TagLength) return null;
        var plain = new byte[bytes.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(key, TagLength);
        try
        {
            cipher.Decrypt(bytes.AsSpan(0, NonceLength), bytes.AsSpan(NonceLength, plain.Length), bytes.AsSpan(NonceLength + plain.Length), plain, Encoding.UTF8.GetBytes(boundTo));
        }
        catch (CryptographicException)
        {
            return null;
        }

        return Encoding.UTF8.GetString(plain).TrimEnd(' ');
    }
}
