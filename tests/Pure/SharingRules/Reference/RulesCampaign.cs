using System.Buffers;
using System.Globalization;
using System.Text;
using Partnership.Contracts;
using Partnership.SharingRules;
using Partnership.Tests.Support;

namespace Partnership.Tests.Pure.SharingRules.Reference;

/// <summary>
/// Random agreements, principals, records with items, purposes and times: decided and filtered by the compiled rules and by the
/// reference, which must agree; then changed in ways that may only ever take away.
/// </summary>
public static class RulesCampaign
{
    private const int CasesOfAnAgreement = 200;

    /// <summary>Every so many cases the bytes are compared as well, which costs more than the decision.</summary>
    private const int FilteredOneIn = 3;

    /// <summary><see cref="Campaign.Count"/> is the number of cases; each agreement is asked 200 and has a seed of its own.</summary>
    public static Task<CampaignResult> RunAsync(Campaign campaign)
    {
        ArgumentNullException.ThrowIfNull(campaign);
        var agreements = (campaign.Count + CasesOfAnAgreement - 1) / CasesOfAnAgreement;
        var tally = new Tally();
        Parallel.For(0, agreements, new ParallelOptions { MaxDegreeOfParallelism = 2 }, place =>
        {
            Round(unchecked((int)(campaign.Seed + place)), tally);
            if (Interlocked.Increment(ref tally.Done) % 500 == 0)
                campaign.Report(string.Create(CultureInfo.InvariantCulture, $"{tally.Done} of {agreements} agreements, {tally.Failures.Count} failures"));
        });
        return Task.FromResult(new CampaignResult(
            (int)tally.Cases,
            new Dictionary<string, long>
            {
                ["agreements"] = agreements,
                ["cases decided"] = tally.Cases,
                ["permitted"] = tally.Permitted,
                ["answers compared byte by byte"] = tally.Filtered,
                ["changes that may only take away"] = tally.Changes,
                ["parts of rules found to add nothing"] = tally.Dropped,
            },
            tally.Failures));
    }

    private static void Round(int seed, Tally tally)
    {
        var random = new Random(seed);
        RandomAgreement? agreement;
        while ((agreement = RandomAgreement.Any(random)) is null) { }

        Interlocked.Add(ref tally.Dropped, agreement.Dropped);
        var cases = Enumerable.Range(0, CasesOfAnAgreement).Select(_ => RandomCase.Any(random, agreement)).ToList();
        for (var turn = 0; turn < cases.Count; turn++)
        {
            if (Difference(agreement, cases[turn], turn % FilteredOneIn == 0, tally) is { } difference)
                tally.Fail($"seed {seed}, case {turn}: {difference}");
        }

        foreach (var (change, difference) in Monotony.Check(agreement, cases, random))
        {
            Interlocked.Increment(ref tally.Changes);
            if (difference is not null) tally.Fail($"seed {seed}, {change}: {difference}");
        }
    }

    private static string? Difference(RandomAgreement agreement, RandomCase asked, bool filter, Tally tally)
    {
        var expected = Reference.Decide(agreement, asked);
        var decision = agreement.Set.Decide(asked.Principal, Operations.Consult, RandomView.Type, asked.Facts, asked.Purpose, asked.Now);
        Interlocked.Increment(ref tally.Cases);
        if (expected is not null != decision.Permitted) return $"{(expected is null ? "denied" : "permitted")} expected, {decision.DenialCode ?? "permitted"} decided";
        if (expected is null) return null;
        Interlocked.Increment(ref tally.Permitted);
        foreach (var group in RandomRule.Groups)
        {
            var (actual, wanted) = (decision.ReleaseOf(group), expected[group]);
            if (actual.Kind != wanted.Kind) return $"{group}: {wanted.Kind} expected, {actual.Kind} decided";
            if (actual.Kind == ReleaseKind.Only && !actual.Items.ToHashSet().SetEquals(wanted.KnownPeople.Concat(wanted.OwnAddresses).Concat(wanted.Items)))
                return $"{group}: other items";
        }

        if (!filter) return null;
        Interlocked.Increment(ref tally.Filtered);
        var output = new ArrayBufferWriter<byte>();
        var outcome = FieldFilter.Write(asked.Json, agreement.Set.ViewOf(RandomView.Type)!, decision, output);
        if (!outcome.Succeeded) return outcome.Failure;
        var listed = asked.Facts.Items.Select(item => item.Id).ToHashSet();
        var written = new ReferenceWriter(expected, Reference.IsForUnlisted(asked, expected), listed).Write(asked.View);
        var released = Encoding.UTF8.GetString(output.WrittenSpan);
        return written == released ? null : $"{written} expected, {released} released";
    }

    private sealed class Tally
    {
        public int Done;
        public long Cases, Permitted, Filtered, Changes, Dropped;

        public List<string> Failures { get; } = [];

        public void Fail(string failure)
        {
            lock (Failures)
                if (Failures.Count < 50) Failures.Add(failure);
        }
    }
}
