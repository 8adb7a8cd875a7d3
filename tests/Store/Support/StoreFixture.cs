using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Servers;

[assembly: AssemblyFixture(typeof(StoreFixture))]

namespace Partnership.Tests.Store.Support;

/// <summary>One PostgreSQL for the suite, and a few pairs of databases that tests borrow one after the other.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    public const string MigratorRole = "marac_migrator";
    public const string RuntimeRole = "marac";

    private readonly ConcurrentBag<(string Events, string Keys)> free = [];
    private readonly ConcurrentBag<string> made = [];

    public PostgresServer Server { get; private set; } = null!;

    public string WrappingKeyFile { get; } = Path.GetTempFileName();

    public string SearchKeyFile { get; } = Path.GetTempFileName();

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(WrappingKeyFile, Convert.ToBase64String(new byte[32]));
        await File.WriteAllTextAsync(SearchKeyFile, Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]));
        Server = await PostgresServer.GivenOrStartedAsync();
        await Server.EnsureRoleAsync(MigratorRole);
        await Server.EnsureRoleAsync(RuntimeRole);
    }

    public async ValueTask DisposeAsync()
    {
        // A private server goes with its folder.
        foreach (var database in Server.DataFolder is null ? made : [])
            await Server.DropDatabaseAsync(database);
        await Server.DisposeAsync();
        File.Delete(WrappingKeyFile);
        File.Delete(SearchKeyFile);
    }

    /// <summary>A migrated, empty pair of databases, of the test's own until it disposes them.</summary>
    public async Task<StoreDatabases> CreateAsync()
    {
        if (!free.TryTake(out var pair))
        {
            pair = await CreateEmptyAsync();
            await EventStoreMigration.MigrateAsync(OptionsFor(pair.Events, pair.Keys));
        }

        return new(this, pair.Events, pair.Keys);
    }

    /// <summary>Two databases as the operator makes them, before <c>migrate</c>.</summary>
    public async Task<(string Events, string Keys)> CreateEmptyAsync()
    {
        var pair = (await Server.CreateDatabaseAsync("marac", MigratorRole), await Server.CreateDatabaseAsync("marac_keys", MigratorRole));
        made.Add(pair.Item1);
        made.Add(pair.Item2);
        return pair;
    }

    /// <summary>Takes databases back for the next test: making one takes seconds, emptying one does not.</summary>
    public async Task ReturnAsync(string events, string keys)
    {
        await Server.ExecuteAsync(
            events,
            """
            truncate mt_events, mt_streams, mt_event_progression, partnership.publications, partnership.idempotency, partnership.inbox,
                partnership.views, partnership.search_terms, partnership.erased_keys, partnership.parked_streams,
                partnership.view_generations, partnership.parked_rows;
            select setval('mt_events_sequence', 1, false);
            update partnership.publisher set position = 0, epoch = 0
            """);
        await Server.ExecuteAsync(keys, "truncate partnership.data_keys");
        free.Add((events, keys));
    }

    public EventStoreOptions OptionsFor(string events, string keys) => new()
    {
        ConnectionString = Server.To(events, RuntimeRole),
        KeyConnectionString = Server.To(keys, RuntimeRole),
        MigratorConnectionString = Server.To(events, MigratorRole),
        KeyMigratorConnectionString = Server.To(keys, MigratorRole),
        RuntimeRole = RuntimeRole,
        WrappingKeyFile = WrappingKeyFile,
        SearchKeyFile = SearchKeyFile,
    };
}

/// <summary>The two databases of one test.</summary>
public sealed class StoreDatabases(StoreFixture fixture, string events, string keys) : IAsyncDisposable
{
    private bool spoilt;

    public PostgresServer Server => fixture.Server;

    public string Events { get; } = events;

    public string Keys { get; } = keys;

    public EventStoreOptions Options() => fixture.OptionsFor(Events, Keys);

    /// <summary>A host of its own on these databases, as a service would make it.</summary>
    public TestStore Open(
        Action<EventStoreOptions>? change = null, TimeProvider? clock = null, IContractPublisher? bus = null, PublicationMap? publications = null,
        Action<IServiceCollection>? more = null)
    {
        var options = Options();
        change?.Invoke(options);
        return new(options, clock, bus, publications, more);
    }

    /// <summary>A value from the event database, asked as the superuser.</summary>
    public async Task<T> AskAsync<T>(string sql, params object[] arguments) => await AskAsync<T>(Events, sql, arguments);

    public async Task<T> AskKeysAsync<T>(string sql, params object[] arguments) => await AskAsync<T>(Keys, sql, arguments);

    /// <summary>Runs a statement on the event database as the superuser.</summary>
    public Task RunAsync(string sql) => Server.ExecuteAsync(Events, sql);

    /// <summary>Runs a statement on the key database as the superuser.</summary>
    public Task RunOnKeysAsync(string sql) => Server.ExecuteAsync(Keys, sql);

    /// <summary>Until an append waits for the ordering lock.</summary>
    public Task WaitForWaiterAsync() => Eventually.Async(
        async () => await AskAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'") > 0,
        "an append waits for the lock");

    /// <summary>Until an append is inside its statement, sleeping in a trigger of the test.</summary>
    public Task WaitForActiveAppendAsync() => Eventually.Async(
        async () => await AskAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'") > 0,
        "an append is held up");

    public async Task<NpgsqlConnection> ConnectAsync(string? role = null)
    {
        var connection = new NpgsqlConnection(Server.To(Events, role) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Says that the test changes the schema: the databases are of no use to another.</summary>
    public StoreDatabases Spoilt()
    {
        spoilt = true;
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        if (!spoilt)
            await fixture.ReturnAsync(Events, Keys);
    }

    private async Task<T> AskAsync<T>(string database, string sql, object[] arguments)
    {
        await using var connection = new NpgsqlConnection(Server.To(database) + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // The text is the test's own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        var value = await command.ExecuteScalarAsync();
        return value is null or DBNull ? default! : (T)value;
    }
}
