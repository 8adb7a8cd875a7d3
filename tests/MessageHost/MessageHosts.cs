using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Partnership.Contracts.Topology;
using Partnership.EventStore;
using Partnership.ServiceDefaults;

namespace Partnership.Tests.MessageHost;

/// <summary>What one host of the little service does and is told.</summary>
/// <param name="Settings">Configuration: sections <c>EventStore</c> and <c>Bus</c>.</param>
public sealed record MessageHostOptions(IReadOnlyDictionary<string, string?> Settings)
{
    public BusLayout Layout { get; init; } = Counting.Layout;

    /// <summary>The release that knows and maps everything.</summary>
    public bool Mended { get; init; }

    /// <summary>Queues it consumes.</summary>
    public IReadOnlyCollection<string> Consumes { get; init; } = [Counting.InOrderQueue, Counting.AnyOrderQueue];

    /// <summary>More consumers, on whatever queue.</summary>
    public Action<IBusRegistrationConfigurator>? Besides { get; init; }

    /// <summary>Whether it publishes what it stores.</summary>
    public bool Publishes { get; init; } = true;

    /// <summary>Told of each append's answer.</summary>
    public Action<Append, AppendVerdict>? Answered { get; init; }

    /// <summary>Where it may be made to stop.</summary>
    public Steps? Steps { get; init; }
}

/// <summary>Hosts with the real store, publisher and bus, and consumers that count.</summary>
public static class MessageHosts
{
    /// <summary>Built and not started.</summary>
    public static IHost Build(MessageHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(options.Settings);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(options.Layout);
        builder.AddPartnershipBus(bus =>
        {
            if (options.Consumes.Contains(Counting.InOrderQueue))
                bus.AddConsumerOf<CountInOrder>(Counting.InOrderQueue);
            if (options.Consumes.Contains(Counting.AnyOrderQueue))
                bus.AddConsumerOf<CountAnyOrder>(Counting.AnyOrderQueue);
            if (options.Consumes.Contains(Counting.LateQueue))
                bus.AddConsumerOf<CountLate>(Counting.LateQueue);
            options.Besides?.Invoke(bus);
        });
        builder.Services.AddEventStore(
            builder.Configuration.GetSection("EventStore"), Counting.Types(options.Mended),
            Counting.Publications(options.Mended, () => options.Steps?.At(Step.Mapped)));
        builder.Services.AddSingleton<MessageInbox>();
        if (!options.Publishes)
        {
            builder.Services.RemoveAll<IContractPublisher>();
            builder.Services.AddSingleton<IContractPublisher, NeverPublishes>();
        }

        if (options.Steps is { } steps)
            Watch(builder.Services, steps);
        if (options.Answered is { } answered)
            Decorate<IEventStore>(builder.Services, inner => new StoreSteps(inner, () => { }, answered));
        return builder.Build();
    }

    /// <summary>Leads, perhaps, and gets nowhere.</summary>
    private sealed class NeverPublishes : IContractPublisher
    {
        public Task PublishAsync(object contract, Guid messageId, string? traceParent, CancellationToken cancellationToken) =>
            Task.FromException(new IOException());
    }

    private static void Watch(IServiceCollection services, Steps steps)
    {
        services.AddSingleton(steps);
        services.AddReceiveObserver<ReceiveSteps>();
        Decorate<IContractPublisher>(services, inner => new PublisherSteps(inner, steps));
        Decorate<IEventStore>(services, inner => new StoreSteps(
            inner,
            () => steps.At(Step.Deciding),
            (append, verdict) =>
            {
                Steps.Say($"verdict {append.Inbox?.Consumer} {verdict.GetType().Name}");
                steps.At(Step.Appended);
            }));
    }

    private static void Decorate<T>(IServiceCollection services, Func<T, T> around)
        where T : class
    {
        var registered = services.Single(service => service.ServiceType == typeof(T));
        services.Replace(ServiceDescriptor.Singleton(provider => around((T)(registered.ImplementationFactory is { } make
            ? make(provider)
            : ActivatorUtilities.CreateInstance(provider, registered.ImplementationType!)))));
    }
}
