using Partnership.EventStore;

namespace Partnership.Marac.Actions;

/// <summary>What people do with actions.</summary>
internal static class ActionSlices
{
    public static IServiceCollection AddActions(this IServiceCollection services) => services
        .AddSingleton<ActionStreams>()
        .AddInlineView(static _ => ActionProjection.Inline());

    public static RouteGroupBuilder MapActions(this RouteGroupBuilder routes)
    {
        routes.MapPost("/marac/cases/{id:guid}/actions", AssignActionSlice.HandleAsync);
        var actions = routes.MapGroup("/marac/actions");
        actions.MapGet("", ActionReading.ListAsync);
        actions.MapGet("/{id:guid}", ActionReading.ReadAsync);
        actions.MapGet("/{id:guid}/facts", ActionReading.ReadFactsAsync);
        actions.MapPost("/{id:guid}/confirm-need", ConfirmNeedSlice.HandleAsync);
        actions.MapPost("/{id:guid}/outcome", RecordOutcomeSlice.HandleAsync);
        return routes;
    }
}
