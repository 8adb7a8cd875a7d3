using Microsoft.AspNetCore.Http.HttpResults;
using Partnership.EventStore;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Referrals;

/// <summary>Loads and appends to the streams of referrals.</summary>
internal sealed class ReferralStreams(IEventStore store, ISearchHasher hasher, TimeProvider clock)
{
    public const string StreamType = "marac_referral";

    /// <summary>How often a command that lost a race to the look through stored data tries again.</summary>
    private const int Attempts = 4;

    /// <summary>The referral and the version of its stream; null when there is none, or when it has been erased.</summary>
    public async Task<(Referral Referral, long Version)?> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        var stream = await store.LoadAsync(id, cancellationToken);
        return stream.Version == 0 || stream.Erased || stream.Events[0].Data is not ReferralEvent
            ? null
            : (Fold(stream), stream.Version);
    }

    public static Referral Fold(LoadedStream stream) => Referral.Of(stream.Events.Select(e => (ReferralEvent)e.Data));

    /// <summary>A command on an existing referral: 204, 404, 409 refused, or 409 facts-changed with nothing written.</summary>
    public async Task<Results<NoContent, NotFound, ProblemHttpResult>> UpdateAsync(
        Guid id, CallerContext caller, Func<Referral, DateTimeOffset, Decision<ReferralEvent>> decide, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await LoadAsync(id, cancellationToken) is not { } found) return TypedResults.NotFound();
            if (caller.FactsChangedFrom(found.Referral.FactsVersion)) return Problem.FactsChanged();
            var now = clock.GetUtcNow();
            var decision = decide(found.Referral, now);
            if (decision.Refused is { } refusal) return Problem.Refused(refusal);
            if (decision.IsNothing) return TypedResults.NoContent();
            var append = new Append { Streams = [Appending(found.Referral, found.Version, decision.Events, now)], Headers = caller.Headers() };
            switch (await store.AppendAsync(append, cancellationToken))
            {
                case AppendVerdict.Written:
                    return TypedResults.NoContent();
                case AppendVerdict.Erased:
                    return TypedResults.NotFound();
            }
        }

        return Problem.FactsChanged();
    }

    /// <summary>What one append does to one referral, its row included.</summary>
    public StreamAppend Appending(Referral referral, long version, IReadOnlyList<ReferralEvent> events, DateTimeOffset now)
    {
        var after = events.Aggregate(referral, (state, e) => state.Apply(e));
        return new StreamAppend(
            after.Id, StreamType, version, [.. events.Select(e => new NewEvent(Guid.CreateVersion7(now), e, now))],
            ReferralProjection.SealOf(after.Id), [ReferralProjection.Row(after, version + events.Count, hasher)]);
    }
}
