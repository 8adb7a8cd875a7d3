namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// NR1: licensed premises (PREM) and their scheme (NSS) never receive any fact of MARAC or Channel, "no record" included:
/// they have no rule, so they are answered 403 before any look-up.
/// </summary>
internal static class PremisesReceiveNothing
{
    public const string Id = "NR1";

    public static bool Denies(string agency, string recordType) =>
        (string.Equals(agency, "PREM", StringComparison.OrdinalIgnoreCase) || string.Equals(agency, "NSS", StringComparison.OrdinalIgnoreCase))
        && (recordType.StartsWith("marac.", StringComparison.Ordinal) || recordType.StartsWith("channel.", StringComparison.Ordinal));
}
