using Partnership.EventStore;

namespace Partnership.Marac.Research;

/// <summary>What people do with research.</summary>
internal static class ResearchSlices
{
    public static IServiceCollection AddResearch(this IServiceCollection services) => services
        .AddSingleton<ResearchStreams>()
        .AddInlineView(static _ => ResearchProjection.InlineRequests())
        .AddInlineView(static _ => ResearchProjection.InlineReturns());

    public static RouteGroupBuilder MapResearch(this RouteGroupBuilder routes)
    {
        routes.MapPost("/marac/cases/{id:guid}/request-research", RequestResearchSlice.HandleAsync);
        routes.MapPut("/marac/cases/{id:guid}/research/{agency}", ReturnResearchSlice.PutAsync);
        routes.MapGet("/marac/cases/{id:guid}/research/{agency}/facts", ResearchReading.ReadFactsOfAgencyAsync);
        routes.MapGet("/marac/research-requests", ResearchReading.ListRequestsAsync);
        routes.MapGet("/marac/research-requests/{id:guid}", ResearchReading.ReadRequestAsync);
        routes.MapGet("/marac/research-requests/{id:guid}/facts", ResearchReading.ReadRequestFactsAsync);
        routes.MapGet("/marac/research-returns", ResearchReading.ListReturnsAsync);
        routes.MapGet("/marac/research-returns/{id:guid}", ResearchReading.ReadReturnAsync);
        routes.MapGet("/marac/research-returns/{id:guid}/facts", ResearchReading.ReadReturnFactsAsync);
        routes.MapPut("/marac/research/{id:guid}/items/{itemId:guid}/caldicott", MarkCaldicottSlice.PutAsync);
        return routes;
    }
}
