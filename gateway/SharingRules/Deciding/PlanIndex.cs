using System.Collections.Frozen;

namespace Partnership.SharingRules;

/// <summary>Names a plan, but for the team.</summary>
internal readonly record struct PlanKey(string RecordType, string Operation, string Command, string Agency, string Role, string Purpose)
{
    public bool Equals(PlanKey other) =>
        string.Equals(Role, other.Role, StringComparison.Ordinal)
        && string.Equals(Agency, other.Agency, StringComparison.Ordinal)
        && string.Equals(Purpose, other.Purpose, StringComparison.Ordinal)
        && string.Equals(RecordType, other.RecordType, StringComparison.Ordinal)
        && string.Equals(Command, other.Command, StringComparison.Ordinal)
        && string.Equals(Operation, other.Operation, StringComparison.Ordinal);

    public override int GetHashCode() =>
        HashCode.Combine(
            string.GetHashCode(Agency), string.GetHashCode(Role), string.GetHashCode(Purpose), string.GetHashCode(RecordType),
            Operation.Length * 31 + Command.Length);
}

/// <summary>Plans of the teams of one key. A team no rule names has what the agency's rules without a team give.</summary>
internal sealed record TeamPlans(Plan? AnyTeam, FrozenDictionary<string, Plan> Named)
{
    public Plan? For(string? team) => team is not null && Named.TryGetValue(team, out var plan) ? plan : AnyTeam;
}

/// <summary>Finds the plan for a principal's question in constant time, however many rules there are.</summary>
internal sealed class PlanIndex(FrozenDictionary<PlanKey, TeamPlans> plans, FrozenDictionary<string, string[]> purposes)
{
    public int Count => plans.Count;

    /// <summary>Null when no rule gives this principal anything to do with such records for this purpose.</summary>
    public Plan? Find(Principal principal, string recordType, string operation, string purpose, string? command)
    {
        var key = new PlanKey(recordType, operation, command ?? "", principal.Agency, principal.Role, purpose);
        return plans.TryGetValue(key, out var teams) && teams.For(principal.Team) is { Permits: true } plan ? plan : null;
    }

    /// <summary>Purposes of the agreement that covers the record type, sorted; empty when none does.</summary>
    public string[] PurposesOf(string recordType) => purposes.TryGetValue(recordType, out var known) ? known : [];
}
