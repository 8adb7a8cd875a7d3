using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.Tests.Support.Sharing;

/// <summary>One value in a marked view: where it stands, its group, the groups of the lists and records around it.</summary>
/// <param name="Path">Such as <c>victim.addresses[1].postcode</c>.</param>
/// <param name="Group">Its own group.</param>
/// <param name="Around">Groups of the lists and records it stands in, each with the key that decides it.</param>
/// <param name="Key">Id of the nearest record around it that has a key, and that key's property.</param>
/// <param name="Marker">Text found nowhere else; null for values that cannot hold one (yes or no, codes).</param>
public sealed partial record MarkedValue(string Path, string Group, IReadOnlyList<(string Group, (string Name, Guid Id)? Key)> Around, (string Name, Guid Id)? Key, string? Marker)
{
    /// <summary>The path without places in lists, which shift when items are left out.</summary>
    public string Field { get; } = Places().Replace(Path, "[]");

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Places();
}

/// <summary>A view filled with marks, as far as its type does not matter.</summary>
public abstract class MarkedView
{
    /// <summary>How every text of a view begins, and how its ids end; nothing else does.</summary>
    private protected const string Text = "marker-", IdEnd = "-1234-5678-0102-030405060708";

    private ILookup<Kind, string>? byPlace;
    private Dictionary<string, string>? numbered;

    private enum Kind
    {
        Text,
        Id,
        Other,
    }

    public byte[] Json { get; private protected init; } = [];

    public List<MarkedValue> Values { get; } = [];

    /// <summary>Keys of every list's items, in the order of their lists.</summary>
    public IReadOnlyList<Guid> ItemIds => [.. Values.Where(value => value.Path.EndsWith(".itemId", StringComparison.Ordinal)).Select(value => value.Key!.Value.Id)];

    public Guid IdAt(string path) => Values.Single(value => value.Path == path).Key!.Value.Id;

    /// <summary>
    /// The marks in a text: those of which so much as the beginning is there, in whatever case, and those that are there whole. In
    /// one walk where it can be, because thousands of texts are looked through for hundreds of marks.
    /// </summary>
    public (IReadOnlySet<string> Touched, IReadOnlySet<string> Whole) MarksIn(string text)
    {
        byPlace ??= Values.Where(value => value.Marker is not null).ToLookup(value => KindOf(value.Marker!), value => value.Marker!);
        numbered ??= byPlace[Kind.Text].ToDictionary(mark => mark.Split('-')[1]);
        var (touched, whole) = (new HashSet<string>(), new HashSet<string>());
        for (var at = text.IndexOf(Text, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(Text, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + Text.Length;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            if (!numbered.TryGetValue(text[(at + Text.Length)..end], out var mark)) continue;
            touched.Add(mark);
            if (string.Compare(text, at, mark, 0, mark.Length, StringComparison.OrdinalIgnoreCase) == 0) whole.Add(mark);
        }

        for (var at = text.IndexOf(IdEnd, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(IdEnd, at + 1, StringComparison.OrdinalIgnoreCase))
            if (at >= 8) Found(text.Substring(at - 8, 36).ToLowerInvariant());
        foreach (var mark in byPlace[Kind.Other])
            if (text.Contains(mark, StringComparison.Ordinal)) Found(mark);
        return (touched, whole);

        void Found(string mark)
        {
            touched.Add(mark);
            whole.Add(mark);
        }
    }

    /// <summary>The key of the record around such a value; empty where the view has no such place.</summary>
    public Guid KeyAt(string path) => Values.Find(value => value.Path == path)?.Key?.Id ?? Guid.Empty;

    private static Kind KindOf(string mark) => mark.StartsWith(Text, StringComparison.Ordinal) ? Kind.Text : mark.EndsWith(IdEnd, StringComparison.Ordinal) ? Kind.Id : Kind.Other;
}

/// <summary>
/// A view filled by reflection, every field with a value of its own, lists with two items. Reads the attributes itself, so
/// that the schema under test is not its own judge.
/// </summary>
public sealed class Marked<TView> : MarkedView
{
    // No time of an answer, and no part of a random id.
    private static readonly DateTimeOffset Start = new(1955, 10, 5, 9, 30, 0, TimeSpan.Zero);

    private readonly int itemsInList;
    private int count;

    /// <param name="itemsInList">How many items lists of items have; other lists have two.</param>
    public Marked(int itemsInList = 2)
    {
        this.itemsInList = itemsInList;
        View = (TView)Fill(typeof(TView), "", null, [], null);
        Json = JsonSerializer.SerializeToUtf8Bytes(View, WireJson.Options);
    }

    public TView View { get; }

    private object Fill(Type type, string path, string? group, IReadOnlyList<(string, (string, Guid)?)> around, (string Name, Guid Id)? key)
    {
        var record = RuntimeHelpers.GetUninitializedObject(type);
        if (type.GetProperties().FirstOrDefault(property => property.IsDefined(typeof(ItemKeyAttribute))) is { } own)
            key = (JsonNamingPolicy.CamelCase.ConvertName(own.Name), NextGuid());
        if (group is not null) around = [.. around, (group, key)];
        foreach (var property in type.GetProperties())
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            var at = path.Length == 0 ? name : $"{path}.{name}";
            var groupOfProperty = property.GetCustomAttribute<GroupAttribute>()?.Name;
            property.SetValue(record, Value(property.PropertyType, at, groupOfProperty, around, key, property.IsDefined(typeof(ItemKeyAttribute))));
        }

        return record;
    }

    private object Value(Type type, string path, string? group, IReadOnlyList<(string, (string, Guid)?)> around, (string Name, Guid Id)? key, bool isKey)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType)
        {
            var item = type.GetGenericArguments()[0];
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
            var items = item.GetProperty("ItemId") is { } itemKey && itemKey.IsDefined(typeof(ItemKeyAttribute)) ? itemsInList : 2;
            for (var i = 0; i < items; i++) list.Add(Value(item, $"{path}[{i}]", group, around, key, isKey: false));
            return list;
        }

        if (type.IsClass && type != typeof(string)) return Fill(type, path, group, around, key);
        count++;
        var (value, marker) = Scalar(type, path, isKey ? key!.Value.Id : null);
        Values.Add(new MarkedValue(path, group!, around, key, marker));
        return value;
    }

    private (object Value, string? Marker) Scalar(Type type, string path, Guid? key)
    {
        if (type == typeof(string)) return ($"{Text}{count}-{path}", $"{Text}{count}-{path}");
        if (type == typeof(Guid)) return Of(key ?? NextGuid(), value => value.ToString());
        if (type == typeof(int)) return (1_000_000_000 + count, $"{1_000_000_000 + count}");
        if (type == typeof(long)) return (1_000_000_000L + count, $"{1_000_000_000 + count}");
        if (type == typeof(DateOnly)) return Of(new DateOnly(1900, 1, 1).AddDays(count), value => value.ToString("yyyy-MM-dd"));
        if (type == typeof(DateTimeOffset)) return Of(Start.AddSeconds(count), value => value.ToString("yyyy-MM-ddTHH:mm:ss"));
        if (type == typeof(bool)) return (true, null);
        return type.IsEnum ? (Enum.GetValues(type).GetValue(0)!, null) : throw new NotSupportedException($"{path} is a {type.Name}.");

        static (object, string?) Of<T>(T value, Func<T, string> marker) => (value!, marker(value));
    }

    private Guid NextGuid()
    {
        count++;
        return new Guid(count, 0x1234, 0x5678, [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
