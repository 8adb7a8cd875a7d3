using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Marac.Content;

namespace Partnership.Marac.Cases;

/// <summary>A free text of a case.</summary>
/// <param name="Group">Field group it is released with.</param>
/// <param name="Name">Its place in the case; with the case's id it names the text.</param>
/// <param name="Item">The person it is about, where it is one of a list.</param>
/// <param name="IsAlone">It is held by itself: the rest of its group is released as ever.</param>
internal sealed record CaseText(string Group, string Name, string? Text, DateTimeOffset Since, Guid? Item = null, bool IsAlone = false);

/// <summary>A text that waits: it tells a location of the case and nobody has found otherwise.</summary>
internal sealed record Hold(Guid Id, CaseText On, DateTimeOffset Since);

/// <summary>The location guard over a case's own texts: derived from what the case says now, never stored.</summary>
internal static class CaseHolds
{
    public static Locations Locations(this MaracCase it) => Content.Locations.Of(it.Content, it.PastPhones);

    /// <summary>Every uncleared hold on the case's own texts and on those of its register.</summary>
    public static IReadOnlyList<Hold> Holds(this WholeCase whole) => Holds(whole.Case, whole.Case.Texts().Concat(Texts(whole)));

    /// <summary>Every uncleared hold on the case's own texts.</summary>
    public static IReadOnlyList<Hold> Holds(this MaracCase it) => Holds(it, it.Texts());

    /// <summary>Groups of a referral's texts that tell a location; there nobody clears anything.</summary>
    public static IReadOnlyList<string> HeldIn(ReferralContent content)
    {
        var all = Content.Locations.Of(content);
        var unsafeOnes = all.Without(SafePhones(content));
        return
        [
            .. Texts(content, content.JudgementReason, default)
                .Where(t => !t.IsAlone && LocationGuard.Told(t.Text, t.Group == FieldGroups.SafeContact ? unsafeOnes : all).Count > 0)
                .Select(t => t.Group).Distinct().Order(StringComparer.Ordinal),
        ];
    }

    private static List<Hold> Holds(MaracCase it, IEnumerable<CaseText> texts)
    {
        var all = it.Locations();
        var unsafeOnes = all.Without(SafePhones(it.Content));
        var holds = new List<Hold>();
        foreach (var text in texts)
        {
            // A safe contact may name a number that is safe now; that is what it is for.
            var told = LocationGuard.Told(text.Text, text.Group == FieldGroups.SafeContact ? unsafeOnes : all);
            if (told.Count == 0) continue;
            var id = LocationGuard.HoldOf(NamedIds.Of(it.Id, text.Name), told);
            if (it.ClearedHolds.Contains(id) || holds.Any(h => h.Id == id)) continue;
            holds.Add(new Hold(id, text, told.Select(place => it.LocationsSince.GetValueOrDefault(place, text.Since)).Append(text.Since).Max()));
        }

        return holds;
    }

    /// <summary>Every text in which somebody could have written where the victim is. Names of people are checked as names.</summary>
    public static IEnumerable<CaseText> Texts(this MaracCase it) =>
        Texts(it.Content, it.Opening.JudgementReason ?? it.Content.JudgementReason, it.Opening.OpenedAt)
            .Append(new CaseText(FieldGroups.Summary, $"summary/{it.SummaryNumber}", it.Summary, it.SummaryWrittenAt ?? it.Opening.OpenedAt))
            .Concat(it.Relations.Select(r => Triage($"relation/{r.Agency}/{r.Team}/{r.Kind}/{r.SetAt:O}", r.Statement, r.SetAt)))
            .Concat(it.Needs.Select(n => Triage($"need/{n.Agency}/{n.Team}/{n.SetAt:O}", n.Reason, n.SetAt)))
            .Concat(it.UnsafeCopies.Select(c => Triage($"unsafe-copy/{c.Agency}/{c.Team}/{NamedIds.Of(it.Id, c.Reason)}", c.Reason, it.Opening.OpenedAt)));

    /// <summary>Reasons for barring somebody are read with the protection, by police and advocate too.</summary>
    private static IEnumerable<CaseText> Texts(WholeCase whole) => whole.Register.Reasons
        .Where(reason => whole.Register.Entries.Any(e => e.EntryId == reason.Key))
        .Select(reason => new CaseText(FieldGroups.Protection, $"conflict/{reason.Key}", reason.Value, whole.Case.Opening.OpenedAt));

    /// <summary>Read by the coordination alone; but a chair's own copy may be unsafe.</summary>
    private static CaseText Triage(string name, string? text, DateTimeOffset since) => new(FieldGroups.Triage, name, text, since);

    private static HashSet<Guid> SafePhones(ReferralContent content) =>
        [.. content.Victim.Phones.Where(p => p.SafeToCall == SafeToCall.Yes).Select(p => p.PhoneId)];

