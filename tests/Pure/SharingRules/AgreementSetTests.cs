using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.PartnershipSettings;
using Partnership.SharingRules;
using Partnership.Tests.Support.Sharing;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>Questions asked of the agreements before and beside a decision, and what must hold of all of them.</summary>
public sealed class AgreementSetTests
{
    private static readonly Principal Coordinator = World.People["coordinator"];
    private static readonly Principal Police = World.People["pvp"];
    private static readonly Principal Landlord = World.People["landlord"];
    private static readonly Principal Fire = World.People["fire"];

    [Fact]
    public void The_digest_is_of_what_is_said_and_not_of_how_it_is_laid_out()
    {
        var reversed = World.Compiled([.. World.Sources.Reverse()]);
        var commented = World.Compiled([.. World.Sources.Select(source => source with { Text = "# a remark\n\n" + source.Text.Replace("\n\n", "\n\n# another\n\n", StringComparison.Ordinal) })]);
        var renamed = World.Compiled([.. World.Sources.Select(source => source with { File = "x" + source.File })]);
        Assert.Matches("^[0-9a-f]{64}$", World.Agreements.Digest);
        Assert.All([reversed, commented, renamed], set => Assert.Equal(World.Agreements.Digest, set.Digest));
    }

    [Theory]
    [InlineData("legal-power: CDA-1998-S115", "legal-power: COMMON-LAW-POLICING")]
    [InlineData("review: 2027-02-01", "review: 2027-02-02")]
    [InlineData("      victim-location: { when: own-tenancy }", "      victim-location: { when: need-recorded }")]
    [InlineData("deny: [risk-checklist, narrative]", "deny: [risk-checklist, narrative, protection]")]
    [InlineData("says: The landlord sees the summary somebody wrote for it and the other agencies.", "says: Another sentence.")]
    [InlineData("released-for-days: 180", "released-for-days: 181")]
    public void Any_word_that_changes_changes_the_digest(string from, string to) =>
        Assert.NotEqual(World.Agreements.Digest, World.Compiled(Changed(from, to)).Digest);

    [Fact]
    public void Rules_in_any_order_decide_alike()
    {
        var marac = World.Sources.Single(source => source.File == "marac.yaml").Text;
        var (head, rules) = (marac[..marac.IndexOf("  - id:", StringComparison.Ordinal)], marac[marac.IndexOf("  - id:", StringComparison.Ordinal)..]);
        var parts = rules.Split("  - id:", StringSplitOptions.RemoveEmptyEntries).Select(part => "  - id:" + part.TrimEnd() + "\n").ToArray();
        var random = new Random(7);
        for (var turn = 0; turn < 3; turn++)
        {
            random.Shuffle(parts);
            var shuffled = World.Compiled([new AgreementSource("marac.yaml", head + string.Concat(parts)), .. World.Sources.Where(source => source.File != "marac.yaml")]);
            Assert.Equal(World.Agreements.Digest, shuffled.Digest);
            foreach (var principal in World.People.Values)
            {
                var facts = World.Facts().WithMember(principal).WithRelation(principal, RelationKinds.KnownTo, Guid.Empty);
                var (one, other) = (World.ReadCase(principal, facts), World.ReadCase(principal, facts, shuffled));
                Assert.Equal(one.ReleasedGroups, other.ReleasedGroups);
                Assert.Equal(one.RuleIds, other.RuleIds);
            }
        }
    }

    [Fact]
    public void A_role_without_any_rule_is_told_so_before_any_look_up()
    {
        foreach (var person in new[] { "patrol", "pes", "nightsafe-admin", "operator", "commissioner", "dpo", "caldicott", "facilitator" })
            Assert.False(World.Agreements.HasRule(World.People[person], RecordTypes.MaracCase, Operations.Consult, World.Today), person);
        Assert.True(World.Agreements.HasRule(Landlord, RecordTypes.MaracCase, Operations.Consult, World.Today));
        Assert.False(World.Agreements.HasRule(Landlord, "marac.minutes", Operations.Consult, World.Today));
        Assert.False(World.Agreements.HasRule(Landlord, RecordTypes.MaracCase, "delete", World.Today));
        Assert.False(World.Agreements.HasRule(Landlord with { Agency = "CKX" }, RecordTypes.MaracCase, Operations.Consult, World.Today));
        Assert.False(World.Agreements.HasRule(Landlord with { Agency = "ckh" }, RecordTypes.MaracCase, Operations.Consult, World.Today));
    }

