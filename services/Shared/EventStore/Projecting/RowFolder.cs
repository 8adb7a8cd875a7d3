using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Partnership.EventStore;

/// <summary>Opens events for a subscribed view and folds them into rows. No I/O but the look-up of keys.</summary>
internal sealed class RowFolder
{
    private readonly EventTypes types;
    private readonly EventReading reading;
    private readonly KeyRing keys;

    public RowFolder(SubscribedView view, EventTypes types, EventReading reading, KeyRing keys)
    {
        View = view;
        this.types = types;
        this.reading = reading;
        this.keys = keys;
        Unread = [.. types.ByName.Where(type => !view.Events.Contains(type.Value)).Select(type => type.Key), Tombstone];
    }

    private const string Tombstone = "tombstone";

    public SubscribedView View { get; }

    /// <summary>Stored names whose events pass the view by; their bodies need not be read.</summary>
    public string[] Unread { get; }

    /// <summary>
    /// Finds the row of each event and opens it as far as its row may know it. Events that pass the view by are left out.
    /// </summary>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public async ValueTask<List<PlacedEvent>> OpenAsync(IReadOnlyList<EventRow> rows, CancellationToken cancellationToken)
    {
        var placed = new List<PlacedEvent>(rows.Count);
        var scopes = new HashSet<SealScope>();
        foreach (var row in rows)
        {
            if (row.Type == Tombstone || (types.ByName.TryGetValue(row.Type, out var type) && !View.Events.Contains(type)))
                continue;
            if (type is null)
            {
                placed.Add(new(row) { Failure = "unknown type" });
                continue;
            }

            if (Place(row) is not { } one)
                continue;
            placed.Add(one);
            if (one.Place is not null)
                scopes.Add(one.Place.Seal);
        }

        var found = scopes.Count == 0 ? [] : new Dictionary<SealScope, ScopeKey>(await keys.OfScopesAsync(scopes, cancellationToken));
        foreach (var scope in scopes.Where(scope => !found.ContainsKey(scope)))
            found[scope] = await MakeAsync(scope, cancellationToken);
        for (var i = 0; i < placed.Count; i++)
        {
            if (placed[i].Place is { } place)
                placed[i] = Open(placed[i], found[place.Seal]);
        }

        return placed;
    }

    /// <summary>Applies one event to its row; false when it cannot be applied, and the row is as it was.</summary>
    public bool TryApply(RowState row, PlacedEvent happened, [NotNullWhen(false)] out string? failure)
    {
        failure = happened.Failure;
        if (failure is not null)
            return false;
        if (row.KeyId is { } sealedUnder && sealedUnder != happened.Key.Id)
        {
            failure = "another seal scope than its row";
            return false;
        }

        if (happened.Key.Key is null || row.Erased)
        {
            (row.Erased, row.State) = (true, null);
        }
        else
        {
            try
            {
                row.State = View.Apply(row.State, happened.Event!) ?? throw new InvalidOperationException();
            }
#pragma warning disable CA1031 // A fold that throws is its row's trouble, not that of the others.
            catch (Exception thrown)
#pragma warning restore CA1031
            {
                failure = thrown.GetType().Name;
                return false;
            }

            row.Key = happened.Key.Key;
        }

        row.KeyId = happened.Key.Id;
        row.Version = happened.Row.Position;
        row.ChangedAt ??= happened.Row.Position;
        return true;
    }

    /// <summary>The row as stored; null, with the type of the failure, when the view cannot say what it looks like.</summary>
    public PreparedRow? Prepare(RowState row, out string? failure)
    {
        failure = null;
        if (row.Erased)
            return ViewWriter.Blank(row.Id, row.Version, row.KeyId!.Value);
        try
        {
            return ViewWriter.Prepare(View.Name, row.Id, row.Version, View.Write(row.State!), View.Face(row.State!), row.Key!);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            failure = thrown.GetType().Name;
            return null;
        }
    }

    /// <summary>A row read back.</summary>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    /// <exception cref="SealedValueException">It has been changed or moved.</exception>
    public async ValueTask<List<RowState>> ReadAsync(IReadOnlyList<StoredRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        var opened = await keys.ForReadingAsync([.. rows.Select(row => row.KeyId).Distinct()], cancellationToken);
        var states = new List<RowState>(rows.Count);
        foreach (var row in rows)
        {
            var state = new RowState(row.Id) { KeyId = row.KeyId, Version = row.Version };
            if (row.Body.Length > 0 && EventCodec.KeyIn(opened, row.KeyId) is { } key)
                (state.Key, state.State) = (key, View.Read(EventCodec.DecodeView(View.Name, row.Id, row.Body, key)));
            else
                state.Erased = true;
            states.Add(state);
        }

        return states;
    }

    /// <summary>Null when the event belongs to no row.</summary>
    private PlacedEvent? Place(EventRow row)
    {
        try
        {
            using var document = JsonDocument.Parse(row.Data);
            var plain = reading.Open(row, document.RootElement, OneKey.None);
            return View.RowOf(plain) is { } place ? new(row) { Place = place, Event = plain } : null;
        }
#pragma warning disable CA1031 // Unreadable, or of a kind that no row can be found for: the view says what waits for it.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            return new(row) { Failure = thrown.GetType().Name };
        }
    }

    /// <summary>With the values of the row's own scope, and those alone.</summary>
    private PlacedEvent Open(PlacedEvent placed, ScopeKey key)
    {
        if (!placed.Event!.Erased || key.Key is null)
            return placed with { Key = key };
        try
        {
            using var document = JsonDocument.Parse(placed.Row.Data);
            return placed with { Key = key, Event = reading.Open(placed.Row, document.RootElement, new OneKey(key)) };
        }
        catch (Exception failure) when (failure is SealedValueException or JsonException or InvalidOperationException or NotSupportedException)
        {
            return placed with { Key = key, Failure = failure.GetType().Name };
        }
    }

    private async ValueTask<ScopeKey> MakeAsync(SealScope scope, CancellationToken cancellationToken)
    {
        try
        {
            var key = await keys.ForWritingAsync(scope, cancellationToken);
            return new(key.Id, key);
        }
        catch (ScopeErasedException)
        {
            return (await keys.OfScopesAsync([scope], cancellationToken))[scope];
        }
    }
}

/// <summary>An event with its row.</summary>
/// <param name="Row">As stored.</param>
internal readonly record struct PlacedEvent(EventRow Row)
{
    /// <summary>Null when the row could not be found out.</summary>
    public RowPlace? Place { get; init; }

    /// <summary>Key of the row.</summary>
    public ScopeKey Key { get; init; }

    public StoredEvent? Event { get; init; }

    /// <summary>Type of what is wrong with it; null when nothing is.</summary>
    public string? Failure { get; init; }
}

/// <summary>A row in memory.</summary>
internal sealed class RowState(Guid id)
{
    public Guid Id { get; } = id;

    public object? State { get; set; }

    public DataKey? Key { get; set; }

    /// <summary>Null before the first event.</summary>
    public Guid? KeyId { get; set; }

    public bool Erased { get; set; }

    public long Version { get; set; }

    /// <summary>Position of the first event that is not stored yet; null when all are.</summary>
    public long? ChangedAt { get; set; }
}

/// <summary>A row as stored.</summary>
internal sealed record StoredRow(Guid Id, long Version, byte[] Body, Guid KeyId);
