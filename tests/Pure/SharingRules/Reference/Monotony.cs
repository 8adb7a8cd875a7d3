using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.SharingRules;

namespace Partnership.Tests.Pure.SharingRules.Reference;

/// <summary>Changes that may only ever take away, or change nothing at all, and whether they did.</summary>
internal static class Monotony
{
    private const int CasesTried = 20;

    public static IEnumerable<(string Change, string? Difference)> Check(RandomAgreement agreement, IReadOnlyList<RandomCase> cases, Random random)
    {
        // A denial "when: member" ends with the membership.
        var conditionalDenials = agreement.Written.Any(rule => rule.Permits.Count == 0 && rule.When.Count > 0);
        var permitted = cases.Where(asked => Decide(agreement.Set, asked).Permitted).Take(CasesTried).ToList();
        foreach (var (change, set) in Changed(agreement, random))
        {
            if (set is null) continue;
            foreach (var asked in permitted) yield return (change, More(Decide(agreement.Set, asked), Decide(set, asked)));
        }

        var shuffled = agreement.Written.ToArray();
        random.Shuffle(shuffled);
        var same = agreement.With(shuffled, strictly: true)!;
        yield return ("rules shuffled", same.Digest == agreement.Set.Digest ? null : "another digest");
        foreach (var asked in permitted)
        {
            var (one, other) = (Decide(agreement.Set, asked), Decide(same, asked));
            yield return ("rules shuffled", More(one, other) ?? More(other, one) ?? (one.RuleIds.SequenceEqual(other.RuleIds) ? null : "other rules"));
            foreach (var (change, facts) in Closing(asked.Facts, asked).Concat(conditionalDenials ? [] : LessOpening(asked.Facts, asked, random)))
                yield return (change, More(one, Decide(agreement.Set, asked with { Facts = facts })));
        }
    }

    private static IEnumerable<(string Change, AgreementSet? Set)> Changed(RandomAgreement agreement, Random random)
    {
        var denial = RandomRule.Any(random, 99);
        while (denial.Denies.Count == 0) denial = RandomRule.Any(random, 99);
        yield return ("a denial added", agreement.With([.. agreement.Written, denial]));
        yield return ("a rule that denies everything added", agreement.With([.. agreement.Written, denial with { DeniesEverything = true }]));
        yield return ("a permit taken out", agreement.With([.. agreement.Written.Where(rule => rule.Denies.Count > 0 || random.Next(2) == 0)]));
        yield return ("the agreement expired", agreement.With(expires: new DateOnly(2026, 3, 1)));
    }

    /// <summary>The record with one fact less that could have opened something.</summary>
    private static IEnumerable<(string Change, RecordFacts Facts)> LessOpening(RecordFacts facts, RandomCase asked, Random random)
    {
        yield return ("memberships ended", facts with { Members = [] });
        yield return ("relations ended", facts with { Relations = [.. facts.Relations.Where(_ => random.Next(2) == 0)] });
        yield return ("needs expired", facts with { Needs = [.. facts.Needs.Select(need => need with { Until = asked.Now })] });
        yield return ("assigned to nobody", facts with { Assigned = [], Addressee = null });
    }

    /// <summary>The record with one fact more that closes something.</summary>
    private static IEnumerable<(string Change, RecordFacts Facts)> Closing(RecordFacts facts, RandomCase asked)
    {
        yield return ("ticks taken back", facts with { Items = [.. facts.Items.Select(item => item with { Readers = [] })] });
        yield return ("marks taken back", facts with { Items = [.. facts.Items.Select(item => item with { Caldicott = false })] });
        yield return ("texts held", facts with { Held = ["narrative", "summary", "children"], Items = [.. facts.Items.Select(item => item with { Held = true })] });
        yield return ("copy unsafe", facts with { UnsafeCopies = [new MemberFact(asked.Principal.Agency, null)] });
        yield return ("conflict declared", facts with { Conflicts = [.. facts.Conflicts, new ConflictFact("register-q", null)] });
        yield return ("restricted", facts with { Readers = facts.Readers ?? ["register-q"] });
    }

    private static Decision Decide(AgreementSet set, RandomCase asked) =>
        set.Decide(asked.Principal, Operations.Consult, RandomView.Type, asked.Facts, asked.Purpose, asked.Now);

    private static string? More(Decision before, Decision after)
    {
        if (after.Permitted && !before.Permitted) return "permitted only afterwards";
        if (!after.Permitted) return null;
        foreach (var group in RandomRule.Groups)
        {
            var (one, other) = (before.ReleaseOf(group), after.ReleaseOf(group));
            if (other.Kind > one.Kind) return $"{group}: {one.Kind} before, {other.Kind} after";
            if (one.Kind == ReleaseKind.Only && other.Kind == ReleaseKind.Only && !other.Items.ToHashSet().IsSubsetOf(one.Items)) return $"{group}: more items";
        }

        return null;
    }
}
