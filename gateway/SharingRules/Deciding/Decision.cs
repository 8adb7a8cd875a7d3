namespace Partnership.SharingRules;

/// <summary>How much of a field group leaves.</summary>
public enum ReleaseKind { None, Flag, Only, All }

/// <summary>What leaves of one group; <see cref="Items"/> are the ids under <see cref="ReleaseKind.Only"/>.</summary>
public sealed record GroupRelease(ReleaseKind Kind, IReadOnlyList<Guid> Items);

/// <summary>What goes with released data (NR14).</summary>
public sealed record Obligations(bool NoOnward, string Purpose, DateOnly Expires);

/// <summary>Codes of the law a purpose rests on, for the ledger.</summary>
public sealed record LegalBasis(string LegalPower, string LawfulBasis, string? Condition, string Regime);

/// <summary>Who recorded a fact that a decision rested on, and when (null where the fact has no time of its own).</summary>
public sealed record FactSetting(string Condition, string SetBy, DateTimeOffset? SetAt);

/// <summary>A group the agreement keeps from a caller, and the rule that says so.</summary>
public sealed record Withheld(string Group, string Rule);

/// <summary>
/// The answer to "may this principal do this to this record, for this purpose, now". A value; making one allocates
/// nothing. The lists are made when asked for, for the ledger entry. <c>default</c> is a denial.
/// </summary>
public readonly struct Decision
{
    public bool Permitted => throw new NotImplementedException();

    /// <summary>One of <see cref="DenialCodes"/>; null when permitted. For the ledger, never for the caller.</summary>
    public string? DenialCode => throw new NotImplementedException();

    /// <summary>Rules the decision rests on: those that permitted or denied, or the never-rule, such as <c>NR2</c>.</summary>
    public IReadOnlyList<string> RuleIds => throw new NotImplementedException();

    /// <summary>Each condition that mattered, true or false for this caller.</summary>
    public IReadOnlyDictionary<string, bool> Conditions => throw new NotImplementedException();

    /// <summary>Groups that leave, whole or in part, in order of the matrix.</summary>
    public IReadOnlyList<string> ReleasedGroups => throw new NotImplementedException();

    /// <summary>Groups of this record type that do not leave.</summary>
    public IReadOnlyList<string> HeldBackGroups => throw new NotImplementedException();

    /// <summary>Such as <c>children:flag</c> or <c>victim-location:only</c>.</summary>
    public IReadOnlyList<string> MasksApplied => throw new NotImplementedException();

    public GroupRelease ReleaseOf(string group) => throw new NotImplementedException();

    /// <summary>Null when denied.</summary>
    public Obligations? Obligations => throw new NotImplementedException();

    public LegalBasis? Basis => throw new NotImplementedException();

    /// <summary>Id and version of the agreement, such as <c>marac@2026-1</c>; null where no agreement covers the record type.</summary>
    public string? Agreement => throw new NotImplementedException();

    /// <summary>Digest of the whole set in force.</summary>
    public string? AgreementSet => throw new NotImplementedException();

    /// <summary>Handling marking of the record type, such as <c>OFFICIAL-SENSITIVE</c>.</summary>
    public string? Classification => throw new NotImplementedException();

    /// <summary>Who recorded the facts that this decision rested on.</summary>
    public IReadOnlyList<FactSetting> Settings => throw new NotImplementedException();
}
