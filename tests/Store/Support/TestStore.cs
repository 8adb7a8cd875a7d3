using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Partnership.EventStore;

namespace Partnership.Tests.Store.Support;

/// <summary>The store as a host has it: registered, configured by section.</summary>
public sealed class TestStore : IAsyncDisposable
{
    private readonly ServiceProvider provider;
    private IHostedService[] started = [];

    public TestStore(EventStoreOptions options, TimeProvider? clock, IContractPublisher? bus, PublicationMap? publications = null, Action<IServiceCollection>? more = null)
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["EventStore:ConnectionString"] = options.ConnectionString,
            ["EventStore:KeyConnectionString"] = options.KeyConnectionString,
            ["EventStore:WrappingKeyFile"] = options.WrappingKeyFile,
            ["EventStore:SearchKeyFile"] = options.SearchKeyFile,
            ["EventStore:KeyCacheLifetime"] = options.KeyCacheLifetime.ToString(),
            ["EventStore:MaxBatch"] = $"{options.MaxBatch}",
            ["EventStore:FindOutWithin"] = options.FindOutWithin.ToString(),
            ["EventStore:Lanes"] = $"{options.Lanes}",
        }).Build().GetSection("EventStore");
        var services = new ServiceCollection();
        services.AddLogging();
        if (clock is not null)
            services.AddSingleton(clock);
        if (bus is not null)
            services.AddSingleton(bus);
        services.AddEventStore(section, Sample.Types, publications ?? Sample.Publications);
        more?.Invoke(services);
        provider = services.BuildServiceProvider();
    }

    public IEventStore Events => provider.GetRequiredService<IEventStore>();

    public IKeyStore Keys => provider.GetRequiredService<IKeyStore>();

    public ISearchHasher Hasher => provider.GetRequiredService<ISearchHasher>();

    public IServiceProvider Services => provider;

    /// <summary>Starts what runs in the background, as the host would: the publisher above all.</summary>
    public async Task<TestStore> StartAsync()
    {
        started = [.. provider.GetServices<IHostedService>()];
        foreach (var service in started)
            await service.StartAsync(CancellationToken.None);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in started)
            await service.StopAsync(CancellationToken.None);
        await provider.DisposeAsync();
    }
}
