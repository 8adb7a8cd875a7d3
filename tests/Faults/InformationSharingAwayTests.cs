using Partnership.Tests.Faults.Support;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Faults;

/// <summary>InformationSharing stopped: entries wait in the queue, and what is taken from there is noticed.</summary>
public sealed class InformationSharingAwayTests(FaultyPlatform faulty) : FaultTests(faulty)
{
    private HostHandle Sharing => Faulty.Platform.Host(Services.InformationSharing);

    [Fact]
    public async Task Reads_go_on_and_the_ledger_catches_up()
    {
        await Faulty.Casework.ReadAgainAsync("the test before");
        await Sharing.StopAsync();
        var before = await Faulty.Ledger.CountAsync();
        var promised = Faulty.Promises.Count;

        for (var round = 0; round < 10; round++)
        {
            var reads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Faulty.Casework.ReadAsync()));
            Assert.All(reads, read => Assert.Equal(200, (int)read.Status));
        }

        var (referral, accepted) = await Faulty.Casework.ReferAndAcceptAsync();
        Assert.Equal(promised + 80, Faulty.Promises.Count);
        Assert.Equal(before, await Faulty.Ledger.CountAsync());

        await Sharing.StartAsync();
        await Faulty.Ledger.HoldsEveryAsync(Faulty.Promises);
        await Faulty.Casework.IsRecordedAsync(referral, accepted);
        await Faulty.Ledger.SaysWhatLeftAsync(Faulty.Promises);
    }

    [Fact]
    public async Task Entries_that_somebody_purges_leave_a_gap_that_raises_an_alarm()
    {
        await Faulty.Casework.ReadAgainAsync("the test before");
        await Faulty.Ledger.HoldsEveryAsync(Faulty.Promises);
        await Sharing.StopAsync();
        var instance = (await Faulty.Ledger.InstancesAsync())[^1];
        var before = (await Faulty.Ledger.OpenAlarmsAsync()).Count(alarm => alarm.Kind == "gap" && alarm.Instance == instance);
        // Of somebody else's promises: this one is about to be broken.
        var lost = await Faulty.Platform.As("pvp").GetAsync($"/marac/cases/{Faulty.Casework.Case}", Casework.Meeting);
        Assert.Equal(200, (int)lost.Status);

        await Faulty.Broker.PurgeQueueAsync();
        await Sharing.StartAsync();

        await Eventually.Async(
            async () => (await Faulty.Ledger.OpenAlarmsAsync()).Count(alarm => alarm.Kind == "gap" && alarm.Instance == instance) > before,
            "a gap alarm is raised",
            FaultyPlatform.Mended);
    }
}
