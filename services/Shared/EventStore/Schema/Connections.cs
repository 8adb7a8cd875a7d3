using Npgsql;

namespace Partnership.EventStore;

/// <summary>How the store connects: never with error details, which could carry values of a row into a log.</summary>
internal static class Connections
{
    /// <summary>Planner and limits of the appending connections; see <see cref="AppendLane"/>.</summary>
    private const string AppendOptions =
        // Statements are prepared once; a plan for every batch would cost more than the batch.
        "-c plan_cache_mode=force_generic_plan -c jit=off "
        // A plan made while the tables were still empty must not turn into scans when they have grown.
        + "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
        // The statement after the lock must see what was committed before it was granted.
        + "-c default_transaction_isolation=read\\ committed "
        // One held inside the lock is ended before the next one gives up waiting for it.
        + "-c idle_in_transaction_session_timeout=2000 -c lock_timeout=8000 -c statement_timeout=10000";

    /// <summary>Of the connections that write views; see <see cref="ViewWriter"/>.</summary>
    private const string ProjectOptions =
        "-c jit=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
        + "-c default_transaction_isolation=read\\ committed -c synchronous_commit=off "
        + "-c idle_in_transaction_session_timeout=5000 -c lock_timeout=8000";

    /// <summary>One connection outside any pool, for migration and start-up.</summary>
    public static string Plain(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        IncludeErrorDetail = false,
        Pooling = false,
    }.ConnectionString;

    /// <summary>A pool for loading.</summary>
    public static NpgsqlDataSource Reading(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            IncludeErrorDetail = false,
            CommandTimeout = 10,
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
        };
        return Build(settings);
    }

    /// <summary>Connections of the appending lanes, each under a name of its own so that its backend can be found.</summary>
    public static string Appending(string connectionString, string applicationName)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            IncludeErrorDetail = false,
            Pooling = false,
            ApplicationName = applicationName,
            Timeout = 5,
            CommandTimeout = 15,
            CancellationTimeout = 2000,
        };
        settings.Options = string.IsNullOrEmpty(settings.Options) ? AppendOptions : $"{AppendOptions} {settings.Options}";
        return settings.ConnectionString;
    }

    /// <summary>
    /// The one connection that leads publication: its session holds the leadership. The server ends it soon after its host
    /// has gone without a word, and after two minutes when the host hangs; else nobody could take over.
    /// </summary>
    public static string Publishing(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            IncludeErrorDetail = false,
            Pooling = false,
            ApplicationName = "partnership-publisher",
            Timeout = 5,
            CommandTimeout = 15,
            KeepAlive = 10,
        };
        const string Limits = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c idle_session_timeout=120000";
        settings.Options = string.IsNullOrEmpty(settings.Options) ? Limits : $"{Limits} {settings.Options}";
        return settings.ConnectionString;
    }

    /// <summary>
    /// A pool for views. It does not wait for the disk: what a crash takes back of a view is made again, since checkpoint
    /// and rows go together.
    /// </summary>
    public static NpgsqlDataSource Projecting(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            IncludeErrorDetail = false,
            ApplicationName = "partnership-views",
            CommandTimeout = 120,
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
        };
        settings.Options = string.IsNullOrEmpty(settings.Options) ? ProjectOptions : $"{ProjectOptions} {settings.Options}";
        return Build(settings);
    }

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        return builder.Build();
    }
}
