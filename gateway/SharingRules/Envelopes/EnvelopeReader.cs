using System.Text.Json;
using System.Text.Unicode;
using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.SharingRules;

/// <summary>One record of a service's answer: its facts, parsed, and its data, as it stands.</summary>
public sealed record Envelope(string Type, Guid Id, RecordFacts Facts, ReadOnlyMemory<byte> Data);

/// <summary>The same, its data as a place in the bytes it was read from.</summary>
internal readonly record struct EnvelopeParts(string Type, Guid Id, RecordFacts Facts, int DataStart, int DataLength);

/// <summary>A page of a service's list.</summary>
public sealed record EnvelopePage(IReadOnlyList<Envelope> Items, string? Next);

/// <summary>
/// Reads what services answer. Strict, because a decision rests on it: members in their order, each once, none unknown,
/// names as they are spelled, facts complete. Never throws for any bytes.
/// </summary>
public static class EnvelopeReader
{
    /// <summary>As <see cref="WireJson"/> writes.</summary>
    internal const int DeepestNesting = 32;

    private const int LongestCursor = 4096;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = DeepestNesting, CommentHandling = JsonCommentHandling.Disallow };

    /// <summary>Reads <c>{"type","id","facts","data"}</c>. On failure <paramref name="failure"/> is one of <see cref="ReadFailures"/>.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, out Envelope? envelope, out string? failure) =>
        TryRead(body, withData: true, out envelope, out failure);

    /// <summary>Reads <c>{"type","id","facts"}</c>, the answer of a facts endpoint; <see cref="Envelope.Data"/> is empty.</summary>
    public static bool TryReadFacts(ReadOnlyMemory<byte> body, out Envelope? envelope, out string? failure) =>
        TryRead(body, withData: false, out envelope, out failure);

    /// <summary>Reads <c>{"items":[…],"next":…}</c>; <c>next</c> may be null or absent.</summary>
    public static bool TryReadPage(ReadOnlyMemory<byte> body, out EnvelopePage? page, out string? failure)
    {
        page = null;
        if (!Utf8.IsValid(body.Span)) return Failed(ReadFailures.NotUtf8, out failure);
        try
        {
            var reader = new Utf8JsonReader(body.Span, Strict);
            failure = Page(ref reader, body, out page);
            if (failure is null && reader.Read()) failure = ReadFailures.NotJson;
        }
        catch (JsonException)
        {
            failure = ReadFailures.NotJson;
        }

        if (failure is not null) page = null;
        return failure is null;
    }

    private static bool TryRead(ReadOnlyMemory<byte> body, bool withData, out Envelope? envelope, out string? failure)
    {
        envelope = null;
        if (!Utf8.IsValid(body.Span)) return Failed(ReadFailures.NotUtf8, out failure);
        try
        {
            var reader = new Utf8JsonReader(body.Span, Strict);
            failure = reader.Read() ? Record(ref reader, body, withData, out envelope) : ReadFailures.NotJson;
            if (failure is null && reader.Read()) failure = ReadFailures.NotJson;
        }
        catch (JsonException)
        {
            failure = ReadFailures.NotJson;
        }

        if (failure is not null) envelope = null;
        return failure is null;
    }

    private static bool Failed(string code, out string? failure)
    {
        failure = code;
        return false;
    }

    private static string? Page(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, out EnvelopePage? page)
    {
        page = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return ReadFailures.WrongKind;
        if (Member(ref reader, "items"u8) is { } noItems) return noItems;
        if (reader.TokenType != JsonTokenType.StartArray) return ReadFailures.WrongKind;
        var items = new List<Envelope>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Record(ref reader, body, withData: true, out var item) is { } broken) return broken;
            items.Add(item!);
        }

        string? next = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!IsPlainly(ref reader, "next"u8)) return Unexpected(ref reader, "items"u8, "next"u8);
            reader.Read();
            next = PlainText(ref reader, LongestCursor);
            if (next is null && reader.TokenType != JsonTokenType.Null) return ReadFailures.WrongKind;
            reader.Read();
        }

        if (reader.TokenType == JsonTokenType.PropertyName) return Unexpected(ref reader, "items"u8, "next"u8);
        if (reader.TokenType != JsonTokenType.EndObject) return ReadFailures.WrongKind;
        page = new EnvelopePage(items, next);
        return null;
    }

    /// <summary>A record whose first token has been read; leaves the reader on its last.</summary>
    private static string? Record(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, bool withData, out Envelope? envelope)
    {
        var failure = Record(ref reader, body.Span, withData, out var parts);
        envelope = failure is null ? new Envelope(parts.Type, parts.Id, parts.Facts, body.Slice(parts.DataStart, parts.DataLength)) : null;
        return failure;
    }

    /// <summary>The same by places; also for a record inside another's data.</summary>
    internal static string? Record(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, bool withData, out EnvelopeParts parts)
    {
        parts = default;
        if (reader.TokenType != JsonTokenType.StartObject) return ReadFailures.WrongKind;
        if (Member(ref reader, "type"u8) is { } noType) return noType;
        if (PlainText(ref reader, 100) is not { Length: > 0 } type) return ReadFailures.WrongKind;
        if (Member(ref reader, "id"u8) is { } noId) return noId;
        if (PlainText(ref reader, 36) is not { Length: 36 } text || !Guid.TryParseExact(text, "D", out var id)) return ReadFailures.WrongKind;
        if (Member(ref reader, "facts"u8) is { } noFacts) return noFacts;
        if (reader.TokenType != JsonTokenType.StartObject) return ReadFailures.WrongKind;
        if (FactsReader.Read(body[Slice(ref reader)]) is not { } facts) return ReadFailures.BadFacts;
        var data = 0..0;
        if (withData)
        {
            if (Member(ref reader, "data"u8) is { } noData) return noData;
            if (reader.TokenType != JsonTokenType.StartObject) return ReadFailures.WrongKind;
            data = Slice(ref reader);
        }

        reader.Read();
        if (reader.TokenType == JsonTokenType.PropertyName) return Unexpected(ref reader, "type"u8, "id"u8, "facts"u8, withData ? "data"u8 : default);
        if (reader.TokenType != JsonTokenType.EndObject) return ReadFailures.WrongKind;
        parts = new EnvelopeParts(type, id, facts, data.Start.Value, data.End.Value - data.Start.Value);
        return null;
    }

    /// <summary>Steps onto the value of the member that must come next; a code when another or none does.</summary>
    private static string? Member(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName || !IsPlainly(ref reader, name)) return ReadFailures.UnexpectedMember;
        reader.Read();
        return null;
    }

    private static bool IsPlainly(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => !reader.ValueIsEscaped && reader.ValueSpan.SequenceEqual(name);

    private static string Unexpected(ref Utf8JsonReader reader, ReadOnlySpan<byte> one, ReadOnlySpan<byte> two, ReadOnlySpan<byte> three = default, ReadOnlySpan<byte> four = default) =>
        reader.ValueTextEquals(one) || reader.ValueTextEquals(two)
        || (!three.IsEmpty && reader.ValueTextEquals(three)) || (!four.IsEmpty && reader.ValueTextEquals(four))
            ? ReadFailures.DuplicateMember
            : ReadFailures.UnexpectedMember;

    /// <summary>A text of codes: short and without escapes. Null for anything else.</summary>
    private static string? PlainText(ref Utf8JsonReader reader, int longest) =>
        reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length <= longest ? reader.GetString() : null;

    /// <summary>The place of the object the reader stands at the start of; leaves the reader at its end.</summary>
    private static Range Slice(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }
}
