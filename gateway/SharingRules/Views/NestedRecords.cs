using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.SharingRules;

/// <summary>Decides the records inside a record, each by its own facts. Asked once for each, in their order.</summary>
public interface INestedRecords
{
    /// <summary>Null for a type no agreement covers, which fails closed.</summary>
    ViewSchema? ViewOf(string recordType);

    /// <summary>A denied record is left out, as if it were not there.</summary>
    Decision Decide(string recordType, Guid id, RecordFacts facts);

    /// <summary>What the agreement keeps from this caller of such a record.</summary>
    IReadOnlyList<Withheld> WithheldOf(string recordType, RecordFacts facts);
}

/// <summary>One record that was decided inside another.</summary>
public sealed record NestedRecord(string Type, Guid Id, RecordFacts Facts, Decision Decision);

/// <summary>
/// Decides nested records for one caller and purpose by one set of agreements, and keeps what was decided for the ledger. For one
/// answer; not for several threads.
/// </summary>
public sealed class NestedRecords(AgreementSet agreements, Principal principal, string purpose, DateTimeOffset now) : INestedRecords
{
    private readonly List<NestedRecord> released = [];

    /// <summary>Records that leave, in the order of the answer: each is a line of its entry.</summary>
    public IReadOnlyList<NestedRecord> Released => released;

    public ViewSchema? ViewOf(string recordType) => agreements.ViewOf(recordType);

    public Decision Decide(string recordType, Guid id, RecordFacts facts)
    {
        var decision = agreements.Decide(principal, Operations.Consult, recordType, facts, purpose, now);
        if (decision.Permitted) released.Add(new NestedRecord(recordType, id, facts, decision));
        return decision;
    }

    public IReadOnlyList<Withheld> WithheldOf(string recordType, RecordFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return agreements.WithheldFor(principal, recordType, purpose, facts.State, DateOnly.FromDateTime(now.UtcDateTime));
    }
}

/// <summary>What follows a record's data in every answer: what is withheld of it, and the obligations that go with the rest.</summary>
public static class RecordTail
{
    private static readonly JsonWriterOptions Compact = new() { SkipValidation = true };

    /// <summary>Writes <c>,"withheld":[…],"obligations":{…}</c>.</summary>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<Withheld> withheld, Obligations obligations)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(withheld);
        ArgumentNullException.ThrowIfNull(obligations);
        output.Write(",\"withheld\":"u8);
        using (var json = new Utf8JsonWriter(output, Compact))
        {
            json.WriteStartArray();
            foreach (var (group, rule) in withheld)
            {
                json.WriteStartObject();
                json.WriteString("group"u8, group);
                json.WriteString("rule"u8, rule);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        output.Write(",\"obligations\":"u8);
        using (var json = new Utf8JsonWriter(output, Compact))
        {
            json.WriteStartObject();
            json.WriteBoolean("noOnward"u8, obligations.NoOnward);
            json.WriteString("purpose"u8, obligations.Purpose);
            json.WriteString("expires"u8, obligations.Expires.ToString("O", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
    }
}
