using System.Text.Json;
using System.Threading.Channels;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.Contracts.Sharing;
using Partnership.EventStore;
using Partnership.Marac.Cases;
using Partnership.Marac.Content;
using Partnership.Marac.Referrals;
using Partnership.PartnershipSettings;

namespace Partnership.Marac.Triage;

/// <summary>Referrals just submitted whose look through stored data is due. A hint: the view knows them all.</summary>
internal sealed class StoredRecordsQueue
{
    private readonly Channel<Guid> due = Channel.CreateBounded<Guid>(
        new BoundedChannelOptions(1_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Add(Guid referralId) => due.Writer.TryWrite(referralId);

    /// <summary>True when something is due; false when the time is up.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(atMost, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await due.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public IEnumerable<Guid> Take()
    {
        while (due.Reader.TryRead(out var id)) yield return id;
    }
}

/// <summary>
/// Looks through stored data for each new referral, after it is stored and after its submitter has been answered: neither
/// answer nor timing can tell them what is here, and of two agencies that refer at the same moment the later finds the
/// earlier.
/// </summary>
internal sealed class CheckStoredRecords(
    StoredRecordsQueue queue, IEventStore store, ISearchHasher hasher, ReferralStreams referrals, PartnershipConfiguration partnership,
    TimeProvider clock, ILogger<CheckStoredRecords> log) : BackgroundService
{
    /// <summary>How soon a referral is found whose hint was lost with its host, or whose look failed.</summary>
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(20);

    private const int Batch = 20;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var nextSweep = clock.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (clock.GetUtcNow() >= nextSweep)
                {
                    nextSweep = clock.GetUtcNow() + Sweep;
                    await SweepAsync(stoppingToken);
                }

                if (await queue.WaitAsync(Sweep, clock, stoppingToken))
                {
                    foreach (var id in queue.Take()) await TryCheckAsync(id, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever went wrong, the next sweep tries again; triage goes on without notes meanwhile.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                // By type only: a message may quote what it failed on.
                log.LogWarning("A look through stored data failed and is tried again: {Failure}", failure.GetType().Name);
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        ViewCursor? after = null;
        while (true)
        {
            var rows = await store.PageViewAsync(ReferralProjection.View, [ReferralProjection.Unchecked], after, Batch, cancellationToken);
            foreach (var row in rows.Where(row => !row.Erased)) await TryCheckAsync(row.Id, cancellationToken);
            if (rows.Count < Batch) return;
            after = new ViewCursor(rows[^1].SortKey, rows[^1].Id);
        }
    }

    /// <summary>One referral that cannot be read must not hold up the others; the next sweep tries it again.</summary>
    private async Task TryCheckAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(id, cancellationToken);
        }
        catch (EventStoreUnavailableException)
        {
            // Away for every referral: the sweep waits.
            throw;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.LogWarning("A look through stored data for {Referral} failed and is tried again: {Failure}", id, failure.GetType().Name);
        }
    }

    /// <summary>Safe to run twice and on two hosts at once: one append wins, the other finds it done.</summary>
    private async Task CheckAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await referrals.LoadAsync(id, cancellationToken) is not { Referral.Checked: null } found) return;
        var form = found.Referral.Form;
        var candidates = await CandidatesAsync(found.Referral, cancellationToken);
        var notes = TriageNotes.From(form.Criteria, form.ReferralAt, partnership.Marac.RepeatWindowMonths, candidates);
        while (await referrals.LoadAsync(id, cancellationToken) is { } current)
        {
            var now = clock.GetUtcNow();
            var decision = current.Referral.NoteRecords(notes, now);
            if (decision.IsNothing) return;
            var append = new Append
            {
                Streams = [referrals.Appending(current.Referral, current.Version, decision.Events, now)],
                Headers = new EventHeaders(Itself, TraceParent: null, CorrelationId: null),
            };
            if (await store.AppendAsync(append, cancellationToken) is not AppendVerdict.Conflict) return;
        }
    }

    private async Task<IReadOnlyList<Candidate>> CandidatesAsync(Referral referral, CancellationToken cancellationToken)
    {
        var earlier = new List<Candidate>();
        foreach (var view in (string[])[ReferralProjection.View, CaseProjection.View])
        {
            var matches = await MatchesAsync(view, referral.Content, cancellationToken);
            foreach (var (id, match) in matches.Where(m => m.Key != referral.Id && m.Value.IsWorthALook))
            {
                if (await store.LoadViewAsync(view, id, cancellationToken) is { Erased: false } row
                    && CandidateFrom(view, id, row.Body, match) is { } candidate)
                {
                    earlier.Add(candidate);
                }
            }
        }

        return earlier;
    }

    /// <summary>Four questions, each its own search, since a hit says only which kinds of value matched.</summary>
    private async Task<Dictionary<Guid, PeopleMatch>> MatchesAsync(string view, ReferralContent content, CancellationToken cancellationToken)
    {
        var matches = new Dictionary<Guid, PeopleMatch>();
        await AskAsync(MatchTerms.VictimAs(MatchTerms.Victim, content, hasher), (match, level) => match with { Victim = level });
        await AskAsync(MatchTerms.PerpetratorsAs(MatchTerms.Perpetrator, content, hasher), (match, level) => match with { Perpetrator = level });
        await AskAsync(MatchTerms.VictimAs(MatchTerms.Perpetrator, content, hasher), (match, level) => match with { VictimAsPerpetrator = level });
        await AskAsync(MatchTerms.PerpetratorsAs(MatchTerms.Victim, content, hasher), (match, level) => match with { PerpetratorAsVictim = level });
        return matches;

        async Task AskAsync(IReadOnlyList<SearchTerm> terms, Func<PeopleMatch, MatchLevel, PeopleMatch> set)
        {
            foreach (var hit in await store.SearchAsync(view, terms, cancellationToken))
            {
                var match = matches.GetValueOrDefault(hit.Id, PeopleMatch.Nobody);
                matches[hit.Id] = set(match, PeopleMatch.LevelOf(hit.Kinds));
            }
        }
    }

    private static Candidate? CandidateFrom(string view, Guid id, ReadOnlyMemory<byte> body, PeopleMatch match)
    {
        if (view == CaseProjection.View)
        {
            var data = JsonSerializer.Deserialize<RecordEnvelope<CaseView>>(body.Span, WireJson.Options)!.Data;
            return data.Status == CaseStatus.Withdrawn ? null : match.Candidate(id, isCase: true, isOpen: true, data.ReferralAt);
        }

        // An accepted referral is found as its case; a withdrawn one is none.
        var referral = JsonSerializer.Deserialize<RecordEnvelope<ReferralView>>(body.Span, WireJson.Options)!.Data;
        return referral.Status is ReferralStatus.Accepted or ReferralStatus.Withdrawn
            ? null
            : match.Candidate(id, isCase: false, isOpen: referral.Status != ReferralStatus.Redirected, referral.ReferralAt);
    }

    /// <summary>The service acting by itself; the event is private, so this never reaches the ledger.</summary>
    private static readonly string Itself = JsonSerializer.Serialize(
        new ActorStamp { Person = "service:marac", Agency = MaracService.Owner, Role = "service", Purpose = Purposes.MaracTriage }, WireJson.Options);
}

