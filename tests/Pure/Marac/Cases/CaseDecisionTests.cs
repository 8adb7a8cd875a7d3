using System.Text;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.Marac;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.ServiceDefaults;
using Xunit;

namespace Partnership.Tests.Pure.Marac.Cases;

public sealed class CaseDecisionTests
{
    private static readonly MaracCase Opened = Given.Case();
    private static readonly Party Landlord = new("CKH", null);
    private static readonly Party Police = new("CON", "PVP");
    private static readonly Guid Tenancy = Opened.Content.Victim.Addresses[0].AddressId;
    private static readonly Guid Child = Opened.Content.Children[0].PersonId;

    [Fact]
    public void A_case_opens_with_a_copy_of_the_referral_and_the_versions_it_was_accepted_under()
    {
        var opening = Opened.Opening;
        Assert.Equal("Mira Thorne", opening.Content.Victim.Name);
        Assert.Equal(("national-14", "any-abuse", ReferralCriterion.VisibleHighRisk), (opening.ThresholdVersion, opening.RepeatDefinitionVersion, opening.Criterion));
        Assert.Equal(1, opening.ChildCount);
        Assert.Equal(Given.Submitted().Subjects, opening.Subjects);
    }

    [Fact]
    public void The_coordinator_lists_an_agency_once()
    {
        var listed = Apply(Opened, Opened.List(new ListMember(Landlord, Given.Coordinator, Given.Now)));
        Assert.True(listed.HasMember(Landlord));
        Assert.False(listed.HasMember(new Party("CKH", "X")));
        Assert.Equal("nothing", OutcomeOf(listed.List(new ListMember(Landlord, Given.Coordinator, Given.Now))));
    }

    [Theory]
    [InlineData("PREM")]
    [InlineData("NSS")]
    public void Licensed_premises_are_never_listed(string agency) =>
        Assert.Equal("agency-never-member", OutcomeOf(Opened.List(new ListMember(new Party(agency, null), Given.Coordinator, Given.Now))));

    [Fact]
    public void Only_the_cases_office_changes_a_case()
    {
        Assert.All(Commands(Landlord, Given.Representative), d => Assert.Equal("role-not-permitted", OutcomeOf(d)));
        Assert.All(Commands(Landlord, Given.Chair), d => Assert.NotEqual("role-not-permitted", OutcomeOf(d)));
        Assert.All(Commands(Landlord, Given.Supervisor), d => Assert.NotEqual("role-not-permitted", OutcomeOf(d)));
    }

    [Fact]
    public void Nobody_records_what_their_own_agency_gains_by()
    {
        Assert.All(Gaining(new Party("CON", "NPT"), Given.Chair), d => Assert.Equal("gains-alone", OutcomeOf(d)));
        Assert.All(Gaining(new Party("PCC", "CS"), Given.Coordinator), d => Assert.Equal("gains-alone", OutcomeOf(d)));
        Assert.All(Gaining(new Party("PCC", "HSG"), Given.Coordinator), d => Assert.NotEqual("gains-alone", OutcomeOf(d)));
        Assert.All(Gaining(Police, Given.Coordinator), d => Assert.NotEqual("gains-alone", OutcomeOf(d)));
    }

    [Fact]
    public void Relations_name_what_is_on_the_case()
    {
        Assert.Equal("address-not-on-case", OutcomeOf(Opened.Relate(Relation(tenancy: [Child]))));
        Assert.Equal("person-not-on-case", OutcomeOf(Opened.Relate(Relation(knownTo: [Tenancy]))));
        var related = Apply(Opened, Opened.Relate(Relation([Tenancy], [Child], supporting: true)));
        Assert.Equal(
            [RelationKinds.OwnTenancy, RelationKinds.KnownTo, RelationKinds.Supporting], related.Relations.Select(r => r.Kind));
    }

    [Fact]
    public void Recording_relations_again_replaces_them()
    {
        var related = Apply(Opened, Opened.Relate(Relation([Tenancy], [Child])));
        Assert.Equal("nothing", OutcomeOf(related.Relate(Relation([Tenancy], [Child]))));
        var changed = Apply(related, related.Relate(Relation(knownTo: [Child])));
        Assert.Equal([RelationKinds.KnownTo], changed.Relations.Select(r => r.Kind));
        var ended = Apply(changed, changed.EndRelations(new EndRelations(Landlord, Given.Coordinator, Given.Now)));
        Assert.Empty(ended.Relations);
    }

    [Fact]
    public void Removing_a_member_ends_what_rested_on_it()
    {
        var full = Apply(Opened, Opened.List(new ListMember(Landlord, Given.Coordinator, Given.Now)));
        full = Apply(full, full.Relate(Relation([Tenancy])));
        full = Apply(full, full.RecordNeed(Need()));
        var removed = Apply(full, full.Remove(new RemoveMember(Landlord, Given.Coordinator, Given.Now)));
        Assert.Empty(removed.Members);
        Assert.Empty(removed.Relations);
        Assert.Empty(removed.Needs);
        Assert.Equal("nothing", OutcomeOf(removed.Remove(new RemoveMember(Landlord, Given.Coordinator, Given.Now))));
    }

