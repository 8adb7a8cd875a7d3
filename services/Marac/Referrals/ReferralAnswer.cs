using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.Cases;

namespace Partnership.Marac.Referrals;

/// <summary>
/// A referral as it is answered now. Two things of it rest on other records and would be stale in its row: who is barred from
/// the case it became, and which earlier records its triage notes may name.
/// </summary>
/// <remarks>
/// Written as its row was, to the byte: who sees neither of the two must not see either that it was brought up to date.
/// </remarks>
internal sealed class ReferralAnswer(IEventStore store)
{
    public async Task<ReadOnlyMemory<byte>> AsOfNowAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken)
    {
        // Quotation marks inside values are escaped, so neither sequence can stand in a text.
        var isAccepted = row.Span.IndexOf("\"caseId\":\""u8) >= 0;
        if (!isAccepted && row.Span.IndexOf("\"triageNotes\":[{"u8) < 0) return row;
        var answer = JsonSerializer.Deserialize<RecordEnvelope<ReferralView>>(row.Span, WireJson.Options)!;
        var barred = Barred.By(answer.Facts);
        if (answer.Data.CaseId is { } id && await BarredAsync(CaseProjection.View, id, cancellationToken) is { } fromCase)
        {
            barred = barred.And(fromCase);
            answer = answer with { Facts = barred.In(answer.Facts) };
        }

        var notes = new List<TriageNoteView>();
        foreach (var note in answer.Data.TriageNotes)
        {
            notes.Add(note with
            {
                Referrals = await NamedAsync(note.Referrals, ReferralProjection.View, barred, cancellationToken),
                Cases = await NamedAsync(note.Cases, CaseProjection.View, barred, cancellationToken),
            });
        }

        return JsonSerializer.SerializeToUtf8Bytes(answer with { Data = answer.Data with { TriageNotes = notes } }, WireJson.Options);
    }

    /// <summary>
    /// A note names a record only where whoever may read this referral may know of that record too: where it bars nobody who is
    /// not barred here. The others are found by the search, where each is decided for its reader.
    /// </summary>
    private async Task<IReadOnlyList<Guid>> NamedAsync(IReadOnlyList<Guid> ids, string view, Barred here, CancellationToken cancellationToken)
    {
        var named = new List<Guid>();
        foreach (var id in ids)
            if (await BarredAsync(view, id, cancellationToken) is { } there && there.IsWithin(here)) named.Add(id);
        return named;
    }

    /// <summary>Null when there is no such record, or none any more.</summary>
    private async Task<Barred?> BarredAsync(string view, Guid id, CancellationToken cancellationToken)
    {
        if (await store.LoadViewAsync(view, id, cancellationToken) is not { Erased: false } row) return null;
        using var document = JsonDocument.Parse(row.Body);
        return Barred.By(document.RootElement.GetProperty("facts"u8).Deserialize<RecordFacts>(WireJson.Options)!);
    }

    /// <summary>Who must not see a record.</summary>
    /// <param name="Conflicts">By register id, by name as it is written, or by both.</param>
    /// <param name="Readers">Null where it is not restricted.</param>
    /// <param name="UnsafeCopies">Whose copies must not hold the location.</param>
    private sealed record Barred(IReadOnlySet<ConflictFact> Conflicts, IReadOnlySet<string>? Readers, IReadOnlySet<MemberFact> UnsafeCopies)
    {
        public static Barred By(RecordFacts facts) =>
            new(facts.Conflicts.ToHashSet(), facts.Readers?.ToHashSet(StringComparer.Ordinal), facts.UnsafeCopies.ToHashSet());

        public Barred And(Barred other) => new(
            Conflicts.Union(other.Conflicts).ToHashSet(),
            Readers is null ? other.Readers : other.Readers is null ? Readers : Readers.Intersect(other.Readers).ToHashSet(StringComparer.Ordinal),
            UnsafeCopies.Union(other.UnsafeCopies).ToHashSet());

        public bool IsWithin(Barred other) =>
            Conflicts.IsSubsetOf(other.Conflicts) && (Readers is null || (other.Readers is { } few && few.IsSubsetOf(Readers)));

        public RecordFacts In(RecordFacts facts) => facts with { Conflicts = [.. Conflicts], UnsafeCopies = [.. UnsafeCopies], Readers = Readers is null ? null : [.. Readers] };
    }
}
