using Partnership.Contracts.Marac;
using Partnership.Marac.Input;

namespace Partnership.Marac.Referrals.Rules;

/// <summary>Who the referral is about: names, ages, and how they go together.</summary>
internal static class PeopleRules
{
    private const int LeastAge = 16;
    private const int GreatestAge = 120;
    private const int AdultAge = 18;

    /// <summary>A birth this many days overdue is no longer a date somebody expects.</summary>
    private const int OverdueDays = 21;

    private const int LongestPregnancyDays = 300;

    /// <summary>Words for a child of one's own. Anything else (a brother, a grandchild, a foster child) says nothing of ages.</summary>
    private static readonly HashSet<string> OwnChild = new(StringComparer.Ordinal)
    {
        "son", "daughter", "child", "biological", "birth", "natural", "mother", "father", "parent", "mum", "dad",
    };

    private static readonly HashSet<string> NotOwnChild = new(StringComparer.Ordinal)
    {
        "step", "stepson", "stepdaughter", "stepchild", "foster", "god", "godson", "goddaughter", "grand", "grandson",
        "granddaughter", "grandchild", "grandmother", "grandfather", "grandparent", "adopted", "in", "law", "half", "stepfather",
        "stepmother", "stepparent",
    };

    public static void Check(SubmitReferralRequest referral, SubmissionContext context, InputReport report)
    {
        report.Require(referral.Victim, "victim", "Say who the victim is.");
        report.RequireAny(referral.Perpetrators, "perpetrators", "Name at least one perpetrator.");
        var referredOn = context.Partnership.DayAt(referral.ReferralAt ?? context.Now);
        if (referral.Victim is { } victim) CheckVictim(victim, referredOn, context.Today, report);
        foreach (var (perpetrator, path) in referral.Perpetrators.WithPaths("perpetrators"))
            CheckPerpetrator(perpetrator, path, referral.Victim, referredOn, context.Today, report);
        foreach (var (child, path) in referral.Children.WithPaths("children"))
            CheckChild(child, path, referral, context.Today, report);
        foreach (var (adult, path) in referral.VulnerableAdults.WithPaths("vulnerableAdults"))
        {
            report.Require(adult.Name, $"{path}.name", "Say who this is.");
            CheckName(adult.Name, $"{path}.name", report);
        }

        CheckFeared(referral, report);
    }

    public static void CheckName(string? name, string field, InputReport report)
    {
        if (name is not null && Names.Fault(name) is { } fault) report.Error(field, fault, Names.SentenceOf(fault));
    }

    private static void CheckVictim(VictimRequest victim, DateOnly referredOn, DateOnly today, InputReport report)
    {
        report.Require(victim.Name, "victim.name", "Say who the victim is.");
        CheckName(victim.Name, "victim.name", report);
        CheckNames(victim.Aliases, "victim.aliases", report);
        if (victim.DateOfBirth is null && victim.EstimatedAge is null && !report.IsFaulty("victim.estimatedAge"))
            report.Require(null, "victim.dateOfBirth", "Give the date of birth, or an estimated age.");
        if (!CheckBirth(victim.DateOfBirth, "victim.dateOfBirth", today, report)) return;

        var age = victim.DateOfBirth is { } born ? AgeOn(born, referredOn) : victim.EstimatedAge;
        if (age < LeastAge)
        {
            report.Error(victim.DateOfBirth is null ? "victim.estimatedAge" : "victim.dateOfBirth", "victim-under-16",
                "Under 16 is a child protection matter: refer to the multi-agency safeguarding hub.");
        }

        if (victim is { DateOfBirth: { } date, EstimatedAge: { } estimate } && Math.Abs(AgeOn(date, referredOn) - estimate) > 2)
            report.Warn("victim.estimatedAge", "age-differs-from-birth");
    }

    private static void CheckPerpetrator(
        PerpetratorRequest perpetrator, string path, VictimRequest? victim, DateOnly referredOn, DateOnly today, InputReport report)
    {
        report.Require(perpetrator.Name, $"{path}.name", "Say who the perpetrator is.");
        report.Require(perpetrator.Relation, $"{path}.relation", "Say how this person and the victim are connected.");
        CheckName(perpetrator.Name, $"{path}.name", report);
        CheckNames(perpetrator.Aliases, $"{path}.aliases", report);
        if (CheckBirth(perpetrator.DateOfBirth, $"{path}.dateOfBirth", today, report)
            && perpetrator.DateOfBirth is { } born && AgeOn(born, referredOn) < LeastAge)
        {
            report.Error($"{path}.dateOfBirth", "perpetrator-under-16",
                "Under 16 is a child protection matter: refer to the multi-agency safeguarding hub.");
        }

        if (perpetrator.InCustodyUntil < today) report.Warn($"{path}.inCustodyUntil", "custody-ended");
        if (victim is not { Name: { } victimName } || perpetrator.Name is not { } name) return;
        var sameName = Names.Same(victimName, name)
            || perpetrator.Aliases.Any(alias => Names.Same(alias, victimName)) || victim.Aliases.Any(alias => Names.Same(alias, name));
        if (!sameName) return;

        // A father and a son can share a name; one person cannot have two birthdays.
        if (victim.DateOfBirth is { } one && perpetrator.DateOfBirth is { } other && one != other)
            report.Warn($"{path}.name", "same-name-as-victim");
        else
            report.Error($"{path}.name", "victim-is-perpetrator", "Victim and perpetrator are the same person; give both dates of birth if they are not.");
    }

