using Partnership.EventStore;
using Published = Partnership.Contracts.Marac;

namespace Partnership.Marac.Referrals;

/// <summary>What becomes of a referral's events on the bus. Plain properties only.</summary>
internal static class ReferralPublications
{
    public static PublicationMap WithReferrals(this PublicationMap map) => map
        .Publish<ReferralSubmitted>(ReferralSubmittedMessage)
        .Publish<ReferralAccepted>(ReferralAcceptedMessage)
        .Publish<RedirectProposed>(RedirectProposedMessage)
        .Publish<ReferralRedirected>(ReferralRedirectedMessage)
        .Publish<RedirectRefused>(RedirectRefusedMessage)
        .Publish<ReferralWithdrawn>(ReferralWithdrawnMessage)
        .Private<RecordsChecked>();

    private static Published.ReferralSubmitted ReferralSubmittedMessage(StoredEvent stored, long number)
    {
        var e = (ReferralSubmitted)stored.Data;
        return new Published.ReferralSubmitted
        {
            EventId = stored.Id,
            RecordId = e.ReferralId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Criteria = e.Criteria,
            ThresholdVersion = e.ThresholdVersion,
            ReferringAgency = e.ReferringAgency,
        };
    }

    private static Published.ReferralAccepted ReferralAcceptedMessage(StoredEvent stored, long number)
    {
        var e = (ReferralAccepted)stored.Data;
        return new Published.ReferralAccepted
        {
            EventId = stored.Id,
            RecordId = e.ReferralId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            CaseId = e.CaseId,
            Criterion = e.Criterion,
            ThresholdVersion = e.ThresholdVersion,
        };
    }

    private static Published.ReferralRedirectProposed RedirectProposedMessage(StoredEvent stored, long number)
    {
        var e = (RedirectProposed)stored.Data;
        return new Published.ReferralRedirectProposed
        {
            EventId = stored.Id,
            RecordId = e.ReferralId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            To = e.To,
        };
    }

    private static Published.ReferralRedirected ReferralRedirectedMessage(StoredEvent stored, long number)
    {
        var e = (ReferralRedirected)stored.Data;
        return new Published.ReferralRedirected
        {
            EventId = stored.Id,
            RecordId = e.ReferralId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            To = e.To,
        };
    }

    private static Published.ReferralRedirectRefused RedirectRefusedMessage(StoredEvent stored, long number)
    {
        var e = (RedirectRefused)stored.Data;
        return new Published.ReferralRedirectRefused
        {
            EventId = stored.Id,
            RecordId = e.ReferralId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
        };
    }

    private static Published.ReferralWithdrawn ReferralWithdrawnMessage(StoredEvent stored, long number)
    {
        var e = (ReferralWithdrawn)stored.Data;
        return new Published.ReferralWithdrawn
        {
            EventId = stored.Id,
            RecordId = e.ReferralId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Ground = e.Ground,
        };
    }
}
