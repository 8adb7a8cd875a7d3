using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Partnership.Tests.Support.Hosts;

namespace Partnership.Tests.Faults.Support;

/// <summary>
/// A platform with a broker of its own, hosts within this process, and one case that its readers know. Faults come and go
/// on it one after the other; each test leaves it as it found it.
/// </summary>
public sealed class FaultyPlatform : PlatformFixture, Xunit.IAsyncLifetime
{
    /// <summary>How long anything may take to be well again by itself.</summary>
    public static readonly TimeSpan Mended = TimeSpan.FromSeconds(60);

    /// <summary>Settings that a host gets at its next start, beside its own.</summary>
    public ConcurrentDictionary<(string Service, string Key), string> Overrides { get; } = new();

    /// <summary>What the hosts are asked and whether their callers are still there.</summary>
    public Watch Watched { get; } = new();

    internal Casework Casework { get; private set; } = null!;

    internal LedgerTables Ledger { get; private set; } = null!;

    internal Promises Promises { get; } = new();

    internal BrokerControl Broker { get; private set; } = null!;

    protected override PlatformOptions Options => new()
    {
        OwnBroker = true,
        Settings = new Dictionary<(string Service, string Key), string?>
        {
            [(Services.Gateway, "Ledger:HeartbeatSeconds")] = "1",
            // The queue stays gone until InformationSharing declares it, unless a test says otherwise.
            [(Services.Gateway, "Ledger:RedeclareAfterSeconds")] = "100000",
            [(Services.InformationSharing, "Ledger:HeartbeatSeconds")] = "1",
        },
        Configure = (service, builder) =>
        {
            builder.Configuration.AddInMemoryCollection(
                Overrides.Where(one => one.Key.Service == service).Select(one => new KeyValuePair<string, string?>(one.Key.Key, one.Value)));
            builder.Services.AddSingleton<IStartupFilter>(new WatchFilter(service, Watched));
        },
    };

    async ValueTask Xunit.IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        Ledger = new LedgerTables(Platform);
        Broker = new BrokerControl(Platform.Broker, Platform.VirtualHost);
        Casework = await Casework.OpenAsync(Platform, Promises);
    }

    /// <summary>Takes back whatever a test has done to servers and hosts and did not come to mend.</summary>
    public async Task MendAsync()
    {
        if (!await Broker.IsRunningAsync())
            await Platform.Broker.StartAgainAsync();
        await Broker.AllowDeclaringAsync(".*");
        await Broker.DeletePolicyAsync();
        if (!Overrides.IsEmpty)
        {
            Overrides.Clear();
            await RestartAsync(Services.Gateway);
        }

        using var client = new HttpClient();
        foreach (var host in Services.All.Select(Platform.Host))
        {
            try
            {
                await client.GetAsync(new Uri(host.Address, "/health/live"));
            }
            catch (HttpRequestException)
            {
                await host.StartAsync();
            }
        }

        await Platform.ReadyAsync();
    }

    /// <summary>Stops a host and starts it with settings as they are then.</summary>
    public async Task RestartAsync(string service)
    {
        await Platform.Host(service).StopAsync();
        await Platform.Host(service).StartAsync();
    }

    /// <summary>Requests seen at the hosts' doors.</summary>
    public sealed class Watch
    {
        private readonly ConcurrentDictionary<string, int> begun = new(), ended = new(), left = new();

        /// <summary>How many requests to a path have reached a host.</summary>
        public int Begun(string service, string path) => begun.GetValueOrDefault(Key(service, path));

        /// <summary>How many requests to a path a host has answered.</summary>
        public int Ended(string service, string path) => ended.GetValueOrDefault(Key(service, path));

        /// <summary>How many callers of a path have gone away before their answer.</summary>
        public int Left(string service, string path) => left.GetValueOrDefault(Key(service, path));

        internal void Begin(string service, string path) => begun.AddOrUpdate(Key(service, path), 1, (_, n) => n + 1);

        internal void End(string service, string path) => ended.AddOrUpdate(Key(service, path), 1, (_, n) => n + 1);

        internal void Leave(string service, string path) => left.AddOrUpdate(Key(service, path), 1, (_, n) => n + 1);

        private static string Key(string service, string path) => $"{service} {path}";
    }

    private sealed class WatchFilter(string service, Watch watch) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (http, rest) =>
            {
                var path = http.Request.Path.Value ?? "";
                watch.Begin(service, path);
                using var gone = http.RequestAborted.Register(() => watch.Leave(service, path));
                await rest(http);
                watch.End(service, path);
            });
            next(app);
        };
    }
}

/// <summary>Tests that do something to the shared platform. Each finds it well, whatever became of the one before.</summary>
[Xunit.Collection(FaultsCollection.Name)]
public abstract class FaultTests(FaultyPlatform faulty) : Xunit.IAsyncLifetime
{
    protected FaultyPlatform Faulty => faulty;

    public async ValueTask InitializeAsync() => await Faulty.MendAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Tests that share the platform, one after the other.</summary>
[Xunit.CollectionDefinition(Name)]
public sealed class FaultsCollection : Xunit.ICollectionFixture<FaultyPlatform>
{
    public const string Name = "faults";
}
