namespace Partnership.EventStore;

/// <summary>
/// Says what becomes of each stored event on the bus: a contract, or nothing because it is private. Every stored type is
/// in one of the two, or start-up fails.
/// </summary>
public sealed class PublicationMap
{
    private readonly Dictionary<Type, Func<StoredEvent, long, object>?> maps = [];

    /// <summary>The stored type becomes this contract. The second argument is the publication number, from 1, of its stream.</summary>
    public PublicationMap Publish<TEvent>(Func<StoredEvent, long, object> toContract)
    {
        maps.Add(typeof(TEvent), toContract);
        return this;
    }

    /// <summary>The stored type never leaves the service.</summary>
    public PublicationMap Private<TEvent>()
    {
        maps.Add(typeof(TEvent), null);
        return this;
    }

    public bool IsPublished(Type type) => maps.TryGetValue(type, out var map) && map is not null;

    public bool IsKnown(Type type) => maps.ContainsKey(type);

    /// <summary>The contract of a stored event, or null when it is private.</summary>
    public object? Map(StoredEvent stored, long publicationNumber)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return maps.TryGetValue(stored.Data.GetType(), out var map)
            ? map?.Invoke(stored, publicationNumber)
            : throw new InvalidOperationException($"{stored.Name} is neither published nor private.");
    }
}

/// <summary>Puts one contract on the bus and returns once the broker has confirmed it.</summary>
public interface IContractPublisher
{
    /// <param name="contract">The integration event.</param>
    /// <param name="messageId">UUIDv5 of the event id and the contract's name: the same again for the same event.</param>
    /// <param name="traceParent">W3C trace context of the request that caused it, made the parent of a real Activity.</param>
    /// <exception cref="UnpublishableException">It can never be published; its stream waits for a release that can.</exception>
    /// <exception cref="Exception">Not confirmed: the checkpoint must not move.</exception>
    Task PublishAsync(object contract, Guid messageId, string? traceParent, CancellationToken cancellationToken);
}

/// <summary>A message that no repetition brings to the bus: it is no published contract, or nothing can be made of it.</summary>
public sealed class UnpublishableException : Exception
{
    public UnpublishableException() { }
    public UnpublishableException(string message) : base(message) { }
    public UnpublishableException(string message, Exception inner) : base(message, inner) { }

    /// <summary>True when nothing can be made of this one contract; others of its type and to its queue can be sent.</summary>
    public bool IsOfContract { get; init; }
}

/// <summary>Keyed hashes by which people are found again: under a key of the service, never in events, messages or logs.</summary>
public interface ISearchHasher
{
    /// <summary>Hashes of a name and its variants: order of the parts, diacritics, common misspellings.</summary>
    IReadOnlyList<SearchTerm> Name(string name);

    SearchTerm DateOfBirth(DateOnly date);

    SearchTerm Phone(string number);

    SearchTerm Postcode(string postcode);

    /// <summary>Any other value of a kind of the service's own.</summary>
    SearchTerm Value(string kind, string value);

    /// <summary>Keyed hash of a request's body, for <see cref="IdempotencyRow.BodyHash"/>.</summary>
    byte[] Body(ReadOnlySpan<byte> body);
}
