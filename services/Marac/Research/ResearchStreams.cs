using Partnership.EventStore;
using Partnership.Marac.Cases;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Research;

/// <summary>Loads and appends to the streams of research: one for each case and agency (and team).</summary>
internal sealed class ResearchStreams(IEventStore store, CaseStreams cases, TimeProvider clock)
{
    public const string StreamType = "marac_research";
    private const int Attempts = 4;

    public static Guid RequestIdOf(Guid caseId, Party party) => NamedIds.Of(caseId, $"research-request/{MeetingParties.CodeOf(party)}");

    /// <summary>Of the return, and of the stream.</summary>
    public static Guid ReturnIdOf(Guid caseId, Party party) => NamedIds.Of(caseId, $"research-return/{MeetingParties.CodeOf(party)}");

    /// <summary>An agency's answer has a key of its own: it is kept and ended by the agency's own rules.</summary>
    public static SealScope SealOf(Guid caseId, Party party) => new(caseId, "research", MeetingParties.CodeOf(party));

    /// <summary>What asks this party, to be appended together with what the case itself does; nothing for those who give no research.</summary>
    /// <param name="after">The case as it will be, with research open.</param>
    public async Task<IReadOnlyList<StreamAppend>> AskingAsync(MaracCase after, Party party, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (after.Status != Contracts.Marac.CaseStatus.Research || after.ResearchDueOn is not { } dueOn || !MeetingParties.GivesResearch(party)) return [];
        var (research, version) = await LoadAsync(after.Id, party, cancellationToken) ?? (AgencyResearch.None, 0);
        var decision = research.Ask(new AskForResearch(after, party, RequestIdOf(after.Id, party), ReturnIdOf(after.Id, party), dueOn, now));
        if (decision.IsNothing) return [];
        var asked = decision.Events.Aggregate(research, (state, e) => state.Apply(e));
        return
        [
            new StreamAppend(
                ReturnIdOf(after.Id, party), StreamType, version, Numbered(decision.Events, now), CaseProjection.SealOf(after.Id),
                [ResearchProjection.Request(asked)]),
        ];
    }

    /// <summary>Null when the agency's answer has been erased; <see cref="AgencyResearch.None"/> when it was never asked.</summary>
    public async Task<(AgencyResearch Research, long Version)?> LoadAsync(Guid caseId, Party party, CancellationToken cancellationToken)
    {
        var stream = await store.LoadAsync(ReturnIdOf(caseId, party), cancellationToken);
        return stream.Erased ? null : (Fold(stream), stream.Version);
    }

    public static AgencyResearch Fold(LoadedStream stream) => AgencyResearch.Of(stream.Events.Select(e => (ResearchEvent)e.Data));

    /// <summary>A command on a request or a return: 204, 404, 409 refused, or 409 facts-changed with nothing written.</summary>
    /// <param name="versionOf">Version of the record the command is on, without the case's.</param>
    public async Task<IResult> UpdateAsync(
        Guid caseId, Party party, CallerContext caller, Func<AgencyResearch, long> versionOf,
        Func<MaracCase, AgencyResearch, DateTimeOffset, Decision<ResearchEvent>> decide, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await cases.LoadAsync(caseId, cancellationToken) is not { } whole) return TypedResults.NotFound();
            if (await LoadAsync(caseId, party, cancellationToken) is not { Research: { Requested: not null } research, Version: var version })
                return TypedResults.NotFound();
            if (caller.FactsChangedFrom(whole.FactsVersion + versionOf(research))) return Problem.FactsChanged();
            var now = clock.GetUtcNow();
            var decision = decide(whole.Case, research, now);
            if (decision.Refused is { } refusal) return Problem.Refused(refusal);
            if (decision.IsNothing) return TypedResults.NoContent();
            switch (await store.AppendAsync(new Append { Streams = Appending(whole, research, version, decision.Events, now), Headers = caller.Headers() }, cancellationToken))
            {
                case AppendVerdict.Written:
                    return TypedResults.NoContent();
                case AppendVerdict.Erased:
                    return TypedResults.NotFound();
            }
        }

        return Problem.FactsChanged();
    }

    /// <summary>The case's version is expected too: nobody answers for a case that has just been heard.</summary>
    private static IReadOnlyList<StreamAppend> Appending(
        WholeCase whole, AgencyResearch research, long version, IReadOnlyList<ResearchEvent> events, DateTimeOffset now)
    {
        var after = events.Aggregate(research, (state, e) => state.Apply(e));
        IReadOnlyList<ViewRow> request = after.RequestVersion > research.RequestVersion ? [ResearchProjection.Request(after)] : [];
        return
        [
            new StreamAppend(
                after.Request.ReturnId, StreamType, version, Numbered(events, now), SealOf(whole.Case.Id, after.Party), [ResearchProjection.Return(after)]),
            // The request's row is sealed like the case, so it goes with the case.
            .. CaseStreams.Expecting(whole, request),
        ];
    }

    private static IReadOnlyList<NewEvent> Numbered(IEnumerable<ResearchEvent> events, DateTimeOffset now) =>
        [.. events.Select(e => new NewEvent(Guid.CreateVersion7(now), e, now))];
}
