using System.Collections.Concurrent;
using Partnership.Tests.Store.Order;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;

namespace Partnership.Tests.Store.Campaigns;

/// <summary><c>tests/campaign order</c>: no reader ever skips or sees out of order, and every caller is told the truth.</summary>
public static class OrderCampaign
{
    private const int Arenas = 2;
    private const int SideBySide = 10;
    private const int Generation = 100;
    private const int MostFailures = 50;

    public static async Task<CampaignResult> RunAsync(Campaign campaign)
    {
        ArgumentNullException.ThrowIfNull(campaign);
        var fixture = new StoreFixture();
        await fixture.InitializeAsync();
        try
        {
            return await RunAsync(campaign, fixture);
        }
        finally
        {
            await fixture.DisposeAsync();
        }
    }

    /// <summary>The same on the suite's own server.</summary>
    internal static async Task<CampaignResult> RunAsync(Campaign campaign, StoreFixture fixture, Breakage breakage = Breakage.None)
    {
        var failures = new ConcurrentQueue<string>();
        var counts = new ConcurrentDictionary<string, long>();
        var seeds = new ConcurrentQueue<long[]>(Enumerable.Range(0, campaign.Count).Select(i => campaign.Seed + i).Chunk(Generation));
        var rounds = 0;
        await Task.WhenAll(Enumerable.Range(0, Arenas).Select(async _ =>
        {
            await using var arena = await OrderArena.CreateAsync(fixture, breakage);
            while (failures.Count < MostFailures && seeds.TryDequeue(out var generation))
            {
                foreach (var failure in await arena.RunAsync(generation, SideBySide))
                    failures.Enqueue($"{failure} (schedules {generation[0]} to {generation[^1]})");
                campaign.Report($"{Interlocked.Add(ref rounds, generation.Length)} schedules, {failures.Count} failures");
            }

            foreach (var (what, count) in arena.Counts)
                counts.AddOrUpdate(what, count, (_, before) => before + count);
        }));
        return new(rounds, new SortedDictionary<string, long>(counts, StringComparer.Ordinal), [.. failures.Take(MostFailures)]);
    }
}
