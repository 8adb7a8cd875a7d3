using System.Collections.Frozen;

namespace Partnership.SharingRules;

/// <summary>Names a plan, but for the team.</summary>
internal readonly record struct PlanKey(string RecordType, string Operation, string Command, string Agency, string Role, string Purpose);

/// <summary>Plans of the teams of one key. A team no rule names has what the agency's rules without a team give.</summary>
internal sealed class TeamPlans(Plan? anyTeam, (string Team, Plan Plan)[] named)
{
    /// <summary>Every plan with its team; null for the teams no rule names.</summary>
    public IEnumerable<(string? Team, Plan Plan)> All =>
        [.. named.Select(entry => ((string?)entry.Team, entry.Plan)), .. anyTeam is null ? [] : new[] { ((string?)null, anyTeam) }];

    public Plan? For(string? team)
    {
        foreach (var (name, plan) in named)
            if (string.Equals(name, team, StringComparison.Ordinal)) return plan;
        return anyTeam;
    }
}

/// <summary>
/// Finds the plan for a principal's question in a time that does not depend on how many rules there are: by agency, by
/// role, then among the few questions that role has any rule for.
/// </summary>
internal sealed class PlanIndex
{
    private readonly FrozenDictionary<string, FrozenDictionary<string, Question[]>> questions;
    private readonly FrozenDictionary<string, string[]> purposes;

    public PlanIndex(IReadOnlyDictionary<PlanKey, TeamPlans> plans, FrozenDictionary<string, string[]> purposes)
    {
        this.purposes = purposes;
        questions = plans.GroupBy(entry => entry.Key.Agency).ToFrozenDictionary(
            agency => agency.Key,
            agency => agency.GroupBy(entry => entry.Key.Role).ToFrozenDictionary(
                role => role.Key,
                role => role.Select(entry => new Question(entry.Key, entry.Value)).OrderBy(question => question.Key.ToString(), StringComparer.Ordinal).ToArray(),
                StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    /// <summary>Null when no rule gives this principal anything to do with such records for this purpose.</summary>
    public Plan? Find(Principal principal, string recordType, string operation, string purpose, string? command)
    {
        if (!questions.TryGetValue(principal.Agency, out var roles) || !roles.TryGetValue(principal.Role, out var asked)) return null;
        command ??= "";
        foreach (var question in asked)
            if (question.Is(recordType, operation, purpose, command)) return question.Plans.For(principal.Team) is { Permits: true } plan ? plan : null;
        return null;
    }

    /// <summary>Everything there is, in order.</summary>
    public IEnumerable<(PlanKey Key, string? Team, Plan Plan)> All => questions.Values
        .SelectMany(roles => roles.Values.SelectMany(asked => asked))
        .SelectMany(question => question.Plans.All.Select(entry => (question.Key, entry.Team, entry.Plan)))
        .OrderBy(entry => $"{entry.Key}{entry.Team}", StringComparer.Ordinal);

    /// <summary>Purposes of the agreement that covers the record type, sorted; empty when none does.</summary>
    public string[] PurposesOf(string recordType) => purposes.TryGetValue(recordType, out var known) ? known : [];

    private sealed record Question(PlanKey Key, TeamPlans Plans)
    {
        public bool Is(string recordType, string operation, string purpose, string command) =>
            string.Equals(Key.Purpose, purpose, StringComparison.Ordinal)
            && string.Equals(Key.RecordType, recordType, StringComparison.Ordinal)
            && string.Equals(Key.Operation, operation, StringComparison.Ordinal)
            && string.Equals(Key.Command, command, StringComparison.Ordinal);
    }
}
