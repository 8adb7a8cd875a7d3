using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Partnership.ServiceDefaults;

/// <summary>Marks the few endpoints that need no internal token: health, which says nothing about anybody.</summary>
public sealed class OpenToEveryone;

/// <summary>Puts a service behind the internal token.</summary>
public static class InternalTokenRouting
{
    /// <summary>Registers the verifier for a service; section <c>Internal</c> holds its key file.</summary>
    public static IHostApplicationBuilder AddInternalTokens(this IHostApplicationBuilder builder, string audience)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<InternalTokenOptions>()
            .Bind(builder.Configuration.GetSection("Internal"))
            .Configure(options => options.Audience = audience);
        builder.Services.TryAddSingleton<InternalTokenVerifier>();
        builder.Services.AddHostedService<EnsureKeyAtStart>();
        return builder;
    }

    /// <summary>
    /// The group all of a service's endpoints belong to. From here on every request needs a token, unknown paths included,
    /// save to endpoints marked <see cref="OpenToEveryone"/>: an endpoint mapped outside the group by mistake is closed too.
    /// </summary>
    /// <remarks>
    /// A middleware and not an endpoint filter, because filters run after the body has been bound: a stranger would learn
    /// from a 400 what a service expects.
    /// </remarks>
    public static RouteGroupBuilder MapInternal(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(static async (http, next) =>
        {
            if (http.GetEndpoint()?.Metadata.GetMetadata<OpenToEveryone>() is null)
            {
                var verifier = http.RequestServices.GetRequiredService<InternalTokenVerifier>();
                if (await verifier.VerifyAsync(http) is not { } caller)
                {
                    http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    return;
                }

                http.Features.Set(caller);
            }

            await next(http);
        });
        return app.MapGroup("");
    }

    private sealed class EnsureKeyAtStart(InternalTokenVerifier verifier) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            verifier.EnsureUsable();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
