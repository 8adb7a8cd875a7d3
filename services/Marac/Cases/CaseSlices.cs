using Partnership.EventStore;
using Partnership.Marac.CaseItems;
using Partnership.Marac.ConflictRegister;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Cases;

/// <summary>What people do with cases.</summary>
internal static class CaseSlices
{
    public static IServiceCollection AddCases(this IServiceCollection services) => services
        .AddSingleton<CaseStreams>()
        .AddSingleton<ICaseItems, ItemsOfCase>()
        .AddInlineView(provider => CaseProjection.Inline(provider.GetRequiredService<ISearchHasher>()));

    public static RouteGroupBuilder MapCases(this RouteGroupBuilder routes)
    {
        var cases = routes.MapGroup("/marac/cases");
        cases.MapGet("", ListAsync);
        cases.MapGet("/{id:guid}", ReadAsync);
        cases.MapGet("/{id:guid}/facts", ReadFactsAsync);
        cases.MapPut("/{id:guid}/members/{agency}", ListMemberSlice.PutAsync);
        cases.MapDelete("/{id:guid}/members/{agency}", ListMemberSlice.DeleteAsync);
        cases.MapPut("/{id:guid}/relations/{agency}", RecordRelationSlice.PutAsync);
        cases.MapDelete("/{id:guid}/relations/{agency}", RecordRelationSlice.DeleteAsync);
        cases.MapPut("/{id:guid}/needs/{agency}", RecordNeedSlice.PutAsync);
        cases.MapDelete("/{id:guid}/needs/{agency}", RecordNeedSlice.DeleteAsync);
        cases.MapPut("/{id:guid}/summary", WriteSummarySlice.PutAsync);
        cases.MapPut("/{id:guid}/unsafe-copies", RecordUnsafeCopiesSlice.PutAsync);
        cases.MapPut("/{id:guid}/readers", ReadersSlice.PutAsync);
        cases.MapPost("/{id:guid}/conflicts", ConflictSlices.DeclareAsync);
        cases.MapPost("/{id:guid}/conflicts/{conflictId:guid}/resolve", ConflictSlices.ResolveAsync);
        cases.MapPost("/{id:guid}/amendments", AmendCaseSlice.PostAsync);
        cases.MapPost("/{id:guid}/holds/{holdId:guid}/clear", ClearHoldSlice.PostAsync);
        cases.MapPost("/{id:guid}/list", CaseStageSlices.ListAsync);
        cases.MapPost("/{id:guid}/hear", CaseStageSlices.HearAsync);
        cases.MapPost("/{id:guid}/issue", CaseStageSlices.IssueAsync);
        cases.MapPost("/{id:guid}/close", CaseStageSlices.CloseAsync);
        return routes;
    }

    private static Task<IResult> ListAsync(
        HttpRequest request, CallerContext caller, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.PageAsync(store, CaseFamilies.OfCase, As(partnership, clock), caller, request, ct);

    private static Task<IResult> ReadAsync(Guid id, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.RecordAsync(store, CaseFamilies.OfCase, As(partnership, clock), id, ct);

    /// <summary>Without its items: a command on a case rests on none of them.</summary>
    private static Task<IResult> ReadFactsAsync(Guid id, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.FactsAsync(store, CaseFamilies.CaseAlone, As(partnership, clock), id, ct);

    private static Func<ViewFamily, ReadOnlyMemory<byte>?> As(PartnershipConfiguration partnership, TimeProvider clock)
    {
        var today = partnership.DayAt(clock.GetUtcNow());
        return family => CaseAnswer.Of(family, today);
    }
}
