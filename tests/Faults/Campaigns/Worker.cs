using System.Collections.Concurrent;
using System.Diagnostics;
using Partnership.Tests.MessageHost;
using Partnership.Tests.Support;

namespace Partnership.Tests.Faults.Campaigns;

/// <summary>A host of the little service as a process that may kill itself; it ends with this process, however that ends.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly Task reading;

    private Worker(Process process)
    {
        this.process = process;
        reading = ReadAsync();
    }

    /// <param name="settings">Sections <c>EventStore</c> and <c>Bus</c>.</param>
    /// <param name="plan">See <see cref="Steps"/>.</param>
    /// <param name="mended">The release that knows and maps everything.</param>
    public static Worker Start(IReadOnlyDictionary<string, string?> settings, string plan, bool mended = false)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Partnership.Tests.MessageHost"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // What it logs is of no use to whoever watches: interruptions are the point.
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["PLAN"] = plan;
        start.Environment["MENDED"] = mended ? "1" : "0";
        start.Environment["DOTNET_gcServer"] = "0";
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return new(process);
    }

    public bool HasEnded => process.HasExited;

    /// <summary>Lines it has said that begin so.</summary>
    public int Said(string beginning) => lines.Count(line => line.StartsWith(beginning, StringComparison.Ordinal));

    public IEnumerable<string> Lines => lines;

    /// <summary>Waits until it has said a line that begins so, or has ended; false when it has ended without.</summary>
    public async Task<bool> SaysAsync(string beginning)
    {
        await Eventually.Async(() => Said(beginning) > 0 || process.HasExited, $"a worker says '{beginning}'", StartTimeout);
        if (process.HasExited)
            await reading;
        return Said(beginning) > 0;
    }

    /// <summary>Waits until it is dead; false when it lives on after the time.</summary>
    public async Task<bool> DiesAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            await reading;
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Lets it go on after it has frozen itself.</summary>
    public async Task ThawAsync()
    {
        using var kill = Process.Start("kill", ["-CONT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Stops it as an operator would.</summary>
    public async Task StopAsync()
    {
        process.StandardInput.Close();
        if (!await DiesAsync(TimeSpan.FromSeconds(30)))
            await KillAsync();
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            lines.Enqueue(line);
    }
}
