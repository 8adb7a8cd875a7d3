using System.Diagnostics;
using System.Text.Json.Serialization;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Partnership.Contracts.Topology;
using Partnership.EventStore;

namespace Partnership.ServiceDefaults;

/// <summary>
/// MassTransit over RabbitMQ, with every exchange, queue and binding taken from <see cref="BusTopology"/>, or from a
/// <see cref="BusLayout"/> that was registered before.
/// </summary>
public static class PartnershipBus
{
    /// <summary>The publisher of casework events, and the consumers that <paramref name="consumers"/> adds.</summary>
    /// <param name="consumers">
    /// Adds each consumer to a queue of <see cref="BusTopology.Queues"/>:
    /// <c>bus.AddConsumerOf&lt;RecordCasework&gt;(BusTopology.CaseworkQueue)</c>.
    /// </param>
    /// <remarks>A host starts whether or not the broker is there; the connection comes when it does.</remarks>
    public static IHostApplicationBuilder AddPartnershipBus(
        this IHostApplicationBuilder builder, Action<IBusRegistrationConfigurator>? consumers = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<BusOptions>().Bind(builder.Configuration.GetSection("Bus"))
            .Validate(bus => bus.AlertAfterWaits >= 1, "Bus:AlertAfterWaits must be 1 or more.")
            .ValidateOnStart();
        builder.Services.AddMigrationStep("bus topology", static (services, ct) =>
            BusTopologyApplier.ApplyAsync(
                services.GetRequiredService<IOptions<BusOptions>>().Value, ct, services.GetRequiredService<BusLayout>()));
        builder.Services.TryAddSingleton(BusLayout.Platform);
        builder.Services.TryAddSingleton<IContractPublisher, ContractPublisher>();
        builder.Services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = false;
            host.StopTimeout = TimeSpan.FromSeconds(10);
            host.ConsumerStopTimeout = TimeSpan.FromSeconds(5);
        });
        PassOnTraceContext();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            // Casework goes on without the broker: what was decided is published when it is back.
            bus.ConfigureHealthCheckOptions(check => check.MinimalFailureStatus = HealthStatus.Degraded);
            bus.AddConfigureEndpointsCallback(ConfigureEndpoint);
            consumers?.Invoke(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                var options = context.GetRequiredService<IOptions<BusOptions>>().Value;
                rabbit.Host(options.Host, (ushort)options.Port, options.VirtualHost, host =>
                {
                    host.Username(options.Username);
                    host.Password(options.Password);
                    host.PublisherConfirmation = true;
                });
                var exchanges = new ContractExchanges(context.GetRequiredService<BusLayout>());
                rabbit.MessageTopology.SetEntityNameFormatter(exchanges);
                // Base types of contracts are not messages; without this each would get an exchange.
                foreach (var type in exchanges.NotMessages)
                    rabbit.Publish(type, topology => topology.Exclude = true);
                UseWireJson();
                rabbit.ConfigureEndpoints(context);
            });
        });
        return builder;
    }

    /// <summary>Adds a consumer to one of the queues of <see cref="BusTopology.Queues"/>.</summary>
    public static void AddConsumerOf<TConsumer>(this IBusRegistrationConfigurator bus, string queue)
        where TConsumer : class, IConsumer
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddConsumer<TConsumer>().Endpoint(endpoint => endpoint.Name = queue);
    }

    /// <summary>Codes in capitals, on every bus of this process.</summary>
    internal static void UseWireJson() => _ = WireJsonUsed.Value;

    private static readonly Lazy<bool> WireJsonUsed = new(() =>
    {
        SystemTextJsonMessageSerializer.Options = new(SystemTextJsonMessageSerializer.Options);
        SystemTextJsonMessageSerializer.Options.Converters.Insert(
            0, new JsonStringEnumConverter(System.Text.Json.JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false));
        return true;
    });

    private static void ConfigureEndpoint(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint)
    {
        var layout = context.GetRequiredService<BusLayout>();
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator rabbit || !layout.Queues.TryGetValue(name, out var contracts))
            throw new InvalidOperationException($"No queue named '{name}' is in the bus topology.");

        rabbit.SetQuorumQueue();
        rabbit.ConfigureConsumeTopology = false;
        foreach (var contract in contracts)
            rabbit.Bind(layout.Exchanges[contract], binding => binding.ExchangeType = RabbitMQ.Client.ExchangeType.Fanout);
        // A fault message would carry the message and the exception's text to an exchange nobody declared; the headers of a
        // message in the error queue would carry the text too.
        endpoint.PublishFaults = false;
        endpoint.ConfigureError(pipe =>
        {
            pipe.UseFilter(new ErrorWithoutText());
        });
        // What a pause mends is tried for as long as the broker lets a delivery be held (30 minutes by default): a
        // database that is away for ten minutes must not fill the error queue. What a pause does not mend goes there soon.
        endpoint.UseMessageRetry(retry =>
        {
            retry.Exponential(60, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(400));
            retry.Handle<Exception>(Transient.Is);
        });
        endpoint.UseMessageRetry(retry =>
        {
            retry.Exponential(5, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(200));
            retry.Handle<Exception>(error => !Transient.Is(error));
        });
    }

    // MassTransit writes a trace header only from an Activity that somebody listens to. The ledger keeps the trace id of
    // what caused an entry, telemetry or not, so there is always a listener that asks for the ids and nothing else.
    private static void PassOnTraceContext() => _ = Listener.Value;

    private static readonly Lazy<ActivityListener> Listener = new(() =>
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "MassTransit" || source.Name == ContractPublisher.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    });

    /// <summary>Exchanges of contracts; a type that is no contract has none.</summary>
    private sealed class ContractExchanges(BusLayout layout) : IEntityNameFormatter
    {
        /// <summary>Base types and interfaces of contracts. MassTransit wants a name for each, excluded or not.</summary>
        public HashSet<Type> NotMessages { get; } = [.. layout.Exchanges.Keys.SelectMany(BaseTypes)];

        public string FormatEntityName<T>() =>
            layout.Exchanges.TryGetValue(typeof(T), out var exchange) ? exchange
            : NotMessages.Contains(typeof(T)) ? $"not-a-message.{typeof(T).Name}"
            : throw new InvalidOperationException($"{typeof(T).Name} is not a published contract.");

        private static IEnumerable<Type> BaseTypes(Type contract)
        {
            for (var at = contract.BaseType; at is not null && at != typeof(object); at = at.BaseType)
                yield return at;
            foreach (var implemented in contract.GetInterfaces())
            {
                if (implemented.Namespace?.StartsWith("Partnership.", StringComparison.Ordinal) == true)
                    yield return implemented;
            }
        }
    }
}
