using Partnership.Ledger;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.InformationSharing;

public sealed class LedgerCrashTests
{
    private const int Crashes = 25;

    [Fact]
    public async Task After_25_crashes_of_the_consumer_nothing_is_missing_and_nothing_is_twice()
    {
        await using var rig = await LedgerRig.CreateAsync(migrate: true, ("Ledger:Prefetch", "4"));
        var random = new Random(20261122);
        using var one = rig.Gateway("gateway-1");
        using var two = rig.Gateway("gateway-2");
        var sent = new List<string>();
        for (var crash = 0; crash < Crashes; crash++)
        {
            await SendAsync(30);
            await rig.StartProcessAsync();
            // Somewhere within the work: before the first commit, between two, or after the last.
            var killAt = await rig.EntriesAsync() + random.Next(0, (int)(sent.Count - await rig.EntriesAsync()) + 1);
            await Eventually.Async(async () => await rig.EntriesAsync() >= killAt, "the consumer gets on", TimeSpan.FromSeconds(60));
            await rig.KillProcessAsync();
        }

        await SendAsync(10);
        await rig.StartProcessAsync();
        await rig.UntilEntriesAsync(sent.Count);
        await AssertExactlyAsync(rig, sent);

        async Task SendAsync(int batches)
        {
            for (var i = 0; i < batches; i++)
            {
                var gateway = random.Next(2) == 0 ? one : two;
                var entries = Enumerable.Range(0, random.Next(1, 4)).Select(_ => gateway.Entry()).ToArray();
                sent.AddRange(entries.Select(e => Convert.ToHexStringLower(DisclosureEntry.LeafHash(e.ToBytes()))));
                var batch = gateway.Next(entries);
                await rig.PublishAsync(batch);
                // An unconfirmed batch is repeated unchanged.
                if (random.Next(5) == 0) await rig.PublishAsync(batch);
            }
        }
    }

    [Fact]
    public async Task With_its_database_connections_cut_again_and_again_nothing_is_missing_and_nothing_is_twice()
    {
        await using var rig = await LedgerRig.StartAsync(("Ledger:Prefetch", "2"));
        using var gateway = rig.Gateway("gateway-1");
        var sent = new List<string>();
        for (var round = 0; round < 25; round++)
        {
            for (var i = 0; i < 20; i++)
            {
                var entry = gateway.Entry();
                sent.Add(Convert.ToHexStringLower(DisclosureEntry.LeafHash(entry.ToBytes())));
                await rig.PublishAsync(gateway.Next(entry));
                if (i == round % 20) await rig.CutDatabaseAsync();
            }
        }

        await rig.UntilEntriesAsync(sent.Count);
        await AssertExactlyAsync(rig, sent);
    }

    private static async Task AssertExactlyAsync(LedgerRig rig, List<string> sent)
    {
        Assert.Equal(sent, await rig.ColumnAsync("select encode(leaf_hash, 'hex') from ledger.entries order by position"));
        Assert.Equal(sent.Count - 1, await rig.ScalarAsync<long>("select max(position) from ledger.entries"));
        Assert.Equal(0, await rig.ScalarAsync<long>("select count(*) from ledger.opaque_messages"));
        Assert.DoesNotContain(await rig.ColumnAsync("select kind from ledger.alarms"), kind => kind != "silence");
    }
}
