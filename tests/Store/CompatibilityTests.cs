using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;

namespace Partnership.Tests.Store;

/// <summary>Two releases of one service on one database, as during every roll-out and after every roll-back.</summary>
public sealed class CompatibilityTests(StoreFixture fixture)
{
    private const string Shared = "test.shared.v1";
    private const string New = "test.only-the-newer-release.v1";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record Before([property: Plain] string Code, string Text);

    private sealed record After(
        [property: Plain] string Code, string Text, [property: Plain] int? Level = null, [property: Plain] string[]? Codes = null, string? Colour = null,
        Person? About = null);

    private sealed record OnlyNewer([property: Plain] string Code);

    [Fact]
    public async Task A_field_added_later_is_missing_in_what_was_stored_before_and_ignored_by_the_release_before()
    {
        await using var databases = await fixture.CreateAsync();
        await using var older = Release(databases, (Shared, typeof(Before)));
        await using var newer = Release(databases, (Shared, typeof(After)));
        var stream = Sample.Id();

        await older.Events.AppendAsync(Sample.One(stream, 0, new Before("B", "before")), Ct);
        await newer.Events.AppendAsync(Sample.One(stream, 1, new After("A", "after", 3, ["x", "y"], "red", new("Ann", new(1985, 1, 2)))), Ct);
        // Rolled back: the release before goes on where the later one was.
        Sample.AssertWritten(await older.Events.AppendAsync(Sample.One(stream, 2, new Before("C", "again")), Ct), stream, 3);

        Assert.Equal(
            [new Before("B", "before"), new Before("A", "after"), new Before("C", "again")], (await older.Events.LoadAsync(stream, Ct)).Events.Select(stored => stored.Data));
        var read = (await newer.Events.LoadAsync(stream, Ct)).Events.Select(stored => (After)stored.Data).ToArray();
        Assert.Equal(new After("B", "before"), read[0]);
        Assert.Equal((3, "red", "Ann"), (read[1].Level, read[1].Colour, read[1].About?.Name));
        Assert.Equal(["x", "y"], read[1].Codes ?? []);
        Assert.Equal(new After("C", "again"), read[2]);
    }

    [Fact]
    public async Task A_field_added_later_is_erased_with_the_others()
    {
        await using var databases = await fixture.CreateAsync();
        await using var older = Release(databases, (Shared, typeof(Before)));
        await using var newer = Release(databases, (Shared, typeof(After)));
        var stream = Sample.Id();
        await newer.Events.AppendAsync(Sample.One(stream, 0, new After("A", "after", 3, null, "red")), Ct);

        // By a release that does not know the field.
        await older.Keys.DestroyAsync(Sample.Scope(stream), Ct);

        await using var later = Release(databases, (Shared, typeof(After)));
        Assert.Equal(new After("A", null!, 3), (await later.Events.LoadAsync(stream, Ct)).Events.Single().Data);
    }

    [Fact]
    public async Task An_event_of_a_newer_release_stops_the_reading_of_its_stream_with_a_code_and_nothing_else()
    {
        await using var databases = await fixture.CreateAsync();
        await using var older = Release(databases, (Shared, typeof(Before)));
        await using var newer = Release(databases, (Shared, typeof(Before)), (New, typeof(OnlyNewer)));
        var (stream, other) = (Sample.Id(), Sample.Id());
        await older.Events.AppendAsync(WithView(stream, 0, new Before("B", "before")), Ct);
        await newer.Events.AppendAsync(WithView(stream, 1, new OnlyNewer("N")), Ct);
        await older.Events.AppendAsync(WithView(other, 0, new Before("B", "elsewhere")), Ct);

        var unknown = await Assert.ThrowsAsync<UnknownEventTypeException>(() => older.Events.LoadAsync(stream, Ct));

        Assert.Equal((stream, 2L, New), (unknown.StreamId, unknown.Version, unknown.StoredName));
        Assert.StartsWith($"{UnknownEventTypeException.Code}: ", unknown.Message, StringComparison.Ordinal);
        // Everything else goes on: other streams, pages with that record's row in them, conflicts that tell the truth.
        Assert.Equal(1, (await older.Events.LoadAsync(other, Ct)).Version);
        Assert.Equal([other, stream], (await older.Events.PageViewAsync("cases", ["northtown"], null, 10, Ct)).Select(row => row.Id));
        Assert.Equal(new AppendVerdict.Conflict(stream, 2), await older.Events.AppendAsync(Sample.One(stream, 1, new Before("B", "late")), Ct));
        Sample.AssertWritten(await older.Events.AppendAsync(Sample.One(other, 1, new Before("B", "more")), Ct), other, 2);
        Assert.Equal(2, (await newer.Events.LoadAsync(stream, Ct)).Version);
    }

