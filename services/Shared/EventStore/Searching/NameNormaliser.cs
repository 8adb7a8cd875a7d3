using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Partnership.EventStore;

/// <summary>
/// What makes two spellings of a name alike: case, diacritics, apostrophes and hyphens, and roughly the sound. It only
/// raises candidates; a person decides. Names in other scripts than Latin are found as they are written.
/// </summary>
internal static class NameNormaliser
{
    // By table: the hosts run without ICU, where .NET's own decomposition does nothing.
    private static readonly FrozenDictionary<char, string> Folds = Fold(
        "àáâãāăąǎ:a", "äæǽ:ae", "å:a", "çćĉċč:c", "ďđð:d", "èéêëēĕėęěə:e", "ĝğġģ:g", "ĥħ:h", "ìíîïĩīĭįı:i", "ĵ:j", "ķ:k", "ĺļľŀł:l",
        "ñńņňŉŋ:n", "òóôõōŏőǒ:o", "öøœǿ:oe", "ŕŗř:r", "śŝşšș:s", "ß:ss", "ţťŧț:t", "þ:th", "ùúûũūŭůűųǔ:u", "ü:ue", "ŵ:w", "ýÿŷ:y", "źżž:z");

    /// <summary>Lower-case parts of a name, without diacritics; hyphens part them, apostrophes do not, and O, Mc and Mac belong to what follows.</summary>
    public static IReadOnlyList<string> Parts(string name)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        foreach (var character in name)
        {
            var lower = char.ToLowerInvariant(character);
            if (Folds.TryGetValue(lower, out var fold))
                part.Append(fold);
            else if (char.IsLetterOrDigit(lower))
                part.Append(lower);
            else if (CharUnicodeInfo.GetUnicodeCategory(lower) is not UnicodeCategory.NonSpacingMark && lower is not ('\'' or '’' or '‘' or '`' or '.'))
                End();
        }

        End();
        return parts;

        void End()
        {
            if (part.Length > 0 && parts is [.., "o" or "mc" or "mac"])
                parts[^1] += part.ToString();
            else if (part.Length > 0)
                parts.Add(part.ToString());
            part.Clear();
        }
    }

    /// <summary>A code of how a part sounds in English, after the fashion of Metaphone: first sound, then consonants.</summary>
    public static string Sound(string part)
    {
        var text = new StringBuilder(part);
        // German and Scandinavian vowels arrive as two letters or as one.
        text.Replace("ae", "a").Replace("oe", "o").Replace("ue", "u");
        text.Replace("sch", "x").Replace("sh", "x").Replace("tch", "x").Replace("ch", "x").Replace("ph", "f").Replace("gh", "").Replace("ck", "k")
            .Replace("th", "t").Replace("dg", "j").Replace("qu", "k").Replace("ci", "si").Replace("ce", "se").Replace("cy", "sy")
            .Replace("tz", "s").Replace("wr", "r").Replace("wh", "w");
        if (text.Length > 1 && text[0] is 'k' or 'g' or 'p' && text.Length > 1 && text[1] is 'n')
            text.Remove(0, 1);
        if (text.Length > 3 && text[0] == 'm' && text[1] == 'a' && text[2] is 'c' or 'k')
            text.Remove(1, 1);
        text.Replace("c", "k").Replace("q", "k").Replace("z", "s").Replace("v", "f").Replace("y", "i").Replace("j", "g").Replace("d", "t").Replace("b", "p");
        var code = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            var vowel = letter is 'a' or 'e' or 'i' or 'o' or 'u' or 'w' or 'h';
            if (vowel && i > 0)
                continue;
            // Which vowel comes first is often misheard (Eileen, Aileen); that one does is not.
            var sound = letter is 'a' or 'e' or 'i' or 'o' or 'u' ? 'a' : letter;
            if (code.Length == 0 || code[^1] != sound)
                code.Append(sound);
        }

        return code.ToString();
    }

    private static FrozenDictionary<char, string> Fold(params ReadOnlySpan<string> rules)
    {
        var folds = new Dictionary<char, string>();
        foreach (var rule in rules)
        {
            var (from, to) = (rule[..rule.IndexOf(':', StringComparison.Ordinal)], rule[(rule.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            foreach (var letter in from)
                folds.TryAdd(letter, to);
        }

        return folds.ToFrozenDictionary();
    }
}
