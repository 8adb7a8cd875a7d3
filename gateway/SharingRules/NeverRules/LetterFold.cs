using System.Globalization;

namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// Letters without case, accents and typographic form. Written out because the platform runs without the operating
/// system's language data, where <see cref="string.Normalize()"/> leaves everything but ASCII as it is.
/// </summary>
internal static class LetterFold
{
    /// <summary>U+00C0 to U+024F: the letter each stands for.</summary>
    private const string Latin =
        "aaaaaaæceeeeiiiidnooooo×øuuuuyþßaaaaaaæceeeeiiiidnooooo÷øuuuuyþyaaaaaaccccccccddddeeeeeeeeeegggg" +
        "gggghhhhiiiiiiiiiiĳĳjjkkkllllllllllnnnnnnnnnooooooœœrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs" +
        "bbbbƅƅoccddddƍǝaeffgɣƕɩikklƛmnnoooƣƣppʀƨƨʃƪttttuuuvyyzzʒƹƹƺƻƽƽƾƿǀǁǂǃǆǆǆǉǉǉǌǌǌaaiioouuuuuuuuuuaaa" +
        "aaææggggkkooooʒʒjǳǳǳggƕƿnnaaææøøaaaaeeeeiiiioooorrrruuuussttȝȝhhnȡȣȣzzaaeeooooooooyyȴȵȶjȸȹaccltȿ" +
        "ɀɂɂbuʌeejjqqrryy";

    /// <summary>U+1E00 to U+1EFF: the letter each stands for.</summary>
    private const string LatinAdditional =
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr" +
        "ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyasssßẟaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee" +
        "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyỻỻỽỽỿỿ";

    /// <summary>U+0386 to U+045F: the letter each stands for.</summary>
    private const string GreekAndCyrillic =
        "α·εηι.ο.υωιαβγδεζηθικλμνξοπρ.στυφχψωιυαεηιυαβγδεζηθικλμνξοπρσστυφχψωιυουωϗβθυυυφπϗϙϙϛϛϝϝϟϟϡϡϣϣϥϥ" +
        "ϧϧϩϩϫϫϭϭϯϯκρσϳθε϶ϸϸσϻϻϼͻͼͽееђгєѕііјљњћкиуџабвгдежзииклмнопрстуфхцчшщъыьэюяабвгдежзииклмнопрстуфх" +
        "цчшщъыьэюяееђгєѕііјљњћкиуџ";

    /// <summary>
    /// The letters one character of a name stands for; empty for a mark that only changes its neighbour.
    /// <paramref name="spelledOut"/> writes umlauts as two letters (Müller, Mueller).
    /// </summary>
    public static string Fold(char letter, char next, bool spelledOut)
    {
        if (spelledOut && SpelledOut(letter, next) is { } two) return two;
        var folded = letter switch
        {
            < '\u0080' => char.ToLowerInvariant(letter),
            >= '\u00C0' and <= '\u024F' => Latin[letter - '\u00C0'],
            >= '\u1E00' and <= '\u1EFF' => LatinAdditional[letter - '\u1E00'],
            >= '\u0386' and <= '\u045F' => GreekAndCyrillic[letter - '\u0386'],
            >= '\uFF01' and <= '\uFF5E' => char.ToLowerInvariant((char)(letter - 0xFEE0)),
            _ => char.ToLowerInvariant(letter),
        };
        return folded switch
        {
            'æ' => "ae",
            'œ' => "oe",
            'ß' => "ss",
            'þ' => "th",
            'ø' => "o",
            'ĳ' => "ij",
            'ǆ' => "dz",
            'ǉ' => "lj",
            'ǌ' => "nj",
            'ǳ' => "dz",
            '\uFB00' => "ff",
            '\uFB01' => "fi",
            '\uFB02' => "fl",
            '\uFB03' => "ffi",
            '\uFB04' => "ffl",
            '\uFB05' or '\uFB06' => "st",
            _ => IsMark(folded) ? "" : folded.ToString(),
        };
    }

    private static bool IsMark(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;

    private static string? SpelledOut(char letter, char next)
    {
        const char diaeresis = '\u0308';
        const char ring = '\u030A';
        return letter switch
        {
            'ä' or 'Ä' => "ae",
            'ö' or 'Ö' or 'ø' or 'Ø' => "oe",
            'ü' or 'Ü' => "ue",
            'å' or 'Å' => "aa",
            'a' or 'A' when next == diaeresis => "ae",
            'o' or 'O' when next == diaeresis => "oe",
            'u' or 'U' when next == diaeresis => "ue",
            'a' or 'A' when next == ring => "aa",
            _ => null,
        };
    }
}
