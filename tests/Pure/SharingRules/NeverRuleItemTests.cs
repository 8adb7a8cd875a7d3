using System.Reflection;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>The never-rules about items, groups and what may be asked; those about whole records are in <see cref="NeverRuleTests"/>.</summary>
public sealed class NeverRuleItemTests
{
    private static readonly Guid Item = new("11111111-1111-7111-8111-111111111111");

    [Theory]
    [InlineData("pvp", false)]
    [InlineData("idva", false)]
    [InlineData("csc", false)]
    [InlineData("asc", false)]
    [InlineData("probation", false)]
    [InlineData("health", true)]
    [InlineData("acute", true)]
    [InlineData("coordinator", true)]
    [InlineData("supervisor", true)]
    [InlineData("marac-chair", true)]
    public void NR9_a_health_item_without_the_mark_stays_with_health_and_the_coordination(string person, bool reads)
    {
        Assert.Equal(reads, ReadsFinding(person, new ItemFact(Item) { Health = true }));
        Assert.True(ReadsFinding(person, new ItemFact(Item) { Health = true, Caldicott = true }));
        Assert.True(ReadsFinding(person, new ItemFact(Item)));
    }

    [Fact]
    public void NR9_a_tick_does_not_stand_for_the_mark()
    {
        var ticked = new ItemFact(Item) { Health = true, Readers = [new MemberFact("CKH", null)] };
        Assert.False(ReadsFinding("landlord", ticked));
        Assert.True(ReadsFinding("landlord", ticked with { Caldicott = true }));
        Assert.False(ReadsFinding("fire", ticked with { Caldicott = true }));
    }

    [Fact]
    public void NR9_an_author_reads_back_what_they_wrote() =>
        Assert.True(ReadsFinding("treatment", new ItemFact(Item) { Health = true, Owner = new MemberFact("ASP", null) }));

    [Theory]
    [InlineData("landlord", false)]
    [InlineData("asc", false)]
    [InlineData("pvp", true)]
    [InlineData("idva", true)]
    [InlineData("coordinator", true)]
    public void A_held_item_goes_only_where_the_victims_location_goes(string person, bool reads)
    {
        var held = new ItemFact(Item) { Held = true, Readers = [new MemberFact("CKH", null)] };
        Assert.Equal(reads, ReadsFinding(person, held));
        Assert.True(ReadsFinding(person, held with { Held = false }));
        Assert.True(ReadsFinding(person, held with { Owner = Self(person) }));
    }

    [Theory]
    [InlineData("landlord", "CKH", null, false)]
    [InlineData("fire", "CFRS", null, false)]
    [InlineData("pvp", "CON", "PVP", true)]
    public void A_held_action_does_not_tell_its_owner_where_the_victim_is(string person, string agency, string? team, bool reads)
    {
        var action = new ItemFact(Item) { Owner = new MemberFact(agency, team) };
        Assert.True(ReadsAction(person, action));
        Assert.Equal(reads, ReadsAction(person, action with { Held = true }));
    }

    [Fact]
    public void A_held_line_of_a_chair_does_not_reach_the_chairs_agency()
    {
        var line = new ItemFact(Item) { Owner = new MemberFact("ICB", "MH"), Readers = [new MemberFact("ICB", "MH")] };
        Assert.True(Reads("health", line, "minutes"));
        Assert.False(Reads("health", line with { Held = true }, "minutes"));
    }

    [Fact]
    public void A_held_item_follows_a_recorded_need_and_is_lost_by_an_unsafe_copy()
    {
        var held = new ItemFact(Item) { Held = true };
        var needed = World.Facts("HEARD").WithMember(World.People["asc"]).WithNeed(World.People["asc"], "victim-location");
        Assert.True(ReadsFinding("asc", held, needed));
        Assert.False(ReadsFinding("asc", held, needed with { UnsafeCopies = [new MemberFact("PCC", null)] }));
        Assert.False(ReadsFinding("pvp", held, World.Facts("HEARD").WithMember(World.People["pvp"]) with { UnsafeCopies = [new MemberFact("CON", null)] }));
        Assert.False(ReadsFinding("marac-chair", held, World.Facts("HEARD") with { UnsafeCopies = [new MemberFact("CON", null)] }));
        Assert.True(ReadsFinding("coordinator", held, World.Facts("HEARD") with { UnsafeCopies = [new MemberFact("PCC", null)] }));
    }

