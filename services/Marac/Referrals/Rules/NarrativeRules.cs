using System.Globalization;
using System.Text.RegularExpressions;
using Partnership.Contracts.Marac;
using Partnership.Marac.Content;
using Partnership.Marac.Input;

namespace Partnership.Marac.Referrals.Rules;

/// <summary>What free text may give away: these are warnings, since only a person can tell.</summary>
internal static partial class NarrativeRules
{
    private static readonly string[] Dates = ["d/M/yyyy", "d-M-yyyy", "d.M.yyyy", "d/M/yy", "d-M-yy", "d.M.yy", "yyyy-MM-dd"];

    public static void Check(SubmitReferralRequest referral, InputReport report)
    {
        var location = ReferralContents.From(referral, () => Guid.Empty);
        foreach (var (text, field) in Texts(referral))
        {
            if (LocationGuard.IsIn(text, location)) report.Warn(field, "location-in-text");
            if (TellsOfSomebodyElse(text, referral)) report.Warn(field, "other-person-in-text");
        }

        if (referral.Narrative is { LatestIncident: not null, LatestIncidentIs: null })
            report.Warn("narrative.latestIncidentIs", "fact-or-opinion");
        if (referral.Narrative is { History: not null, HistoryIs: null }) report.Warn("narrative.historyIs", "fact-or-opinion");
        if (referral.Narrative?.LatestIncident is null) report.Warn("narrative.latestIncident", "narrative-missing");
        if (referral.VictimWantsPoliceContact == YesNoUnknown.No) report.Warn("victimWantsPoliceContact", "police-record-crimes");
        if (referral.OtherMaracs.Count > 0) report.Warn("otherMaracs", "transfer-check");
        foreach (var (other, path) in referral.OtherMaracs.WithPaths("otherMaracs"))
            report.Require(other.Area, $"{path}.area", "Say in which area.");
    }

    private static IEnumerable<(string Text, string Field)> Texts(SubmitReferralRequest referral)
    {
        if (referral.Narrative?.LatestIncident is { } incident) yield return (incident, "narrative.latestIncident");
        if (referral.Narrative?.History is { } history) yield return (history, "narrative.history");
        if (referral.Narrative?.VictimWishes is { } wishes) yield return (wishes, "narrative.victimWishes");
        if (referral.JudgementReason is { } reason) yield return (reason, "judgementReason");
    }

    /// <summary>A second victim's details: said so, or a birthday, postcode or phone of nobody on the referral.</summary>
    private static bool TellsOfSomebodyElse(string text, SubmitReferralRequest referral)
    {
        if (SecondVictim().IsMatch(text)) return true;
        var birthdays = new[] { referral.Victim?.DateOfBirth }
            .Concat(referral.Perpetrators.Select(p => p.DateOfBirth))
            .Concat(referral.Children.Select(c => c.DateOfBirth ?? c.ExpectedOn)).ToHashSet();
        if (Birthdays(text).Any(date => !birthdays.Contains(date))) return true;

        var postcodes = (referral.Victim?.Addresses ?? []).Select(a => a.Postcode).OfType<string>().Select(Comparable.Postcode)
            .Concat(referral.Perpetrators.Select(p => p.Address).OfType<string>().SelectMany(LocationGuard.PostcodesIn)).ToHashSet();
        if (LocationGuard.PostcodesIn(text).Any(p => !postcodes.Contains(p))) return true;

        var phones = (referral.Victim?.Phones ?? []).Select(p => p.Number).OfType<string>()
            .Concat(referral.Perpetrators.SelectMany(p => p.Phones))
            .Append(referral.Referrer?.Phone ?? "").Select(Comparable.Phone).ToHashSet();
        return LocationGuard.PhonesIn(text).Any(p => !phones.Contains(p));
    }

    private static IEnumerable<DateOnly> Birthdays(string text)
    {
        foreach (Match match in BirthdayPattern().Matches(text))
        {
            if (DateOnly.TryParseExact(match.Groups[1].Value, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
                yield return date;
        }
    }

    [GeneratedRegex(@"\b(second|2nd|other|another) victim\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecondVictim();

    [GeneratedRegex(@"\b(?:dob|d\.o\.b\.?|date of birth|born(?: on)?)\W{0,3}([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{2,4})",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BirthdayPattern();
}
