using System.Globalization;
using System.Text;

namespace Partnership.Marac.Input;

/// <summary>What a name of a person may look like, and when two are the same.</summary>
public static class Names
{
    private static readonly HashSet<string> Placeholders = new(StringComparer.Ordinal)
    {
        "unknown", "not known", "notknown", "unk", "uk", "na", "n a", "none", "nil", "no", "tbc", "tba", "not given", "not disclosed",
        "withheld", "anonymous", "anon", "nk", "n k", "x", "xx", "xxx", "test", "victim", "perpetrator", "child", "male", "female",
    };

    /// <summary>The code of what is wrong with a name, or null. Any script is a name; symbols, digits and addresses are not.</summary>
    public static string? Fault(string name)
    {
        if (name.Contains('@', StringComparison.Ordinal)) return "name-is-email";
        foreach (var rune in name.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber:
                    return "name-has-digits";
                case UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.SpaceSeparator:
                    continue;
                default:
                    if (rune.Value is '-' or '\'' or '’' or '‘' or '`' or '.' or ',' or '(' or ')' or '/' or '·' or 0x2010 or 0x2011) continue;
                    return "name-has-symbols";
            }
        }

        var key = Key(name);
        if (key.Length == 0) return "name-has-symbols";
        return Placeholders.Contains(key) ? "name-is-placeholder" : null;
    }

    public static string SentenceOf(string fault) => fault switch
    {
        "name-is-email" => "Write a name here, not an e-mail address.",
        "name-has-digits" => "Write a name here, without digits.",
        "name-has-symbols" => "Write a name here, without symbols or pictures.",
        _ => "Write the name itself; leave the field out if it is not known.",
    };

    /// <summary>Lower case, letters and digits only, single spaces.</summary>
    public static string Key(string name)
    {
        var key = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c)) key.Append(char.ToLowerInvariant(c));
            else if (char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark) key.Append(c);
            else if (c is not ('\'' or '’' or '‘' or '`') && key.Length > 0 && key[^1] != ' ') key.Append(' ');
        }

        return key.ToString().TrimEnd();
    }

    /// <summary>The same parts, in any order and with any punctuation.</summary>
    public static bool Same(string one, string other) => InOrder(one).SequenceEqual(InOrder(other), StringComparer.Ordinal);

    private static IEnumerable<string> InOrder(string name) =>
        Key(name).Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
}
