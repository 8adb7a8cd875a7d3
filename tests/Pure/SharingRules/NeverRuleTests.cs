using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>The denials that no agreement can lift, each by the name the partnership gave it.</summary>
public sealed class NeverRuleTests
{
    /// <summary>As much as anybody could write into an agreement, for one principal.</summary>
    private static readonly AgreementSet Everything = Permitting("CON", "marac-representative");

    private static readonly Principal Officer = World.Person("officer", "CON", "PVP", "marac-representative") with { Name = "Zoë O'Brien-Łukasz" };

    [Theory]
    [InlineData("PREM", "door-staff")]
    [InlineData("NSS", "scheme-administrator")]
    public void NR1_premises_and_their_scheme_have_no_rule_for_anything_of_marac(string agency, string role)
    {
        var principal = World.Person("door", agency, null, role);
        foreach (var type in World.Vocabulary.RecordTypes.Select(type => type.Name).Where(type => type.StartsWith("marac.", StringComparison.Ordinal)))
        {
            foreach (var operation in new[] { Operations.Submit, Operations.Consult, Operations.Search, Operations.Change })
            {
                Assert.False(World.Agreements.HasRule(principal, type, operation, World.Today, operation == Operations.Change ? "accept" : null));
                Assert.Empty(World.Agreements.PurposesFor(principal, type, operation, World.Today));
                var decision = World.Agreements.Decide(principal, operation, type, World.Facts().WithMember(principal), Purposes.MaracMeeting, World.Now);
                Assert.False(decision.Permitted);
                Assert.Equal(["NR1"], decision.RuleIds);
            }
        }
    }

    [Fact]
    public void NR1_stops_the_compiler_when_an_agreement_permits_premises_something() =>
        Assert.Contains(Compile("PREM", "door-staff").Errors, error => error.Reason.Contains("NR1", StringComparison.Ordinal));

    [Fact]
    public void NR2_without_a_conflict_the_officer_reads_everything() => Assert.True(Read(World.Facts()).Permitted);

    [Theory]
    [InlineData("register-officer", null)]
    [InlineData("register-officer", "Somebody Else")]
    [InlineData("pseudonym-officer", null)]
    [InlineData(null, "Zoë O'Brien-Łukasz")]
    [InlineData(null, "ZOE OBRIEN LUKASZ")]
    [InlineData(null, "zoe o’brien łukasz")]
    [InlineData(null, "Łukasz-O'Brien, Zoë")]
    [InlineData(null, "  O'Brien Łukasz   zoe ")]
    [InlineData(null, "Zoe\u0308 O`Brien Lukasz")]
    [InlineData(null, "Dr. Zoë O'Brien-Łukasz")]
    [InlineData(null, "Z. O'Brien Łukasz")]
    [InlineData(null, "Zoe O Brien Lukasz")]
    [InlineData(null, "Zoe Obrienlukasz")]
    [InlineData(null, "Ｚｏｅ Ｏ'Ｂｒｉｅｎ Ｌｕｋａｓｚ")]
    [InlineData(null, "Zoe O'Bri\u200Ben Lukasz")]
    public void NR2_nobody_on_the_conflict_register_gets_any_part(string? person, string? name)
    {
        var decision = Read(World.Facts() with { Conflicts = [new ConflictFact("somebody", "Other Person"), new ConflictFact(person, name)] });
        Assert.False(decision.Permitted);
        Assert.Equal(["NR2"], decision.RuleIds);
        Assert.Empty(decision.ReleasedGroups);
        Assert.True(decision.Conditions["conflict"]);
    }

