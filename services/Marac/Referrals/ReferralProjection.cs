using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.Cases;
using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Content;
using Partnership.Marac.Triage;

namespace Partnership.Marac.Referrals;

/// <summary>The one row a referral is read from: its answer, ready made, facts and data of one moment.</summary>
internal static class ReferralProjection
{
    public const string View = "referral";

    /// <summary>
    /// A reach code of our own, which no caller is ever given: rows whose look through stored data is still to come.
    /// </summary>
    public const string Unchecked = "work:records-check";

    /// <summary>Which key seals a referral and its row: destroying it erases exactly them.</summary>
    public static SealScope SealOf(Guid referralId) => new(referralId, "referral", MaracService.Owner);

    /// <param name="referral">A referral that is there.</param>
    /// <param name="version">Version of its stream.</param>
    /// <param name="hasher">For the hashes by which later referrals find this one.</param>
    public static ViewRow Row(Referral referral, long version, ISearchHasher hasher) => new(
        View, referral.Id, version, JsonSerializer.SerializeToUtf8Bytes(Envelope(referral), WireJson.Options), ReachOf(referral),
        referral.Form.SubmittedAt.ToUnixTimeMilliseconds(), MatchTerms.Of(referral.Content, hasher));

    /// <summary>The same row from the log, for making the view anew.</summary>
    public static InlineView Inline(ISearchHasher hasher) => new()
    {
        Name = View,
        StreamType = ReferralStreams.StreamType,
        Seal = stream => SealOf(stream.StreamId),
        Project = source => Row(ReferralStreams.Fold(source.Main), source.Version, hasher),
    };

    public static RecordEnvelope<ReferralView> Envelope(Referral referral) => new()
    {
        Type = RecordTypes.MaracReferral,
        Id = referral.Id,
        Facts = FactsOf(referral),
        Data = DataOf(referral),
    };

    private static IReadOnlyList<string> ReachOf(Referral referral) => referral.Checked is null
        ? [ReachCodes.All, ReachCodes.Author(referral.Form.AuthorPerson), Unchecked]
        : [ReachCodes.All, ReachCodes.Author(referral.Form.AuthorPerson)];

    /// <summary>The dangers a referral names are barred from it as well: it may come from an officer's colleague.</summary>
    private static RecordFacts FactsOf(Referral referral) => new()
    {
        Version = referral.FactsVersion,
        State = CodeNames.Of(StatusOf(referral)),
        Scheme = MaracService.Scheme,
        Subjects = referral.Form.Subjects,
        Author = new AuthorFact(referral.Form.AuthorPerson, referral.Form.AuthorAgency, referral.Form.AuthorTeam),
        Conflicts = [.. Register.NamedIn(referral.Content).Select(named => new ConflictFact(null, named.Name))],
        Held = HeldIn(referral),
    };

    /// <summary>A chair whose copy is unsafe reads a referral without the location, and so without what tells it.</summary>
    private static IReadOnlyList<string> HeldIn(Referral referral) =>
        referral.Proposal?.Reason is { } reason && LocationGuard.IsIn(reason, referral.Content)
            ? [.. CaseHolds.HeldIn(referral.Content), FieldGroups.Triage]
            : CaseHolds.HeldIn(referral.Content);

    private static ReferralView DataOf(Referral referral) => new()
    {
        Status = StatusOf(referral),
        Criteria = referral.Form.Criteria,
        ThresholdVersion = referral.Form.ThresholdVersion,
        ReferralAt = referral.Form.ReferralAt,
        SubmittedAt = referral.Form.SubmittedAt,
        TriageBy = referral.Form.TriageBy,
        ReferringAgency = referral.Form.ReferringAgency,
        ReferringRole = LocationGuard.IsIn(referral.Content.Referrer.Role, referral.Content) ? "" : referral.Content.Referrer.Role,
        ReceivedBy = referral.Form.ReceivedBy,
        AwareOfReferral = referral.Content.AwareOfReferral,
        ConsentToReferral = referral.Content.ConsentToReferral,
        CaseId = referral.Accepted?.CaseId,
        RedirectedTo = referral.Redirected?.To,
        WithdrawnBecause = referral.Withdrawn?.Ground,
        TriageNotes =
        [
            .. (referral.Checked?.Notes ?? []).Select(n => new TriageNoteView { Code = n.Code, Referrals = n.Referrals, Cases = n.Cases }),
        ],
        RecordsCheckedAt = referral.Checked?.CheckedAt,
        RedirectReason = referral.Proposal?.Reason,
        Victim = referral.Content.Victim.ToView(),
        Perpetrators = [.. referral.Content.Perpetrators.Select(p => p.ToView(referral.Content))],
        Children = [.. referral.Content.Children.Select(c => c.ToView())],
        VulnerableAdults = [.. referral.Content.VulnerableAdults.Select(a => a.ToView())],
        RiskChecklist = referral.Content.RiskChecklist?.ToView(),
        JudgementReason = referral.Content.JudgementReason,
        Narrative = referral.Content.NarrativeView(),
        Protection = referral.Content.Protection.ToView(),
    };

    private static ReferralStatus StatusOf(Referral referral) =>
        referral.Status ?? throw new InvalidOperationException("There is no such referral.");
}
