using Partnership.EventStore;
using Partnership.Marac.Cases;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Minutes;

/// <summary>Loads and appends to the minutes of cases: one stream for each meeting and case.</summary>
internal sealed class MinutesStreams(IEventStore store, CaseStreams cases, TimeProvider clock)
{
    public const string StreamType = "marac_minutes";

    /// <summary>
    /// Lines have no order of their own, so whoever loses a race writes after the winner. With every round one writer of
    /// those at work is done; more than these at one moment are no meeting.
    /// </summary>
    private const int Attempts = 64;

    public static Guid IdOf(Guid meetingId, Guid caseId) => NamedIds.Of(meetingId, $"minutes/{caseId}");

    public static CaseMinutes Fold(LoadedStream stream) => CaseMinutes.Of(stream.Events.Select(e => (MinutesEvent)e.Data));

    /// <summary>204; 404; 409 refused; 409 facts-changed when the case itself has changed, and never because others write too.</summary>
    public async Task<IResult> RecordAsync(
        Guid caseId, CallerContext caller, IdempotentCommand once, Func<MaracCase, DateTimeOffset, Decision<MinutesEvent>> decide,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await cases.LoadAsync(caseId, cancellationToken) is not { } whole) return TypedResults.NotFound();
            if (caller.FactsChangedFrom(whole.FactsVersion)) return Problem.FactsChanged();
            var now = clock.GetUtcNow();
            var decision = decide(whole.Case, now);
            if (decision.Refused is { } refusal) return Problem.Refused(refusal);

            var id = IdOf(whole.Case.MeetingId!.Value, caseId);
            var stream = await store.LoadAsync(id, cancellationToken);
            if (stream.Erased) return TypedResults.NotFound();
            var after = CaseMinutes.Of(stream.Events.Select(e => (MinutesEvent)e.Data).Concat(decision.Events));
            var verdict = await store.AppendAsync(
                new Append
                {
                    Streams =
                    [
                        new StreamAppend(
                            id, StreamType, stream.Version, [.. decision.Events.Select(e => new NewEvent(Guid.CreateVersion7(now), e, now))],
                            CaseProjection.SealOf(caseId), [MinutesProjection.Row(id, caseId, after)]),
                        .. CaseStreams.Expecting(whole),
                    ],
                    Idempotency = once.Row(StatusCodes.Status204NoContent, null, caseId),
                    Headers = caller.Headers(),
                },
                cancellationToken);
            switch (verdict)
            {
                case AppendVerdict.Written:
                    return TypedResults.NoContent();
                case AppendVerdict.AlreadyDone already:
                    return once.Settle(already);
                case AppendVerdict.Erased:
                    return TypedResults.NotFound();
            }
        }

        return Problem.FactsChanged();
    }
}
