using System.Numerics;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.SharingRules;
using Partnership.Tests.Support.Sharing;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>Every person, every field, every condition on and off: what leaves is what the hand-written table says.</summary>
public sealed class MatrixTests
{
    public static TheoryData<string> People => [.. World.People.Keys];

    [Theory]
    [MemberData(nameof(People))]
    public void A_case_shows_exactly_the_cells_of_the_matrix(string person) => Check<CaseView>(SharingMatrix.Case, person, Purposes.MaracMeeting);

    [Theory]
    [MemberData(nameof(People))]
    public void A_case_shows_its_members_the_same_for_research_and_for_actions(string person)
    {
        foreach (var (purpose, state) in new[] { (Purposes.MaracResearch, "RESEARCH"), (Purposes.MaracAction, "ACTIONS_OPEN") })
        {
            var principal = World.People[person];
            var facts = World.Facts(state).WithMember(principal);
            var expected = World.Read(principal, RecordTypes.MaracCase, facts, Purposes.MaracMeeting);
            var decision = World.Read(principal, RecordTypes.MaracCase, facts, purpose);
            Assert.Equal(expected.Permitted, decision.Permitted);
            Assert.All(Matrix.Groups, group => Assert.Equal(expected.ReleaseOf(group).Kind, decision.ReleaseOf(group).Kind));
        }
    }

    [Theory]
    [MemberData(nameof(People))]
    public void A_referral_shows_its_referrer_what_they_wrote_until_it_is_decided(string person) =>
        Check<ReferralView>(SharingMatrix.OwnReferral, person, Purposes.MaracReferral);

    [Theory]
    [MemberData(nameof(People))]
    public void A_referral_is_whole_for_the_coordination_at_triage_and_nobody_else(string person) =>
        Check<ReferralView>(SharingMatrix.TriagedReferral, person, Purposes.MaracTriage);

    [Theory]
    [MemberData(nameof(People))]
    public void A_research_request_shows_its_addressee_whom_to_look_for(string person) =>
        Check<ResearchRequestView>(SharingMatrix.ResearchRequest, person, Purposes.MaracResearch);

    [Theory]
    [MemberData(nameof(People))]
    public void A_return_is_its_agencys_own_but_for_what_it_shares(string person) =>
        Check<ResearchReturnView>(SharingMatrix.ResearchReturn, person, Purposes.MaracResearch);

    [Theory]
    [MemberData(nameof(People))]
    public void An_action_shows_its_owner_the_text_and_what_was_confirmed_until_it_is_final(string person) =>
        Check<ActionView>(SharingMatrix.Action, person, Purposes.MaracAction);

    [Theory]
    [MemberData(nameof(People))]
    public void A_flag_shows_itself_and_those_concerned(string person) => Check<FlagView>(SharingMatrix.Flag, person, Purposes.MaracFlag);

    [Theory]
    [MemberData(nameof(People))]
    public void A_meeting_shows_when_and_where_it_is(string person) => Check<MeetingView>(SharingMatrix.Meeting, person, Purposes.MaracMeeting);

    [Theory]
    [MemberData(nameof(People))]
    public void Ledger_entries_are_for_the_reader_of_their_scheme(string person)
    {
        foreach (var operation in new[] { Operations.Consult, Operations.Search })
        {
            var entry = World.Facts("RECORDED") with { Scheme = "marac" };
            var decision = World.Agreements.Decide(World.People[person], operation, RecordTypes.SharingEntry, entry, Purposes.Audit, World.Now);
            Assert.Equal(person == "marac-auditor", decision.Permitted);
        }
    }

    [Theory]
    [MemberData(nameof(People))]
    public void A_search_shows_the_same_cells_to_those_who_may_search(string person)
    {
        var may = person is "coordinator" or "supervisor";
        var facts = World.Facts("HEARD").WithMember(World.People[person]) with { HasSummary = true };
        var decision = World.Agreements.Decide(World.People[person], Operations.Search, RecordTypes.MaracCase, facts, Purposes.MaracMeeting, World.Now);
        Assert.Equal(may, decision.Permitted);
        if (may) Assert.Equal(Matrix.Groups, decision.ReleasedGroups);
    }

    /// <summary>Decides every combination of the conditions that matter to this person, and filters a part of them.</summary>
    private static void Check<TView>(MatrixTable table, string person, string purpose)
    {
        var principal = World.People[person];
        var marked = new Marked<TView>(ItemTraits.All.Count);
        var items = MatrixFacts.ItemsOf(marked);
        var conditions = Enum.GetValues<On>().Where(on => on != On.None && table.Relevant(person).HasFlag(on)).ToArray();
        var random = new Random(person.Length);
        for (var bits = 0; bits < 1 << conditions.Length; bits++)
        {
            var on = conditions.Where((_, place) => (bits & (1 << place)) != 0).Aggregate(On.None, (all, one) => all | one);
            var expected = table.Expect(person, on, [.. items.Values]);
            var decision = World.Read(principal, table.RecordType, Matrix.FactsOf(table.RecordType, principal, on, marked), purpose);
            Assert.True(expected is not null == decision.Permitted, $"{person} {on}: {decision.DenialCode ?? "permitted"}");
            if (expected is null) continue;
            foreach (var group in table.Groups)
            {
                var kind = decision.ReleaseOf(group).Kind;
                Assert.True(Matrix.KindOf(expected.Cells[group]) == kind, $"{person} {on}: {group} is {kind}.");
            }

            var switched = BitOperations.PopCount((uint)bits);
            if (switched <= 2 || switched >= conditions.Length - 1 || random.Next(1 << conditions.Length) < 24)
                AssertLeaves(table, marked, decision, expected, items, $"{person} {on}");
        }
    }

    private static void AssertLeaves<TView>(
        MatrixTable table, Marked<TView> marked, Decision decision, ExpectedRelease expected, IReadOnlyDictionary<Guid, ItemTraits> items, string because)
    {
        var released = Released.By(decision, World.Agreements, table.RecordType, marked.Json);
        using var data = JsonDocument.Parse(released.Text);
        var wrong = MatrixRelease.Of(expected, marked, items).Differences(released.Text, data.RootElement).ToList();
        Assert.True(wrong.Count == 0, $"{because}: {string.Join("; ", wrong)}");
    }
}
