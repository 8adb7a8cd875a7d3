using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Partnership.EventStore;

/// <summary>Registration of a service's store.</summary>
public static class EventStoreServices
{
    /// <summary>
    /// Adds <see cref="IEventStore"/>, <see cref="IKeyStore"/>, <see cref="ISearchHasher"/> and the publisher, which puts
    /// events on the bus through the <see cref="IContractPublisher"/> that the host registers.
    /// </summary>
    /// <param name="section">The section <c>EventStore</c>; see <see cref="EventStoreOptions"/>.</param>
    /// <exception cref="InvalidOperationException">An event type is neither published nor private.</exception>
    public static IServiceCollection AddEventStore(
        this IServiceCollection services, IConfiguration section, EventTypes types, PublicationMap publications)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(publications);
        if (types.ByName.Values.FirstOrDefault(type => !publications.IsKnown(type)) is { } undecided)
            throw new InvalidOperationException($"{undecided.Name} is neither published nor private.");
        services.Configure<EventStoreOptions>(section);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(types);
        services.AddSingleton(publications);
        services.AddSingleton<PublicationSignal>();
        services.AddSingleton<ProjectionSignal>();
        services.AddSingleton<ViewRegistry>();
        // Through a factory of its own type: the container of the host may have data sources of its own.
        services.AddSingleton(provider => new ReadingPool(Connections.Reading(Options(provider).ConnectionString)));
        services.AddSingleton(provider => new KeyRing(
            Options(provider), provider.GetRequiredService<ReadingPool>().Source, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IKeyStore>(provider => provider.GetRequiredService<KeyRing>());
        services.AddSingleton(provider => new SearchHasher(Options(provider)));
        services.AddSingleton<ISearchHasher>(provider => provider.GetRequiredService<SearchHasher>());
        services.AddSingleton(provider => new EventReading(types, provider.GetRequiredService<KeyRing>()));
        services.AddSingleton(provider => new PostgresEventStore(
            Options(provider), provider.GetRequiredService<ReadingPool>().Source, provider.GetRequiredService<KeyRing>(),
            provider.GetRequiredService<EventReading>(), provider.GetRequiredService<SearchHasher>(), types, publications,
            provider.GetRequiredService<ViewRegistry>(),
            (Action)provider.GetRequiredService<PublicationSignal>().Appended + provider.GetRequiredService<ProjectionSignal>().Appended,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IEventStore>(provider => provider.GetRequiredService<PostgresEventStore>());
        services.AddSingleton<IInbox>(provider => provider.GetRequiredService<PostgresEventStore>());
        services.AddSingleton(provider => new PublicationMapping(provider.GetRequiredService<EventReading>(), publications));
        services.AddSingleton(provider => new EventRepublisher(
            Options(provider), provider.GetRequiredService<ReadingPool>().Source, provider.GetRequiredService<PublicationMapping>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ViewDatabase(Connections.Projecting(Options(provider).ConnectionString)));
        services.AddSingleton<IViewRebuilder>(provider => new ViewRebuilder(
            Options(provider), provider.GetRequiredService<ViewRegistry>(), provider.GetRequiredService<ViewDatabase>(), provider.GetRequiredService<EventReading>(),
            provider.GetRequiredService<KeyRing>(), types, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IHostedService>(provider => new KeysStayDestroyed(provider.GetRequiredService<KeyRing>()));
        services.AddSingleton<IHostedService>(provider => new EventPublisher(
            Options(provider), provider.GetRequiredService<PublicationMapping>(), provider.GetRequiredService<IContractPublisher>(),
            provider.GetRequiredService<PublicationSignal>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EventPublisher>>()));
        services.AddSingleton<IHostedService>(provider => new ViewSubscriptions(
            provider.GetRequiredService<ViewRegistry>(), provider.GetRequiredService<ViewDatabase>(), provider.GetRequiredService<EventReading>(),
            provider.GetRequiredService<KeyRing>(), types, provider.GetRequiredService<ProjectionSignal>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ViewSubscriptions>>()));
        return services;
    }

    /// <summary>Registers an inline view, so that it can be made anew from the log: <see cref="IViewRebuilder"/>.</summary>
    public static IServiceCollection AddInlineView(this IServiceCollection services, Func<IServiceProvider, InlineView> view) =>
        services.AddSingleton(view);

    /// <summary>Registers a subscribed view, which every host of the service then keeps up with the log.</summary>
    public static IServiceCollection AddSubscribedView(this IServiceCollection services, Func<IServiceProvider, SubscribedView> view) =>
        services.AddSingleton(view);

    private static EventStoreOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<EventStoreOptions>>().Value;

    /// <summary>Before the host serves anybody.</summary>
    private sealed class KeysStayDestroyed(KeyRing keys) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => keys.DestroyAgainAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class ReadingPool(NpgsqlDataSource source) : IAsyncDisposable
    {
        public NpgsqlDataSource Source { get; } = source;

        public ValueTask DisposeAsync() => Source.DisposeAsync();
    }
}
