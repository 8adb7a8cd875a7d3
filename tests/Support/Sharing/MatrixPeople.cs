namespace Partnership.Tests.Support.Sharing;

/// <summary>Somebody the matrix has a row for, or on purpose none.</summary>
/// <param name="Name">Of the demonstration person, as <c>deploy/token</c> knows it.</param>
/// <param name="InDemonstration">False for people the demonstration partnership does not have.</param>
public sealed record MatrixPerson(string Name, string Agency, string? Team, string Role, bool InDemonstration = true);

/// <summary>The demonstration people in their first hat, and some more whose row nobody of them has.</summary>
public static class MatrixPeople
{
    public static IReadOnlyList<MatrixPerson> All { get; } =
    [
        new("coordinator", "PCC", "CS", "marac-coordinator"),
        new("supervisor", "PCC", "CS", "marac-supervisor"),
        new("marac-chair", "CON", "PVP", "marac-chair"),
        new("independent-chair", "OTH", null, "marac-chair"),
        new("pvp", "CON", "PVP", "marac-representative"),
        new("idva", "SASP", null, "idva"),
        new("csc", "PCC", "CSC", "marac-representative"),
        new("asc", "PCC", "ASC", "marac-representative"),
        new("housing", "PCC", "HSG", "marac-representative"),
        new("education", "PCC", "EDU", "marac-representative"),
        new("probation", "PROB", null, "marac-representative"),
        new("prison", "HMP", null, "marac-representative"),
        new("landlord", "CKH", null, "marac-representative"),
        new("fire", "CFRS", null, "marac-representative"),
        new("youth", "YOS", null, "marac-representative"),
        new("treatment", "ASP", null, "marac-representative"),
        new("health", "ICB", "MH", "marac-representative"),
        new("caldicott", "ICB", "MH", "caldicott-guardian"),
        new("patrol", "CON", "NPT", "officer"),
        new("pes", "PCC", "PES", "officer"),
        new("gatekeeper", "SASP", null, "safeguarding-gatekeeper"),
        new("nightsafe-admin", "NSS", null, "scheme-administrator"),
        new("scheme-chair", "NSS", null, "scheme-chair"),
        new("licensing", "CON", "licensing", "police-liaison"),
        new("committee", "PREM", "premises-03", "committee-member"),
        new("door-01", "PREM", "premises-01", "door-staff"),
        new("manager-01", "PREM", "premises-01", "premises-manager"),
        new("door-02", "PREM", "premises-02", "door-staff"),
        new("manager-02", "PREM", "premises-02", "premises-manager", InDemonstration: false),
        new("ctco", "CON", "Prevent", "ctco"),
        new("channel-chair", "PCC", "CS", "channel-chair"),
        new("section-36", "PCC", "CS", "section-36-officer"),
        new("panel-health", "ICB", "MH", "panel-member"),
        new("panel-education", "PCC", "EDU", "panel-member"),
        new("provider", "provider-01", null, "intervention-provider"),
        new("facilitator", "RJS", null, "facilitator"),
        new("rj-coordinator", "RJS", null, "rj-coordinator"),
        new("rj-senior", "RJS", null, "rj-senior-practitioner"),
        new("victims-hub", "VHUB", null, "victim-support"),
        new("dpo", "PCC", "IG", "data-protection-officer"),
        new("marac-auditor", "PCC", "IG", "ledger-reader"),
        new("channel-auditor", "PCC", "IG", "ledger-reader"),
        new("operator", "PCC", "IG", "operator"),
        new("performance-author", "PCC", "CS", "performance-author"),
        new("theme-lead", "PCC", "CS", "theme-lead"),
        new("commissioner", "OPCC", null, "performance-reader"),
        new("scrutiny", "PCC", "members", "performance-reader"),
        new("acute", "ICB", "ACUTE", "marac-representative", InDemonstration: false),
        new("general-practice", "ICB", "GP", "marac-representative", InDemonstration: false),
        new("ambulance", "ICB", "AMB", "marac-representative", InDemonstration: false),
        new("health-chair", "ICB", "MH", "marac-chair", InDemonstration: false),
        new("council-licensing", "PCC", "LIC", "officer", InDemonstration: false),
        new("neighbourhood", "CON", "NPT", "marac-representative", InDemonstration: false),
        new("prosecutor", "CPS", null, "marac-representative", InDemonstration: false),
        new("charity", "OTH", null, "marac-representative", InDemonstration: false),
        new("public-health", "PCC", "PH", "marac-representative", InDemonstration: false),
    ];

    public static MatrixPerson Of(string name) => All.Single(person => person.Name == name);
}
