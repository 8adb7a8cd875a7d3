using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.Marac;
using Partnership.Marac.Actions;
using Partnership.Marac.Cases;
using Partnership.Marac.Minutes;
using Xunit;
using MinutesRecorded = Partnership.Marac.Minutes.MinutesRecorded;

namespace Partnership.Tests.Pure.Marac.CaseItems;

/// <summary>Lines of minutes and tasks: when, by whom, and who reads them by default.</summary>
public sealed class MinutesAndActionTests
{
    [Theory]
    [InlineData(CaseStatus.Listed, false)]
    [InlineData(CaseStatus.Research, true)]
    [InlineData(CaseStatus.Heard, true)]
    [InlineData(CaseStatus.ActionsOpen, false)]
    public void Lines_are_written_while_the_case_is_before_its_meeting(CaseStatus status, bool isOpen)
    {
        var decision = CaseMinutes.Record(Recording(GivenMeeting.Case(status)));
        Assert.Equal(isOpen ? null : MinutesRefusals.NotOpen, decision.Refused);
    }

    [Fact]
    public void The_meeting_writes_its_minutes_and_no_agency_does()
    {
        var it = GivenMeeting.Case(CaseStatus.Research);
        Assert.Null(CaseMinutes.Record(Recording(it) with { By = Given.Chair }).Refused);
        Assert.Equal(MaracRoles.NotYours, CaseMinutes.Record(Recording(it) with { By = Given.Representative }).Refused);
    }

    [Fact]
    public void A_line_without_ticks_is_for_every_member_team_that_reads_minutes()
    {
        var it = GivenMeeting.Case(CaseStatus.Research);
        Assert.Equal(["CON/PVP", "ICB/MH", "PCC/CSC", "SASP"], ReadersOf(Recording(it)));
        Assert.Equal(["CON/PVP", "ICB/MH", "SASP"], ReadersOf(Recording(it) with { IsChildCase = false }));
        Assert.Equal(["CKH"], ReadersOf(Recording(it, ["CKH"])));
        Assert.Empty(ReadersOf(Recording(it, [])));

        static IEnumerable<string> ReadersOf(RecordMinutes command) => ((MinutesRecorded)CaseMinutes.Record(command).Events.Single()).Lines.Single().Readers;
    }

    [Theory]
    [InlineData(CaseStatus.Research, false)]
    [InlineData(CaseStatus.Heard, true)]
    [InlineData(CaseStatus.ActionsOpen, true)]
    public void Actions_are_assigned_from_the_hearing_on(CaseStatus status, bool isOpen) =>
        Assert.Equal(isOpen ? null : ActionRefusals.NotOpen, CaseAction.Assign(GivenMeeting.Assigning(GivenMeeting.Case(status))).Refused);

    [Fact]
    public void The_meetings_office_assigns_and_never_to_licensed_premises()
    {
        var it = GivenMeeting.Case(CaseStatus.Heard);
        Assert.Null(CaseAction.Assign(GivenMeeting.Assigning(it, by: Given.Chair)).Refused);
        Assert.Equal(MaracRoles.NotYours, CaseAction.Assign(GivenMeeting.Assigning(it, by: GivenMeeting.LandlordsVoice)).Refused);
        Assert.Equal(CaseRefusals.NeverMember, CaseAction.Assign(GivenMeeting.Assigning(it, new Party("PREM", "premises-01"))).Refused);
    }

    [Fact]
    public void A_need_is_confirmed_by_the_coordinator_and_never_by_the_team_that_gains()
    {
        var action = GivenMeeting.Action(GivenMeeting.Case(CaseStatus.ActionsOpen));
        var command = new ConfirmNeed([FieldGroups.VictimLocation], "To fit the locks", Given.Coordinator, Given.Now);
        Assert.Single(action.ConfirmNeed(command).Events);
        Assert.True(action.Apply(action.ConfirmNeed(command).Events.Single()).ConfirmNeed(command).IsNothing);
        Assert.Equal(MaracRoles.NotYours, action.ConfirmNeed(command with { By = Given.Chair }).Refused);
        Assert.Equal(MaracRoles.NotYours, action.ConfirmNeed(command with { By = GivenMeeting.LandlordsVoice }).Refused);
        var ownTask = GivenMeeting.Action(GivenMeeting.Case(CaseStatus.ActionsOpen), new Party("PCC", "CS"));
        Assert.Equal(CaseRefusals.GainsAlone, ownTask.ConfirmNeed(command).Refused);
    }

    [Fact]
    public void The_owning_agency_says_what_became_of_it_once_and_nobody_else_does()
    {
        var action = GivenMeeting.Action(GivenMeeting.Case(CaseStatus.ActionsOpen));
        var done = new RecordOutcome(ActionStatus.Done, "Locks changed.", GivenMeeting.LandlordsVoice, Given.Now);
        Assert.Equal(ActionRefusals.NotTheOwner, action.RecordOutcome(done with { By = Given.Coordinator }).Refused);
        Assert.Equal(ActionRefusals.NotTheOwner, action.RecordOutcome(done with { By = GivenMeeting.FireOfficer }).Refused);
        var final = action.Apply(action.RecordOutcome(done).Events.Single());
        Assert.Equal(ActionStatus.Done, final.Status);
        Assert.True(final.RecordOutcome(done).IsNothing);
        Assert.Equal(ActionRefusals.AlreadyFinal, final.RecordOutcome(done with { Status = ActionStatus.NoLongerPossible }).Refused);
        Assert.Equal(
            ActionRefusals.AlreadyFinal, final.ConfirmNeed(new ConfirmNeed([FieldGroups.VictimLocation], "Again", Given.Coordinator, Given.Now)).Refused);
    }

    /// <summary>PES and LIC read the text of an action after the confirmation; the groups end with the action, the text does not.</summary>
    [Fact]
    public void A_confirmed_need_covers_the_text_and_its_groups_end_with_the_action()
    {
        var owner = new MemberFact("CKH", null);
        var row = new ActionRow(Guid.Empty, "p1", ActionStatus.Open, null, null);
        Assert.Empty(ActionProjection.NeedsOf(row, owner));
        var open = Assert.Single(ActionProjection.NeedsOf(row with { Needed = [FieldGroups.VictimLocation], ConfirmedBy = "p-coordinator" }, owner));
        Assert.Equal([FieldGroups.VictimLocation, FieldGroups.Actions], open.Groups);
        var final = Assert.Single(ActionProjection.NeedsOf(row with { Needed = [FieldGroups.VictimLocation], Status = ActionStatus.NotDone }, owner));
        Assert.Equal([FieldGroups.Actions], final.Groups);
        Assert.Empty(ActionProjection.NeedsOf(row with { Status = ActionStatus.Done }, owner));
    }

    private static RecordMinutes Recording(MaracCase it, IReadOnlyList<string>? readers = null) =>
        new(it, true, [new LineToRecord(Guid.Empty, "He was arrested on Monday.", AboutWhom.Perpetrator, FactOrOpinion.Fact, readers)], Given.Coordinator, Given.Now);
}
