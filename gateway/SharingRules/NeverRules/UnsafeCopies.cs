using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// NR2, second half: location never goes to an agency or team whose copy the perpetrator can reach (a tenant portal, a
/// school app, GP online). Such a copy loses <c>victim-location</c>, <c>safe-contact</c> and <c>child-places</c> (a child's school
/// and whom the child lives with tell it as well); they stay with coordinator and IDVA.
/// </summary>
internal static class UnsafeCopies
{
    public const string Id = "NR2";

    /// <summary>
    /// The coordinator's own team, and the victim's own advocate. Not the chair: a chair sits in some agency, and it is that
    /// agency's copy that may be unsafe.
    /// </summary>
    private static readonly string[] Keep = ["marac-coordinator", "marac-supervisor", "idva"];

    private static readonly string[] Lost = [FieldGroups.VictimLocation, FieldGroups.SafeContact, FieldGroups.ChildPlaces];

    /// <summary>Whether this role keeps location whatever copies are unsafe.</summary>
    public static bool Keeps(string role) => Keep.Contains(role);

    /// <summary>Groups this role loses where its copy is unsafe.</summary>
    public static ulong LostBy(string role, ViewSchema view) =>
        Keeps(role) ? 0 : Lost.Aggregate(0UL, (bits, group) => bits | view.BitOf(group));

    /// <summary>An entry without a team means every team of the agency.</summary>
    public static bool Applies(Principal principal, RecordFacts facts)
    {
        var copies = facts.UnsafeCopies;
        for (var c = 0; c < copies.Count; c++)
            if (string.Equals(copies[c].Agency, principal.Agency, StringComparison.Ordinal)
                && (copies[c].Team is not { } team || string.Equals(team, principal.Team, StringComparison.Ordinal)))
                return true;
        return false;
    }
}
