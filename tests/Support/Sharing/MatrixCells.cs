namespace Partnership.Tests.Support.Sharing;

/// <summary>What may be so of a record for one reader. Each is brought about by a command of the coordinator, an author or the case itself.</summary>
[Flags]
public enum On
{
    None = 0,

    /// <summary>The reader's agency and team are listed on the record.</summary>
    Member = 1 << 0,

    /// <summary>One address of the case is the agency's own tenancy.</summary>
    Tenancy = 1 << 1,

    /// <summary>The victim is known to the agency.</summary>
    KnownVictim = 1 << 2,

    /// <summary>One child is known to the agency.</summary>
    KnownChild = 1 << 3,

    /// <summary>The agency supports the victim.</summary>
    Supporting = 1 << 4,

    /// <summary>A live need of the agency names <see cref="SharingMatrix.NeedGroups"/>; on an action: is confirmed.</summary>
    Need = 1 << 5,

    /// <summary>Somebody has written the summary.</summary>
    Summary = 1 << 6,

    /// <summary>There is a child, an unborn child or a victim under 18.</summary>
    ChildCase = 1 << 7,

    /// <summary>A perpetrator can reach the agency's copy.</summary>
    UnsafeCopy = 1 << 8,

    /// <summary>The texts of <see cref="SharingMatrix.HeldGroups"/> tell where the victim is.</summary>
    Held = 1 << 9,

    /// <summary>The record is addressed to the reader's agency and team.</summary>
    Addressee = 1 << 10,

    /// <summary>The record is assigned to the reader.</summary>
    Assigned = 1 << 11,

    /// <summary>The reader's agency and team authored the record.</summary>
    OwnAgency = 1 << 12,

    /// <summary>The reader authored the record.</summary>
    Own = 1 << 13,

    /// <summary>An action is final; a referral is decided.</summary>
    Final = 1 << 14,
}

/// <summary>What matters of one item of a list, for one reader.</summary>
/// <param name="Own">The reader's agency and team wrote it, or it is theirs.</param>
/// <param name="Ticked">Its author ticked the reader's agency and team.</param>
/// <param name="Health">Health information.</param>
/// <param name="Marked">With the Caldicott mark.</param>
/// <param name="Held">Its text tells where the victim is.</param>
public sealed record ItemTraits(bool Own, bool Ticked, bool Health, bool Marked, bool Held)
{
    /// <summary>Every combination.</summary>
    public static IReadOnlyList<ItemTraits> All { get; } =
    [
        .. from own in Both
           from ticked in Both
           from health in Both
           from marked in Both
           from held in Both
           where health || !marked
           select new ItemTraits(own, ticked, health, marked, held),
    ];

    private static bool[] Both => [false, true];
}

/// <summary>What leaves of one group.</summary>
public sealed record Cell
{
    public static readonly Cell Nothing = new();

    public bool Whole { get; init; }
    public bool Flag { get; init; }
    public bool KnownVictim { get; init; }
    public bool KnownChild { get; init; }
    public bool Tenancy { get; init; }
    public bool OwnItems { get; init; }
    public bool TickedItems { get; init; }
    public bool HealthItems { get; init; }

    public bool ForSomePeople => KnownVictim || KnownChild;
    public bool ForSomeItems => OwnItems || TickedItems || HealthItems;
    public bool IsNothing => this == Nothing;
}

/// <summary>What leaves of one record for one reader; there is none where the record is not for them at all.</summary>
/// <param name="Cells">Every group of the record type.</param>
/// <param name="HasLocation">The reader has the victim's location whole, or is of the coordination where the record has no such group.</param>
/// <param name="ReadsUnmarkedHealth">Health agencies and the coordination.</param>
public sealed record ExpectedRelease(IReadOnlyDictionary<string, Cell> Cells, bool HasLocation, bool ReadsUnmarkedHealth)
{
    /// <summary>
    /// Whether one item of a group leaves: an agency reads back the findings it wrote, everybody and everything else by NR9 and the
    /// location guard; the owner of an action did not write it.
    /// </summary>
    public bool Leaves(string group, ItemTraits item)
    {
        var cell = Cells.GetValueOrDefault(group, Cell.Nothing);
        var readBack = item.Own && group == "shared-research";
        var barred = !readBack && ((item.Health && !item.Marked && !ReadsUnmarkedHealth) || (item.Held && !HasLocation));
        return !barred && (cell.Whole || (cell.OwnItems && item.Own) || (cell.TickedItems && item.Ticked) || (cell.HealthItems && item.Health));
    }
}
