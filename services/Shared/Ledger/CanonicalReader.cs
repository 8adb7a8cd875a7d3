using System.Buffers;
using System.Text;

namespace Partnership.Ledger;

/// <summary>
/// Walks bytes that must be exactly what <see cref="CanonicalJson"/> writes. Every method returns false for anything
/// else, another spelling of the same value included; after a false nothing more may be read.
/// </summary>
internal ref struct CanonicalReader(ReadOnlySpan<byte> bytes)
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x60).Where(b => b is not ('"' or '\\')).Select(b => (byte)b)]);

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> rest = bytes;

    public readonly bool AtEnd => rest.IsEmpty;

    /// <summary>Exactly these bytes come next.</summary>
    public bool Take(ReadOnlySpan<byte> literal)
    {
        if (!rest.StartsWith(literal)) return false;
        rest = rest[literal.Length..];
        return true;
    }

    /// <summary>A text.</summary>
    public bool Text(out string value)
    {
        value = "";
        if (!Take("\""u8)) return false;
        var end = rest.IndexOfAnyExcept(Plain);
        if (end < 0) return false;
        if (rest[end] == '"')
        {
            value = Encoding.ASCII.GetString(rest[..end]);
            rest = rest[(end + 1)..];
            return true;
        }

        return Unusual(out value);
    }

    /// <summary>A text or null.</summary>
    public bool TextOrNull(out string? value)
    {
        value = null;
        if (Take("null"u8)) return true;
        if (!Text(out var text)) return false;
        value = text;
        return true;
    }

    /// <summary>A list of texts.</summary>
    public bool Texts(out string[] values)
    {
        values = [];
        if (!Take("["u8)) return false;
        if (Take("]"u8)) return true;
        var found = new List<string>();
        do
        {
            if (!Text(out var value)) return false;
            found.Add(value);
        }
        while (Take(","u8));
        values = [.. found];
        return Take("]"u8);
    }

    public bool Boolean(out bool value)
    {
        value = Take("true"u8);
        return value || Take("false"u8);
    }

    /// <summary>A text with escapes or beyond ASCII: read leniently, then held against what we would have written.</summary>
    private bool Unusual(out string value)
    {
        value = "";
        var end = 0;
        while (end < rest.Length && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
        if (end >= rest.Length) return false;
        var raw = rest[..end];
        try
        {
            value = Unescape(Strict.GetString(raw));
            var written = new ArrayBufferWriter<byte>(raw.Length + 2);
            new CanonicalJson(written).Text(value);
            if (!written.WrittenSpan[1..^1].SequenceEqual(raw)) return false;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            return false;
        }

        rest = rest[(end + 1)..];
        return true;
    }

    /// <exception cref="FormatException">An escape that canonical JSON never writes.</exception>
    private static string Unescape(string raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            if (++i == raw.Length) throw new FormatException();
            text.Append(raw[i] switch
            {
                '"' or '\\' => raw[i],
                'b' => '\b',
                't' => '\t',
                'n' => '\n',
                'f' => '\f',
                'r' => '\r',
                // Only control characters are written so.
                'u' when raw.AsSpan(i).StartsWith("u00", StringComparison.Ordinal) && i + 4 < raw.Length => Control(raw.AsSpan(i + 3, 2), ref i),
                _ => throw new FormatException(),
            });
        }

        return text.ToString();
    }

    private static char Control(ReadOnlySpan<char> hex, ref int at)
    {
        at += 4;
        return (char)Convert.FromHexString(hex)[0];
    }
}
