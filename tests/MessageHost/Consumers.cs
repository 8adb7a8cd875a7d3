using MassTransit;
using Partnership.EventStore;
using Partnership.ServiceDefaults;

namespace Partnership.Tests.MessageHost;

/// <summary>Notes each number once, in order.</summary>
public sealed class CountInOrder(MessageInbox inbox, IEventStore store) : IConsumer<CountedMessage>
{
    public const string Name = "in-order";

    public Task Consume(ConsumeContext<CountedMessage> context) =>
        inbox.ApplyInOrderAsync(context, Name, ct => Effects.OfAsync(store, Name, context.Message, ct));
}

/// <summary>Notes each number once, as it comes.</summary>
public sealed class CountAnyOrder(MessageInbox inbox, IEventStore store) : IConsumer<CountedMessage>
{
    public const string Name = "any-order";

    public Task Consume(ConsumeContext<CountedMessage> context) =>
        inbox.ApplyAsync(context, Name, ct => Effects.OfAsync(store, Name, context.Message, ct));
}

/// <summary>A consumer that comes later, and wants all from the beginning.</summary>
public sealed class CountLate(MessageInbox inbox, IEventStore store) : IConsumer<CountedMessage>
{
    public const string Name = "late";

    public Task Consume(ConsumeContext<CountedMessage> context) =>
        inbox.ApplyInOrderAsync(context, Name, ct => Effects.OfAsync(store, Name, context.Message, ct));
}

/// <summary>Beside others on their queue; told of each delivery, and throws what it is told to throw.</summary>
public sealed class Onlooker(Action<ConsumeContext<CountedMessage>> seen) : IConsumer<CountedMessage>
{
    public Task Consume(ConsumeContext<CountedMessage> context)
    {
        seen(context);
        return Task.CompletedTask;
    }
}

internal static class Effects
{
    public static async Task<Append?> OfAsync(IEventStore store, string consumer, CountedMessage message, CancellationToken cancellationToken)
    {
        var stream = Counting.EffectsOf(consumer, message.StreamId);
        var loaded = await store.LoadAsync(stream, cancellationToken);
        return Counting.Append(stream, loaded.Version, new Applied(message.StreamId, message.PublicationNumber));
    }
}
