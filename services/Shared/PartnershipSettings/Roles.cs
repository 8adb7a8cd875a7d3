namespace Partnership.PartnershipSettings;

/// <summary>
/// Roles that agreements speak of. A role spelt otherwise would silently give its person nothing, so the file is refused.
/// </summary>
public static class Roles
{
    public const string LedgerReader = "ledger-reader";

    public static IReadOnlyList<string> All { get; } =
    [
        "marac-coordinator", "marac-supervisor", "marac-chair", "marac-representative", "idva",
        "safeguarding-gatekeeper", "caldicott-guardian", "officer", "victim-support",
        "scheme-administrator", "scheme-chair", "police-liaison", "committee-member", "door-staff", "premises-manager",
        "ctco", "channel-chair", "section-36-officer", "panel-member", "intervention-provider",
        "facilitator", "rj-coordinator", "rj-senior-practitioner",
        "data-protection-officer", LedgerReader, "operator",
        "performance-author", "theme-lead", "performance-reader",
    ];

    /// <summary>Schemes that have a ledger of their own.</summary>
    public static IReadOnlyList<string> Schemes { get; } =
        ["marac", "nightsafe", "channel", "restorative-justice", "sharing"];
}
