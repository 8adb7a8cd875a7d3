using Partnership.EventStore;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Referrals;

/// <summary>What people do with referrals.</summary>
internal static class ReferralSlices
{
    public static IServiceCollection AddReferrals(this IServiceCollection services) => services
        .AddSingleton<ReferralStreams>()
        .AddSingleton<ReferralAnswer>()
        .AddInlineView(provider => ReferralProjection.Inline(provider.GetRequiredService<ISearchHasher>()));

    public static RouteGroupBuilder MapReferrals(this RouteGroupBuilder routes)
    {
        var referrals = routes.MapGroup("/marac/referrals");
        referrals.MapGet("", ListAsync);
        referrals.MapGet("/{id:guid}", ReadAsync);
        referrals.MapGet("/{id:guid}/facts", ReadFactsAsync);
        referrals.MapPost("", SubmitReferralSlice.HandleAsync);
        referrals.MapPost("/{id:guid}/accept", AcceptReferralSlice.HandleAsync);
        referrals.MapPost("/{id:guid}/redirect", RedirectReferralSlice.HandleAsync);
        referrals.MapPost("/{id:guid}/confirm-redirect", ConfirmRedirectSlice.HandleAsync);
        referrals.MapPost("/{id:guid}/withdraw", WithdrawReferralSlice.HandleAsync);
        return routes;
    }

    private static Task<IResult> ListAsync(HttpRequest request, CallerContext caller, IEventStore store, ReferralAnswer answer, CancellationToken ct) =>
        Reading.PageAsync(store, ReferralProjection.View, answer.AsOfNowAsync, caller, request, ct);

    private static Task<IResult> ReadAsync(Guid id, IEventStore store, ReferralAnswer answer, CancellationToken ct) =>
        Reading.RecordAsync(store, ReferralProjection.View, answer.AsOfNowAsync, id, ct);

    private static Task<IResult> ReadFactsAsync(Guid id, IEventStore store, ReferralAnswer answer, CancellationToken ct) =>
        Reading.FactsAsync(store, ReferralProjection.View, answer.AsOfNowAsync, id, ct);
}
