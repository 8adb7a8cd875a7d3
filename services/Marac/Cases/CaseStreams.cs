using Microsoft.AspNetCore.Http.HttpResults;
using Partnership.EventStore;
using Partnership.Marac.ConflictRegister;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Cases;

/// <summary>Loads and appends to the streams of cases and of their registers.</summary>
internal sealed class CaseStreams(IEventStore store, ISearchHasher hasher, TimeProvider clock)
{
    public const string CaseType = "marac_case";
    private const string RegisterType = "marac_conflict_register";

    /// <summary>The case with its register; null when there is none, or when it has been erased.</summary>
    public async Task<WholeCase?> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        var stream = await store.LoadAsync(id, cancellationToken);
        if (stream.Version == 0 || stream.Erased || stream.Events[0].Data is not CaseEvent) return null;
        var register = await store.LoadAsync(Fold(stream).Opening.RegisterId, cancellationToken);
        return register.Erased ? null : Whole(stream, register);
    }

    public static MaracCase Fold(LoadedStream stream) => MaracCase.Of(stream.Events.Select(e => (CaseEvent)e.Data));

    public static WholeCase Whole(LoadedStream stream, LoadedStream register) =>
        new(Fold(stream), stream.Version, Register.Of(register.Events.Select(e => (RegisterEvent)e.Data)), register.Version);

    /// <summary>A command on an existing case: 204, 404, 409 refused, or 409 facts-changed with nothing written.</summary>
    public async Task<Results<NoContent, NotFound, ProblemHttpResult>> UpdateAsync(
        Guid id, CallerContext caller, Func<MaracCase, DateTimeOffset, Decision<CaseEvent>> decide, CancellationToken cancellationToken)
    {
        if (await LoadAsync(id, cancellationToken) is not { } whole) return TypedResults.NotFound();
        if (caller.FactsChangedFrom(whole.FactsVersion)) return Problem.FactsChanged();
        var now = clock.GetUtcNow();
        var decision = decide(whole.Case, now);
        if (decision.Refused is { } refusal) return Problem.Refused(refusal);
        if (decision.IsNothing) return TypedResults.NoContent();

        // Every event of a case counts among its facts, so a lost race is always changed facts.
        var append = new Append { Streams = Appending(whole, decision.Events, now), Headers = caller.Headers() };
        return await store.AppendAsync(append, cancellationToken) switch
        {
            AppendVerdict.Written => TypedResults.NoContent(),
            AppendVerdict.Erased => TypedResults.NotFound(),
            _ => Problem.FactsChanged(),
        };
    }

    /// <summary>What an append does to a case. The register's version is expected too, since the row rests on both streams.</summary>
    public IReadOnlyList<StreamAppend> Appending(WholeCase whole, IReadOnlyList<CaseEvent> events, DateTimeOffset now) =>
        Appending(whole, events, [], now);

    /// <summary>The first append of a case and its register.</summary>
    public IReadOnlyList<StreamAppend> Opening(CaseOpened opened, RegisterOpened register, DateTimeOffset now) =>
        Appending(new WholeCase(MaracCase.None, 0, Register.None, 0), [opened], [register], now);

    private IReadOnlyList<StreamAppend> Appending(
        WholeCase whole, IReadOnlyList<CaseEvent> events, IReadOnlyList<RegisterEvent> registered, DateTimeOffset now)
    {
        var after = new WholeCase(
            events.Aggregate(whole.Case, (state, e) => state.Apply(e)), whole.CaseVersion + events.Count,
            registered.Aggregate(whole.Register, (state, e) => state.Apply(e)), whole.RegisterVersion + registered.Count);
        var seal = CaseProjection.SealOf(after.Case.Id);
        return
        [
            new StreamAppend(after.Case.Id, CaseType, whole.CaseVersion, Numbered(events), seal, [CaseProjection.Row(after, hasher)]),
            new StreamAppend(after.Register.Id, RegisterType, whole.RegisterVersion, Numbered(registered), seal, []),
        ];

        IReadOnlyList<NewEvent> Numbered(IEnumerable<object> happened) =>
            [.. happened.Select(e => new NewEvent(Guid.CreateVersion7(now), e, now))];
    }
}
