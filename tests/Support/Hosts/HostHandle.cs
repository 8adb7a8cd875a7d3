using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Partnership.ServiceDefaults;

namespace Partnership.Tests.Support.Hosts;

/// <summary>One host of a test platform, on an address that stays the same when it is stopped and started again.</summary>
public abstract class HostHandle(string service, Uri address) : IAsyncDisposable
{
    public string Service { get; } = service;

    public Uri Address { get; } = address;

    public abstract Task MigrateAsync();

    /// <summary>Returns when it accepts connections.</summary>
    public abstract Task StartAsync();

    /// <summary>Stops it as an operator would: what it has begun, it finishes.</summary>
    public abstract Task StopAsync();

    /// <summary>Ends it as a crash would. Processes only.</summary>
    public abstract Task KillAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return new(StopAsync());
    }
}

/// <summary>A host within the test's own process.</summary>
internal sealed class InProcessHost(
    string service, Uri address, IReadOnlyDictionary<string, string?> settings, IReadOnlyDictionary<string, string?> migratorSettings,
    PlatformOptions options) : HostHandle(service, address)
{
    private WebApplication? app;
    private bool started;

    public IServiceProvider Provider => app?.Services ?? throw new InvalidOperationException($"{Service} is not running.");

    public override async Task MigrateAsync()
    {
        await using var migrating = Build(["migrate"], settings.Concat(migratorSettings));
        if (await Migration.RunAsync(migrating) != 0)
            throw new InvalidOperationException($"{Service} migrate failed; its log says at which step.");
    }

    public override async Task StartAsync()
    {
        app = Build([], settings);
        await app.StartAsync();
        started = true;
    }

    public override async Task StopAsync()
    {
        if (app is null)
            return;
        // One whose start failed cannot be stopped, and what its start failed of is worth more than that.
        if (started)
            await app.StopAsync();
        await app.DisposeAsync();
        (app, started) = (null, false);
    }

    public override Task KillAsync() =>
        throw new InvalidOperationException("A host within this process cannot crash alone; ask for PlatformOptions.Processes.");

    private WebApplication Build(string[] args, IEnumerable<KeyValuePair<string, string?>> configuration) =>
        Programs.Build(Service, args, builder =>
        {
            builder.Configuration.AddInMemoryCollection(configuration);
            builder.Configuration.AddInMemoryCollection(
                [new("urls", Address.ToString()), new("Logging:LogLevel:Default", "Warning")]);
            if (options.Clock is { } clock)
                builder.Services.AddSingleton(clock);
            options.Configure?.Invoke(Service, builder);
        });
}

/// <summary>A host as a process of its own. It ends with the tests, however those end.</summary>
internal sealed class ProcessHost(
    string service, Uri address, IReadOnlyDictionary<string, string?> settings, IReadOnlyDictionary<string, string?> migratorSettings,
    string folder) : HostHandle(service, address)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private Process? process;

    /// <summary>All it has written, over all its starts.</summary>
    public string LogFile => Path.Combine(folder, $"{Service}.log");

    private string PidFile => Path.Combine(folder, $"{Service}.pid");

    public override async Task MigrateAsync()
    {
        using var migrating = Start("\"$0\" migrate >>\"$1\" 2>&1", settings.Concat(migratorSettings));
        await migrating.WaitForExitAsync();
        if (migrating.ExitCode != 0)
            throw new InvalidOperationException($"{Service} migrate failed:\n{await File.ReadAllTextAsync(LogFile)}");
    }

    public override async Task StartAsync()
    {
        process = Start("\"$0\" >>\"$1\" 2>&1 & p=$!; echo $p >\"$2\"; cat >/dev/null; kill -TERM $p 2>/dev/null; wait $p", settings);
        using var client = new HttpClient();
        await Eventually.Async(
            async () =>
            {
                if (process.HasExited || await HasEndedAsync())
                    throw new HopelessException($"{Service} has ended:\n{await File.ReadAllTextAsync(LogFile)}");
                return (await client.GetAsync(new Uri(Address, "/health/live"))).IsSuccessStatusCode;
            },
            $"{Service} accepts connections",
            StartTimeout);
    }

    public override async Task StopAsync()
    {
        if (process is null)
            return;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public override async Task KillAsync()
    {
        using (var host = Process.GetProcessById(await PidAsync()))
        {
            host.Kill();
            await host.WaitForExitAsync();
        }

        await StopAsync();
    }

    private async Task<int> PidAsync() => int.Parse((await File.ReadAllTextAsync(PidFile)).Trim(), null);

    private async Task<bool> HasEndedAsync() => File.Exists(PidFile) && !Directory.Exists($"/proc/{await PidAsync()}");

    private Process Start(string script, IEnumerable<KeyValuePair<string, string?>> configuration)
    {
        File.Delete(PidFile);
        // Not sh: it drops variables whose names hold a hyphen, as Services__information-sharing does.
        var start = new ProcessStartInfo("bash", ["-c", script, Programs.File(Service), LogFile, PidFile])
        {
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        foreach (var (key, value) in configuration)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["ASPNETCORE_URLS"] = Address.ToString();
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["DOTNET_gcServer"] = "0";
        return Process.Start(start)!;
    }
}
