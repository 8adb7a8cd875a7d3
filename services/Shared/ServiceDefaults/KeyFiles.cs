namespace Partnership.ServiceDefaults;

/// <summary>Keys are files outside the databases, named in configuration.</summary>
public static class KeyFiles
{
    /// <summary>Reads a symmetric key of 32 bytes, kept as base64.</summary>
    /// <param name="setting">Name of the setting, for the message of a failure; the content never appears in one.</param>
    /// <exception cref="InvalidOperationException">The setting is empty, or the file is missing or not 32 bytes of base64.</exception>
    public static byte[] ReadSymmetric(string? path, string setting)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new InvalidOperationException($"{setting} is not set: it names the file of a 32-byte key in base64.");
        string text;
        try
        {
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The key file that {setting} names cannot be read.", error);
        }

        var key = new byte[32];
        return Convert.TryFromBase64String(text, key, out var written) && written == key.Length
            ? key
            : throw new InvalidOperationException($"The key file that {setting} names does not hold 32 bytes of base64.");
    }
}