    [Theory]
    [InlineData("Müller Jürgen", "Juergen Mueller")]
    [InlineData("Müller Jürgen", "Jurgen Muller")]
    [InlineData("Søren Kjær", "Soeren Kjaer")]
    [InlineData("Straße Æthel", "Strasse Aethel")]
    [InlineData("Nguyễn Thị Hương", "Nguyen Thi Huong")]
    [InlineData("J Smith", "John Smith")]
    [InlineData("PC John Smith", "Smith, John")]
    [InlineData("Юлія Ёлкина", "юлія елкина")]
    [InlineData("Anne-Marie Dupont", "Annemarie Dupont")]
    public void NR2_two_spellings_of_one_name_are_one(string registered, string feared)
    {
        var facts = World.Facts() with { Conflicts = [new ConflictFact(null, feared)] };
        Assert.False(Read(facts, Officer with { Name = registered }).Permitted);
        Assert.False(Read(World.Facts() with { Conflicts = [new ConflictFact(null, registered)] }, Officer with { Name = feared }).Permitted);
    }

    [Theory]
    [InlineData("Zoë Brien")]
    [InlineData("Zoe Okafor Lukasz")]
    [InlineData("Z O L")]
    [InlineData("Zoe O'Brien")]
    [InlineData("Lukasz")]
    [InlineData("???")]
    public void NR2_another_name_is_another_person(string name)
    {
        var decision = Read(World.Facts() with { Conflicts = [new ConflictFact("register-somebody-else", name)] });
        Assert.True(decision.Permitted);
        Assert.False(decision.Conditions["conflict"]);
    }

    [Fact]
    public void NR2_a_register_entry_without_a_name_is_told_from_nobody() =>
        Assert.False(Read(World.Facts() with { Conflicts = [new ConflictFact(null, "Somebody Feared")] }, Officer with { Name = " . " }).Permitted);

    [Fact]
    public void NR2_stops_the_coordinator_and_the_author_as_well()
    {
        var coordinator = World.People["coordinator"];
        var facts = World.Facts("SUBMITTED") with
        {
            Author = new AuthorFact(coordinator.Pseudonym, coordinator.Agency, coordinator.Team),
            Conflicts = [new ConflictFact(coordinator.PersonId, null)],
        };
        Assert.False(World.Read(coordinator, RecordTypes.MaracReferral, facts, Purposes.MaracTriage).Permitted);
        Assert.False(World.Read(coordinator, RecordTypes.MaracReferral, facts, Purposes.MaracReferral).Permitted);
        var command = World.Agreements.Decide(coordinator, Operations.Change, RecordTypes.MaracReferral, facts, Purposes.MaracTriage, World.Now, "accept");
        Assert.Equal(["NR2"], command.RuleIds);
    }

    [Fact]
    public void NR2_a_token_without_a_person_gets_no_record_that_has_a_conflict_register()
    {
        var system = Officer with { IsPerson = false };
        Assert.True(Read(World.Facts(), system).Permitted);
        Assert.False(Read(World.Facts() with { Conflicts = [new ConflictFact("register-somebody-else", null)] }, system).Permitted);
    }

    [Theory]
    [InlineData("PVP", false)]
    [InlineData(null, false)]
    [InlineData("NPT", true)]
    public void NR2_an_unsafe_copy_loses_where_the_victim_is_and_how_to_reach_her(string? team, bool keeps)
    {
        var decision = Read(World.Facts() with { UnsafeCopies = [new MemberFact("CON", team)] });
        Assert.True(decision.Permitted);
        Assert.Equal(keeps, decision.ReleasedGroups.Contains(FieldGroups.VictimLocation));
        Assert.Equal(keeps, decision.ReleasedGroups.Contains(FieldGroups.SafeContact));
        Assert.Equal(keeps, decision.ReleasedGroups.Contains(FieldGroups.ChildPlaces));
        Assert.Contains(FieldGroups.Children, decision.ReleasedGroups);
        Assert.Contains(FieldGroups.VictimIdentity, decision.ReleasedGroups);
        Assert.Equal(!keeps, decision.Conditions["unsafe-copy"]);
    }

