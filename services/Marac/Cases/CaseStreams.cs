using Microsoft.AspNetCore.Http.HttpResults;
using Partnership.EventStore;
using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Flags;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Cases;

/// <summary>What one decision adds to a case's streams.</summary>
internal sealed record CaseChange(
    IReadOnlyList<CaseEvent> OfCase, IReadOnlyList<RegisterEvent> OfRegister, IReadOnlyList<FlagEvent> OfFlag)
{
    public static CaseChange Of(IReadOnlyList<CaseEvent> events) => new(events, [], []);

    public static CaseChange Of(IReadOnlyList<RegisterEvent> events) => new([], events, []);
}

/// <summary>Streams other than a case's own that change together with it.</summary>
/// <param name="after">The case as it will be.</param>
internal delegate Task<IReadOnlyList<StreamAppend>> BesideCase(MaracCase after, DateTimeOffset now, CancellationToken cancellationToken);

/// <summary>Loads and appends to the streams of cases, of their registers and of their flags.</summary>
internal sealed class CaseStreams(IEventStore store, ISearchHasher hasher, TimeProvider clock)
{
    public const string CaseType = "marac_case";
    private const string RegisterType = "marac_conflict_register";
    public const string FlagType = "marac_flag";

    /// <summary>The case with its register; null when there is none, or when it has been erased.</summary>
    public async Task<WholeCase?> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        var stream = await store.LoadAsync(id, cancellationToken);
        if (stream.Version == 0 || stream.Erased || stream.Events[0].Data is not CaseEvent) return null;
        var it = Fold(stream);
        var register = await store.LoadAsync(it.Opening.RegisterId, cancellationToken);
        if (register.Erased) return null;
        if (it.FlagId is not { } flagId) return Whole(stream, register);
        var flag = await store.LoadAsync(flagId, cancellationToken);
        return flag.Erased ? null : Whole(stream, register, flag);
    }

    public static MaracCase Fold(LoadedStream stream) => MaracCase.Of(stream.Events.Select(e => (CaseEvent)e.Data));

    /// <param name="flag">Null, or without events, when the case has none.</param>
    public static WholeCase Whole(LoadedStream stream, LoadedStream register, LoadedStream? flag = null) =>
        new(Fold(stream), stream.Version, Register.Of(register.Events.Select(e => (RegisterEvent)e.Data)), register.Version)
        {
            Flag = MaracFlag.Of((flag?.Events ?? []).Select(e => (FlagEvent)e.Data)),
            FlagVersion = flag?.Version ?? 0,
        };

    /// <summary>A command on an existing case: 204, 404, 409 refused, or 409 facts-changed with nothing written.</summary>
    public Task<Results<NoContent, NotFound, ProblemHttpResult>> UpdateAsync(
        Guid id, CallerContext caller, Func<MaracCase, DateTimeOffset, Decision<CaseEvent>> decide, CancellationToken cancellationToken,
        BesideCase? beside = null) =>
        UpdateAsync<CaseEvent>(id, caller, (whole, now) => decide(whole.Case, now), CaseChange.Of, cancellationToken, beside);

    /// <summary>The same for a command that may change any of its streams.</summary>
    /// <param name="beside">What else is appended, or not, together with it.</param>
    public async Task<Results<NoContent, NotFound, ProblemHttpResult>> UpdateAsync<TEvent>(
        Guid id, CallerContext caller, Func<WholeCase, DateTimeOffset, Decision<TEvent>> decide, Func<IReadOnlyList<TEvent>, CaseChange> change,
        CancellationToken cancellationToken, BesideCase? beside = null)
        where TEvent : class
    {
        if (await LoadAsync(id, cancellationToken) is not { } whole) return TypedResults.NotFound();
        if (caller.FactsChangedFrom(whole.FactsVersion)) return Problem.FactsChanged();
        var now = clock.GetUtcNow();
        var decision = decide(whole, now);
        if (decision.Refused is { } refusal) return Problem.Refused(refusal);
        if (decision.IsNothing) return TypedResults.NoContent();

        // Every event of a case counts among its facts, so a lost race is always changed facts.
        var changes = change(decision.Events);
        var streams = Appending(whole, changes, now);
        if (beside is not null)
            streams = [.. streams, .. await beside(changes.OfCase.Aggregate(whole.Case, (state, e) => state.Apply(e)), now, cancellationToken)];
        var append = new Append { Streams = streams, Headers = caller.Headers() };
        return await store.AppendAsync(append, cancellationToken) switch
        {
            AppendVerdict.Written => TypedResults.NoContent(),
            AppendVerdict.Erased => TypedResults.NotFound(),
            _ => Problem.FactsChanged(),
        };
    }

    /// <summary>What an append does to a case. The register's version is expected too, since the row rests on both streams.</summary>
    public IReadOnlyList<StreamAppend> Appending(WholeCase whole, IReadOnlyList<CaseEvent> events, DateTimeOffset now) =>
        Appending(whole, CaseChange.Of(events), now);

    /// <summary>
    /// Part of an append that holds only while the case and its register are as they were decided by. Changes neither, so
    /// that any number of such appends go on beside each other.
    /// </summary>
    /// <param name="views">Rows that are sealed under the case's key.</param>
    public static IReadOnlyList<StreamAppend> Expecting(WholeCase whole, params IReadOnlyList<ViewRow> views) =>
    [
        new StreamAppend(whole.Case.Id, CaseType, whole.CaseVersion, [], CaseProjection.SealOf(whole.Case.Id), views),
        new StreamAppend(whole.Register.Id, RegisterType, whole.RegisterVersion, [], CaseProjection.SealOf(whole.Case.Id), []),
    ];

    /// <summary>The first append of a case and its register.</summary>
    public IReadOnlyList<StreamAppend> Opening(CaseOpened opened, RegisterOpened register, DateTimeOffset now) =>
        Appending(new WholeCase(MaracCase.None, 0, Register.None, 0), new CaseChange([opened], [register], []), now);

    public IReadOnlyList<StreamAppend> Appending(WholeCase whole, CaseChange change, DateTimeOffset now)
    {
        var after = new WholeCase(
            change.OfCase.Aggregate(whole.Case, (state, e) => state.Apply(e)), whole.CaseVersion + change.OfCase.Count,
            change.OfRegister.Aggregate(whole.Register, (state, e) => state.Apply(e)), whole.RegisterVersion + change.OfRegister.Count)
        {
            Flag = change.OfFlag.Aggregate(whole.Flag, (state, e) => state.Apply(e)),
            FlagVersion = whole.FlagVersion + change.OfFlag.Count,
        };
        var seal = CaseProjection.SealOf(after.Case.Id);
        var streams = new List<StreamAppend>
        {
            new(after.Case.Id, CaseType, whole.CaseVersion, Numbered(change.OfCase), seal, [CaseProjection.Row(after, hasher)]),
            new(after.Register.Id, RegisterType, whole.RegisterVersion, Numbered(change.OfRegister), seal, []),
        };
        if (after.Flag.Status is not null)
            streams.Add(new StreamAppend(after.Flag.Id, FlagType, whole.FlagVersion, Numbered(change.OfFlag), seal, [FlagProjection.Row(after)]));
        return streams;

        IReadOnlyList<NewEvent> Numbered(IEnumerable<object> happened) =>
            [.. happened.Select(e => new NewEvent(Guid.CreateVersion7(now), e, now))];
    }
}
