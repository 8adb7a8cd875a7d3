using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;
using Partnership.EventStore;
using Partnership.InformationSharing;
using Partnership.Ledger;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.InformationSharing;

public sealed class CaseworkRecordTests : IAsyncLifetime
{
    private readonly TimeProvider clock = TimeProvider.System;
    private LedgerRig rig = null!;
    private WebApplication publisher = null!;

    public async ValueTask InitializeAsync()
    {
        rig = await LedgerRig.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Bus:Host", rig.Broker.Amqp.Host), new("Bus:Port", $"{rig.Broker.Amqp.Port}"), new("Bus:VirtualHost", rig.VirtualHost),
            new("Bus:Username", rig.Broker.Username), new("Bus:Password", rig.Broker.Password),
            new("urls", "http://127.0.0.1:0"), new("Logging:LogLevel:Default", "None"),
        ]);
        builder.AddServiceDefaults("marac");
        builder.AddPartnershipBus();
        publisher = builder.Build();
        await publisher.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await publisher.StopAsync();
        await publisher.DisposeAsync();
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task A_casework_event_becomes_one_entry_however_often_it_is_delivered()
    {
        var submitted = Submitted();
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for (var i = 0; i < 4; i++) await PublishAsync(submitted, trace);
        var withdrawn = new ReferralWithdrawn
        {
            EventId = Guid.CreateVersion7(clock.GetUtcNow()),
            RecordId = submitted.RecordId,
            StreamId = submitted.StreamId,
            PublicationNumber = 2,
            OccurredAt = submitted.OccurredAt,
            Subjects = submitted.Subjects,
            Actor = submitted.Actor,
            Ground = WithdrawalGround.Error,
        };
        await PublishAsync(withdrawn, trace);
        await rig.UntilEntriesAsync(2);
        await Eventually.Async(async () => await rig.Broker.ReadyAsync(rig.VirtualHost, "information-sharing.casework") == 0, "all messages are taken");
        await rig.StopHostAsync();
        Assert.Equal(0u, await rig.Broker.ReadyAsync(rig.VirtualHost, "information-sharing.casework"));
        Assert.Equal(2, await rig.EntriesAsync());

        var bytes = await rig.ScalarAsync<byte[]>($"select bytes from ledger.entries where entry_id = '{CaseworkEntry.IdOf(submitted.EventId)}'");
        Assert.True(DisclosureEntry.TryRead(bytes, out var entry));
        Assert.Equal((LedgerOperations.Collection, "marac", "p.1", "marac.referral"), (entry.Operation, entry.Service, entry.Actor.PersonId, entry.Records[0].RecordType));
        Assert.StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-", entry.TraceParent, StringComparison.Ordinal);
        Assert.Equal(
            [$"{CaseworkEntry.IdOf(withdrawn.EventId)}"],
            await rig.ColumnAsync("select entry_id::text from ledger.entries where convert_from(bytes, 'UTF8') like '%\"operation\":\"ALTERATION\"%'"));
    }

    [Fact]
    public async Task While_the_database_is_away_casework_waits()
    {
        await rig.LetIntoDatabaseAsync(false);
        await PublishAsync(Submitted(), null);
        await PublishAsync(Submitted(), null);
        await rig.LetIntoDatabaseAsync(true);
        await rig.UntilEntriesAsync(2);
        Assert.Equal(0u, await rig.Broker.ReadyAsync(rig.VirtualHost, "information-sharing.casework_error"));
    }

    [Fact]
    public async Task Casework_and_disclosures_share_one_row_of_positions()
    {
        using var gateway = rig.Gateway("gateway-1");
        var both = Enumerable.Range(0, 30).Select(async i =>
        {
            if (i % 2 == 0) await PublishAsync(Submitted(), null);
        }).ToList();
        for (var i = 0; i < 15; i++) await rig.PublishAsync(gateway.Next(gateway.Entry()));
        await Task.WhenAll(both);
        await rig.UntilEntriesAsync(30);
        Assert.Equal(29, await rig.ScalarAsync<long>("select max(position) from ledger.entries"));
        Assert.Equal(15, await rig.ScalarAsync<long>("select count(*) from ledger.entries where instance is null"));
    }

    private Task PublishAsync(object contract, string? trace) =>
        publisher.Services.GetRequiredService<IContractPublisher>()
            .PublishAsync(contract, Guid.CreateVersion7(clock.GetUtcNow()), trace, TestContext.Current.CancellationToken);

    private ReferralSubmitted Submitted()
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        return new ReferralSubmitted
        {
            EventId = Guid.CreateVersion7(clock.GetUtcNow()),
            RecordId = id,
            StreamId = id,
            PublicationNumber = 1,
            OccurredAt = clock.GetUtcNow(),
            Subjects = [Guid.CreateVersion7(clock.GetUtcNow())],
            Actor = new ActorStamp { Person = "p.1", Agency = "CON", Team = "PVP", Role = "marac-representative", Purpose = "marac-referral" },
            Criteria = [ReferralCriterion.Repeat],
            ThresholdVersion = "national-14",
            ReferringAgency = "CON",
        };
    }
}
