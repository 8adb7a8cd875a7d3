using Microsoft.Extensions.Options;
using Partnership.Contracts.Topology;
using Partnership.EventStore;
using Partnership.InformationSharing.Emergencies;
using Partnership.Ledger;
using Partnership.ServiceDefaults;
using RabbitMQ.Client;

namespace Partnership.InformationSharing;

/// <summary>InformationSharing: the register of people and agencies, and the disclosure ledger.</summary>
public static class InformationSharingHost
{
    public const string Name = "information-sharing";

    /// <summary>Builds the host that <c>Program</c>, <c>migrate</c> and the tests run. Reads no key and opens no connection.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults(Name);
        builder.AddRegister();
        builder.AddLedger();
        builder.AddCasework(
            new CaseworkService
            {
                Name = Name,
                Events = EventTypes.FromAssembly(typeof(InformationSharingHost).Assembly),
                Publications = EmergencyPublications.Map(),
            },
            bus => bus.AddConsumerOf<RecordCasework>(BusTopology.CaseworkQueue));
        builder.AddEmergencies();

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapCasework().MapRegister().MapDisclosures().MapEmergencies();
        return app;
    }

    private static void AddRegister(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<PartnershipOptions>().Bind(builder.Configuration.GetSection("Partnership"));
        services.AddSingleton<Registry>();
        services.AddHostedService(s => s.GetRequiredService<Registry>());
        services.AddOptions<HeartbeatOptions>().Bind(builder.Configuration.GetSection("Heartbeat"));
        services.AddSingleton<Heartbeats>();
        services.AddHostedService(s => s.GetRequiredService<Heartbeats>());
    }

    private static void AddEmergencies(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EmergencyStreams>();
        builder.Services.AddInlineView(static _ => EmergencyProjection.Inline());
        builder.Services.AddSingleton<EmergencyMeter>();
        builder.Services.AddHostedService<EmergencyWatch>();
    }

    private static void AddLedger(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LedgerOptions>().Bind(builder.Configuration.GetSection("Ledger"));
        services.AddMigrationStep("ledger", static (s, ct) =>
        {
            var options = s.GetRequiredService<IOptions<LedgerOptions>>().Value;
            return LedgerSchema.MigrateAsync(options.MigratorConnectionString, options.RuntimeRole, ct);
        });
        services.AddMigrationStep("ledger queue", static (s, ct) =>
            DeclareQueueAsync(s.GetRequiredService<IOptions<BusOptions>>().Value, ct));
        services.AddSingleton<LedgerKeys>();
        services.AddSingleton<LedgerDatabase>();
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<LedgerMeter>();
        services.AddSingleton<AlarmBell>();
        services.AddSingleton<LedgerConsumerState>();
        services.AddSingleton<DisclosureReader>();
        services.AddSingleton<EntryViews>();
        services.AddSingleton<LedgerSchemaGuard>();
        services.AddHostedService(s => s.GetRequiredService<LedgerSchemaGuard>());
        services.AddHostedService<LedgerConsumer>();
        services.AddHostedService<SilenceWatch>();
        services.AddHealthChecks().AddCheck<LedgerHealth>("ledger", tags: [HealthTags.Ready]);
    }

    private static async Task DeclareQueueAsync(BusOptions bus, CancellationToken cancellationToken)
    {
        var factory = bus.ToConnectionFactory("information-sharing migrate");
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await LedgerQueue.DeclareAsync(channel, cancellationToken);
    }

    /// <summary>A factory that does not reconnect by itself: our consumers come back by the path they started on.</summary>
    internal static ConnectionFactory ToConnectionFactory(this BusOptions bus, string clientName) => new()
    {
        HostName = bus.Host,
        Port = bus.Port,
        VirtualHost = bus.VirtualHost,
        UserName = bus.Username,
        Password = bus.Password,
        ClientProvidedName = clientName,
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
    };
}
