using System.Text;
using Google.Protobuf;

namespace Partnership.Tests.Support.Telemetry;

/// <summary>
/// A protobuf message read without its schema: fields by number. OTLP's numbers are frozen, and the few we look at are
/// named where they are read.
/// </summary>
internal sealed class ProtoMessage
{
    private readonly Dictionary<int, List<object>> fields = [];

    public ProtoMessage(byte[] bytes)
    {
        var input = new CodedInputStream(bytes);
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            object value = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => (ulong)input.ReadFixed32(),
                WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
                _ => throw new InvalidOperationException("Groups are not used by OTLP."),
            };
            var number = WireFormat.GetTagFieldNumber(tag);
            if (!fields.TryGetValue(number, out var values))
                fields[number] = values = [];
            values.Add(value);
        }
    }

    public byte[] Bytes(int field) => fields.TryGetValue(field, out var values) ? (byte[])values[^1] : [];

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    public ulong Number(int field) => fields.TryGetValue(field, out var values) ? (ulong)values[^1] : 0;

    public bool Has(int field) => fields.ContainsKey(field);

    public ProtoMessage Message(int field) => new(Bytes(field));

    public IEnumerable<ProtoMessage> Messages(int field) =>
        fields.TryGetValue(field, out var values) ? values.Select(value => new ProtoMessage((byte[])value)) : [];

    /// <summary>A repeated KeyValue (key 1, AnyValue 2).</summary>
    public IReadOnlyDictionary<string, string> Attributes(int field) =>
        Messages(field).GroupBy(pair => pair.Text(1), StringComparer.Ordinal)
            .ToDictionary(pairs => pairs.Key, pairs => pairs.Last().Message(2).AnyValue(), StringComparer.Ordinal);

    /// <summary>This message as an AnyValue: string 1, bool 2, int 3, double 4, array 5, list 6, bytes 7.</summary>
    public string AnyValue() =>
        Has(1) ? Text(1)
        : Has(2) ? (Number(2) != 0 ? "true" : "false")
        : Has(3) ? ((long)Number(3)).ToString(null, null)
        : Has(4) ? BitConverter.UInt64BitsToDouble(Number(4)).ToString(null, null)
        : Has(5) ? string.Join(",", Message(5).Messages(1).Select(value => value.AnyValue()))
        : Has(6) ? string.Join(",", Message(6).Attributes(1).Select(pair => $"{pair.Key}={pair.Value}"))
        : Has(7) ? Hex(7)
        : "";
}
