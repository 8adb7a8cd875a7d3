using Partnership.EventStore;
using Partnership.Marac.Content;

namespace Partnership.Marac.Triage;

/// <summary>
/// The keyed hashes by which a later referral finds this one, each marked with the part the person plays: somebody can be
/// a victim here and a perpetrator there.
/// </summary>
internal static class MatchTerms
{
    public const string Victim = "victim-";
    public const string Perpetrator = "perpetrator-";

    /// <summary>Past numbers find their owner like those in use.</summary>
    public static IReadOnlyList<SearchTerm> Of(ReferralContent content, IReadOnlyList<Phone> pastPhones, ISearchHasher hasher) =>
        Of(content with { Victim = content.Victim with { Phones = [.. content.Victim.Phones, .. pastPhones] } }, hasher);

    public static IReadOnlyList<SearchTerm> Of(ReferralContent content, ISearchHasher hasher) =>
        [.. VictimAs(Victim, content, hasher), .. PerpetratorsAs(Perpetrator, content, hasher)];

    /// <summary>What the victim of this content would be found by, playing that part.</summary>
    public static IReadOnlyList<SearchTerm> VictimAs(string part, ReferralContent content, ISearchHasher hasher)
    {
        var victim = content.Victim;
        return As(part,
        [
            .. victim.Aliases.Prepend(victim.Name).SelectMany(hasher.Name),
            .. victim.DateOfBirth is { } born ? [hasher.DateOfBirth(born)] : Array.Empty<SearchTerm>(),
            .. victim.Phones.Select(p => hasher.Phone(p.Number)),
            .. victim.Addresses.Select(a => a.Postcode).OfType<string>().Select(hasher.Postcode),
        ]);
    }

    /// <summary>What the perpetrators of this content would be found by, playing that part.</summary>
    public static IReadOnlyList<SearchTerm> PerpetratorsAs(string part, ReferralContent content, ISearchHasher hasher) => As(part,
    [
        .. content.Perpetrators.SelectMany(p => p.Aliases.Prepend(p.Name)).SelectMany(hasher.Name),
        .. content.Perpetrators.Select(p => p.DateOfBirth).OfType<DateOnly>().Select(hasher.DateOfBirth),
        .. content.Perpetrators.SelectMany(p => p.Phones).Select(hasher.Phone),
    ]);

    /// <summary>What somebody described by these would be found by, playing that part.</summary>
    public static IReadOnlyList<SearchTerm> PersonAs(string part, string? name, string? phone, string? postcode, ISearchHasher hasher) => As(part,
    [
        .. name is null ? [] : hasher.Name(name),
        .. phone is null ? Array.Empty<SearchTerm>() : [hasher.Phone(phone)],
        .. postcode is null ? Array.Empty<SearchTerm>() : [hasher.Postcode(postcode)],
    ]);

    /// <summary>A date and those it is easily taken for: a day, month or year beside it, day and month swapped.</summary>
    public static IReadOnlyList<SearchTerm> BornNear(string part, DateOnly date, ISearchHasher hasher)
    {
        var near = new List<DateOnly> { date };
        if (date.DayNumber > 366) near.AddRange([date.AddDays(-1), date.AddMonths(-1), date.AddYears(-1)]);
        if (date.Year < 9998) near.AddRange([date.AddDays(1), date.AddMonths(1), date.AddYears(1)]);
        if (date.Day <= 12) near.Add(new DateOnly(date.Year, date.Day, date.Month));
        return As(part, near.Distinct().Select(hasher.DateOfBirth));
    }

    private static IReadOnlyList<SearchTerm> As(string part, IEnumerable<SearchTerm> terms) =>
        [.. terms.Select(term => term with { Kind = part + term.Kind }).DistinctBy(term => (term.Kind, Convert.ToHexString(term.Hash)))];
}
