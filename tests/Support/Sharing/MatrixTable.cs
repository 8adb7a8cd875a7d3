namespace Partnership.Tests.Support.Sharing;

/// <summary>Rows by person; see <see cref="SharingMatrix"/> for the words.</summary>
public sealed class MatrixTable
{
    private readonly Dictionary<string, (string Gate, string[] Cells)> rows;

    internal MatrixTable(string recordType, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        RecordType = recordType;
        Groups = lines[0][2..];
        rows = lines.Skip(1).ToDictionary(cells => cells[0], cells => (cells[1], cells[2..]));
        if (rows.Values.Any(row => row.Item2.Length != Groups.Count)) throw new FormatException($"A row of {recordType} has too few or too many cells.");
    }

    public string RecordType { get; }

    /// <summary>In order of the matrix.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>People this record type is for at all; everybody else is refused before any look-up.</summary>
    public IEnumerable<string> People => rows.Keys;

    /// <summary>Conditions that could change anything this person reads: what a test has to switch.</summary>
    public On Relevant(string person)
    {
        if (!rows.TryGetValue(person, out var row)) return On.None;
        var words = row.Gate.Split('+').Concat(row.Cells.SelectMany(cell => cell.Split('|', '&'))).ToHashSet();
        var on = On.UnsafeCopy | On.Held;
        if (words.Contains("member")) on |= On.Member;
        if (words.Contains("supporting")) on |= On.Member | On.Supporting;
        if (words.Contains("addressee")) on |= On.Addressee;
        if (words.Contains("own-agency")) on |= On.OwnAgency;
        if (words.Overlaps(["tenancy"])) on |= On.Tenancy;
        if (words.Overlaps(["known", "somebody"])) on |= On.KnownVictim | On.KnownChild;
        if (words.Overlaps(["need", "given"])) on |= On.Need;
        if (words.Overlaps(["assigned", "given"])) on |= On.Assigned | On.Final;
        if (words.Contains("summary")) on |= On.Summary;
        if (words.Contains("child")) on |= On.ChildCase;
        if (row.Gate == "own") on |= On.Own | On.Final;
        return on;
    }

    /// <summary>
    /// What leaves for this person; null where the record does not exist for them. A record of which only items could leave, and
    /// none does, does not exist either.
    /// </summary>
    public ExpectedRelease? Expect(string person, On on, IReadOnlyList<ItemTraits> items)
    {
        if (!rows.TryGetValue(person, out var row) || !row.Gate.Split('+').All(gate => Opens(gate, RecordType, on))) return null;
        var who = MatrixPeople.Of(person);
        var coordination = SharingMatrix.CoordinationRoles.Contains(who.Role);
        var lost = on.HasFlag(On.UnsafeCopy) && !SharingMatrix.KeepsDespiteUnsafeCopy.Contains(who.Role) ? SharingMatrix.LostByUnsafeCopy : [];
        var place = Groups.ToList().IndexOf("victim-location");
        var location = place < 0
            ? coordination && lost.Count == 0
            : !lost.Contains("victim-location") && CellOf(row.Cells[place], on, location: false).Whole;
        var cells = new Dictionary<string, Cell>();
        foreach (var (group, words) in Groups.Zip(row.Cells))
        {
            var held = on.HasFlag(On.Held) && SharingMatrix.HeldGroups.Contains(group) && !location;
            cells[group] = lost.Contains(group) || held ? Cell.Nothing : CellOf(words, on, location);
        }

        var expected = new ExpectedRelease(cells, location, coordination || who.Agency == SharingMatrix.HealthAgency);
        var something = cells.Values.Any(cell => cell.Whole || cell.Flag || cell.Tenancy || cell.ForSomePeople);
        return something || cells.Keys.Any(group => items.Any(item => expected.Leaves(group, item))) ? expected : null;
    }

    private static bool Opens(string gate, string recordType, On on) => gate switch
    {
        "all" => true,
        "member" => on.HasFlag(On.Member),
        "supporting" => on.HasFlag(On.Supporting) && (recordType is not ("marac.case" or "marac.flag") || on.HasFlag(On.Member)),
        "addressee" => on.HasFlag(On.Addressee),
        "assigned" => on.HasFlag(On.Assigned),
        "need" => on.HasFlag(On.Need),
        "own-agency" => on.HasFlag(On.OwnAgency),
        "own" => on.HasFlag(On.Own),
        _ => throw new FormatException($"There is no gate '{gate}'."),
    };

    private static Cell CellOf(string words, On on, bool location)
    {
        var sum = Cell.Nothing;
        foreach (var alternative in words.Split('|'))
        {
            var parts = alternative.Split('&').Select(word => Atom(word, on, location)).ToList();

            // Of "both", a plain yes narrows nothing; what narrows is left.
            var both = parts.Exists(part => part.IsNothing) ? Cell.Nothing : parts.Find(part => !part.Whole) ?? parts[0];
            sum = new Cell
            {
                Whole = sum.Whole || both.Whole,
                Flag = sum.Flag || both.Flag,
                KnownVictim = sum.KnownVictim || both.KnownVictim,
                KnownChild = sum.KnownChild || both.KnownChild,
                Tenancy = sum.Tenancy || both.Tenancy,
                OwnItems = sum.OwnItems || both.OwnItems,
                TickedItems = sum.TickedItems || both.TickedItems,
                HealthItems = sum.HealthItems || both.HealthItems,
            };
        }

        return sum.Whole ? new Cell { Whole = true } : sum;
    }

    private static Cell Atom(string word, On on, bool location) => word switch
    {
        "Y" => If(true),
        "-" => Cell.Nothing,
        "F" => new Cell { Flag = true },
        "need" => If(on.HasFlag(On.Need)),
        "given" => If(on.HasFlag(On.Need) && on.HasFlag(On.Assigned) && !on.HasFlag(On.Final)),
        "open" => If(!on.HasFlag(On.Final)),
        "location" => If(location),
        "summary" => If(on.HasFlag(On.Summary)),
        "child" => If(on.HasFlag(On.ChildCase)),
        "somebody" => If((on & (On.KnownVictim | On.KnownChild)) != 0),
        "known" => new Cell { KnownVictim = on.HasFlag(On.KnownVictim), KnownChild = on.HasFlag(On.KnownChild) },
        "tenancy" => new Cell { Tenancy = on.HasFlag(On.Tenancy) },
        "own" => new Cell { OwnItems = true },
        "ticked" => new Cell { TickedItems = true },
        "health" => new Cell { HealthItems = true },
        _ => throw new FormatException($"There is no cell '{word}'."),
    };

    private static Cell If(bool holds) => holds ? new Cell { Whole = true } : Cell.Nothing;
}
