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

    private static IReadOnlyList<SearchTerm> As(string part, IEnumerable<SearchTerm> terms) =>
        [.. terms.Select(term => term with { Kind = part + term.Kind }).DistinctBy(term => (term.Kind, Convert.ToHexString(term.Hash)))];
}
