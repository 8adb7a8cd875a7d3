using Partnership.Tests.Faults.Support;
using Xunit;

namespace Partnership.Tests.Faults;

/// <summary>The broker gone or refusing: as with its queue, nothing leaves, commands are kept, and it mends by itself.</summary>
public sealed class BrokerTests(FaultyPlatform faulty) : FaultTests(faulty)
{
    [Fact]
    public Task A_stopped_broker_lets_nothing_leave() =>
        NothingLeavesAsync("the broker is stopped", Faulty.Platform.Broker.StopAsync, Faulty.Platform.Broker.StartAgainAsync);

    [Fact]
    public Task A_broker_that_has_run_out_of_disk_lets_nothing_leave() =>
        NothingLeavesAsync("the broker is blocked", Faulty.Platform.Broker.BlockAsync, Faulty.Platform.Broker.UnblockAsync);

    private async Task NothingLeavesAsync(string because, Func<Task> fault, Func<Task> mend)
    {
        await fault();
        var firstReads = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Faulty.Casework.ReadAsync()));
        Assert.All(firstReads, read => Assert.Equal(503, (int)read.Status));
        await Faulty.Casework.EveryAnswerIsTheSame503Async();
        var (referral, accepted) = await Faulty.Casework.ReferAndAcceptAsync();
        await Faulty.Casework.EveryAnswerIsTheSame503Async();

        await mend();

        await Faulty.Casework.ReadAgainAsync(because);
        await Faulty.Casework.IsRecordedAsync(referral, accepted);
        await Faulty.Casework.EveryAnswerIsItsOwnAsync();
        await Faulty.Ledger.HoldsEveryAsync(Faulty.Promises);
        await Faulty.Ledger.SaysWhatLeftAsync(Faulty.Promises);
    }
}
