using System.Globalization;

namespace Partnership.EventStore;

/// <summary>
/// Rows of one generation of a subscribed view in memory, and what has happened to them since they were last stored.
/// </summary>
internal sealed class RowPages(RowFolder folder)
{
    private readonly Dictionary<Guid, RowState> rows = [];
    private readonly List<ParkedRow> parking = [];

    /// <summary>Rows that wait, those that have yet to be stored as waiting included.</summary>
    public HashSet<Guid> Parked { get; } = [];

    public int Count => rows.Count;

    /// <summary>Rows of a page that are not here and so must be read, if they are stored at all.</summary>
    public Guid[] Missing(IReadOnlyList<PlacedEvent> page) =>
        [.. page.Where(happened => happened.Place is not null && !rows.ContainsKey(happened.Place.Id)).Select(happened => happened.Place!.Id).Distinct()];

    /// <summary>Adds rows as they are stored. One that cannot be read is parked, to be folded anew.</summary>
    /// <param name="waiting">Rows that wait already; they are left as they are.</param>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public async ValueTask AddAsync(IReadOnlyList<StoredRow> stored, IReadOnlyList<ParkedRow> waiting, CancellationToken cancellationToken)
    {
        Parked.UnionWith(waiting.Select(row => row.Id));
        var (states, failed) = await folder.ReadAsync([.. stored.Where(row => !Parked.Contains(row.Id))], cancellationToken);
        foreach (var row in states)
            rows[row.Id] = row;
        foreach (var (id, failure) in failed)
            Park(ParkedRow.ToFoldAnew(id, reason: failure));
    }

    /// <summary>Folds a page, in order. What cannot be applied parks its row; the others go on.</summary>
    /// <param name="rowsOfStream">Rows that earlier events of a stream belong to: those wait for one that cannot even be placed.</param>
    public async ValueTask FoldAsync(IReadOnlyList<PlacedEvent> page, Func<EventRow, ValueTask<IReadOnlyList<Guid>>> rowsOfStream)
    {
        foreach (var happened in page)
        {
            if (happened.Place is not { } place)
            {
                foreach (var id in await rowsOfStream(happened.Row))
                    Park(new(id, happened.Row.Position, ParkedRow.Placeless + happened.Failure));
                continue;
            }

            if (Parked.Contains(place.Id))
                continue;
            if (!rows.TryGetValue(place.Id, out var row))
                rows.Add(place.Id, row = new(place.Id));
            if (!folder.TryApply(row, happened, out var failure))
                Park(new(place.Id, happened.Row.Position, failure));
        }
    }

    /// <summary>What must be stored since the last time: rows, and who waits. Rows stay here for the next page.</summary>
    public (List<PreparedRow> Rows, List<ParkedRow> Parked) Changes()
    {
        var changed = new List<PreparedRow>();
        foreach (var row in rows.Values.Where(row => row.ChangedAt is not null).ToArray())
        {
            if (folder.Prepare(row, out var failure) is { } prepared)
            {
                changed.Add(prepared);
                row.ChangedAt = null;
            }
            else
            {
                // What is stored is from before the change: from there it is tried again.
                parking.RemoveAll(other => other.Id == row.Id);
                Parked.Remove(row.Id);
                Park(new(row.Id, row.ChangedAt!.Value, failure!));
                rows.Remove(row.Id);
            }
        }

        var parked = parking.ToList();
        parking.Clear();
        return (changed, parked);
    }

    public void Forget() => rows.Clear();

    private void Park(ParkedRow row)
    {
        if (Parked.Add(row.Id))
            parking.Add(row);
    }
}

/// <param name="Position">The event it waits for; 0: it is to be folded anew from the beginning.</param>
/// <param name="Reason">Type of the failure; nothing of its message.</param>
internal sealed record ParkedRow(Guid Id, long Position, string Reason)
{
    /// <summary>Begins the reason when the row of the event is not known: it may concern others than those that wait.</summary>
    /// <remarks>In a row to be folded anew the position of that event follows.</remarks>
    public const string Placeless = "no row: ";

    private const string Anew = "to be folded anew";

    /// <summary>The event whose row was not known when this one was parked; null when it was not parked for such a one.</summary>
    public long? PlacelessAt => !Reason.StartsWith(Placeless, StringComparison.Ordinal) ? null
        : Position > 0 ? Position
        : long.Parse(Reason.AsSpan(Placeless.Length, DigitsIn(Reason.AsSpan(Placeless.Length))), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>This row, or the one of that id, to be folded from the beginning. What it was parked for is not forgotten.</summary>
    /// <param name="before">How it is parked now, if it is.</param>
    /// <param name="reason">Type of a failure, if there was one.</param>
    public static ParkedRow ToFoldAnew(Guid id, ParkedRow? before = null, string reason = Anew) =>
        new(id, 0, before?.PlacelessAt is { } position ? string.Create(CultureInfo.InvariantCulture, $"{Placeless}{position}, {reason}") : reason);

    private static int DigitsIn(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;
}
