using System.Collections.Concurrent;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.Content;

namespace Partnership.Marac.CaseItems;

/// <summary>
/// The location guard over the items of a case: each is compared when it is read, with the case's locations as they are
/// then, so that a move holds what was free.
/// </summary>
internal sealed class CaseGuard
{
    private const int MostCases = 2_000;

    /// <summary>
    /// Holds already looked for, by version of the case: ids alone. Comparing every text of a case at each reading would cost
    /// more than the rest of the reading.
    /// </summary>
    private static readonly ConcurrentDictionary<(Guid Case, long Version), ConcurrentDictionary<(Guid Item, long Version), Guid?>> Remembered = new();

    private readonly ConcurrentDictionary<(Guid Item, long Version), Guid?> remembered;
    private readonly Lazy<(Locations Locations, HashSet<Guid> Cleared)> known;

    /// <param name="answer">The case's own row.</param>
    public CaseGuard(LoadedView answer)
    {
        if (Remembered.Count >= MostCases) Remembered.Clear();
        remembered = Remembered.GetOrAdd((answer.Id, answer.Version), _ => new());
        known = new(() =>
        {
            var it = CaseOf(answer).Data;
            return (Locations.Of(it), it.Sharing.ClearedHolds.ToHashSet());
        });
    }

    public static RecordEnvelope<CaseView> CaseOf(LoadedView row) =>
        JsonSerializer.Deserialize<RecordEnvelope<CaseView>>(row.Body.Span, WireJson.Options) ?? throw new InvalidOperationException("The row of a case is empty.");

    /// <summary>The hold on an item; null when its text tells no location, or when somebody has cleared it.</summary>
    /// <param name="version">Of the item's row: its text may have changed with it.</param>
    public Guid? HoldOn(Guid item, long version, string text) => remembered.GetOrAdd((item, version), _ =>
        LocationGuard.HoldOn(item, text, known.Value.Locations) is { } hold && !known.Value.Cleared.Contains(hold) ? hold : null);
}
