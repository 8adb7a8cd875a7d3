using System.Diagnostics;
using System.Security.Cryptography;
using MassTransit;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;
using Partnership.Ledger;

namespace Partnership.InformationSharing;

/// <summary>Records every casework event in the ledger: collection and alteration (DPA 2018 s.62).</summary>
/// <remarks>
/// Messages arrive twice and late: the entry's id follows from the event's, and the ledger takes an id once. Order does not
/// matter, since each entry stands for itself. A failure is thrown, so that the bus tries again and keeps the message.
/// </remarks>
public sealed class RecordCasework(LedgerStore store, LedgerSchemaGuard schema, LedgerMeter meter) :
    IConsumer<ReferralSubmitted>,
    IConsumer<ReferralAccepted>,
    IConsumer<ReferralRedirectProposed>,
    IConsumer<ReferralRedirected>,
    IConsumer<ReferralRedirectRefused>,
    IConsumer<ReferralWithdrawn>,
    IConsumer<CaseOpened>,
    IConsumer<MemberListed>,
    IConsumer<MemberRemoved>,
    IConsumer<RelationRecorded>,
    IConsumer<NeedRecorded>,
    IConsumer<SummaryWritten>,
    IConsumer<UnsafeCopiesRecorded>,
    IConsumer<ConflictDeclared>,
    IConsumer<CaseRestricted>,
    IConsumer<HoldCleared>,
    IConsumer<CaseAmended>,
    IConsumer<MeetingScheduled>,
    IConsumer<CaseListed>,
    IConsumer<ResearchRequested>,
    IConsumer<ResearchReturned>,
    IConsumer<CaldicottMarked>,
    IConsumer<CaseHeard>,
    IConsumer<MinutesRecorded>,
    IConsumer<ActionPlanIssued>,
    IConsumer<ActionAssigned>,
    IConsumer<ActionNeedConfirmed>,
    IConsumer<ActionUpdated>,
    IConsumer<CaseClosed>,
    IConsumer<MaracFlagRaised>,
    IConsumer<EmergencyOpened>,
    IConsumer<EmergencyUsed>,
    IConsumer<EmergencyReviewed>
{
    public Task Consume(ConsumeContext<ReferralSubmitted> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ReferralAccepted> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ReferralRedirectProposed> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ReferralRedirected> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ReferralRedirectRefused> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ReferralWithdrawn> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<CaseOpened> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<MemberListed> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<MemberRemoved> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<RelationRecorded> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<NeedRecorded> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<SummaryWritten> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<UnsafeCopiesRecorded> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ConflictDeclared> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<CaseRestricted> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<HoldCleared> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<CaseAmended> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<MeetingScheduled> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<CaseListed> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ResearchRequested> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ResearchReturned> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<CaldicottMarked> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<CaseHeard> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<MinutesRecorded> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ActionPlanIssued> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ActionAssigned> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ActionNeedConfirmed> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<ActionUpdated> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<CaseClosed> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<MaracFlagRaised> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<EmergencyOpened> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<EmergencyUsed> context) => RecordAsync(context);

    public Task Consume(ConsumeContext<EmergencyReviewed> context) => RecordAsync(context);

    private async Task RecordAsync<TEvent>(ConsumeContext<TEvent> context) where TEvent : class, ICaseworkEvent
    {
        var nonce = RandomNumberGenerator.GetBytes(DisclosureEntry.NonceLength);
        var entry = CaseworkEntry.Of(context.Message, nonce, Activity.Current?.Id);
        try
        {
            await schema.EnsureAsync(context.CancellationToken);
            if (await store.AppendAsync(entry, context.CancellationToken)) meter.Entries.Add(1);
            else meter.Duplicates.Add(1);
        }
        catch (Exception away) when (LedgerFailures.MendsWithTime(away))
        {
            // A database that shuts us out is as good as away: the message waits instead of going to the error queue.
            throw new IOException("The ledger's database cannot take entries now.", away);
        }
    }
}
