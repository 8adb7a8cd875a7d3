namespace Partnership.EventStore;

/// <summary>Knows one key, and takes every other one for destroyed.</summary>
internal sealed class OneKey(ScopeKey key) : IReadOnlyDictionary<Guid, DataKey?>
{
    public static OneKey None { get; } = new(default);

    public bool TryGetValue(Guid id, out DataKey? value)
    {
        value = id == key.Id ? key.Key : null;
        return true;
    }

    public bool ContainsKey(Guid id) => true;

    public DataKey? this[Guid id] => id == key.Id ? key.Key : null;

    public IEnumerable<Guid> Keys => [key.Id];

    public IEnumerable<DataKey?> Values => [key.Key];

    public int Count => 1;

    public IEnumerator<KeyValuePair<Guid, DataKey?>> GetEnumerator() => Enumerable.Repeat(KeyValuePair.Create(key.Id, key.Key), 1).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
