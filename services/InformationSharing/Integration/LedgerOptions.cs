namespace Partnership.InformationSharing;

/// <summary>Settings of the ledger; section <c>Ledger</c>.</summary>
public sealed class LedgerOptions
{
    /// <summary>The ledger's own database under the run-time role, which may only select and insert.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>For <c>migrate</c> only: the same database under the migrating role.</summary>
    public string MigratorConnectionString { get; set; } = "";

    /// <summary>Run-time role that <c>migrate</c> grants to.</summary>
    public string RuntimeRole { get; set; } = "ledger";

    /// <summary>PEM file of the EC P-256 private key that justifications are sealed to.</summary>
    public string SealKeyFile { get; set; } = "";

    /// <summary>PEM files of the EC P-256 public keys of every gateway, past ones included.</summary>
    public IList<string> GatewayPublicKeyFiles { get; } = [];

    /// <summary>How often a gateway sends a heartbeat; three missed ones raise an alarm.</summary>
    public double HeartbeatSeconds { get; set; } = 5;

    /// <summary>Most messages taken before any is acknowledged; they share a transaction.</summary>
    public ushort Prefetch { get; set; } = 128;
}