/// <summary>Which people of a new referral were found on an earlier record, and how surely.</summary>
internal sealed record PeopleMatch(MatchLevel Victim, MatchLevel Perpetrator, MatchLevel VictimAsPerpetrator, MatchLevel PerpetratorAsVictim)
{
    public static PeopleMatch Nobody { get; } = new(MatchLevel.None, MatchLevel.None, MatchLevel.None, MatchLevel.None);

    /// <summary>Saves reading a record that could give no note.</summary>
    public bool IsWorthALook =>
        (Victim != MatchLevel.None && Perpetrator != MatchLevel.None) || VictimAsPerpetrator != MatchLevel.None || PerpetratorAsVictim != MatchLevel.None;

    public Candidate Candidate(Guid id, bool isCase, bool isOpen, DateTimeOffset referralAt) =>
        new(id, isCase, isOpen, referralAt, Victim, Perpetrator, VictimAsPerpetrator, PerpetratorAsVictim);

    /// <summary>A name alone is a question; with a second value, or two values without it, it is probably the person.</summary>
    public static MatchLevel LevelOf(IReadOnlyList<string> kinds)
    {
        var name = kinds.Any(kind => kind.Contains("name", StringComparison.Ordinal));
        var others = kinds.Count(kind => !kind.Contains("name", StringComparison.Ordinal));
        return (name, others) switch
        {
            (true, > 0) or (false, > 1) => MatchLevel.Sure,
            (true, 0) => MatchLevel.NameOnly,
            _ => MatchLevel.None,
        };
    }
}

internal static class TriageServices
{
    public static IServiceCollection AddTriage(this IServiceCollection services) =>
        services.AddSingleton<StoredRecordsQueue>().AddHostedService<CheckStoredRecords>();
}
