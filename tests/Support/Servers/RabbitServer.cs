using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Partnership.Tests.Support.Servers;

/// <summary>
/// A real RabbitMQ for tests: the one named in <c>PARTNERSHIP_TEST_RABBITMQ</c> (an AMQP URI) with its management in
/// <c>PARTNERSHIP_TEST_RABBITMQ_MANAGEMENT</c>, or a private node in a temporary folder. Tests are kept apart by virtual
/// hosts. The only place that decides which; Testcontainers would fit in here.
/// </summary>
/// <remarks>
/// A private node ends with this process, however that ends: it runs under a shell that stops it when our end of its
/// standard input closes.
/// </remarks>
public sealed class RabbitServer : IAsyncDisposable
{
    public const string Variable = "PARTNERSHIP_TEST_RABBITMQ";
    public const string ManagementVariable = "PARTNERSHIP_TEST_RABBITMQ_MANAGEMENT";
    public const string DataVariable = "PARTNERSHIP_TEST_RABBITMQ_DATA";

    private const string Binaries = "/usr/lib/rabbitmq/bin";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);

    private readonly string? folder;
    private readonly HttpClient management;
    private Process? process;

    private RabbitServer(Uri amqp, Uri managementAddress, string? folder)
    {
        Amqp = amqp;
        Management = managementAddress;
        this.folder = folder;
        var (user, password) = Credentials(managementAddress);
        management = new HttpClient { BaseAddress = new UriBuilder(managementAddress) { UserName = "", Password = "", Path = "/" }.Uri };
        management.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }

    /// <summary>With user and password; the default virtual host.</summary>
    public Uri Amqp { get; }
    public Uri Management { get; }
    public string Username => Credentials(Amqp).User;
    public string Password => Credentials(Amqp).Password;

    /// <summary>Where messages lie on disk, for searching raw files; null when a given server does not say.</summary>
    public string? DataFolder => folder is null ? Environment.GetEnvironmentVariable(DataVariable) : Path.Combine(folder, "mnesia");

    /// <summary>The given server if there is one, else a private one. Disposing stops a private one only.</summary>
    public static async Task<RabbitServer> GivenOrStartedAsync()
    {
        var amqp = Environment.GetEnvironmentVariable(Variable);
        var management = Environment.GetEnvironmentVariable(ManagementVariable);
        if (string.IsNullOrEmpty(amqp))
            return await StartAsync();
        if (string.IsNullOrEmpty(management))
            throw new InvalidOperationException($"{Variable} needs {ManagementVariable} beside it.");
        return new RabbitServer(new Uri(amqp), new Uri(management), folder: null);
    }

    /// <summary>Always a private node, for tests that stop, kill or block it.</summary>
    public static async Task<RabbitServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("partnership-rabbitmq-").FullName;
        var port = FreePorts();
        var server = new RabbitServer(
            new Uri($"amqp://guest:guest@127.0.0.1:{port}/"), new Uri($"http://guest:guest@127.0.0.1:{port + 1}/"), folder);
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "log"));
            await File.WriteAllTextAsync(Path.Combine(folder, "enabled_plugins"), "[rabbitmq_management].\n");
            await File.WriteAllTextAsync(Path.Combine(folder, "rabbitmq.conf"), $"""
                management.tcp.ip = 127.0.0.1
                management.tcp.port = {port + 1}
                log.console = false
                vm_memory_high_watermark.absolute = 1GB
                disk_free_limit.absolute = 50MB

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

    /// <summary>Starts a private node that was stopped or killed, on the same ports and data.</summary>
    public async Task StartAgainAsync()
    {
        RequirePrivate();
        File.Delete(PidFile);
        var start = WithEnvironment(new ProcessStartInfo("sh", ["-c", """
            epmd -port "$ERL_EPMD_PORT" >/dev/null 2>&1 & e=$!
            until epmd -port "$ERL_EPMD_PORT" -names >/dev/null 2>&1; do sleep 0.05; done
            "$0" >"$HOME/log/start.log" 2>&1 & p=$!
            cat >/dev/null
            kill -TERM $p 2>/dev/null; wait $p; kill $e
            """, $"{Binaries}/rabbitmq-server"]));
        // The script becomes the server, so that its process is the one we signal.
        start.Environment["RUNNING_UNDER_SYSTEMD"] = "true";
        start.Environment.Remove("NOTIFY_SOCKET");
        start.RedirectStandardInput = true;
        process = Process.Start(start)!;
        await Eventually.Async(
            async () => process.HasExited ? throw new HopelessException("The broker has ended.") : await IsReadyAsync(),
            "the broker serves clients",
            StartTimeout);
    }

    /// <summary>Stops a private node as an operator would; its messages stay.</summary>
    public async Task StopAsync()
    {
        RequirePrivate();
        if (process is null)
            return;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Ends a private node as a power cut would.</summary>
    public async Task KillAsync()
    {
        RequirePrivate();
        using (var node = Process.GetProcessById(int.Parse((await File.ReadAllTextAsync(PidFile)).Trim(), null)))
        {
            node.Kill();
            await node.WaitForExitAsync();
        }

        await StopAsync();
    }

    /// <summary>Raises the disk alarm of a private node: it takes no message and confirms none until <see cref="UnblockAsync"/>.</summary>
    public async Task BlockAsync()
    {
        await ControlAsync("set_disk_free_limit", "1000000GB");
        await Eventually.Async(AlarmAsync, "the disk alarm is raised");
    }

    public async Task UnblockAsync()
    {
        await ControlAsync("set_disk_free_limit", "50MB");
        await Eventually.Async(async () => !await AlarmAsync(), "the disk alarm is cleared");
    }

    /// <summary><c>rabbitmqctl</c> on a private node.</summary>
    public async Task ControlAsync(params string[] arguments)
    {
        RequirePrivate();
        var start = WithEnvironment(new ProcessStartInfo($"{Binaries}/rabbitmqctl", ["-q", .. arguments]));
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var run = Process.Start(start)!;
        var output = run.StandardOutput.ReadToEndAsync();
        var error = run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"rabbitmqctl {arguments[0]} failed: {await error}{await output}");
    }

    /// <summary>An empty virtual host with an unused name, open to <see cref="Username"/>.</summary>
    public async Task<string> CreateVirtualHostAsync(string prefix)
    {
        var name = $"{prefix}-{RandomNumberGenerator.GetHexString(10, lowercase: true)}";
        (await management.PutAsync($"api/vhosts/{name}", content: null)).EnsureSuccessStatusCode();
        (await management.PutAsJsonAsync(
            $"api/permissions/{name}/{Username}", new { configure = ".*", write = ".*", read = ".*" })).EnsureSuccessStatusCode();
        return name;
    }

    /// <summary>A user of one virtual host, with no more rights than these patterns of names.</summary>
    public async Task CreateUserAsync(string virtualHost, string name, string password, (string Configure, string Write, string Read) rights)
    {
        (await management.PutAsJsonAsync($"api/users/{name}", new { password, tags = "" })).EnsureSuccessStatusCode();
        (await management.PutAsJsonAsync(
            $"api/permissions/{virtualHost}/{name}", new { configure = rights.Configure, write = rights.Write, read = rights.Read })).EnsureSuccessStatusCode();
    }

    public async Task DeleteUserAsync(string name) => (await management.DeleteAsync($"api/users/{name}")).Dispose();

    public async Task DeleteVirtualHostAsync(string name)
    {
        using var answer = await management.DeleteAsync($"api/vhosts/{name}");
        if (answer.StatusCode != System.Net.HttpStatusCode.NotFound)
            answer.EnsureSuccessStatusCode();
    }

    /// <summary>AMQP URI of a virtual host.</summary>
    public Uri To(string virtualHost) => new UriBuilder(Amqp) { Path = "/" + Uri.EscapeDataString(virtualHost) }.Uri;

    /// <summary>A connection of the test's own, as of any client.</summary>
    public Task<IConnection> ConnectAsync(string virtualHost) =>
        new ConnectionFactory { Uri = To(virtualHost), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    /// <summary>
    /// Messages ready in a queue, by asking the queue itself: counts of the management lag by seconds. Null when there is
    /// no such queue. Excludes messages a consumer holds.
    /// </summary>
    public async Task<uint?> ReadyAsync(string virtualHost, string queue)
    {
        await using var connection = await ConnectAsync(virtualHost);
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }
        catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == 404)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        management.Dispose();
        if (folder is null)
            return;
        // Its data goes with it, so there is nothing to stop gently for.
        if (process is { HasExited: false } && File.Exists(PidFile))
            await KillAsync();
        else
            await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string PidFile => Path.Combine(folder!, "node.pid");

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using (var socket = new TcpClient())
                await socket.ConnectAsync(Amqp.Host, Amqp.Port);
            return (await management.GetAsync("api/overview")).IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is SocketException or HttpRequestException)
        {
            return false;
        }
    }

    private async Task<bool> AlarmAsync() =>
        !(await management.GetAsync("api/health/checks/local-alarms")).IsSuccessStatusCode;

    private void RequirePrivate()
    {
        if (folder is null)
            throw new InvalidOperationException("This server is shared. A test that disturbs a broker starts one of its own.");
    }

    private ProcessStartInfo WithEnvironment(ProcessStartInfo start)
    {
        var settings = start.Environment;
        foreach (var name in settings.Keys.Where(name => name.StartsWith("RABBITMQ_", StringComparison.Ordinal)).ToArray())
            settings.Remove(name);
        settings["HOME"] = folder;
        settings["RABBITMQ_CONF_ENV_FILE"] = "/dev/null";
        settings["RABBITMQ_NODENAME"] = $"test{Amqp.Port}@localhost";
        settings["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1";
        settings["RABBITMQ_NODE_PORT"] = $"{Amqp.Port}";
        settings["RABBITMQ_DIST_PORT"] = $"{Amqp.Port + 20000}";
        settings["ERL_EPMD_PORT"] = $"{Amqp.Port + 10000}";
        settings["ERL_EPMD_ADDRESS"] = "127.0.0.1";
        settings["RABBITMQ_MNESIA_BASE"] = $"{folder}/mnesia";
        settings["RABBITMQ_LOG_BASE"] = $"{folder}/log";
        settings["RABBITMQ_PID_FILE"] = PidFile;
        settings["RABBITMQ_ENABLED_PLUGINS_FILE"] = $"{folder}/enabled_plugins";
        settings["RABBITMQ_CONFIG_FILE"] = $"{folder}/rabbitmq.conf";
        settings["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}";
        return start;
    }

    private static (string User, string Password) Credentials(Uri address)
    {
        var parts = address.UserInfo.Split(':', 2);
        return parts is [var user, var password] ? (Uri.UnescapeDataString(user), Uri.UnescapeDataString(password)) : ("guest", "guest");
    }

    // A node uses P, P+1 (management), P+10000 (epmd) and P+20000 (distribution), all below the range that the system gives
    // to outgoing connections, so that none of them takes one meanwhile.
    private static int FreePorts()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(2000, 7900);
            if (new[] { port, port + 1, port + 10000, port + 20000 }.All(IsFree))
                return port;
        }

        throw new InvalidOperationException("No free ports for a broker.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(System.Net.IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
