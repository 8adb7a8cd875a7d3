using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace Partnership.Tests.Support.Servers;

/// <summary>
/// A real PostgreSQL for tests: the one named in <c>PARTNERSHIP_TEST_POSTGRES</c> (a superuser's connection string), or a
/// private one in a temporary folder. The only place that decides which; Testcontainers would fit in here.
/// </summary>
/// <remarks>
/// A private server ends with this process, however that ends: it runs under a shell that stops it when our end of its
/// standard input closes.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string Variable = "PARTNERSHIP_TEST_POSTGRES";
    public const string DataVariable = "PARTNERSHIP_TEST_POSTGRES_DATA";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string? folder;
    private Process? process;

    private PostgresServer(string connectionString, string? folder)
    {
        ConnectionString = connectionString;
        this.folder = folder;
    }

    /// <summary>Superuser, database <c>postgres</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>The server's data folder, for searching raw files; null when a given server does not say.</summary>
    public string? DataFolder => folder is null ? Environment.GetEnvironmentVariable(DataVariable) : Path.Combine(folder, "data");

    /// <summary>The server's own log; null when the server was given.</summary>
    public string? LogFile => folder is null ? null : Path.Combine(folder, "log");

    /// <summary>The given server if there is one, else a private one. Disposing stops a private one only.</summary>
    public static async Task<PostgresServer> GivenOrStartedAsync()
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(given) ? await StartAsync() : new PostgresServer(given, folder: null);
    }

    /// <summary>Always a private server, for tests that stop it or read its files.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("partnership-postgres-").FullName;
        var port = FreePort();
        var server = new PostgresServer(
            $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Timeout=10", folder);
        try
        {
            if (RunsAsRoot)
                await RunAsync("chown", "postgres", folder);
            await RunAsOwnerAsync(
                Binary("initdb"), "-D", server.DataFolder!, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions");
            await File.AppendAllTextAsync(Path.Combine(server.DataFolder!, "postgresql.conf"), $"""

                listen_addresses = '127.0.0.1'
                port = {port}
                unix_socket_directories = '{folder}'
                max_connections = 400
                """);
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a private server that was stopped, on the same port and data.</summary>
    public async Task StartAgainAsync()
    {
        var start = AsOwner("sh", "-c", "\"$0\" -D \"$1\" >\"$2\" 2>&1 & p=$!; cat >/dev/null; kill -INT $p; wait $p",
            Binary("postgres"), DataFolder!, LogFile!);
        start.RedirectStandardInput = true;
        process = Process.Start(start)!;
        for (var deadline = Stopwatch.StartNew(); ;)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (deadline.Elapsed < StartTimeout && !process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Stops a private server as an operator would; its data stays.</summary>
    public async Task StopAsync()
    {
        if (process is null)
            return;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Connection string to a database of this server; as the superuser unless a role is named.</summary>
    public string To(string database, string? role = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString) { Database = database };
        if (role is not null)
        {
            builder.Username = role;
            // A given server may ask for a password; roles made here all have this one.
            builder.Password = RolePassword;
        }

        return builder.ConnectionString;
    }

    public const string RolePassword = "partnership-test";

    /// <summary>Makes a login role unless it exists. Roles belong to the server: suites share them.</summary>
    public async Task EnsureRoleAsync(string role)
    {
        try
        {
            await ExecuteAsync("postgres", $"create role \"{role}\" login password '{RolePassword}'");
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation)
        {
            // Made by another suite, possibly this very moment.
        }
    }

    /// <summary>An empty database with an unused name, owned by the (migrating) role.</summary>
    public async Task<string> CreateDatabaseAsync(string prefix, string? owner = null)
    {
        var name = $"{prefix}_{RandomNumberGenerator.GetHexString(10, lowercase: true)}";
        await ExecuteAsync("postgres", $"create database \"{name}\"" + (owner is null ? "" : $" owner \"{owner}\""));
        return name;
    }

    /// <summary>A copy of a database by <c>pg_dump</c>, as an operator would take one.</summary>
    /// <param name="plain">As SQL, which can be searched; else in the format that <see cref="RestoreAsync"/> takes.</param>
    public Task DumpAsync(string database, string file, bool plain = false) =>
        RunAsync(Client("pg_dump", "--format", plain ? "plain" : "custom", "--file", file, "--dbname", database));

    /// <summary>Puts a copy into a database that exists and is empty. The roles it names must exist.</summary>
    public Task RestoreAsync(string file, string database) => RunAsync(Client("pg_restore", "--exit-on-error", "--dbname", database, file));

    public Task DropDatabaseAsync(string name) => ExecuteAsync("postgres", $"drop database if exists \"{name}\" with (force)");

    /// <summary>Runs a statement as the superuser.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(To(database) + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // Tests only; the text is theirs.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// A port nobody listens on at this moment; below the range that the system gives to outgoing connections, so that none
    /// of them takes it before we do, and above those of brokers.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(28_000, 32_700));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Somebody has it; there are others.
            }
        }
    }

    // PostgreSQL refuses to run as root; the Debian package brings a user of its own.
    private static bool RunsAsRoot => Environment.UserName == "root";

    private static string Binary(string name) =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal)
                .Select(version => Path.Combine(version, "bin", name)).LastOrDefault(File.Exists) ?? name
            : name;

    private ProcessStartInfo Client(string program, params string[] arguments)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
        return new(Binary(program), arguments)
        {
            Environment =
            {
                ["PGHOST"] = settings.Host, ["PGPORT"] = $"{settings.Port}", ["PGUSER"] = settings.Username, ["PGPASSWORD"] = settings.Password ?? "",
            },
        };
    }

    private static ProcessStartInfo AsOwner(string file, params string[] arguments) =>
        RunsAsRoot
            ? new("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", "--", file, .. arguments]) { WorkingDirectory = "/" }
            : new(file, arguments) { WorkingDirectory = "/" };

    private static Task RunAsOwnerAsync(string file, params string[] arguments) => RunAsync(AsOwner(file, arguments));

    private static Task RunAsync(string file, params string[] arguments) => RunAsync(new ProcessStartInfo(file, arguments));

    private static async Task RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var run = Process.Start(start)!;
        var output = run.StandardOutput.ReadToEndAsync();
        var error = run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} failed: {await error}{await output}");
    }
}
