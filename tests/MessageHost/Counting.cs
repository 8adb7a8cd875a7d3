using Partnership.Contracts.Sharing;
using Partnership.Contracts.Topology;
using Partnership.EventStore;

namespace Partnership.Tests.MessageHost;

/// <summary>A published event.</summary>
[StoredName("test.counted.v1")]
public sealed record Counted([property: Plain] int Value);

/// <summary>A private event: it has a version and no publication number.</summary>
[StoredName("test.considered.v1")]
public sealed record Considered([property: Plain] int Value);

/// <summary>A published event whose contract cannot be made before the service is mended.</summary>
[StoredName("test.uncountable.v1")]
public sealed record Uncountable([property: Plain] int Value);

/// <summary>A published event of a newer release; ours knows it once it is mended.</summary>
[StoredName("test.foretold.v1")]
public sealed record Foretold([property: Plain] int Value);

/// <summary>The effect of one message.</summary>
[StoredName("test.applied.v1")]
public sealed record Applied([property: Plain] Guid StreamId, [property: Plain] long Number);

/// <summary>The contract of all that is published here.</summary>
public sealed record CountedMessage : ICaseworkEvent
{
    public required Guid EventId { get; init; }
    public required Guid RecordId { get; init; }
    public required long PublicationNumber { get; init; }
    public required Guid StreamId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required IReadOnlyList<Guid> Subjects { get; init; }
    public required ActorStamp Actor { get; init; }
}

/// <summary>What the little service stores, publishes and consumes.</summary>
public static class Counting
{
    public const string InOrderQueue = "test.in-order", AnyOrderQueue = "test.any-order", LateQueue = "test.late";

    private static readonly ActorStamp Nobody = new() { Person = "p-1", Agency = "SASP", Role = "idva", Purpose = "marac-referral" };

    private static readonly SealScope Scope = new(Guid.Parse("0190a0b0-0000-7000-8000-000000000001"), "test", "test");

    /// <summary>Two queues; a third one may come later.</summary>
    public static BusLayout Layout { get; } = new BusLayout(
        new Dictionary<Type, string> { [typeof(CountedMessage)] = "test.counted" },
        new Dictionary<string, IReadOnlyList<Type>> { ["test.counting"] = [typeof(CountedMessage)] },
        new Dictionary<string, IReadOnlyList<Type>> { [InOrderQueue] = [typeof(CountedMessage)], [AnyOrderQueue] = [typeof(CountedMessage)] })
        .Waits(TimeSpan.FromMilliseconds(200));

    public static EventHeaders Headers { get; } = new("""{"person":"p-1"}""", null, null);

    /// <param name="mended">The newer release.</param>
    public static EventTypes Types(bool mended)
    {
        var types = new EventTypes();
        foreach (var type in new[] { typeof(Counted), typeof(Considered), typeof(Uncountable), typeof(Applied) })
            Add(type);
        if (mended)
            Add(typeof(Foretold));
        return types;

        void Add(Type type) => types.Add(
            ((StoredNameAttribute)type.GetCustomAttributes(typeof(StoredNameAttribute), inherit: false)[0]).Name, type);
    }

    /// <param name="mended">The newer release.</param>
    /// <param name="mapped">Called with each message made.</param>
    public static PublicationMap Publications(bool mended, Action? mapped = null)
    {
        return new PublicationMap()
            .Publish<Counted>(ToMessage)
            .Publish<Foretold>(ToMessage)
            .Publish<Uncountable>((stored, number) => mended ? ToMessage(stored, number) : throw new InvalidOperationException("Not before it is mended."))
            .Private<Considered>()
            .Private<Applied>();

        CountedMessage ToMessage(StoredEvent stored, long number)
        {
            var message = new CountedMessage
            {
                EventId = stored.Id,
                RecordId = stored.StreamId,
                StreamId = stored.StreamId,
                PublicationNumber = number,
                OccurredAt = stored.At,
                Subjects = [stored.StreamId],
                Actor = Nobody,
            };
            mapped?.Invoke();
            return message;
        }
    }

    public static Append Append(Guid stream, long expected, params IEnumerable<object> data) => new()
    {
        Streams = [new(stream, "test_counting", expected, [.. data.Select(Event)], Scope, [])],
        Headers = Headers,
    };

    /// <summary>The stream of one consumer's effects of one stream's messages.</summary>
    public static Guid EffectsOf(string consumer, Guid stream)
    {
        var bytes = stream.ToByteArray();
        bytes[15] ^= (byte)consumer.Length;
        bytes[14] ^= (byte)consumer[0];
        return new Guid(bytes);
    }

    private static NewEvent Event(object data)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(Guid.CreateVersion7(now), data, now);
    }
}
