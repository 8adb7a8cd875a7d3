using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.Actions;
using Partnership.Marac.CaseItems;
using Partnership.Marac.Cases;
using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Minutes;
using Partnership.Marac.Research;
using Xunit;
using CaseAmended = Partnership.Marac.Cases.CaseAmended;
using HoldCleared = Partnership.Marac.Cases.HoldCleared;

namespace Partnership.Tests.Pure.Marac.CaseItems;

/// <summary>A case's answer with its items: each in its list, with its fact, and held while it tells where the victim is.</summary>
public sealed class CaseAnswerTests
{
    private static readonly DateOnly Today = new(2026, 7, 1);
    private static readonly MaracCase Case = GivenMeeting.Case(CaseStatus.Research);

    [Fact]
    public void Without_items_the_answer_is_the_cases_own_row()
    {
        var row = RowOf(Case, 7);
        Assert.True(CaseAnswer.Of(new ViewFamily(row, []), Today).Span.SequenceEqual(row.Body.Span));
    }

    [Fact]
    public void Each_item_is_in_its_list_with_its_fact()
    {
        var answer = Answer(Case, Returned("Two complaints about noise."), Minutes("He was arrested."), Action("Change the locks."));
        var data = answer.Data;
        Assert.Equal("Two complaints about noise.", Assert.Single(data.Research).Text);
        Assert.Equal(["PCC/EDU"], data.Research[0].Readers);
        Assert.Equal("He was arrested.", Assert.Single(data.Minutes).Text);
        Assert.Equal("Change the locks.", Assert.Single(data.Actions).Description);
        Assert.Empty(data.Sharing.Holds);

        var facts = answer.Facts.Items.ToDictionary(i => i.Id);
        Assert.Equal(new MemberFact("CKH", null), facts[data.Research[0].ItemId].Owner);
        Assert.Equal([new MemberFact("PCC", "EDU")], facts[data.Research[0].ItemId].Readers);
        Assert.Equal(new MemberFact("PCC", "CS"), facts[data.Minutes[0].ItemId].Owner);
        Assert.Equal(
            [new MemberFact("CON", "PVP"), new MemberFact("ICB", "MH"), new MemberFact("PCC", "CSC"), new MemberFact("SASP", null)],
            facts[data.Minutes[0].ItemId].Readers);
        Assert.Equal(new MemberFact("CKH", null), facts[data.Actions[0].ItemId].Owner);
        Assert.Empty(facts[data.Actions[0].ItemId].Readers);
        Assert.All(facts.Values, fact => Assert.False(fact.Held));
    }

    /// <summary>Commands on a case go by its own version, so that no return and no line makes one stale.</summary>
    [Fact]
    public void The_facts_version_stays_the_cases_own() =>
        Assert.Equal(7, Answer(Case, Returned("Noise."), Minutes("Arrested.")).Facts.Version);

    [Fact]
    public void Everything_else_of_the_answer_stays_byte_for_byte()
    {
        var row = RowOf(Case, 7);
        var answer = JsonNode.Parse(CaseAnswer.Of(new ViewFamily(row, [Returned("Noise."), Minutes("Arrested."), Action("Locks.")]), Today).Span)!;
        foreach (var list in (string[])["research", "minutes", "actions"]) answer["data"]![list] = new JsonArray();
        answer["facts"]!["items"] = new JsonArray();
        Assert.Equal(JsonNode.Parse(row.Body.Span)!.ToJsonString(), answer.ToJsonString());
    }

    [Fact]
    public void A_row_of_before_there_were_items_takes_them_too()
    {
        var old = JsonNode.Parse(RowOf(Case, 7).Body.Span)!;
        foreach (var list in (string[])["research", "minutes", "actions"]) old["data"]!.AsObject().Remove(list);
        old["facts"]!.AsObject().Remove("items");
        old["data"]!["sharing"]!.AsObject().Remove("holds");
        var row = RowOf(Case, 7) with { Body = JsonSerializer.SerializeToUtf8Bytes(old) };
        var answer = Read(CaseAnswer.Of(new ViewFamily(row, [Returned("Noise."), Minutes("At 12 Acacia Avenue."), Action("Locks.")]), Today));
        Assert.Equal((1, 1, 1, 3), (answer.Data.Research.Count, answer.Data.Minutes.Count, answer.Data.Actions.Count, answer.Facts.Items.Count));
        Assert.Single(answer.Data.Sharing.Holds);
    }

