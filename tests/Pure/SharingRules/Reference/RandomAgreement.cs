using System.Text;
using System.Text.RegularExpressions;
using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules.Reference;

/// <summary>A random agreement: its rules as they were thought up, and compiled.</summary>
/// <remarks>
/// The compiler refuses rules that add nothing or are always defeated. They are taken out of the text and stay in
/// <see cref="Rules"/>, so that the reference, which knows no shadows, also checks that nothing was lost with them.
/// </remarks>
internal sealed partial class RandomAgreement
{
    private static readonly Vocabulary Words = new()
    {
        RecordTypes = [new RecordTypeTerms(ViewSchema.For(typeof(RandomView)), RandomRule.AllStates, [])],
        Agencies = World.Agencies,
    };

    private RandomAgreement(IReadOnlyList<RandomRule> rules, IReadOnlyList<RandomRule> written, IReadOnlyDictionary<string, Served> purposes, AgreementSet set, int dropped) =>
        (Rules, Written, Purposes, Set, Dropped) = (rules, written, purposes, set, dropped);

    /// <summary>A purpose's roles and states.</summary>
    public sealed record Served(IReadOnlyList<string> Roles, IReadOnlyList<string> States);

    public IReadOnlyList<RandomRule> Rules { get; }

    /// <summary>Those of them, and those parts, that the compiler took.</summary>
    public IReadOnlyList<RandomRule> Written { get; }

    public IReadOnlyDictionary<string, Served> Purposes { get; }

    public AgreementSet Set { get; }

    /// <summary>Parts of rules that the compiler found to add nothing.</summary>
    public int Dropped { get; }

    public static DateOnly Effective { get; } = new(2026, 1, 1);

    public static DateOnly Review { get; } = new(2027, 1, 1);

    /// <summary>Null when nothing of what was thought up can stand.</summary>
    public static RandomAgreement? Any(Random random)
    {
        List<RandomRule> rules = [.. Enumerable.Range(1, 4 + random.Next(12)).Select(number => RandomRule.Any(random, number))];
        var purposes = RandomRule.AllPurposes.ToDictionary(
            purpose => purpose,
            _ => new Served([.. RandomRule.AllRoles.Where(_ => random.Next(5) > 0).DefaultIfEmpty(RandomRule.AllRoles[0])], RandomRule.Some(random, RandomRule.AllStates)));
        return Compile(rules, purposes) is var (written, set, dropped) ? new RandomAgreement(rules, written, purposes, set, dropped) : null;
    }

    /// <summary>The same agreement with other rules, dates or order; null when the compiler finds nothing that can stand.</summary>
    public AgreementSet? With(IEnumerable<RandomRule>? rules = null, DateOnly? expires = null, bool strictly = false)
    {
        List<RandomRule> all = [.. rules ?? Written];
        if (!strictly) return Compile(all, Purposes, expires)?.Set;
        var result = AgreementCompiler.Compile([new AgreementSource("random.yaml", Yaml(all, Purposes, expires))], Words);
        Assert.True(result.Succeeded, string.Join('\n', result.Errors));
        return result.Agreements;
    }

    private static (IReadOnlyList<RandomRule> Written, AgreementSet Set, int Dropped)? Compile(
        List<RandomRule> rules, IReadOnlyDictionary<string, Served> purposes, DateOnly? expires = null)
    {
        var written = rules.ToList();
        var dropped = 0;
        for (var turn = 0; turn < 40 && written.Count > 0; turn++)
        {
            var text = Yaml(written, purposes, expires);
            var result = AgreementCompiler.Compile([new AgreementSource("random.yaml", text)], Words);
            if (result.Succeeded) return (written, result.Agreements, dropped);
            foreach (var error in result.Errors)
            {
                var rule = RuleId().Match(error.Reason).Groups[1].Value;
                var place = written.FindIndex(known => known.Id == rule);
                if (place < 0) throw new InvalidOperationException($"{error}\n{text}");
                dropped++;
                written[place] = Without(written[place], error.Reason);
            }

            written.RemoveAll(rule => rule.Purposes.Count == 0 || (rule.Permits.Count == 0 && rule.Denies.Count == 0));
        }

        return null;
    }

    /// <summary>The rule without what the compiler says is in vain.</summary>
    private static RandomRule Without(RandomRule rule, string reason)
    {
        if (Regex.Match(reason, "can never apply for purpose '([a-z-]+)'") is { Success: true } purpose)
            return rule with { Purposes = [.. rule.Purposes.Where(known => known != purpose.Groups[1].Value)] };
        if (Regex.Match(reason, "^Purpose '([a-z-]+)' serves none") is { Success: true } unserved)
            return rule with { Purposes = [.. rule.Purposes.Where(known => known != unserved.Groups[1].Value)] };
        if (Regex.Match(reason, "(?:permits|on) '([a-z-]+)'") is { Success: true } group)
            return rule with
            {
                Permits = [.. rule.Permits.Where(grant => grant.Group != group.Groups[1].Value)],
                Denies = [.. rule.Denies.Where(known => known != group.Groups[1].Value)],
            };
        return rule with { Purposes = [] };
    }

    private static string Yaml(IReadOnlyList<RandomRule> rules, IReadOnlyDictionary<string, Served> purposes, DateOnly? expires)
    {
        var spokenOf = rules.SelectMany(rule => rule.Permits.Select(grant => grant.Group).Concat(rule.DeniesEverything ? [] : rule.Denies)).ToHashSet();
        var kept = RandomRule.Groups.Where(group => !spokenOf.Contains(group)).ToList();
        var yaml = new StringBuilder();
        yaml.Append(
            $$"""
            agreement: marac
            title: Random
            version: "1"
            scheme: marac
            classification: OFFICIAL
            signed: 2026-01-01
            effective: {{Effective:yyyy-MM-dd}}
            review: {{Review:yyyy-MM-dd}}
            {{(expires is { } day ? $"expires: {day:yyyy-MM-dd}" : "# no end")}}
            records: [{{RandomView.Type}}]
            parties: {}
            legal-bases:
              task: { legal-power: CDA-1998-S115, lawful-basis: UK-GDPR-6-1-E, regime: UK-GDPR }
            purposes:

            """);
        foreach (var (name, served) in purposes)
            yaml.Append($"  {name}: {{ says: P., roles: [{string.Join(", ", served.Roles)}], serves: {{ {RandomView.Type}: [{string.Join(", ", served.States)}] }}, legal-basis: task, released-for-days: 30 }}\n");
        if (kept.Count > 0) yaml.Append($"not-shared: {{ {RandomView.Type}: [{string.Join(", ", kept)}] }}\n");
        yaml.Append("rules:\n");
        foreach (var rule in rules) yaml.Append(rule.Yaml).Append('\n');
        return yaml.ToString();
    }

    [GeneratedRegex("[Rr]ule '(marac/[0-9]+)'")]
    private static partial Regex RuleId();
}
