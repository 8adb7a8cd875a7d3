using System.Text.RegularExpressions;

namespace Partnership.Marac.Content;

/// <summary>
/// Finds in a free text where the victim lives, can be rung, or where a child goes to school. Such a text must not reach
/// readers who may have the text and not the location.
/// </summary>
public static partial class LocationGuard
{
    private static readonly HashSet<string> StreetWords = new(StringComparer.Ordinal)
    {
        "road", "rd", "street", "st", "avenue", "ave", "close", "court", "ct", "drive", "dr", "lane", "ln", "way", "place", "pl",
        "crescent", "gardens", "grove", "terrace", "walk", "hill", "park", "row", "rise", "view", "green", "square", "mews",
        "house", "lodge", "villas", "parade", "end", "gate", "field", "fields", "meadow", "meadows", "croft", "wharf",
    };

    private static readonly HashSet<string> Flats = new(StringComparer.Ordinal) { "flat", "apartment", "apt", "unit", "room", "floor", "no", "number" };

    /// <summary>Too ordinary to tell a place without its number.</summary>
    private static readonly HashSet<string> Ordinary = new(StringComparer.Ordinal) { "the street", "the road", "the green", "the house", "the park" };

    /// <summary>Whether the text holds a location value of this content.</summary>
    public static bool IsIn(string text, ReferralContent content)
    {
        var words = $" {Comparable.Text(text)} ";
        if (Phrases(content).Any(phrase => words.Contains($" {phrase} ", StringComparison.Ordinal))) return true;
        var postcodes = PostcodesIn(text);
        if (content.Victim.Addresses.Any(a => a.Postcode is { } p && postcodes.Contains(Comparable.Postcode(p)))) return true;
        var phones = PhonesIn(text);
        return content.Victim.Phones.Any(p => phones.Contains(Comparable.Phone(p.Number)));
    }

    /// <summary>The same, and whether the text is an address of the victim, however it is written.</summary>
    public static bool TellsHome(string text, ReferralContent content) =>
        IsIn(text, content) || content.Victim.Addresses.Any(a => Comparable.IsSameAddress(a.Lines, a.Postcode, text));

    /// <summary>Every full postcode in a text, comparable.</summary>
    public static IReadOnlySet<string> PostcodesIn(string text) =>
        PostcodePattern().Matches(text).Select(m => Comparable.Postcode(m.Value)).ToHashSet();

    /// <summary>Everything in a text that is written as a phone number of ten digits or more, comparable.</summary>
    public static IReadOnlySet<string> PhonesIn(string text) =>
        PhonePattern().Matches(text).Where(m => m.Value.Count(char.IsAsciiDigit) >= 10).Select(m => Comparable.Phone(m.Value)).ToHashSet();

    private static IEnumerable<string> Phrases(ReferralContent content)
    {
        foreach (var part in content.Victim.Addresses.SelectMany(a => a.Lines).SelectMany(line => line.Split(',')))
        {
            if (StreetOf(part) is { } street) yield return street;
        }

        foreach (var school in content.Children.Select(c => c.School).OfType<string>().Select(Comparable.Text).Where(s => s.Length >= 5))
            yield return school;
    }

    /// <summary>The street of a line, without its number, so that naming the street alone is found; null for a town.</summary>
    private static string? StreetOf(string line)
    {
        var words = Comparable.Text(line).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var street = words.Where(w => !w.Any(char.IsAsciiDigit) && !Flats.Contains(w)).ToArray();
        var isStreet = street.Length >= 2 && (words.Length > street.Length || StreetWords.Contains(street[^1]));
        if (!isStreet) return null;
        var phrase = string.Join(' ', street);
        return Ordinary.Contains(phrase) ? string.Join(' ', words) : phrase;
    }

    [GeneratedRegex(@"\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PostcodePattern();

    [GeneratedRegex(@"\+?[0-9][0-9\s().-]{8,24}[0-9]", RegexOptions.CultureInvariant)]
    private static partial Regex PhonePattern();
}
