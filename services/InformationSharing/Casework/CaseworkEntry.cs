using System.Security.Cryptography;
using System.Text;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;
using Partnership.Contracts.Topology;
using Partnership.InformationSharing.Emergencies;
using Partnership.Ledger;

namespace Partnership.InformationSharing;

/// <summary>The ledger's entry of a casework event: who collected or altered what, under which rule. Pure.</summary>
public static class CaseworkEntry
{
    /// <summary>There was no decision of our own: the gateway decided before the command was done.</summary>
    private const string PolicyVersion = "casework-1";

    /// <param name="nonce">32 random bytes.</param>
    /// <param name="traceParent">The trace of the message, which is that of the request that caused the event.</param>
    /// <exception cref="ArgumentException">The message is no published contract.</exception>
    public static DisclosureEntry Of(ICaseworkEvent message, ReadOnlyMemory<byte> nonce, string? traceParent)
    {
        var actor = message.Actor;
        return new DisclosureEntry
        {
            EntryId = IdOf(message.EventId),
            At = message.OccurredAt,
            Operation = message is ReferralSubmitted or Contracts.Sharing.EmergencyOpened ? LedgerOperations.Collection : LedgerOperations.Alteration,
            Outcome = LedgerOutcomes.Permit,
            Actor = new EntryActor(actor.Person, actor.Agency, actor.Team, actor.Role, actor.Hat, actor.Session),
            Service = SchemeOf(message),
            PurposeCode = actor.Purpose,
            LegalPower = actor.LegalPower,
            LawfulBasis = actor.LawfulBasis,
            Condition = actor.Condition,
            Regime = actor.Regime,
            IsaVersion = actor.Agreement,
            PolicyVersion = PolicyVersion,
            AgreementSet = actor.AgreementSet,
            Recipients = [],
            Channel = "CASEWORK",
            Classification = actor.Classification,
            CorrelationId = actor.Correlation,
            TraceParent = traceParent,
            Nonce = nonce,
            Records =
            [
                new EntryRecord
                {
                    RecordType = RecordTypeOf(message),
                    RecordId = message.RecordId.ToString(),
                    SubjectIds = [.. message.Subjects.Select(s => s.ToString())],
                    FieldGroups = GroupsOf(message),
                    HeldBack = [],
                    MasksApplied = [],
                    DecisionRule = actor.Rule is { } rule ? [rule] : [],
                    Facts = FactsSet(message),
                },
            ],
        };
    }

    /// <summary>The field groups whose content the change altered or opened; none where it altered no content.</summary>
    private static IReadOnlyList<string> GroupsOf(ICaseworkEvent message) => message switch
    {
        SummaryWritten => [FieldGroups.Summary],
        NeedRecorded e => e.Groups,
        ActionNeedConfirmed e => e.Groups,
        UnsafeCopiesRecorded => [FieldGroups.VictimLocation, FieldGroups.SafeContact],
        CaseAmended { Field: AmendedField.VictimAddress or AmendedField.VictimPhone } => [FieldGroups.VictimLocation],
        ConflictDeclared or CaseRestricted => [FieldGroups.Protection],
        ResearchReturned or CaldicottMarked => [FieldGroups.SharedResearch],
        MinutesRecorded => [FieldGroups.Minutes],
        ActionAssigned or ActionUpdated => [FieldGroups.Actions],
        MaracFlagRaised => [FieldGroups.Flag],
        _ => [],
    };

    /// <summary>
    /// The fact that the change set, and for whom: <c>own-tenancy:CKH</c>, <c>member:CON/PVP</c>; false where it ended. Setter
    /// and time are the entry's own, so that a later disclosure can be traced to who opened it. Never whom a conflict names.
    /// </summary>
    private static Dictionary<string, bool> FactsSet(ICaseworkEvent message) => message switch
    {
        MemberListed e => new() { [For("member", e.Agency, e.Team)] = true },
        MemberRemoved e => new() { [For("member", e.Agency, e.Team)] = false },
        RelationRecorded e => new() { [For(e.Kind, e.Agency, e.Team)] = !e.Ended },
        NeedRecorded e => new() { [For("need-recorded", e.Agency, e.Team)] = !e.Ended },
        // All that are recorded, in place of those before: none at all is a fact too.
        UnsafeCopiesRecorded { Parties.Count: 0 } => new() { ["unsafe-copy"] = false },
        UnsafeCopiesRecorded e => e.Parties.Distinct().ToDictionary(party => $"unsafe-copy:{party}", _ => true),
        ConflictDeclared e => new() { ["conflict"] = !e.Ended },
        CaseRestricted e => new() { ["readers"] = !e.Ended },
        HoldCleared e => new() { [$"held:{e.HoldId}"] = false },
        ResearchRequested e => new() { [For("addressee", e.Agency, e.Team)] = true },
        CaldicottMarked e => new() { [$"caldicott:{e.ItemId}"] = e.Released },
        ActionAssigned e => new() { [For("assigned", e.OwnerAgency, e.OwnerTeam)] = true },
        ActionNeedConfirmed e => e.Groups.Distinct().ToDictionary(group => $"need-recorded:{group}", _ => true),
        _ => [],
    };

    private static string For(string fact, string agency, string? team) => team is null ? $"{fact}:{agency}" : $"{fact}:{agency}/{team}";

    /// <summary>
    /// UUIDv5 of the event's id (as name space) and <c>ledger</c>: the same for ever, so an event delivered again is
    /// recorded once.
    /// </summary>
    public static Guid IdOf(Guid eventId)
    {
        Span<byte> input = stackalloc byte[16 + 6];
        eventId.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.ASCII.GetBytes("ledger", input[16..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 defines version 5 by SHA-1; nothing here rests on its strength.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static string SchemeOf(ICaseworkEvent message) =>
        // Emergencies exist for MARAC alone; their entries stand in its ledger, under its pseudonyms.
        message is EmergencyMessage ? EmergencyProjection.Scheme
        : BusTopology.Exchanges.TryGetValue(message.GetType(), out var exchange)
            ? exchange[..exchange.IndexOf('.', StringComparison.Ordinal)]
            : throw new ArgumentException($"{message.GetType().Name} is not a published contract.", nameof(message));

    private static string RecordTypeOf(ICaseworkEvent message) => message switch
    {
        ReferralSubmitted or ReferralAccepted or ReferralRedirectProposed or ReferralRedirected or ReferralRedirectRefused
            or ReferralWithdrawn => RecordTypes.MaracReferral,
        CaseOpened or MemberListed or MemberRemoved or RelationRecorded or NeedRecorded or SummaryWritten or UnsafeCopiesRecorded
            or ConflictDeclared or CaseRestricted or HoldCleared or CaseAmended or CaseListed or CaseHeard or MinutesRecorded
            or ActionPlanIssued or CaseClosed => RecordTypes.MaracCase,
        MeetingScheduled => RecordTypes.MaracMeeting,
        ResearchRequested => RecordTypes.MaracResearchRequest,
        ResearchReturned or CaldicottMarked => RecordTypes.MaracResearchReturn,
        ActionAssigned or ActionNeedConfirmed or ActionUpdated => RecordTypes.MaracAction,
        MaracFlagRaised => RecordTypes.MaracFlag,
        EmergencyMessage => RecordTypes.SharingEmergency,
        _ => throw new ArgumentException($"{message.GetType().Name} has no record type in the ledger.", nameof(message)),
    };
}
