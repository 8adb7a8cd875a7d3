using System.Text.Json;
using Partnership.Contracts;
using Partnership.EventStore;
using Published = Partnership.Contracts.Sharing;

namespace Partnership.InformationSharing.Emergencies;

/// <summary>What becomes of the events of emergencies on the bus: an alert each, plain properties only.</summary>
internal static class EmergencyPublications
{
    public static PublicationMap Map() => new PublicationMap()
        .Publish<EmergencyOpened>(OpenedMessage)
        .Publish<EmergencyUsed>(UsedMessage)
        .Publish<EmergencyReviewed>(ReviewedMessage)
        .Private<EmergencyCounted>();

    private static Published.EmergencyOpened OpenedMessage(StoredEvent stored, long number)
    {
        var e = (EmergencyOpened)stored.Data;
        return new Published.EmergencyOpened
        {
            EventId = stored.Id,
            RecordId = e.EmergencyId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = [],
            Actor = ActorOf(stored),
            Type = e.Type,
            Until = e.Until,
            ReviewBy = e.ReviewBy,
            OpenedRecently = e.OpenedRecently,
            Repeated = e.Repeated,
        };
    }

    private static Published.EmergencyUsed UsedMessage(StoredEvent stored, long number)
    {
        var e = (EmergencyUsed)stored.Data;
        return new Published.EmergencyUsed
        {
            EventId = stored.Id,
            RecordId = e.EmergencyId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = e.Subjects,
            Actor = ActorOf(stored),
            UsedRecordType = e.RecordType,
            UsedRecordId = e.RecordId,
            EntryId = e.EntryId,
        };
    }

    private static Published.EmergencyReviewed ReviewedMessage(StoredEvent stored, long number)
    {
        var e = (EmergencyReviewed)stored.Data;
        return new Published.EmergencyReviewed
        {
            EventId = stored.Id,
            RecordId = e.EmergencyId,
            StreamId = stored.StreamId,
            PublicationNumber = number,
            OccurredAt = stored.At,
            Subjects = [],
            Actor = ActorOf(stored),
            Outcome = e.Outcome,
            Late = e.Late,
        };
    }

    private static Published.ActorStamp ActorOf(StoredEvent stored) =>
        JsonSerializer.Deserialize<Published.ActorStamp>(stored.Headers.Actor, WireJson.Options)
            ?? throw new InvalidOperationException("An event has no actor.");
}
