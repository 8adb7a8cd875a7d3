using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Partnership.Contracts.Topology;
using Partnership.EventStore;
using RabbitMQ.Client.Exceptions;

namespace Partnership.ServiceDefaults;

/// <summary>
/// <c>SERVICE republish --to QUEUE [--from N]</c>: sends history to one queue, for a consumer that came later or lost what it
/// knew. The host is built but not started; others go on meanwhile.
/// </summary>
public static class Republishing
{
    private const long ReportEvery = 10_000;

    /// <summary>True when this start is <c>SERVICE republish</c>.</summary>
    public static bool IsWanted(string[] args) => args is ["republish", ..];

    /// <summary>Sends, and says how much and what could not be sent.</summary>
    /// <param name="host">Built, not started.</param>
    /// <param name="args">The command line, from <c>republish</c> on.</param>
    /// <param name="output">Standard output unless given; so for <paramref name="error"/>.</param>
    /// <returns>
    /// 0 when everything was sent, 1 when something was not (standard error says what, by ids and positions), 2 when the
    /// command was not understood.
    /// </returns>
    public static async Task<int> RunAsync(
        IHost host, string[] args, TextWriter? output = null, TextWriter? error = null, CancellationToken cancellationToken = default)
    {
        output ??= Console.Out;
        error ??= Console.Error;
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(args);
        var layout = host.Services.GetService<BusLayout>() ?? BusLayout.Platform;
        if (!TryRead(args, layout, out var queue, out var from, out var mistake))
        {
            await error.WriteLineAsync($"{mistake}\nusage: republish --to QUEUE [--from N]");
            return 2;
        }

        if (host.Services.GetService<EventRepublisher>() is not { } republisher)
        {
            await error.WriteLineAsync("This service has no event store: it publishes no casework events.");
            return 2;
        }

        try
        {
            await using var sender = await QueueSender.OpenAsync(
                host.Services.GetRequiredService<IOptions<BusOptions>>().Value, queue, cancellationToken);
            var reported = 0L;
            var done = await republisher.RunAsync(
                from, layout.Queues[queue].ToHashSet(), sender.SendAsync,
                progress =>
                {
                    if (progress.Sent < reported + ReportEvery)
                        return;
                    reported = progress.Sent;
                    output.WriteLine(Invariant($"{progress.Sent:N0} sent, position {progress.Position}"));
                },
                cancellationToken);
            await SayHeldBackAsync(done.Unmappable, error);
            output.WriteLine(Invariant(
                $"{done.Sent} messages sent to {queue}, positions {from} to {done.Position}; {done.Unmappable.Count} events could not be mapped, {done.Unmappable.Sum(stopped => stopped.HeldBack)} held back behind them"));
            return done.Unmappable.Count == 0 ? 0 : 1;
        }
        catch (RepublishStoppedException stopped)
        {
            await SayHeldBackAsync(stopped.Unmappable, error);
            await error.WriteLineAsync(Invariant($"{stopped.Message} Everything before position {stopped.Position} is sent; go on with --from {stopped.Position}."));
        }
        catch (UnpublishableException hopeless)
        {
            await error.WriteLineAsync(hopeless.Message);
        }
        catch (BrokerUnreachableException)
        {
            await error.WriteLineAsync("The broker does not answer, or not to this user.");
        }
        catch (OperationInterruptedException refused)
        {
            await error.WriteLineAsync($"The broker refused: {refused.ShutdownReason?.ReplyText}");
        }
        catch (Exception failure) when (failure is EventStoreUnavailableException or InvalidOperationException or System.Data.Common.DbException)
        {
            // Ours speak of databases and versions, never of what is stored; others are known by their type alone.
            await error.WriteLineAsync(failure is EventStoreUnavailableException or InvalidOperationException ? failure.Message : failure.GetType().Name);
        }

        return 1;
    }

    private static async Task SayHeldBackAsync(IReadOnlyList<UnmappableEvent> held, TextWriter error)
    {
        foreach (var stopped in held)
        {
            await error.WriteLineAsync(Invariant(
                $"not sent: position {stopped.Position}, event {stopped.Version} of stream {stopped.StreamId} ({stopped.Reason}), and {stopped.HeldBack} after it in its stream"));
        }
    }

    private static bool TryRead(string[] args, BusLayout layout, out string queue, out long from, out string mistake)
    {
        (queue, from, mistake) = ("", 1, "");
        for (var i = 1; i < args.Length; i += 2)
        {
            switch (args[i], i + 1 < args.Length ? args[i + 1] : null)
            {
                case ("--to", { Length: > 0 } name):
                    queue = name;
                    break;
                case ("--from", { } number):
                    if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out from) || from < 1)
                    {
                        mistake = $"'{number}' is no position; positions are whole numbers from 1.";
                        return false;
                    }

                    break;
                default:
                    mistake = $"'{args[i]}' was not understood.";
                    return false;
            }
        }

        if (queue.Length == 0)
            mistake = "Which queue?";
        else if (!layout.Queues.ContainsKey(queue))
            mistake = $"There is no queue '{queue}'. Queues: {string.Join(", ", layout.Queues.Keys)}";
        return mistake.Length == 0;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
