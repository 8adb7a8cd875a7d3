namespace Partnership.SharingRules;

/// <summary>What one rule says of one group.</summary>
/// <param name="Group">Null for what a rule lets somebody do.</param>
/// <param name="Rule">Its id.</param>
/// <param name="Form">How the group leaves: <c>whole</c>, <c>yes or no</c>, <c>some</c> (for the people, addresses or items its conditions name), <c>never</c>; or <c>may</c>.</param>
/// <param name="When">Names of the conditions that must hold.</param>
/// <param name="States">Record states, if not all that the purpose serves.</param>
public sealed record CoveragePart(string? Group, string Rule, string Form, IReadOnlyList<string> When, IReadOnlyList<string> States);

/// <summary>What the agreements say of one agency, team and role doing one thing to one record type for one purpose.</summary>
/// <param name="RecordType">What.</param>
/// <param name="Operation">Consult, search, submit or change.</param>
/// <param name="Command">Of a change.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Agency">Whose.</param>
/// <param name="Team">Null: every team that no other row of the agency names.</param>
/// <param name="Role">As whom.</param>
/// <param name="States">Record states the purpose serves; empty for a type without a lifecycle.</param>
/// <param name="Parts">What the rules say, in order of group and rule.</param>
public sealed record CoverageRow(
    string RecordType, string Operation, string? Command, string Purpose, string Agency, string? Team, string Role, IReadOnlyList<string> States,
    IReadOnlyList<CoveragePart> Parts)
{
    internal static CoverageRow Of(PlanKey key, string? team, Plan plan) => new(
        key.RecordType, key.Operation, key.Command.Length == 0 ? null : key.Command, key.Purpose, key.Agency, team, key.Role, plan.States ?? [],
        [.. plan.View.Groups.SelectMany(group => PartsOf(plan, group)), .. ActsOf(plan)]);

    private static IEnumerable<CoveragePart> PartsOf(Plan plan, string group)
    {
        var bit = plan.View.BitOf(group);
        foreach (var rule in plan.Rules)
        {
            if (rule.DeniesEverything || (rule.DeniedGroups & bit) != 0) yield return new CoveragePart(group, rule.Id, "never", Names(rule.When), rule.States ?? []);
            foreach (var grant in rule.Grants)
            {
                if ((grant.Groups & bit) == 0) continue;
                var when = rule.When | grant.When
                    | (grant.NeedRecorded ? Conditions.NeedRecorded : 0)
                    | (grant.Kind == StepKind.PermitWithLocation ? Conditions.WithLocation : 0);
                yield return new CoveragePart(group, rule.Id, FormOf(grant.Kind), Names(when), rule.States ?? []);
            }
        }
    }

    private static IEnumerable<CoveragePart> ActsOf(Plan plan) => plan.Rules
        .Where(rule => rule.PermitsAct || (rule.DeniesEverything && plan.Rules.Any(other => other.PermitsAct)))
        .Select(rule => new CoveragePart(null, rule.Id, rule.PermitsAct ? "may" : "never", Names(rule.When), rule.States ?? []));

    private static string FormOf(StepKind kind) => kind switch
    {
        StepKind.PermitFlag => "yes or no",
        StepKind.PermitWhole or StepKind.PermitWithLocation => "whole",
        _ => "some",
    };

    private static string[] Names(Conditions conditions) => [.. ConditionTerms.In(conditions).Select(term => term.Name)];
}
