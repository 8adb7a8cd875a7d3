using Partnership.Tests.Faults.Campaigns;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Faults;

public sealed class OutboxTests
{
    private const int Rounds = 3;
    private const long Seed = 20263;

    [Fact]
    public async Task Each_effect_is_there_once_and_in_order_whatever_is_killed_deposed_doubled_or_parked()
    {
        var result = await OutboxCampaign.RunAsync(new Campaign(Rounds, Seed, _ => { }));

        Assert.Empty(result.Failures);
        Assert.Equal(Rounds, result.Rounds);
        // The attack took place.
        Assert.All(OutboxCampaign.Attacks, attack => Assert.True(result.Counts[attack] > 0, attack));
        Assert.True(result.Counts.Where(count => count.Key.StartsWith("killed at ", StringComparison.Ordinal)).Sum(count => count.Value) >= Rounds);
    }
}
