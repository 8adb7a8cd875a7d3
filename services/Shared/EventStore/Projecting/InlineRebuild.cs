using System.Collections.Concurrent;
using System.Data;
using System.Threading.Channels;
using Npgsql;

namespace Partnership.EventStore;

/// <summary>
/// Makes the rows of an inline view anew in their place: streams page by page, each page read in one snapshot, projected as
/// an append would, and written where no append got further.
/// </summary>
internal sealed class InlineRebuild(
    InlineView view, NpgsqlDataSource source, EventReading reading, KeyRing keys, TimeProvider clock, IProgress<long>? progress)
{
    /// <summary>
    /// Pages under way at once, so that the server reads and writes while we open and project. Each worker has one
    /// connection at a time.
    /// </summary>
    private const int Workers = 3;

    /// <summary>A page ends with either of them: its rows are held from append while it is written.</summary>
    private const int PageStreams = 200;
    private const int PageEvents = 2_000;

    private const int RemovedAtOnce = 100;

    private static readonly TimeSpan GiveWay = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<Guid, string> failures = new();

    /// <summary>Where rows have ids of their own: those that belong to a stream.</summary>
    private readonly ConcurrentDictionary<Guid, byte> known = new();
    private long events;
    private long rows;
    private long erased;

    public async Task<RebuildReport> RunAsync(CancellationToken cancellationToken)
    {
        var before = view.Id is null ? [] : await RowsNowAsync(cancellationToken);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pages = Channel.CreateBounded<Guid[]>(Workers);
        var tasks = Enumerable.Range(0, Workers).Select(_ => WorkAsync(pages.Reader, stopping.Token)).Prepend(ListAsync(pages.Writer, stopping.Token)).ToList();
        // The first that fails stops the others; its failure is the one to tell.
        await foreach (var ended in Task.WhenEach(tasks).WithCancellation(CancellationToken.None))
        {
            if (ended.IsCompletedSuccessfully)
                continue;
            await stopping.CancelAsync();
            await Task.WhenAll(tasks).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await ended;
        }

        var removed = view.Id is null ? await RemoveStreamlessAsync(cancellationToken) : await RemoveUnknownAsync(before, cancellationToken);
        await FinishAsync(cancellationToken);
        return new(view.Name, events, rows, erased, removed, [.. failures.Select(failure => new RebuildFailure(failure.Key, failure.Value))]);
    }

    private async Task ListAsync(ChannelWriter<Guid[]> pages, CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        while (true)
        {
            await using var command = source.CreateCommand("select id, version from mt_streams where type = $1 and id > $2 order by id limit 2000");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = view.StreamType });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = last });
            var streams = await RowsAsync(command, reader => (Id: reader.GetGuid(0), Version: reader.GetInt64(1)), cancellationToken);
            if (streams.Count == 0)
                break;
            last = streams[^1].Id;
            var page = new List<Guid>(PageStreams);
            var held = 0L;
            foreach (var (id, version) in streams)
            {
                if (page.Count > 0 && (page.Count == PageStreams || held + version > PageEvents))
                {
                    await pages.WriteAsync([.. page], cancellationToken);
                    page.Clear();
                    held = 0;
                }

                page.Add(id);
                held += version;
            }

            await pages.WriteAsync([.. page], cancellationToken);
        }

        pages.Complete();
    }

    private async Task WorkAsync(ChannelReader<Guid[]> pages, CancellationToken cancellationToken)
    {
        // A thread of the pool even where everything is answered at once.
        await Task.Yield();
        await foreach (var page in pages.ReadAllAsync(cancellationToken))
        {
            var ids = page;
            while (true)
            {
                var made = await ProjectAsync(ids, cancellationToken);
                var streams = made.ToDictionary(row => row.Row.Id, row => row.Stream);
                ids = [.. (await WriteAsync([.. made.Select(row => row.Row)], cancellationToken)).Select(row => streams[row])];
                if (ids.Length == 0)
                    break;
                await Task.Delay(GiveWay, cancellationToken);
            }

            progress?.Report(Interlocked.Read(ref rows));
        }
    }

    /// <summary>The rows of streams as they are at this moment. A row that cannot be made is left out, and noted.</summary>
    private async Task<List<(Guid Stream, PreparedRow Row)>> ProjectAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        var sources = new List<ViewSource>(ids.Length);
        Dictionary<Guid, StreamRead> main, companions;
        await using (var connection = await source.OpenConnectionAsync(cancellationToken))
        await using (var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken))
        {
            main = await ReadAsync(connection, ids, cancellationToken);
            var named = new Dictionary<Guid, IReadOnlyList<Guid>>();
            foreach (var (id, stream) in main)
                Try(id, () => named[id] = view.Companions(stream.Get()));
            var wanted = named.Values.SelectMany(of => of).ToHashSet();
            companions = wanted.Count == 0 ? [] : await ReadAsync(connection, [.. wanted], cancellationToken);
            foreach (var (id, of) in named)
                Try(id, () => sources.Add(new(main[id].Get(), [.. of.Select(other => companions.TryGetValue(other, out var it) ? it.Get() : new(other, 0, [], false))])));
        }

        var seals = new Dictionary<Guid, SealScope>(sources.Count);
        foreach (var of in sources)
            Try(of.Main.StreamId, () =>
            {
                if (view.Seal(of.Main) is { } seal)
                    seals[of.Main.StreamId] = seal;
            });
        var scopes = await keys.OfScopesAsync([.. seals.Values.Distinct()], cancellationToken);
        var made = new List<(Guid, PreparedRow)>(sources.Count);
        foreach (var of in sources)
        {
            if (seals.TryGetValue(of.Main.StreamId, out var seal))
                Try(of.Main.StreamId, () => made.Add((of.Main.StreamId, Row(of, scopes.TryGetValue(seal, out var key) ? key : throw new RowException("its scope never had a key, or its key is damaged"), KeysOf(of)))));
        }

        return made;

        IEnumerable<Guid> KeysOf(ViewSource of) =>
            of.Companions.Where(other => other.Version > 0).SelectMany(other => companions[other.StreamId].Keys).Concat(main[of.Main.StreamId].Keys);
    }

    private PreparedRow Row(ViewSource of, ScopeKey key, IEnumerable<Guid> sealedUnder)
    {
        // Or what it shows of another scope would outlive the end of that scope's key.
        if (!view.FromPlainValues && sealedUnder.Any(other => other != key.Id))
            throw new RowException("its streams hold values of another seal scope");
        var (id, version) = (view.Id?.Invoke(of.Main) ?? of.Main.StreamId, view.Version(of));
        if (view.Id is not null)
            known[id] = 0;
        if (key.Key is null)
            return ViewWriter.Blank(id, version, key.Id);
        var row = view.Project(of);
        return row.View == view.Name && row.Id == id && row.Version == version
            ? ViewWriter.Prepare(view.Name, id, row.Version, row.Body.Span, new(row.Reach, row.SortKey, row.Search), key.Key)
            : throw new RowException("the projection made another row, or one of another version than its streams have");
    }

    /// <summary>Writes a page and answers what has to be made once more: see <see cref="ViewWriter"/>.</summary>
    private async Task<IReadOnlyList<Guid>> WriteAsync(List<PreparedRow> page, CancellationToken cancellationToken)
    {
        if (page.Count == 0)
            return [];
        List<RowWritten> outcome;
        try
        {
            outcome = await WriteBatchAsync(page, cancellationToken);
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            // A row of it is being inserted by an append that may wait for another row of it. One row alone holds up nobody.
            var half = page.Count / 2;
            return half == 0
                ? [page[0].Id]
                : [.. await WriteAsync([.. page.Take(half)], cancellationToken), .. await WriteAsync([.. page.Skip(half)], cancellationToken)];
        }

        var again = await OvertakenAsync(page, outcome, cancellationToken);
        Interlocked.Add(ref rows, outcome.Count(row => row.Written && !again.Contains(row.Id)));
        Interlocked.Add(ref erased, page.Count(row => row.Body.Length == 0 && !again.Contains(row.Id)));
        return [.. again];
    }

    private async Task<List<RowWritten>> WriteBatchAsync(List<PreparedRow> page, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await ViewWriter.WriteAtOnceAsync(connection, view.Name, page, cancellationToken);
    }

    /// <summary>Rows an append was writing, and rows that got new terms and have moved on since.</summary>
    private async Task<HashSet<Guid>> OvertakenAsync(
        List<PreparedRow> page, List<RowWritten> outcome, CancellationToken cancellationToken)
    {
        var again = outcome.Where(row => row.Busy).Select(row => row.Id).ToHashSet();
        var added = outcome.Where(row => row.TermsAdded).Select(row => row.Id).ToArray();
        if (again.Count == 0 && added.Length == 0)
            return again;
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await ViewWriter.BarrierAsync(connection, cancellationToken);
        if (added.Length == 0)
            return again;
        var versions = page.ToDictionary(row => row.Id, row => row.Version);
        await using var command = new NpgsqlCommand("select id, version from partnership.views where view = $1 and id = any($2)", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = view.Name }, new NpgsqlParameter<Guid[]> { TypedValue = added } },
        };
        foreach (var (id, version) in await RowsAsync(command, reader => (reader.GetGuid(0), reader.GetInt64(1)), cancellationToken))
        {
            if (version > versions[id])
                again.Add(id);
        }

        return again;
    }

    /// <summary>
    /// Removes rows, and terms, whose stream is not there. Found without a lock; checked once more and removed under the
    /// ordering lock, a few at a time, since an append may be making the stream just now.
    /// </summary>
    private async Task<long> RemoveStreamlessAsync(CancellationToken cancellationToken)
    {
        const string Streamless = "not exists (select from mt_streams s where s.id = v.id and s.type = $2)";
        var removed = 0L;
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        while (true)
        {
            await using var find = new NpgsqlCommand(
                $"""
                select v.id from partnership.views v where v.view = $1 and {Streamless}
                union select v.id from partnership.search_terms v where v.view = $1 and {Streamless}
                limit {RemovedAtOnce}
                """, connection)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = view.Name }, new NpgsqlParameter<string> { TypedValue = view.StreamType } },
            };
            var found = await RowsAsync(find, reader => reader.GetGuid(0), cancellationToken);
            if (found.Count == 0)
                return removed;
            await using var batch = new NpgsqlBatch(connection)
            {
                // One transaction: sent together, without a "begin".
                BatchCommands =
                {
                    new($"select pg_advisory_xact_lock({AppendStatement.OrderingLock})"),
                    Remove("search_terms"),
                    Remove("views"),
                },
            };
            await batch.ExecuteNonQueryAsync(cancellationToken);
            removed += found.Count;

            NpgsqlBatchCommand Remove(string table) => new($"delete from partnership.{table} v where v.view = $1 and v.id = any($3) and {Streamless}")
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = view.Name }, new NpgsqlParameter<string> { TypedValue = view.StreamType },
                    new NpgsqlParameter<Guid[]> { TypedValue = [.. found] },
                },
            };
        }
    }

    private async Task<List<(Guid Id, long Version)>> RowsNowAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select id, version from partnership.views where view = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = view.Name });
        return await RowsAsync(command, reader => (reader.GetGuid(0), reader.GetInt64(1)), cancellationToken);
    }

    /// <summary>
    /// Removes rows with ids of their own that no stream has: a row that was there before the streams were listed belongs to
    /// one of those listed. Nothing is removed when one of them could not be read, since the row may be its.
    /// </summary>
    private async Task<long> RemoveUnknownAsync(List<(Guid Id, long Version)> before, CancellationToken cancellationToken)
    {
        var unknown = failures.IsEmpty ? before.Where(row => !known.ContainsKey(row.Id)).ToArray() : [];
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        foreach (var some in unknown.Chunk(RemovedAtOnce))
        {
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new($"select pg_advisory_xact_lock({AppendStatement.OrderingLock})"),
                    // One that an append has written since then has a stream.
                    new("""
                        with gone as (
                            delete from partnership.views v using unnest($2, $3) as w (id, version)
                            where v.view = $1 and v.id = w.id and v.version = w.version returning v.id)
                        delete from partnership.search_terms s using gone where s.view = $1 and s.id = gone.id
                        """)
                    {
                        Parameters =
                        {
                            new NpgsqlParameter<string> { TypedValue = view.Name },
                            new NpgsqlParameter<Guid[]> { TypedValue = [.. some.Select(row => row.Id)] },
                            new NpgsqlParameter<long[]> { TypedValue = [.. some.Select(row => row.Version)] },
                        },
                    },
                },
            };
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        return unknown.Length;
    }

    /// <summary>Says in the database that it is done, and waits for the disk: the batches before it did not.</summary>
    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("set local synchronous_commit = on"),
                new("""
                    insert into partnership.view_generations (view, generation, rebuilt) values ($1, 0, $2)
                    on conflict (view) do update set rebuilt = excluded.rebuilt
                    """)
                {
                    Parameters = { new NpgsqlParameter<string> { TypedValue = view.Name }, new NpgsqlParameter<DateTime> { TypedValue = clock.GetUtcNow().UtcDateTime } },
                },
            },
        };
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<Dictionary<Guid, StreamRead>> ReadAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {EventReading.Columns} from mt_events e where e.stream_id = any($1) and e.type <> 'tombstone' order by e.stream_id, e.version", connection)
        {
            Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = ids } },
        };
        var stored = await RowsAsync(command, EventReading.Read, cancellationToken);
        var opened = await reading.OpenEachAsync(stored, cancellationToken, view.FromPlainValues);
        Interlocked.Add(ref events, stored.Count);
        var streams = new Dictionary<Guid, StreamRead>(ids.Length);
        for (var (i, next) = (0, 0); i < stored.Count; i = next)
        {
            var id = stored[i].StreamId;
            while (next < stored.Count && stored[next].StreamId == id)
                next++;
            streams.Add(id, new(id, opened.AsSpan(i, next - i)));
        }

        return streams;
    }

    /// <summary>What goes wrong with one row is that row's alone.</summary>
    private void Try(Guid id, Action make)
    {
        try
        {
            make();
            failures.TryRemove(id, out _);
        }
#pragma warning disable CA1031 // Whatever it is, the other rows can be made.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            failures[id] = failure is RowException ? failure.Message : failure.GetType().Name;
        }
    }

    private static async Task<List<T>> RowsAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>A row that cannot be, for a reason told in our own words.</summary>
    private sealed class RowException(string message) : Exception(message);

    /// <summary>A stream, or what is wrong with one of its events, and the keys its values are sealed under.</summary>
    private sealed class StreamRead
    {
        private readonly LoadedStream? stream;
        private readonly Opened failed;

        public StreamRead(Guid id, ReadOnlySpan<Opened> opened)
        {
            var events = new StoredEvent[opened.Length];
            var erased = false;
            for (var i = 0; i < events.Length; i++)
            {
                if (opened[i].Failure is not null)
                {
                    failed = opened[i];
                    return;
                }

                events[i] = opened[i].Event!;
                erased |= events[i].Erased;
                Keys.UnionWith(opened[i].Keys);
            }

            stream = new(id, events[^1].Version, events, erased);
        }

        public HashSet<Guid> Keys { get; } = [];

        public LoadedStream Get() => stream ?? throw Failure();

        private Exception Failure()
        {
            failed.Get();
            throw new InvalidOperationException();
        }
    }
}
