using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.CaseItems;
using Partnership.Marac.Content;
using Partnership.Marac.Triage;

namespace Partnership.Marac.Cases;

/// <summary>The one row a case is read from: its answer, ready made, facts and data of one moment.</summary>
internal static class CaseProjection
{
    public const string View = "case";

    /// <summary>Which key seals a case, its register and its row: destroying it erases exactly them.</summary>
    public static SealScope SealOf(Guid caseId) => new(caseId, "case", MaracService.Owner);

    /// <remarks>
    /// The same on whatever day it is made: it has the victim's age at the referral, and <see cref="ChildCases.AsOf"/> the age on
    /// the day it is read.
    /// </remarks>
    public static ViewRow Row(WholeCase whole, ISearchHasher hasher) => new(
        View, whole.Case.Id, whole.FactsVersion, JsonSerializer.SerializeToUtf8Bytes(Envelope(whole, whole.Case.ReferredOn()), WireJson.Options),
        ReachOf(whole.Case), whole.Case.Opening.OpenedAt.ToUnixTimeMilliseconds(), MatchTerms.Of(whole.Case.Content, whole.Case.PastPhones, hasher));

    /// <summary>The same row from the log, for making the view anew.</summary>
    public static InlineView Inline(ISearchHasher hasher) => new()
    {
        Name = View,
        StreamType = CaseStreams.CaseType,
        // Its id is plain, so an erased case still names its register.
        Companions = stream => [((CaseOpened)stream.Events[0].Data).RegisterId],
        Seal = stream => SealOf(stream.StreamId),
        Project = source => Row(CaseStreams.Whole(source.Main, source.Companions[0]), hasher),
    };

    public static RecordEnvelope<CaseView> Envelope(WholeCase whole, DateOnly today)
    {
        var holds = whole.Holds();
        return new()
        {
            Type = RecordTypes.MaracCase,
            Id = whole.Case.Id,
            Facts = FactsOf(whole) with
            {
                HasSummary = whole.Case.Summary is not null,
                ChildCase = whole.Case.IsChildCase(today),
                Held = [.. holds.Where(h => !h.On.IsAlone).Select(h => h.On.Group).Distinct().Order(StringComparer.Ordinal)],
            },
            Data = DataOf(whole, holds),
        };
    }

    private static IReadOnlyList<string> ReachOf(MaracCase it) =>
        [ReachCodes.All, CaseFamilies.CodeOf(it.Id), .. it.Members.Select(m => ReachCodes.Member(m.Agency, m.Team)).Distinct()];

    /// <summary>
    /// Who has to do with the case, and who must not: the same for its flag. A relation or a need of somebody who is not listed
    /// gives nothing, so it is not a fact either.
    /// </summary>
    public static RecordFacts FactsOf(WholeCase whole)
    {
        var it = whole.Case;
        return new RecordFacts
        {
            Version = whole.FactsVersion,
            State = CodeNames.Of(it.Status ?? throw new InvalidOperationException("There is no such case.")),
            Scheme = MaracService.Scheme,
            Subjects = it.Opening.Subjects,
            Members = [.. it.Members.Select(m => new MemberFact(m.Agency, m.Team))],
            Relations =
            [
                .. it.Relations.Where(r => it.HasMember(r.Party()))
                    .Select(r => new RelationFact(r.Kind, r.Agency, r.Team, ItemsOf(r, it), r.SetBy, r.SetAt)),
            ],
            Needs =
            [
                .. it.Needs.Where(n => it.HasMember(n.Party())).Select(n => new NeedFact(n.Agency, n.Team, n.Groups, n.Until, n.SetBy)),
            ],
            UnsafeCopies = [.. it.UnsafeCopies.Select(c => new MemberFact(c.Agency, c.Team)).Distinct()],
            Conflicts = [.. whole.Register.Entries.Select(e => new ConflictFact(e.Person, e.Name))],
            Readers = whole.Register.Readers,
        };
    }

