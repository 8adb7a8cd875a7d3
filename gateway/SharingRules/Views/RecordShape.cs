namespace Partnership.SharingRules;

/// <summary>What an <c>[ItemKey]</c> is the id of, told by its property's name.</summary>
internal enum KeyKind { None, Person, Address, Item, Other }

internal enum ValueKind
{
    Text, Number, Boolean, TextList, NumberList, Record, RecordList,

    /// <summary>A record of a type of its own, with facts of its own, or a list of them.</summary>
    Nested, NestedList,
}

/// <summary>One record of a view. Shapes are built for the place they stand in, so that "the nearest key" is fixed.</summary>
internal sealed class RecordShape
{
    public required PropertyShape[] Properties { get; init; }

    /// <summary>Kind of the record's own key; <see cref="KeyKind.None"/> when it has none.</summary>
    public required KeyKind Key { get; init; }

    /// <summary>Groups of the properties at or below, and those among them whose nearest key is of a person, an address or an item.</summary>
    public required ulong GroupsBelow { get; init; }
    public required ulong UnderPersonBelow { get; init; }
    public required ulong UnderAddressBelow { get; init; }
    public required ulong UnderItemBelow { get; init; }

    /// <summary>Groups that a property at or below stands for under the mask <c>flag</c>.</summary>
    public required ulong FlagBelow { get; init; }

    /// <summary>Properties of this record itself that stand for a group, as bits of their places.</summary>
    public required ulong FlagProperties { get; init; }

    /// <summary>Place of the property of this name, or -1. <paramref name="expected"/> is tried first: services write in order.</summary>
    public int Find(ReadOnlySpan<byte> name, int expected)
    {
        var properties = Properties;
        if ((uint)expected < (uint)properties.Length && name.SequenceEqual(properties[expected].Name)) return expected;
        for (var place = 0; place < properties.Length; place++)
            if (name.SequenceEqual(properties[place].Name)) return place;
        return -1;
    }
}

/// <summary>One property of a view.</summary>
internal sealed class PropertyShape
{
    public required byte[] Name { get; init; }

    /// <summary><c>"name":</c> as it is written.</summary>
    public required byte[] Written { get; init; }
    public required ValueKind Kind { get; init; }

    /// <summary>Bit of its group; 0 for a frame.</summary>
    public required ulong Group { get; init; }
    public required bool IsFlag { get; init; }

    /// <summary>A text that releases nothing, not even its name, when it is null or blank (a summary nobody wrote).</summary>
    public required bool BlankReleasesNothing { get; init; }

    /// <summary>Of a record or the items of a list; null otherwise.</summary>
    public required RecordShape? Inner { get; init; }

    /// <summary>Record type of nested records; null otherwise.</summary>
    public required string? NestedType { get; init; }
}
