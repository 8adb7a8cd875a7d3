using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.Marac.Content;
using Partnership.Marac.Referrals;
using Partnership.ServiceDefaults;
using ReferralAccepted = Partnership.Marac.Referrals.ReferralAccepted;

namespace Partnership.Marac.Cases;

/// <summary>An agency and, where its teams are principals of their own, the team.</summary>
public sealed record Party(string Agency, string? Team);

/// <summary>Accepted work, as its stream tells it, and what may be decided about it.</summary>
public sealed partial record MaracCase
{
    /// <summary>No case yet: what an empty stream is.</summary>
    public static MaracCase None { get; } = new();

    public Guid Id { get; private init; }

    /// <summary>Null when there is no such case.</summary>
    public CaseStatus? Status { get; private init; }
    public CaseOpened? Opened { get; private init; }
    public IReadOnlyList<MemberListed> Members { get; private init; } = [];
    public IReadOnlyList<RelationRecorded> Relations { get; private init; } = [];
    public IReadOnlyList<NeedRecorded> Needs { get; private init; } = [];

    /// <summary>Null while nobody has written one, and after it was emptied.</summary>
    public string? Summary { get; private init; }

    /// <summary>How it opened. Only of a case that is there.</summary>
    public CaseOpened Opening => Opened ?? throw new InvalidOperationException("There is no such case.");

    /// <summary>What is known of the people now: as referred, with every amendment since.</summary>
    public ReferralContent Content { get; private init; } = new();

    /// <summary>Numbers the victim could once be rung on.</summary>
    public IReadOnlyList<Phone> PastPhones { get; private init; } = [];
    /// <summary>Since when a location is known that an amendment added.</summary>
    public IReadOnlyDictionary<Guid, DateTimeOffset> LocationsSince { get; private init; } = new Dictionary<Guid, DateTimeOffset>();
    public IReadOnlyList<UnsafeCopy> UnsafeCopies { get; private init; } = [];

    /// <summary>Holds of the location guard that somebody has cleared.</summary>
    public IReadOnlySet<Guid> ClearedHolds { get; private init; } = new HashSet<Guid>();

    /// <summary>How often the summary was written: another text is another text to the location guard.</summary>
    public int SummaryNumber { get; private init; }
    public DateTimeOffset? SummaryWrittenAt { get; private init; }

    /// <summary>The meeting whose agenda it is or was on last.</summary>
    public Guid? MeetingId { get; private init; }

    /// <summary>Last day for research returns.</summary>
    public DateOnly? ResearchDueOn { get; private init; }

    public DateTimeOffset? HeardAt { get; private init; }

    /// <summary>Null until the case is closed.</summary>
    public Guid? FlagId { get; private init; }

    public static MaracCase Of(IEnumerable<CaseEvent> events) => events.Aggregate(None, (state, e) => state.Apply(e));

    public MaracCase Apply(CaseEvent happened) => happened switch
    {
        CaseOpened e => this with { Id = e.CaseId, Status = CaseStatus.Accepted, Opened = e, Content = e.Content },
        MemberListed e => this with { Members = [.. Members, e] },
        MemberRemoved e => this with { Members = [.. Members.Where(m => m.Party() != new Party(e.Agency, e.Team))] },
        RelationRecorded e => this with
        {
            Relations = [.. Relations.Where(r => r.Party() != e.Party() || r.Kind != e.Kind), e],
        },
        RelationEnded e => this with
        {
            Relations = [.. Relations.Where(r => r.Party() != new Party(e.Agency, e.Team) || r.Kind != e.Kind)],
        },
        NeedRecorded e => this with { Needs = [.. Needs.Where(n => n.Party() != e.Party()), e] },
        NeedEnded e => this with { Needs = [.. Needs.Where(n => n.Party() != new Party(e.Agency, e.Team))] },
        SummaryWritten e => this with
        {
            Summary = e.Empty ? null : e.Text,
            SummaryNumber = SummaryNumber + 1,
            SummaryWrittenAt = e.WrittenAt,
        },
        UnsafeCopiesRecorded e => this with { UnsafeCopies = e.Copies },
        HoldCleared e => this with { ClearedHolds = ClearedHolds.Append(e.HoldId).ToHashSet() },
        CaseAmended e => Amended(e),
        CaseListed e => this with { Status = CaseStatus.Listed, MeetingId = e.MeetingId },
        ResearchOpened e => this with { Status = CaseStatus.Research, ResearchDueOn = e.DueOn },
        CaseHeard e => this with { Status = CaseStatus.Heard, HeardAt = e.HeardAt },
        ActionPlanIssued => this with { Status = CaseStatus.ActionsOpen },
        CaseClosed e => this with { Status = CaseStatus.ClosedFlagged, FlagId = e.FlagId },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of a case."),
    };

