using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Partnership.Contracts;

namespace Partnership.ServiceDefaults;

/// <summary>What every host of the platform does alike, with no domain word in it.</summary>
public static class ServiceDefaults
{
    /// <summary>Longest request body a host reads unless <c>Http:MaxBodyBytes</c> says otherwise.</summary>
    public const long DefaultMaxBodyBytes = 1024 * 1024;

    /// <summary>Telemetry, logs, health, wire JSON, limits and shutdown. Call it first.</summary>
    /// <param name="serviceName">Name in telemetry, such as <c>marac</c> or <c>gateway</c>.</param>
    public static IHostApplicationBuilder AddServiceDefaults(this IHostApplicationBuilder builder, string serviceName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        builder.AddPartnershipLogging();
        builder.AddTelemetry(serviceName);

        var maxBody = builder.Configuration.GetValue("Http:MaxBodyBytes", DefaultMaxBodyBytes);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = maxBody;
        });
        services.ConfigureHttpJsonOptions(json => WireJson.Configure(json.SerializerOptions));
        // Unreadable input comes to the exception handler as one case instead of an empty 400.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        services.AddHealthChecks().AddCheck<NotStopping>("running", tags: [HealthTags.Ready]);
        return builder;
    }

    /// <summary>
    /// The exception handler and <c>/health/live</c>, <c>/health/ready</c>. Call it before any other middleware or route.
    /// </summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(NameSpanAsync);
        app.UseMiddleware<ExceptionAnswer>();
        // Live asks nothing of others: a restart would not mend a database.
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false })
            .WithMetadata(new OpenToEveryone()).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(HealthTags.Ready) })
            .WithMetadata(new OpenToEveryone()).AllowAnonymous();
        return app;
    }

    // The framework's own span of a request has the path, but neither route nor status yet.
    private static async Task NameSpanAsync(HttpContext http, RequestDelegate next)
    {
        var endpoint = http.GetEndpoint() as RouteEndpoint;
        await next(http);
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
            return;
        span.SetTag("http.response.status_code", http.Response.StatusCode);
        if (endpoint?.RoutePattern.RawText is { } route)
        {
            span.SetTag("http.route", route);
            span.DisplayName = $"{http.Request.Method} {route}";
        }

        if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }

    private sealed class NotStopping(IHostApplicationLifetime lifetime) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResult.Unhealthy()
                : HealthCheckResult.Healthy());
    }
}

/// <summary>Tags of health checks.</summary>
public static class HealthTags
{
    /// <summary>Counts towards <c>/health/ready</c>.</summary>
    public const string Ready = "ready";
}
