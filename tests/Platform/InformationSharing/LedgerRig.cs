using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Partnership.InformationSharing;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Servers;
using RabbitMQ.Client;

namespace Partnership.Tests.Platform.InformationSharing;

/// <summary>
/// InformationSharing over a real database and a real broker, without the gateway: tests put batches into the queue
/// themselves and look into the tables.
/// </summary>
internal sealed class LedgerRig : IAsyncDisposable
{
    private readonly ECDsa signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDiffieHellman seal = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] internalKey = RandomNumberGenerator.GetBytes(32);
    private readonly string folder = Directory.CreateTempSubdirectory("partnership-ledger-").FullName;
    private readonly Dictionary<string, string?> settings = [];
    private readonly int port = PostgresServer.FreePort();
    private PostgresServer postgres = null!;
    private string virtualHost = null!;
    private string database = null!;
    private string events = null!;
    private string eventKeys = null!;
    private NpgsqlDataSource superuser = null!;
    private IConnection connection = null!;
    private WebApplication? host;
    private Process? process;

    public RabbitServer Broker { get; private set; } = null!;
    public string VirtualHost => virtualHost;
    public string PartnershipFile => Path.Combine(folder, "partnership.yaml");

    /// <summary>A channel of the test's own, with confirms.</summary>
    public IChannel Channel { get; private set; } = null!;

    /// <summary>Servers, keys and schema; no host yet.</summary>
    public static async Task<LedgerRig> CreateAsync(bool migrate = true, params (string Key, string Value)[] extra)
    {
        var rig = new LedgerRig();
        try
        {
            await rig.PrepareAsync(extra);
            if (migrate) await rig.MigrateAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Servers, keys, schema, and the host running.</summary>
    public static async Task<LedgerRig> StartAsync(params (string Key, string Value)[] extra)
    {
        var rig = await CreateAsync(migrate: true, extra);
        await rig.StartHostAsync();
        await rig.ReadyAsync();
        return rig;
    }

    public TestGateway Gateway(string instance) => new(instance, signing, seal);

    /// <summary>Signs like a gateway, with a key nobody knows.</summary>
    public TestGateway Stranger(string instance) => new(instance, ECDsa.Create(ECCurve.NamedCurves.nistP256), seal);

    public Task PublishAsync(byte[] batch) => TestGateway.PublishAsync(Channel, batch);

    public async Task MigrateAsync()
    {
        await using var migrating = Build(["migrate"]);
        if (await Migration.RunAsync(migrating) != 0) throw new InvalidOperationException("migrate failed");
    }

    public async Task StartHostAsync()
    {
        host = Build([]);
        await host.StartAsync();
    }

    public async Task StopHostAsync()
    {
        if (host is null) return;
        await host.StopAsync();
        await host.DisposeAsync();
        host = null;
    }

    public async Task ReadyAsync()
    {
        using var client = Client();
        await Eventually.Async(async () => (await client.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the host is ready");
    }

    public async Task<bool> IsReadyAsync()
    {
        using var client = Client();
        return (await client.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode;
    }

    /// <summary>Starts the program as a process of its own, which ends with ours.</summary>
    public async Task StartProcessAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Partnership.InformationSharing");
        var start = new ProcessStartInfo("sh", ["-c", "\"$0\" >>\"$1\" 2>&1 & p=$!; echo $p; cat >/dev/null; kill -KILL $p 2>/dev/null; wait $p 2>/dev/null", program, Path.Combine(folder, "log")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        foreach (var (key, value) in settings) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["ASPNETCORE_URLS"] = Address;
        process = Process.Start(start)!;
        await process.StandardOutput.ReadLineAsync();
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillProcessAsync()
    {
        process!.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>What the process wrote.</summary>
    public Task<string> LogAsync() => File.ReadAllTextAsync(Path.Combine(folder, "log"));

    /// <summary>A request with the token the gateway would give it.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string pathAndQuery, string? body = null, IReadOnlyList<string>? reach = null, byte[]? key = null)
    {
        using var client = Client();
        using var request = new HttpRequestMessage(method, pathAndQuery);
        var bytes = Encoding.UTF8.GetBytes(body ?? "");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        var uri = new Uri(client.BaseAddress!, pathAndQuery);
        var token = new InternalToken
        {
            Id = InternalTokens.NewId(),
            Audience = InformationSharingHost.Name,
            IssuedAt = TimeProvider.System.GetUtcNow(),
            Method = method.Method,
            Path = uri.AbsolutePath,
            Query = uri.Query,
            BodyDigest = InternalTokens.BodyDigest(bytes),
            Caller = new Caller { Person = "p.auditor", Agency = "PCC", Team = "IG", Role = "ledger-reader", Purpose = "audit" },
            Reach = reach ?? [],
        };
        request.Headers.Add(InternalToken.HeaderName, InternalTokens.Mint(token, key ?? internalKey));
        return await client.SendAsync(request);
    }

    public HttpClient Client() => new() { BaseAddress = new Uri(Address) };

    /// <summary>One value, read as the superuser.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = superuser.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<IReadOnlyList<string>> ColumnAsync(string sql)
    {
        await using var command = superuser.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync()) values.Add(reader.GetString(0));
        return values;
    }

    /// <summary>A connection under the run-time role, as the service has.</summary>
    public async Task<NpgsqlConnection> ConnectAsRuntimeAsync()
    {
        var open = new NpgsqlConnection(settings["Ledger:ConnectionString"] + ";Pooling=false");
        await open.OpenAsync();
        return open;
    }

    public Task<long> EntriesAsync() => ScalarAsync<long>("select count(*) from ledger.entries");

    public Task<IReadOnlyList<string>> OpenAlarmsAsync() => ColumnAsync("select key from ledger.open_alarms order by key");

    public Task UntilEntriesAsync(long count) =>
        Eventually.Async(async () => await EntriesAsync() >= count, $"the ledger has {count} entries", TimeSpan.FromSeconds(60));

    /// <summary>Cuts every connection to the ledger's database and lets no new one in, or lets them in again.</summary>
    public async Task LetIntoDatabaseAsync(bool allowed)
    {
        await postgres.ExecuteAsync("postgres", $"alter role ledger_rig_{RigNumber} {(allowed ? "login" : "nologin")}");
        if (!allowed) await CutDatabaseAsync();
    }

    /// <summary>Cuts the service's connections to its database, wherever they are in a transaction.</summary>
    public Task CutDatabaseAsync() => postgres.ExecuteAsync(
        "postgres", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}' and usename = 'ledger_rig_{RigNumber}'");

    public async ValueTask DisposeAsync()
    {
        if (process is not null) await KillProcessAsync();
        await StopHostAsync();
        if (Channel is not null) await Channel.DisposeAsync();
        if (connection is not null) await connection.DisposeAsync();
        if (virtualHost is not null) await Broker.DeleteVirtualHostAsync(virtualHost);
        if (superuser is not null) await superuser.DisposeAsync();
        if (database is not null)
        {
            await postgres.DropDatabaseAsync(database);
            if (events is not null) await postgres.DropDatabaseAsync(events);
            if (eventKeys is not null) await postgres.DropDatabaseAsync(eventKeys);
            await postgres.ExecuteAsync("postgres", $"drop role if exists ledger_rig_{RigNumber}");
        }

        signing.Dispose();
        seal.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string Address => $"http://127.0.0.1:{port}";

    // A run-time role of its own, so that a test may shut it out without touching others.
    private string RigNumber { get; } = RandomNumberGenerator.GetHexString(8, lowercase: true);

    private async Task PrepareAsync((string Key, string Value)[] extra)
    {
        postgres = await SharedServers.PostgresAsync();
        Broker = await SharedServers.RabbitAsync();
        virtualHost = await Broker.CreateVirtualHostAsync("ledger");
        await postgres.EnsureRoleAsync("ledger_migrator");
        await postgres.EnsureRoleAsync($"ledger_rig_{RigNumber}");
        database = await postgres.CreateDatabaseAsync("ledger", "ledger_migrator");
        await postgres.EnsureRoleAsync("sharing_migrator");
        await postgres.EnsureRoleAsync("sharing");
        events = await postgres.CreateDatabaseAsync("sharing", "sharing_migrator");
        eventKeys = await postgres.CreateDatabaseAsync("sharing_keys", "sharing_migrator");
        superuser = NpgsqlDataSource.Create(postgres.To(database));
        connection = await Broker.ConnectAsync(virtualHost);
        Channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));

        File.Copy(Path.Combine(RepositoryRoot(), "deploy", "partnership.yaml"), PartnershipFile);
        settings["Bus:Host"] = Broker.Amqp.Host;
        settings["Bus:Port"] = Broker.Amqp.Port.ToString(CultureInfo.InvariantCulture);
        settings["Bus:VirtualHost"] = virtualHost;
        settings["Bus:Username"] = Broker.Username;
        settings["Bus:Password"] = Broker.Password;
        settings["Partnership:File"] = PartnershipFile;
        settings["Internal:KeyFile"] = await WriteAsync("internal", Convert.ToBase64String(internalKey));
        settings["EventStore:ConnectionString"] = postgres.To(events, "sharing");
        settings["EventStore:KeyConnectionString"] = postgres.To(eventKeys, "sharing");
        settings["EventStore:MigratorConnectionString"] = postgres.To(events, "sharing_migrator");
        settings["EventStore:KeyMigratorConnectionString"] = postgres.To(eventKeys, "sharing_migrator");
        settings["EventStore:RuntimeRole"] = "sharing";
        settings["EventStore:WrappingKeyFile"] = await WriteAsync("wrapping", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        settings["EventStore:SearchKeyFile"] = await WriteAsync("search", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        settings["Agreements:Folder"] = Path.Combine(RepositoryRoot(), "gateway", "agreements");
        using var heartbeats = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        settings["Heartbeat:SigningKeyFile"] = await WriteAsync("heartbeats.pem", heartbeats.ExportPkcs8PrivateKeyPem());
        settings["Ledger:ConnectionString"] = postgres.To(database, $"ledger_rig_{RigNumber}");
        settings["Ledger:MigratorConnectionString"] = postgres.To(database, "ledger_migrator");
        settings["Ledger:RuntimeRole"] = $"ledger_rig_{RigNumber}";
        settings["Ledger:SealKeyFile"] = await WriteAsync("seal.pem", seal.ExportPkcs8PrivateKeyPem());
        settings["Ledger:GatewayPublicKeyFiles:0"] = await WriteAsync("gateway.pem", signing.ExportSubjectPublicKeyInfoPem());
        foreach (var (key, value) in extra) settings[key] = value;
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    private WebApplication Build(string[] args) => InformationSharingHost.Build(args, builder =>
    {
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Configuration.AddInMemoryCollection([new("urls", Address), .. Silent]);
    });

    private static IEnumerable<KeyValuePair<string, string?>> Silent =>
    [
        new("Logging:LogLevel:Default", "None"), new("Logging:LogLevel:MassTransit", "None"),
        new("Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService", "None"),
    ];

    private static string RepositoryRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Partnership.sln"))) return at.FullName;
        }

        throw new InvalidOperationException("The tests run within the repository.");
    }
}
