namespace Partnership.SharingRules;

/// <summary>How much of a field group leaves.</summary>
public enum ReleaseKind { None, Flag, Only, All }

/// <summary>What leaves of one group; <see cref="Items"/> are the ids under <see cref="ReleaseKind.Only"/>.</summary>
public sealed record GroupRelease(ReleaseKind Kind, IReadOnlyList<Guid> Items);

/// <summary>What goes with released data (NR14). <see cref="NoOnward"/> is always true; no agreement can lift it.</summary>
public sealed record Obligations(bool NoOnward, string Purpose, DateOnly Expires);

/// <summary>Codes of the law a purpose rests on, for the ledger.</summary>
public sealed record LegalBasis(string LegalPower, string LawfulBasis, string? Condition, string Regime);

/// <summary>Who recorded a fact that a decision rested on, and when (null where the fact has no time of its own).</summary>
public sealed record FactSetting(string Condition, string SetBy, DateTimeOffset? SetAt);

/// <summary>A group the agreement keeps from a caller, and the rule that says so.</summary>
public sealed record Withheld(string Group, string Rule);

/// <summary>Bits of the groups that leave, by how they do. A group that leaves whole is in no other word.</summary>
internal readonly record struct GroupBits
{
    /// <summary>Whole; of items those that no never-rule keeps back.</summary>
    public ulong All { get; init; }

    /// <summary>As yes or no.</summary>
    public ulong Flag { get; init; }

    /// <summary>For the people known to the caller's agency.</summary>
    public ulong Known { get; init; }

    /// <summary>For the addresses that are the caller's agency's own tenancy.</summary>
    public ulong Tenancy { get; init; }

    /// <summary>For the items ticked for the caller's agency and team.</summary>
    public ulong Ticked { get; init; }

    /// <summary>For the items of the caller's own agency and team.</summary>
    public ulong OwnItems { get; init; }

    /// <summary>For the items that are health information.</summary>
    public ulong HealthItems { get; init; }

    /// <summary>The caller has the victim's location whole, so that held texts leave too.</summary>
    public bool Location { get; init; }

    public ulong ForSomeItems => Ticked | OwnItems | HealthItems;

    public ulong ForSome => Known | Tenancy | ForSomeItems;

    /// <summary>Something leaves whatever items there are.</summary>
    public bool LeavesSomething => (All | Flag | Known | Tenancy) != 0;
}
