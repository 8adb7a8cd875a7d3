using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.Cases;

namespace Partnership.Marac.Referrals;

/// <summary>
/// A referral as it is answered now. Two things of it rest on other records and would be stale in its row: who is barred from
/// the case it became, and which earlier records its triage notes may name.
/// </summary>
internal sealed class ReferralAnswer(IEventStore store)
{
    public async Task<ReadOnlyMemory<byte>> AsOfNowAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken)
    {
        // Quotation marks inside values are escaped, so neither sequence can stand in a text.
        var isAccepted = row.Span.IndexOf("\"caseId\":\""u8) >= 0;
        if (!isAccepted && row.Span.IndexOf("\"triageNotes\":[{"u8) < 0) return row;
        var answer = JsonNode.Parse(row.Span)!;
        var barred = Barred.By(answer["facts"]!);
        if (isAccepted && await store.LoadViewAsync(CaseProjection.View, (Guid)answer["data"]!["caseId"]!, cancellationToken) is { Erased: false } of)
        {
            var it = JsonNode.Parse(of.Body.Span)!;
            barred = barred.And(Barred.By(it["facts"]!));
            barred.WriteTo(answer["facts"]!.AsObject());
            Hold(answer, it["data"]!);
        }

        foreach (var note in answer["data"]!["triageNotes"]!.AsArray())
        {
            await NameAsync(note!, "referrals", ReferralProjection.View, barred, cancellationToken);
            await NameAsync(note!, "cases", CaseProjection.View, barred, cancellationToken);
        }

        return JsonSerializer.SerializeToUtf8Bytes(answer);
    }

    /// <summary>
    /// The victim has moved since, and a text of the referral tells where to: what waits on the case waits here too. A role that
    /// tells it is nobody's, there and here.
    /// </summary>
    private static void Hold(JsonNode answer, JsonNode it)
    {
        var groups = (it["sharing"]?["holds"]?.AsArray() ?? []).Select(hold => (string)hold!["group"]!).ToHashSet(StringComparer.Ordinal);
        if (groups.Count == 0) return;
        if (groups.Remove(FieldGroups.Meta)) answer["data"]!["referringRole"] = "";
        groups.UnionWith((answer["facts"]!["held"]?.AsArray() ?? []).Select(held => (string)held!));
        answer["facts"]!["held"] = JsonSerializer.SerializeToNode(groups.Order(StringComparer.Ordinal), WireJson.Options);
    }

    /// <summary>
    /// A note names a record only where whoever may read this referral may know of that record too: where it bars nobody who is
    /// not barred here. The others are found by the search, where each is decided for its reader.
    /// </summary>
    private async Task NameAsync(JsonNode note, string list, string view, Barred here, CancellationToken cancellationToken)
    {
        var named = new JsonArray();
        foreach (var id in note[list]!.AsArray().Select(id => (Guid)id!))
            if (await BarredAsync(view, id, cancellationToken) is { } there && there.IsWithin(here)) named.Add(id);
        note[list] = named;
    }

    /// <summary>Null when there is no such record, or none any more.</summary>
    private async Task<Barred?> BarredAsync(string view, Guid id, CancellationToken cancellationToken) =>
        await store.LoadViewAsync(view, id, cancellationToken) is { Erased: false } row ? Barred.By(JsonNode.Parse(row.Body.Span)!["facts"]!) : null;

    /// <summary>Who must not see a record.</summary>
    /// <param name="Conflicts">By register id, by name as it is written, or by both.</param>
    /// <param name="Readers">Null where it is not restricted.</param>
    /// <param name="UnsafeCopies">Whose copies must not hold the location.</param>
    private sealed record Barred(IReadOnlySet<ConflictFact> Conflicts, IReadOnlySet<string>? Readers, IReadOnlySet<MemberFact> UnsafeCopies)
    {
        public static Barred By(JsonNode facts)
        {
            var read = facts.Deserialize<RecordFacts>(WireJson.Options)!;
            return new Barred(read.Conflicts.ToHashSet(), read.Readers?.ToHashSet(StringComparer.Ordinal), read.UnsafeCopies.ToHashSet());
        }

        public Barred And(Barred other) => new(
            Conflicts.Union(other.Conflicts).ToHashSet(),
            Readers is null ? other.Readers : other.Readers is null ? Readers : Readers.Intersect(other.Readers).ToHashSet(StringComparer.Ordinal),
            UnsafeCopies.Union(other.UnsafeCopies).ToHashSet());

        public bool IsWithin(Barred other) =>
            Conflicts.IsSubsetOf(other.Conflicts) && (Readers is null || (other.Readers is { } few && few.IsSubsetOf(Readers)));

        public void WriteTo(JsonObject facts)
        {
            facts["conflicts"] = JsonSerializer.SerializeToNode(Conflicts, WireJson.Options);
            facts["unsafeCopies"] = JsonSerializer.SerializeToNode(UnsafeCopies, WireJson.Options);
            if (Readers is not null) facts["readers"] = JsonSerializer.SerializeToNode(Readers, WireJson.Options);
        }
    }
}
