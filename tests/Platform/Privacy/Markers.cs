using System.Security.Cryptography;

namespace Partnership.Tests.Platform.Privacy;

/// <param name="Text">What is searched for: a word, a telephone number's digits, a date.</param>
/// <param name="Path">Where it was planted, such as <c>one:victim.phones[0].number</c>.</param>
public sealed record Marker(string Text, string Path);

/// <summary>
/// Hands out a marker for every place where somebody can write something. Words share a stem that no other text has, so
/// that one search for the stem finds all of them; what cannot be a word is searched for by itself.
/// </summary>
public sealed class Markers
{
    private const string Letters = "bcdfghjklmnpqrstvwxz";

    /// <summary>Of the last two letters.</summary>
    private const string Last = "abcdefghijklmnopqrstuvwxyz";

    private readonly List<Marker> planted = [];
    private int words;

    /// <summary>Six letters; a name may hold nothing else.</summary>
    public string Stem { get; } = NewStem();

    public IReadOnlyList<Marker> Planted => planted;

    public static string NewStem() => "Q" + RandomNumberGenerator.GetString(Letters, 5);

    /// <summary>Eight letters, which also pass for a name, a postcode and the local part of an e-mail address.</summary>
    public string Word(string path)
    {
        if (words == Last.Length * Last.Length)
            throw new InvalidOperationException("Two letters no longer tell the markers apart.");
        var word = $"{Stem}{Last[words / Last.Length]}{Last[words % Last.Length]}";
        words++;
        return Plant(word, path);
    }

    /// <summary>A telephone number of eleven digits, searched for without the nought that may be written as +44.</summary>
    public string Phone(string path) => "0" + Plant("7" + RandomNumberGenerator.GetString("123456789", 9), path);

    /// <summary>A day far from all that the tests write for other reasons.</summary>
    public string Day(string path, DateOnly day) => Plant(day.ToString("yyyy-MM-dd", null), path);

    private string Plant(string text, string path)
    {
        planted.Add(new Marker(text, path));
        return text;
    }
}

/// <summary>Which field groups may show what was planted at a path of a referral, a case or a command on one.</summary>
internal static class MarkedGroups
{
    // The first that fits. Written down here once more, and not taken from the views, so that a property put into the
    // wrong group is found.
    private static readonly (string Path, string[] Groups)[] ByPath =
    [
        ("referrer.role", ["meta"]),
        ("referrer.", ["narrative"]),
        ("judgementReason", ["risk-checklist"]),
        ("victim.name", ["victim-identity"]),
        ("victim.aliases", ["victim-identity"]),
        ("victim.dateOfBirth", ["victim-identity"]),
        ("victim.addresses", ["victim-location"]),
        // The first number is marked safe, the second is not.
        ("victim.phones[0]", ["victim-location", "safe-contact"]),
        ("victim.phones", ["victim-location"]),
        ("victim.safeContactVia", ["safe-contact"]),
        ("victim.diversity", ["diversity"]),
        ("perpetrators", ["perpetrator-identity"]),
        ("children", ["children"]),
        ("vulnerableAdults", ["children"]),
        ("riskChecklist", ["risk-checklist"]),
        ("narrative", ["narrative"]),
        ("consentReason", ["narrative"]),
        ("consentDecisionMaker", ["narrative"]),
        ("crimeReference", ["narrative"]),
        ("otherMaracs", ["narrative"]),
        ("afraidOf", ["protection"]),
        ("safeToTalkTo", ["protection"]),
        ("notSafeToTalkTo", ["protection"]),
        ("mustNotReceive", ["protection"]),
        ("accept.judgementReason", ["risk-checklist"]),
        ("relation.statement", ["triage"]),
        ("need.reason", ["triage"]),
        ("redirect.reason", ["triage"]),
        ("summary.text", ["summary"]),
    ];

    public static bool MayShow(string path, IReadOnlyCollection<string> groups) =>
        ByPath.First(entry => path.StartsWith(entry.Path, StringComparison.Ordinal)).Groups.Any(groups.Contains);
}

/// <summary>Days that nothing else is dated by, each for one person.</summary>
internal static class MarkedDays
{
    public static DateOnly Of(string path, int referral) => path switch
    {
        "victim.dateOfBirth" => new(1931 + referral, 2, 27),
        "perpetrators[0].dateOfBirth" => new(1941 + referral, 3, 19),
        "perpetrators[1].dateOfBirth" => new(1945 + referral, 5, 23),
        "perpetrators[0].inCustodyUntil" => new(2131 + referral, 8, 29),
        "perpetrators[1].inCustodyUntil" => new(2135 + referral, 9, 17),
        "children[0].dateOfBirth" => new(1971 + referral, 7, 29),
        "otherMaracs[0].date" => new(1951 + referral, 11, 13),
        "otherMaracs[1].date" => new(1955 + referral, 10, 11),
        _ => throw new InvalidOperationException($"{path} is a date this test does not know. Give it a day of its own."),
    };
}
