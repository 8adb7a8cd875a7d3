namespace Partnership.Contracts.Topology;

/// <summary>
/// Exchanges, queues and bindings as a value: <see cref="Platform"/> is what <see cref="BusTopology"/> names, and tests
/// extend it by queues and contracts of their own.
/// </summary>
/// <remarks>
/// A queue takes every contract of a kind of stream or none. Publication numbers are gapless over all of them: a consumer
/// that saw only some would wait for ever for the others, or remember every number it has seen.
/// </remarks>
public sealed class BusLayout
{
    /// <exception cref="ArgumentException">A queue takes only a part of a stream's contracts, or one that is not published.</exception>
    public BusLayout(
        IReadOnlyDictionary<Type, string> exchanges, IReadOnlyDictionary<string, IReadOnlyList<Type>> streams,
        IReadOnlyDictionary<string, IReadOnlyList<Type>> queues)
    {
        ArgumentNullException.ThrowIfNull(exchanges);
        ArgumentNullException.ThrowIfNull(streams);
        ArgumentNullException.ThrowIfNull(queues);
        foreach (var contract in exchanges.Keys)
        {
            if (streams.Values.Sum(contracts => contracts.Count(contract.Equals)) != 1)
                throw new ArgumentException($"{contract.Name} does not belong to exactly one kind of stream.", nameof(streams));
        }

        foreach (var (queue, bound) in queues)
        {
            if (bound.FirstOrDefault(contract => !exchanges.ContainsKey(contract)) is { } unknown)
                throw new ArgumentException($"{queue} takes {unknown.Name}, which nobody publishes.", nameof(queues));
            foreach (var (stream, contracts) in streams)
            {
                if (contracts.Intersect(bound).Any() && contracts.Except(bound).FirstOrDefault() is { } missing)
                    throw new ArgumentException($"{queue} takes a part of what streams of {stream} publish, but not {missing.Name}.", nameof(queues));
            }
        }

        (Exchanges, Streams, Queues) = (exchanges, streams, queues);
    }

    /// <summary>The platform's own.</summary>
    public static BusLayout Platform { get; } = new(BusTopology.Exchanges, BusTopology.Streams, BusTopology.Queues);

    /// <summary>Every published contract and its exchange (a durable fanout).</summary>
    public IReadOnlyDictionary<Type, string> Exchanges { get; }

    /// <summary>Contracts by the kind of stream they come from.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Type>> Streams { get; }

    /// <summary>Every queue that consumes casework events, with the contracts bound to it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Type>> Queues { get; }

    /// <summary>
    /// How long a message waits in <see cref="WaitingOf"/> before it comes back. Part of the declared queue: a broker refuses
    /// to declare it again with another value.
    /// </summary>
    public TimeSpan Waiting { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The queue in which messages of a queue wait for one that has to come before them.</summary>
    public static string WaitingOf(string queue) => $"{queue}_waiting";

    /// <summary>This layout with one more queue.</summary>
    public BusLayout With(string queue, params IReadOnlyList<Type> contracts) =>
        new(Exchanges, Streams, new Dictionary<string, IReadOnlyList<Type>>(Queues) { [queue] = contracts }) { Waiting = Waiting };

    /// <summary>This layout with one more kind of stream and its contracts, each with its exchange.</summary>
    public BusLayout With(string stream, IReadOnlyDictionary<Type, string> contracts)
    {
        ArgumentNullException.ThrowIfNull(contracts);
        return new(
            new Dictionary<Type, string>(Exchanges.Concat(contracts)),
            new Dictionary<string, IReadOnlyList<Type>>(Streams) { [stream] = [.. contracts.Keys] }, Queues)
        { Waiting = Waiting };
    }

    /// <summary>This layout with another time of waiting.</summary>
    public BusLayout Waits(TimeSpan waiting) => new(Exchanges, Streams, Queues) { Waiting = waiting };
}