    /// <summary>Each free text there is: a finding, a line, an action's description and its outcome.</summary>
    [Fact]
    public void An_item_that_tells_where_the_victim_is_is_held_until_somebody_clears_it()
    {
        const string told = "Seen outside 12 Acacia Avenue again.";
        foreach (var (row, group) in (IEnumerable<(FamilyMember, string)>)
                 [
                     (Returned(told), FieldGroups.SharedResearch), (Minutes(told), FieldGroups.Minutes), (Action(told), FieldGroups.Actions),
                     (Action("Locks.", outcome: told), FieldGroups.Actions),
                 ])
        {
            var answer = Answer(Case, row);
            var fact = Assert.Single(answer.Facts.Items);
            Assert.True(fact.Held, group);
            var hold = Assert.Single(answer.Data.Sharing.Holds);
            Assert.Equal((group, (Guid?)fact.Id), (hold.Group, hold.Item));

            var cleared = Case.Apply(new HoldCleared
            {
                CaseId = Case.Id,
                Subjects = Case.Opening.Subjects,
                HoldId = hold.HoldId,
                ClearedBy = "p-coordinator",
                ClearedAt = Given.Now,
            });
            var after = Answer(cleared, 8, row);
            Assert.False(Assert.Single(after.Facts.Items).Held);
            Assert.Empty(after.Data.Sharing.Holds);
        }
    }

    /// <summary>The text was harmless when it was written; the victim has moved to where it tells of.</summary>
    [Fact]
    public void A_move_holds_what_was_free()
    {
        var row = Returned("His sister lives in Quarry Rise.");
        Assert.False(Assert.Single(Answer(Case, row).Facts.Items).Held);
        var moved = Case.Apply(new CaseAmended
        {
            CaseId = Case.Id,
            Subjects = Case.Opening.Subjects,
            Field = AmendedField.VictimAddress,
            AmendedBy = "p-coordinator",
            AmendedAt = Given.Now,
            Address = new Partnership.Marac.Content.Address
            {
                AddressId = new Guid("01980000-0000-7000-8000-0000000000d1"),
                Lines = ["3 Quarry Rise", "Ely"],
                Postcode = "CB7 9ZZ",
                IsCurrent = true,
            },
        });
        Assert.True(Assert.Single(Answer(moved, 8, row).Facts.Items).Held);
    }

    [Fact]
    public void An_erased_row_is_left_out()
    {
        var gone = Returned("Noise.");
        var answer = Answer(Case, gone with { Row = gone.Row with { Body = default, Erased = true } }, Minutes("Arrested."));
        Assert.Empty(answer.Data.Research);
        Assert.Single(answer.Data.Minutes);
    }

    private static RecordEnvelope<CaseView> Answer(MaracCase it, params FamilyMember[] others) => Answer(it, 7, others);

    private static RecordEnvelope<CaseView> Answer(MaracCase it, long version, params FamilyMember[] others) =>
        Read(CaseAnswer.Of(new ViewFamily(RowOf(it, version), others), Today));

    private static RecordEnvelope<CaseView> Read(ReadOnlyMemory<byte> answer) =>
        JsonSerializer.Deserialize<RecordEnvelope<CaseView>>(answer.Span, WireJson.Options)!;

    /// <summary>An id of its own for each, as holds are remembered by case and version.</summary>
    private static LoadedView RowOf(MaracCase it, long version)
    {
        var envelope = CaseProjection.Envelope(new WholeCase(it, version - 1, Register.None, 1), Today);
        return new LoadedView(Guid.CreateVersion7(), version, JsonSerializer.SerializeToUtf8Bytes(envelope, WireJson.Options), 0, Erased: false);
    }

    private static FamilyMember Returned(string text)
    {
        var asked = GivenMeeting.Asked(Case, GivenMeeting.Landlord);
        var returned = asked.Apply(asked.Return(GivenMeeting.Returning(
            Case, GivenMeeting.LandlordsVoice, GivenMeeting.Found(GivenMeeting.Item(text, 1)))).Events.Single());
        return Member(ResearchProjection.Return(returned));
    }

    private static FamilyMember Minutes(string text) => Member(MinutesProjection.Row(
        GivenMeeting.MeetingId, Case.Id,
        CaseMinutes.Of(CaseMinutes.Record(new RecordMinutes(
            Case, true, [new LineToRecord(new Guid("01980000-0000-7000-8000-0000000000e7"), text, AboutWhom.General, FactOrOpinion.Fact, null)],
            Given.Coordinator, Given.Now)).Events)));

    private static FamilyMember Action(string text, string? outcome = null)
    {
        var it = GivenMeeting.Case(CaseStatus.ActionsOpen);
        var action = CaseAction.Of(CaseAction.Assign(GivenMeeting.Assigning(it) with { Description = text }).Events);
        if (outcome is not null)
            action = action.Apply(action.RecordOutcome(new RecordOutcome(ActionStatus.Done, outcome, GivenMeeting.LandlordsVoice, Given.Now)).Events.Single());
        return Member(ActionProjection.Row(action, outcome is null ? 1 : 2));
    }

    private static FamilyMember Member(ViewRow row) => new(row.View, new LoadedView(row.Id, row.Version, row.Body, row.SortKey, Erased: false));
}
