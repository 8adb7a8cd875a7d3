namespace Partnership.SharingRules;

/// <summary>What a rule may rest on (<c>information-sharing</c> §4, design §6). Each is a bit of one word in a decision.</summary>
[Flags]
internal enum Conditions : uint
{
    None = 0,

    /// <summary>The coordinator has listed the caller's agency and team on the record.</summary>
    Member = 1 << 0,

    /// <summary>The caller authored the record.</summary>
    Own = 1 << 1,

    /// <summary>Somebody of the caller's agency and team authored it.</summary>
    OwnAgency = 1 << 2,

    /// <summary>On a group: only the addresses recorded as the caller's agency's own tenancy.</summary>
    OwnTenancy = 1 << 3,

    /// <summary>On a group: only the people recorded as known to the caller's agency.</summary>
    KnownTo = 1 << 4,

    /// <summary>Somebody on the case is recorded as known to the caller's agency.</summary>
    KnownToSomebody = 1 << 5,

    /// <summary>The caller's agency is recorded as supporting somebody on the case.</summary>
    Supporting = 1 << 6,

    /// <summary>On a group: the coordinator has recorded the caller's agency's need for it, and the need has not ended.</summary>
    NeedRecorded = 1 << 7,

    /// <summary>Somebody has written the summary.</summary>
    Summary = 1 << 8,

    /// <summary>The record belongs to a scheme whose ledger the caller may read.</summary>
    OwnScheme = 1 << 9,

    /// <summary>The caller reads under an emergency of their own, which is open and is for this record (<c>information-sharing</c> §5).</summary>
    Emergency = 1 << 24,
}

/// <summary>The conditions' names in agreements and in the ledger, and where each may stand.</summary>
internal static class ConditionTerms
{
    /// <summary>Conditions that give way to a record at all; the others narrow what leaves of it.</summary>
    public const Conditions Access = Conditions.Member | Conditions.Own | Conditions.OwnAgency | Conditions.OwnScheme | Conditions.Emergency;

    /// <summary>Conditions that hold for some items of a group and not for others, or for one group and not for another.</summary>
    public const Conditions OnGroupsOnly = Conditions.OwnTenancy | Conditions.KnownTo | Conditions.NeedRecorded;

    /// <summary>Facts about a listed agency; without membership they give nothing (<c>information-sharing</c> §4).</summary>
    public const Conditions NeedMembership =
        Conditions.OwnTenancy | Conditions.KnownTo | Conditions.KnownToSomebody | Conditions.Supporting | Conditions.NeedRecorded;

    private static readonly (Conditions Condition, string Name)[] Terms =
    [
        (Conditions.Member, "member"), (Conditions.Own, "own"), (Conditions.OwnAgency, "own-agency"),
        (Conditions.OwnTenancy, "own-tenancy"), (Conditions.KnownTo, "known-to"), (Conditions.KnownToSomebody, "known-to-somebody"),
        (Conditions.Supporting, "supporting"), (Conditions.NeedRecorded, "need-recorded"), (Conditions.Summary, "summary"),
        (Conditions.OwnScheme, "own-scheme"), (Conditions.Emergency, "emergency"),
    ];

    public static IEnumerable<string> Names => Terms.Select(term => term.Name);

    /// <summary><see cref="Conditions.None"/> for an unknown name.</summary>
    public static Conditions Parse(string name) => Terms.FirstOrDefault(term => term.Name == name).Condition;

    public static IEnumerable<(Conditions Condition, string Name)> In(Conditions conditions) =>
        Terms.Where(term => (conditions & term.Condition) != 0);
}