    private static IEnumerable<CaseText> Texts(ReferralContent content, string? judgementReason, DateTimeOffset since)
    {
        return Narrative(content).Select(t => On(FieldGroups.Narrative, t))
            .Concat(Checklist(content).Append(("judgement-reason", judgementReason)).Select(t => On(FieldGroups.RiskChecklist, t)))
            .Concat(Diversity(content).Select(t => On(FieldGroups.Diversity, t)))
            .Concat(SafeContact(content).Select(t => On(FieldGroups.SafeContact, t)))
            .Concat(Protection(content).Select(t => On(FieldGroups.Protection, t)))
            .Concat(content.Children.SelectMany(c => Of(c).Select(t => On(FieldGroups.Children, t) with { Item = c.PersonId })))
            .Concat(content.VulnerableAdults.Select(a => On(FieldGroups.Children, ($"{a.PersonId}/relation", a.Relation)) with { Item = a.PersonId }))
            .Concat(content.Perpetrators.SelectMany(p => Of(p).Select(
                t => On(FieldGroups.PerpetratorIdentity, (PerpetratorText(p, t.Field), t.Text)) with { Item = p.PersonId, IsAlone = true })))
            .Concat(content.Children.Select(c => On(FieldGroups.ChildPlaces, ($"{c.PersonId}/lives-with", c.LivesWith)) with { Item = c.PersonId }))
            .Append(On(FieldGroups.Meta, ("referring-role", content.Referrer.Role)) with { IsAlone = true });

        CaseText On(string group, (string Name, string? Text) text) => new(group, text.Name, text.Text, since);
    }

    /// <summary>Name of a text about a perpetrator. Its numbers are one text: each is looked at by itself, and held by itself.</summary>
    public static string PerpetratorText(Perpetrator perpetrator, string field) => $"{perpetrator.PersonId}/{field}";

    private static IEnumerable<(string, string?)> Narrative(ReferralContent content) =>
    [
        ("latest-incident", content.Narrative.LatestIncident), ("history", content.Narrative.History),
        ("victim-wishes", content.Narrative.VictimWishes), ("consent-reason", content.ConsentReason),
        ("consent-decision-maker", content.ConsentDecisionMaker), ("crime-reference", content.Narrative.CrimeReference),
        ("referrer-phone", content.Referrer.Phone), ("referrer-email", content.Referrer.Email),
        .. content.Narrative.OtherMaracs.Select((other, i) => ($"other-marac/{i}", (string?)other.Area)),
    ];

    private static IEnumerable<(string, string?)> Checklist(ReferralContent content) => content.RiskChecklist is not { } list ? [] :
    [
        .. list.Items.Select(item => ($"risk/{item.Item}", item.Comment)),
        ("risk-occupation", list.Occupation), ("risk-weapons", list.Weapons), ("risk-animals", list.Animals), ("risk-assessor", list.Assessor),
    ];

    private static IEnumerable<(string, string?)> Diversity(ReferralContent content) => content.Victim.Diversity is not { } diversity ? [] :
    [
        ("ethnicity", diversity.Ethnicity), ("disability", diversity.Disability), ("lgbt-plus", diversity.LgbtPlus), ("religion", diversity.Religion),
        ("language", diversity.Language), ("immigration-status", diversity.ImmigrationStatus),
    ];

    private static IEnumerable<(string, string?)> SafeContact(ReferralContent content) =>
    [
        ("safe-contact-via", content.Victim.SafeContactVia),
        .. content.Victim.Phones.Select(p => ($"{p.PhoneId}/safe-times", p.SafeTimes)),
    ];

    private static IEnumerable<(string, string?)> Protection(ReferralContent content) =>
    [
        .. content.Protection.AfraidOf.Concat(content.Protection.SafeToTalkTo).Concat(content.Protection.NotSafeToTalkTo)
            .Select((name, i) => ($"protection/{i}", (string?)name)),
        .. content.Protection.MustNotReceive.SelectMany((m, i) => ((string, string?)[])[($"must-not-receive/{i}/relation", m.Relation), ($"must-not-receive/{i}/reason", m.Reason)]),
    ];

    private static IEnumerable<(string, string?)> Of(Child child) =>
    [
        ($"{child.PersonId}/relation-to-victim", child.RelationToVictim), ($"{child.PersonId}/relation-to-perpetrator", child.RelationToPerpetrator),
        ($"{child.PersonId}/social-worker", child.SocialWorker),
    ];

    private static IEnumerable<(string Field, string? Text)> Of(Perpetrator perpetrator) =>
    [
        ("address", perpetrator.Address), ("relation", perpetrator.Relation), ("occupation", perpetrator.Occupation), ("weapons", perpetrator.Weapons),
        ("licenceOrderOrBail", perpetrator.LicenceOrderOrBail), .. perpetrator.Phones.Select(number => ("phones", (string?)number)),
    ];
}
