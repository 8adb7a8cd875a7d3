using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>Every person, every field, every condition on and off: what leaves is what the hand-written table says.</summary>
public sealed class MatrixTests
{
    private static readonly Marked<CaseView> Case = new();
    private static readonly Marked<ReferralView> Referral = new();

    private static readonly Guid Victim = Case.IdAt("victim.name");
    private static readonly Guid SecondChild = Case.IdAt("children[1].name");
    private static readonly Guid SecondAddress = Case.IdAt("victim.addresses[1].postcode");
    private static readonly Guid FirstPhone = Case.IdAt("victim.phones[0].number");

    [Flags]
    private enum On { None = 0, Member = 1, Tenancy = 2, KnownVictim = 4, KnownChild = 8, Need = 16, Summary = 32, UnsafeCopy = 64, All = 127 }

    public static TheoryData<string> People => [.. World.People.Keys];

    [Theory]
    [MemberData(nameof(People))]
    public void A_case_shows_exactly_the_cells_of_the_matrix(string person)
    {
        var principal = World.People[person];
        for (var on = On.None; on <= On.All; on++)
        {
            var expected = ExpectedOf(person, on);
            var decision = World.ReadCase(principal, FactsOf(principal, on));
            if (expected is null)
            {
                Assert.False(decision.Permitted, $"{person} {on}");
                continue;
            }

            Assert.True(decision.Permitted, $"{person} {on}: {decision.DenialCode}");
            AssertLeaves(Case, RecordTypes.MaracCase, decision, expected, $"{person} {on}");
        }
    }

