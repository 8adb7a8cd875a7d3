using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// NR7: what an agency and team keep to themselves never leaves them. An agreement that permits it to others does not
/// compile, and a decision takes it away from everybody who is not of the author's agency and team.
/// </summary>
internal static class InternalResearch
{
    public const string Id = "NR7";

    public const string Group = FieldGroups.InternalResearch;

    /// <summary>Whether a rule under these conditions can only open it to its own agency and team.</summary>
    public static bool StaysAtHome(Conditions ruleWhen) => (ruleWhen & (Conditions.Own | Conditions.OwnAgency)) != 0;

    public static bool Denies(Principal principal, RecordFacts facts) => !ConditionEvaluator.IsAuthorsAgency(principal, facts);
}
