using Partnership.EventStore;
using Partnership.Marac.Cases;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Actions;

/// <summary>Loads and appends to the streams of actions.</summary>
internal sealed class ActionStreams(IEventStore store, CaseStreams cases, TimeProvider clock)
{
    public const string StreamType = "marac_action";
    private const int Attempts = 4;

    /// <summary>The action and the version of its stream; null when there is none, or when it has been erased.</summary>
    public async Task<(CaseAction Action, long Version)?> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        var stream = await store.LoadAsync(id, cancellationToken);
        return stream.Version == 0 || stream.Erased || stream.Events[0].Data is not ActionEvent
            ? null
            : (Fold(stream), stream.Version);
    }

    public static CaseAction Fold(LoadedStream stream) => CaseAction.Of(stream.Events.Select(e => (ActionEvent)e.Data));

    /// <summary>A command on an existing action: 204, 404, 409 refused, or 409 facts-changed with nothing written.</summary>
    public async Task<IResult> UpdateAsync(
        Guid id, CallerContext caller, Func<CaseAction, DateTimeOffset, Decision<ActionEvent>> decide, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await LoadAsync(id, cancellationToken) is not { } found) return TypedResults.NotFound();
            if (await cases.LoadAsync(found.Action.Assignment.CaseId, cancellationToken) is not { } whole) return TypedResults.NotFound();
            if (caller.FactsChangedFrom(whole.FactsVersion + found.Version)) return Problem.FactsChanged();
            var now = clock.GetUtcNow();
            var decision = decide(found.Action, now);
            if (decision.Refused is { } refusal) return Problem.Refused(refusal);
            if (decision.IsNothing) return TypedResults.NoContent();
            var append = new Append { Streams = Appending(whole, found.Action, found.Version, decision.Events, now), Headers = caller.Headers() };
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

    /// <summary>What an append does to an action. The case is expected to be as the decision saw it.</summary>
    public static IReadOnlyList<StreamAppend> Appending(
        WholeCase whole, CaseAction action, long version, IReadOnlyList<ActionEvent> events, DateTimeOffset now)
    {
        var after = events.Aggregate(action, (state, e) => state.Apply(e));
        return
        [
            new StreamAppend(
                after.Assignment.ActionId, StreamType, version, [.. events.Select(e => new NewEvent(Guid.CreateVersion7(now), e, now))],
                CaseProjection.SealOf(whole.Case.Id), [ActionProjection.Row(after, version + events.Count)]),
            .. CaseStreams.Expecting(whole),
        ];
    }
}
