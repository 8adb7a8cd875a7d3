namespace Partnership.SharingRules;

/// <summary>
/// Which groups an agreement keeps from a caller, and the rule that says so: from the rules and the lifecycle state alone.
/// Whether a condition holds for this record, or whether there is any data, never shows here.
/// </summary>
internal static class WithheldGroups
{
    public static IReadOnlyList<Withheld> Of(PlannedRule[] rules, ViewSchema view, string agreement, string? state)
    {
        var withheld = new List<Withheld>();
        foreach (var group in view.Groups)
        {
            var bit = view.BitOf(group);
            if (RuleThatKeeps(rules, bit, state) is { } rule) withheld.Add(new Withheld(group, rule.Length == 0 ? $"{agreement}/default" : rule));
        }

        return withheld;
    }

    /// <summary>Null when the group leaves whole; empty when no rule speaks of it.</summary>
    private static string? RuleThatKeeps(PlannedRule[] rules, ulong bit, string? state)
    {
        var denial = Array.Find(rules, rule => rule.Denies && Applies(rule, state) && ((rule.DeniedGroups & bit) != 0 || rule.DeniesEverything));
        if (denial is not null) return denial.Id;
        var permits = Array.FindAll(rules, rule => Array.Exists(rule.Grants, grant => (grant.Groups & bit) != 0));
        if (Array.Exists(permits, rule => Applies(rule, state) && LeavesWhole(rule, bit))) return null;
        return permits.Length == 0 ? "" : permits[0].Id;
    }

    private static bool Applies(PlannedRule rule, string? state) => state is null || Plan.Serves(rule.States, state);

    /// <summary>
    /// Membership and authorship decide whether there is a record for the caller at all, so they are not what a rule
    /// withholds by; every other condition, and every mask, is.
    /// </summary>
    private static bool LeavesWhole(PlannedRule rule, ulong bit) =>
        (rule.When & ~ConditionTerms.Access) == 0
        && Array.Exists(rule.Grants, grant => (grant.Groups & bit) != 0 && grant is { When: Conditions.None, Kind: StepKind.PermitWhole, NeedRecorded: false });
}
