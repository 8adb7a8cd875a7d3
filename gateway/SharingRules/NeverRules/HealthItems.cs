using Partnership.Contracts.Records;

namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// NR9: a health item without the Caldicott mark leaves health agencies to nobody but the coordination. Its author's agency and
/// team read back the findings they wrote.
/// </summary>
internal static class HealthItems
{
    public const string Id = "NR9";

    /// <summary>The Integrated Care Board, which speaks for the providers of the partnership.</summary>
    private const string HealthAgency = "ICB";

    /// <summary>Whether this agency and role read health items without the mark.</summary>
    public static bool MayReadUnmarked(string agency, string role) => agency == HealthAgency || Coordination.Is(role);

    public static bool Denies(ItemFact item) => item.Health && !item.Caldicott;
}
