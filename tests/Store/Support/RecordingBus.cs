using System.Collections.Concurrent;
using Partnership.EventStore;

namespace Partnership.Tests.Store.Support;

/// <summary>A bus whose confirms the test decides; the store is what is under test here, not a broker.</summary>
public sealed class RecordingBus : IContractPublisher
{
    private readonly ConcurrentQueue<Published> published = new();

    public sealed record Published(object Contract, Guid MessageId, string? TraceParent);

    /// <summary>All that were confirmed, in order of confirm.</summary>
    public IReadOnlyList<Published> Confirmed => [.. published];

    public IReadOnlyList<NotedMessage> Notes => [.. Confirmed.Select(message => (NotedMessage)message.Contract)];

    /// <summary>Runs before each confirm; throwing means none.</summary>
    public Func<NotedMessage, Task> BeforeConfirm { get; set; } = _ => Task.CompletedTask;

    public async Task PublishAsync(object contract, Guid messageId, string? traceParent, CancellationToken cancellationToken)
    {
        await BeforeConfirm((NotedMessage)contract).WaitAsync(cancellationToken);
        published.Enqueue(new(contract, messageId, traceParent));
    }
}
