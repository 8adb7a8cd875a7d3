using System.Buffers;
using System.Text.Json;
using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Operations;
using Partnership.SharingRules;

namespace Partnership.Gateway.Release;

/// <summary>Decides a service's record for a caller and writes of it what the agreement releases, and nothing else.</summary>
public sealed class RecordAnswers(AgreementSet agreements, OpaqueTags tags)
{
    private static readonly JsonWriterOptions Compact = new() { SkipValidation = true };

    private static ReadOnlySpan<byte> Obligations => ",\"obligations\":"u8;

    /// <summary>The record of a service's answer, if it is what was asked for; null is 502, whatever the reason.</summary>
    public static Envelope? Read(ServiceAnswer answer, string recordType, Guid id) =>
        answer.IsJson && EnvelopeReader.TryRead(answer.Body, out var record, out _) && record is not null && record.Type == recordType && record.Id == id
            ? record
            : null;

    public Decision Decide(SharingRequest request, string operation, Envelope record) =>
        agreements.Decide(request.Principal, operation, record.Type, record.Facts, request.Purpose, request.LocalAt);

    /// <summary>
    /// Writes <c>{"type","id","data","withheld","obligations"</c> without the closing brace, so that a receipt may follow.
    /// False when the data does not fit its contract: then nothing of <paramref name="output"/> may be used.
    /// </summary>
    public bool TryWrite(SharingRequest request, Envelope record, in Decision decision, ArrayBufferWriter<byte> output)
    {
        if (agreements.ViewOf(record.Type) is not { } view) return false;
        output.Write("{\"type\":\""u8);
        Ascii(output, record.Type);
        output.Write("\",\"id\":\""u8);
        Id(output, record.Id);
        output.Write("\",\"data\":"u8);
        if (!FieldFilter.Write(record.Data.Span, view, decision, output).Succeeded) return false;
        output.Write(",\"withheld\":"u8);
        using (var json = new Utf8JsonWriter(output, Compact))
        {
            json.WriteStartArray();
            foreach (var withheld in agreements.WithheldFor(request.Principal, record.Type, request.Purpose, record.Facts.State, request.Today))
            {
                json.WriteStartObject();
                json.WriteString("group"u8, withheld.Group);
                json.WriteString("rule"u8, withheld.Rule);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        output.Write(Obligations);
        using (var json = new Utf8JsonWriter(output, Compact))
        {
            var obligations = decision.Obligations;
            json.WriteStartObject();
            json.WriteBoolean("noOnward"u8, obligations?.NoOnward ?? true);
            json.WriteString("purpose"u8, request.Purpose);
            if (obligations is not null) json.WriteString("expires"u8, obligations.Expires.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        return true;
    }

    /// <summary>The entity tag of what this caller may see of a record; null where they may see nothing of it.</summary>
    public string? TagOf(SharingRequest request, Envelope record)
    {
        var decision = Decide(request, Contracts.Operations.Consult, record);
        if (!decision.Permitted) return null;
        var output = new ArrayBufferWriter<byte>(record.Data.Length + 512);
        return TryWrite(request, record, decision, output) ? TagOf(request, record, output.WrittenSpan) : null;
    }

    /// <summary>Covers what is written before the obligations: their end moves with every day, and the record does not.</summary>
    public string TagOf(SharingRequest request, Envelope record, ReadOnlySpan<byte> written) =>
        tags.Of(request.Principal.Pseudonym, request.Principal.Hat, request.Purpose, record.Id, written[..written.LastIndexOf(Obligations)]);

    /// <summary>Ends an object begun by <see cref="TryWrite"/> with its receipt.</summary>
    public static void WriteReceipt(ArrayBufferWriter<byte> output, Guid receipt)
    {
        output.Write(",\"receipt\":\""u8);
        Id(output, receipt);
        output.Write("\"}"u8);
    }

    private static void Id(ArrayBufferWriter<byte> output, Guid id)
    {
        id.TryFormat(output.GetSpan(36), out var written, "D");
        output.Advance(written);
    }

    private static void Ascii(ArrayBufferWriter<byte> output, string text) =>
        output.Advance(System.Text.Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
}
