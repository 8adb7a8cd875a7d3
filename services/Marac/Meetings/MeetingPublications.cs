using Partnership.EventStore;
using Partnership.Marac.Flags;
using Partnership.Marac.Meetings;
using Published = Partnership.Contracts.Marac;

namespace Partnership.Marac;

/// <summary>Meetings and flags on the bus.</summary>
internal static class MeetingPublications
{
    public static PublicationMap WithMeetingsAndFlags(this PublicationMap map) => map
        .Publish<MeetingScheduled>(MeetingScheduledMessage)
        .Publish<FlagRaised>(FlagRaisedMessage);

    private static Published.MeetingScheduled MeetingScheduledMessage(StoredEvent stored, long number)
    {
        var e = (MeetingScheduled)stored.Data;
        return new Published.MeetingScheduled
        {
            EventId = stored.Id,
            RecordId = e.MeetingId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = [],
            Actor = Publications.ActorOf(stored),
            StartsAt = e.StartsAt,
        };
    }

    private static Published.MaracFlagRaised FlagRaisedMessage(StoredEvent stored, long number)
    {
        var e = (FlagRaised)stored.Data;
        return new Published.MaracFlagRaised
        {
            EventId = stored.Id,
            RecordId = e.FlagId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            CaseId = e.CaseId,
            ExpiresOn = e.ExpiresOn,
        };
    }
}
