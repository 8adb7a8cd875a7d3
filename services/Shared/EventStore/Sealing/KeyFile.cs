using System.Security.Cryptography;

namespace Partnership.EventStore;

/// <summary>A key kept in a file outside the databases: 32 bytes, base64.</summary>
internal static class KeyFile
{
    /// <exception cref="InvalidOperationException">Missing, unreadable or not 32 bytes; names the setting, never the content.</exception>
    public static byte[] Read(string path, string setting)
    {
        if (string.IsNullOrEmpty(path))
            throw new InvalidOperationException($"{setting} is not set.");
        try
        {
            var key = Convert.FromBase64String(File.ReadAllText(path).Trim());
            return key.Length == DataKey.KeySize
                ? key
                : throw new InvalidOperationException($"{setting} must name a file with 32 bytes in base64.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new InvalidOperationException($"{setting} names a file that holds no readable key.", failure);
        }
    }

    /// <summary>A key for one use only, so that one file can serve several uses.</summary>
    public static byte[] For(byte[] key, ReadOnlySpan<byte> use) => HKDF.Expand(HashAlgorithmName.SHA256, key, DataKey.KeySize, use.ToArray());
}
