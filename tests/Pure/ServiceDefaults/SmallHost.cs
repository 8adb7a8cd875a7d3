using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Partnership.Contracts.Marac;
using Partnership.ServiceDefaults;

namespace Partnership.Tests.Pure.ServiceDefaults;

/// <summary>A host with the defaults and a few routes, on a loopback port.</summary>
internal sealed class SmallHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string keyFile;

    private SmallHost(WebApplication app, string keyFile, byte[] key)
    {
        this.app = app;
        this.keyFile = keyFile;
        Key = key;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public const string Secret = "QX Imogen Testcase";

    public byte[] Key { get; }
    public HttpClient Client { get; }
    public StoppedClock Clock { get; private init; } = null!;

    /// <param name="guarded">Behind the internal token; otherwise the routes are open.</param>
    public static async Task<SmallHost> StartAsync(bool guarded)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var keyFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(keyFile, Convert.ToBase64String(key));
        var clock = new StoppedClock();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Internal:KeyFile"] = keyFile,
            ["Internal:MaxBodyBytes"] = "2000",
            ["Http:MaxBodyBytes"] = "3000",
        });
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddServiceDefaults("small");
        builder.Logging.ClearProviders();
        builder.AddInternalTokens("small");
        var app = builder.Build();
        app.MapServiceDefaults();
        // Mapped beside the group, as a mistake would be.
        app.MapGet("/outside", () => "outside");
        IEndpointRouteBuilder routes = guarded ? app.MapInternal() : app;
        routes.MapGet("/throws", string () => throw new InvalidOperationException(Secret));
        routes.MapPost("/referrals", (SubmitReferralRequest request) => TypedResults.Ok(request.Criteria.Count));
        routes.MapGet("/refused", () => Problem.Refused(new Refusal("already-withdrawn", "The referral was withdrawn.")));
        routes.MapGet("/invalid", () => Problem.Invalid("victim.dateOfBirth", "in-future", "A date of birth cannot be in the future."));
        if (guarded)
        {
            routes.MapMethods("/who", ["GET", "POST", "PUT"], async (CallerContext caller, HttpRequest request) =>
            {
                using var body = new StreamReader(request.Body);
                return TypedResults.Text($"{caller.Caller.Person} {caller.FactsVersion} {await body.ReadToEndAsync()}");
            });
            routes.MapGet("/stamp", (CallerContext caller) => TypedResults.Ok(caller.Stamp()));
        }

        await app.StartAsync();
        return new SmallHost(app, keyFile, key) { Clock = clock };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        File.Delete(keyFile);
    }
}