    [Fact]
    public void Purposes_are_those_of_the_role_for_the_type_and_operation()
    {
        var set = World.Agreements;
        Assert.Equal(
            ["marac-action", "marac-flag", "marac-meeting", "marac-research", "marac-triage"],
            set.PurposesFor(Coordinator, RecordTypes.MaracCase, Operations.Consult, World.Today));
        Assert.Equal(["marac-referral", "marac-triage"], set.PurposesFor(Coordinator, RecordTypes.MaracReferral, Operations.Consult, World.Today));
        Assert.Equal(["marac-triage"], set.PurposesFor(Coordinator, RecordTypes.MaracReferral, Operations.Change, World.Today, "accept"));
        Assert.Empty(set.PurposesFor(Coordinator, RecordTypes.MaracReferral, Operations.Change, World.Today, "confirm-redirect"));
        Assert.Empty(set.PurposesFor(Coordinator, RecordTypes.MaracReferral, Operations.Change, World.Today));
        Assert.Equal(["emergency", "marac-action", "marac-meeting", "marac-research"], set.PurposesFor(Police, RecordTypes.MaracCase, Operations.Consult, World.Today));
        Assert.Equal(["marac-meeting"], set.PurposesFor(Police, RecordTypes.MaracCase, Operations.Change, World.Today, "conflicts"));
        Assert.Equal(["marac-research"], set.PurposesFor(Police, RecordTypes.MaracResearchRequest, Operations.Change, World.Today, "return"));
        Assert.Equal(["marac-referral"], set.PurposesFor(Police, RecordTypes.MaracReferral, Operations.Consult, World.Today));
        Assert.Equal(["audit"], set.PurposesFor(World.People["marac-auditor"], RecordTypes.SharingEntry, Operations.Search, World.Today));
    }

    [Fact]
    public void A_purpose_of_another_role_denies()
    {
        var decision = World.Read(Police, RecordTypes.MaracCase, World.Facts().WithMember(Police), Purposes.MaracTriage);
        Assert.Equal(DenialCodes.NoRule, decision.DenialCode);
        Assert.Equal(World.Agreements.Digest, decision.AgreementSet);
    }