    [Theory]
    [InlineData("pvp", "narrative", true)]
    [InlineData("asc", "narrative", false)]
    [InlineData("landlord", "summary", false)]
    [InlineData("coordinator", "summary", true)]
    public void A_held_text_goes_only_where_the_victims_location_goes(string person, string group, bool reads)
    {
        var facts = World.Facts("HEARD").WithMember(World.People[person]) with { HasSummary = true, Held = [group] };
        Assert.Equal(reads ? ReleaseKind.All : ReleaseKind.None, World.ReadCase(World.People[person], facts).ReleaseOf(group).Kind);
        Assert.Equal(ReleaseKind.All, World.ReadCase(World.People[person], facts with { Held = [] }).ReleaseOf(group).Kind);
    }

    [Fact]
    public void An_item_the_facts_do_not_list_goes_to_the_coordination_alone()
    {
        foreach (var person in new[] { "coordinator", "supervisor", "marac-chair" }) Assert.True(ReadsFinding(person, null), person);
        foreach (var person in new[] { "pvp", "idva", "health", "landlord" }) Assert.False(ReadsFinding(person, null), person);
    }

    [Fact]
    public void NR7_internal_research_stops_the_compiler_where_it_is_permitted_to_others()
    {
        var text = ReturnAgreement("member");
        var error = Assert.Single(AgreementCompiler.Compile([new AgreementSource("return.yaml", text)], World.Vocabulary).Errors);
        Assert.Contains("NR7", error.Reason, StringComparison.Ordinal);
        Assert.Equal(text[..text.IndexOf("permit:", StringComparison.Ordinal)].Count(c => c == '\n') + 1, error.Line);
        Assert.Empty(AgreementCompiler.Compile([new AgreementSource("return.yaml", ReturnAgreement("own-agency"))], World.Vocabulary).Errors);
    }

    [Theory]
    [InlineData("CON", "PVP", true)]
    [InlineData("CON", "NPT", false)]
    [InlineData("CON", null, false)]
    [InlineData("CKH", "PVP", false)]
    public void NR7_internal_research_never_leaves_its_agency_and_team(string agency, string? team, bool reads)
    {
        var facts = World.Facts("RETURNED") with { Author = new AuthorFact("pseudonym-colleague", agency, team) };
        var decision = World.Read(World.People["pvp"], RecordTypes.MaracResearchReturn, facts, Purposes.MaracResearch);
        Assert.Equal(reads, decision.ReleasedGroups.Contains(FieldGroups.InternalResearch));
        Assert.DoesNotContain(
            FieldGroups.InternalResearch, World.Read(World.People["coordinator"], RecordTypes.MaracResearchReturn, facts, Purposes.MaracResearch).ReleasedGroups);
    }

    [Fact]
    public void NR12_the_ledger_is_permitted_to_nobody_but_its_readers()
    {
        var sharing = World.Sources.Single(source => source.File == "sharing.yaml");
        var text = sharing.Text.Replace("role: ledger-reader", "role: performance-author", StringComparison.Ordinal).Replace("roles: [ledger-reader,", "roles: [performance-author,", StringComparison.Ordinal);
        Assert.Contains(AgreementCompiler.Compile([sharing with { Text = text }], World.Vocabulary).Errors, error => error.Reason.Contains("NR12", StringComparison.Ordinal) && error.Line > 1);
    }

