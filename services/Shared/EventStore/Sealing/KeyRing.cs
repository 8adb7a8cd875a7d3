using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace Partnership.EventStore;

/// <summary>
/// The data keys of a service: looked up, made when a scope is first written, kept in memory for a short time, destroyed.
/// A key is committed in its own database before anything is sealed with it.
/// </summary>
internal sealed class KeyRing : IKeyStore, IAsyncDisposable
{
    /// <summary>Longest time a key may stay in memory, whatever the settings say.</summary>
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromSeconds(30);

    private readonly NpgsqlDataSource keys;
    private readonly NpgsqlDataSource events;
    private readonly byte[] wrappingKey;
    private readonly TimeProvider clock;
    private readonly TimeSpan lifetime;
    private readonly ITimer sweep;
    private readonly ConcurrentDictionary<SealScope, Held> byScope = new();
    private readonly ConcurrentDictionary<Guid, Held> byId = new();

    public KeyRing(EventStoreOptions options, NpgsqlDataSource events, TimeProvider clock)
    {
        keys = Connections.Reading(options.KeyConnectionString);
        this.events = events;
        this.clock = clock;
        wrappingKey = KeyFile.Read(options.WrappingKeyFile, "EventStore:WrappingKeyFile");
        lifetime = options.KeyCacheLifetime < LongestLifetime ? options.KeyCacheLifetime : LongestLifetime;
        sweep = clock.CreateTimer(_ => Sweep(), null, LongestLifetime / 2, LongestLifetime / 2);
    }

    /// <summary>The key of a scope, made if there was none.</summary>
    /// <exception cref="ScopeErasedException">It has been destroyed; it is never made again.</exception>
    /// <exception cref="SealedValueException">It is damaged.</exception>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public ValueTask<DataKey> ForWritingAsync(SealScope scope, CancellationToken cancellationToken) =>
        byScope.TryGetValue(scope, out var held) && IsFresh(held) ? new(KeyOf(held)) : LoadOrMakeAsync(scope, cancellationToken);

    /// <summary>
    /// Keys by id, for reading; null where the key has been destroyed. An id that was never a key is not in the answer:
    /// that is no erasure but the wrong key database, and an error of whoever wants to open with it. So is one whose key is
    /// damaged: it must not spoil the others.
    /// </summary>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public async ValueTask<IReadOnlyDictionary<Guid, DataKey?>> ForReadingAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, DataKey?>(ids.Count);
        List<Guid>? missing = null;
        foreach (var id in ids)
        {
            if (byId.TryGetValue(id, out var held) && IsFresh(held))
                found[id] = held.Key;
            else
                (missing ??= []).Add(id);
        }

        if (missing is null)
            return found;
        await foreach (var held in QueryAsync(
            "select key_id, subject, retention_class, owner, wrapped from partnership.data_keys where key_id = any($1)",
            [new NpgsqlParameter<Guid[]> { TypedValue = [.. missing] }], cancellationToken, leavesOutDamaged: true))
        {
            found[held.Id] = Keep(held).Key;
        }

