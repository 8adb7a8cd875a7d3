using Partnership.EventStore;
using Published = Partnership.Contracts.Marac;

namespace Partnership.Marac.Actions;

/// <summary>What becomes of actions on the bus. Plain properties only.</summary>
internal static class ActionPublications
{
    public static PublicationMap WithActions(this PublicationMap map) => map
        .Publish<ActionAssigned>(AssignedMessage)
        .Publish<ActionNeedConfirmed>(NeedConfirmedMessage)
        .Publish<ActionOutcomeRecorded>(OutcomeMessage);

    private static Published.ActionAssigned AssignedMessage(StoredEvent stored, long number)
    {
        var e = (ActionAssigned)stored.Data;
        return new Published.ActionAssigned
        {
            EventId = stored.Id,
            RecordId = e.ActionId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            CaseId = e.CaseId,
            OwnerAgency = e.OwnerAgency,
            OwnerTeam = e.OwnerTeam,
            DueOn = e.DueOn,
        };
    }

    private static Published.ActionNeedConfirmed NeedConfirmedMessage(StoredEvent stored, long number)
    {
        var e = (ActionNeedConfirmed)stored.Data;
        return new Published.ActionNeedConfirmed
        {
            EventId = stored.Id,
            RecordId = e.ActionId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Groups = e.Groups,
        };
    }

    private static Published.ActionUpdated OutcomeMessage(StoredEvent stored, long number)
    {
        var e = (ActionOutcomeRecorded)stored.Data;
        return new Published.ActionUpdated
        {
            EventId = stored.Id,
            RecordId = e.ActionId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            CaseId = e.CaseId,
            Status = e.Status,
        };
    }
}
