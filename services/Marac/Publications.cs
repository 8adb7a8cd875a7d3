using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;
using Partnership.EventStore;
using Partnership.Marac.Referrals;
using Published = Partnership.Contracts.Marac;

namespace Partnership.Marac;

/// <summary>
/// What becomes of each stored event on the bus. Only plain properties are read here, so a message never waits for a key
/// and never holds what one protects.
/// </summary>
internal static class Publications
{
    public static PublicationMap Map() => new PublicationMap()
        .Publish<Referrals.ReferralSubmitted>((stored, number) =>
        {
            var e = (Referrals.ReferralSubmitted)stored.Data;
            return new Published.ReferralSubmitted
            {
                EventId = stored.Id, RecordId = e.ReferralId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored),
                Criteria = e.Criteria, ThresholdVersion = e.ThresholdVersion, ReferringAgency = e.ReferringAgency,
            };
        })
        .Private<RecordsChecked>()
        .Publish<Referrals.ReferralAccepted>((stored, number) =>
        {
            var e = (Referrals.ReferralAccepted)stored.Data;
            return new Published.ReferralAccepted
            {
                EventId = stored.Id, RecordId = e.ReferralId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored),
                CaseId = e.CaseId, Criterion = e.Criterion, ThresholdVersion = e.ThresholdVersion,
            };
        })
        .Publish<RedirectProposed>((stored, number) =>
        {
            var e = (RedirectProposed)stored.Data;
            return new ReferralRedirectProposed
            {
                EventId = stored.Id, RecordId = e.ReferralId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored), To = e.To,
            };
        })
        .Publish<Referrals.ReferralRedirected>((stored, number) =>
        {
            var e = (Referrals.ReferralRedirected)stored.Data;
            return new Published.ReferralRedirected
            {
                EventId = stored.Id, RecordId = e.ReferralId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored), To = e.To,
            };
        })
        .Publish<RedirectRefused>((stored, number) =>
        {
            var e = (RedirectRefused)stored.Data;
            return new ReferralRedirectRefused
            {
                EventId = stored.Id, RecordId = e.ReferralId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored),
            };
        })
        .Publish<Referrals.ReferralWithdrawn>((stored, number) =>
        {
            var e = (Referrals.ReferralWithdrawn)stored.Data;
            return new Published.ReferralWithdrawn
            {
                EventId = stored.Id, RecordId = e.ReferralId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored), Ground = e.Ground,
            };
        })
        .Publish<Cases.CaseOpened>((stored, number) =>
        {
            var e = (Cases.CaseOpened)stored.Data;
            return new Published.CaseOpened
            {
                EventId = stored.Id, RecordId = e.CaseId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored),
                ReferralId = e.ReferralId, Criterion = e.Criterion, ThresholdVersion = e.ThresholdVersion,
                ReferringAgency = e.ReferringAgency, ChildCount = e.ChildCount,
            };
        })
        .Private<ConflictRegister.RegisterOpened>()
        .Publish<Cases.MemberListed>((stored, number) =>
        {
            var e = (Cases.MemberListed)stored.Data;
            return new Published.MemberListed
            {
                EventId = stored.Id, RecordId = e.CaseId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored), Agency = e.Agency, Team = e.Team,
            };
        })
        .Publish<Cases.MemberRemoved>((stored, number) =>
        {
            var e = (Cases.MemberRemoved)stored.Data;
            return new Published.MemberRemoved
            {
                EventId = stored.Id, RecordId = e.CaseId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored), Agency = e.Agency, Team = e.Team,
            };
        })
        .Publish<Cases.RelationRecorded>((stored, number) =>
        {
            var e = (Cases.RelationRecorded)stored.Data;
            return RelationOf(stored, number, e, e.Agency, e.Team, e.Kind, ended: false);
        })
        .Publish<Cases.RelationEnded>((stored, number) =>
        {
            var e = (Cases.RelationEnded)stored.Data;
            return RelationOf(stored, number, e, e.Agency, e.Team, e.Kind, ended: true);
        })
        .Publish<Cases.NeedRecorded>((stored, number) =>
        {
            var e = (Cases.NeedRecorded)stored.Data;
            return NeedOf(stored, number, e, e.Agency, e.Team, e.Groups, e.Until, ended: false);
        })
        .Publish<Cases.NeedEnded>((stored, number) =>
        {
            var e = (Cases.NeedEnded)stored.Data;
            return NeedOf(stored, number, e, e.Agency, e.Team, e.Groups, e.Until, ended: true);
        })
        .Publish<Cases.SummaryWritten>((stored, number) =>
        {
            var e = (Cases.SummaryWritten)stored.Data;
            return new Published.SummaryWritten
            {
                EventId = stored.Id, RecordId = e.CaseId, StreamId = stored.StreamId, PublicationNumber = number,
                OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored), Empty = e.Empty,
            };
        });

    private static Published.RelationRecorded RelationOf(
        StoredEvent stored, long number, Cases.CaseEvent e, string agency, string? team, string kind, bool ended) => new()
        {
            EventId = stored.Id, RecordId = e.CaseId, StreamId = stored.StreamId, PublicationNumber = number,
            OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored),
            Agency = agency, Team = team, Kind = kind, Ended = ended,
        };

    private static Published.NeedRecorded NeedOf(
        StoredEvent stored, long number, Cases.CaseEvent e, string agency, string? team, IReadOnlyList<string> groups,
        DateTimeOffset until, bool ended) => new()
        {
            EventId = stored.Id, RecordId = e.CaseId, StreamId = stored.StreamId, PublicationNumber = number,
            OccurredAt = stored.At, Subjects = e.Subjects, Actor = ActorOf(stored),
            Agency = agency, Team = team, Groups = groups, Until = until, Ended = ended,
        };

    private static ActorStamp ActorOf(StoredEvent stored) =>
        JsonSerializer.Deserialize<ActorStamp>(stored.Headers.Actor, WireJson.Options)
            ?? throw new InvalidOperationException("An event has no actor.");
}
