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
