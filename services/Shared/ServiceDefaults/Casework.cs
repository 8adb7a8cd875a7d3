using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Partnership.EventStore;

namespace Partnership.ServiceDefaults;

/// <summary>What tells one casework service from another.</summary>
public sealed record CaseworkService
{
    /// <summary>Audience of its internal tokens, such as <c>marac</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Every event it stores.</summary>
    public required EventTypes Events { get; init; }

    /// <summary>What becomes of each on the bus.</summary>
    public required PublicationMap Publications { get; init; }
}

/// <summary>What every casework service does alike: store, publisher, inbox, internal token, idempotency.</summary>
public static class Casework
{
    /// <summary>Registers the store with its publisher, the bus, and what <see cref="MapCasework"/> needs. After <c>AddServiceDefaults</c>.</summary>
    /// <exception cref="InvalidOperationException">A stored event is neither published nor private.</exception>
    /// <param name="consumers">As in <see cref="PartnershipBus.AddPartnershipBus"/>, for a service that listens too.</param>
    public static IHostApplicationBuilder AddCasework(
        this IHostApplicationBuilder builder, CaseworkService service, Action<IBusRegistrationConfigurator>? consumers = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(service);
        builder.AddInternalTokens(service.Name);
        builder.AddPartnershipBus(consumers);
        builder.Services.AddHostedService<RefusesWrongSchema>();
        builder.Services.AddEventStore(builder.Configuration.GetSection("EventStore"), service.Events, service.Publications);
        builder.Services.AddMigrationStep("event store", static (services, ct) =>
            EventStoreMigration.MigrateAsync(services.GetRequiredService<IOptions<EventStoreOptions>>().Value, ct));
        builder.Services.TryAddSingleton<Idempotency>();
        builder.Services.TryAddSingleton<MessageInbox>();
        return builder;
    }

    /// <summary>The group every route of the service belongs to: closed to all but the gateway.</summary>
    public static RouteGroupBuilder MapCasework(this WebApplication app) => app.MapInternal();

    /// <summary>A host whose database is at another version than its code does not start.</summary>
    private sealed class RefusesWrongSchema(IOptions<EventStoreOptions> options) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => EventStoreMigration.CheckVersionAsync(options.Value, cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
