using System.Text.RegularExpressions;
using Partnership.Marac.Input;

namespace Partnership.Marac.Content;

/// <summary>
/// Finds in a free text where the victim lives or lived, can be rung, or where a child goes to school. Such a text is held:
/// it reaches those with the victim's location only, until somebody clears it. Pure, so that it is asked again whenever a
/// location changes.
/// </summary>
public static partial class LocationGuard
{
    /// <summary>Ids of the locations a text tells, in a fixed order; none when it tells no place.</summary>
    public static IReadOnlyList<Guid> Told(string? text, Locations locations)
    {
        ArgumentNullException.ThrowIfNull(locations);
        if (string.IsNullOrWhiteSpace(text)) return [];
        var read = new ReadText(text);
        return [.. locations.All.Where(l => Tells(read, l, locations)).Select(l => l.Id).Distinct().Order()];
    }

    /// <summary>
    /// The hold on a text; null when it tells no location. The same text that tells of another location, after a move, is
    /// another hold. Made of ids alone: neither text nor place can be found out from it.
    /// </summary>
    /// <param name="textId">Names the text: the id of its item, or <see cref="NamedIds.Of"/> its record and field.</param>
    public static Guid? HoldOn(Guid textId, string? text, Locations locations) =>
        Told(text, locations) is { Count: > 0 } told ? HoldOf(textId, told) : null;

    /// <summary>The hold on a text that tells these locations.</summary>
    public static Guid HoldOf(Guid textId, IReadOnlyList<Guid> told) => NamedIds.Of(textId, string.Join('|', told));

    /// <summary>Whether a text has to wait: it tells a location and its hold has not been cleared.</summary>
    public static bool IsHeld(Guid textId, string? text, Locations locations, IReadOnlySet<Guid> cleared)
    {
        ArgumentNullException.ThrowIfNull(cleared);
        return HoldOn(textId, text, locations) is { } hold && !cleared.Contains(hold);
    }

    /// <summary>Whether the text tells a location of this content.</summary>
    public static bool IsIn(string text, ReferralContent content) => Told(text, Locations.Of(content)).Count > 0;

    /// <summary>Every full postcode in a text, comparable.</summary>
    public static IReadOnlySet<string> PostcodesIn(string text) =>
        PostcodePattern().Matches(text).Select(m => Comparable.Postcode(m.Value)).ToHashSet();

    /// <summary>Everything in a text that is written as a phone number of ten digits or more, comparable.</summary>
    public static IReadOnlySet<string> PhonesIn(string text) =>
        PhonePattern().Matches(text).Where(m => m.Value.Count(char.IsAsciiDigit) >= 10).Select(m => Comparable.Phone(m.Value)).ToHashSet();

    private static bool Tells(ReadText text, Location location, Locations all) =>
        (location.Postcode is { } postcode && text.HasPostcode(Comparable.Postcode(postcode)))
        || (location.Phone is { } phone && text.HasPhone(Comparable.Phone(phone)))
        || (location.School is { } school && TellsSchool(text, school, all))
        || TellsStreet(text, location.Lines)
        || Comparable.IsSameAddress(location.Lines, location.Postcode, text.Written);

    private static bool TellsStreet(ReadText text, IReadOnlyList<string> lines)
    {
        var parts = lines.SelectMany(line => line.Split(',', ';', '\n')).Select(PlaceWords.Of).Where(words => words.Length > 0).ToArray();
        for (var i = 0; i < parts.Length; i++)
        {
            if (Street.In(parts[i]) is { } street && street.IsIn(text, beside: parts.Skip(i + 1).FirstOrDefault())) return true;
        }

        return false;
    }

    /// <summary>By its whole name; by what sets it apart beside a word for a school; or where somebody is said to be at it.</summary>
    private static bool TellsSchool(ReadText text, string school, Locations all)
    {
        var name = PlaceWords.Of(school);
        if (name.Length == 0) return false;
        if (name.Length > 1 && text.Has(name)) return true;
        var apart = name.Where(word => !PlaceWords.IsSchoolFiller(word)).ToArray();
        if (apart.Length == 0) return false;
        var isTown = all.All.SelectMany(l => l.Lines).Select(PlaceWords.Of).Any(line => line.AsSpan().SequenceEqual(apart));
        var setsApart = !isTown && (apart.Length > 1 || apart[0].Length >= 6);
        foreach (var at in text.PlacesOf(apart))
        {
            if (text.After(at + apart.Length, 3).Any(PlaceWords.IsSchoolKind)) return true;
            if (setsApart && text.Before(at, 2).Any(IsWhere)) return true;
        }

        return false;
    }

    private static bool IsWhere(string word) => word is "at" or "to" or "attends" or "attending" or "attend" or "outside" or "near" or "from" or "by";

