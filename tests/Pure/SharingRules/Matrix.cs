namespace Partnership.Tests.Pure.SharingRules;

/// <summary>
/// The partnership's matrix 4a as far as this release goes, written by hand from the domain file and not from the
/// agreement: a slip in either shows as a difference. Cells: <c>Y</c> whole, <c>-</c> nothing, <c>F</c> yes or no,
/// <c>known</c> only those known to the agency, <c>somebody</c> whole when somebody is, <c>tenancy</c> only the address of
/// its own tenancy, <c>need</c> while a need is recorded, <c>summary</c> when somebody wrote one.
/// </summary>
internal static class Matrix
{
    public static readonly string[] Groups =
        ["protection", "meta", "triage", "victim-identity", "diversity", "victim-location", "safe-contact", "perpetrator-identity", "children", "risk-checklist", "narrative", "summary"];

    /// <summary>A case, read for the meeting. People not named here get nothing.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Case = Table(
        """
        coordinator        Y  Y  Y  Y      Y     Y        Y     Y         Y      Y  Y  summary
        supervisor         Y  Y  Y  Y      Y     Y        Y     Y         Y      Y  Y  summary
        marac-chair        Y  Y  Y  Y      Y     Y        Y     Y         Y      Y  Y  summary
        independent-chair  Y  Y  Y  Y      Y     Y        Y     Y         Y      Y  Y  summary
        pvp                Y  Y  -  Y      need  Y        need  Y         Y      Y  Y  summary
        landlord           -  Y  -  Y      -     tenancy  -     Y         F      -  -  summary
        fire               -  Y  -  known  -     -        -     somebody  known  -  -  summary
        """);

    /// <summary>Those of them who reach every case without being listed.</summary>
    public static readonly string[] ReachAll = ["coordinator", "supervisor", "marac-chair", "independent-chair"];

    /// <summary>Everybody who may refer: any professional of an agency that may, but not readers of ledgers and figures.</summary>
    public static readonly string[] Referrers =
    [
        "coordinator", "supervisor", "marac-chair", "pvp", "idva", "csc", "asc", "housing", "education", "probation", "prison", "landlord", "fire", "youth",
        "treatment", "health", "caldicott", "patrol", "pes", "gatekeeper", "licensing", "ctco", "channel-chair", "section-36", "panel-health", "victims-hub",
        "theme-lead",
    ];

    /// <summary>What a referrer reads back of an own referral until it is decided; afterwards <c>meta</c>.</summary>
    public static readonly string[] OwnReferral =
        ["meta", "victim-identity", "diversity", "victim-location", "safe-contact", "perpetrator-identity", "children", "risk-checklist", "narrative"];

    /// <summary>Groups an agency loses when a perpetrator can reach its copy, and who never loses them.</summary>
    public static readonly string[] LostByUnsafeCopy = ["victim-location", "safe-contact"];

    public static readonly string[] KeepsDespiteUnsafeCopy = ["coordinator", "supervisor"];

    private static Dictionary<string, string[]> Table(string text) => text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(cells => cells[0], cells => cells[1..]);
}
