namespace Partnership.Contracts;

/// <summary>
/// The named sets of fields that an agreement releases together (<c>information-sharing</c> §3). Agreements in YAML use
/// these names; every property of a view carries one, and what carries none does not leave.
/// </summary>
public static class FieldGroups
{
    /// <summary>M0: conflict register, must-not-receive, not-safe-to-talk-to, afraid-of.</summary>
    public const string Protection = "protection";

    /// <summary>M1: type, id, status, criterion codes, dates, deadlines, awareness and consent codes, referring agency and role.</summary>
    public const string Meta = "meta";

    /// <summary>What stored data says about a new referral (a possible duplicate, a claimed repeat): for triage only.</summary>
    public const string Triage = "triage";

    /// <summary>M2: names, aliases, date of birth, gender of the victim.</summary>
    public const string VictimIdentity = "victim-identity";

    /// <summary>M2s: names, aliases, date of birth, for research only.</summary>
    public const string SearchDetails = "search-details";

    /// <summary>M2d: diversity and needs.</summary>
    public const string Diversity = "diversity";

    /// <summary>M3: addresses, phones, whether the victim lives with the perpetrator, transfer destination.</summary>
    public const string VictimLocation = "victim-location";

    /// <summary>M3s: the safe contact, safe phones and times.</summary>
    public const string SafeContact = "safe-contact";

    /// <summary>M4: the perpetrators.</summary>
    public const string PerpetratorIdentity = "perpetrator-identity";

    /// <summary>M5: children (unborn included) and vulnerable adults in the household.</summary>
    public const string Children = "children";

    /// <summary>M6: answers, comments and count of the risk indicator checklist.</summary>
    public const string RiskChecklist = "risk-checklist";

    /// <summary>M7: narrative, crime reference, the victim's wishes, the referrer's name and phone.</summary>
    public const string Narrative = "narrative";

    /// <summary>M7s: one text a case, written by a person, the same for all; empty releases nothing.</summary>
    public const string Summary = "summary";

    /// <summary>M8: findings that agencies share for the meeting.</summary>
    public const string SharedResearch = "shared-research";

    /// <summary>M9: findings an agency keeps to itself, the systems it searched, why it does not share. Of one agency and team (NR7).</summary>
    public const string InternalResearch = "internal-research";

    /// <summary>M10: lines of minutes.</summary>
    public const string Minutes = "minutes";

    /// <summary>M11: actions.</summary>
    public const string Actions = "actions";

    /// <summary>M12: the flag and its expiry.</summary>
    public const string Flag = "flag";

    /// <summary>
    /// Children's school and whom they live with: with M3, or with M5 for children's social care and education. Lost by an unsafe
    /// copy like M3.
    /// </summary>
    public const string ChildPlaces = "child-places";

    /// <summary>Entries of the disclosure ledger, for the ledger readers of their scheme.</summary>
    public const string LedgerEntry = "ledger-entry";

    /// <summary>Use of the emergency access: who, when, of what kind, how often, and what its review came to.</summary>
    public const string Emergency = "emergency";

    /// <summary>What an emergency was opened for: the reason and the person at risk, in the words of whoever opened it.</summary>
    public const string EmergencyReason = "emergency-reason";

    /// <summary>Every name above, in the order of the matrix.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Protection, Meta, Triage, VictimIdentity, SearchDetails, Diversity, VictimLocation, SafeContact,
        PerpetratorIdentity, Children, ChildPlaces, RiskChecklist, Narrative, Summary, SharedResearch, InternalResearch,
        Minutes, Actions, Flag, LedgerEntry, Emergency, EmergencyReason,
    ];
}
