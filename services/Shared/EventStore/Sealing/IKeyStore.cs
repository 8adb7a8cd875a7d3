namespace Partnership.EventStore;

/// <summary>Erasure: the data keys of a service and their end.</summary>
public interface IKeyStore
{
    /// <summary>
    /// Destroys the data key of a scope, blanks its view rows, and deletes their search hashes and the idempotency rows of
    /// its subject. Everything sealed under it reads as erased: here at once, in other hosts within
    /// <see cref="EventStoreOptions.KeyCacheLifetime"/>. A scope that never had a key is closed as well. Safe to repeat,
    /// and to be repeated after an exception.
    /// </summary>
    /// <exception cref="EventStoreUnavailableException">A database did not answer; repeat.</exception>
    Task DestroyAsync(SealScope scope, CancellationToken cancellationToken);

    /// <summary>Scopes of a subject that can still be read.</summary>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    Task<IReadOnlyList<SealScope>> LiveScopesAsync(Guid subject, CancellationToken cancellationToken);
}
