using Partnership.Tests.Pure.SharingRules.Reference;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>
/// Random agreements and records, decided twice: by the compiled rules and by a second evaluator that goes through the rules one
/// by one. <c>tests/campaign rules</c> does any number.
/// </summary>
public sealed class ReferenceEvaluatorTests
{
    [Fact]
    public async Task Compiled_rules_decide_two_hundred_thousand_cases_as_the_rules_read()
    {
        var result = await RulesCampaign.RunAsync(new Campaign(200_000, Seed: 20261005, _ => { }));
        Assert.True(result.Failures.Count == 0, string.Join('\n', result.Failures.Take(5)));
        Assert.Equal(200_000, result.Rounds);
        Assert.True(result.Counts["permitted"] > 20_000, $"Only {result.Counts["permitted"]} of the cases were permitted: too few to say much.");
    }
}
