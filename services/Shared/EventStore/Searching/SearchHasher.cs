using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Partnership.EventStore;

/// <summary>HMAC-SHA256 under the service's search key, 16 bytes kept: enough to find, useless without the key.</summary>
internal sealed class SearchHasher : ISearchHasher
{
    private const int HashSize = 16;
    private const int MostNameParts = 6;

    private readonly byte[] searchKey;
    private readonly byte[] bodyKey;
    private readonly byte[] idempotencyKey;

    public SearchHasher(EventStoreOptions options)
    {
        var key = KeyFile.Read(options.SearchKeyFile, "EventStore:SearchKeyFile");
        searchKey = KeyFile.For(key, "search"u8);
        bodyKey = KeyFile.For(key, "body"u8);
        idempotencyKey = KeyFile.For(key, "idempotency"u8);
    }

    /// <summary>
    /// Kinds: <c>name</c> (all parts, any order), <c>name-sound</c> (the same by sound), <c>name-pair</c> (any two parts by
    /// sound, so that a middle name more or less still finds).
    /// </summary>
    public IReadOnlyList<SearchTerm> Name(string name)
    {
        var parts = NameNormaliser.Parts(name);
        if (parts.Count == 0)
            return [];
        var sounds = parts.Select(NameNormaliser.Sound).Distinct().Order(StringComparer.Ordinal).Take(MostNameParts).ToArray();
        var terms = new List<SearchTerm>
        {
            Hash("name", string.Join(' ', parts.Order(StringComparer.Ordinal))),
            Hash("name-sound", string.Join(' ', sounds)),
        };
        for (var i = 0; i < sounds.Length; i++)
        {
            for (var j = i + 1; j < sounds.Length; j++)
                terms.Add(Hash("name-pair", $"{sounds[i]} {sounds[j]}"));
        }

        return terms;
    }

    public SearchTerm DateOfBirth(DateOnly date) => Hash("date-of-birth", date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>British numbers with and without country code are the same number.</summary>
    public SearchTerm Phone(string number)
    {
        var digits = new string([.. number.Where(char.IsAsciiDigit)]);
        if (digits.StartsWith("0044", StringComparison.Ordinal))
            digits = digits[4..];
        else if (digits.StartsWith("44", StringComparison.Ordinal) && digits.Length > 10)
            digits = digits[2..];
        return Hash("phone", digits.TrimStart('0'));
    }

    public SearchTerm Postcode(string postcode) =>
        Hash("postcode", new string([.. postcode.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]));

    public SearchTerm Value(string kind, string value) => Hash(kind, string.Join(' ', NameNormaliser.Parts(value)));

    public byte[] Body(ReadOnlySpan<byte> body) => HMACSHA256.HashData(bodyKey, body);

    /// <summary>Whose key it is and the key itself, as one hash: nothing a client typed is stored.</summary>
    public byte[] Key(IdempotencyKey key)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, idempotencyKey);
        foreach (var part in (ReadOnlySpan<string?>)[key.Person, key.Agency, key.Hat, key.Route, key.Key])
            Add(hash, part);
        return hash.GetHashAndReset();
    }

    private SearchTerm Hash(string kind, string value)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, searchKey);
        Add(hash, kind);
        Add(hash, value);
        return new(kind, hash.GetHashAndReset()[..HashSize]);
    }

    /// <summary>Each part with its length, so that no two lists of parts run together into the same bytes.</summary>
    private static void Add(IncrementalHash hash, string? part)
    {
        Span<byte> length = stackalloc byte[4];
        var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
        BinaryPrimitives.WriteInt32BigEndian(length, part is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