    [Fact]
    public void A_need_is_recorded_changed_and_ended()
    {
        var needing = Apply(Opened, Opened.RecordNeed(Need()));
        Assert.Equal("nothing", OutcomeOf(needing.RecordNeed(Need())));
        var longer = Apply(needing, needing.RecordNeed(Need() with { Until = Given.Now.AddDays(30) }));
        Assert.Equal(Given.Now.AddDays(30), longer.Needs.Single().Until);
        Assert.Empty(Apply(longer, longer.EndNeed(new EndNeed(Landlord, Given.Coordinator, Given.Now))).Needs);
    }

    [Theory]
    [InlineData("""{"groups":["victim-location"],"reason":"Visit","until":"2026-07-02T10:00:00Z"}""", null)]
    [InlineData("""{"groups":[],"reason":"Visit","until":"2026-07-02T10:00:00Z"}""", "groups required")]
    [InlineData("""{"groups":["protection"],"reason":"Visit","until":"2026-07-02T10:00:00Z"}""", "groups unknown-code")]
    [InlineData("""{"groups":["triage"],"reason":"Visit","until":"2026-07-02T10:00:00Z"}""", "groups unknown-code")]
    [InlineData("""{"groups":["victim-location"],"until":"2026-07-02T10:00:00Z"}""", "reason required")]
    [InlineData("""{"groups":["victim-location"],"reason":"Visit"}""", "until required")]
    [InlineData("""{"groups":["victim-location"],"reason":"Visit","until":"2026-07-01T10:00:00Z"}""", "until in-past")]
    [InlineData("""{"groups":["victim-location"],"reason":"Visit","until":"2026-09-30T10:00:00Z"}""", "until too-far-ahead")]
    public void A_need_has_groups_a_reason_and_an_end_within_bounds(string body, string? error)
    {
        var report = new InputReport();
        RecordNeedSlice.Read(Encoding.UTF8.GetBytes(body), 90, Given.Now, report);
        Assert.Equal(error is null ? [] : [error], report.Errors.Select(e => $"{e.Field} {e.Code}"));
    }

    [Fact]
    public void Every_group_a_need_may_name_is_a_group() => Assert.Empty(RecordNeedSlice.Groups.Except(FieldGroups.All));

    [Fact]
    public void A_summary_is_written_and_emptied()
    {
        var written = Apply(Opened, Opened.WriteSummary(new WriteSummary("High risk; do not contact directly.", Given.Coordinator, Given.Now)));
        Assert.Equal("High risk; do not contact directly.", written.Summary);
        Assert.Equal("nothing", OutcomeOf(written.WriteSummary(new WriteSummary("High risk; do not contact directly.", Given.Coordinator, Given.Now))));
        Assert.Null(Apply(written, written.WriteSummary(new WriteSummary(null, Given.Coordinator, Given.Now))).Summary);
    }

    private static IEnumerable<Decision<CaseEvent>> Gaining(Party party, Actor by) =>
    [
        Opened.List(new ListMember(party, by, Given.Now)),
        Opened.Relate(Relation([Tenancy]) with { Party = party, By = by }),
        Opened.RecordNeed(Need() with { Party = party, By = by }),
    ];

    private static IEnumerable<Decision<CaseEvent>> Commands(Party party, Actor by) =>
    [
        .. Gaining(party, by),
        Opened.Remove(new RemoveMember(party, by, Given.Now)),
        Opened.EndRelations(new EndRelations(party, by, Given.Now)),
        Opened.EndNeed(new EndNeed(party, by, Given.Now)),
        Opened.WriteSummary(new WriteSummary("Text", by, Given.Now)),
    ];

    private static RecordRelation Relation(IReadOnlyList<Guid>? tenancy = null, IReadOnlyList<Guid>? knownTo = null, bool supporting = false) =>
        new(Landlord, tenancy ?? [], knownTo ?? [], supporting, "Told by telephone", Given.Coordinator, Given.Now);

    private static RecordNeed Need() =>
        new(Landlord, [FieldGroups.VictimLocation], "Change of locks", Given.Now.AddDays(7), Given.Coordinator, Given.Now);

    private static MaracCase Apply(MaracCase it, Decision<CaseEvent> decision) => decision.Events.Aggregate(it, (state, e) => state.Apply(e));

    private static string OutcomeOf(Decision<CaseEvent> decision) =>
        decision.Refused?.Code ?? (decision.IsNothing ? "nothing" : decision.Events[0].GetType().Name);
}
