using System.Globalization;
using Partnership.Tests.Faults.Campaigns;
using Partnership.Tests.Pure.SharingRules.Reference;
using Partnership.Tests.Store.Campaigns;
using Partnership.Tests.Support;

// tests/campaign NAME [--count N] [--seed S]: see tests/campaign.
var campaigns = new SortedDictionary<string, (int Count, Func<Campaign, Task<CampaignResult>> RunAsync)>(StringComparer.Ordinal)
{
    ["order"] = (2_000, OrderCampaign.RunAsync),
    ["outbox"] = (100, OutboxCampaign.RunAsync),
    ["rules"] = (2_000_000, RulesCampaign.RunAsync),
};
if (args.Length % 2 == 0 || !campaigns.TryGetValue(args[0], out var campaign) || !TryRead(args[1..], out var count, out var seed))
{
    await Console.Error.WriteLineAsync($"usage: tests/campaign {string.Join('|', campaigns.Keys)} [--count N] [--seed S]");
    return 2;
}

var result = await campaign.RunAsync(new(count ?? campaign.Count, seed ?? Random.Shared.NextInt64(1_000_000_000), Console.WriteLine));
foreach (var (name, number) in result.Counts)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number,12:N0} {name}"));
foreach (var failure in result.Failures)
    Console.WriteLine($"FAILED {failure}");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Rounds} rounds, {result.Failures.Count} failures"));
return result.Failures.Count == 0 && result.Rounds > 0 ? 0 : 1;

static bool TryRead(string[] options, out int? count, out long? seed)
{
    (count, seed) = (null, null);
    for (var i = 0; i < options.Length; i += 2)
    {
        switch (options[i])
        {
            case "--count" when int.TryParse(options[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0:
                count = n;
                break;
            case "--seed" when long.TryParse(options[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var s):
                seed = s;
                break;
            default:
                return false;
        }
    }

    return true;
}
