using System.Text.Json;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;

namespace Partnership.SharingRules;

/// <summary>The platform's own words for agreements: what does not differ from one partnership to another.</summary>
public static class PlatformTerms
{
    /// <summary>Roles of <c>api.md</c>. A role is given by the people register; an agreement says what it may see.</summary>
    public static IReadOnlyList<string> Roles { get; } =
    [
        "marac-coordinator", "marac-supervisor", "marac-chair", "marac-representative", "idva", "caldicott-guardian",
        "officer", "safeguarding-gatekeeper", "scheme-administrator", "scheme-chair", "police-liaison", "committee-member",
        "door-staff", "premises-manager", "ctco", "channel-chair", "section-36-officer", "panel-member",
        "intervention-provider", "facilitator", "rj-coordinator", "rj-senior-practitioner", "victim-support",
        "data-protection-officer", "ledger-reader", "operator", "performance-author", "theme-lead", "performance-reader",
    ];

    /// <summary>Coded purposes of <c>information-sharing</c> §4f that this release knows.</summary>
    public static IReadOnlyList<string> Purposes { get; } =
    [
        Contracts.Purposes.MaracReferral, Contracts.Purposes.MaracTriage, Contracts.Purposes.MaracResearch, Contracts.Purposes.MaracMeeting,
        Contracts.Purposes.MaracAction, Contracts.Purposes.MaracFlag, Contracts.Purposes.Audit,
        Contracts.Purposes.Emergency,
    ];

    /// <summary>Legal powers of <c>information-sharing</c> §2.</summary>
    public static IReadOnlyList<string> LegalPowers { get; } = ["CDA-1998-S115", "COMMON-LAW-POLICING", "DPA-2018-S62"];

    /// <summary>UK GDPR Art. 6 and DPA 2018 Part 3.</summary>
    public static IReadOnlyList<string> LawfulBases { get; } =
        ["UK-GDPR-6-1-C", "UK-GDPR-6-1-D", "UK-GDPR-6-1-E", "UK-GDPR-6-1-EA", "UK-GDPR-6-1-F", "DPA-2018-S35"];

    /// <summary>Conditions for special-category and offence data.</summary>
    public static IReadOnlyList<string> LegalConditions { get; } =
        ["DPA-2018-SCH1-6", "DPA-2018-SCH1-10", "DPA-2018-SCH1-18", "DPA-2018-SCH8-1", "DPA-2018-SCH8-4"];

    public static IReadOnlyList<string> Regimes { get; } = ["UK-GDPR", "PART-3"];

    /// <summary>Handling markings (Government Security Classifications).</summary>
    public static IReadOnlyList<string> Classifications { get; } = ["OFFICIAL", "OFFICIAL-SENSITIVE"];

    /// <summary>States and commands of the given views; a type listed here without a view is left out.</summary>
    public static IReadOnlyList<RecordTypeTerms> RecordTypes(IReadOnlyList<ViewSchema> views) =>
        [.. views.Select(view => new RecordTypeTerms(view, StatesOf(view.RecordType), CommandsOf(view.RecordType)))];

    private static string[] StatesOf(string recordType) => recordType switch
    {
        Contracts.RecordTypes.MaracReferral => Codes<ReferralStatus>(),
        Contracts.RecordTypes.MaracCase => Codes<CaseStatus>(),
        Contracts.RecordTypes.MaracResearchRequest => Codes<ResearchStatus>(),
        Contracts.RecordTypes.MaracResearchReturn => Codes<ReturnStatus>(),
        Contracts.RecordTypes.MaracMeeting => Codes<MeetingStatus>(),
        Contracts.RecordTypes.MaracAction => Codes<ActionStatus>(),
        Contracts.RecordTypes.MaracFlag => Codes<FlagStatus>(),
        Contracts.RecordTypes.SharingEmergency => Codes<EmergencyReviewState>(),
        _ => [],
    };

    private static string[] CommandsOf(string recordType) => recordType switch
    {
        Contracts.RecordTypes.MaracReferral => ["accept", "redirect", "confirm-redirect", "withdraw"],
        Contracts.RecordTypes.MaracCase =>
        [
            "members", "relations", "needs", "summary", "unsafe-copies", "readers", "conflicts", "resolve-conflict", "holds", "amendments", "list",
            "request-research", "hear", "issue", "close", "minutes", "actions",
        ],
        Contracts.RecordTypes.MaracResearchRequest => ["return"],
        Contracts.RecordTypes.MaracResearchReturn => ["caldicott"],
        Contracts.RecordTypes.MaracAction => ["outcome", "confirm-need"],
        Contracts.RecordTypes.SharingEmergency => ["review"],
        _ => [],
    };

    private static string[] Codes<TEnum>() where TEnum : struct, Enum =>
        [.. Enum.GetNames<TEnum>().Select(JsonNamingPolicy.SnakeCaseUpper.ConvertName)];
}
