using System.Globalization;
using Npgsql;

namespace Partnership.Tests.Support.Hosts;

/// <summary>The settings of each host of a test platform: the same keys that <c>deploy/up</c> sets.</summary>
internal sealed class PlatformSettings(RunningPlatform platform, PlatformOptions options)
{
    private string Agreements => options.Agreements ?? Path.Combine(Repository.Root, "gateway", "agreements");

    public Dictionary<string, Uri> Addresses { get; } = [];

    public IReadOnlyDictionary<string, string?> Of(string service)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Bus:Host"] = platform.Broker.Amqp.Host,
            ["Bus:Port"] = platform.Broker.Amqp.Port.ToString(CultureInfo.InvariantCulture),
            ["Bus:VirtualHost"] = platform.VirtualHost,
            ["Bus:Username"] = platform.Broker.Username,
            ["Bus:Password"] = platform.Broker.Password,
            ["Partnership:File"] = platform.PartnershipFile,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = platform.Telemetry?.Address.ToString() ?? "",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        };
        foreach (var (key, value) in Own(service))
            settings[key] = value;
        foreach (var ((wanted, key), value) in options.Settings)
        {
            if (wanted == service)
                settings[key] = value;
        }

        return settings;
    }

    /// <summary>What only <c>migrate</c> sees.</summary>
    public IReadOnlyDictionary<string, string?> ForMigration(string service) => service switch
    {
        Services.Marac => new Dictionary<string, string?>
        {
            ["EventStore:MigratorConnectionString"] = Connection(platform.MaracDatabase, "marac_migrator"),
            ["EventStore:KeyMigratorConnectionString"] = Connection(platform.MaracKeysDatabase, "marac_migrator"),
        },
        Services.InformationSharing => new Dictionary<string, string?>
        {
            ["Ledger:MigratorConnectionString"] = Connection(platform.LedgerDatabase, "ledger_migrator"),
            ["EventStore:MigratorConnectionString"] = Connection(platform.SharingDatabase, "sharing_migrator"),
            ["EventStore:KeyMigratorConnectionString"] = Connection(platform.SharingKeysDatabase, "sharing_migrator"),
        },
        _ => new Dictionary<string, string?>(),
    };

    private Dictionary<string, string?> Own(string service)
    {
        var keys = platform.Keys;
        return service switch
        {
            Services.Marac => new()
            {
                ["EventStore:ConnectionString"] = Connection(platform.MaracDatabase, "marac"),
                ["EventStore:KeyConnectionString"] = Connection(platform.MaracKeysDatabase, "marac"),
                ["EventStore:RuntimeRole"] = "marac",
                ["EventStore:WrappingKeyFile"] = keys.Wrapping,
                ["EventStore:SearchKeyFile"] = keys.Search,
                ["Internal:KeyFile"] = keys.InternalMarac,
            },
            Services.InformationSharing => new()
            {
                ["EventStore:ConnectionString"] = Connection(platform.SharingDatabase, "sharing"),
                ["EventStore:KeyConnectionString"] = Connection(platform.SharingKeysDatabase, "sharing"),
                ["EventStore:RuntimeRole"] = "sharing",
                ["EventStore:WrappingKeyFile"] = keys.SharingWrapping,
                ["EventStore:SearchKeyFile"] = keys.SharingSearch,
                ["Agreements:Folder"] = Agreements,
                ["Heartbeat:SigningKeyFile"] = keys.SharingSigning,
                ["Ledger:ConnectionString"] = Connection(platform.LedgerDatabase, "ledger"),
                ["Ledger:RuntimeRole"] = "ledger",
                ["Ledger:SealKeyFile"] = keys.LedgerSeal,
                ["Ledger:GatewayPublicKeyFiles:0"] = keys.GatewaySigningPublic,
                ["Internal:KeyFile"] = keys.InternalSharing,
            },
            _ => new()
            {
                ["Services:marac"] = Addresses[Services.Marac].ToString(),
                ["Services:information-sharing"] = Addresses[Services.InformationSharing].ToString(),
                ["Agreements:Folder"] = Agreements,
                ["Lease:PublicKeyFile"] = keys.SharingSigningPublic,
                ["Internal:KeyFiles:marac"] = keys.InternalMarac,
                ["Internal:KeyFiles:information-sharing"] = keys.InternalSharing,
                ["Ledger:SigningKeyFile"] = keys.GatewaySigning,
                ["Ledger:SealPublicKeyFile"] = keys.LedgerSealPublic,
                ["Ledger:Instance"] = "gateway",
                ["Pseudonyms:KeyFiles:marac"] = keys.PseudonymMarac,
                ["Pseudonyms:KeyFiles:sharing"] = keys.PseudonymSharing,
                ["Cursors:KeyFile"] = keys.Cursor,
                ["Identity:Issuers:0:Issuer"] = platform.Issuer.Issuer,
                ["Identity:Issuers:0:MetadataAddress"] = platform.Issuer.MetadataAddress,
                ["Identity:Issuers:0:Audience"] = TestIssuer.Audience,
            },
        };
    }

    // Many platforms share one server: none may take all its connections.
    private string Connection(string database, string role) =>
        new NpgsqlConnectionStringBuilder(platform.Postgres.To(database, role)) { MaxPoolSize = 24 }.ConnectionString;
}