    /// <summary>The event a case begins with: a copy of the referral, under the case's own key from here on.</summary>
    public static CaseOpened Open(Referral referral, ReferralAccepted accepted, Guid registerId) => new()
    {
        CaseId = accepted.CaseId,
        Subjects = referral.Form.Subjects,
        RegisterId = registerId,
        ReferralId = referral.Id,
        Criteria = referral.Form.Criteria,
        Criterion = accepted.Criterion,
        ThresholdVersion = accepted.ThresholdVersion,
        RepeatDefinitionVersion = accepted.RepeatDefinitionVersion,
        ReferralAt = referral.Form.ReferralAt,
        OpenedAt = accepted.AcceptedAt,
        ReferringAgency = referral.Form.ReferringAgency,
        ChildCount = referral.Content.Children.Count,
        Content = referral.Content,
        JudgementReason = accepted.JudgementReason,
    };

    public bool HasMember(Party party) => Members.Any(m => m.Party() == party);

    public Decision<CaseEvent> List(ListMember command) => this switch
    {
        _ when RefusalOf(command.By, command.Party) is { } refusal => refusal,
        _ when CaseRefusals.NeverMembers.Contains(command.Party.Agency) => CaseRefusals.NeverMember,
        _ when HasMember(command.Party) => Decision.Nothing<CaseEvent>(),
        _ => new MemberListed
        {
            CaseId = Id,
            Subjects = Opening.Subjects,
            Agency = command.Party.Agency,
            Team = command.Party.Team,
            ListedAt = command.Now,
        },
    };

    /// <summary>What rested on being listed ends with it, so that listing the agency again does not bring it back unasked.</summary>
    public Decision<CaseEvent> Remove(RemoveMember command)
    {
        if (RefusalOfOffice(command.By) is { } refusal) return refusal;
        var party = command.Party;
        if (!HasMember(party)) return Decision.Nothing<CaseEvent>();
        return Decision.Of<CaseEvent>(
        [
            .. Relations.Where(r => r.Party() == party).Select(r => Ended(r, command.Now)),
            .. Needs.Where(n => n.Party() == party).Select(n => Ended(n, command.Now)),
            new MemberRemoved { CaseId = Id, Subjects = Opening.Subjects, Agency = party.Agency, Team = party.Team, RemovedAt = command.Now },
        ]);
    }

    /// <summary>
    /// Replaces all relations of one agency and team. A relation of an agency that is not listed is kept and gives nothing
    /// until it is.
    /// </summary>
    public Decision<CaseEvent> Relate(RecordRelation command)
    {
        if (RefusalOf(command.By, command.Party) is { } refusal) return refusal;
        if (command.Tenancy.Except(Content.Victim.Addresses.Select(a => a.AddressId)).Any()) return CaseRefusals.AddressNotOnCase;
        if (command.KnownTo.Except(Content.Subjects()).Any()) return CaseRefusals.PersonNotOnCase;

        var events = new List<CaseEvent>();
        Replace(RelationKinds.OwnTenancy, command.Tenancy, command.Tenancy.Count > 0);
        Replace(RelationKinds.KnownTo, command.KnownTo, command.KnownTo.Count > 0);
        Replace(RelationKinds.Supporting, [], command.Supporting);
        return Decision.Of<CaseEvent>(events);

        void Replace(string kind, IReadOnlyList<Guid> items, bool holds)
        {
            var before = Relations.FirstOrDefault(r => r.Party() == command.Party && r.Kind == kind);
            if (!holds && before is not null) events.Add(Ended(before, command.Now));
            if (!holds || (before is not null && before.Statement == command.Statement && before.Items.ToHashSet().SetEquals(items))) return;
            events.Add(new RelationRecorded
            {
                CaseId = Id,
                Subjects = Opening.Subjects,
                Agency = command.Party.Agency,
                Team = command.Party.Team,
                Kind = kind,
                Items = [.. items.Distinct()],
                SetBy = command.By.Person,
                SetAt = command.Now,
                Statement = command.Statement,
            });
        }
    }

