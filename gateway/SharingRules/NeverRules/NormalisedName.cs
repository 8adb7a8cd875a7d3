using System.Globalization;
using System.Text;

namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// A name reduced to what two spellings of it share: no case, accents, punctuation, title or order of its words.
/// </summary>
/// <remarks>
/// Also taken as the same: words run together (O'Brien, O Brien; Anne-Marie, Annemarie), umlauts spelled out (Müller,
/// Mueller), and a first name against its initial (J Smith, John Smith) where another whole word is equal. An initial is
/// all that a victim or a register may know of a name, and a wrong denial costs the coordinator a minute while a wrong
/// release costs the victim's safety. A missing middle name is a different name: that is for a person to find.
/// </remarks>
internal sealed class NormalisedName
{
    /// <summary>More words than this are compared as a set, so that no name can make a decision slow.</summary>
    private const int MostWordsTried = 7;

    private static readonly HashSet<string> Titles = new(StringComparer.Ordinal)
    {
        "mr", "mrs", "ms", "miss", "mx", "master", "dr", "prof", "professor", "sir", "dame", "lord", "lady", "rev", "revd", "fr", "pc", "dc", "ds", "di",
        "sgt", "insp", "cllr",
    };

    private readonly string[] plain;
    private readonly string[] spelledOut;

    private NormalisedName(string[] plain, string[] spelledOut) => (this.plain, this.spelledOut) = (plain, spelledOut);

    /// <summary>Nothing in it can be compared.</summary>
    public bool IsEmpty => plain.Length == 0;

    public static NormalisedName Of(string name) => new(Words(name, spelledOut: false), Words(name, spelledOut: true));

    public bool IsSameAs(NormalisedName other) =>
        !IsEmpty && !other.IsEmpty && (Same(plain, other.plain) || Same(spelledOut, other.spelledOut));

    private static bool Same(string[] one, string[] other)
    {
        if (one.AsSpan().SequenceEqual(other)) return true;
        if (one.Length > MostWordsTried || other.Length > MostWordsTried) return false;
        return SameWords(one, other, 0, 0, wholeWord: false)
            || RunTogether(string.Concat(one), other, 0) || RunTogether(string.Concat(other), one, 0);
    }

    /// <summary>Whether each word of one pairs with a word of the other, equal or by initial, and one pair is whole.</summary>
    private static bool SameWords(string[] one, string[] other, int at, int used, bool wholeWord)
    {
        if (one.Length != other.Length) return false;
        if (at == one.Length) return wholeWord;
        for (var place = 0; place < other.Length; place++)
        {
            if ((used & (1 << place)) != 0) continue;
            var (word, candidate) = (one[at], other[place]);
            var equal = word == candidate;
            if (!equal && !(word.Length == 1 && candidate[0] == word[0]) && !(candidate.Length == 1 && word[0] == candidate[0])) continue;
            if (SameWords(one, other, at + 1, used | (1 << place), wholeWord || (equal && word.Length > 1))) return true;
        }

        return false;
    }

    /// <summary>Whether the words, in some order and without spaces, are the text.</summary>
    private static bool RunTogether(ReadOnlySpan<char> text, string[] words, int used)
    {
        if (text.IsEmpty) return used == (1 << words.Length) - 1;
        for (var place = 0; place < words.Length; place++)
            if ((used & (1 << place)) == 0 && text.StartsWith(words[place], StringComparison.Ordinal)
                && RunTogether(text[words[place].Length..], words, used | (1 << place)))
                return true;
        return false;
    }

    private static string[] Words(string name, bool spelledOut)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var at = 0; at < name.Length; at++)
        {
            var letter = name[at];
            if (IsInsideWord(letter)) continue;
            if (char.IsLetterOrDigit(letter) || char.IsSurrogate(letter) || IsMark(letter))
                word.Append(LetterFold.Fold(letter, at + 1 < name.Length ? name[at + 1] : ' ', spelledOut));
            else
                EndWord();
        }

        EndWord();
        while (words.Count > 2 && Titles.Contains(words[0])) words.RemoveAt(0);
        words.Sort(StringComparer.Ordinal);
        return [.. words];

        void EndWord()
        {
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
        }
    }

    /// <summary>Apostrophes of every kind, and letters nobody sees.</summary>
    private static bool IsInsideWord(char letter) =>
        letter is '\'' or '’' or '‘' or '`' or '´' or 'ʼ' or 'ʹ' or '′' || char.GetUnicodeCategory(letter) == UnicodeCategory.Format;

    private static bool IsMark(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
