using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Partnership.Tests.Support.Sharing;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>Who may do what: by the hand-written table of commands, each with its condition on and off.</summary>
public sealed class CommandTests
{
    public static TheoryData<string> People => [.. World.People.Keys];

    [Theory]
    [MemberData(nameof(People))]
    public void Those_who_may_refer_are_those_of_the_table(string person)
    {
        var decision = World.Agreements.Decide(World.People[person], Operations.Submit, RecordTypes.MaracReferral, null, Purposes.MaracReferral, World.Now);
        Assert.Equal(SharingMatrix.Referrers().Contains(person), decision.Permitted);
        Assert.Equal(decision.Permitted, World.Agreements.HasRule(World.People[person], RecordTypes.MaracReferral, Operations.Submit, World.Today));
    }

    [Theory]
    [MemberData(nameof(People))]
    public void Meetings_are_scheduled_by_the_coordinator(string person) =>
        Assert.Equal(
            person == "coordinator",
            World.Agreements.Decide(World.People[person], Operations.Submit, RecordTypes.MaracMeeting, null, Purposes.MaracMeeting, World.Now).Permitted);

    [Theory]
    [MemberData(nameof(People))]
    public void Commands_are_for_those_of_the_table_and_release_nothing(string person)
    {
        var principal = World.People[person];
        foreach (var row in MatrixCommands.All)
        {
            var gate = row.GateOf(person);
            var conditions = new[] { On.Member, On.Supporting, On.Addressee, On.Assigned, On.OwnAgency, On.Need };
            for (var bits = 0; bits < 1 << conditions.Length; bits++)
            {
                var on = conditions.Where((_, place) => (bits & (1 << place)) != 0).Aggregate(On.None, (all, one) => all | one);
                var facts = FactsOf(principal, on) with { State = row.State };
                var decision = World.Agreements.Decide(principal, Operations.Change, row.RecordType, facts, row.Purpose, World.Now, row.Command);
                var expected = gate is { } needed && (on & needed) == needed;
                Assert.True(expected == decision.Permitted, $"{person} {row.RecordType} {row.Command} {on}: {decision.DenialCode ?? "permitted"}");
                Assert.Empty(decision.ReleasedGroups);
            }

            Assert.Equal(gate is not null, World.Agreements.HasRule(principal, row.RecordType, Operations.Change, World.Today, row.Command));
        }
    }

    [Fact]
    public void Every_command_of_every_record_type_is_in_the_table() =>
        Assert.Equal(
            World.Vocabulary.RecordTypes.SelectMany(type => type.Commands.Select(command => $"{type.Name} {command}")).Order(StringComparer.Ordinal),
            MatrixCommands.All.Select(row => $"{row.RecordType} {row.Command}").Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void No_agency_sets_by_itself_what_it_gains_by()
    {
        string[] gaining = ["members", "relations", "needs", "confirm-need", "resolve-conflict", "holds", "summary"];
        foreach (var row in MatrixCommands.All.Where(row => gaining.Contains(row.Command)))
            Assert.All(SharingMatrix.Represented().Append("victims-hub").Append("pes"), person => Assert.Null(row.GateOf(person)));
    }

    private static RecordFacts FactsOf(Principal principal, On on)
    {
        var facts = World.Facts() with
        {
            Addressee = on.HasFlag(On.Addressee) ? new MemberFact(principal.Agency, principal.Team) : null,
            Assigned = on.HasFlag(On.Assigned) ? [principal.PersonId] : [],
            Author = on.HasFlag(On.OwnAgency) ? new AuthorFact("pseudonym-colleague", principal.Agency, principal.Team) : null,
        };
        if (on.HasFlag(On.Member)) facts = facts.WithMember(principal);
        if (on.HasFlag(On.Supporting)) facts = facts.WithRelation(principal, RelationKinds.Supporting, Guid.Empty);
        return on.HasFlag(On.Need) ? facts.WithNeed(principal, "actions") : facts;
    }
}
