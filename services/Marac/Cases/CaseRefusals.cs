using Partnership.ServiceDefaults;

namespace Partnership.Marac.Cases;

/// <summary>Why a case's office is refused. Codes are stable.</summary>
public static class CaseRefusals
{
    /// <summary>Never part of a MARAC, whoever asks (NR1): licensed premises and their scheme.</summary>
    public static IReadOnlySet<string> NeverMembers { get; } = new HashSet<string>(StringComparer.Ordinal) { "PREM", "NSS" };

    public static readonly Refusal NeverMember = new("agency-never-member", "This agency never takes part in a MARAC.");
    public static readonly Refusal GainsAlone = new("gains-alone", "An agency does not record for itself what it gains by; the coordinator does.");
    public static readonly Refusal AddressNotOnCase = new("address-not-on-case", "A tenancy names an address that is not on the case.");
    public static readonly Refusal PersonNotOnCase = new("person-not-on-case", "The relation names a person who is not on the case.");
    public static readonly Refusal NotToBeListed = new("case-not-to-be-listed", "The case no longer waits for its meeting.");
    public static readonly Refusal MeetingNotOpen = new("meeting-not-open", "There is no such meeting to come.");
    public static readonly Refusal NotListed = new("case-not-listed", "The case is not on the agenda of a meeting.");
    public static readonly Refusal NobodyToAsk = new("case-without-members", "List the agencies that take part before asking them.");
    public static readonly Refusal DueInPast = new("due-in-past", "Returns cannot be due in the past.");
    public static readonly Refusal NotInResearch = new("case-not-in-research", "No research has been asked for.");
    public static readonly Refusal NotHeard = new("case-not-heard", "The case has not been heard.");
    public static readonly Refusal NoActionsOpen = new("case-without-action-plan", "The action plan has not been issued.");
    public static readonly Refusal ActionsNotFinal = new("actions-not-final", "An action of the case is still open.");
    public static readonly Refusal NoSuchHold = new("hold-not-found", "The case holds back no such text.");
    public static readonly Refusal NoSuchConflict = new("conflict-not-found", "There is no such entry.");
    public static readonly Refusal SafePhoneIsPerpetrators = new(
        "safe-phone-is-perpetrators", "This is also the perpetrator's number: it is not safe to call.");
    public static readonly Refusal ConfidentialAddressIsPerpetrators = new(
        "confidential-address-is-perpetrators", "The perpetrator lives there: it is not confidential from them.");
    public static readonly Refusal HasEnded = new("case-has-ended", "The case has ended.");
}