    [Fact]
    public void NR2_coordinator_and_idva_keep_location_and_a_chair_of_an_unsafe_agency_does_not()
    {
        var facts = World.Facts() with { UnsafeCopies = [new MemberFact("PCC", null), new MemberFact("CON", null)] };
        Assert.Equal(ReleaseKind.All, World.ReadCase(World.People["coordinator"], facts).ReleaseOf(FieldGroups.VictimLocation).Kind);
        Assert.Equal(ReleaseKind.None, World.ReadCase(World.People["marac-chair"], facts).ReleaseOf(FieldGroups.VictimLocation).Kind);
        var idva = World.Person("idva", "SASP", null, "idva");
        var unsafeSasp = World.Facts() with { UnsafeCopies = [new MemberFact("SASP", null)] };
        Assert.Equal(ReleaseKind.All, World.ReadCase(idva, unsafeSasp, Permitting("SASP", "idva")).ReleaseOf(FieldGroups.VictimLocation).Kind);
    }

    [Fact]
    public void NR15_only_the_named_readers_read_a_restricted_case()
    {
        Assert.True(Read(World.Facts() with { Readers = ["register-somebody", "register-officer"] }).Permitted);
        var decision = Read(World.Facts() with { Readers = ["register-somebody", "pseudonym-officer"] });
        Assert.False(decision.Permitted);
        Assert.Equal(["NR15"], decision.RuleIds);
        Assert.False(decision.Conditions["reader"]);
    }

    [Fact]
    public void NR15_an_empty_list_means_nobody_the_coordinator_included() =>
        Assert.False(World.ReadCase(World.People["coordinator"], World.Facts() with { Readers = [] }).Permitted);

    [Fact]
    public void NR15_a_token_without_a_person_reads_no_restricted_case() =>
        Assert.False(Read(World.Facts() with { Readers = ["register-officer"] }, Officer with { IsPerson = false }).Permitted);

    [Fact]
    public void NR15_a_reader_in_conflict_is_still_refused() =>
        Assert.Equal(["NR2"], Read(World.Facts() with { Readers = ["register-officer"], Conflicts = [new ConflictFact("register-officer", null)] }).RuleIds);

    [Fact]
    public void NR14_every_release_says_that_it_goes_no_further()
    {
        var obligations = Read(World.Facts()).Obligations;
        Assert.Equal(new Obligations(NoOnward: true, Purposes.MaracMeeting, World.Today.AddDays(30)), obligations);
        Assert.Null(Read(World.Facts() with { Readers = [] }).Obligations);
    }

    private static Decision Read(RecordFacts facts, Principal? principal = null) => World.ReadCase(principal ?? Officer, facts, Everything);

    private static AgreementSet Permitting(string agency, string role)
    {
        var result = Compile(agency, role);
        Assert.True(result.Succeeded, string.Join(Environment.NewLine, result.Errors));
        return result.Agreements;
    }

    private static CompileResult Compile(string agency, string role) => AgreementCompiler.Compile(
        [
            new AgreementSource(
                "everything.yaml",
                $$"""
                agreement: marac
                title: Everything
                version: "1"
                scheme: marac
                classification: OFFICIAL
                signed: 2026-01-01
                effective: 2026-01-01
                review: 2027-01-01
                records: [marac.case]
                parties: {}
                legal-bases:
                  task: { legal-power: CDA-1998-S115, lawful-basis: UK-GDPR-6-1-E, regime: UK-GDPR }
                purposes:
                  marac-meeting:
                    { says: Meeting., roles: [{{role}}], serves: { marac.case: any }, legal-basis: task, released-for-days: 30 }
                rules:
                  - id: marac/1
                    says: Everything, without a condition.
                    to: { agency: {{agency}}, role: {{role}} }
                    record: marac.case
                    operation: [consult, search]
                    purpose: marac-meeting
                    permit: [{{string.Join(", ", Matrix.Groups)}}]
                """),
        ],
        World.Vocabulary);
}
