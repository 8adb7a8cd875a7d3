using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Content;
using Partnership.Marac.Triage;

namespace Partnership.Marac.Cases;

/// <summary>A case with its register and the version both have together.</summary>
/// <param name="Case">The case as its stream tells it.</param>
/// <param name="CaseVersion">Version of the case's stream.</param>
/// <param name="Register">Who must not see it.</param>
/// <param name="RegisterVersion">Version of the register's stream.</param>
public sealed record WholeCase(MaracCase Case, long CaseVersion, Register Register, long RegisterVersion)
{
    /// <summary>
    /// Rises with every event of either stream. Every append to one checks the version of the other too, so no two states
    /// of a case ever share a number.
    /// </summary>
    public long FactsVersion => CaseVersion + RegisterVersion;
}

/// <summary>The one row a case is read from: its answer, ready made, facts and data of one moment.</summary>
internal static class CaseProjection
{
    public const string View = "case";

    /// <summary>Which key seals a case, its register and its row: destroying it erases exactly them.</summary>
    public static SealScope SealOf(Guid caseId) => new(caseId, "case", MaracService.Owner);

    public static ViewRow Row(WholeCase whole, ISearchHasher hasher) => new(
        View, whole.Case.Id, whole.FactsVersion, JsonSerializer.SerializeToUtf8Bytes(Envelope(whole), WireJson.Options),
        ReachOf(whole.Case), whole.Case.Opening.OpenedAt.ToUnixTimeMilliseconds(), MatchTerms.Of(whole.Case.Content, hasher));

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

    public static RecordEnvelope<CaseView> Envelope(WholeCase whole) => new()
    {
        Type = RecordTypes.MaracCase,
        Id = whole.Case.Id,
        Facts = FactsOf(whole),
        Data = DataOf(whole.Case),
    };

    private static IReadOnlyList<string> ReachOf(MaracCase it) =>
        [ReachCodes.All, .. it.Members.Select(m => ReachCodes.Member(m.Agency, m.Team)).Distinct()];

    /// <summary>A relation or a need of somebody who is not listed gives nothing, so it is not a fact either.</summary>
    private static RecordFacts FactsOf(WholeCase whole)
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
                    .Select(r => new RelationFact(r.Kind, r.Agency, r.Team, r.Items, r.SetBy, r.SetAt)),
            ],
            Needs =
            [
                .. it.Needs.Where(n => it.HasMember(n.Party())).Select(n => new NeedFact(n.Agency, n.Team, n.Groups, n.Until, n.SetBy)),
            ],
            Conflicts = [.. whole.Register.Entries.Select(e => new ConflictFact(e.Person, e.Name))],
            HasSummary = it.Summary is not null,
        };
    }

    private static CaseView DataOf(MaracCase it) => new()
    {
        Status = it.Status ?? throw new InvalidOperationException("There is no such case."),
        Criteria = it.Opening.Criteria,
        AcceptedUnder = it.Opening.Criterion,
        ThresholdVersion = it.Opening.ThresholdVersion,
        RepeatDefinitionVersion = it.Opening.RepeatDefinitionVersion,
        ReferralAt = it.Opening.ReferralAt,
        AcceptedAt = it.Opening.OpenedAt,
        ReferringAgency = it.Opening.ReferringAgency,
        ReferringRole = it.Content.Referrer.Role,
        AwareOfReferral = it.Content.AwareOfReferral,
        ConsentToReferral = it.Content.ConsentToReferral,
        Referrals = [it.Opening.ReferralId],
        Sharing = SharingOf(it),
        Victim = it.Content.Victim.ToView(),
        Perpetrators = [.. it.Content.Perpetrators.Select(p => p.ToView(it.Content))],
        Children = [.. it.Content.Children.Select(c => c.ToView())],
        VulnerableAdults = [.. it.Content.VulnerableAdults.Select(a => a.ToView())],
        RiskChecklist = it.Content.RiskChecklist?.ToView(),
        JudgementReason = it.Opening.JudgementReason ?? it.Content.JudgementReason,
        Narrative = it.Content.NarrativeView(),
        Summary = it.Summary,
        Protection = it.Content.Protection.ToView(),
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
    };
}
