using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Partnership.Ledger;

public sealed partial record DisclosureEntry
{
    /// <summary>
    /// Reads the bytes of an entry without believing them. True only for exactly what <see cref="ToBytes"/> would make:
    /// an unknown or missing member, another order, another way to write the same text is not version 1. Never throws.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DisclosureEntry? entry)
    {
        entry = null;
        var json = new CanonicalReader(bytes);
        // One member after the other, as they are written.
        if (!(json.Take("{\"abortOf\":"u8) && json.TextOrNull(out var abortOf)
            && json.Take(",\"actor\":"u8) && EntryActor.TryRead(ref json, out var actor)
            && json.Take(",\"agreementSet\":"u8) && json.TextOrNull(out var agreementSet)
            && json.Take(",\"at\":"u8) && json.Text(out var atText)
            && json.Take(",\"bodyDigest\":"u8) && json.TextOrNull(out var bodyDigest)
            && json.Take(",\"channel\":"u8) && json.Text(out var channel)
            && json.Take(",\"classification\":"u8) && json.TextOrNull(out var classification)
            && json.Take(",\"condition\":"u8) && json.TextOrNull(out var condition)
            && json.Take(",\"correlationId\":"u8) && json.TextOrNull(out var correlationId)
            && json.Take(",\"digestKey\":"u8) && json.TextOrNull(out var digestKey)
            && json.Take(",\"entryId\":"u8) && json.Text(out var entryIdText)
            && json.Take(",\"isaVersion\":"u8) && json.TextOrNull(out var isaVersion)
            && json.Take(",\"justification\":"u8) && json.TextOrNull(out var justification)
            && json.Take(",\"lawfulBasis\":"u8) && json.TextOrNull(out var lawfulBasis)
            && json.Take(",\"legalPower\":"u8) && json.TextOrNull(out var legalPower)
            && json.Take(",\"nonce\":"u8) && json.Text(out var nonceText)
            && json.Take(",\"onBehalfOf\":"u8) && json.TextOrNull(out var onBehalfOf)
            && json.Take(",\"operation\":"u8) && json.Text(out var operation)
            && json.Take(",\"outcome\":"u8) && json.Text(out var outcome)
            && json.Take(",\"policyVersion\":"u8) && json.Text(out var policyVersion)
            && json.Take(",\"purposeCode\":"u8) && json.TextOrNull(out var purposeCode)
            && json.Take(",\"recipients\":"u8) && json.Texts(out var recipients)
            && json.Take(",\"records\":"u8) && TryReadRecords(ref json, out var records)
            && json.Take(",\"regime\":"u8) && json.TextOrNull(out var regime)
            && json.Take(",\"service\":"u8) && json.Text(out var service)
            && json.Take(",\"traceparent\":"u8) && json.TextOrNull(out var traceParent)
            && json.Take(",\"v\":1}"u8) && json.AtEnd
            && TryReadId(entryIdText, out var entryId)
            && TryReadTime(atText, out var at)
            && TryReadNonce(nonceText, out var nonce)))
            return false;
        Guid? aborted = null;
        if (abortOf is not null)
        {
            if (!TryReadId(abortOf, out var id)) return false;
            aborted = id;
        }

        entry = new DisclosureEntry
        {
            EntryId = entryId,
            At = at,
            Operation = operation,
            Outcome = outcome,
            Actor = actor,
            OnBehalfOf = onBehalfOf,
            Service = service,
            PurposeCode = purposeCode,
            Justification = justification,
            LegalPower = legalPower,
            LawfulBasis = lawfulBasis,
            Condition = condition,
            Regime = regime,
            IsaVersion = isaVersion,
            PolicyVersion = policyVersion,
            AgreementSet = agreementSet,
            Recipients = recipients,
            Channel = channel,
            Classification = classification,
            CorrelationId = correlationId,
            TraceParent = traceParent,
            BodyDigest = bodyDigest,
            DigestKey = digestKey,
            AbortOf = aborted,
            Records = records,
            Nonce = nonce,
        };
        return true;
    }

    private static bool TryReadRecords(ref CanonicalReader json, out List<EntryRecord> records)
    {
        records = [];
        if (!json.Take("["u8)) return false;
        if (json.Take("]"u8)) return true;
        do
        {
            if (!EntryRecord.TryRead(ref json, out var record)) return false;
            records.Add(record);
        }
        while (json.Take(","u8));
        return json.Take("]"u8);
    }

    // Lower case only: the same id in capitals would be other bytes.
    private static bool TryReadId(string text, out Guid id) =>
        Guid.TryParseExact(text, "D", out id) && !text.AsSpan().ContainsAnyInRange('A', 'F');

    private static bool TryReadTime(string text, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);

    private static bool TryReadNonce(string text, out byte[] nonce)
    {
        nonce = new byte[NonceLength];
        // 43 characters hold 258 bits: the last two must be zero, or two texts would be one nonce.
        return text.Length == 43
            && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, nonce, out var length) && length == NonceLength
            && Base64Url.EncodeToString(nonce) == text;
    }
}
