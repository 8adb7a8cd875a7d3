using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Partnership.Gateway;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// A second gateway of the shared platform, with its people, keys and ledger, which takes a <see cref="StubService"/> for
/// MARAC.
/// </summary>
internal sealed class GatewayBeforeStub : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient http;
    private readonly RunningPlatform platform;

    private GatewayBeforeStub(WebApplication app, StubService stub, RunningPlatform platform)
    {
        this.app = app;
        this.platform = platform;
        Stub = stub;
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
    }

    public StubService Stub { get; }

    public Uri Address => new(app.Urls.Single());

    public static async Task<GatewayBeforeStub> StartAsync(
        RunningPlatform platform, TimeProvider? clock = null, IReadOnlyList<(string Key, string? Value)>? more = null, Action<IServiceCollection>? services = null,
        TimeSpan? readyWithin = null)
    {
        var stub = new StubService();
        var settings = platform.Provider(Services.Gateway).GetRequiredService<IConfiguration>().AsEnumerable().ToDictionary(s => s.Key, s => s.Value);
        settings["Services:marac"] = stub.Address.ToString();
        settings["urls"] = "http://127.0.0.1:0";
        settings["Gateway:ServiceTimeout"] = "00:00:03";
        // With a clock of its own it is another time here than where heartbeats are signed.
        if (clock is not null) settings["Gateway:LeaseLasts"] = "30.00:00:00";
        foreach (var (key, value) in more ?? []) settings[key] = value;
        var app = GatewayHost.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings);
            if (clock is not null) builder.Services.AddSingleton(clock);
            services?.Invoke(builder.Services);
        });
        await app.StartAsync();
        var gateway = new GatewayBeforeStub(app, stub, platform);
        try
        {
            await Eventually.Async(
                async () => (await gateway.http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the second gateway is ready", readyWithin);
        }
        catch (TimeoutException)
        {
            await gateway.DisposeAsync();
            throw;
        }

        return gateway;
    }

    public TestClient As(string person, TimeSpan? lifetime = null) => new(http, platform.Issuer.Token(person, lifetime: lifetime), null);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await Stub.DisposeAsync();
    }
}
