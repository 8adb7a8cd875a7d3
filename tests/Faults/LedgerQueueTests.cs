using System.Text.Json.Nodes;
using Partnership.Contracts.Topology;
using Partnership.Tests.Faults.Support;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace Partnership.Tests.Faults;

/// <summary>
/// The ledger's queue missing, full or meddled with: nothing leaves unrecorded, whatever was asked is answered alike,
/// accepted commands are kept, and all is well by itself once somebody has mended it.
/// </summary>
public sealed class LedgerQueueTests(FaultyPlatform faulty) : FaultTests(faulty)
{
    private RunningPlatform Platform => Faulty.Platform;

    private HostHandle Sharing => Platform.Host(Services.InformationSharing);

    [Fact]
    public async Task Without_a_fault_every_request_has_its_own_answer_and_the_hidden_is_like_the_unknown()
    {
        await Faulty.Casework.EveryAnswerIsItsOwnAsync();
        await Faulty.Ledger.HoldsEveryAsync(Faulty.Promises);
        await Faulty.Ledger.SaysWhatLeftAsync(Faulty.Promises);
    }

    [Fact]
    public async Task A_queue_that_was_never_created_lets_nothing_leave()
    {
        await StopSharingAsync();
        await Platform.Host(Services.Gateway).StopAsync();
        await Faulty.Broker.DeleteQueueAsync();
        await Faulty.Broker.AllowDeclaringAsync($"^(?!{BusTopology.LedgerQueue}).*");
        // The gateway learns who people are from InformationSharing, which on its part may not declare the queue either.
        await Sharing.StartAsync();
        await Platform.Host(Services.Gateway).StartAsync();
        await Eventually.Async(
            async () => (int)(await Faulty.Casework.ReadAsync()).Status != 401, "the gateway knows people", FaultyPlatform.Mended);

        await NothingLeavesAsync("the queue was never created", mend: async () =>
        {
            Assert.Null(await Faulty.Broker.WaitingAsync());
            await Faulty.Broker.AllowDeclaringAsync(".*");
        });
        Assert.Equal("reject-publish", (await Faulty.Broker.QueueArgumentsAsync()).GetProperty("x-overflow").GetString());
    }

    [Fact]
    public async Task A_deleted_queue_lets_nothing_leave_until_InformationSharing_declares_it()
    {
        await StopSharingAsync();
        await Faulty.Broker.DeleteQueueAsync();

        await NothingLeavesAsync("the queue is gone", mend: Sharing.StartAsync);

        Assert.Contains(await Faulty.Ledger.OpenAlarmsAsync(), alarm => alarm.Kind == "queue-missing");
    }

    [Fact]
    public async Task A_deleted_queue_is_declared_by_the_gateway_when_InformationSharing_stays_away()
    {
        Faulty.Overrides[(Services.Gateway, "Ledger:RedeclareAfterSeconds")] = "1";
        await Faulty.RestartAsync(Services.Gateway);
        await Faulty.Casework.ReadAgainAsync("the gateway's start");
        await StopSharingAsync();
        await Faulty.Broker.DeleteQueueAsync();

        await Faulty.Casework.ReadAgainAsync("the queue was deleted");
        Assert.Equal("reject-publish", (await Faulty.Broker.QueueArgumentsAsync()).GetProperty("x-overflow").GetString());

        Assert.True(Faulty.Overrides.TryRemove((Services.Gateway, "Ledger:RedeclareAfterSeconds"), out _));
        await Faulty.RestartAsync(Services.Gateway);
        await Sharing.StartAsync();
        await WellAsync();
    }

    [Fact]
    public async Task A_deleted_queue_is_there_again_at_once_while_InformationSharing_runs()
    {
        await Faulty.Ledger.HoldsEveryAsync(Faulty.Promises);
        await Faulty.Broker.DeleteQueueAsync();

        await Faulty.Casework.ReadAgainAsync("the queue was deleted");
        await Eventually.Async(
            async () => (await Faulty.Ledger.OpenAlarmsAsync()).Any(alarm => alarm.Kind == "queue-deleted"), "somebody is told of it");
        await Faulty.Casework.EveryAnswerIsItsOwnAsync();
    }

