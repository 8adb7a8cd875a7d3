using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Partnership.Tests.Support.Sharing;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>Shorthand for the hand-written table, and facts and expectations made from it.</summary>
internal static class Matrix
{
    /// <summary>Groups of a case.</summary>
    public static IReadOnlyList<string> Groups => SharingMatrix.Case.Groups;

    /// <summary>Facts by which exactly the conditions hold for this reader that are on.</summary>
    public static RecordFacts FactsOf(string recordType, Principal principal, On on, MarkedView marked) =>
        MatrixFacts.Of(recordType, new MatrixReader(principal.PersonId, principal.Pseudonym, principal.Agency, principal.Team), on, marked, World.Now);

    public static ReleaseKind KindOf(Cell cell) => cell switch
    {
        { Whole: true } => ReleaseKind.All,
        { ForSomePeople: true } or { Tenancy: true } or { ForSomeItems: true } => ReleaseKind.Only,
        { Flag: true } => ReleaseKind.Flag,
        _ => ReleaseKind.None,
    };
}
