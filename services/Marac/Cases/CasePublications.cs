using Partnership.EventStore;
using Published = Partnership.Contracts.Marac;

namespace Partnership.Marac.Cases;

/// <summary>What becomes of a case's events on the bus. Plain properties only.</summary>
internal static class CasePublications
{
    public static PublicationMap WithCases(this PublicationMap map) => map
        .Publish<CaseOpened>(CaseOpenedMessage)
        .Publish<MemberListed>(MemberListedMessage)
        .Publish<MemberRemoved>(MemberRemovedMessage)
        .Publish<RelationRecorded>(RelationRecordedMessage)
        .Publish<RelationEnded>(RelationEndedMessage)
        .Publish<NeedRecorded>(NeedRecordedMessage)
        .Publish<NeedEnded>(NeedEndedMessage)
        .Publish<SummaryWritten>(SummaryWrittenMessage);

    private static Published.CaseOpened CaseOpenedMessage(StoredEvent stored, long number)
    {
        var e = (CaseOpened)stored.Data;
        return new Published.CaseOpened
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            ReferralId = e.ReferralId,
            Criterion = e.Criterion,
            ThresholdVersion = e.ThresholdVersion,
            ReferringAgency = e.ReferringAgency,
            ChildCount = e.ChildCount,
        };
    }

    private static Published.MemberListed MemberListedMessage(StoredEvent stored, long number)
    {
        var e = (MemberListed)stored.Data;
        return new Published.MemberListed
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Agency = e.Agency,
            Team = e.Team,
        };
    }

    private static Published.MemberRemoved MemberRemovedMessage(StoredEvent stored, long number)
    {
        var e = (MemberRemoved)stored.Data;
        return new Published.MemberRemoved
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Agency = e.Agency,
            Team = e.Team,
        };
    }

    private static Published.RelationRecorded RelationRecordedMessage(StoredEvent stored, long number)
    {
        var e = (RelationRecorded)stored.Data;
        return new Published.RelationRecorded
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Agency = e.Agency,
            Team = e.Team,
            Kind = e.Kind,
            Ended = false,
        };
    }

    private static Published.RelationRecorded RelationEndedMessage(StoredEvent stored, long number)
    {
        var e = (RelationEnded)stored.Data;
        return new Published.RelationRecorded
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Agency = e.Agency,
            Team = e.Team,
            Kind = e.Kind,
            Ended = true,
        };
    }

    private static Published.NeedRecorded NeedRecordedMessage(StoredEvent stored, long number)
    {
        var e = (NeedRecorded)stored.Data;
        return new Published.NeedRecorded
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Agency = e.Agency,
            Team = e.Team,
            Groups = e.Groups,
            Until = e.Until,
            Ended = false,
        };
    }

    private static Published.NeedRecorded NeedEndedMessage(StoredEvent stored, long number)
    {
        var e = (NeedEnded)stored.Data;
        return new Published.NeedRecorded
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Agency = e.Agency,
            Team = e.Team,
            Groups = e.Groups,
            Until = e.Until,
            Ended = true,
        };
    }

    private static Published.SummaryWritten SummaryWrittenMessage(StoredEvent stored, long number)
    {
        var e = (SummaryWritten)stored.Data;
        return new Published.SummaryWritten
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Empty = e.Empty,
        };
    }
}
