using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Partnership.Contracts.Records;
using Partnership.SharingRules;

namespace Partnership.Tests.Pure.SharingRules.Reference;

/// <summary>Writes of a view's object what the reference says leaves: by reflection, without a schema, bits or a reader.</summary>
internal sealed class ReferenceWriter(Dictionary<string, GroupAnswer> answers, bool unlistedItems, IReadOnlySet<Guid> listed)
{
    private static readonly ConcurrentDictionary<Type, (PropertyInfo Info, string Name, GroupAttribute? Group, bool IsKey)[]> Known = new();
    private readonly StringBuilder text = new();

    public string Write(object view)
    {
        Record(view, null);
        return text.ToString();
    }

    private void Record(object record, (string Name, Guid Id)? key)
    {
        text.Append('{');
        var properties = PropertiesOf(record.GetType());
        if (properties[0].IsKey) key = (properties[0].Info.Name, (Guid)properties[0].Info.GetValue(record)!);
        var first = true;
        foreach (var (info, name, group, _) in properties)
        {
            var value = info.GetValue(record);
            if (group is { Flag: true } && answers[group.Name].Flag && !answers[group.Name].All && answers[group.Name].Kind == ReleaseKind.Flag)
                Member(name, () => text.Append($$"""{"masked":"flag","value":{{((value is bool yes ? yes : ((IList)value!).Count > 0) ? "true" : "false")}}}"""));
            else if (group is null)
                Frame(name, value!, key);
            else if (value is not null && MayLeave(info, group.Name, key) && !(group.Name == "summary" && string.IsNullOrWhiteSpace((string)value)))
                Member(name, () => Value(value, group.Name, key));
        }

        text.Append('}');

        void Member(string name, Action write)
        {
            if (!first) text.Append(',');
            first = false;
            text.Append('"').Append(name).Append("\":");
            write();
        }

        void Frame(string name, object framed, (string Name, Guid Id)? around)
        {
            if (CouldLeave(framed.GetType(), null)) Member(name, () => Record(framed, around));
        }
    }

    private void Value(object value, string group, (string Name, Guid Id)? key)
    {
        switch (value)
        {
            case IReadOnlyList<string> words:
                text.Append('[').AppendJoin(',', words.Select(word => JsonSerializer.Serialize(word))).Append(']');
                break;
            case IList list:
                text.Append('[');
                var first = true;
                foreach (var item in list)
                {
                    var own = PropertiesOf(item!.GetType())[0];
                    if (!Releases(group, own.IsKey ? (own.Info.Name, (Guid)own.Info.GetValue(item)!) : key)) continue;
                    if (!first) text.Append(',');
                    first = false;
                    Record(item, key);
                }

                text.Append(']');
                break;
            case bool yes:
                text.Append(yes ? "true" : "false");
                break;
            default:
                text.Append(JsonSerializer.Serialize(value));
                break;
        }
    }

    /// <summary>Whether the property is written at all: a list is when any item of it could leave, whatever items there are.</summary>
    private bool MayLeave(PropertyInfo property, string group, (string Name, Guid Id)? key)
    {
        if (!property.PropertyType.IsGenericType || property.PropertyType == typeof(IReadOnlyList<string>)) return Releases(group, key);
        var own = PropertiesOf(property.PropertyType.GetGenericArguments()[0])[0];
        return own.IsKey ? Could(group, own.Info.Name) : Releases(group, key);
    }

    private bool CouldLeave(Type type, string? keyName)
    {
        var properties = PropertiesOf(type);
        if (properties[0].IsKey) keyName = properties[0].Info.Name;
        return properties.Any(property =>
            (property.Group is { } group && (Could(group.Name, keyName) || (group.Flag && answers[group.Name].Kind == ReleaseKind.Flag)))
            || (property.Info.PropertyType.IsGenericType && property.Info.PropertyType != typeof(IReadOnlyList<string>)
                && CouldLeave(property.Info.PropertyType.GetGenericArguments()[0], keyName)));
    }

    private bool Could(string group, string? keyName) => answers[group].All || keyName switch
    {
        "PersonId" => answers[group].MayKnowPeople,
        "AddressId" => answers[group].MayHaveAddresses,
        "ItemId" => answers[group].MayHaveItems,
        _ => false,
    };

    private bool Releases(string group, (string Name, Guid Id)? key) => key switch
    {
        { Name: "ItemId" } when listed.Contains(key.Value.Id) => answers[group].Items.Contains(key.Value.Id),
        { Name: "ItemId" } => answers[group].All && unlistedItems,
        { Name: "PersonId" } => answers[group].All || answers[group].KnownPeople.Contains(key.Value.Id),
        { Name: "AddressId" } => answers[group].All || answers[group].OwnAddresses.Contains(key.Value.Id),
        _ => answers[group].All,
    };

    private static (PropertyInfo Info, string Name, GroupAttribute? Group, bool IsKey)[] PropertiesOf(Type type) => Known.GetOrAdd(type, known =>
    [
        .. known.GetProperties().Select(property =>
            (property, JsonNamingPolicy.CamelCase.ConvertName(property.Name), property.GetCustomAttribute<GroupAttribute>(), property.IsDefined(typeof(ItemKeyAttribute)))),
    ]);
}
