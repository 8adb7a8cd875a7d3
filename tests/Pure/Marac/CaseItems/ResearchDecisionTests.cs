using Partnership.Contracts.Marac;
using Partnership.Marac;
using Partnership.Marac.Cases;
using Partnership.Marac.Research;
using Xunit;
using MemberRemoved = Partnership.Marac.Cases.MemberRemoved;

namespace Partnership.Tests.Pure.Marac.CaseItems;

/// <summary>Who is asked, who may answer and until when, and whose mark releases a health item.</summary>
public sealed class ResearchDecisionTests
{
    private static readonly MaracCase Open = GivenMeeting.Case(CaseStatus.Research);

    [Fact]
    public void An_agency_is_asked_once_for_one_date()
    {
        var asked = GivenMeeting.Asked(Open, GivenMeeting.Landlord);
        Assert.Equal(ResearchStatus.Open, asked.Status);
        Assert.True(asked.Ask(GivenMeeting.Asking(Open, GivenMeeting.Landlord)).IsNothing);
        Assert.Single(asked.Ask(GivenMeeting.Asking(Open, GivenMeeting.Landlord, new DateOnly(2026, 8, 1))).Events);
    }

    [Theory]
    [InlineData("CON", "PVP", true)]
    [InlineData("SASP", null, true)]
    [InlineData("CFRS", null, true)]
    [InlineData("CON", "NPT", false)]
    [InlineData("PCC", "CS", false)]
    [InlineData("PCC", "PES", false)]
    [InlineData("RJS", null, false)]
    [InlineData("OTH", null, false)]
    public void Those_who_keep_research_of_their_own_are_asked(string agency, string? team, bool isAsked) =>
        Assert.Equal(isAsked, MeetingParties.GivesResearch(new Party(agency, team)));

    [Fact]
    public void The_agencys_representative_answers_and_nobody_elses()
    {
        var asked = GivenMeeting.Asked(Open, GivenMeeting.Landlord);
        var found = GivenMeeting.Found(GivenMeeting.Item("Two complaints about noise.", 1));
        Assert.Single(asked.Return(GivenMeeting.Returning(Open, GivenMeeting.LandlordsVoice, found)).Events);
        Assert.Equal(MaracRoles.NotYours, asked.Return(GivenMeeting.Returning(Open, Given.Representative, found)).Refused);
        Assert.Equal(MaracRoles.NotYours, asked.Return(GivenMeeting.Returning(Open, GivenMeeting.LandlordsVoice with { Role = "officer" }, found)).Refused);
        Assert.Equal(ResearchRefusals.NotAsked, AgencyResearch.None.Return(GivenMeeting.Returning(Open, GivenMeeting.LandlordsVoice, found)).Refused);
    }

    /// <summary>SASP speaks by its IDVA, and not by another of its people.</summary>
    [Fact]
    public void The_idva_is_the_representative_of_the_victims_service()
    {
        var asked = GivenMeeting.Asked(Open, new Party("SASP", null));
        var idva = new Actor("p-idva", "SASP", null, "idva");
        Assert.Single(asked.Return(GivenMeeting.Returning(Open, idva, GivenMeeting.Found())).Events);
        Assert.Equal(MaracRoles.NotYours, asked.Return(GivenMeeting.Returning(Open, idva with { Role = "marac-representative" }, GivenMeeting.Found())).Refused);
    }

    [Fact]
    public void The_coordinator_enters_what_came_another_way_and_shared_items_only()
    {
        var asked = GivenMeeting.Asked(Open, GivenMeeting.Landlord);
        var found = GivenMeeting.Found(GivenMeeting.Item("Two complaints about noise.", 1));
        Assert.Single(asked.Return(GivenMeeting.Returning(Open, Given.Coordinator, found, ReceivedBy.Email)).Events);
        Assert.Equal(ResearchRefusals.HowItCame, asked.Return(GivenMeeting.Returning(Open, Given.Coordinator, found)).Refused);
        Assert.Equal(ResearchRefusals.HowItCame, asked.Return(GivenMeeting.Returning(Open, GivenMeeting.LandlordsVoice, found, ReceivedBy.Phone)).Refused);
        Assert.Equal(MaracRoles.NotYours, asked.Return(GivenMeeting.Returning(Open, Given.Chair, found, ReceivedBy.Email)).Refused);
        var kept = found with { Internal = [new InternalItem { Text = "Tenant of ours", ReasonNotShared = "Not relevant" }] };
        Assert.Equal(ResearchRefusals.SharedItemsOnly, asked.Return(GivenMeeting.Returning(Open, Given.Coordinator, kept, ReceivedBy.Email)).Refused);
    }

    [Theory]
    [InlineData(CaseStatus.Listed)]
    [InlineData(CaseStatus.Heard)]
    [InlineData(CaseStatus.ActionsOpen)]
    public void A_return_is_taken_only_while_research_is_open(CaseStatus status)
    {
        var it = GivenMeeting.Case(status);
        var asked = GivenMeeting.Asked(it, GivenMeeting.Landlord);
        Assert.Equal(ResearchRefusals.NotOpen, asked.Return(GivenMeeting.Returning(it, GivenMeeting.LandlordsVoice, GivenMeeting.Found())).Refused);
    }

    [Fact]
    public void An_agency_taken_off_the_case_answers_no_more()
    {
        var without = Open.Apply(new MemberRemoved { CaseId = Open.Id, Subjects = Open.Opening.Subjects, Agency = "CKH", RemovedAt = Given.Now });
        var asked = GivenMeeting.Asked(Open, GivenMeeting.Landlord);
        Assert.Equal(ResearchRefusals.NotOpen, asked.Return(GivenMeeting.Returning(without, GivenMeeting.LandlordsVoice, GivenMeeting.Found())).Refused);
    }

