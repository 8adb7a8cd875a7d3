using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Partnership.SharingRules;

/// <summary>One pass over one record's data. Methods answer false when the data breaks the contract.</summary>
internal ref struct FilterWalk
{
    private const int GuidLength = 36;

    /// <summary>No property of a view holds a longer number; one that is longer would be a way to smuggle.</summary>
    private const int LongestNumber = 32;
    private readonly Decision decision;
    private readonly ReadOnlySpan<byte> data;
    private readonly IBufferWriter<byte> sink;
    private readonly INestedRecords? nested;
    private Utf8JsonReader reader;
    private FilterOutput output;
    private string? failure;

    /// <summary>Something stands before the next value of the object or list being written.</summary>
    private bool comma;

    /// <summary>Place among the record's facts of the item that should come next.</summary>
    private int nextItem;

    public FilterWalk(ReadOnlySpan<byte> data, in Decision decision, IBufferWriter<byte> output, INestedRecords? nested)
    {
        this.data = data;
        this.nested = nested;
        sink = output;
        reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = EnvelopeReader.DeepestNesting });
        this.decision = decision;
        this.output = new FilterOutput(output);
    }

    /// <summary>Null on success.</summary>
    public string? Run(RecordShape root)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return ReadFailures.WrongKind;
        if (!Record(root, decision.Groups.All, needs: 0, name: null)) return failure;
        if (reader.Read()) return ReadFailures.NotJson;
        output.Flush();
        return null;
    }

    /// <summary>
    /// A record whose start has been read. <paramref name="released"/> are the groups released around it; a record with a
    /// key of its own is decided by that key instead. It is written when any of <paramref name="needs"/> is released for
    /// it, or when it needs none.
    /// </summary>
    private bool Record(RecordShape shape, ulong released, ulong needs, PropertyShape? name)
    {
        var depth = reader.CurrentDepth;
        var keyed = shape.Key != KeyKind.None;
        if (keyed)
        {
            if (!ReadKey(shape.Properties[0], out var key)) return Fail(ReadFailures.KeyNotFirst);
            released = decision.ReleasedFor(shape.Key, key, ref nextItem);
        }

        if (needs != 0 && (released & needs) == 0) return SkipToEndOf(depth);
        Separate();
        if (name is not null) output.Write(name.Written);
        output.Write((byte)'{');
        comma = false;
        if (keyed && (released & shape.Properties[0].Group) != 0)
        {
            WriteName(shape.Properties[0]);
            output.WriteQuoted(reader.ValueSpan);
            comma = true;
        }

        if (!Members(shape, released, keyed)) return false;
        output.Write((byte)'}');
        comma = true;
        return true;
    }

    private bool Members(RecordShape shape, ulong released, bool keyed)
    {
        var seen = keyed ? 1UL : 0;
        var next = keyed ? 1 : 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // An escaped name is never one of ours: services write names plainly.
            var place = reader.ValueIsEscaped ? -1 : shape.Find(reader.ValueSpan, next);
            reader.Read();
            if (place < 0)
            {
                reader.Skip();
                continue;
            }

            if ((seen & (1UL << place)) != 0) return Fail(ReadFailures.DuplicateMember);
            seen |= 1UL << place;
            next = place + 1;
            if (!Value(shape.Properties[place], released)) return false;
        }

        if ((shape.FlagProperties & ~seen) != 0) WriteMissingFlags(shape, seen);
        return true;
    }

    private bool Value(PropertyShape property, ulong released)
    {
        if (property.IsFlag && (property.Group & decision.Groups.Flag) != 0) return Flag(property);
        if (!Leaves(property, released))
        {
            reader.Skip();
            return true;
        }

        if (reader.TokenType == JsonTokenType.Null) return Null(property);
        switch (property.Kind)
        {
            case ValueKind.Text:
                if (property.BlankReleasesNothing && Texts.IsBlank(ref reader)) return true;
                WriteName(property);
                return Scalar(ValueKind.Text);
            case ValueKind.Number:
            case ValueKind.Boolean:
                WriteName(property);
                return Scalar(property.Kind);
            case ValueKind.TextList:
                WriteName(property);
                return Scalars(ValueKind.Text);
            case ValueKind.NumberList:
                WriteName(property);
                return Scalars(ValueKind.Number);
            case ValueKind.Record:
                return reader.TokenType == JsonTokenType.StartObject
                    ? Record(property.Inner!, released, property.Group, property)
                    : Fail(ReadFailures.WrongKind);
            case ValueKind.RecordList:
                WriteName(property);
                return Records(property, released);
            case ValueKind.Nested:
                return Nested(property, name: property);
            case ValueKind.NestedList:
                WriteName(property);
                return NestedList(property);
            default:
                return Fail(ReadFailures.WrongKind);
        }
    }

    /// <summary>Whether the property is written, by the decision alone.</summary>
    private readonly bool Leaves(PropertyShape property, ulong released)
    {
        var inner = property.Inner;
        if (property.Group == 0) return CanLeave(inner!, released);
        if (inner is { Key: not KeyKind.None }) released = decision.ReleasableFor(inner.Key);
        return (released & property.Group) != 0;
    }

    /// <summary>A frame leaves when something in it can: whole, for somebody or some address in it, or as a flag.</summary>
    private readonly bool CanLeave(RecordShape frame, ulong released) =>
        (frame.GroupsBelow & released) != 0
        || (frame.UnderPersonBelow & decision.Groups.Known) != 0
        || (frame.UnderAddressBelow & decision.Groups.Tenancy) != 0
        || (frame.UnderItemBelow & decision.Groups.ForSomeItems) != 0
        || (frame.FlagBelow & decision.Groups.Flag) != 0;

    private bool Records(PropertyShape property, ulong released)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return Fail(ReadFailures.WrongKind);
        output.Write((byte)'[');
        comma = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject) return Fail(ReadFailures.WrongKind);
            if (!Record(property.Inner!, released, property.Group, name: null)) return false;
        }

        output.Write((byte)']');
        comma = true;
        return true;
    }

    private bool NestedList(PropertyShape property)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return Fail(ReadFailures.WrongKind);
        output.Write((byte)'[');
        comma = false;
        var seen = new HashSet<Guid>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            if (!Nested(property, name: null, seen)) return false;
        output.Write((byte)']');
        comma = true;
        return true;
    }

    /// <summary>A record with facts of its own: decided by them and left out when denied, without a trace.</summary>
    private bool Nested(PropertyShape property, PropertyShape? name, HashSet<Guid>? seen = null)
    {
        if (EnvelopeReader.Record(ref reader, data, withData: true, out var parts) is { } broken) return Fail(broken);
        if (parts.Type != property.NestedType || nested is null || nested.ViewOf(parts.Type) is not { } view) return Fail(ReadFailures.NestedRecord);
        if (seen is not null && !seen.Add(parts.Id)) return Fail(ReadFailures.NestedRecord);
        var inner = nested.Decide(parts.Type, parts.Id, parts.Facts);
        if (!inner.Permitted) return true;
        if (!ReferenceEquals(inner.View, view)) return Fail(ReadFailures.NestedRecord);
        Separate();
        if (name is not null) output.Write(name.Written);
        output.Write("{\"type\":\""u8);
        output.Write(Encoding.UTF8.GetBytes(parts.Type));
        output.Write("\",\"id\":\""u8);
        output.Write(Encoding.UTF8.GetBytes(parts.Id.ToString("D")));
        output.Write("\",\"data\":"u8);
        output.Flush();
        var walk = new FilterWalk(data.Slice(parts.DataStart, parts.DataLength), inner, sink, nested);
        if (walk.Run(view.Root) is { } failed) return Fail(failed);
        RecordTail.Write(sink, nested.WithheldOf(parts.Type, parts.Facts), inner.Obligations!);
        output.Write((byte)'}');
        comma = true;
        return true;
    }

    private bool Scalars(ValueKind kind)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return Fail(ReadFailures.WrongKind);
        output.Write((byte)'[');
        comma = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Separate();
            if (!Scalar(kind)) return false;
        }

        output.Write((byte)']');
        comma = true;
        return true;
    }

    private bool Scalar(ValueKind kind)
    {
        comma = true;
        switch (reader.TokenType)
        {
            case JsonTokenType.String when kind == ValueKind.Text:
                if (reader.ValueIsEscaped && !Texts.HasWholeSurrogates(reader.ValueSpan)) return Fail(ReadFailures.NotUtf8);
                output.WriteQuoted(reader.ValueSpan);
                return true;
            case JsonTokenType.Number when kind == ValueKind.Number && reader.ValueSpan.Length <= LongestNumber:
                output.Write(reader.ValueSpan);
                return true;
            case JsonTokenType.True when kind == ValueKind.Boolean:
                output.Write("true"u8);
                return true;
            case JsonTokenType.False when kind == ValueKind.Boolean:
                output.Write("false"u8);
                return true;
            default:
                return Fail(ReadFailures.WrongKind);
        }
    }

    /// <summary>The group's one property that says yes or no; what it holds is stepped over.</summary>
    private bool Flag(PropertyShape property)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            WriteFlag(property, value: false);
            return true;
        }

        if (property.Kind == ValueKind.Boolean)
        {
            if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False)) return Fail(ReadFailures.WrongKind);
            WriteFlag(property, reader.TokenType == JsonTokenType.True);
            return true;
        }

        if (reader.TokenType != JsonTokenType.StartArray) return Fail(ReadFailures.WrongKind);
        var depth = reader.CurrentDepth;
        reader.Read();
        var any = reader.TokenType != JsonTokenType.EndArray;
        WriteFlag(property, any);
        return !any || SkipToEndOf(depth);
    }

    /// <summary>A flag answers also when the service left its list out, or its absence would answer in its place.</summary>
    private void WriteMissingFlags(RecordShape shape, ulong seen)
    {
        for (var place = 0; place < shape.Properties.Length; place++)
        {
            var property = shape.Properties[place];
            if (property.IsFlag && (seen & (1UL << place)) == 0 && (property.Group & decision.Groups.Flag) != 0) WriteFlag(property, value: false);
        }
    }

    private void WriteFlag(PropertyShape property, bool value)
    {
        WriteName(property);
        output.Write(value ? """{"masked":"flag","value":true}"""u8 : """{"masked":"flag","value":false}"""u8);
        comma = true;
    }

    private bool Null(PropertyShape property)
    {
        if (property.BlankReleasesNothing) return true;
        WriteName(property);
        output.Write("null"u8);
        comma = true;
        return true;
    }

    private bool ReadKey(PropertyShape property, out Guid key)
    {
        key = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || reader.ValueIsEscaped || !reader.ValueSpan.SequenceEqual(property.Name)) return false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped) return false;
        return reader.ValueSpan.Length == GuidLength
            && Utf8Parser.TryParse(reader.ValueSpan, out key, out var length, 'D')
            && length == GuidLength;
    }

    /// <summary>Steps over what is left of the object or list that started at this depth.</summary>
    private bool SkipToEndOf(int depth)
    {
        while (reader.Read())
            if (reader.CurrentDepth == depth && reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                return true;
        return Fail(ReadFailures.NotJson);
    }

    private void WriteName(PropertyShape property)
    {
        Separate();
        output.Write(property.Written);
    }

    private void Separate()
    {
        if (comma) output.Write((byte)',');
    }

    private bool Fail(string code)
    {
        failure = code;
        return false;
    }
}
