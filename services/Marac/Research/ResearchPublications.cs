using Partnership.EventStore;
using Published = Partnership.Contracts.Marac;

namespace Partnership.Marac.Research;

/// <summary>What becomes of research on the bus. Plain properties only.</summary>
internal static class ResearchPublications
{
    public static PublicationMap WithResearch(this PublicationMap map) => map
        .Publish<ResearchRequested>(RequestedMessage)
        .Publish<ResearchReturned>(ReturnedMessage)
        .Publish<CaldicottMarked>(MarkedMessage);

    private static Published.ResearchRequested RequestedMessage(StoredEvent stored, long number)
    {
        var e = (ResearchRequested)stored.Data;
        return new Published.ResearchRequested
        {
            EventId = stored.Id,
            RecordId = e.RequestId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            CaseId = e.CaseId,
            Agency = e.Agency,
            Team = e.Team,
            DueOn = e.DueOn,
        };
    }

    private static Published.ResearchReturned ReturnedMessage(StoredEvent stored, long number)
    {
        var e = (ResearchReturned)stored.Data;
        return new Published.ResearchReturned
        {
            EventId = stored.Id,
            RecordId = e.ReturnId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            CaseId = e.CaseId,
            Agency = e.Agency,
            Team = e.Team,
            Nil = e.Nil,
        };
    }

    private static Published.CaldicottMarked MarkedMessage(StoredEvent stored, long number)
    {
        var e = (CaldicottMarked)stored.Data;
        return new Published.CaldicottMarked
        {
            EventId = stored.Id,
            RecordId = e.ReturnId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            ItemId = e.ItemId,
            Released = e.Released,
        };
    }
}