    [Fact]
    public void Known_people_are_people_of_the_case()
    {
        var asked = GivenMeeting.Asked(Open, GivenMeeting.Landlord);
        var child = Open.Content.Children[0].PersonId;
        Assert.Single(asked.Return(GivenMeeting.Returning(Open, GivenMeeting.LandlordsVoice, GivenMeeting.Found() with { KnownPersons = [child] })).Events);
        Assert.Equal(
            CaseRefusals.PersonNotOnCase,
            asked.Return(GivenMeeting.Returning(Open, GivenMeeting.LandlordsVoice, GivenMeeting.Found() with { KnownPersons = [child, Guid.Empty] })).Refused);
    }

    [Fact]
    public void A_nil_return_closes_the_request_until_it_is_asked_anew()
    {
        var asked = GivenMeeting.Asked(Open, GivenMeeting.Landlord);
        var nil = Next(asked, asked.Return(GivenMeeting.Returning(Open, GivenMeeting.LandlordsVoice, GivenMeeting.Found(), nil: true)));
        Assert.Equal(ResearchStatus.NilReturned, nil.Status);
        Assert.Equal(ResearchStatus.Open, Next(nil, nil.Ask(GivenMeeting.Asking(Open, GivenMeeting.Landlord))).Status);

        var found = Next(nil, nil.Return(GivenMeeting.Returning(Open, GivenMeeting.LandlordsVoice, GivenMeeting.Found(GivenMeeting.Item("Found after all.", 1)))));
        Assert.Equal(ResearchStatus.Returned, found.Status);
        Assert.Equal(ResearchStatus.Returned, Next(found, found.Ask(GivenMeeting.Asking(Open, GivenMeeting.Landlord))).Status);
    }

    [Fact]
    public void The_same_return_sent_twice_is_one()
    {
        var asked = GivenMeeting.Asked(Open, GivenMeeting.Landlord);
        var command = GivenMeeting.Returning(Open, GivenMeeting.LandlordsVoice, GivenMeeting.Found(GivenMeeting.Item("Noise.", 1)));
        var again = command with { Content = GivenMeeting.Found(GivenMeeting.Item("Noise.", 2)) };
        Assert.True(Next(asked, asked.Return(command)).Return(again).IsNothing);
    }

    /// <summary>What a guardian agreed to is the text they saw: the same text keeps its mark, a changed one does not inherit it.</summary>
    [Fact]
    public void A_replaced_return_keeps_the_mark_of_an_unchanged_item_alone()
    {
        var asked = GivenMeeting.Asked(Open, GivenMeeting.Health);
        var first = Next(asked, asked.Return(GivenMeeting.Returning(
            Open, GivenMeeting.HealthVoice, GivenMeeting.Found(GivenMeeting.Item("Seen in June.", 1, health: true), GivenMeeting.Item("On medication.", 2, health: true)))));
        var marked = first.Returned!.Content.Shared.Aggregate(
            first, (it, item) => Next(it, it.Mark(new MarkCaldicott(item.ItemId, true, "Serious risk", GivenMeeting.Guardian, Given.Now))));
        Assert.Equal(2, marked.Released.Count);

        var second = Next(marked, marked.Return(GivenMeeting.Returning(
            Open, GivenMeeting.HealthVoice, GivenMeeting.Found(GivenMeeting.Item("Seen in June.", 3, health: true), GivenMeeting.Item("On strong medication.", 4, health: true)))));
        Assert.Equal(first.Returned.Content.Shared[0].ItemId, second.Returned!.Content.Shared[0].ItemId);
        Assert.NotEqual(first.Returned.Content.Shared[1].ItemId, second.Returned.Content.Shared[1].ItemId);
        Assert.Equal([first.Returned.Content.Shared[0].ItemId], second.Released);
    }

    [Fact]
    public void A_health_item_is_released_by_a_guardian_of_its_agency_and_by_nobody_else()
    {
        var asked = GivenMeeting.Asked(Open, GivenMeeting.Health);
        var returned = Next(asked, asked.Return(GivenMeeting.Returning(
            Open, GivenMeeting.HealthVoice, GivenMeeting.Found(GivenMeeting.Item("Seen in June.", 1, health: true), GivenMeeting.Item("Tenant since May.", 2)))));
        var (health, other) = (returned.Returned!.Content.Shared[0].ItemId, returned.Returned.Content.Shared[1].ItemId);
        var mark = new MarkCaldicott(health, true, "Serious risk", GivenMeeting.Guardian, Given.Now);
        var marked = Next(returned, returned.Mark(mark));
        Assert.True(marked.Mark(mark).IsNothing);
        Assert.Empty(Next(marked, marked.Mark(mark with { Release = false })).Released);
        Assert.Equal(MaracRoles.NotYours, returned.Mark(mark with { By = GivenMeeting.HealthVoice }).Refused);
        Assert.Equal(MaracRoles.NotYours, returned.Mark(mark with { By = GivenMeeting.Guardian with { Agency = "CKH", Team = null } }).Refused);
        Assert.Equal(MaracRoles.NotYours, returned.Mark(mark with { By = Given.Coordinator }).Refused);
        Assert.Equal(ResearchRefusals.NoHealthItem, returned.Mark(mark with { ItemId = other }).Refused);
        Assert.Equal(ResearchRefusals.NoHealthItem, returned.Mark(mark with { ItemId = Guid.Empty }).Refused);
    }

    private static AgencyResearch Next(AgencyResearch research, Partnership.ServiceDefaults.Decision<ResearchEvent> decision) => research.Apply(decision.Events.Single());
}
