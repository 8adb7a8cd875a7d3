using Partnership.EventStore;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Flags;

/// <summary><c>GET /marac/flags[/{id}]</c>: flags of cases the caller takes part in.</summary>
internal static class FlagSlices
{
    public static IServiceCollection AddFlags(this IServiceCollection services) => services.AddInlineView(static _ => FlagProjection.Inline());

    public static RouteGroupBuilder MapFlags(this RouteGroupBuilder routes)
    {
        var flags = routes.MapGroup("/marac/flags");
        flags.MapGet("", (HttpRequest request, CallerContext caller, IEventStore store, CancellationToken ct) =>
            Reading.PageAsync(store, FlagProjection.View, caller, request, ct));
        flags.MapGet("/{id:guid}", (Guid id, IEventStore store, CancellationToken ct) => Reading.RecordAsync(store, FlagProjection.View, id, ct));
        flags.MapGet("/{id:guid}/facts", (Guid id, IEventStore store, CancellationToken ct) => Reading.FactsAsync(store, FlagProjection.View, id, ct));
        return routes;
    }
}
