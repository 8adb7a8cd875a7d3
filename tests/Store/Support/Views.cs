using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Partnership.EventStore;

namespace Partnership.Tests.Store.Support;

/// <summary>An inline view of notes, each stream with a companion that its first event names, and what tests ask of views.</summary>
public static class Views
{
    public const string Notes = "notes";

    /// <param name="release">Another release writes other bodies and other search terms.</param>
    /// <param name="before">Runs before each projection, with the stream's id; projections have no such thing.</param>
    public static InlineView Inline(ISearchHasher hasher, int release = 1, Action<Guid>? before = null) => new()
    {
        Name = Notes,
        StreamType = "test_stream",
        Companions = stream => [((Noted)stream.Events[0].Data).Record],
        Seal = stream => Sample.Scope(stream.StreamId),
        Project = source =>
        {
            before?.Invoke(source.Main.StreamId);
            var texts = source.Main.Events.Select(e => ((Noted)e.Data).Text).ToArray();
            var others = source.Companions[0].Events.Select(e => ((Noted)e.Data).Text).ToArray();
            return new ViewRow(
                Notes, source.Main.StreamId, source.Version, JsonSerializer.SerializeToUtf8Bytes(new { release, texts, others }),
                ["all", $"team-{texts.Length % 3}"], texts.Length * 100 + others.Length,
                [hasher.Value($"last-{release}", texts[^1]), .. texts.Take(3).Select(text => hasher.Value("any", text)).DistinctBy(t => Convert.ToHexString(t.Hash))]);
        },
    };

    public static Action<IServiceCollection> Add(int release = 1, Action<Guid>? before = null) => services =>
        services.AddInlineView(provider => Inline(provider.GetRequiredService<ISearchHasher>(), release, before));

    public static Task<RebuildReport> RebuildAsync(this TestStore store, string view) =>
        store.Services.GetRequiredService<IViewRebuilder>().RebuildAsync(view, null, TestContext.Current.CancellationToken);

    /// <summary>Appends to a stream, or its companion, with the row that belongs to both: what a service does.</summary>
    public static async Task<AppendVerdict> NoteAsync(this TestStore store, Guid stream, Guid companion, string text, bool toCompanion = false, int release = 1)
    {
        var ct = TestContext.Current.CancellationToken;
        var main = await store.Events.LoadAsync(stream, ct);
        var other = await store.Events.LoadAsync(companion, ct);
        if (main.Erased || other.Erased)
            return new AppendVerdict.Erased();
        var added = Sample.Event(new Noted(companion, Urgency.Routine, text));
        var (mainAfter, otherAfter) = toCompanion ? (main, Plus(other, added)) : (Plus(main, added), other);
        var row = Inline(store.Hasher, release).Project(new(mainAfter, [otherAfter]));
        return await store.Events.AppendAsync(
            Sample.Of(
                new StreamAppend(stream, "test_stream", main.Version, toCompanion ? [] : [added], Sample.Scope(stream), [row]),
                new StreamAppend(companion, "test_companion", other.Version, toCompanion ? [added] : [], Sample.Scope(stream), [])), ct);

        static LoadedStream Plus(LoadedStream before, NewEvent added) => before with
        {
            Version = before.Version + 1,
            Events = [.. before.Events, new StoredEvent(0, added.Id, before.StreamId, before.Version + 1, "test.noted.v1", added.Data, added.At, Sample.Headers, false)],
        };
    }

    /// <summary>Many callers of several hosts append to these streams until told to stop; how many were written.</summary>
    public static async Task<long> TrafficAsync(
        IReadOnlyList<TestStore> hosts, ConcurrentDictionary<Guid, Guid> streams, int release, bool makesNew, CancellationToken stop)
    {
        long written = 0;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            while (!stop.IsCancellationRequested)
            {
                var (stream, companion) = makesNew && random.Next(10) == 0 ? KeyValuePair.Create(Sample.Id(), Sample.Id()) : streams.ElementAt(random.Next(streams.Count));
                var isNew = !streams.ContainsKey(stream);
                var verdict = await hosts[caller % hosts.Count].NoteAsync(
                    stream, companion, $"text {random.Next(1000)}", toCompanion: !isNew && random.Next(3) == 0, release);
                Assert.True(verdict is AppendVerdict.Written or AppendVerdict.Conflict or AppendVerdict.Erased, verdict.GetType().Name);
                if (verdict is not AppendVerdict.Written)
                    continue;
                Interlocked.Increment(ref written);
                streams.TryAdd(stream, companion);
            }
        })));
        return written;
    }

    /// <summary>Every row of a view as callers and the database show it, opened.</summary>
    public static async Task<List<string>> DumpAsync(StoreDatabases databases, TestStore store, string view, string? stored = null)
    {
        var rows = new List<(Guid Id, string Plain)>();
        await using (var connection = await databases.ConnectAsync())
        {
            await using var command = new NpgsqlCommand(
                """
                select v.id, v.version || ' ' || v.reach::text || ' ' || v.sort_key || ' ' || coalesce(
                    (select string_agg(s.kind || ':' || encode(s.hash, 'hex'), ',' order by s.kind, s.hash) from partnership.search_terms s
                    where s.view = v.view and s.id = v.id), '')
                from partnership.views v where v.view = $1 order by v.id
                """, connection);
            command.Parameters.Add(new() { Value = stored ?? view });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add((reader.GetGuid(0), reader.GetString(1)));
        }

        var dump = new List<string>();
        foreach (var (id, plain) in rows)
        {
            var row = (await store.Events.LoadViewAsync(view, id, TestContext.Current.CancellationToken))!;
            dump.Add($"{id} {plain} {(row.Erased ? "erased" : Encoding.UTF8.GetString(row.Body.Span))}");
        }

        return dump;
    }

    /// <summary>What the rows of <see cref="Notes"/> must be, made from the streams without help of the rebuild.</summary>
    public static async Task<List<string>> ExpectedAsync(TestStore store, ConcurrentDictionary<Guid, Guid> streams, int release)
    {
        var ct = TestContext.Current.CancellationToken;
        var expected = new List<string>();
        var view = Inline(store.Hasher, release);
        foreach (var (id, companion) in streams.OrderBy(stream => stream.Key.ToString(), StringComparer.Ordinal))
        {
            var source = new ViewSource(await store.Events.LoadAsync(id, ct), [await store.Events.LoadAsync(companion, ct)]);
            if (source.Main.Erased)
            {
                expected.Add($"{id} {source.Version} {{}} 0  erased");
                continue;
            }

            var row = view.Project(source);
            var terms = row.Search.Select(term => $"{term.Kind}:{Convert.ToHexStringLower(term.Hash)}").Order(StringComparer.Ordinal);
            expected.Add($"{id} {row.Version} {{{string.Join(',', row.Reach)}}} {row.SortKey} {string.Join(',', terms)} {Encoding.UTF8.GetString(row.Body.Span)}");
        }

        return expected;
    }
}
