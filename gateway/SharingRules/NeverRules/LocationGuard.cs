using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// A text that tells where the victim is goes only where her location goes: a held group or item is released with the location
/// group whole, until the coordinator clears it (design §6).
/// </summary>
internal static class LocationGuard
{
    public static ulong LocationIn(ViewSchema view) => view.BitOf(FieldGroups.VictimLocation);

    /// <summary>Groups of the view whose free text is held.</summary>
    public static ulong HeldGroups(RecordFacts facts, ViewSchema view)
    {
        var bits = 0UL;
        var held = facts.Held;
        for (var h = 0; h < held.Count; h++) bits |= view.BitOf(held[h]);
        return bits;
    }
}
