using System.Globalization;
using System.Text.Json;

namespace Partnership.Marac.Input;

/// <summary>
/// Reads one JSON object field by field and notes every fault with its path, where a deserialiser would stop at the first
/// and quote the value. What cannot be read comes back as if it were absent.
/// </summary>
/// <remarks>Null, an empty text and an absent field are the same. Texts are trimmed.</remarks>
public sealed class BodyReader
{
    private const int MaxDepth = 16;

    private readonly JsonElement element;
    private readonly string path;
    private readonly InputReport report;
    private readonly List<string> known = [];

    private BodyReader(JsonElement element, string path, InputReport report) =>
        (this.element, this.path, this.report) = (element, path, report);

    /// <summary>Reads a whole body. Null, with an error in the report, when it is not one JSON object.</summary>
    public static T? Read<T>(ReadOnlyMemory<byte> body, InputReport report, Func<BodyReader, T> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(
                body, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                report.Error("body", InputCodes.NotAnObject, "Send one JSON object.");
                return null;
            }

            return ReadObject(document.RootElement, "", report, read);
        }
        catch (JsonException malformed)
        {
            // The exception's own message quotes the input.
            report.Error("body", InputCodes.MalformedJson, malformed.LineNumber is { } line
                ? $"This is not JSON we can read, or a field stands in it twice: see line {line + 1}, byte {malformed.BytePositionInLine + 1}."
                : "This is not JSON we can read, or a field stands in it twice.");
            return null;
        }
        catch (InvalidOperationException)
        {
            report.Error("body", InputCodes.NotUnicode, "The name of a field is not valid Unicode.");
            return null;
        }
    }

    /// <summary>Path of a field of this object, for rules that look at it later.</summary>
    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public string? Text(string name, int max, bool lines = false) =>
        Take(name) is { } value ? TextOf(value, PathOf(name), max, lines) : null;

    public IReadOnlyList<string> Texts(string name, int most, int max) =>
        Items(name, most, (item, at) => TextOf(item, at, max, lines: false));

    public int? Number(string name, int least, int most)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number))
            return Fault<int>(name, InputCodes.NotANumber, "Write a whole number such as 34, not a text or a range.");
        return number >= least && number <= most
            ? number
            : Fault<int>(name, InputCodes.OutOfRange, $"Write a number from {least} to {most}.");
    }

    public bool? Flag(string name) => Take(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => Fault<bool>(name, InputCodes.NotTrueOrFalse, "Write true or false."),
    };

    /// <summary>A calendar date. A date-time is refused: moving it between time zones moves a birthday.</summary>
    public DateOnly? Date(string name)
    {
        if (Text(name, 40) is not { } text) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
        return text.Length > 10 && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? Fault<DateOnly>(name, InputCodes.DateWithTime, "Write the date alone, as YYYY-MM-DD: a time zone would move it by a day.")
            : Fault<DateOnly>(name, InputCodes.NotADate, "Write a date as YYYY-MM-DD.");
    }

    /// <summary>A moment with its offset from UTC.</summary>
    public DateTimeOffset? Moment(string name)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String || TextOf(value, PathOf(name), 40, lines: false) is not { } text
            || !value.TryGetDateTimeOffset(out var moment))
        {
            return Fault<DateTimeOffset>(name, InputCodes.NotADateTime, "Write a date-time such as 2026-07-01T09:30:00Z.");
        }

        var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        return hasOffset
            ? moment.ToUniversalTime()
            : Fault<DateTimeOffset>(name, InputCodes.NoTimeZone, "Add the offset from UTC, such as Z or +01:00.");
    }

    public T? Code<T>(string name)
        where T : struct, Enum =>
        Take(name) is { } value ? CodeOf<T>(value, PathOf(name)) : null;

    public IReadOnlyList<T> Codes<T>(string name, int most)
        where T : struct, Enum =>
        Items(name, most, (item, at) => CodeOf<T>(item, at)).OfType<T>().ToList();

    public IReadOnlyList<Guid> Ids(string name, int most) =>
        Items(name, most, (item, at) =>
        {
            if (item.ValueKind == JsonValueKind.String && item.TryGetGuid(out var id)) return (Guid?)id;
            report.Error(at, InputCodes.NotAnId, "Write an id as this interface gave it.");
            return null;
        }).OfType<Guid>().ToList();

    public Guid? Id(string name)
    {
        if (Take(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id)
            ? id
            : Fault<Guid>(name, InputCodes.NotAnId, "Write an id as this interface gave it.");
    }

    /// <summary>Whether the field is there, where an absent list means something else than an empty one.</summary>
    public bool Has(string name) => Take(name) is not null;

    public T? Part<T>(string name, Func<BodyReader, T> read)
        where T : class =>
        Take(name) is { } value ? ObjectOf(value, PathOf(name), read) : null;

    public IReadOnlyList<T> Parts<T>(string name, int most, Func<BodyReader, T> read)
        where T : class =>
        Items(name, most, (item, at) => ObjectOf(item, at, read));

    private static T ReadObject<T>(JsonElement element, string path, InputReport report, Func<BodyReader, T> read)
    {
        var reader = new BodyReader(element, path, report);
        var result = read(reader);
        reader.RefuseUnknown();
        return result;
    }

    /// <summary>The unknown name itself is not repeated, since it may be anything; its place and the known names are.</summary>
    private void RefuseUnknown()
    {
        var place = 0;
        foreach (var property in element.EnumerateObject())
        {
            place++;
            if (!known.Contains(property.Name))
            {
                report.Error(path.Length == 0 ? "body" : path, InputCodes.UnknownField,
                    $"Field number {place} is not known here. Known are: {string.Join(", ", known)}.");
            }
        }
    }

    private JsonElement? Take(string name)
    {
        known.Add(name);
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private T? Fault<T>(string name, string code, string sentence)
        where T : struct
    {
        report.Error(PathOf(name), code, sentence);
        return null;
    }

    private List<T> Items<T>(string name, int most, Func<JsonElement, string, T?> read)
    {
        if (Take(name) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            report.Error(PathOf(name), InputCodes.NotAList, "Send a list.");
            return [];
        }

        if (value.GetArrayLength() > most)
        {
            report.Error(PathOf(name), InputCodes.TooMany, $"Send at most {most}.");
            return [];
        }

        var items = new List<T>();
        var place = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (read(item, $"{PathOf(name)}[{place}]") is { } one) items.Add(one);
            place++;
        }

        return items;
    }

    private T? ObjectOf<T>(JsonElement value, string at, Func<BodyReader, T> read)
        where T : class
    {
        if (value.ValueKind == JsonValueKind.Object) return ReadObject(value, at, report, read);
        report.Error(at, InputCodes.NotAnObject, "Send a JSON object.");
        return null;
    }

    private T? CodeOf<T>(JsonElement value, string at)
        where T : struct, Enum
    {
        if (value.ValueKind == JsonValueKind.String && TextOf(value, at, 100, lines: false) is { } text
            && WireCodes<T>.ByName.TryGetValue(text, out var code))
        {
            return code;
        }

        report.Error(at, InputCodes.UnknownCode, $"Write one of {string.Join(", ", WireCodes<T>.ByName.Keys)}.");
        return null;
    }

    private string? TextOf(JsonElement value, string at, int max, bool lines)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            report.Error(at, InputCodes.NotText, "Write a text in quotation marks.");
            return null;
        }

        string text;
        try
        {
            text = value.GetString()!.Trim();
        }
        catch (InvalidOperationException)
        {
            report.Error(at, InputCodes.NotUnicode, "This is not valid Unicode.");
            return null;
        }

        if (text.Length > max)
        {
            report.Error(at, InputCodes.TooLong, $"Write at most {max.ToString("N0", CultureInfo.InvariantCulture)} characters.");
            return null;
        }

        if (text.Any(c => char.IsControl(c) && !(lines && c is '\n' or '\r' or '\t')))
        {
            report.Error(at, InputCodes.ControlCharacter, "Leave out control characters.");
            return null;
        }

        return text.Length == 0 ? null : text;
    }
}

/// <summary>Codes as they stand on the wire.</summary>
internal static class WireCodes<T>
    where T : struct, Enum
{
    public static IReadOnlyDictionary<string, T> ByName { get; } =
        Enum.GetValues<T>().ToDictionary(value => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString()));
}
