using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Partnership.Contracts;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Writes and reads internal tokens: <c>base64url(JSON) "." base64url(HMAC-SHA256)</c>, the HMAC over the first part as it
/// stands, under a key of the one service the token is for.
/// </summary>
public static class InternalTokens
{
    /// <summary>Longest header a service looks at; a longer one is refused unread.</summary>
    public const int MaxLength = 24 * 1024;

    /// <summary>Digest of an empty body.</summary>
    public static string EmptyBodyDigest { get; } = BodyDigest([]);

    /// <summary>Lower-case hex SHA-256, as <see cref="InternalToken.BodyDigest"/> wants it.</summary>
    public static string BodyDigest(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>A fresh random id: ids must not be guessable, because one accepted elsewhere would burn ours.</summary>
    public static string NewId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    /// <summary>The header value. Only the gateway mints.</summary>
    /// <remarks>
    /// <see cref="InternalToken.Path"/> and <see cref="InternalToken.Query"/> are those of the request line to the service,
    /// escaped as sent (<see cref="Uri.AbsolutePath"/> and <see cref="Uri.Query"/> of the request message).
    /// </remarks>
    public static string Mint(InternalToken token, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(token);
        var payload = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(token, WireJson.Options));
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(payload), mac);
        return $"{payload}.{Base64Url.EncodeToString(mac)}";
    }

    /// <summary>The token, when the header is one minted under this key; null for anything else. Says nothing of its content.</summary>
    public static InternalToken? Open(string? header, ReadOnlySpan<byte> key)
    {
        if (header is null || header.Length > MaxLength || !Ascii.IsValid(header))
            return null;
        var dot = header.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0)
            return null;
        Span<byte> claimed = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (!TryDecode(header.AsSpan(dot + 1), claimed))
            return null;

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(header, 0, dot), mac);
        // Compared in constant time, and before the payload is so much as decoded.
        if (!CryptographicOperations.FixedTimeEquals(mac, claimed))
            return null;
        try
        {
            return JsonSerializer.Deserialize<InternalToken>(Base64Url.DecodeFromChars(header.AsSpan(0, dot)), WireJson.Options);
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            return null;
        }
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> exactly)
    {
        if (text.Length != Base64Url.GetEncodedLength(exactly.Length))
            return false;
        try
        {
            return Base64Url.TryDecodeFromChars(text, exactly, out var written) && written == exactly.Length;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
