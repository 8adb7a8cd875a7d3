using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Partnership.Ledger;

/// <summary>
/// InformationSharing's word, signed and good for a minute, that this register and these agreements are the ones in force.
/// Without a fresh one the gateway releases nothing.
/// </summary>
/// <param name="Sequence">Rises with every heartbeat.</param>
/// <param name="At">When it was signed.</param>
/// <param name="RegisterVersion">Version of the people register.</param>
/// <param name="RegisterDigest">SHA-256 of the register's bytes as they are served, lower-case hex.</param>
/// <param name="Agreements">Digest of the agreements' files (<see cref="AgreementFiles"/>).</param>
public sealed record Heartbeat(long Sequence, DateTimeOffset At, long RegisterVersion, string RegisterDigest, string Agreements)
{
    public const string HeaderName = "Sharing-Heartbeat";
    private const int MaxLength = 2048;

    // A signature of the same key under another text is none of a heartbeat.
    private static ReadOnlySpan<byte> Context => "partnership/heartbeat/v1\n"u8;

    /// <summary>The heartbeat as a header: its JSON and an ECDSA P-256 signature, each in base64url.</summary>
    public string Sign(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(this);
        byte[] signed = [.. Context, .. bytes];
        var signature = key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{Base64Url.EncodeToString(bytes)}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Null when it is not one that this key signed. Says nothing about its age.</summary>
    public static Heartbeat? Read(string? header, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (header is null || header.Length > MaxLength || header.Split('.') is not [var body, var signature] || !Base64Url.IsValid(body) || !Base64Url.IsValid(signature)) return null;
        var bytes = Base64Url.DecodeFromChars(body);
        byte[] signed = [.. Context, .. bytes];
        if (!key.VerifyData(signed, Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)) return null;
        try
        {
            return JsonSerializer.Deserialize<Heartbeat>(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The files agreements are made of, test cases left out.</summary>
public static class AgreementFiles
{
    /// <summary>Sorted by name, as they are compiled.</summary>
    public static IReadOnlyList<string> In(string folder) =>
        [.. Directory.GetFiles(folder, "*.yaml").Where(f => !f.EndsWith(".tests.yaml", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Lower-case hex SHA-256 over names and contents: the same on both sides when both have the same files.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Digest(string folder) => Digest(In(folder).Select(f => (Path.GetFileName(f), File.ReadAllBytes(f))));

    /// <summary>The same over contents that have been read.</summary>
    public static string Digest(IEnumerable<(string Name, byte[] Content)> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in files)
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
            hash.AppendData(SHA256.HashData(content));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
