namespace Partnership.Contracts.Marac;

/// <summary>Codes MARAC refuses and warns with (<c>marac</c> §3, §4, §10), each with its sentence for the reader.</summary>
public static class MaracProblems
{
    public static IReadOnlyDictionary<string, string> Sentences { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        // Names, phones, addresses.
        ["name-is-email"] = "Write a name here, not an e-mail address.",
        ["name-has-digits"] = "Write a name here, without digits.",
        ["name-has-symbols"] = "Write a name here, without symbols or pictures.",
        ["name-is-placeholder"] = "Write a name, or leave the person out; a placeholder finds nobody.",
        ["not-a-phone-number"] = "Write a phone number; notes go into the safe times.",
        ["not-a-postcode"] = "Write a full postcode, or leave it out.",
        ["safe-phone-is-perpetrators"] = "This is also the perpetrator's number: it is not safe to call.",
        ["phone-same-as-perpetrator"] = "This is also the perpetrator's number.",
        ["confidential-address-is-perpetrators"] = "The perpetrator lives there: it is not confidential from them.",
        ["address-same-as-perpetrator"] = "The perpetrator has the same address, though they are said not to live together.",

        // Criteria and checklist.
        ["listed-twice"] = "List each of these once.",
        ["checklist-old"] = "The checklist is some weeks old; risk may have changed.",
        ["items-missing"] = "Answer all 24 items; NOT_ASKED is an answer.",
        ["count-differs"] = "The count differs from the answers; leave it out, it is derived.",
        ["nothing-asked"] = "No item of the checklist was asked.",
        ["score-under-threshold"] = "The score is under the threshold in force. That is no reason against a referral: give another criterion with its reason.",
        ["rationale-required"] = "Give the reason in writing: without a score over the threshold, judgement carries the referral.",
        ["reason-too-short"] = "Give the reason at more length, so that others can follow it.",
        ["incidents-not-stated"] = "State how many incidents the police had within the year.",
        ["incidents-under-threshold"] = "The incidents stated are fewer than the threshold in force.",

        // Narrative.
        ["fact-or-opinion"] = "Say whether this is fact or opinion.",
        ["narrative-missing"] = "There is no account of the latest incident.",
        ["location-in-text"] = "The text tells where the victim lives, can be rung, or where a child goes to school.",
        ["other-person-in-text"] = "The text seems to hold details of another person at risk; refer them by themselves.",
        ["police-record-crimes"] = "The police must record crimes they are told of.",
        ["transfer-check"] = "Another area's MARAC is named; the coordinator checks for a transfer.",
        ["dial-999"] = "If somebody is in immediate danger, ring 999 first.",

        // People.
        ["victim-under-16"] = "A victim under 16 is not for MARAC: make a child protection referral.",
        ["perpetrator-under-16"] = "A perpetrator under 16 is not for MARAC: make a child protection referral.",
        ["age-differs-from-birth"] = "The estimated age differs from the date of birth.",
        ["custody-ended"] = "The end of custody is past.",
        ["same-name-as-victim"] = "A perpetrator has the victim's name.",
        ["victim-is-perpetrator"] = "Victim and perpetrator are the same person; give both dates of birth if they are not.",
        ["born-and-expected"] = "Give the date of birth or the expected date, not both.",
        ["child-age-unknown"] = "Neither date of birth nor expected date of this child is given.",
        ["child-is-adult"] = "This child is 18 or over.",
        ["child-born-before-parent"] = "A child is not born before its parent; check both dates, or state the relation.",
        ["parent-very-young"] = "The dates would make a parent very young; check them.",
        ["expected-date-passed"] = "The expected date has just passed.",
        ["safe-and-not-safe"] = "The same person is also named as not safe.",

        // Who refers, and how.
        ["coordinator-only"] = "Only the coordinator enters what came by e-mail, phone or form.",
        ["not-your-agency"] = "Refer for the agency you are signed in for.",
        ["agency-not-signatory"] = "This is not an agency that may refer to the MARAC today.",
        ["not-an-email"] = "Write one e-mail address.",
        ["personal-webmail"] = "Use the agency's secure e-mail, not personal webmail.",
        ["not-secure-domain"] = "Use an address at one of the agency's secure domains.",
        ["too-old"] = "A referral this old is not a new one; ask the coordinator.",
        ["consent-without-awareness"] = "Somebody who agrees to a referral knows of it.",

        // Triage.
        ["referral-not-submitted"] = "There is no such referral.",
        ["referral-already-accepted"] = "The referral has been accepted.",
        ["referral-already-redirected"] = "The referral has been redirected.",
        ["referral-already-withdrawn"] = "The referral has been withdrawn.",
        ["referral-awaiting-information"] = "The referrer has been asked for more information.",
        ["redirect-awaiting-second-look"] = "A redirection is proposed and awaits the supervisor.",
        ["no-redirect-proposed"] = "No redirection is proposed.",
        ["second-look-by-proposer"] = "Another person than the proposer takes the second look.",
        ["referral-has-case"] = "The referral has been accepted: withdraw the case.",
        ["referral-meets-threshold"] = "The referral meets the threshold in force, so it is heard.",
        ["idva-needs-consent"] = "With this score the IDVA service takes the victim on only with consent.",
        ["judgement-needs-reason"] = "Professional judgement needs its reason in writing, the referrer's or yours.",
        ["role-not-permitted"] = "Somebody in another role does this.",

        // A case.
        ["agency-never-member"] = "This agency never takes part in a MARAC.",
        ["gains-alone"] = "An agency does not record for itself what it gains by; the coordinator does.",
        ["address-not-on-case"] = "A tenancy names an address that is not on the case.",
        ["person-not-on-case"] = "The relation names a person who is not on the case.",
        ["case-not-to-be-listed"] = "The case no longer waits for its meeting.",
        ["meeting-not-open"] = "There is no such meeting to come.",
        ["case-not-listed"] = "The case is not on the agenda of a meeting.",
        ["case-without-members"] = "List the agencies that take part before asking them.",
        ["due-in-past"] = "Returns cannot be due in the past.",
        ["case-not-in-research"] = "No research has been asked for.",
        ["case-not-heard"] = "The case has not been heard.",
        ["case-without-action-plan"] = "The action plan has not been issued.",
        ["actions-not-final"] = "An action of the case is still open.",
        ["case-has-ended"] = "The case has ended.",
        ["hold-not-found"] = "The case holds back no such text.",
        ["conflict-not-found"] = "There is no such entry.",
        ["not-for-this-field"] = "Give the value of the field that is named, and no other.",

        // Research, minutes, actions.
        ["research-not-requested"] = "This agency was not asked about the case.",
        ["research-not-open"] = "Research on the case is not open for this agency.",
        ["return-received-by"] = "An agency's own return comes by the platform; the coordinator says how another's came.",
        ["shared-items-only"] = "What an agency keeps to itself is entered by that agency alone.",
        ["no-such-health-item"] = "The return has no such item of health information.",
        ["nothing-returned"] = "Say what the agency knows, or whom; where it knows nobody, return nil.",
        ["nil-with-content"] = "A nil return says that nothing is known; leave this out.",
        ["shared-with-reason"] = "A reason for not sharing stands with an item that is shared.",
        ["minutes-not-open"] = "Minutes are written while the case is before its meeting.",
        ["actions-not-open"] = "Actions are assigned from the hearing until the case is closed.",
        ["action-already-final"] = "What became of the action has been recorded.",
        ["not-the-owner"] = "The agency that owns the action says what became of it.",
        ["not-of-owner"] = "Name a person of that agency and team by their id in the people register.",
    };
}
