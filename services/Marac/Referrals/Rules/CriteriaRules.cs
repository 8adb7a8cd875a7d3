using Partnership.Contracts.Marac;
using Partnership.Marac.Input;

namespace Partnership.Marac.Referrals.Rules;

/// <summary>
/// The checklist and the criteria (<c>marac</c> §2). A score under the threshold alone never turns a referral away: it asks
/// for the other reason. Whether a claimed repeat is one rests on stored data, so it is not looked at here.
/// </summary>
internal static class CriteriaRules
{
    public static void Check(SubmitReferralRequest referral, SubmissionContext context, InputReport report)
    {
        report.RequireAny(referral.Criteria, "criteria", "Say under which criterion the case should be heard.");
        foreach (var twice in referral.Criteria.GroupBy(c => c).Where(g => g.Count() > 1))
            report.Error("criteria", "listed-twice", "List each criterion once.");
        if (referral.RiskChecklist is { } checklist) CheckChecklist(checklist, context, report);
        CheckJudgement(referral, context, report);
        CheckScore(referral, context, report);
        CheckEscalation(referral, context, report);
    }

    private static void CheckChecklist(ChecklistRequest checklist, SubmissionContext context, InputReport report)
    {
        const string Field = "riskChecklist";
        report.Require(checklist.CompletedOn, $"{Field}.completedOn", "Say when the checklist was completed.");
        if (checklist.CompletedOn > context.Today)
            report.Error($"{Field}.completedOn", InputCodes.InFuture, "A checklist cannot be completed in the future.");
        else if (checklist.CompletedOn < context.Today.AddDays(-7 * context.Partnership.Marac.DashAgeWarningWeeks))
            report.Warn($"{Field}.completedOn", "checklist-old");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, path) in checklist.Items.WithPaths($"{Field}.items"))
        {
            report.Require(item.Item, $"{path}.item", "Write the code of the item.");
            report.Require(item.Answer, $"{path}.answer", "Answer each item; NOT_ASKED is an answer.");
            if (item.Item is not { } code) continue;
            if (!ChecklistItems.All.Contains(code))
                report.Error($"{path}.item", InputCodes.UnknownCode, $"Write one of {string.Join(", ", ChecklistItems.All)}.");
            else if (!seen.Add(code))
                report.Error($"{path}.item", "listed-twice", "Answer each item once.");
        }

        if (seen.Count < ChecklistItems.All.Count)
        {
            report.Error($"{Field}.items", "items-missing",
                $"Answer all 24 items, with NOT_ASKED where it was not asked. Missing: {string.Join(", ", ChecklistItems.All.Except(seen))}.");
        }

        if (checklist.YesCount is { } told && told != CountYes(checklist))
            report.Error($"{Field}.yesCount", "count-differs", "The count differs from the answers; leave it out, it is derived.");
        if (checklist.Items.Count > 0 && checklist.Items.All(item => item.Answer == ChecklistAnswer.NotAsked))
            report.Warn($"{Field}.items", "nothing-asked");
    }

    private static void CheckJudgement(SubmitReferralRequest referral, SubmissionContext context, InputReport report)
    {
        if (!referral.Criteria.Contains(ReferralCriterion.ProfessionalJudgement)) return;
        report.Require(referral.JudgementReason, "judgementReason", "Professional judgement needs its reason in writing.");
        if (referral.JudgementReason is { } reason && reason.Length < context.Partnership.Marac.JudgementMinChars)
            report.Error("judgementReason", "reason-too-short", $"Give the reason in at least {context.Partnership.Marac.JudgementMinChars} characters.");
    }

    private static void CheckScore(SubmitReferralRequest referral, SubmissionContext context, InputReport report)
    {
        if (!referral.Criteria.Contains(ReferralCriterion.VisibleHighRisk)) return;
        report.Require(referral.RiskChecklist, "riskChecklist", "Visible high risk rests on the checklist.");
        if (referral.RiskChecklist is not { } checklist || CountYes(checklist) >= context.Threshold.VisibleHighRisk) return;
        if (HasAnotherReason(referral, context))
        {
            report.Warn("criteria", "score-under-threshold");
            return;
        }

        report.Error("judgementReason", "rationale-required",
            "The score is under the local threshold. That is no reason not to refer: add PROFESSIONAL_JUDGEMENT and say why the risk is high.");
    }

    private static void CheckEscalation(SubmitReferralRequest referral, SubmissionContext context, InputReport report)
    {
        if (!referral.Criteria.Contains(ReferralCriterion.PotentialEscalation)) return;
        if (referral.PoliceIncidentsInYear is not { } incidents)
            report.Warn("policeIncidentsInYear", "incidents-not-stated");
        else if (incidents < context.Threshold.EscalationIncidents)
            report.Warn("policeIncidentsInYear", "incidents-under-threshold");
    }

    private static bool HasAnotherReason(SubmitReferralRequest referral, SubmissionContext context) =>
        referral.JudgementReason?.Length >= context.Partnership.Marac.JudgementMinChars
        || referral.Criteria.Contains(ReferralCriterion.Repeat)
        || (referral.Criteria.Contains(ReferralCriterion.PotentialEscalation)
            && referral.PoliceIncidentsInYear >= context.Threshold.EscalationIncidents);

    private static int CountYes(ChecklistRequest checklist) =>
        checklist.Items.Count(item => item.Answer == ChecklistAnswer.Yes);
}