    [Fact]
    public async Task No_binding_can_be_lost_because_the_queue_needs_none()
    {
        await Faulty.Broker.OnQueueAsync(async channel =>
        {
            await channel.QueueBindAsync(BusTopology.LedgerQueue, "amq.direct", "ledger");
            await channel.QueueUnbindAsync(BusTopology.LedgerQueue, "amq.direct", "ledger");
        });
        var refused = await Assert.ThrowsAsync<OperationInterruptedException>(() => Faulty.Broker.OnQueueAsync(
            channel => channel.QueueUnbindAsync(BusTopology.LedgerQueue, "", BusTopology.LedgerQueue)));
        Assert.Equal(Constants.AccessRefused, refused.ShutdownReason!.ReplyCode);

        Assert.Equal(200, (int)(await Faulty.Casework.ReadAgainAsync("bindings came and went")).Status);
        await WellAsync();
    }

    [Fact]
    public async Task A_full_queue_lets_nothing_leave()
    {
        await StopSharingAsync();
        await Faulty.Broker.SetPolicyAsync(new JsonObject { ["max-length"] = 1 });

        await NothingLeavesAsync("the queue is full", mend: async () =>
        {
            await Faulty.Broker.DeletePolicyAsync();
            await Faulty.Casework.ReadAgainAsync("the limit was lifted");
            await Sharing.StartAsync();
        });
    }

    [Fact]
    public async Task A_full_queue_that_was_told_to_drop_its_head_lets_nothing_leave_and_loses_nothing()
    {
        await StopSharingAsync();
        await Faulty.Broker.SetPolicyAsync(new JsonObject { ["max-length"] = 1, ["overflow"] = "drop-head" });

        await NothingLeavesAsync("the queue drops what it confirms", mend: async () =>
        {
            await Faulty.Broker.DeletePolicyAsync();
            await Faulty.Casework.ReadAgainAsync("the policy was taken away");
            await Sharing.StartAsync();
        });
        Assert.Contains(await Faulty.Ledger.OpenAlarmsAsync(), alarm => alarm.Kind == "queue-drops");
    }

    [Fact]
    public async Task A_queue_told_to_drop_everything_at_once_loses_nothing_either()
    {
        await Faulty.Broker.SetPolicyAsync(new JsonObject { ["max-length"] = 0, ["overflow"] = "drop-head", ["message-ttl"] = 1 });
        for (var round = 0; round < 20; round++)
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Faulty.Casework.ReadAsync()));

        await Faulty.Broker.DeletePolicyAsync();
        await WellAsync();
    }

    private async Task NothingLeavesAsync(string because, Func<Task> mend)
    {
        await Faulty.Casework.NothingIsReadAsync(because);
        await Faulty.Casework.EveryAnswerIsTheSame503Async();
        var (referral, accepted) = await Faulty.Casework.ReferAndAcceptAsync();
        await Faulty.Casework.EveryAnswerIsTheSame503Async();

        await mend();

        await Faulty.Casework.ReadAgainAsync(because);
        await Faulty.Casework.IsRecordedAsync(referral, accepted);
        await WellAsync();
    }

    private async Task WellAsync()
    {
        await Faulty.Casework.EveryAnswerIsItsOwnAsync();
        await Faulty.Ledger.HoldsEveryAsync(Faulty.Promises);
        await Faulty.Ledger.SaysWhatLeftAsync(Faulty.Promises);
    }

    /// <summary>Stops it once it has taken everything, so that who deletes the queue then deletes no entry.</summary>
    private async Task StopSharingAsync()
    {
        await Faulty.Ledger.HoldsEveryAsync(Faulty.Promises);
        await Faulty.Ledger.SaysWhatLeftAsync(Faulty.Promises);
        await Sharing.StopAsync();
    }
}
