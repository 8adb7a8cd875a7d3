using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Partnership.Contracts.Topology;
using Partnership.EventStore;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support.Servers;

namespace Partnership.Tests.Support.Hosts;

/// <summary>
/// A migrated pair of databases and a virtual host with a layout applied: what a host with a store and a bus needs, without
/// the platform around it.
/// </summary>
public sealed class StoreAndBus : IAsyncDisposable
{
    private const string Migrator = "marac_migrator", Runtime = "marac";

    private readonly string keyFile;
    private readonly string keys;

    private StoreAndBus(PostgresServer postgres, RabbitServer broker, string events, string keys, string keyFile)
    {
        (Postgres, Broker, Events, this.keys, this.keyFile) = (postgres, broker, events, keys, keyFile);
        Bus = new() { Host = broker.Amqp.Host, Port = broker.Amqp.Port, Username = broker.Username, Password = broker.Password };
    }

    public PostgresServer Postgres { get; }

    public RabbitServer Broker { get; }

    /// <summary>Name of the event database.</summary>
    public string Events { get; }

    public BusOptions Bus { get; }

    public string VirtualHost => Bus.VirtualHost;

    /// <summary>Configuration of a host on them: sections <c>EventStore</c> and <c>Bus</c>.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["EventStore:ConnectionString"] = To(Events, Runtime),
        ["EventStore:KeyConnectionString"] = To(keys, Runtime),
        ["EventStore:WrappingKeyFile"] = keyFile,
        ["EventStore:SearchKeyFile"] = keyFile,
        ["Bus:Host"] = Bus.Host,
        ["Bus:Port"] = Bus.Port.ToString(CultureInfo.InvariantCulture),
        ["Bus:VirtualHost"] = Bus.VirtualHost,
        ["Bus:Username"] = Bus.Username,
        ["Bus:Password"] = Bus.Password,
    };

    public static async Task<StoreAndBus> StartAsync(BusLayout layout)
    {
        var postgres = await SharedServers.PostgresAsync();
        await postgres.EnsureRoleAsync(Migrator);
        await postgres.EnsureRoleAsync(Runtime);
        var keyFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(keyFile, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var made = new StoreAndBus(
            postgres, await SharedServers.RabbitAsync(), await postgres.CreateDatabaseAsync("messages", Migrator),
            await postgres.CreateDatabaseAsync("messages_keys", Migrator), keyFile);
        await EventStoreMigration.MigrateAsync(new()
        {
            MigratorConnectionString = postgres.To(made.Events, Migrator),
            KeyMigratorConnectionString = postgres.To(made.keys, Migrator),
            RuntimeRole = Runtime,
        });
        await made.UseNewVirtualHostAsync(layout);
        return made;
    }

    /// <summary>Leaves the broker's queues, with all that is in them, for new ones.</summary>
    public async Task UseNewVirtualHostAsync(BusLayout layout)
    {
        if (Bus.VirtualHost != "/")
            await Broker.DeleteVirtualHostAsync(Bus.VirtualHost);
        Bus.VirtualHost = await Broker.CreateVirtualHostAsync("messages");
        await BusTopologyApplier.ApplyAsync(Bus, CancellationToken.None, layout);
    }

    /// <summary>Takes everything out of the event database.</summary>
    public Task EmptyAsync() => Postgres.ExecuteAsync(
        Events,
        """
        truncate mt_events, mt_streams, partnership.publications, partnership.inbox, partnership.parked_streams;
        select setval('mt_events_sequence', 1, false);
        update partnership.publisher set position = 0, epoch = 0
        """);

    /// <summary>A value from the event database, asked as the superuser.</summary>
    public async Task<T> AskAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Postgres.To(Events) + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // The text is the test's own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? (T)value : default!;
    }

    /// <summary>Messages ready in a queue.</summary>
    public Task<uint?> ReadyAsync(string queue) => Broker.ReadyAsync(VirtualHost, queue);

    public async ValueTask DisposeAsync()
    {
        await Broker.DeleteVirtualHostAsync(VirtualHost);
        await Postgres.DropDatabaseAsync(Events);
        await Postgres.DropDatabaseAsync(keys);
        File.Delete(keyFile);
    }

    private string To(string database, string role) =>
        new NpgsqlConnectionStringBuilder(Postgres.To(database, role)) { MaxPoolSize = 16 }.ConnectionString;
}
