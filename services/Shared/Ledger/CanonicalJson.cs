using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Partnership.Ledger;

/// <summary>
/// Writes the part of RFC 8785 (JSON Canonicalization Scheme) that entries need: objects whose members the caller gives
/// in order of their names' UTF-16 code units, strings, integers, true, false, null. No white space.
/// </summary>
/// <remarks>
/// Written here because these bytes are hashed for ever: no library's escaping choices may change them. What RFC 8785
/// cannot represent (a lone surrogate, an integer past 2^53) throws instead of being written as something else.
/// </remarks>
public sealed class CanonicalJson(IBufferWriter<byte> output)
{
    private const long MaxInteger = (1L << 53) - 1;
    /// <summary>ASCII that stands for itself.</summary>
    private static readonly SearchValues<char> Unescaped = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private readonly Stack<(bool IsObject, bool Any, string? Last)> levels = new();

    public void StartObject() => Start('{', isObject: true);

    public void EndObject() => End('}');

    public void StartArray() => Start('[', isObject: false);

    public void EndArray() => End(']');

    /// <summary>The name of the next member; must sort after the one before.</summary>
    /// <exception cref="InvalidOperationException">Out of order, which would not be canonical.</exception>
    public void Name(string name)
    {
        var (isObject, any, last) = levels.Pop();
        if (!isObject || (last is not null && string.CompareOrdinal(last, name) >= 0))
            throw new InvalidOperationException($"Member '{name}' is out of canonical order after '{last}'.");
        if (any) Byte(',');
        levels.Push((isObject, true, name));
        Quoted(name);
        Byte(':');
    }

    public void Text(string? value)
    {
        Separate();
        if (value is null) Raw("null"u8);
        else Quoted(value);
    }

    /// <exception cref="ArgumentOutOfRangeException">Beyond what every JSON reader keeps exactly.</exception>
    public void Number(long value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxInteger);
        ArgumentOutOfRangeException.ThrowIfLessThan(value, -MaxInteger);
        Separate();
        var span = output.GetSpan(20);
        Utf8Formatter.TryFormat(value, span, out var written);
        output.Advance(written);
    }

    public void Boolean(bool value)
    {
        Separate();
        Raw(value ? "true"u8 : "false"u8);
    }

    public void Member(string name, string? value)
    {
        Name(name);
        Text(value);
    }

    /// <summary>A list of strings in the order given.</summary>
    public void Member(string name, IReadOnlyList<string> values)
    {
        Name(name);
        StartArray();
        foreach (var value in values) Text(value);
        EndArray();
    }

    /// <summary>UTC, milliseconds, always the same 24 characters.</summary>
    public static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private void Start(char bracket, bool isObject)
    {
        Separate();
        Byte((byte)bracket);
        levels.Push((isObject, false, null));
    }

    private void End(char bracket)
    {
        levels.Pop();
        Byte((byte)bracket);
    }

    /// <summary>Inside an array every value but the first has a comma before it; inside an object the name wrote it.</summary>
    private void Separate()
    {
        if (levels.Count == 0 || levels.Peek().IsObject) return;
        var (isObject, any, last) = levels.Pop();
        if (any) Byte(',');
        levels.Push((isObject, true, last));
    }

    private void Quoted(string value)
    {
        Byte('"');
        var rest = value.AsSpan();
        if (!rest.ContainsAnyExcept(Unescaped))
        {
            // Ids, codes and base64url: nearly all of an entry. The same bytes, in one step.
            output.Advance(Encoding.ASCII.GetBytes(rest, output.GetSpan(rest.Length)));
            rest = default;
        }

        while (!rest.IsEmpty)
        {
            // A replacement character in place of a lone surrogate would make two different texts one.
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != OperationStatus.Done)
                throw new ArgumentException("Text with a lone surrogate has no canonical form.", nameof(value));
            rest = rest[length..];
            switch (rune.Value)
            {
                case '"': Raw("\\\""u8); break;
                case '\\': Raw("\\\\"u8); break;
                case '\b': Raw("\\b"u8); break;
                case '\t': Raw("\\t"u8); break;
                case '\n': Raw("\\n"u8); break;
                case '\f': Raw("\\f"u8); break;
                case '\r': Raw("\\r"u8); break;
                case < 0x20: Raw(Encoding.ASCII.GetBytes($"\\u{rune.Value:x4}")); break;
                default:
                    var span = output.GetSpan(4);
                    output.Advance(rune.EncodeToUtf8(span));
                    break;
            }
        }

        Byte('"');
    }

    private void Byte(char value) => Byte((byte)value);

    private void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private void Raw(ReadOnlySpan<byte> bytes) => output.Write(bytes);
}
