using System.Reflection;
using System.Text.Json;
using Partnership.Contracts.Records;

namespace Partnership.Tests.Support.Sharing;

/// <summary>What of one marked view leaves by the table, value by value, and how that compares with what has left.</summary>
public sealed class MatrixRelease
{
    private readonly Type view;
    private readonly ExpectedRelease expected;
    private readonly MarkedView marked;
    private readonly IReadOnlyDictionary<Guid, ItemTraits> items;
    private readonly Guid victim, child, address;

    private MatrixRelease(Type view, ExpectedRelease expected, MarkedView marked, IReadOnlyDictionary<Guid, ItemTraits> items)
    {
        (this.view, this.expected, this.marked, this.items) = (view, expected, marked, items);
        (victim, child, address) = (marked.KeyAt("victim.name"), marked.KeyAt("children[1].name"), MatrixFacts.AddressOf(marked));
    }

    public static MatrixRelease Of<TView>(ExpectedRelease expected, Marked<TView> marked, IReadOnlyDictionary<Guid, ItemTraits> items) =>
        new(typeof(TView), expected, marked, items);

    /// <summary>What is wrong with an answer, for a person to read; nothing when it is as the table says.</summary>
    /// <param name="text">All of the answer, every byte a character, in which nothing else of the view may stand.</param>
    /// <param name="data">The released view in it.</param>
    public IEnumerable<string> Differences(string text, JsonElement data)
    {
        var paths = new List<string>();
        var (touched, whole) = marked.MarksIn(text);
        foreach (var value in marked.Values)
        {
            var leaves = Leaves(value);
            if (leaves) paths.Add(value.Field);
            if (value.Marker is null) continue;
            if (leaves && !whole.Contains(value.Marker)) yield return $"{value.Path} is missing";
            if (!leaves && touched.Contains(value.Marker)) yield return $"{value.Path} leaked";
        }

        foreach (var (group, cell) in expected.Cells)
            if (cell.Flag && FlagPath(view, group) is { } flag) paths.Add($"{flag}:True");
        var left = PathsOf(data);
        paths.Sort(StringComparer.Ordinal);
        if (!paths.SequenceEqual(left))
            yield return $"missing [{string.Join(' ', Without(paths, left))}], too much [{string.Join(' ', Without(left, paths))}]";
    }

    /// <summary>
    /// Paths of the scalars, sorted, each as often as it occurs, without places in lists (which shift when items are left out);
    /// masks as <c>children:True</c>.
    /// </summary>
    public static IReadOnlyList<string> PathsOf(JsonElement data)
    {
        var paths = new List<string>();
        Collect(data, "", paths);
        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    /// <summary>Whether a value of the view leaves, by the table: itself and every list and record around it.</summary>
    private bool Leaves(MarkedValue value)
    {
        foreach (var (group, key) in value.Around)
            if (!Releases(group, key)) return false;
        return Releases(value.Group, value.Key);
    }

    private bool Releases(string group, (string Name, Guid Id)? key)
    {
        // Of a group the table does not name nobody knows whether it may leave.
        if (!expected.Cells.TryGetValue(group, out var cell)) throw new InvalidOperationException($"The table of {view.Name} has no cell for {group}.");
        if (key is { Name: "itemId" }) return expected.Leaves(group, items[key.Value.Id]);
        return cell.Whole || key switch
        {
            { Name: "personId" } => (cell.KnownVictim && key.Value.Id == victim) || (cell.KnownChild && key.Value.Id == child),
            { Name: "addressId" } => cell.Tenancy && key.Value.Id == address,
            _ => false,
        };
    }

    /// <summary>Where a group's flag stands, by the attributes of the contract.</summary>
    private static string? FlagPath(Type view, string group) => view.GetProperties()
        .Where(property => property.GetCustomAttribute<GroupAttribute>() is { Flag: true } flag && flag.Name == group)
        .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))
        .SingleOrDefault();

    private static List<string> Without(IReadOnlyList<string> all, IReadOnlyList<string> these)
    {
        var left = all.ToList();
        foreach (var one in these) left.Remove(one);
        return [.. left.Take(20)];
    }

    private static void Collect(JsonElement element, string path, List<string> paths)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when element.TryGetProperty("masked", out _):
                paths.Add($"{path}:{element.GetProperty("value").GetBoolean()}");
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject()) Collect(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", paths);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) Collect(item, $"{path}[]", paths);
                break;
            default:
                paths.Add(path);
                break;
        }
    }
}
