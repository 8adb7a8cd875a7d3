using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Partnership.Ledger;

public sealed partial record DisclosureEntry
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>
    /// Reads the bytes of an entry without believing them. True only for exactly what <see cref="ToBytes"/> would make:
    /// an unknown or missing member, another order, another way to write the same text is not version 1.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out DisclosureEntry? entry)
    {
        entry = null;
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            var read = Read(document.RootElement);
            // What the reader skipped or took leniently shows here.
            if (!read.ToBytes().AsSpan().SequenceEqual(bytes.Span)) return false;
            entry = read;
            return true;
        }
        catch (Exception malformed) when (malformed
            is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    private static DisclosureEntry Read(JsonElement json) => new()
    {
        EntryId = json.GetProperty("entryId").GetGuid(),
        At = DateTimeOffset.ParseExact(
            Required(json, "at"), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        Operation = Required(json, "operation"),
        Outcome = Required(json, "outcome"),
        Actor = ReadActor(json.GetProperty("actor")),
        OnBehalfOf = Text(json, "onBehalfOf"),
        Service = Required(json, "service"),
        PurposeCode = Text(json, "purposeCode"),
        Justification = Text(json, "justification"),
        LegalPower = Text(json, "legalPower"),
        LawfulBasis = Text(json, "lawfulBasis"),
        Condition = Text(json, "condition"),
        Regime = Text(json, "regime"),
        IsaVersion = Text(json, "isaVersion"),
        PolicyVersion = Required(json, "policyVersion"),
        AgreementSet = Text(json, "agreementSet"),
        Recipients = Texts(json, "recipients"),
        Channel = Required(json, "channel"),
        Classification = Text(json, "classification"),
        CorrelationId = Text(json, "correlationId"),
        TraceParent = Text(json, "traceparent"),
        BodyDigest = Text(json, "bodyDigest"),
        DigestKey = Text(json, "digestKey"),
        AbortOf = Text(json, "abortOf") is { } aborted ? Guid.ParseExact(aborted, "D") : null,
        Records = [.. json.GetProperty("records").EnumerateArray().Select(ReadRecord)],
        Nonce = Base64Url.DecodeFromChars(Required(json, "nonce")),
    };

    private static EntryActor ReadActor(JsonElement json) => new(
        Required(json, "personId"), Required(json, "agency"), Text(json, "team"), Required(json, "role"), Text(json, "hat"), Text(json, "session"));

    private static EntryRecord ReadRecord(JsonElement json) => new()
    {
        RecordType = Required(json, "recordType"),
        RecordId = Text(json, "recordId"),
        SubjectIds = Texts(json, "subjectIds"),
        FieldGroups = Texts(json, "fieldGroups"),
        HeldBack = Texts(json, "heldBack"),
        MasksApplied = Texts(json, "masksApplied"),
        DecisionRule = Texts(json, "decisionRule"),
        ConsentRef = Text(json, "consentRef"),
        Facts = json.GetProperty("facts").EnumerateObject().ToDictionary(f => f.Name, f => f.Value.GetBoolean(), StringComparer.Ordinal),
    };

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static string Required(JsonElement json, string name) =>
        Text(json, name) ?? throw new FormatException("A member that every entry has is null.");

    private static string[] Texts(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(e => e.GetString() ?? throw new FormatException("A list holds a null."))];
}
