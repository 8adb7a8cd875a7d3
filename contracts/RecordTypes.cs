namespace Partnership.Contracts;

/// <summary>Names of record types as they stand in answers, agreements and the ledger.</summary>
public static class RecordTypes
{
    public const string MaracReferral = "marac.referral";
    public const string MaracCase = "marac.case";
    public const string MaracResearchRequest = "marac.research-request";
    public const string MaracResearchReturn = "marac.research-return";
    public const string MaracMeeting = "marac.meeting";
    public const string MaracAction = "marac.action";
    public const string MaracFlag = "marac.flag";
    public const string SharingEntry = "sharing.entry";
    public const string SharingEmergency = "sharing.emergency";
}

/// <summary>What a caller does to a record; a rule of an agreement permits one or more of these.</summary>
public static class Operations
{
    public const string Submit = "submit";
    public const string Consult = "consult";
    public const string Change = "change";
    public const string Search = "search";
}

/// <summary>Coded purposes (<c>information-sharing</c> §4f). A purpose is never free text alone.</summary>
public static class Purposes
{
    public const string MaracReferral = "marac-referral";
    public const string MaracTriage = "marac-triage";
    public const string MaracResearch = "marac-research";
    public const string MaracMeeting = "marac-meeting";
    public const string MaracAction = "marac-action";
    public const string MaracFlag = "marac-flag";
    public const string Audit = "audit";

    /// <summary>One person at risk in an emergency, for half an hour: only with an emergency that the caller has opened.</summary>
    public const string Emergency = "emergency";
}
