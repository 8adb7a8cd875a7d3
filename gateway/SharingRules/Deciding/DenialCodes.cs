namespace Partnership.SharingRules;

/// <summary>Why a decision denies. For the ledger; a caller sees 403 or the identical 404 and never one of these.</summary>
public static class DenialCodes
{
    /// <summary>No rule for this principal, record type, operation and purpose.</summary>
    public const string NoRule = "no-rule";

    /// <summary>The agreement is not yet effective, has expired, or its review was missed by more than 30 days.</summary>
    public const string AgreementNotInForce = "agreement-not-in-force";

    /// <summary>The purpose does not serve records in this state.</summary>
    public const string State = "state";

    /// <summary>Rules exist, and no condition of any of them holds.</summary>
    public const string Condition = "condition";

    /// <summary>A rule of the agreement denies.</summary>
    public const string Denied = "denied";

    /// <summary>No facts, where there is a record to have them.</summary>
    public const string NoFacts = "no-facts";

    /// <summary>A compiled-in denial; <see cref="Decision.RuleIds"/> names it.</summary>
    public const string NeverRule = "never-rule";
}
