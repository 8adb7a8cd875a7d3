using System.Collections.Concurrent;
using Partnership.Ledger;
using Partnership.Tests.Faults.Support;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Faults;

/// <summary>Hosts as processes of their own, killed while clients read and refer.</summary>
public sealed class CrashTests(CrashTests.Processes processes) : IClassFixture<CrashTests.Processes>
{
    private const int Crashes = 25;
    private const int GatewayKilledEvery = 6;
    private const int Seed = 20261;

    private readonly Promises promises = new();

    private RunningPlatform Platform => processes.Platform;

    public sealed class Processes : PlatformFixture
    {
        protected override PlatformOptions Options => new()
        {
            Processes = true,
            Settings = new Dictionary<(string Service, string Key), string?>
            {
                [(Services.Gateway, "Ledger:HeartbeatSeconds")] = "1",
                [(Services.InformationSharing, "Ledger:HeartbeatSeconds")] = "1",
                // They are started often and live for seconds: measuring what to compile better does not pay.
                [(Services.InformationSharing, "DOTNET_TieredPGO")] = "0",
                [(Services.Gateway, "DOTNET_TieredPGO")] = "0",
            },
        };
    }

    [Fact]
    public async Task No_answer_received_is_missing_from_the_ledger_and_none_stands_there_twice_after_25_crashes_of_its_consumer_and_some_of_the_gateway()
    {
        var casework = await Casework.OpenAsync(Platform, promises);
        var ledger = new LedgerTables(Platform);
        var referrals = new ConcurrentBag<Guid> { casework.Referral, casework.Barred };
        using var enough = new CancellationTokenSource();
        var load = Task.WhenAll(
            LoadAsync(() => casework.ReadAsync(), TimeSpan.FromMilliseconds(10), enough.Token),
            LoadAsync(() => casework.ReadAsync(Guid.CreateVersion7()), TimeSpan.FromMilliseconds(40), enough.Token),
            LoadAsync(
                async () =>
                {
                    if (await casework.TryReferAsync() is { } referral)
                        referrals.Add(referral);
                },
                TimeSpan.FromMilliseconds(200),
                enough.Token));

        // How far the consumer gets before it is killed depends on the seed and on nothing we guess.
        var random = new Random(Seed);
        for (var crash = 1; crash <= Crashes; crash++)
        {
            var reached = await ledger.CountAsync() + random.Next(1, 40);
            await Eventually.Async(
                async () => await ledger.CountAsync() >= reached, $"the consumer is at work before crash {crash}", TimeSpan.FromSeconds(60));
            await Platform.Host(Services.InformationSharing).KillAsync();
            if (crash % GatewayKilledEvery == 0)
            {
                await Platform.Host(Services.Gateway).KillAsync();
                await Task.WhenAll(
                    Platform.Host(Services.Gateway).StartAsync(), Platform.Host(Services.InformationSharing).StartAsync());
            }
            else
            {
                await Platform.Host(Services.InformationSharing).StartAsync();
            }
        }

        await enough.CancelAsync();
        await load;
        await ledger.HoldsEveryAsync(promises, TimeSpan.FromSeconds(120));
        await Eventually.Async(
            async () => Missing(await ledger.EntriesAsync(), referrals) == 0, "every referral that was accepted is recorded", TimeSpan.FromSeconds(60));
        await ledger.HoldsNothingTwiceAsync();
        Assert.InRange(promises.Count, Crashes, int.MaxValue);
        // A silence is right for a gateway that was killed; anything else would mean that a batch was lost or doubled.
        Assert.DoesNotContain(await ledger.OpenAlarmsAsync(), alarm => alarm.Kind != "silence");
    }

    [Fact]
    public async Task A_gateway_that_is_killed_raises_an_alarm_and_one_that_is_stopped_raises_none()
    {
        var ledger = new LedgerTables(Platform);
        var gateway = Platform.Host(Services.Gateway);
        await Platform.ReadyAsync();
        var stopped = await InstanceAsync();
        await gateway.StopAsync();
        await gateway.StartAsync();
        await Platform.ReadyAsync(Services.Gateway);
        var killed = await InstanceAsync();
        await gateway.KillAsync();
        await gateway.StartAsync();

        // The one that was stopped has been silent for longer.
        await Eventually.Async(async () => await IsMissedAsync(killed), "the killed gateway is missed", TimeSpan.FromSeconds(60));
        Assert.False(await IsMissedAsync(stopped));
        Assert.DoesNotContain(await ledger.OpenAlarmsAsync(), alarm => alarm.Kind == "gap");

        async Task<bool> IsMissedAsync(string instance) =>
            (await ledger.OpenAlarmsAsync()).Any(alarm => alarm.Kind == "silence" && alarm.Instance == instance);
    }

    /// <summary>The run of the gateway that answers now.</summary>
    private async Task<string> InstanceAsync()
    {
        var answer = await Eventually.Async(
            async () => await Platform.As("pvp").GetAsync("/marac/cases", Casework.Meeting) is { Status: System.Net.HttpStatusCode.OK } ok ? ok : null,
            "the gateway answers");
        Assert.True(SharingRecord.TryParse(answer.Headers[SharingRecord.HeaderName], out var promise));
        return promise.Instance;
    }

    private static int Missing(List<LedgerRow> rows, IReadOnlyCollection<Guid> referrals)
    {
        var collected = rows.Where(row => row.Instance is null).Select(row => row.Read())
            .Where(entry => entry.Operation == LedgerOperations.Collection)
            .SelectMany(entry => entry.Records.Select(record => record.RecordId)).ToHashSet();
        return referrals.Count(referral => !collected.Contains(referral.ToString()));
    }

    /// <summary>
    /// Asks again and again, at most so often that what starts has a processor to start on. An answer that breaks off was
    /// not received; one that is whole is kept by whoever asks.
    /// </summary>
    private static async Task LoadAsync(Func<Task> ask, TimeSpan every, CancellationToken enough)
    {
        using var pace = new PeriodicTimer(every);
        while (!enough.IsCancellationRequested)
        {
            try
            {
                await ask();
            }
            catch (HttpRequestException)
            {
                // The gateway is down.
            }

            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
