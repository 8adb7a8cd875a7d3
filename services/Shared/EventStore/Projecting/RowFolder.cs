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
    /// What is wrong with one, its key included, is said of that one alone.
    /// </summary>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public async ValueTask<List<PlacedEvent>> OpenAsync(IReadOnlyList<EventRow> rows, CancellationToken cancellationToken)
    {
        var documents = new List<JsonDocument?>(rows.Count);
        try
        {
            var placed = Place(rows, documents);
            var sealedUnder = new HashSet<Guid>?[placed.Count];
            for (var i = 0; i < placed.Count; i++)
            {
                // Read without any key: every sealed value counts as erased.
                if (placed[i] is { Place: not null, Event.Erased: true } && !TryCollectKeys(documents[i]!, out sealedUnder[i]))
                    placed[i] = placed[i] with { Failure = nameof(SealedValueException) };
            }

            var ids = sealedUnder.SelectMany(of => of ?? []).ToHashSet();
            var known = ids.Count == 0 ? new Dictionary<Guid, DataKey?>() : await keys.ForReadingAsync(ids, cancellationToken);
            for (var i = 0; i < placed.Count; i++)
            {
                // Not destroyed but unknown: the key database is not the one these values were sealed with.
                if (sealedUnder[i]?.All(known.ContainsKey) == false)
                    placed[i] = placed[i] with { Failure = nameof(SealedValueException) };
            }

            var scopes = placed.Where(one => one is { Place: not null, Failure: null }).Select(one => one.Place!.Seal).ToHashSet();
            var found = await KeysOfAsync(scopes, cancellationToken);
            for (var i = 0; i < placed.Count; i++)
            {
                if (placed[i] is { Place: { } place, Failure: null })
                    placed[i] = found[place.Seal] is { Failure: null } key ? Open(placed[i], documents[i]!, sealedUnder[i], key.Key) : placed[i] with { Failure = found[place.Seal].Failure };
            }

            return placed;
        }
        finally
        {
            foreach (var document in documents)
                document?.Dispose();
        }
    }

    /// <summary>Finds the row of each event, with nothing opened. Events that pass the view by are left out.</summary>
    public List<PlacedEvent> Place(IReadOnlyList<EventRow> rows) => Place(rows, documents: null);

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

    /// <summary>Rows read back, and those that cannot be, with the type of the failure: changed, moved, or of another release.</summary>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public async ValueTask<(List<RowState> States, List<(Guid Id, string Failure)> Failed)> ReadAsync(IReadOnlyList<StoredRow> rows, CancellationToken cancellationToken)
    {
        var states = new List<RowState>(rows.Count);
        var failed = new List<(Guid, string)>();
        if (rows.Count == 0)
            return (states, failed);
        var opened = await keys.ForReadingAsync([.. rows.Select(row => row.KeyId).Distinct()], cancellationToken);
        foreach (var row in rows)
        {
            var state = new RowState(row.Id) { KeyId = row.KeyId, Version = row.Version };
            try
            {
                if (row.Body.Length > 0 && EventCodec.KeyIn(opened, row.KeyId) is { } key)
                    (state.Key, state.State) = (key, View.Read(EventCodec.DecodeView(View.Name, row.Id, row.Body, key)));
                else
                    state.Erased = true;
                states.Add(state);
            }
#pragma warning disable CA1031 // As above.
            catch (Exception thrown)
#pragma warning restore CA1031
            {
                failed.Add((row.Id, thrown.GetType().Name));
            }
        }

        return (states, failed);
    }

    /// <param name="documents">Gets the JSON of each event that is placed, for whoever opens it; the caller disposes it.</param>
    private List<PlacedEvent> Place(IReadOnlyList<EventRow> rows, List<JsonDocument?>? documents)
    {
        var placed = new List<PlacedEvent>(rows.Count);
        foreach (var row in rows)
        {
            if (row.Type == Tombstone || (types.ByName.TryGetValue(row.Type, out var type) && !View.Events.Contains(type)))
                continue;
            JsonDocument? document = null;
            PlacedEvent? one;
            if (type is null)
                one = new(row) { Failure = "unknown type" };
            else
                one = Place(row, out document);
            if (one is not null && documents is not null)
                documents.Add(document);
            else
                document?.Dispose();
            if (one is { } found)
                placed.Add(found);
        }

        return placed;
    }

    /// <summary>Null when the event belongs to no row.</summary>
    private PlacedEvent? Place(EventRow row, out JsonDocument? document)
    {
        document = null;
        try
        {
            document = JsonDocument.Parse(row.Data);
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

    /// <summary>The keys an event is sealed under; false when a value does not say.</summary>
    private static bool TryCollectKeys(JsonDocument document, out HashSet<Guid>? sealedUnder)
    {
        try
        {
            EventCodec.CollectKeys(document.RootElement, sealedUnder = []);
            return true;
        }
        catch (SealedValueException)
        {
            sealedUnder = null;
            return false;
        }
    }

    /// <summary>With the values of the row's own scope, and those alone.</summary>
    private PlacedEvent Open(PlacedEvent placed, JsonDocument document, HashSet<Guid>? sealedUnder, ScopeKey key)
    {
        if (key.Key is null || sealedUnder?.Contains(key.Id) != true)
            return placed with { Key = key };
        try
        {
            return placed with { Key = key, Event = reading.OpenAgain(placed.Event!, document.RootElement, new OneKey(key)) };
        }
        catch (Exception failure) when (failure is SealedValueException or JsonException or InvalidOperationException or NotSupportedException)
        {
            return placed with { Key = key, Failure = failure.GetType().Name };
        }
    }

    /// <summary>The key of each scope, made where there was none, or what is wrong with it.</summary>
    private async ValueTask<Dictionary<SealScope, (ScopeKey Key, string? Failure)>> KeysOfAsync(HashSet<SealScope> scopes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<SealScope, (ScopeKey, string?)>(scopes.Count);
        if (scopes.Count == 0)
            return found;
        var there = await keys.OfScopesAsync(scopes, cancellationToken);
        foreach (var scope in scopes)
        {
            try
            {
                found[scope] = (there.TryGetValue(scope, out var key) ? key : await MakeAsync(scope, cancellationToken), null);
            }
            catch (SealedValueException damaged)
            {
                found[scope] = (default, damaged.GetType().Name);
            }
        }

        return found;
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
