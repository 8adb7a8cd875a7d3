using System.Collections.Concurrent;
using Partnership.Tests.MessageHost;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;

namespace Partnership.Tests.Faults.Campaigns;

/// <summary>
/// Each effect exactly once, in order where order matters, and no stream held up by another, whatever is killed when. Real
/// PostgreSQL and RabbitMQ; publisher and consumers run in processes that die by <c>SIGKILL</c> at a step the seed chooses.
/// </summary>
public static class OutboxCampaign
{
    /// <summary>What every round counts on top of the kills; a campaign in which one of these stays at nought has attacked nothing.</summary>
    public static IReadOnlyList<string> Attacks { get; } =
    [
        "leaders deposed while publishing", "duplicates acknowledged", "messages that came before their turn", "old messages sent again",
        "messages sent ahead of those before them", "streams parked: cannot be mapped", "streams parked: unknown type", "streams resumed",
    ];

    public static async Task<CampaignResult> RunAsync(Campaign campaign)
    {
        var counts = new ConcurrentDictionary<string, long>();
        foreach (var name in Attacks.Concat(Enum.GetNames<Step>().Select(step => $"killed at {step}")))
            counts[name] = 0;
        var failures = new List<string>();
        await using var servers = await StoreAndBus.StartAsync(Counting.Layout);
        await servers.Postgres.ExecuteAsync(servers.Events, OutboxRound.NoteMoves);
        for (var i = 0; i < campaign.Count; i++)
        {
            var seed = campaign.Seed + i;
            if (i > 0)
            {
                await servers.EmptyAsync();
                await servers.Postgres.ExecuteAsync(servers.Events, "truncate moves");
                await servers.UseNewVirtualHostAsync(Counting.Layout);
            }

            try
            {
                var round = new OutboxRound(servers, seed, (name, number) => counts.AddOrUpdate(name, number, (_, sum) => sum + number));
                failures.AddRange((await round.RunAsync()).Select(failure => $"seed {seed}: {failure}"));
            }
#pragma warning disable CA1031 // Whatever it was, the campaign says with which seed.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                failures.Add($"seed {seed}: {failure.GetType().Name}: {failure.Message}");
            }

            campaign.Report($"round {i + 1} of {campaign.Count} (seed {seed}): {failures.Count} failures so far");
        }

        return new(campaign.Count, new SortedDictionary<string, long>(counts), failures);
    }
}
