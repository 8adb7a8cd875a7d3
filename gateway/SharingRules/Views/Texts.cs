using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Partnership.SharingRules;

/// <summary>Questions about a JSON text that the reader itself does not answer, without making a string of it.</summary>
internal static class Texts
{
    /// <summary>
    /// Whether every <c>\u</c> escape of a UTF-16 surrogate has its partner. The reader accepts half a pair; a recipient's
    /// may refuse the whole answer or replace the character.
    /// </summary>
    public static bool HasWholeSurrogates(ReadOnlySpan<byte> escaped)
    {
        var expectsLow = false;
        for (var at = 0; at < escaped.Length; at++)
        {
            if (escaped[at] != '\\')
            {
                if (expectsLow) return false;
                continue;
            }

            at++;
            var unit = escaped[at] == 'u' ? Hex(escaped.Slice(at + 1, 4)) : 0;
            if (escaped[at] == 'u') at += 4;
            if (unit is >= 0xDC00 and <= 0xDFFF != expectsLow) return false;
            expectsLow = unit is >= 0xD800 and <= 0xDBFF;
        }

        return !expectsLow;
    }

    /// <summary>Whether the reader's text has nothing a person could see.</summary>
    public static bool IsBlank(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String) return false;
        var text = reader.ValueSpan;
        if (!reader.ValueIsEscaped) return IsBlank(text);

        // Blank texts are short; a long one that is all escapes is treated as text.
        if (text.Length > 1024 || !HasWholeSurrogates(text)) return false;
        Span<byte> unescaped = stackalloc byte[1024];
        return IsBlank(unescaped[..reader.CopyString(unescaped)]);
    }

    private static bool IsBlank(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out var length) != OperationStatus.Done) return false;
            if (!Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Control)) return false;
            text = text[length..];
        }

        return true;
    }

    private static int Hex(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits) value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return value;
    }
}
