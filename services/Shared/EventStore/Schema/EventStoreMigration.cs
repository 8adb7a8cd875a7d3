using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Partnership.EventStore;

/// <summary>Creates and updates the two databases of a service, under the migrating role, before its hosts start.</summary>
public static class EventStoreMigration
{
    /// <summary>Any number all migrations agree on; advisory locks belong to one database.</summary>
    private const long MigrationLock = 0x5041_5254_4D49_4752;

    /// <summary>
    /// How long a step may wait for a lock: whoever comes after it, and would not have to wait for those before it, waits
    /// for it meanwhile.
    /// </summary>
    private const int MostWaitedMilliseconds = 500;

    private const int MostAttempts = 240;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Brings both databases to this version and grants the run-time role what it needs. Safe to repeat and to run from
    /// several machines at once.
    /// </summary>
    /// <exception cref="ArgumentException">A setting that <c>migrate</c> needs is missing.</exception>
    /// <exception cref="NpgsqlException">A database does not answer or refuses.</exception>
    public static async Task MigrateAsync(EventStoreOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.MigratorConnectionString);
        ArgumentException.ThrowIfNullOrEmpty(options.KeyMigratorConnectionString);
        ArgumentException.ThrowIfNullOrEmpty(options.RuntimeRole);
        var role = Quote(options.RuntimeRole);
        // The key database first: events without keys cannot be written, keys without events harm nobody.
        await MigrateAsync(options.KeyMigratorConnectionString, KeySchema.Steps, KeySchema.Grants(role), cancellationToken);
        await MigrateAsync(options.MigratorConnectionString, EventSchema.Steps, EventSchema.Grants(role), cancellationToken);
    }

    /// <summary>Refuses to let a host start on a database of another version.</summary>
    /// <exception cref="InvalidOperationException">Not migrated, or by an incompatible version. Says which, and what to do.</exception>
    /// <exception cref="NpgsqlException">A database does not answer.</exception>
    public static async Task CheckVersionAsync(EventStoreOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        await CheckVersionAsync("event", options.ConnectionString, EventSchema.Steps[^1].Version, cancellationToken);
        await CheckVersionAsync("key", options.KeyConnectionString, KeySchema.Steps[^1].Version, cancellationToken);
    }

    private static async Task MigrateAsync(
        string connectionString, IReadOnlyList<SchemaStep> steps, string grants, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Connections.Plain(connectionString));
        await connection.OpenAsync(cancellationToken);
        // The session's, since indexes are built outside of a transaction; and asked for again and again, since building one
        // waits for every statement that began before it, and so would for one that waits for this lock.
        while (!await ScalarAsync<bool>(connection, $"select pg_try_advisory_lock({MigrationLock})", cancellationToken))
            await Task.Delay(LookAgain, cancellationToken);
        await RunAsync(connection, """
            set client_min_messages = warning;
            create schema if not exists partnership;
            create table if not exists partnership.schema_version (
                version integer not null primary key, compatible_from integer not null, applied timestamptz not null default now());
            """, cancellationToken);
        var present = await ScalarAsync<int>(connection, "select coalesce(max(version), 0) from partnership.schema_version", cancellationToken);
        foreach (var step in steps.Where(step => step.Version > present))
        {
            foreach (var (name, columns) in step.Indexes)
                await BuildAsync(connection, name, columns, cancellationToken);
            await GivingWayAsync(
                connection,
                $"""
                {step.Sql}
                insert into partnership.schema_version (version, compatible_from) values ({step.Version}, {step.CompatibleFrom});
                """, cancellationToken);
        }

        await GivingWayAsync(connection, grants, cancellationToken);
    }

    /// <summary>Builds an index beside those who write; one that an attempt cut short has left behind is built again.</summary>
    private static async Task BuildAsync(NpgsqlConnection connection, string name, string columns, CancellationToken cancellationToken)
    {
        var state = await ScalarAsync<string>(
            connection,
            $"select coalesce((select case when indisvalid then 'built' else 'broken' end from pg_index where indexrelid = to_regclass('partnership.{name}')), 'none')",
            cancellationToken);
        if (state == "built")
            return;
        if (state == "broken")
            await RunAsync(connection, $"drop index concurrently partnership.{name}", cancellationToken);
        await RunAsync(connection, $"create index concurrently {name} {columns}", cancellationToken);
    }

    /// <summary>Runs statements in one transaction, again and again until they get their locks soon enough.</summary>
    private static async Task GivingWayAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await RunAsync(connection, $"set local lock_timeout = {MostWaitedMilliseconds}", cancellationToken);
                await RunAsync(connection, sql, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < MostAttempts)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private static async Task CheckVersionAsync(string which, string connectionString, int wanted, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Connections.Plain(connectionString));
        await connection.OpenAsync(cancellationToken);
        int version, compatibleFrom;
        try
        {
            await using var command = new NpgsqlCommand(
                "select version, compatible_from from partnership.schema_version order by version desc limit 1", connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            (version, compatibleFrom) = await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.GetInt32(1)) : (0, 0);
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.UndefinedTable
            or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InsufficientPrivilege)
        {
            (version, compatibleFrom) = (0, 0);
        }

        if (version < wanted)
            throw new InvalidOperationException($"The {which} database has schema version {version}, this host needs {wanted}: run migrate first.");
        if (compatibleFrom > wanted)
            throw new InvalidOperationException($"The {which} database has schema version {version}, which no longer serves hosts of version {wanted}.");
    }

    private static string Quote(string role) => '"' + role.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    [SuppressMessage("Security", "CA2100", Justification = "Constants of this assembly and the quoted name of a role from configuration.")]
    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // A step may take as long as it takes.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [SuppressMessage("Security", "CA2100", Justification = "Constants of this assembly.")]
    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