    [Theory]
    [MemberData(nameof(People))]
    public void A_referral_shows_its_referrer_what_they_wrote_until_it_is_decided(string person)
    {
        var principal = World.People[person];
        foreach (var state in Enum.GetValues<ReferralStatus>())
        {
            foreach (var own in new[] { true, false })
            {
                var author = own ? principal : World.People[person == "pvp" ? "csc" : "pvp"];
                var facts = World.Facts(CodeOf(state)) with { Author = new AuthorFact(author.Pseudonym, author.Agency, author.Team) };
                var decision = World.Read(principal, RecordTypes.MaracReferral, facts, Purposes.MaracReferral);
                var mayRead = own && Matrix.Referrers.Contains(person);
                Assert.Equal(mayRead, decision.Permitted);
                if (!mayRead) continue;
                var undecided = state is ReferralStatus.Submitted or ReferralStatus.InfoRequested or ReferralStatus.RedirectProposed;
                var groups = undecided ? Matrix.OwnReferral : ["meta"];
                AssertLeaves(Referral, RecordTypes.MaracReferral, decision, groups.ToDictionary(group => group, _ => "Y"), $"{person} {state}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(People))]
    public void A_referral_is_whole_for_the_coordination_at_triage_and_nobody_else(string person)
    {
        var facts = World.Facts("SUBMITTED").WithMember(World.People[person]);
        var decision = World.Read(World.People[person], RecordTypes.MaracReferral, facts, Purposes.MaracTriage);
        Assert.Equal(Matrix.ReachAll.Contains(person), decision.Permitted);
        if (!decision.Permitted) return;
        var all = Matrix.Groups.ToDictionary(group => group, _ => "Y");
        AssertLeaves(Referral, RecordTypes.MaracReferral, decision, all, person);
    }

    [Theory]
    [MemberData(nameof(People))]
    public void Those_who_may_refer_are_those_of_the_table(string person)
    {
        var decision = World.Agreements.Decide(World.People[person], Operations.Submit, RecordTypes.MaracReferral, null, Purposes.MaracReferral, World.Now);
        Assert.Equal(Matrix.Referrers.Contains(person), decision.Permitted);
        Assert.Equal(decision.Permitted, World.Agreements.HasRule(World.People[person], RecordTypes.MaracReferral, Operations.Submit, World.Today));
    }

    [Theory]
    [MemberData(nameof(People))]
    public void Commands_are_for_the_coordinator_and_the_second_look_for_the_supervisor(string person)
    {
        foreach (var (type, commands, who) in new[]
        {
            (RecordTypes.MaracReferral, new[] { "accept", "redirect", "withdraw" }, "coordinator"),
            (RecordTypes.MaracReferral, ["confirm-redirect"], "supervisor"),
            (RecordTypes.MaracCase, ["members", "relations", "needs", "summary"], "coordinator"),
        })
        {
            foreach (var command in commands)
            {
                var decision = World.Agreements.Decide(
                    World.People[person], Operations.Change, type, World.Facts().WithMember(World.People[person]), Purposes.MaracTriage, World.Now, command);
                Assert.Equal(person == who, decision.Permitted);
                Assert.Empty(decision.ReleasedGroups);
            }
        }
    }

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

    /// <summary>Cells by group, with the conditions resolved; null where the record is not for this person at all.</summary>
    private static Dictionary<string, string>? ExpectedOf(string person, On on)
    {
        if (!Matrix.Case.TryGetValue(person, out var row)) return null;
        if (!on.HasFlag(On.Member) && !Matrix.ReachAll.Contains(person)) return null;
        var known = (on & (On.KnownVictim | On.KnownChild)) != 0;
        var cells = new Dictionary<string, string>();
        foreach (var (group, cell) in Matrix.Groups.Zip(row))
        {
            var holds = cell switch
            {
                "Y" or "F" => true,
                "known" or "somebody" => known,
                "tenancy" => on.HasFlag(On.Tenancy),
                "need" => on.HasFlag(On.Need),
                "summary" => on.HasFlag(On.Summary),
                _ => false,
            };
            if (on.HasFlag(On.UnsafeCopy) && Matrix.LostByUnsafeCopy.Contains(group) && !Matrix.KeepsDespiteUnsafeCopy.Contains(person)) holds = false;
            if (holds) cells[group] = cell switch { "F" or "tenancy" => cell, "known" => WhoIsKnown(on), _ => "Y" };
        }

        return cells;
    }

    private static string WhoIsKnown(On on) => (on & (On.KnownVictim | On.KnownChild)) switch
    {
        On.KnownVictim => "known-victim",
        On.KnownChild => "known-child",
        _ => "known-both",
    };

    private static RecordFacts FactsOf(Principal principal, On on)
    {
        var facts = World.Facts() with { HasSummary = on.HasFlag(On.Summary) };
        if (on.HasFlag(On.Member)) facts = facts.WithMember(principal);
        if (on.HasFlag(On.Tenancy)) facts = facts.WithRelation(principal, RelationKinds.OwnTenancy, SecondAddress, FirstPhone, Victim, SecondChild);
        if (on.HasFlag(On.KnownVictim)) facts = facts.WithRelation(principal, RelationKinds.KnownTo, Victim, SecondAddress);
        if (on.HasFlag(On.KnownChild)) facts = facts.WithRelation(principal, RelationKinds.KnownTo, SecondChild);
        if (on.HasFlag(On.Need)) facts = facts.WithNeed(principal, "diversity", "safe-contact", "victim-location", "narrative");
        if (on.HasFlag(On.UnsafeCopy)) facts = facts with { UnsafeCopies = [new MemberFact(principal.Agency, principal.Team)] };
        return facts;
    }

    private static void AssertLeaves<TView>(Marked<TView> marked, string recordType, Decision decision, Dictionary<string, string> cells, string because)
    {
        var released = Released.By(decision, World.Agreements, recordType, marked.Json);
        var expected = new List<string>();
        foreach (var value in marked.Values)
        {
            var leaves = value.Around.Append((value.Group, value.Key)).All(needed => Releases(cells, needed.Item1, needed.Item2));
            if (leaves) expected.Add(System.Text.RegularExpressions.Regex.Replace(value.Path, @"\[\d+\]", "[]"));
            if (value.Marker is not null)
                Assert.True(released.Text.Contains(value.Marker, StringComparison.Ordinal) == leaves, $"{because}: {value.Path} {(leaves ? "is missing" : "leaked")}.");
        }

        if (cells.GetValueOrDefault("children") == "F") expected.Add("children:True");
        Assert.Equal(expected.Order(StringComparer.Ordinal), released.Paths);
    }

    private static bool Releases(Dictionary<string, string> cells, string group, (string Name, Guid Id)? key) => cells.GetValueOrDefault(group) switch
    {
        "Y" => true,
        "known-victim" => key is { Name: "personId" } && key.Value.Id == Victim,
        "known-child" => key is { Name: "personId" } && key.Value.Id == SecondChild,
        "known-both" => key is { Name: "personId" } && (key.Value.Id == Victim || key.Value.Id == SecondChild),
        "tenancy" => key is { Name: "addressId" } && key.Value.Id == SecondAddress,
        _ => false,
    };

    private static string CodeOf(ReferralStatus status) => System.Text.Json.JsonNamingPolicy.SnakeCaseUpper.ConvertName(status.ToString());
}
