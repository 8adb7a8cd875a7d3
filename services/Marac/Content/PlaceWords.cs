using Partnership.Marac.Input;

namespace Partnership.Marac.Content;

/// <summary>Words of streets and schools in the one form in which they can be compared.</summary>
internal static class PlaceWords
{
    /// <summary>Ways to write one word. "St" is a street and a saint; both are written so, so that each finds the other.</summary>
    private static readonly Dictionary<string, string> Written =
        """
        rd=road street=st str=st saint=st ave=avenue av=avenue avn=avenue cl=close clo=close ct=court crt=court
        dr=drive drv=drive ln=lane la=lane pl=place cres=crescent cresc=crescent cr=crescent gdns=gardens gdn=gardens
        garden=gardens gr=grove grv=grove gro=grove terr=terrace ter=terrace tce=terrace sq=square pk=park hse=house
        ho=house pde=parade cott=cottage bldgs=buildings bldg=buildings apartment=flat apt=flat mt=mount nth=north
        sth=south gt=great lt=little blvd=boulevard one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9
        ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19
        twenty=20
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private static readonly HashSet<string> StreetKinds = new(StringComparer.Ordinal)
    {
        "road", "st", "avenue", "close", "court", "drive", "lane", "way", "place", "crescent", "gardens", "grove", "terrace", "walk", "hill",
        "park", "row", "rise", "view", "green", "square", "mews", "house", "lodge", "villas", "villa", "parade", "end", "gate", "field",
        "fields", "meadow", "meadows", "croft", "wharf", "cottage", "cottages", "farm", "barn", "manor", "hall", "tower", "towers", "flats",
        "buildings", "point", "quay", "bank", "drove", "fen", "chase", "mead", "orchard", "paddock", "paddocks", "common", "heights", "reach",
        "dale", "dene", "yard", "passage", "alley", "circus", "estate", "mount", "boulevard", "refuge", "hostel", "hotel", "bridge", "loke",
    };

    /// <summary>What stands before a name and is no part of it.</summary>
    private static readonly HashSet<string> Fillers = new(StringComparer.Ordinal) { "flat", "unit", "room", "floor", "no", "number", "block", "plot" };

    /// <summary>What people leave out of a school's name or put differently.</summary>
    private static readonly HashSet<string> SchoolKinds = new(StringComparer.Ordinal)
    {
        "school", "schools", "primary", "academy", "infant", "infants", "junior", "juniors", "nursery", "college", "secondary", "grammar",
        "preschool", "playgroup", "comprehensive",
    };

    private static readonly HashSet<string> SchoolFillers = new(StringComparer.Ordinal)
    {
        "the", "c", "of", "e", "ce", "rc", "church", "england", "catholic", "roman", "high", "community", "pre", "and", "voluntary", "aided",
        "controlled", "va", "vc", "free", "trust",
    };

    public static bool IsStreetKind(string word) => StreetKinds.Contains(word);

    public static bool IsFiller(string word) => Fillers.Contains(word);

    public static bool IsSchoolKind(string word) => SchoolKinds.Contains(word);

    public static bool IsSchoolFiller(string word) => SchoolFillers.Contains(word) || SchoolKinds.Contains(word);

    public static bool HasDigit(string word) => word.Any(char.IsAsciiDigit);

    public static string[] Of(string text) =>
        [.. Names.Key(text).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Written.GetValueOrDefault(word, word))];

    /// <summary>Where the phrase begins in the words; -1 when it is not there.</summary>
    public static int IndexOf(ReadOnlySpan<string> words, ReadOnlySpan<string> phrase)
    {
        for (var at = 0; phrase.Length > 0 && at + phrase.Length <= words.Length; at++)
            if (words.Slice(at, phrase.Length).SequenceEqual(phrase)) return at;
        return -1;
    }
}
