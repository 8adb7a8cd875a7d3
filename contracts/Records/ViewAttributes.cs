namespace Partnership.Contracts.Records;

/// <summary>Names the record type that a view is the wire form of.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RecordViewAttribute(string recordType) : Attribute
{
    public string RecordType { get; } = recordType;
}

/// <summary>
/// The field group a property is released with. Every property of a view has exactly one; the gateway refuses to start,
/// and a test fails, where one is missing. A property whose type is a record or a list of records is released when its
/// own group is; each property inside is then decided by its own group.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GroupAttribute(string name) : Attribute
{
    public string Name { get; } = name;

    /// <summary>
    /// True on the one property of its group that stands for the group under the mask <c>flag</c>, a list of records or a yes or
    /// no: it leaves as <c>{"masked":"flag","value":true|false}</c>, true when the list is not empty or the property is true, and
    /// nothing else of the group leaves.
    /// </summary>
    public bool Flag { get; set; }
}

/// <summary>
/// A record that only frames others (such as <c>victim</c>, whose parts belong to several groups). It leaves when the decision
/// opens a group inside for some record, even if for none of this one: whether it is empty then says nothing about the data.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FrameAttribute : Attribute;

/// <summary>
/// The id by which conditions such as <c>known-to</c> and <c>own-tenancy</c> name this person or address, or by which an item
/// is decided (<c>ItemId</c>, see <see cref="ItemFact"/>). Must be the first property of its record. Where a group is released
/// for some ids only, a property leaves when the id of the nearest record around it that has a key is one of them.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemKeyAttribute : Attribute;
