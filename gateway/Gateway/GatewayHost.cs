using System.Text;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Partnership.Gateway.Callers;
using Partnership.Gateway.Commanding;
using Partnership.Gateway.Forwarding;
using Partnership.Gateway.OpenApi;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Reading;
using Partnership.Gateway.Recording;
using Partnership.Gateway.Release;
using Partnership.Ledger;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Partnership.SharingRules;
using RabbitMQ.Client;

namespace Partnership.Gateway;

/// <summary>The one way in: authentication, sharing rules, admission, filter, disclosure entries. Keeps no database.</summary>
public static class GatewayHost
{
    /// <exception cref="InvalidAgreementException">An agreement cannot be put in force; the message names file, line and reason.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults("gateway");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var (services, configuration) = (builder.Services, builder.Configuration);

        var options = configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new GatewayOptions();
        var partnership = PartnershipFile.Load(configuration["Partnership:File"] ?? throw new InvalidOperationException("Partnership:File names no file."));
        var (agreements, agreementFiles) = Agreements.Load(configuration, partnership);
        services.AddSingleton(options);
        services.AddSingleton(partnership);
        services.AddSingleton(agreements);
        services.AddSingleton(_ => new GatewayKeys(configuration));
        services.AddHttpForwarder();
        services.AddSingleton<ServiceClient>();
        services.AddSingleton<ServiceForwarder>();
        services.AddSingleton<FactsClient>();

        services.AddSingleton(provider => new TokenValidator(
            configuration.GetSection("Identity:Issuers").Get<IssuerOptions[]>() ?? [], provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Pseudonyms>();
        services.AddSingleton<PartnershipDays>();
        services.AddSingleton(provider => new SharingLease(
            GatewayKeys.SharingKey(configuration), agreementFiles, options.LeaseLasts, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RateLimits(options.RateLimits, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Emergencies>();
        services.AddSingleton<PeopleRegister>();
        services.AddHostedService(provider => provider.GetRequiredService<PeopleRegister>());

        services.AddSingleton(LedgerSettings.Writer(configuration));
        services.AddSingleton<ILedgerTransport>(provider => LedgerSettings.Transport(configuration, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<LedgerWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerWriter>());
        services.AddSingleton<EntryFactory>();
        services.AddSingleton<Refusals>();

        services.AddSingleton<OpaqueTags>();
        services.AddSingleton<Cursors>();
        services.AddSingleton<RecordAnswers>();
        services.AddSingleton<Releaser>();
        services.AddSingleton<RequestBodies>();
        services.AddSingleton<CommandAnswers>();
        services.AddSingleton<ReadRecord>();
        services.AddSingleton<ListRecords>();
        services.AddSingleton<SubmitRecord>();
        services.AddSingleton<ChangeRecord>();
        services.AddSingleton<ReadDocument>();
        services.TryAddSingleton(new OperationList(OperationTable.All));
        services.AddSingleton<OperationEndpoints>();
        services.AddHealthChecks().AddCheck<CanRelease>("can-release", tags: [HealthTags.Ready]);

        var app = builder.Build();
        app.MapServiceDefaults();
        var description = OpenApiDocument.Create(app.Services.GetRequiredService<OperationList>().All);
        app.MapGet("/openapi.json", http => FixedAnswer.WriteAsync(http, 200, "application/json", description));
        app.Services.GetRequiredService<OperationEndpoints>().Map(app);
        return app;
    }

    /// <summary>Ready means: people are known and the ledger records, so that a permitted read would be answered.</summary>
    private sealed class CanRelease(PeopleRegister register, SharingLease lease, LedgerWriter ledger) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(register.IsLoaded && lease.IsHeld && ledger.IsAvailable ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
    }
}

/// <summary>Settings of the path to the ledger.</summary>
internal static class LedgerSettings
{
    public static LedgerWriterOptions Writer(IConfiguration configuration) => new()
    {
        InstancePrefix = configuration["Ledger:Instance"] ?? "gateway",
        Heartbeat = TimeSpan.FromSeconds(configuration.GetValue("Ledger:HeartbeatSeconds", 5.0)),
        ConfirmWithin = TimeSpan.FromSeconds(configuration.GetValue("Ledger:ConfirmWithinSeconds", 2.0)),
    };

    public static RabbitLedgerTransport Transport(IConfiguration configuration, TimeProvider clock)
    {
        var bus = configuration.GetSection("Bus").Get<BusOptions>() ?? new BusOptions();
        var factory = new ConnectionFactory
        {
            HostName = bus.Host,
            Port = bus.Port,
            VirtualHost = bus.VirtualHost,
            UserName = bus.Username,
            Password = bus.Password,
            AutomaticRecoveryEnabled = false, // The writer reconnects by itself and must know when a confirm is lost.
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(5),
            RequestedConnectionTimeout = TimeSpan.FromSeconds(2),
            ContinuationTimeout = TimeSpan.FromSeconds(2),
        };
        return new RabbitLedgerTransport(factory, TimeSpan.FromSeconds(configuration.GetValue("Ledger:RedeclareAfterSeconds", 5.0)), clock);
    }
}

/// <summary>The agreements of this installation, compiled at start.</summary>
internal static class Agreements
{
    /// <summary>The compiled set, and the digest of the very bytes it was compiled from.</summary>
    public static (AgreementSet Set, string FilesDigest) Load(IConfiguration configuration, PartnershipConfiguration partnership)
    {
        var folder = configuration["Agreements:Folder"] ?? Path.Combine(AppContext.BaseDirectory, "agreements");
        var vocabulary = Vocabulary.OfContracts([.. partnership.Agencies.Select(a => new AgencyTerms(a.Code, [.. a.Teams.Select(t => t.Code)]))]);
        (string Name, byte[] Content)[] files = [.. AgreementFiles.In(folder).Select(f => (Path.GetFileName(f), File.ReadAllBytes(f)))];
        AgreementSource[] sources = [.. files.Select(f => new AgreementSource(f.Name, Encoding.UTF8.GetString(f.Content)))];
        var compiled = AgreementCompiler.Compile(sources, vocabulary);
        if (!compiled.Succeeded) throw new InvalidAgreementException(string.Join('\n', compiled.Errors.Select(e => e.ToString())));
        var failed = Directory.GetFiles(folder, "*.tests.yaml").Order(StringComparer.Ordinal)
            .SelectMany(f => AgreementExamples.Check(
                compiled.Agreements, new AgreementSource(Path.GetFileName(f), File.ReadAllText(f)), compiled.Agreements.LatestEffective))
            .ToList();
        return failed.Count == 0
            ? (compiled.Agreements, AgreementFiles.Digest(files))
            : throw new InvalidAgreementException(string.Join('\n', failed.Select(e => e.ToString())));
    }
}

/// <summary>The gateway does not start on an agreement it cannot compile.</summary>
public sealed class InvalidAgreementException : Exception
{
    public InvalidAgreementException() { }
    public InvalidAgreementException(string message) : base(message) { }
    public InvalidAgreementException(string message, Exception inner) : base(message, inner) { }
}
