using Partnership.Tests.Support.Servers;
using Partnership.Tests.Support.Telemetry;

namespace Partnership.Tests.Support.Hosts;

/// <summary>
/// The whole platform, running: gateway, MARAC and InformationSharing on loopback ports, with databases, a virtual host,
/// keys and an issuer of their own, over real PostgreSQL and RabbitMQ.
/// </summary>
public sealed class RunningPlatform : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);

    private readonly PlatformOptions options;
    private readonly Dictionary<string, HostHandle> hosts = [];
    private readonly Lazy<HttpClient> http;

    private RunningPlatform(PlatformOptions options, string folder)
    {
        this.options = options;
        Folder = folder;
        Keys = new TestKeys(Path.Combine(folder, "keys"));
        http = new(() => new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = Gateway,
        });
    }

    /// <summary>Keys, the partnership's file and logs of this platform.</summary>
    public string Folder { get; }
    public TestKeys Keys { get; }
    public PostgresServer Postgres { get; private set; } = null!;
    public RabbitServer Broker { get; private set; } = null!;
    public string VirtualHost { get; private set; } = null!;
    public TestIssuer Issuer { get; private set; } = null!;

    /// <summary>With <see cref="PlatformOptions.Telemetry"/> only.</summary>
    public OtlpCollector? Telemetry { get; private set; }

    /// <summary>Names of the databases.</summary>
    public string MaracDatabase { get; private set; } = null!;
    public string MaracKeysDatabase { get; private set; } = null!;
    public string LedgerDatabase { get; private set; } = null!;
    public string SharingDatabase { get; private set; } = null!;
    public string SharingKeysDatabase { get; private set; } = null!;

    public Uri Gateway => hosts[Services.Gateway].Address;

    /// <summary>Plain access to one host, to stop, kill and start it.</summary>
    public HostHandle Host(string service) => hosts[service];

    /// <summary>The container of an in-process host.</summary>
    public IServiceProvider Provider(string service) =>
        hosts[service] is InProcessHost host ? host.Provider : throw new InvalidOperationException("Only in-process hosts have a container to look into.");

    /// <summary>All that a process host has written.</summary>
    public Task<string> LogAsync(string service) =>
        hosts[service] is ProcessHost host ? File.ReadAllTextAsync(host.LogFile) : throw new InvalidOperationException("Only process hosts have a log of their own.");

    public string PartnershipFile => Path.Combine(Folder, "partnership.yaml");

    /// <summary>A client of a person of the partnership's file, by subject.</summary>
    public TestClient As(string person, string? hat = null, IReadOnlyList<string>? amr = null) =>
        WithToken(Issuer.Token(person, amr: amr), hat);

    public TestClient WithToken(string? token, string? hat = null) => new(http.Value, token, hat);

    public TestClient Anonymous() => WithToken(null);

    /// <summary>Everything started, migrated and ready to answer.</summary>
    public static async Task<RunningPlatform> StartAsync(PlatformOptions? options = null)
    {
        var platform = new RunningPlatform(options ?? new(), Directory.CreateTempSubdirectory("partnership-platform-").FullName);
        try
        {
            await platform.StartServersAsync();
            platform.MakeHosts();
            await Task.WhenAll(
                platform.hosts[Services.Marac].MigrateAsync(), platform.hosts[Services.InformationSharing].MigrateAsync());
            await Task.WhenAll(Services.All.Select(service => platform.hosts[service].StartAsync()));
            await platform.ReadyAsync();
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every host says it is ready.</summary>
    public Task ReadyAsync() => Task.WhenAll(Services.All.Select(ReadyAsync));

    public async Task ReadyAsync(string service)
    {
        using var client = new HttpClient();
        await Eventually.Async(
            async () => (await client.GetAsync(new Uri(hosts[service].Address, "/health/ready"))).IsSuccessStatusCode,
            $"{service} is ready",
            ReadyTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        // What takes requests first.
        foreach (var host in hosts.Values.Reverse())
            await host.DisposeAsync();
        if (http.IsValueCreated)
            http.Value.Dispose();
        if (Issuer is not null)
            await Issuer.DisposeAsync();
        if (Telemetry is not null)
            await Telemetry.DisposeAsync();
        await DropAsync();
        // To look into after a failure; it holds keys of databases that are gone.
        if (Environment.GetEnvironmentVariable("PARTNERSHIP_TEST_KEEP") is null)
            Directory.Delete(Folder, recursive: true);
    }

    private async Task StartServersAsync()
    {
        var postgres = options.OwnPostgres ? PostgresServer.StartAsync() : SharedServers.PostgresAsync();
        var broker = options.OwnBroker ? RabbitServer.StartAsync() : SharedServers.RabbitAsync();
        Postgres = await postgres;
        Broker = await broker;
        Issuer = await TestIssuer.StartAsync(options.Clock);
        if (options.Telemetry)
            Telemetry = await OtlpCollector.StartAsync();
        VirtualHost = await Broker.CreateVirtualHostAsync("platform");

        foreach (var role in new[] { "marac_migrator", "marac", "ledger_migrator", "ledger", "sharing_migrator", "sharing" })
            await Postgres.EnsureRoleAsync(role);
        MaracDatabase = await CreateDatabaseAsync("marac", "marac");
        MaracKeysDatabase = await CreateDatabaseAsync("marac_keys", "marac");
        LedgerDatabase = await CreateDatabaseAsync("ledger", "ledger");
        SharingDatabase = await CreateDatabaseAsync("sharing", "sharing");
        SharingKeysDatabase = await CreateDatabaseAsync("sharing_keys", "sharing");

        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "partnership.yaml"));
        text = text.Replace("${PARTNERSHIP_IDENTITY:-http://127.0.0.1:8082}", Issuer.Issuer, StringComparison.Ordinal);
        await File.WriteAllTextAsync(PartnershipFile, options.Partnership?.Invoke(text) ?? text);
    }

    // A database its migrating role owns and its run-time role may enter; nobody else: as deploy/up makes them.
    private async Task<string> CreateDatabaseAsync(string prefix, string role)
    {
        var name = await Postgres.CreateDatabaseAsync(prefix, $"{role}_migrator");
        await Postgres.ExecuteAsync("postgres", $"revoke all on database \"{name}\" from public; grant connect on database \"{name}\" to \"{role}\"");
        return name;
    }

    private async Task DropAsync()
    {
        if (options.OwnBroker && Broker is not null)
            await Broker.DisposeAsync();
        else if (VirtualHost is not null)
            await Broker!.DeleteVirtualHostAsync(VirtualHost);
        if (options.OwnPostgres && Postgres is not null)
            await Postgres.DisposeAsync();
        else
            foreach (var database in new[] { MaracDatabase, MaracKeysDatabase, LedgerDatabase, SharingDatabase, SharingKeysDatabase })
            {
                if (database is not null)
                    await Postgres!.DropDatabaseAsync(database);
            }
    }

    private void MakeHosts()
    {
        var settings = new PlatformSettings(this, options);
        foreach (var service in Services.All)
        {
            var address = new Uri($"http://127.0.0.1:{PostgresServer.FreePort()}");
            settings.Addresses[service] = address;
        }

        foreach (var service in Services.All)
        {
            hosts[service] = options.Processes
                ? new ProcessHost(service, settings.Addresses[service], settings.Of(service), settings.ForMigration(service), Folder)
                : new InProcessHost(service, settings.Addresses[service], settings.Of(service), settings.ForMigration(service), options);
        }
    }
}