    [Fact]
    public void NR13_nothing_that_is_searched_by_is_a_nationality_or_a_religion()
    {
        string[] never = ["nationality", "religion", "ethnicity", "language", "immigration"];
        var searched = typeof(SearchCasesRequest).GetProperties().Select(property => property.Name)
            .Concat(global::Partnership.Gateway.Operations.OperationTable.All.SelectMany(operation => operation.QueryParameters));
        Assert.DoesNotContain(searched, name => never.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void NR10_a_principal_a_failure_and_a_denial_say_no_name()
    {
        var principal = World.People["pvp"] with { Name = "Marker Person" };
        Assert.Equal("CON/PVP/marac-representative", principal.ToString());
        Assert.All(typeof(ReadFailures).GetFields(BindingFlags.Public | BindingFlags.Static), field => Assert.Matches("^[a-z0-9-]+$", (string)field.GetValue(null)!));
        Assert.All(typeof(DenialCodes).GetFields(BindingFlags.Public | BindingFlags.Static), field => Assert.Matches("^[a-z0-9-]+$", (string)field.GetValue(null)!));
    }

    [Fact]
    public void NR6_what_is_asked_before_any_look_up_depends_on_the_question_alone()
    {
        foreach (var principal in World.People.Values)
        {
            foreach (var type in World.Vocabulary.RecordTypes)
            {
                var purposes = World.Agreements.PurposesFor(principal, type.Name, Operations.Consult, World.Today);
                Assert.Equal(purposes.Count > 0, World.Agreements.HasRule(principal, type.Name, Operations.Consult, World.Today));
                foreach (var purpose in purposes)
                    foreach (var state in type.States)
                        Assert.Equal(
                            World.Agreements.WithheldFor(principal, type.Name, purpose, state, World.Today),
                            World.Agreements.WithheldFor(principal with { Pseudonym = "another", PersonId = "another", Name = "Another" }, type.Name, purpose, state, World.Today));
            }
        }
    }

    private static MemberFact Self(string person) => new(World.People[person].Agency, World.People[person].Team);

    /// <summary>Whether a finding with these facts (none for null) leaves a case, by its bytes.</summary>
    private static bool ReadsFinding(string person, ItemFact? item, RecordFacts? facts = null)
    {
        facts ??= World.Facts("HEARD").WithMember(World.People[person]) with { ChildCase = true };
        var decision = World.ReadCase(World.People[person], facts with { Items = item is null ? [] : [item] });
        var finding = new FindingView
        {
            ItemId = Item,
            Agency = "CPS",
            About = AboutWhom.Victim,
            FactOrOpinion = FactOrOpinion.Fact,
            Text = "marker-text",
            Health = item?.Health ?? false,
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(new { research = new[] { finding } }, WireJson.Options);
        return Released.By(decision, World.Agreements, RecordTypes.MaracCase, json).Text.Contains("marker-text", StringComparison.Ordinal);
    }

    private static bool ReadsAction(string person, ItemFact item) => Reads(person, item, "actions");

    /// <summary>Whether an item of a list leaves a case, by its key alone.</summary>
    private static bool Reads(string person, ItemFact item, string list)
    {
        var facts = World.Facts("ACTIONS_OPEN").WithMember(World.People[person]) with { Items = [item] };
        var json = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { [list] = new[] { new { itemId = item.Id } } }, WireJson.Options);
        return Released.By(World.ReadCase(World.People[person], facts), World.Agreements, RecordTypes.MaracCase, json).Text.Contains(item.Id.ToString(), StringComparison.Ordinal);
    }

    private static string ReturnAgreement(string when) =>
        $$"""
        agreement: marac
        title: Returns
        version: "1"
        scheme: marac
        classification: OFFICIAL
        signed: 2026-01-01
        effective: 2026-01-01
        review: 2027-01-01
        records: [marac.research-return]
        parties: {}
        legal-bases:
          task: { legal-power: CDA-1998-S115, lawful-basis: UK-GDPR-6-1-E, regime: UK-GDPR }
        purposes:
          marac-research: { says: R., roles: [marac-representative], serves: { marac.research-return: any }, legal-basis: task, released-for-days: 30 }
        not-shared: { marac.research-return: [triage] }
        rules:
          - id: marac/1
            says: Everything of a return.
            to: { agency: any, except: [NSS, PREM], role: marac-representative }
            record: marac.research-return
            purpose: marac-research
            when: {{when}}
            permit: [meta, shared-research, internal-research]
        """;
}
