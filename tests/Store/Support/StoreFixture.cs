using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support.Servers;

[assembly: AssemblyFixture(typeof(StoreFixture))]

namespace Partnership.Tests.Store.Support;

/// <summary>One PostgreSQL for the suite, with a migrated pair of databases that each test gets a copy of.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    public const string MigratorRole = "marac_migrator";
    public const string RuntimeRole = "marac";

    private string eventTemplate = "";
    private string keyTemplate = "";

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
        eventTemplate = await Server.CreateDatabaseAsync("template_marac", MigratorRole);
        keyTemplate = await Server.CreateDatabaseAsync("template_marac_keys", MigratorRole);
        await EventStoreMigration.MigrateAsync(OptionsFor(eventTemplate, keyTemplate));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DropDatabaseAsync(eventTemplate);
        await Server.DropDatabaseAsync(keyTemplate);
        await Server.DisposeAsync();
        File.Delete(WrappingKeyFile);
        File.Delete(SearchKeyFile);
    }

    /// <summary>A migrated, empty pair of databases of the test's own.</summary>
    public async Task<StoreDatabases> CreateAsync()
    {
        var events = await CopyAsync("marac", eventTemplate);
        var keys = await CopyAsync("marac_keys", keyTemplate);
        return new(this, events, keys);
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

    private async Task<string> CopyAsync(string prefix, string template)
    {
        var name = $"{prefix}_{Guid.CreateVersion7():N}";
        await Server.ExecuteAsync("postgres", $"create database \"{name}\" template \"{template}\" owner \"{MigratorRole}\"");
        return name;
    }
}

/// <summary>The two databases of one test, dropped when it ends.</summary>
public sealed class StoreDatabases(StoreFixture fixture, string events, string keys) : IAsyncDisposable
{
    public PostgresServer Server => fixture.Server;

    public string Events { get; } = events;

    public string Keys { get; } = keys;

    public EventStoreOptions Options() => fixture.OptionsFor(Events, Keys);

    /// <summary>A host of its own on these databases, as a service would make it.</summary>
    public TestStore Open(Action<EventStoreOptions>? change = null, TimeProvider? clock = null, IContractPublisher? bus = null)
    {
        var options = Options();
        change?.Invoke(options);
        return new(options, clock, bus);
    }

    /// <summary>A value from the event database, asked as the superuser.</summary>
    public async Task<T> AskAsync<T>(string sql, params object[] arguments) => await AskAsync<T>(Events, sql, arguments);

    public async Task<T> AskKeysAsync<T>(string sql, params object[] arguments) => await AskAsync<T>(Keys, sql, arguments);

    /// <summary>Runs a statement on the event database as the superuser.</summary>
    public Task RunAsync(string sql) => Server.ExecuteAsync(Events, sql);

    public async Task<NpgsqlConnection> ConnectAsync(string? role = null)
    {
        var connection = new NpgsqlConnection(Server.To(Events, role) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DropDatabaseAsync(Events);
        await Server.DropDatabaseAsync(Keys);
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
