using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Traces, metrics and logs by OTLP over HTTP, when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector; off otherwise.
/// </summary>
/// <remarks>
/// OpenTelemetry.Extensions.Hosting and the instrumentation packages cannot be restored where this project is built. What
/// they add here is small: the frameworks bring their own sources, so we only collect services and start the providers.
/// Where they restore, <c>services.AddOpenTelemetry()</c> replaces <see cref="OpenTelemetryBuilder"/> and <see cref="Providers"/>.
/// </remarks>
internal static class Telemetry
{
    private static readonly string[] Sources =
    [
        "Microsoft.AspNetCore", "System.Net.Http", "Yarp.ReverseProxy", "MassTransit", "Npgsql",
        "RabbitMQ.Client.Publisher", "RabbitMQ.Client.Subscriber", "Partnership.*",
    ];

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "Yarp.ReverseProxy", "MassTransit", "Npgsql", "Partnership.*",
    ];

    public static void AddTelemetry(this IHostApplicationBuilder builder, string serviceName)
    {
        // Method, route template and status on the span of a request; off by default in this version of ASP.NET Core, which
        // looks once, when the first host of the process starts.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        // Baggage could carry anything from outside; trace context carries ids. The server took the propagator that was
        // current when the builder was made, so it is replaced there too.
        DistributedContextPropagator.Current = TraceContextOnly.Instance;
        builder.Services.Replace(ServiceDescriptor.Singleton<DistributedContextPropagator>(TraceContextOnly.Instance));
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 } endpoint)
            return;

        var collector = new Uri(endpoint.TrimEnd('/') + "/", UriKind.Absolute);
        var headers = builder.Configuration["OTEL_EXPORTER_OTLP_HEADERS"];
        void To(OtlpExporterOptions options, string path)
        {
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.Endpoint = new Uri(collector, path);
            if (headers is not null)
                options.Headers = headers;
        }

        IOpenTelemetryBuilder telemetry = new OpenTelemetryBuilder(builder.Services);
        telemetry
            .ConfigureResource(resource => resource.Clear().AddService(serviceName, serviceNamespace: "partnership"))
            .WithTracing(tracing => tracing
                .AddSource(Sources)
                .AddProcessor(new RedactSpans())
                .AddOtlpExporter(options => To(options, "v1/traces")))
            .WithMetrics(metrics => metrics
                .AddMeter(Meters)
                .AddOtlpExporter((options, reader) =>
                {
                    To(options, "v1/metrics");
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds =
                        builder.Configuration.GetValue("OTEL_METRIC_EXPORT_INTERVAL", 15_000);
                }))
            .WithLogging(
                logs => logs
                    .AddProcessor(new RedactLogs())
                    .AddOtlpExporter(options => To(options, "v1/logs")),
                options =>
                {
                    options.IncludeScopes = false;
                    options.IncludeFormattedMessage = true;
                });
        builder.Services.AddHostedService<Providers>();
    }

    private sealed class OpenTelemetryBuilder(IServiceCollection services) : IOpenTelemetryBuilder
    {
        public IServiceCollection Services => services;
    }

    /// <summary>Providers listen from the moment they are resolved; the container flushes and disposes them.</summary>
    private sealed class Providers(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = services.GetService<TracerProvider>();
            _ = services.GetService<MeterProvider>();
            _ = services.GetService<LoggerProvider>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
