using Partnership.EventStore;
using Published = Partnership.Contracts.Marac;

namespace Partnership.Marac.Minutes;

/// <summary>What people do with minutes.</summary>
internal static class MinutesSlices
{
    public static IServiceCollection AddMinutes(this IServiceCollection services) => services
        .AddSingleton<MinutesStreams>()
        .AddInlineView(static _ => MinutesProjection.Inline());

    public static RouteGroupBuilder MapMinutes(this RouteGroupBuilder routes)
    {
        routes.MapPost("/marac/cases/{id:guid}/minutes", AddMinutesSlice.HandleAsync);
        return routes;
    }
}

/// <summary>What becomes of minutes on the bus. Plain properties only.</summary>
internal static class MinutesPublications
{
    public static PublicationMap WithMinutes(this PublicationMap map) => map.Publish<MinutesRecorded>(RecordedMessage);

    private static Published.MinutesRecorded RecordedMessage(StoredEvent stored, long number)
    {
        var e = (MinutesRecorded)stored.Data;
        return new Published.MinutesRecorded
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            CaseId = e.CaseId,
            Lines = e.Count,
        };
    }
}
