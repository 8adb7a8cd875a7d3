using System.Text;
using Partnership.EventStore;

namespace Partnership.Tests.Store.Support;

/// <summary>A published event with plain and sealed properties.</summary>
[StoredName("test.noted.v1")]
public sealed record Noted(
    [property: Plain] Guid Record, [property: Plain] Urgency Urgency, string Text, string? Place = null, int Age = 0, Person? About = null);

/// <summary>A private event.</summary>
[StoredName("test.pondered.v1")]
public sealed record Pondered([property: Plain] string Code);

/// <summary>A published event whose contract cannot be made.</summary>
[StoredName("test.unmappable.v1")]
public sealed record Unmappable([property: Plain] string Code);

public enum Urgency
{
    Routine,
    Urgent,
}

public sealed record Person(string Name, DateOnly Born);

/// <summary>The contract of <see cref="Noted"/> and <see cref="Unmappable"/>.</summary>
public sealed record NotedMessage(Guid EventId, Guid StreamId, long Number, string? TraceParent);

/// <summary>Values for tests.</summary>
public static class Sample
{
    public static readonly DateTimeOffset Now = new(2026, 11, 2, 9, 30, 0, TimeSpan.Zero);

    public static EventTypes Types { get; } = EventTypes.FromAssembly(typeof(Sample).Assembly);

    public static PublicationMap Publications { get; } = Map(mended: false);

    /// <param name="mended">The next release, which can map what this one cannot.</param>
    public static PublicationMap Map(bool mended) => new PublicationMap()
        .Publish<Noted>(ToMessage)
        .Private<Pondered>()
        .Publish<Unmappable>((stored, number) => mended
            ? ToMessage(stored, number)
            : throw new InvalidOperationException("No contract for this."));

    public static Guid Id() => Guid.CreateVersion7();

    public static EventHeaders Headers { get; } =
        new("""{"person":"p-1","purpose":"marac-referral"}""", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "corr-1");

    public static NewEvent Event(object data) => new(Id(), data, Now);

    public static Noted Note(string text = "somebody knocked") => new(Id(), Urgency.Urgent, text);

    public static SealScope Scope(Guid subject) => new(subject, "marac-case", "northtown");

    public static StreamAppend Stream(Guid stream, long expected, params object[] data) =>
        new(stream, "test_stream", expected, [.. data.Select(Event)], Scope(stream), []);

    public static Append One(Guid stream, long expected, params object[] data) => Of(Stream(stream, expected, data));

    public static Append Of(params StreamAppend[] streams) => new() { Streams = streams, Headers = Headers };

    public static ViewRow View(Guid id, long version, string body = "{}", string[]? reach = null, long sortKey = 0, params SearchTerm[] search) =>
        new("cases", id, version, Encoding.UTF8.GetBytes(body), reach ?? ["northtown"], sortKey, search);

    public static void AssertWritten(AppendVerdict verdict, Guid stream, long version) =>
        Assert.Equal(version, Assert.IsType<AppendVerdict.Written>(verdict).Versions[stream]);

    private static NotedMessage ToMessage(StoredEvent stored, long number) => new(stored.Id, stored.StreamId, number, stored.Headers.TraceParent);
}
