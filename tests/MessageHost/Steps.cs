using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using MassTransit;
using Partnership.EventStore;
using Partnership.ServiceDefaults;

namespace Partnership.Tests.MessageHost;

/// <summary>Places between which a host may die.</summary>
public enum Step
{
    /// <summary>Publisher: it leads and has not read yet.</summary>
    Leading,

    /// <summary>A message has been made.</summary>
    Mapped,

    /// <summary>Everything of the page is made; the message is not sent.</summary>
    Sending,

    /// <summary>The broker has it; its confirm has not arrived.</summary>
    Sent,

    /// <summary>Confirmed; the checkpoint is where it was.</summary>
    Confirmed,

    /// <summary>The checkpoint has moved.</summary>
    Moved,

    /// <summary>Consumer: a message has come.</summary>
    Received,

    /// <summary>The effect is decided and not written.</summary>
    Deciding,

    /// <summary>The effect is committed; the message is not acknowledged.</summary>
    Appended,

    /// <summary>The message is acknowledged.</summary>
    Acknowledged,
}

/// <summary>
/// Stops this process at a step, once it has come there so often: ends it as a power cut would, or freezes it until somebody
/// lets it go on. Says on standard output what it does, and what the store answered.
/// </summary>
public sealed class Steps : IDisposable
{
    private readonly Step? planned;
    private readonly bool freezes;
    private readonly ActivityListener listener;
    private readonly MeterListener meters = new();
    private int left;

    /// <param name="plan"><c>kill:STEP:COUNT</c>, <c>freeze:STEP:COUNT</c>, or empty for neither.</param>
    public Steps(string plan)
    {
        if (plan.Split(':') is [var what, var step, var count])
        {
            planned = Enum.Parse<Step>(step);
            freezes = what == "freeze";
            left = int.Parse(count, null);
        }

        // The publisher's own statements, as Npgsql reports them: no hook in the publisher is needed.
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                var text = (activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) as string ?? "";
                if (text.Contains("set epoch = epoch + 1", StringComparison.Ordinal))
                {
                    Say("lead");
                    At(Step.Leading);
                }
                else if (text.Contains("update partnership.publisher set position", StringComparison.Ordinal))
                {
                    At(Step.Moved);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        meters.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == MessageInbox.Name)
                self.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>(static (instrument, _, _, _) => Say(instrument.Name));
        meters.Start();
    }

    /// <summary>Set when the plan asks for <see cref="Step.Sent"/>: the network between host and broker.</summary>
    public ListeningRelay? Relay { get; set; }

    public bool Wants(Step step) => planned == step;

    /// <summary>The host is at this step; it may not come back from here.</summary>
    public void At(Step step)
    {
        if (planned == step && Interlocked.Decrement(ref left) == 0)
            Stop();
    }

    /// <summary>True when it is this one that shall not see its confirm.</summary>
    public bool IsTheOne(Step step) => planned == step && Interlocked.Decrement(ref left) == 0;

    /// <summary>Ends or freezes the process.</summary>
    public void Stop()
    {
        Say(freezes ? $"freeze {planned}" : $"kill {planned}");
        if (freezes)
            _ = Kill(Environment.ProcessId, SigStop);
        else
            Process.GetCurrentProcess().Kill();
    }

    public static void Say(string line)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        meters.Dispose();
    }

    private const int SigStop = 19;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

internal sealed class PublisherSteps(IContractPublisher inner, Steps steps) : IContractPublisher
{
    public async Task PublishAsync(object contract, Guid messageId, string? traceParent, CancellationToken cancellationToken)
    {
        steps.At(Step.Sending);
        if (steps.IsTheOne(Step.Sent))
            steps.Relay!.Await(messageId.ToString(), steps.Stop);
        await inner.PublishAsync(contract, messageId, traceParent, cancellationToken);
        Steps.Say("confirmed");
        steps.At(Step.Confirmed);
    }
}

/// <summary>The store, with somebody told before each append and after its answer.</summary>
internal sealed class StoreSteps(IEventStore inner, Action deciding, Action<Append, AppendVerdict> answered) : IEventStore
{
    public async Task<AppendVerdict> AppendAsync(Append append, CancellationToken cancellationToken)
    {
        deciding();
        var verdict = await inner.AppendAsync(append, cancellationToken);
        answered(append, verdict);
        return verdict;
    }

    public Task<LoadedStream> LoadAsync(Guid streamId, CancellationToken cancellationToken) => inner.LoadAsync(streamId, cancellationToken);

    public Task<LoadedView?> LoadViewAsync(string view, Guid id, CancellationToken cancellationToken) => inner.LoadViewAsync(view, id, cancellationToken);

    public Task<IReadOnlyList<LoadedView>> PageViewAsync(
        string view, IReadOnlyCollection<string> reach, ViewCursor? after, int limit, CancellationToken cancellationToken) =>
        inner.PageViewAsync(view, reach, after, limit, cancellationToken);

    public Task<ViewFamily?> LoadFamilyAsync(ViewFamilies families, Guid id, CancellationToken cancellationToken) =>
        inner.LoadFamilyAsync(families, id, cancellationToken);

    public Task<IReadOnlyList<ViewFamily>> PageFamiliesAsync(
        ViewFamilies families, IReadOnlyCollection<string> reach, ViewCursor? after, int limit, CancellationToken cancellationToken) =>
        inner.PageFamiliesAsync(families, reach, after, limit, cancellationToken);

    public Task<IReadOnlyList<SearchHit>> SearchAsync(string view, IReadOnlyCollection<SearchTerm> terms, CancellationToken cancellationToken) =>
        inner.SearchAsync(view, terms, cancellationToken);

    public Task<IdempotentAnswer?> FindIdempotentAsync(IdempotencyKey key, CancellationToken cancellationToken) =>
        inner.FindIdempotentAsync(key, cancellationToken);
}

internal sealed class ReceiveSteps(Steps steps) : IReceiveObserver
{
    public Task PreReceive(ReceiveContext context)
    {
        Steps.Say($"received {context.InputAddress.Segments[^1]}");
        steps.At(Step.Received);
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context)
    {
        steps.At(Step.Acknowledged);
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
