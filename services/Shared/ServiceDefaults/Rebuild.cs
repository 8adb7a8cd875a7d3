using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Partnership.EventStore;

namespace Partnership.ServiceDefaults;

/// <summary>
/// <c>SERVICE rebuild [VIEW…]</c>: makes views anew from the log, all of them or those named, under the run-time role and
/// while the hosts go on. The host is built but not started.
/// </summary>
public static class Rebuild
{
    /// <summary>True when this start is <c>SERVICE rebuild</c>.</summary>
    public static bool IsWanted(string[] args) => args is ["rebuild", ..];

    /// <summary>Says what it does and how many rows.</summary>
    /// <returns>0 when every row could be made, 1 when not, 2 when the command was not understood.</returns>
    public static async Task<int> RunAsync(
        IHost host, string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        var views = host.Services.GetRequiredService<IViewRebuilder>();
        var wanted = args.Length > 1 ? args[1..] : [.. views.Views];
        if (wanted.Length == 0 || wanted.Except(views.Views, StringComparer.Ordinal).Any())
        {
            await error.WriteLineAsync($"usage: rebuild [VIEW]…   views: {string.Join(' ', views.Views)}");
            return 2;
        }

        var status = 0;
        foreach (var view in wanted)
        {
            try
            {
                await output.WriteLineAsync($"{view}: making its rows anew from the log; readers and appends go on");
                var report = await views.RebuildAsync(view, new Said(view, output), cancellationToken);
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{view}: {report.Events} events read, {report.Rows} rows written, {report.Erased} of them erased, {report.Removed} without a stream removed"));
                foreach (var failure in report.Failures)
                    await error.WriteLineAsync($"{view}: row {failure.Id} could not be made: {failure.Reason}");
                if (!report.InUse)
                    await error.WriteLineAsync($"{view}: because of these rows the view stays as it was");
                if (report.Failures.Count > 0)
                    status = 1;
            }
            catch (Exception failure) when (failure is EventStoreUnavailableException or InvalidOperationException or SealedValueException)
            {
                // Our own sentences, which quote no value.
                await error.WriteLineAsync($"{view}: {failure.Message}");
                return 1;
            }
        }

        return status;
    }

    /// <summary>A line every few seconds.</summary>
    private sealed class Said(string view, TextWriter output) : IProgress<long>
    {
        private static readonly long Pause = 5 * System.Diagnostics.Stopwatch.Frequency;
        private long next = System.Diagnostics.Stopwatch.GetTimestamp() + Pause;

        public void Report(long rows)
        {
            var due = Interlocked.Read(ref next);
            var now = System.Diagnostics.Stopwatch.GetTimestamp();
            if (now >= due && Interlocked.CompareExchange(ref next, now + Pause, due) == due)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{view}: {rows} rows so far"));
        }
    }
}
