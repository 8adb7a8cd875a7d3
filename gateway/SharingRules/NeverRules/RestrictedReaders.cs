using Partnership.Contracts.Records;

namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// NR15: where a case concerns a member agency's own staff, only the people on its reader list may read it, whatever any
/// agreement says, the coordinator included. An empty list means nobody.
/// </summary>
internal static class RestrictedReaders
{
    public const string Id = "NR15";

    public static bool Denies(Principal principal, RecordFacts facts)
    {
        if (facts.Readers is not { } readers) return false;
        if (!principal.IsPerson) return true;
        for (var r = 0; r < readers.Count; r++)
            if (string.Equals(readers[r], principal.PersonId, StringComparison.Ordinal)) return false;
        return true;
    }
}