    [Fact]
    public async Task A_publisher_of_the_older_release_parks_that_stream_and_the_newer_one_publishes_it()
    {
        await using var databases = await fixture.CreateAsync();
        await using var newer = Release(databases, (Shared, typeof(Before)), (New, typeof(OnlyNewer)));
        var (stream, other) = (Sample.Id(), Sample.Id());
        await newer.Events.AppendAsync(Sample.One(stream, 0, new OnlyNewer("N"), new Before("B", "after it")), Ct);
        await newer.Events.AppendAsync(Sample.One(other, 0, new Before("B", "elsewhere")), Ct);

        var bus = new RecordingBus();
        await using (var older = Release(databases, bus, (Shared, typeof(Before))))
        {
            await older.StartAsync();
            await Eventually.Async(() => bus.Confirmed.Count > 0, "the other stream is published");
            await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_streams") == 1, "the stream is parked");
        }

        Assert.Equal(other, bus.Notes.Single().StreamId);
        await using var upgraded = Release(databases, bus, (Shared, typeof(Before)), (New, typeof(OnlyNewer)));
        await upgraded.StartAsync();
        await Eventually.Async(() => bus.Confirmed.Count == 3, "the parked stream is published");
        Assert.Equal([1L, 2L], bus.Notes.Where(note => note.StreamId == stream).Select(note => note.Number));
    }

    private static Append WithView(Guid stream, long expected, object data) =>
        Sample.Of(Sample.Stream(stream, expected, data) with { Views = [Sample.View(stream, expected + 1, sortKey: expected == 0 ? 2 : 1)] });

    private static Host Release(StoreDatabases databases, params (string Name, Type Type)[] types) => Release(databases, new RecordingBus(), types);

    private static Host Release(StoreDatabases databases, RecordingBus bus, params (string Name, Type Type)[] types) => new(databases.Options(), bus, types);

    /// <summary>A host that knows these types and publishes each of them.</summary>
    private sealed class Host : IAsyncDisposable
    {
        private readonly ServiceProvider provider;
        private IHostedService[] started = [];

        public Host(EventStoreOptions options, IContractPublisher bus, (string Name, Type Type)[] types)
        {
            var known = new EventTypes();
            var publications = new PublicationMap();
            foreach (var (name, type) in types)
            {
                known.Add(name, type);
                typeof(PublicationMap).GetMethod(nameof(PublicationMap.Publish))!.MakeGenericMethod(type).Invoke(
                    publications,
                    [(StoredEvent stored, long number) => (object)new NotedMessage(stored.Id, stored.StreamId, number, stored.Headers.TraceParent)]);
            }

            var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["EventStore:ConnectionString"] = options.ConnectionString,
                ["EventStore:KeyConnectionString"] = options.KeyConnectionString,
                ["EventStore:WrappingKeyFile"] = options.WrappingKeyFile,
                ["EventStore:SearchKeyFile"] = options.SearchKeyFile,
            }).Build().GetSection("EventStore");
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddSingleton(bus);
            services.AddEventStore(section, known, publications);
            provider = services.BuildServiceProvider();
        }

        public IEventStore Events => provider.GetRequiredService<IEventStore>();

        public IKeyStore Keys => provider.GetRequiredService<IKeyStore>();

        public async Task StartAsync()
        {
            started = [.. provider.GetServices<IHostedService>()];
            foreach (var service in started)
                await service.StartAsync(CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var service in started)
                await service.StopAsync(CancellationToken.None);
            await provider.DisposeAsync();
        }
    }
}
