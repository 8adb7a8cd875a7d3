using Partnership.EventStore;
using Published = Partnership.Contracts.Marac;

namespace Partnership.Marac.ConflictRegister;

/// <summary>That a register changed, for the ledger; never who is on it.</summary>
internal static class RegisterPublications
{
    public static PublicationMap WithRegisters(this PublicationMap map) => map
        // The case's own event tells that it opened.
        .Private<RegisterOpened>()
        .Publish<ConflictDeclared>(ConflictDeclaredMessage)
        .Publish<ConflictResolved>(ConflictResolvedMessage)
        .Publish<CaseRestricted>(CaseRestrictedMessage)
        .Publish<RestrictionLifted>(RestrictionLiftedMessage);

    private static Published.ConflictDeclared ConflictDeclaredMessage(StoredEvent stored, long number)
    {
        var e = (ConflictDeclared)stored.Data;
        return new Published.ConflictDeclared
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Ended = false,
        };
    }

    private static Published.ConflictDeclared ConflictResolvedMessage(StoredEvent stored, long number)
    {
        var e = (ConflictResolved)stored.Data;
        return new Published.ConflictDeclared
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Ended = true,
        };
    }

    private static Published.CaseRestricted CaseRestrictedMessage(StoredEvent stored, long number)
    {
        var e = (CaseRestricted)stored.Data;
        return new Published.CaseRestricted
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Ended = false,
        };
    }

    private static Published.CaseRestricted RestrictionLiftedMessage(StoredEvent stored, long number)
    {
        var e = (RestrictionLifted)stored.Data;
        return new Published.CaseRestricted
        {
            EventId = stored.Id,
            RecordId = e.CaseId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = Publications.ActorOf(stored),
            Ended = true,
        };
    }
}