    [GeneratedRegex(@"\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PostcodePattern();

    [GeneratedRegex(@"\+?[0-9][0-9\s().-]{8,24}[0-9]", RegexOptions.CultureInvariant)]
    private static partial Regex PhonePattern();

    /// <summary>The street or named house of one line of an address.</summary>
    /// <param name="Name">Its words without number.</param>
    /// <param name="Numbers">Numbers of the line, such as <c>12</c> and <c>12a</c>.</param>
    private sealed record Street(string[] Name, string[] Numbers)
    {
        /// <summary>Null for a line that names a town or a flat alone.</summary>
        public static Street? In(string[] line)
        {
            var numbers = line.Where(PlaceWords.HasDigit).ToArray();
            var name = line.Where(word => !PlaceWords.HasDigit(word) && !PlaceWords.IsFiller(word) && word.Length > 1).ToArray();
            var kind = Array.FindIndex(name, Math.Min(1, name.Length), PlaceWords.IsStreetKind);
            if (kind > 0)
            {
                // "Acacia Avenue Peterborough" names the avenue; "Park View Road" is one name.
                while (kind + 1 < name.Length && PlaceWords.IsStreetKind(name[kind + 1])) kind++;
                return new Street(name[..(kind + 1)], numbers);
            }

            return name.Length > 0 && numbers.Length > 0 ? new Street(name, numbers) : null;
        }

        /// <param name="beside">The next line of the address, which tells an ordinary name such as "The Green" from others.</param>
        public bool IsIn(ReadText text, string[]? beside)
        {
            if (NumberedIn(text)) return true;
            if (Name[0] == "the" && Name.Length == 2) return beside is { Length: > 0 } && text.Has(Name) && text.Has(beside);
            return Name.Length > 1 ? text.Has(Name) : Name[0].Length >= 6 && text.NamesIt(Name[0]);
        }

        /// <summary>"12 Acacia", "12a, Acacia Av", "Acacia 12": the number beside the name, whatever kind of street it is called.</summary>
        private bool NumberedIn(ReadText text)
        {
            var bare = Name.Length > 1 && PlaceWords.IsStreetKind(Name[^1]) ? Name[..^1] : Name;
            if (bare is ["the"]) bare = Name;
            return Numbers.Any(number => text.Has([number, .. bare]) || text.Has([.. bare, number]));
        }
    }

    /// <summary>A text, read once for all comparisons.</summary>
    private sealed class ReadText(string written)
    {
        private readonly string[] words = PlaceWords.Of(written);

        public string Written { get; } = written;

        public bool Has(ReadOnlySpan<string> phrase) => PlaceWords.IndexOf(words, phrase) >= 0;

        public IEnumerable<int> PlacesOf(string[] phrase)
        {
            for (var at = 0; at + phrase.Length <= words.Length; at++)
                if (words.AsSpan(at, phrase.Length).SequenceEqual(phrase)) yield return at;
        }

        public IEnumerable<string> After(int at, int most) => words.Skip(at).Take(most);

        public IEnumerable<string> Before(int at, int most) => words.Skip(Math.Max(0, at - most)).Take(Math.Min(at, most));

        /// <summary>A single word is a name only where it is written as one, with a capital.</summary>
        public bool NamesIt(string word) =>
            Written.Split((char[])[' ', '\n', '\r', '\t', ',', '.', ';', ':', '(', ')', '!', '?', '"', '/'], StringSplitOptions.RemoveEmptyEntries)
                .Any(w => char.IsUpper(w[0]) && Names.Key(w) == word);

        /// <summary>However it is spaced, and with O for 0 or I for 1.</summary>
        public bool HasPostcode(string postcode) => postcode.Length >= 5 && HasSpaced(postcode, mostBetween: 3, StartsWord);

        /// <summary>However it is spaced, with or without the country; of a landline, also without its area code.</summary>
        public bool HasPhone(string phone)
        {
            if (phone.Length < 6) return false;
            var isLandline = phone.Length == 10 && phone[0] != '7';
            return HasSpaced(phone, mostBetween: 3, StartsNumber) || (isLandline && HasSpaced(phone[^6..], mostBetween: 1, StartsWord));
        }

        private bool StartsWord(int at) => at == 0 || !char.IsAsciiLetterOrDigit(Written[at - 1]);

        /// <summary>Right before a number's first digit stands nothing, the trunk 0 or the country.</summary>
        private bool StartsNumber(int at) =>
            at == 0 || !char.IsAsciiDigit(Written[at - 1]) || Written[at - 1] == '0' || (at > 1 && Written[(at - 2)..at] == "44");

        private bool HasSpaced(string sought, int mostBetween, Func<int, bool> mayStart)
        {
            for (var start = 0; start < Written.Length; start++)
            {
                if (Folded(Written[start]) == Folded(sought[0]) && mayStart(start) && EndOf(sought, start, mostBetween) is { } end
                    && (end == Written.Length || !char.IsAsciiLetterOrDigit(Written[end])))
                {
                    return true;
                }
            }

            return false;
        }

        private int? EndOf(string sought, int start, int mostBetween)
        {
            var (at, between) = (start, 0);
            foreach (var c in sought)
            {
                for (; at > start && at < Written.Length && !char.IsLetterOrDigit(Written[at]); at++)
                    if (++between > mostBetween) return null;

                if (at == Written.Length || Folded(Written[at]) != Folded(c)) return null;
                (at, between) = (at + 1, 0);
            }

            return at;
        }

        private static char Folded(char c) => char.ToUpperInvariant(c) switch { 'O' => '0', 'I' or 'L' => '1', var other => other };
    }
}