    /// <summary>
    /// Whom or what a relation is to. An agency supports the victim and nobody else, so its event names nobody; the sharing rules
    /// know no relation to nobody.
    /// </summary>
    private static IReadOnlyList<Guid> ItemsOf(RelationRecorded relation, MaracCase it) =>
        relation.Kind == RelationKinds.Supporting ? [it.Content.Victim.PersonId] : relation.Items;

    private static CaseView DataOf(WholeCase whole, IReadOnlyList<Hold> holds) => DataOf(whole.Case, SharingOf(whole, holds), holds);

    private static CaseView DataOf(MaracCase it, SharingView sharing, IReadOnlyList<Hold> holds) => new()
    {
        Status = it.Status ?? throw new InvalidOperationException("There is no such case."),
        Criteria = it.Opening.Criteria,
        AcceptedUnder = it.Opening.Criterion,
        ThresholdVersion = it.Opening.ThresholdVersion,
        RepeatDefinitionVersion = it.Opening.RepeatDefinitionVersion,
        ReferralAt = it.Opening.ReferralAt,
        AcceptedAt = it.Opening.OpenedAt,
        ReferringAgency = it.Opening.ReferringAgency,
        ReferringRole = holds.Any(h => h.On is { Group: FieldGroups.Meta, IsAlone: true }) ? "" : it.Content.Referrer.Role,
        AwareOfReferral = it.Content.AwareOfReferral,
        ConsentToReferral = it.Content.ConsentToReferral,
        Referrals = [it.Opening.ReferralId],
        Sharing = sharing,
        Victim = it.Content.Victim.ToView() is var victim && it.PastPhones.Count > 0
            ? victim with { Phones = [.. victim.Phones, .. it.PastPhones.Select(p => p.ToView(isCurrent: false))] }
            : victim,
        Perpetrators =
        [
            .. it.Content.Perpetrators.Select(p => p.ToView(
                (field, text) => holds.Any(h => h.On.Name == CaseHolds.PerpetratorText(p, field) && h.On.Text == text))),
        ],
        Children = [.. it.Content.Children.Select(c => c.ToView())],
        VulnerableAdults = [.. it.Content.VulnerableAdults.Select(a => a.ToView())],
        RiskChecklist = it.Content.RiskChecklist?.ToView(),
        JudgementReason = it.Opening.JudgementReason ?? it.Content.JudgementReason,
        Narrative = it.Content.NarrativeView(),
        Summary = it.Summary,
        Protection = it.Content.Protection.ToView(),
    };

    private static SharingView SharingOf(WholeCase whole, IReadOnlyList<Hold> holds) => SharingOf(whole.Case) with
    {
        Holds = [.. holds.Select(h => new HoldView { HoldId = h.Id, Group = h.On.Group, Item = h.On.Item, Since = h.Since })],
        Conflicts =
        [
            .. whole.Register.Entries.Select(e => new ConflictView
            {
                ConflictId = e.EntryId,
                PersonId = e.Person,
                Name = e.Name,
                Reason = whole.Register.Reasons.GetValueOrDefault(e.EntryId, CodeNames.Of(e.Source)),
            }),
        ],
        Readers = whole.Register.Readers,
    };

    private static SharingView SharingOf(MaracCase it) => new()
    {
        Members = [.. it.Members.Select(m => new SharingMemberView { Agency = m.Agency, Team = m.Team, Since = m.ListedAt })],
        Relations =
        [
            .. it.Relations.Select(r => new SharingRelationView
            {
                Kind = r.Kind,
                Agency = r.Agency,
                Team = r.Team,
                Items = r.Items,
                Statement = r.Statement ?? "",
                SetAt = r.SetAt,
            }),
        ],
        Needs =
        [
            .. it.Needs.Select(n => new SharingNeedView { Agency = n.Agency, Team = n.Team, Groups = n.Groups, Reason = n.Reason ?? "", Until = n.Until }),
        ],
        UnsafeCopies = [.. it.UnsafeCopies.Select(c => new UnsafeCopyView { Agency = c.Agency, Team = c.Team, Reason = c.Reason })],
        ClearedHolds = [.. it.ClearedHolds.Order()],
        MeetingId = it.MeetingId,
    };
}
