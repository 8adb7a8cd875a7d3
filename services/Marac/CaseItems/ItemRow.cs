using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.EventStore;

namespace Partnership.Marac.CaseItems;

/// <summary>One item of a case, ready to be put into its answer.</summary>
/// <param name="Fact">What the decision on it rests on; never held, since that is found out when it is read.</param>
/// <param name="At">When it was recorded: the order of items, and since when a hold on it stands.</param>
/// <param name="Text">All its free text, for the location guard.</param>
/// <param name="Data">Its view.</param>
public sealed record CaseItem(ItemFact Fact, DateTimeOffset At, string Text, object Data);

/// <summary>
/// A row of items: what stands in the case's answer, ready made, and whatever its own record needs beside it. A case's
/// answer is put together from such rows without reading views into objects and out again.
/// </summary>
internal static class ItemRow
{
    /// <summary>How a fact of an item that is not held ends. Held is its last member, so that it can be said by other bytes.</summary>
    private static readonly byte[] NotHeld = "\"held\":false}"u8.ToArray();

    public static byte[] Body<TRecord>(IEnumerable<CaseItem> items, TRecord record)
        where TRecord : class
    {
        var output = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var item in items)
            {
                json.WriteStartObject();
                json.WriteString("id", item.Fact.Id);
                json.WriteString("at", item.At);
                json.WriteString("text", item.Text);
                json.WritePropertyName("fact");
                json.WriteRawValue(FactOf(item.Fact), skipInputValidation: true);
                json.WritePropertyName("data");
                JsonSerializer.Serialize(json, item.Data, item.Data.GetType(), WireJson.Options);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WritePropertyName("record");
            JsonSerializer.Serialize(json, record, WireJson.Options);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>What the row's own record needs.</summary>
    public static TRecord Record<TRecord>(LoadedView row)
        where TRecord : class
    {
        using var document = JsonDocument.Parse(row.Body);
        return document.RootElement.GetProperty("record"u8).Deserialize<TRecord>(WireJson.Options)
            ?? throw new InvalidOperationException("A row of items has no record.");
    }

    /// <summary>The row's items, each with its hold.</summary>
    public static IEnumerable<ReadItem> Items(string view, LoadedView row, CaseGuard guard)
    {
        using var document = JsonDocument.Parse(row.Body);
        var place = 0;
        foreach (var item in document.RootElement.GetProperty("items"u8).EnumerateArray())
        {
            var id = item.GetProperty("id"u8).GetGuid();
            var hold = guard.HoldOn(id, row.Version, item.GetProperty("text"u8).GetString() ?? "");
            var fact = JsonMarshal.GetRawUtf8Value(item.GetProperty("fact"u8));
            yield return new ReadItem(
                view, id, item.GetProperty("at"u8).GetDateTimeOffset(), place++, hold, hold is null ? fact.ToArray() : Held(fact),
                JsonMarshal.GetRawUtf8Value(item.GetProperty("data"u8)).ToArray());
        }
    }

    private static byte[] FactOf(ItemFact fact)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(fact with { Held = false }, WireJson.Options);
        return json.AsSpan().EndsWith(NotHeld) ? json : throw new InvalidOperationException("Held is no longer the last member of an item's fact.");
    }

    private static byte[] Held(ReadOnlySpan<byte> fact) => [.. fact[..^"false}".Length], .. "true}"u8];
}

/// <summary>One item as read: bytes of its fact and of its view.</summary>
/// <param name="View">The view of its row, which says what kind of item it is.</param>
/// <param name="Place">Within its row.</param>
/// <param name="Hold">The hold on it; null when it is not held.</param>
internal sealed record ReadItem(string View, Guid Id, DateTimeOffset At, int Place, Guid? Hold, byte[] Fact, byte[] Data);