        return found;
    }

    /// <summary>
    /// The keys of scopes, with one look at the key database for all of them. A scope that never had a key, or whose key is
    /// damaged, is not in the answer.
    /// </summary>
    /// <exception cref="EventStoreUnavailableException">The key database did not answer.</exception>
    public async ValueTask<IReadOnlyDictionary<SealScope, ScopeKey>> OfScopesAsync(IReadOnlyCollection<SealScope> scopes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<SealScope, ScopeKey>(scopes.Count);
        List<SealScope>? missing = null;
        foreach (var scope in scopes)
        {
            if (byScope.TryGetValue(scope, out var held) && IsFresh(held))
                found[scope] = new(held.Id, held.Key);
            else
                (missing ??= []).Add(scope);
        }

        if (missing is null)
            return found;
        await foreach (var held in QueryAsync(
            """
            select d.key_id, d.subject, d.retention_class, d.owner, d.wrapped from unnest($1, $2, $3) as s (subject, retention_class, owner)
            join partnership.data_keys d on d.subject = s.subject and d.retention_class = s.retention_class and d.owner = s.owner
            """,
            [
                new NpgsqlParameter<Guid[]> { TypedValue = [.. missing.Select(scope => scope.Subject)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. missing.Select(scope => scope.RetentionClass)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. missing.Select(scope => scope.Owner)] },
            ], cancellationToken, leavesOutDamaged: true))
        {
            var kept = Keep(held);
            found[held.Scope] = new(kept.Id, kept.Key);
        }

        return found;
    }

    public async Task DestroyAsync(SealScope scope, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        // Handed over: half an erasure because the caller went away would be worse than a short wait.
        try
        {
            var id = Guid.CreateVersion7(now);
            await foreach (var held in QueryAsync(
                """
                insert into partnership.data_keys (key_id, subject, retention_class, owner, wrapped, created, destroyed)
                values ($1, $2, $3, $4, null, $5, $5)
                on conflict (subject, retention_class, owner)
                do update set wrapped = null, destroyed = coalesce(data_keys.destroyed, excluded.destroyed)
                returning key_id, subject, retention_class, owner, wrapped
                """,
                [
                    new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<Guid> { TypedValue = scope.Subject },
                    new NpgsqlParameter<string> { TypedValue = scope.RetentionClass }, new NpgsqlParameter<string> { TypedValue = scope.Owner },
                    new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime },
                ],
                CancellationToken.None))
            {
                id = held.Id;
                byScope[scope] = byId[id] = held;
            }

            await using var connection = await events.OpenConnectionAsync(CancellationToken.None);
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new("begin"),
                    // Whoever makes views anew has finished a batch written with this key, or sees the tombstone.
                    new($"select pg_advisory_xact_lock({ViewWriter.ErasureLock})"),
                    // Under the ordering lock: an append sealed with this key is either before, and its hashes go now,
                    // or after, and sees the tombstone.
                    new($"select pg_advisory_xact_lock({AppendStatement.OrderingLock})"),
                    new("insert into partnership.erased_keys (key_id, at) values ($1, $2) on conflict do nothing")
                    {
                        Parameters = { new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime } },
                    },
                    new("delete from partnership.search_terms where key_id = $1") { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } } },
                    new("update partnership.views set body = '', reach = '{}', sort_key = 0 where key_id = $1") { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } } },
                    new("delete from partnership.idempotency where subject = $1") { Parameters = { new NpgsqlParameter<Guid> { TypedValue = scope.Subject } } },
                    new("commit"),
                },
            };
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (DbException failure)
        {
            throw new EventStoreUnavailableException("The key could not be destroyed, or not everything that goes with it; repeat.", failure);
        }
    }

    public async Task<IReadOnlyList<SealScope>> LiveScopesAsync(Guid subject, CancellationToken cancellationToken)
    {
        var scopes = new List<SealScope>();
        await foreach (var held in QueryAsync(
            """
            select key_id, subject, retention_class, owner, wrapped from partnership.data_keys
            where subject = $1 and wrapped is not null order by retention_class, owner
            """,
            [new NpgsqlParameter<Guid> { TypedValue = subject }], cancellationToken))
        {
            scopes.Add(held.Scope);
        }

        return scopes;
    }

    /// <summary>
    /// Destroys again what was destroyed before. Either database may have been restored from a copy, or an erasure may
    /// have been cut short between the two; what one of them remembers, the other learns.
    /// </summary>
    /// <exception cref="EventStoreUnavailableException">A database did not answer.</exception>
    public async Task DestroyAgainAsync(CancellationToken cancellationToken)
    {
        await using var command = events.CreateCommand("select key_id from partnership.erased_keys");
        var erased = (await PostgresEventStore.RowsAsync(command, reader => reader.GetGuid(0), cancellationToken)).ToHashSet();
        // Keys that came back.
        await foreach (var held in QueryAsync(
            """
            update partnership.data_keys set wrapped = null, destroyed = $2 where key_id = any($1) and wrapped is not null
            returning key_id, subject, retention_class, owner, wrapped
            """,
            [new NpgsqlParameter<Guid[]> { TypedValue = [.. erased] }, new NpgsqlParameter<DateTime> { TypedValue = clock.GetUtcNow().UtcDateTime }],
            cancellationToken))
        {
            byScope[held.Scope] = byId[held.Id] = held;
        }

        // Search hashes and tombstones that did, or that were never dealt with.
        await foreach (var held in QueryAsync(
            "select key_id, subject, retention_class, owner, wrapped from partnership.data_keys where wrapped is null", [], cancellationToken))
        {
            if (!erased.Contains(held.Id))
                await DestroyAsync(held.Scope, cancellationToken);
        }

        await BlankAgainAsync(cancellationToken);
    }

    /// <summary>
    /// Blanks rows of destroyed keys that are not blank, and removes their terms: a host of a release that did not blank
    /// them, or a copy of the table merged into this one, has left them.
    /// </summary>
    private async Task BlankAgainAsync(CancellationToken cancellationToken)
    {
        // Without the locks, under which everybody waits: nearly always there is nothing.
        await using var look = events.CreateCommand(
            """
            select k.key_id from partnership.erased_keys k
            where exists (select from partnership.views v where v.key_id = k.key_id and (v.body <> '' or v.reach <> '{}' or v.sort_key <> 0))
                or exists (select from partnership.search_terms t where t.key_id = k.key_id)
            """);
        look.CommandTimeout = 0;
        var left = await PostgresEventStore.RowsAsync(look, reader => reader.GetGuid(0), cancellationToken);
        if (left.Count == 0)
            return;
        try
        {
            await using var connection = await events.OpenConnectionAsync(cancellationToken);
            // Sent together, without a "begin": one transaction.
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new($"select pg_advisory_xact_lock({ViewWriter.ErasureLock})"),
                    new($"select pg_advisory_xact_lock({AppendStatement.OrderingLock})"),
                    new("delete from partnership.search_terms where key_id = any($1)") { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = [.. left] } } },
                    new("update partnership.views set body = '', reach = '{}', sort_key = 0 where key_id = any($1)")
                    {
                        Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = [.. left] } },
                    },
                },
            };
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (DbException failure)
        {
            throw new EventStoreUnavailableException($"Rows of destroyed keys could not be blanked ({failure.SqlState ?? "no connection"}); repeat.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await sweep.DisposeAsync();
        await keys.DisposeAsync();
    }

    private async ValueTask<DataKey> LoadOrMakeAsync(SealScope scope, CancellationToken cancellationToken)
    {
        // Neither there nor made: somebody else is making it at this moment, and the next look sees it.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var now = clock.GetUtcNow();
            var id = Guid.CreateVersion7(now);
            await foreach (var held in QueryAsync(
                """
                with made as (
                    insert into partnership.data_keys (subject, retention_class, owner, key_id, wrapped, created) values ($1, $2, $3, $4, $5, $6)
                    on conflict do nothing
                    returning key_id, subject, retention_class, owner, wrapped
                )
                select key_id, subject, retention_class, owner, wrapped from made
                union all
                select key_id, subject, retention_class, owner, wrapped from partnership.data_keys
                where subject = $1 and retention_class = $2 and owner = $3
                """,
                [
                    .. ScopeParameters(scope), new NpgsqlParameter<Guid> { TypedValue = id },
                    new NpgsqlParameter<byte[]> { TypedValue = Wrap(id, scope, RandomNumberGenerator.GetBytes(DataKey.KeySize)) },
                    new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime },
                ],
                cancellationToken))
            {
                return KeyOf(Keep(held));
            }
        }

        throw new EventStoreUnavailableException("The data key of a new scope could not be made.");
    }

    private static NpgsqlParameter[] ScopeParameters(SealScope scope) =>
    [
        new NpgsqlParameter<Guid> { TypedValue = scope.Subject },
        new NpgsqlParameter<string> { TypedValue = scope.RetentionClass, NpgsqlDbType = NpgsqlDbType.Text },
        new NpgsqlParameter<string> { TypedValue = scope.Owner, NpgsqlDbType = NpgsqlDbType.Text },
    ];

    private async IAsyncEnumerable<Held> QueryAsync(
        string sql, NpgsqlParameter[] parameters, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken,
        bool leavesOutDamaged = false)
    {
        var rows = new List<Held>();
        var asked = clock.GetTimestamp();
        try
        {
            await using var command = keys.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = reader.GetGuid(0);
                var scope = new SealScope(reader.GetGuid(1), reader.GetString(2), reader.GetString(3));
                try
                {
                    rows.Add(new Held(id, scope, reader.IsDBNull(4) ? null : Unwrap(id, scope, reader.GetFieldValue<byte[]>(4)), asked));
                }
                catch (SealedValueException) when (leavesOutDamaged)
                {
                    // Whoever needs it finds it missing.
                }
            }
        }
        catch (DbException failure)
        {
            throw new EventStoreUnavailableException("The key database did not answer.", failure);
        }

        foreach (var row in rows)
            yield return row;
    }

    private byte[] Wrap(Guid id, SealScope scope, byte[] key)
    {
        using var cipher = new DataKey(Guid.Empty, wrappingKey).OpenCipher();
        var wrapped = new byte[key.Length + DataKey.Overhead];
        DataKey.Seal(cipher, key, DataKey.PlaceOf(id, scope), wrapped);
        return wrapped;
    }

    private DataKey Unwrap(Guid id, SealScope scope, byte[] wrapped)
    {
        using var cipher = new DataKey(Guid.Empty, wrappingKey).OpenCipher();
        return new DataKey(id, DataKey.Open(cipher, wrapped, DataKey.PlaceOf(id, scope)));
    }

    /// <summary>Keeps a key that was just read, unless this host has learnt meanwhile that it is destroyed.</summary>
    private Held Keep(Held read)
    {
        var kept = byId.AddOrUpdate(read.Id, read, (_, held) => held.Key is null ? held : read);
        byScope.AddOrUpdate(read.Scope, kept, (_, held) => held.Key is null ? held : kept);
        return kept;
    }

    private static DataKey KeyOf(Held held) =>
        held.Key ?? throw new ScopeErasedException("The key of this scope has been destroyed.");

    // A destroyed key stays destroyed: only keys grow old.
    private bool IsFresh(Held held) => held.Key is null || clock.GetElapsedTime(held.ReadAt) < lifetime;

    private void Sweep()
    {
        foreach (var (id, held) in byId)
        {
            if (clock.GetElapsedTime(held.ReadAt) < LongestLifetime)
                continue;
            byId.TryRemove(new(id, held));
            byScope.TryRemove(new(held.Scope, held));
        }
    }

    /// <param name="Key">Null: destroyed.</param>
    /// <param name="ReadAt">When the database was asked, so that the answer cannot be older than its age.</param>
    private sealed record Held(Guid Id, SealScope Scope, DataKey? Key, long ReadAt);
}

/// <summary>The key of a scope.</summary>
/// <param name="Key">Null: destroyed.</param>
internal readonly record struct ScopeKey(Guid Id, DataKey? Key);
