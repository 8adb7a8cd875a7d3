using Microsoft.Extensions.Options;
using Npgsql;

namespace Partnership.InformationSharing;

/// <summary>Connections to the ledger's database under the run-time role.</summary>
public sealed class LedgerDatabase(IOptions<LedgerOptions> options) : IAsyncDisposable
{
    private readonly Lazy<NpgsqlDataSource> source = new(() => Create(options.Value.ConnectionString));

    public NpgsqlDataSource Source => source.Value;

    public ValueTask DisposeAsync() => source.IsValueCreated ? source.Value.DisposeAsync() : ValueTask.CompletedTask;

    private static NpgsqlDataSource Create(string connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString)) throw new InvalidOperationException("Ledger:ConnectionString is not set.");
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // An error's detail would quote the row.
            IncludeErrorDetail = false,
            // A transaction that hangs ends by itself, and with it the sequencer's lock.
            Options = "-c statement_timeout=30s -c lock_timeout=20s -c idle_in_transaction_session_timeout=30s",
            ApplicationName = "information-sharing",
        };
        return NpgsqlDataSource.Create(builder.ConnectionString);
    }
}

/// <summary>The database's schema is not what this build writes; nothing can be done but migrate.</summary>
public sealed class LedgerSchemaException : Exception
{
    public LedgerSchemaException() { }

    public LedgerSchemaException(string message) : base(message) { }

    public LedgerSchemaException(string message, Exception inner) : base(message, inner) { }
}
