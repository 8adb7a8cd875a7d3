using System.Collections.Frozen;
using System.Reflection;
using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.SharingRules;

/// <summary>A view in the contracts is not closed; the message names view and property.</summary>
public sealed class ViewSchemaException(string message) : Exception(message);

/// <summary>
/// The closed shape of one record type's view: every property, its group and its kind. Built once from the attributes of
/// the contracts; the filter releases nothing that is not in it.
/// </summary>
public sealed class ViewSchema
{
    /// <summary>Groups of a view are bits of one word in a decision.</summary>
    private const int MostGroups = 64;
    private readonly string[] groups;
    private readonly FrozenDictionary<string, ulong> bits;

    private ViewSchema(string recordType, string[] groups, RecordShape root)
    {
        (RecordType, this.groups, Root) = (recordType, groups, root);
        bits = groups.Select((group, place) => (group, Bit: 1UL << place)).ToFrozenDictionary(entry => entry.group, entry => entry.Bit, StringComparer.Ordinal);
    }

    /// <summary>The record type, from <c>[RecordView]</c>.</summary>
    public string RecordType { get; }

    /// <summary>Field groups that occur in the view, in order of the matrix; groups of no matrix come last, sorted.</summary>
    public IReadOnlyList<string> Groups => groups;

    internal RecordShape Root { get; }

    /// <summary>All groups of the view.</summary>
    internal ulong AllGroups => groups.Length == MostGroups ? ulong.MaxValue : (1UL << groups.Length) - 1;

    /// <summary>Groups with a property that can stand for them under the mask <c>flag</c>.</summary>
    internal ulong FlagGroups => Root.FlagBelow;

    /// <exception cref="ViewSchemaException">
    /// A property without a group or frame, of an open type (dictionary, object, interface, unsealed or recursive class), or
    /// an item key that is not the first property.
    /// </exception>
    public static ViewSchema For(Type view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var recordType = view.GetCustomAttribute<RecordViewAttribute>()?.RecordType
            ?? throw new ViewSchemaException($"{view.Name} has no [RecordView].");
        var matrix = FieldGroups.All.Select((name, place) => (name, place)).ToDictionary(g => g.name, g => g.place);
        string[] groups =
        [
            .. ShapeBuilder.GroupsOf(view)
                .OrderBy(group => matrix.GetValueOrDefault(group, int.MaxValue))
                .ThenBy(group => group, StringComparer.Ordinal),
        ];
        if (groups.Length > MostGroups) throw new ViewSchemaException($"{view.Name} has more than {MostGroups} groups.");
        return new ViewSchema(recordType, groups, ShapeBuilder.Build(view, groups));
    }

    /// <summary>Schemas of all types of an assembly that have <c>[RecordView]</c>, in order of record type.</summary>
    /// <exception cref="ViewSchemaException">One of them is not closed, or two claim one record type.</exception>
    public static IReadOnlyList<ViewSchema> AllIn(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var schemas = assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(RecordViewAttribute)))
            .Select(For)
            .OrderBy(schema => schema.RecordType, StringComparer.Ordinal)
            .ToList();
        var twice = schemas.GroupBy(schema => schema.RecordType).FirstOrDefault(same => same.Count() > 1);
        return twice is null ? schemas : throw new ViewSchemaException($"Two views claim the record type {twice.Key}.");
    }

    /// <summary>The group's bit in this view; 0 when the view has no such group.</summary>
    internal ulong BitOf(string group) => bits.TryGetValue(group, out var bit) ? bit : 0;

    /// <summary>Names of the groups in a word of bits.</summary>
    internal IReadOnlyList<string> NamesOf(ulong bits) => [.. groups.Where((_, place) => (bits & (1UL << place)) != 0)];
}
