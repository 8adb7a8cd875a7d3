namespace Partnership.EventStore;

/// <summary>Settings of one service's store; section <c>EventStore</c>.</summary>
public sealed class EventStoreOptions
{
    /// <summary>Connection string of the service's own database, under its run-time role.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Connection string of the key database, a separate one, under its run-time role.</summary>
    public string KeyConnectionString { get; set; } = "";

    /// <summary>File with the 32-byte key (base64) that wraps data keys.</summary>
    public string WrappingKeyFile { get; set; } = "";

    /// <summary>File with the 32-byte key (base64) of search hashes and idempotency body hashes.</summary>
    public string SearchKeyFile { get; set; } = "";

    /// <summary>For <c>migrate</c> only: the same databases under the migrating role.</summary>
    public string? MigratorConnectionString { get; set; }

    /// <summary>For <c>migrate</c> only: the key database under the migrating role.</summary>
    public string? KeyMigratorConnectionString { get; set; }

    /// <summary>Run-time role that <c>migrate</c> grants to.</summary>
    public string RuntimeRole { get; set; } = "";

    /// <summary>How long an opened data key may be kept in memory.</summary>
    public TimeSpan KeyCacheLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an append whose connection was lost at commit looks for its outcome before it says that it cannot tell.</summary>
    public TimeSpan FindOutWithin { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Most appends that share one statement and one flush.</summary>
    public int MaxBatch { get; set; } = 128;

    /// <summary>
    /// Connections that append. They take turns under one lock: the second sends while the first commits, and is used only
    /// when many appends wait. More than two only wait for one another.
    /// </summary>
    public int Lanes { get; set; } = 1;
}