    [Theory]
    [InlineData("2026-01-31", false)]
    [InlineData("2026-02-01", true)]
    [InlineData("2027-02-01", true)]
    [InlineData("2027-03-03", true)]
    [InlineData("2027-03-04", false)]
    public void Sharing_starts_when_effective_and_stops_thirty_days_after_a_missed_review(string day, bool shares)
    {
        var today = DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture);
        var now = new DateTimeOffset(today.ToDateTime(new TimeOnly(23, 59)), TimeSpan.Zero);
        var decision = World.Agreements.Decide(Coordinator, Operations.Consult, RecordTypes.MaracCase, World.Facts(), Purposes.MaracMeeting, now);
        Assert.Equal(shares, decision.Permitted);
        Assert.Equal(shares ? null : DenialCodes.AgreementNotInForce, decision.DenialCode);
        Assert.Equal(shares, World.Agreements.HasRule(Coordinator, RecordTypes.MaracCase, Operations.Consult, today));
        Assert.Equal(shares, World.Agreements.PurposesFor(Coordinator, RecordTypes.MaracCase, Operations.Consult, today).Count > 0);
        Assert.Equal(shares, World.Agreements.ReachOf(Coordinator, RecordTypes.MaracCase, Operations.Consult, Purposes.MaracMeeting, today).Count > 0);
    }

    [Fact]
    public void Sharing_stops_after_the_last_day_of_an_agreement_that_expires()
    {
        var set = World.Compiled(Changed("review: 2027-02-01 ", "expires: 2026-10-05\nreview: 2027-02-01 "));
        Assert.True(World.ReadCase(Coordinator, World.Facts(), set).Permitted);
        Assert.False(set.Decide(Coordinator, Operations.Consult, RecordTypes.MaracCase, World.Facts(), Purposes.MaracMeeting, World.Now.AddDays(1)).Permitted);
    }

    [Fact]
    public void A_purpose_serves_only_its_states()
    {
        Assert.Equal(DenialCodes.State, World.ReadCase(Police, World.Facts("WITHDRAWN").WithMember(Police)).DenialCode);
        Assert.Equal(DenialCodes.State, World.ReadCase(Police, World.Facts("accepted").WithMember(Police)).DenialCode);
        Assert.Equal(DenialCodes.State, World.ReadCase(Police, World.Facts("INVENTED").WithMember(Police)).DenialCode);
        Assert.True(World.Read(Coordinator, RecordTypes.MaracCase, World.Facts("WITHDRAWN"), Purposes.MaracTriage).Permitted);
    }

    [Fact]
    public void Membership_is_of_agency_and_team_together()
    {
        Assert.True(World.ReadCase(Police, World.Facts() with { Members = [new MemberFact("CON", "PVP")] }).Permitted);
        Assert.False(World.ReadCase(Police, World.Facts() with { Members = [new MemberFact("CON", null)] }).Permitted);
        Assert.False(World.ReadCase(Police, World.Facts() with { Members = [new MemberFact("CON", "NPT")] }).Permitted);
        Assert.False(World.ReadCase(Police, World.Facts() with { Members = [new MemberFact("PCC", "PVP")] }).Permitted);
        Assert.False(World.ReadCase(Landlord, World.Facts() with { Members = [new MemberFact("CKH", "PVP")] }).Permitted);
    }

    [Fact]
    public void A_relation_without_membership_gives_nothing()
    {
        var facts = World.Facts().WithRelation(Fire, RelationKinds.KnownTo, Guid.Empty).WithNeed(Fire, "victim-location");
        Assert.Equal(DenialCodes.Condition, World.ReadCase(Fire, facts).DenialCode);
        Assert.True(World.ReadCase(Fire, facts.WithMember(Fire)).Permitted);
    }

    [Fact]
    public void A_need_covers_the_groups_it_names_until_it_ends_and_for_the_agency_it_names()
    {
        Assert.Equal(ReleaseKind.All, Diversity(World.Facts().WithNeed(Police, "diversity")));
        Assert.Equal(ReleaseKind.None, Diversity(World.Facts().WithNeed(Police, "safe-contact")));
        Assert.Equal(ReleaseKind.None, Diversity(World.Facts().WithNeed(Fire, "diversity")));
        Assert.Equal(ReleaseKind.None, Diversity(World.Facts() with { Needs = [new NeedFact("CON", "PVP", ["diversity"], World.Now, "x")] }));
        Assert.Equal(ReleaseKind.None, World.ReadCase(Landlord, World.Facts().WithMember(Landlord).WithNeed(Landlord, "narrative")).ReleaseOf("narrative").Kind);

        static ReleaseKind Diversity(RecordFacts facts) => World.ReadCase(Police, facts.WithMember(Police)).ReleaseOf("diversity").Kind;
    }

    [Fact]
    public void What_somebody_wrote_under_one_hat_is_not_theirs_under_another()
    {
        var housing = World.People["housing"];
        var pes = World.People["pes"] with { Pseudonym = housing.Pseudonym };
        var facts = World.Facts("SUBMITTED") with { Author = new AuthorFact(housing.Pseudonym, "PCC", "HSG") };
        Assert.True(World.Read(housing, RecordTypes.MaracReferral, facts, Purposes.MaracReferral).Permitted);
        Assert.False(World.Read(pes, RecordTypes.MaracReferral, facts, Purposes.MaracReferral).Permitted);
        Assert.False(World.Read(housing with { Pseudonym = "another" }, RecordTypes.MaracReferral, facts, Purposes.MaracReferral).Permitted);
        Assert.False(World.Read(housing with { IsPerson = false }, RecordTypes.MaracReferral, facts, Purposes.MaracReferral).Permitted);
    }

    [Fact]
    public void Only_a_submission_is_decided_without_facts()
    {
        Assert.True(World.Agreements.Decide(Police, Operations.Submit, RecordTypes.MaracReferral, null, Purposes.MaracReferral, World.Now).Permitted);
        Assert.Equal(DenialCodes.NoFacts, World.Agreements.Decide(Coordinator, Operations.Consult, RecordTypes.MaracCase, null, Purposes.MaracMeeting, World.Now).DenialCode);
        Assert.Equal(DenialCodes.NoFacts, World.Agreements.Decide(Coordinator, Operations.Change, RecordTypes.MaracReferral, null, Purposes.MaracTriage, World.Now, "accept").DenialCode);
    }

    [Fact]
    public void Reach_is_what_rules_could_open()
    {
        Assert.Equal(["all"], Reach(Coordinator, RecordTypes.MaracCase, Purposes.MaracMeeting));
        Assert.Equal(["member:CON/PVP"], Reach(Police, RecordTypes.MaracCase, Purposes.MaracMeeting));
        Assert.Equal(["member:CKH"], Reach(Landlord, RecordTypes.MaracCase, Purposes.MaracMeeting));
        Assert.Equal(["author:pseudonym-pvp"], Reach(Police, RecordTypes.MaracReferral, Purposes.MaracReferral));
        Assert.Equal(["addressee:CON/PVP"], Reach(Police, RecordTypes.MaracResearchRequest, Purposes.MaracResearch));
        Assert.Equal(["author-agency:CON/PVP"], Reach(Police, RecordTypes.MaracResearchReturn, Purposes.MaracResearch));
        Assert.Equal(["addressee:PCC/PES"], Reach(World.People["pes"], RecordTypes.MaracAction, Purposes.MaracAction));
        Assert.Equal(["member:VHUB"], Reach(World.People["victims-hub"], RecordTypes.MaracFlag, Purposes.MaracFlag));
        Assert.Equal(["scheme:marac"], Reach(World.People["marac-auditor"], RecordTypes.SharingEntry, Purposes.Audit));
        Assert.Empty(Reach(World.People["patrol"], RecordTypes.MaracCase, Purposes.MaracMeeting));
        Assert.Empty(Reach(Police, RecordTypes.MaracCase, Purposes.MaracTriage));

        static IReadOnlyList<string> Reach(Principal principal, string type, string purpose) =>
            World.Agreements.ReachOf(principal, type, Operations.Consult, purpose, World.Today);
    }

    [Fact]
    public void Withheld_names_the_group_and_the_rule()
    {
        Assert.Equal(
            [
                new("protection", "marac/default"), new("triage", "marac/default"), new("diversity", "marac/4.6"), new("victim-location", "marac/4.2"),
                new("safe-contact", "marac/default"), new("children", "marac/4.1"), new("child-places", "marac/default"), new("risk-checklist", "marac/4.4"),
                new("narrative", "marac/4.4"), new("summary", "marac/4.3"), new("shared-research", "marac/12.1"), new("minutes", "marac/4.5"), new("actions", "marac/12.1"),
            ],
            WithheldFrom(Landlord));
        Assert.Equal(
            [new("triage", "marac/default"), new("diversity", "marac/3.2"), new("summary", "marac/3.1"), new("minutes", "marac/3.1"), new("actions", "marac/12.1")],
            WithheldFrom(Police));
        Assert.Equal([new Withheld("summary", "marac/1.2")], WithheldFrom(Coordinator));
        Assert.Empty(WithheldFrom(World.People["patrol"]));

        static IReadOnlyList<Withheld> WithheldFrom(Principal principal) =>
            World.Agreements.WithheldFor(principal, RecordTypes.MaracCase, Purposes.MaracMeeting, "HEARD", World.Today);
    }

    [Fact]
    public void Withheld_depends_on_the_state_a_reader_sees_and_on_nothing_else_of_the_record()
    {
        var open = World.Agreements.WithheldFor(Police, RecordTypes.MaracReferral, Purposes.MaracReferral, "SUBMITTED", World.Today);
        var decided = World.Agreements.WithheldFor(Police, RecordTypes.MaracReferral, Purposes.MaracReferral, "ACCEPTED", World.Today);
        Assert.Equal(["protection", "triage"], open.Select(withheld => withheld.Group));
        Assert.Contains(new Withheld("narrative", "marac/2.3"), decided);
        Assert.DoesNotContain(decided, withheld => withheld.Group == "meta");
    }

    [Fact]
    public void A_group_that_a_whole_rule_gives_under_a_condition_is_withheld_by_that_rule()
    {
        var set = World.Compiled(Changed("    when: member\n    permit: [meta]\n\n  - id: marac/5.2", "    when: [member, known-to-somebody]\n    permit: [meta]\n\n  - id: marac/5.2"));
        Assert.Contains(new Withheld("meta", "marac/5.1"), set.WithheldFor(Fire, RecordTypes.MaracCase, Purposes.MaracMeeting, "HEARD", World.Today));
        Assert.DoesNotContain(
            World.Agreements.WithheldFor(Fire, RecordTypes.MaracCase, Purposes.MaracMeeting, "HEARD", World.Today), withheld => withheld.Group == "meta");
    }

    [Fact]
    public void The_nearest_key_decides_and_not_one_further_out()
    {
        var set = World.Compiled(Changed("      children: { mask: flag }", "      children: { mask: flag }\n      victim-location: { when: known-to }"));
        var marked = new Marked<CaseView>();
        var (victim, address) = (marked.IdAt("victim.name"), marked.IdAt("victim.addresses[1].postcode"));
        var known = World.Facts().WithMember(Landlord).WithRelation(Landlord, RelationKinds.KnownTo, victim);
        Assert.Equal(["victim.livesWithPerpetrator"], Location(known));
        Assert.Equal(
            [
                "victim.addresses[].addressId", "victim.addresses[].isConfidential", "victim.addresses[].isCurrent", "victim.addresses[].lines[]",
                "victim.addresses[].lines[]", "victim.addresses[].postcode", "victim.livesWithPerpetrator",
            ],
            Location(known.WithRelation(Landlord, RelationKinds.OwnTenancy, address)));

        IReadOnlyList<string> Location(RecordFacts facts)
        {
            var released = Released.By(World.ReadCase(Landlord, facts, set), set, RecordTypes.MaracCase, marked.Json);
            return [.. released.Paths.Where(path => marked.Values.Any(value => value.Group == FieldGroups.VictimLocation && value.Path.Replace("[0]", "[]", StringComparison.Ordinal) == path))];
        }
    }

    [Fact]
    public void A_decision_says_what_the_ledger_records()
    {
        var victim = Guid.CreateVersion7(World.Now);
        var decision = World.ReadCase(Fire, World.Facts().WithMember(Fire).WithRelation(Fire, RelationKinds.KnownTo, victim) with
        {
            HasSummary = true,
            Items = [new ItemFact(victim) { Owner = new MemberFact("CON", "PVP"), Readers = [new MemberFact("CFRS", null)] }],
        });
        Assert.Equal(["marac/12.1", "marac/5.1", "marac/5.2", "marac/5.3", "marac/5.4", "marac/5.5", "marac/5.6"], decision.RuleIds);
        Assert.Equal(["meta", "victim-identity", "perpetrator-identity", "children", "summary", "shared-research", "minutes", "actions"], decision.ReleasedGroups);
        Assert.Equal(["protection", "triage", "diversity", "victim-location", "safe-contact", "child-places", "risk-checklist", "narrative"], decision.HeldBackGroups);
        Assert.Equal(["victim-identity:only", "children:only", "shared-research:only", "minutes:only", "actions:only"], decision.MasksApplied);
        Assert.Equal(
            new Dictionary<string, bool>
            {
                ["audience"] = true,
                ["known-to"] = true,
                ["known-to-somebody"] = true,
                ["member"] = true,
                ["need-recorded"] = false,
                ["own-items"] = false,
                ["summary"] = true,
            },
            decision.Conditions);
        Assert.Equal([new FactSetting("known-to", "pseudonym-coordinator", World.Now.AddDays(-1))], decision.Settings);
        Assert.Equal(new LegalBasis("CDA-1998-S115", "UK-GDPR-6-1-E", "DPA-2018-SCH1-18", "UK-GDPR"), decision.Basis);
        Assert.Equal("PART-3", World.ReadCase(Police, World.Facts().WithMember(Police)).Basis!.Regime);
        Assert.Equal("marac@2026-1", decision.Agreement);
        Assert.Equal("OFFICIAL-SENSITIVE", decision.Classification);
        Assert.Equal(new Obligations(true, "marac-meeting", World.Today.AddDays(180)), decision.Obligations);
        Assert.Equal([victim], decision.ReleaseOf("children").Items);
    }

    [Fact]
    public void Adding_a_denial_never_reveals_more()
    {
        var random = new Random(20261005);
        string[] denied = ["protection", "meta", "triage", "victim-identity", "perpetrator-identity", "children", "summary", "shared-research", "minutes", "actions"];
        string[] conditions = ["", "    when: member\n", "    when: [member, known-to-somebody]\n", "    when: summary\n", "    states: [HEARD]\n"];
        for (var turn = 0; turn < 20; turn++)
        {
            var party = new[] { "coordination", "police", "landlord", "fire-service" }[random.Next(4)];
            var condition = conditions[random.Next(1, conditions.Length)];
            var what = random.Next(4) == 0 ? "everything" : $"[{string.Join(", ", denied.Where(_ => random.Next(3) == 0).Append("meta").Distinct())}]";
            var set = World.Compiled([.. World.Sources.Select(source => source.File == "marac.yaml"
                ? source with { Text = source.Text + $"\n  - id: marac/9.9\n    says: A denial.\n    to: {party}\n    record: marac.case\n    purpose: marac-meeting\n{condition}    deny: {what}\n" }
                : source)]);
            foreach (var principal in World.People.Values)
            {
                var facts = World.Facts().WithMember(principal) with { HasSummary = random.Next(2) == 0 };
                if (random.Next(2) == 0) facts = facts.WithRelation(principal, RelationKinds.KnownTo, Guid.Empty);
                var (before, after) = (World.ReadCase(principal, facts), World.ReadCase(principal, facts, set));
                Assert.All(Matrix.Groups, group => Assert.True(after.ReleaseOf(group).Kind <= before.ReleaseOf(group).Kind));
                Assert.True(before.Permitted || !after.Permitted);
            }
        }
    }

    [Fact]
    public void Deciding_allocates_nothing()
    {
        var facts = World.Facts().WithMember(Fire).WithRelation(Fire, RelationKinds.KnownTo, Guid.Empty);
        for (var i = 0; i < 1000; i++) World.ReadCase(Fire, facts);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var permitted = 0;
        for (var i = 0; i < 1000; i++)
            if (World.ReadCase(Fire, facts).Permitted) permitted++;
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(1000, permitted);
    }

    [Fact]
    public void The_roles_of_the_people_register_and_of_agreements_are_the_same() =>
        Assert.Equal(Roles.All.Order(StringComparer.Ordinal), PlatformTerms.Roles.Order(StringComparer.Ordinal));

    private static AgreementSource[] Changed(string from, string to)
    {
        var marac = World.Sources.Single(source => source.File == "marac.yaml");
        Assert.Contains(from, marac.Text, StringComparison.Ordinal);
        return [marac with { Text = marac.Text.Replace(from, to, StringComparison.Ordinal) }, .. World.Sources.Where(source => source.File != "marac.yaml")];
    }
}
