using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.PartnershipSettings;

namespace Partnership.Marac.Referrals.Rules;

/// <summary>
/// What a referral must say and what is worth a second look (<c>marac</c> §2, §4, §10). Rests on the body, the partnership's
/// settings and the sender alone: whatever depends on stored data is looked up later and told to the coordinator only, so
/// that nobody learns from an answer whether somebody is known here.
/// </summary>
public static class ReferralRules
{
    public static void Check(SubmitReferralRequest referral, SubmissionContext context, InputReport report)
    {
        CheckReferrer(referral, context, report);
        CheckDates(referral, context, report);
        CheckConsent(referral, report);
        PeopleRules.Check(referral, context, report);
        ContactRules.Check(referral, report);
        CriteriaRules.Check(referral, context, report);
        NarrativeRules.Check(referral, report);
    }

    private static void CheckReferrer(SubmitReferralRequest referral, SubmissionContext context, InputReport report)
    {
        report.Require(referral.Referrer, "referrer", "Say who refers.");
        var entering = context.SenderMayEnterForOthers;
        if (referral.ReceivedBy is not (null or ReceivedBy.Platform) && !entering)
            report.Error("receivedBy", "coordinator-only", "Only the coordinator enters what came by e-mail, phone or form.");

        if (referral.Referrer is not { } referrer) return;
        report.Require(referrer.Name, "referrer.name", "Say who refers.");
        report.Require(referrer.Agency, "referrer.agency", "Write the code of the referring agency.");
        report.Require(referrer.Role, "referrer.role", "Say in which role.");
        report.Require(referrer.Phone, "referrer.phone", "Give a phone number for questions.");
        report.Require(referrer.Email, "referrer.email", "Give a secure e-mail address.");
        PeopleRules.CheckName(referrer.Name, "referrer.name", report);
        ContactRules.CheckNumber(referrer.Phone, "referrer.phone", report);

        if (referrer.Agency is not { } code) return;
        if (code != context.SenderAgency && !entering)
        {
            report.Error("referrer.agency", "not-your-agency", "Refer for the agency you are signed in for.");
            return;
        }

        if (context.Partnership.FindAgency(code) is not { MayRefer: true } agency || !agency.IsActiveOn(context.Today))
        {
            report.Error("referrer.agency", "agency-not-signatory", "This is not an agency that may refer to the MARAC today.");
            return;
        }

        CheckEmail(referrer.Email, agency, report);
    }

    private static void CheckEmail(string? email, Agency agency, InputReport report)
    {
        const string Field = "referrer.email";
        if (email is null) return;
        var at = email.LastIndexOf('@');
        if (at <= 0 || email.IndexOf('@', StringComparison.Ordinal) != at || !email[at..].Contains('.', StringComparison.Ordinal)
            || email.Any(char.IsWhiteSpace))
        {
            report.Error(Field, "not-an-email", "Write one e-mail address.");
        }
        else if (Webmail.Domains.Contains(email[(at + 1)..]))
        {
            report.Error(Field, "personal-webmail", "Use the agency's secure e-mail, not personal webmail.");
        }
        else if (!agency.IsSecureEmail(email))
        {
            report.Error(Field, "not-secure-domain", "Use an address at one of the agency's secure domains.");
        }
    }

    private static void CheckDates(SubmitReferralRequest referral, SubmissionContext context, InputReport report)
    {
        report.Require(referral.ReferralAt, "referralAt", "Say when the referral was made.");
        if (referral.ReferralAt > context.Now + SubmissionContext.ClockTolerance)
            report.Error("referralAt", InputCodes.InFuture, "A referral cannot be dated in the future.");
        if (referral.ReferralAt < context.Now.AddYears(-2))
            report.Error("referralAt", "too-old", "A referral this old is not a new one; ask the coordinator.");
        if (referral.ImmediateDanger == true) report.Warn("immediateDanger", "dial-999");
    }

    private static void CheckConsent(SubmitReferralRequest referral, InputReport report)
    {
        report.Require(referral.AwareOfReferral, "awareOfReferral", "Say whether the victim knows of the referral.");
        report.Require(referral.ConsentToReferral, "consentToReferral", "Say whether the victim agrees to it.");
        if (referral.ConsentToReferral == ConsentAnswer.No)
        {
            report.Require(referral.ConsentReason, "consentReason", "Without consent, say why the referral is made all the same.");
            report.Require(referral.ConsentDecisionMaker, "consentDecisionMaker", "Without consent, say who decided.");
        }

        if (referral is { ConsentToReferral: ConsentAnswer.Yes, AwareOfReferral: ConsentAnswer.No })
            report.Error("awareOfReferral", "consent-without-awareness", "Somebody who agrees to a referral knows of it.");
    }
}

/// <summary>Who sends a referral, to which partnership, when.</summary>
public sealed record SubmissionContext(
    string SenderAgency, string SenderRole, PartnershipConfiguration Partnership, DateTimeOffset Now)
{
    /// <summary>How far a sender's clock may run ahead of ours.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>The coordinator's office may enter a referral received by e-mail, phone or form, marked so.</summary>
    public bool SenderMayEnterForOthers => SenderRole is MaracRoles.Coordinator or MaracRoles.Supervisor;

    /// <summary>The day it is in the partnership.</summary>
    public DateOnly Today => Partnership.DayAt(Now);

    public Threshold Threshold => Partnership.Marac.ThresholdInForce(Today);
}

/// <summary>Providers whose addresses are people's own and never an agency's.</summary>
internal static class Webmail
{
    public static IReadOnlySet<string> Domains { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "gmail.com", "googlemail.com", "hotmail.com", "hotmail.co.uk", "outlook.com", "live.com", "live.co.uk", "msn.com",
        "yahoo.com", "yahoo.co.uk", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "aol.co.uk", "gmx.com",
        "gmx.co.uk", "mail.com", "proton.me", "protonmail.com", "btinternet.com", "sky.com", "talktalk.net", "virginmedia.com",
        "ntlworld.com", "tiscali.co.uk", "zoho.com", "fastmail.com", "tutanota.com",
    };
}
