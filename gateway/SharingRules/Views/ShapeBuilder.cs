using System.Reflection;
using System.Text;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.SharingRules;

/// <summary>Builds shapes from the attributes of a view, and refuses whatever is not closed.</summary>
internal static class ShapeBuilder
{
    /// <summary>Properties of one record are bits of one word while it is filtered.</summary>
    private const int MostProperties = 64;

    /// <summary>As deep as the wire goes (<see cref="WireJson"/>).</summary>
    private const int MostLevels = 16;

    public static IReadOnlySet<string> GroupsOf(Type view)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Collect(view, 0);
        return found;

        void Collect(Type record, int level)
        {
            if (level > MostLevels) throw new ViewSchemaException($"{view.Name} is recursive or too deep at {record.Name}.");
            foreach (var property in PropertiesOf(record))
            {
                if (property.GetCustomAttribute<GroupAttribute>() is { } group) found.Add(group.Name);
                if (Classify(record, property).Record is { } inner) Collect(inner, level + 1);
            }
        }
    }

    public static RecordShape Build(Type view, string[] groups) => Build(view, groups, KeyKind.None);

    private static RecordShape Build(Type record, string[] groups, KeyKind around)
    {
        var properties = PropertiesOf(record);
        if (properties.Length > MostProperties) throw new ViewSchemaException($"{record.Name} has more than {MostProperties} properties.");
        var key = KeyOf(record, properties);
        var context = key == KeyKind.None ? around : key;
        ulong below = 0, person = 0, address = 0, item = 0, flags = 0, flagProperties = 0;
        var shapes = new PropertyShape[properties.Length];
        for (var place = 0; place < properties.Length; place++)
        {
            var shape = shapes[place] = PropertyOf(record, properties[place], groups, context);
            below |= shape.Group;
            if (context == KeyKind.Person) person |= shape.Group;
            if (context == KeyKind.Address) address |= shape.Group;
            if (context == KeyKind.Item) item |= shape.Group;
            if (shape.IsFlag) (flags, flagProperties) = (flags | shape.Group, flagProperties | (1UL << place));
            if (shape.Inner is not { } inner) continue;
            below |= inner.GroupsBelow;
            person |= inner.UnderPersonBelow;
            address |= inner.UnderAddressBelow;
            item |= inner.UnderItemBelow;
            flags |= inner.FlagBelow;
        }

        return new RecordShape
        {
            Properties = shapes,
            Key = key,
            GroupsBelow = below,
            UnderPersonBelow = person,
            UnderAddressBelow = address,
            UnderItemBelow = item,
            FlagBelow = flags,
            FlagProperties = flagProperties,
        };
    }

    private static PropertyShape PropertyOf(Type record, PropertyInfo property, string[] groups, KeyKind context)
    {
        var where = $"{record.Name}.{property.Name}";
        var group = property.GetCustomAttribute<GroupAttribute>();
        var frame = property.IsDefined(typeof(FrameAttribute));
        if ((group is null) == !frame) throw new ViewSchemaException($"{where} needs either a [Group] or a [Frame].");
        var (kind, inner) = Classify(record, property);
        if (frame && kind != ValueKind.Record) throw new ViewSchemaException($"{where} is a [Frame] and not a record.");
        if (group is { Flag: true } && kind is not (ValueKind.RecordList or ValueKind.Boolean))
            throw new ViewSchemaException($"{where} is a flag and not a list of records or a yes or no.");
        var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        return new PropertyShape
        {
            Name = Encoding.UTF8.GetBytes(name),
            Written = Encoding.UTF8.GetBytes($"\"{name}\":"),
            Kind = kind,
            Group = group is null ? 0 : 1UL << Array.IndexOf(groups, group.Name),
            IsFlag = group?.Flag ?? false,
            BlankReleasesNothing = kind == ValueKind.Text && group?.Name == FieldGroups.Summary,
            Inner = inner is null ? null : Build(inner, groups, context),
            NestedType = kind is ValueKind.Nested or ValueKind.NestedList ? NestedTypeOf(property.PropertyType) : null,
        };
    }

    private static PropertyInfo[] PropertiesOf(Type record)
    {
        if (!record.IsClass || !record.IsSealed || record.BaseType != typeof(object))
            throw new ViewSchemaException($"{record.Name} is not a sealed record of its own.");
        var properties = record.GetProperties(BindingFlags.Instance | BindingFlags.Public);
        if (properties.Length == 0) throw new ViewSchemaException($"{record.Name} has no properties.");
        foreach (var property in properties)
        {
            if (property.GetCustomAttributes().Any(a => a.GetType().Namespace == "System.Text.Json.Serialization"))
                throw new ViewSchemaException($"{record.Name}.{property.Name} changes how it is written; views are written as they stand.");
            if (property.GetCustomAttribute<GroupAttribute>() is { } group && string.IsNullOrWhiteSpace(group.Name))
                throw new ViewSchemaException($"{record.Name}.{property.Name} has an empty group.");
        }

        return properties;
    }

    private static KeyKind KeyOf(Type record, PropertyInfo[] properties)
    {
        var place = Array.FindIndex(properties, property => property.IsDefined(typeof(ItemKeyAttribute)));
        if (place < 0) return KeyKind.None;
        if (place > 0 || properties.Count(property => property.IsDefined(typeof(ItemKeyAttribute))) > 1)
            throw new ViewSchemaException($"{record.Name}: the [ItemKey] must be one property, the first.");
        var key = properties[0];
        if (key.PropertyType != typeof(Guid)) throw new ViewSchemaException($"{record.Name}.{key.Name} is an [ItemKey] and not a Guid.");
        return key.Name switch { "PersonId" => KeyKind.Person, "AddressId" => KeyKind.Address, "ItemId" => KeyKind.Item, _ => KeyKind.Other };
    }

    private static (ValueKind Kind, Type? Record) Classify(Type record, PropertyInfo property)
    {
        var type = property.PropertyType;
        if (ScalarOf(type) is { } scalar) return (scalar, null);
        if (NestedTypeOf(type) is not null) return (IsEnvelope(type) ? ValueKind.Nested : ValueKind.NestedList, null);
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IReadOnlyList<>)) return (ValueKind.Record, Closed(type));
        var item = type.GetGenericArguments()[0];
        return ScalarOf(item) switch
        {
            ValueKind.Text => (ValueKind.TextList, null),
            ValueKind.Number => (ValueKind.NumberList, null),
            null => (ValueKind.RecordList, Closed(item)),
            _ => throw Open(),
        };

        Type Closed(Type inner) =>
            inner is { IsClass: true, IsSealed: true, IsGenericType: false, IsArray: false } && inner.Namespace?.StartsWith("System", StringComparison.Ordinal) != true
                ? inner
                : throw Open();

        ViewSchemaException Open() => new(
            $"{record.Name}.{property.Name} has the open type {type.Name}; views hold records, lists of records, scalars and enums.");
    }

    /// <summary>
    /// Record type of a property that is <see cref="RecordEnvelope{TView}"/> or a list of them; null for any other. Records inside a
    /// record are decided by their own facts, so their views are shapes of their own.
    /// </summary>
    private static string? NestedTypeOf(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) type = type.GetGenericArguments()[0];
        if (!IsEnvelope(type)) return null;
        var view = type.GetGenericArguments()[0];
        return view.GetCustomAttribute<RecordViewAttribute>()?.RecordType ?? throw new ViewSchemaException($"{view.Name} is nested and has no [RecordView].");
    }

    private static bool IsEnvelope(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(RecordEnvelope<>);

    private static ValueKind? ScalarOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum || type == typeof(string) || type == typeof(Guid) || type == typeof(DateOnly) || type == typeof(DateTimeOffset))
            return ValueKind.Text;
        if (type == typeof(int) || type == typeof(long) || type == typeof(decimal)) return ValueKind.Number;
        return type == typeof(bool) ? ValueKind.Boolean : null;
    }
}