    private static void CheckChild(ChildRequest child, string path, SubmitReferralRequest referral, DateOnly today, InputReport report)
    {
        CheckName(child.Name, $"{path}.name", report);
        if (child.ExpectedOn is null) report.Require(child.Name, $"{path}.name", "Name the child, or give the expected date of an unborn one.");
        if (child is { DateOfBirth: not null, ExpectedOn: not null })
            report.Error($"{path}.expectedOn", "born-and-expected", "Give the date of birth or the expected date, not both.");
        CheckExpected(child.ExpectedOn, $"{path}.expectedOn", today, report);

        if (child.DateOfBirth is not { } born)
        {
            if (child.ExpectedOn is null) report.Warn($"{path}.dateOfBirth", "child-age-unknown");
            return;
        }

        if (!CheckBirth(born, $"{path}.dateOfBirth", today, report)) return;
        if (AgeOn(born, today) >= AdultAge) report.Warn($"{path}.dateOfBirth", "child-is-adult");
        CheckParent(born, child.RelationToVictim, referral.Victim?.DateOfBirth, path, report);

        // With several perpetrators the form does not say whose child it is.
        if (referral.Perpetrators is [{ DateOfBirth: { } perpetratorBorn }] && child.RelationToPerpetrator is not null)
            CheckParent(born, child.RelationToPerpetrator, perpetratorBorn, path, report);
    }

    private static void CheckParent(DateOnly childBorn, string? relation, DateOnly? parentBorn, string path, InputReport report)
    {
        if (parentBorn is not { } born || !MayBeOwnChild(relation)) return;
        if (childBorn <= born)
            report.Error($"{path}.dateOfBirth", "child-born-before-parent", "A child is not born before its parent; check both dates, or state the relation.");
        else if (childBorn < born.AddYears(12))
            report.Warn($"{path}.dateOfBirth", "parent-very-young");
    }

    /// <summary>An unstated relation counts as a child of one's own: it is what the form is for.</summary>
    private static bool MayBeOwnChild(string? relation)
    {
        if (relation is null) return true;
        var words = Names.Key(relation).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Any(OwnChild.Contains) && !words.Any(NotOwnChild.Contains);
    }

    private static void CheckExpected(DateOnly? expected, string field, DateOnly today, InputReport report)
    {
        if (expected is not { } date) return;
        if (date < today.AddDays(-OverdueDays))
            report.Error(field, InputCodes.InPast, "The expected date is past: give the date of birth.");
        else if (date < today)
            report.Warn(field, "expected-date-passed");
        else if (date > today.AddDays(LongestPregnancyDays))
            report.Error(field, InputCodes.TooFarAhead, "The expected date is too far ahead.");
    }

    /// <summary>False when the date cannot be anybody's birthday.</summary>
    private static bool CheckBirth(DateOnly? born, string field, DateOnly today, InputReport report)
    {
        if (born > today)
        {
            report.Error(field, InputCodes.InFuture, "A date of birth cannot lie in the future.");
            return false;
        }

        if (born is not { } date || AgeOn(date, today) <= GreatestAge) return true;
        report.Error(field, InputCodes.OutOfRange, "This date of birth is too long ago.");
        return false;
    }

    /// <summary>
    /// Names that feed the conflict register must be names, or they would bar nobody, or everybody. Whom the victim fears or
    /// trusts may be told in other words ("his brothers").
    /// </summary>
    private static void CheckFeared(SubmitReferralRequest referral, InputReport report)
    {
        CheckNames(referral.NotSafeToTalkTo, "notSafeToTalkTo", report);
        foreach (var (person, path) in referral.MustNotReceive.WithPaths("mustNotReceive"))
        {
            report.Require(person.Name, $"{path}.name", "Name who must never receive information.");
            CheckName(person.Name, $"{path}.name", report);
        }

        foreach (var (name, path) in referral.SafeToTalkTo.WithPaths("safeToTalkTo"))
        {
            if (referral.NotSafeToTalkTo.Concat(referral.AfraidOf).Concat(referral.Perpetrators.Select(p => p.Name).OfType<string>())
                .Any(other => Names.Same(name, other)))
            {
                report.Error(path, "safe-and-not-safe", "The same person is also named as not safe.");
            }
        }
    }

    private static void CheckNames(IReadOnlyList<string> names, string field, InputReport report)
    {
        foreach (var (name, path) in names.WithPaths(field)) CheckName(name, path, report);
    }

    private static int AgeOn(DateOnly born, DateOnly day)
    {
        var age = day.Year - born.Year;
        return born.AddYears(age) > day ? age - 1 : age;
    }
}

internal static class Paths
{
    /// <summary>Each item with its path, such as <c>children[1]</c>.</summary>
    public static IEnumerable<(T Item, string Path)> WithPaths<T>(this IReadOnlyList<T> items, string field) =>
        items.Select((item, place) => (item, $"{field}[{place}]"));
}