    public Decision<CaseEvent> EndRelations(EndRelations command) =>
        RefusalOfOffice(command.By) is { } refusal
            ? refusal
            : Decision.Of<CaseEvent>([.. Relations.Where(r => r.Party() == command.Party).Select(r => Ended(r, command.Now))]);

    public Decision<CaseEvent> RecordNeed(RecordNeed command)
    {
        if (RefusalOf(command.By, command.Party) is { } refusal) return refusal;
        var before = Needs.FirstOrDefault(n => n.Party() == command.Party);
        if (before is not null && before.Until == command.Until && before.Reason == command.Reason
            && before.Groups.ToHashSet().SetEquals(command.Groups))
        {
            return Decision.Nothing<CaseEvent>();
        }

        return new NeedRecorded
        {
            CaseId = Id,
            Subjects = Opening.Subjects,
            Agency = command.Party.Agency,
            Team = command.Party.Team,
            Groups = [.. command.Groups.Distinct().Order(StringComparer.Ordinal)],
            Until = command.Until,
            SetBy = command.By.Person,
            SetAt = command.Now,
            Reason = command.Reason,
        };
    }

    public Decision<CaseEvent> EndNeed(EndNeed command) =>
        RefusalOfOffice(command.By) is { } refusal
            ? refusal
            : Decision.Of<CaseEvent>([.. Needs.Where(n => n.Party() == command.Party).Select(n => Ended(n, command.Now))]);

    /// <summary>A summary that tells the victim's location is kept and held: it leaves with the location only.</summary>
    public Decision<CaseEvent> WriteSummary(WriteSummary command)
    {
        if (RefusalOfOffice(command.By) is { } refusal) return refusal;
        if (command.Text == Summary) return Decision.Nothing<CaseEvent>();
        return new SummaryWritten
        {
            CaseId = Id,
            Subjects = Opening.Subjects,
            Empty = command.Text is null,
            WrittenBy = command.By.Person,
            WrittenAt = command.Now,
            Text = command.Text,
        };
    }

    /// <summary>The case's office, and never the agency that gains by it: a chair's own agency, an officer's own team.</summary>
    private static Refusal? RefusalOf(Actor by, Party gains) => by switch
    {
        _ when RefusalOfOffice(by) is { } refusal => refusal,
        { Role: MaracRoles.Chair } when by.Agency == gains.Agency => CaseRefusals.GainsAlone,
        _ when by.Agency == gains.Agency && by.Team == gains.Team => CaseRefusals.GainsAlone,
        _ => null,
    };

    private static Refusal? RefusalOfOffice(Actor by) => by.IsOneOf(MaracRoles.CaseOffice) ? null : MaracRoles.NotYours;

    private RelationEnded Ended(RelationRecorded relation, DateTimeOffset now) => new()
    {
        CaseId = Id,
        Subjects = Opening.Subjects,
        Agency = relation.Agency,
        Team = relation.Team,
        Kind = relation.Kind,
        EndedAt = now,
    };

    private NeedEnded Ended(NeedRecorded need, DateTimeOffset now) => new()
    {
        CaseId = Id,
        Subjects = Opening.Subjects,
        Agency = need.Agency,
        Team = need.Team,
        Groups = need.Groups,
        Until = need.Until,
        EndedAt = now,
    };
}

internal static class CaseEventParties
{
    public static Party Party(this MemberListed listed) => new(listed.Agency, listed.Team);

    public static Party Party(this RelationRecorded relation) => new(relation.Agency, relation.Team);

    public static Party Party(this NeedRecorded need) => new(need.Agency, need.Team);
}
