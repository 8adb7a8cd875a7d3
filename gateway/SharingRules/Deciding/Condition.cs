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

    /// <summary>The record is addressed to the caller's agency and team.</summary>
    Addressee = 1 << 10,

    /// <summary>The record is assigned to the caller by name.</summary>
    Assigned = 1 << 11,

    /// <summary>A child, an unborn child, or a victim under 18, is on the case.</summary>
    ChildCase = 1 << 12,

    /// <summary>On a group: this decision releases the victim's location whole.</summary>
    WithLocation = 1 << 13,

    /// <summary>On a group: only the items whose author has ticked the caller's agency and team.</summary>
    Audience = 1 << 14,

    /// <summary>On a group, where agreements write <c>own</c>: only the items of the caller's own agency and team.</summary>
    OwnItems = 1 << 15,

    /// <summary>On a group: only the items that are health information.</summary>
    HealthItems = 1 << 16,

    /// <summary>The coordinator has confirmed what the caller needs for it, and that has not ended.</summary>
    Confirmed = 1 << 17,

    /// <summary>The caller reads under an emergency of their own, which is open and is for this record (<c>information-sharing</c> §5).</summary>
    Emergency = 1 << 24,
}

/// <summary>The conditions' names in agreements and in the ledger, and where each may stand.</summary>
internal static class ConditionTerms
{
    /// <summary>Conditions that give way to a record at all; the others narrow what leaves of it.</summary>
    public const Conditions Access =
        Conditions.Member | Conditions.Own | Conditions.OwnAgency | Conditions.OwnScheme | Conditions.Addressee | Conditions.Assigned
        | Conditions.Emergency;

    /// <summary>Conditions under which a group leaves for some people, addresses or items only.</summary>
    public const Conditions ForSome =
        Conditions.OwnTenancy | Conditions.KnownTo | Conditions.Audience | Conditions.OwnItems | Conditions.HealthItems;

    /// <summary>Conditions that hold for some items of a group and not for others, or for one group and not for another.</summary>
    public const Conditions OnGroupsOnly = ForSome | Conditions.NeedRecorded | Conditions.WithLocation;

    /// <summary>Facts about a listed agency; without membership they give nothing (<c>information-sharing</c> §4).</summary>
    public const Conditions NeedMembership =
        Conditions.OwnTenancy | Conditions.KnownTo | Conditions.KnownToSomebody | Conditions.Supporting | Conditions.NeedRecorded
        | Conditions.Audience | Conditions.OwnItems | Conditions.Confirmed;

    /// <summary>What makes an agency one that such facts can be about: it is listed, or the record is addressed to it.</summary>
    public const Conditions Listed = Conditions.Member | Conditions.Addressee;

    private static readonly (Conditions Condition, string Name)[] Terms =
    [
        (Conditions.Member, "member"), (Conditions.Own, "own"), (Conditions.OwnAgency, "own-agency"),
        (Conditions.OwnTenancy, "own-tenancy"), (Conditions.KnownTo, "known-to"), (Conditions.KnownToSomebody, "known-to-somebody"),
        (Conditions.Supporting, "supporting"), (Conditions.NeedRecorded, "need-recorded"), (Conditions.Summary, "summary"),
        (Conditions.OwnScheme, "own-scheme"), (Conditions.Addressee, "addressee"), (Conditions.Assigned, "assigned"),
        (Conditions.ChildCase, "child-case"), (Conditions.WithLocation, "with-location"), (Conditions.Audience, "audience"),
        (Conditions.OwnItems, "own-items"), (Conditions.HealthItems, "health-items"), (Conditions.Confirmed, "confirmed"),
        (Conditions.Emergency, "emergency"),
    ];

    /// <summary>Every condition an agreement can write, each by one name; <c>own</c> stands for <c>own-items</c> at a group.</summary>
    public static IEnumerable<string> Names => Terms.Where(term => term.Condition != Conditions.OwnItems).Select(term => term.Name);

    /// <summary>As written at a rule. <see cref="Conditions.None"/> for an unknown name.</summary>
    public static Conditions Parse(string name) =>
        name == "own-items" ? Conditions.None : Terms.FirstOrDefault(term => term.Name == name).Condition;

    /// <summary>As written at a group: an own item there, and not an own record.</summary>
    public static Conditions ParseAtGroup(string name) => name == "own" ? Conditions.OwnItems : Parse(name);

    public static IEnumerable<(Conditions Condition, string Name)> In(Conditions conditions) =>
        Terms.Where(term => (conditions & term.Condition) != 0);
}
