using Partnership.EventStore;
using Published = Partnership.Contracts.Marac;

namespace Partnership.Marac.Cases;

/// <summary>What becomes of a case's way through its meeting on the bus, and of the facts its sharing rests on.</summary>
internal static class CaseStagePublications
{
    public static PublicationMap WithCaseStages(this PublicationMap map) => map
        .Publish<UnsafeCopiesRecorded>(UnsafeCopiesRecordedMessage)
        .Publish<HoldCleared>(HoldClearedMessage)
        .Publish<CaseAmended>(CaseAmendedMessage)
        .Publish<CaseListed>(CaseListedMessage)
        .Publish<CaseHeard>(CaseHeardMessage)
        .Publish<ActionPlanIssued>(ActionPlanIssuedMessage)
        .Publish<CaseClosed>(CaseClosedMessage)
        // Each agency that is asked has a message of its own.
        .Private<ResearchOpened>();

    private static Published.UnsafeCopiesRecorded UnsafeCopiesRecordedMessage(StoredEvent stored, long number)
    {
        var e = (UnsafeCopiesRecorded)stored.Data;
        return new Published.UnsafeCopiesRecorded
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Count = e.Parties.Count,
            Parties = e.Parties,
        };
    }

    private static Published.HoldCleared HoldClearedMessage(StoredEvent stored, long number)
    {
        var e = (HoldCleared)stored.Data;
        return new Published.HoldCleared
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            HoldId = e.HoldId,
        };
    }

    private static Published.CaseAmended CaseAmendedMessage(StoredEvent stored, long number)
    {
        var e = (CaseAmended)stored.Data;
        return new Published.CaseAmended
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Field = e.Field,
        };
    }

    private static Published.CaseListed CaseListedMessage(StoredEvent stored, long number)
    {
        var e = (CaseListed)stored.Data;
        return new Published.CaseListed
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            MeetingId = e.MeetingId,
        };
    }

    private static Published.CaseHeard CaseHeardMessage(StoredEvent stored, long number)
    {
        var e = (CaseHeard)stored.Data;
        return new Published.CaseHeard
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            MeetingId = e.MeetingId,
        };
    }

    private static Published.ActionPlanIssued ActionPlanIssuedMessage(StoredEvent stored, long number)
    {
        var e = (ActionPlanIssued)stored.Data;
        return new Published.ActionPlanIssued
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
        };
    }

    private static Published.CaseClosed CaseClosedMessage(StoredEvent stored, long number)
    {
        var e = (CaseClosed)stored.Data;
        return new Published.CaseClosed
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
        };
    }
}
