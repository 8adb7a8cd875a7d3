using Partnership.Contracts.Marac;
using Partnership.Marac;
using Partnership.Marac.Cases;
using Partnership.Marac.Flags;
using Partnership.Marac.Meetings;
using Partnership.ServiceDefaults;
using Xunit;
using MeetingScheduled = Partnership.Marac.Meetings.MeetingScheduled;

namespace Partnership.Tests.Pure.Marac.Cases;

/// <summary>From accepted to closed: each step in its turn, once, and by those whose step it is.</summary>
public sealed class CaseLifecycleTests
{
    private static readonly MaracMeeting Meeting = MeetingAt(Given.Now.AddDays(7), 1);
    private static readonly MaracCase Accepted = After(Given.Case(), it => it.List(new ListMember(new Party("CKH", null), Given.Coordinator, Given.Now)));
    private static readonly MaracCase Listed = After(Accepted, List());
    private static readonly MaracCase InResearch = After(Listed, Research());
    private static readonly MaracCase Heard = After(InResearch, Hear());
    private static readonly MaracCase Issued = After(Heard, Issue());

    [Fact]
    public void A_case_goes_through_its_meeting_step_by_step()
    {
        Assert.Equal(
            [CaseStatus.Accepted, CaseStatus.Listed, CaseStatus.Research, CaseStatus.Heard, CaseStatus.ActionsOpen],
            new[] { Accepted, Listed, InResearch, Heard, Issued }.Select(it => it.Status!.Value));
        Assert.Equal((Meeting.Id, new DateOnly(2026, 7, 6)), (InResearch.MeetingId!.Value, InResearch.ResearchDueOn!.Value));
        var closing = Close()(Issued).Events.Single();
        var closed = Issued.Apply(closing.Closed);
        Assert.Equal((CaseStatus.ClosedFlagged, closing.Raised.FlagId), (closed.Status!.Value, closed.FlagId!.Value));
    }

    [Fact]
    public void No_step_is_taken_before_its_turn_or_after_it()
    {
        Assert.Equal("case-not-to-be-listed case-not-to-be-listed case-not-to-be-listed", Outcomes(List(), InResearch, Heard, Issued));
        Assert.Equal("case-not-listed case-not-listed case-not-listed", Outcomes(Research(), Accepted, Heard, Issued));
        Assert.Equal("case-not-in-research case-not-in-research case-not-in-research", Outcomes(Hear(), Accepted, Listed, Issued));
        Assert.Equal("case-not-heard case-not-heard case-not-heard", Outcomes(Issue(), Accepted, Listed, InResearch));
        Assert.Equal("case-without-action-plan case-without-action-plan", Outcomes(Close(), Accepted, Heard));
    }

    [Fact]
    public void A_step_that_has_been_taken_is_not_taken_again()
    {
        Assert.Equal("nothing", Outcomes(List(), Listed));
        Assert.Equal("nothing", Outcomes(Research(), InResearch));
        Assert.Equal("case-not-listed", Outcomes(it => it.OpenResearch(new OpenResearch(new DateOnly(2026, 7, 9), Given.Today, Given.Coordinator, Given.Now)), InResearch));
        Assert.Equal("nothing", Outcomes(Hear(), Heard));
        Assert.Equal("nothing", Outcomes(Issue(), Issued));
        Assert.Equal("nothing", Outcomes(Close(), Issued.Apply(Close()(Issued).Events.Single().Closed)));
    }

    [Fact]
    public void A_listed_case_can_be_moved_to_another_meeting_to_come()
    {
        var later = MeetingAt(Given.Now.AddDays(14), 2);
        Assert.Equal(later.Id, After(Listed, List(later)).MeetingId);
        Assert.Equal("meeting-not-open", Outcomes(List(MaracMeeting.None), Accepted));
        Assert.Equal("meeting-not-open", Outcomes(List(MeetingAt(Given.Now, 3)), Accepted));
    }

    [Fact]
    public void Research_asks_members_and_is_due_today_or_later()
    {
        Assert.Equal("case-without-members", Outcomes(Research(), After(Given.Case(), List())));
        Assert.Equal("due-in-past", Outcomes(it => it.OpenResearch(new OpenResearch(Given.Today.AddDays(-1), Given.Today, Given.Coordinator, Given.Now)), Listed));
        Assert.Equal("ResearchOpened", Outcomes(it => it.OpenResearch(new OpenResearch(Given.Today, Given.Today, Given.Coordinator, Given.Now)), Listed));
    }

    [Fact]
    public void Each_step_is_taken_by_those_whose_it_is()
    {
        Assert.Equal("role-not-permitted", Outcomes(List(by: Given.Representative), Accepted));
        Assert.Equal("role-not-permitted", Outcomes(Research(Given.Representative), Listed));
        Assert.Equal("role-not-permitted role-not-permitted", Outcomes(Hear(Given.Coordinator), InResearch, Heard));
        Assert.Equal("role-not-permitted", Outcomes(Issue(Given.Representative), Heard));
        Assert.Equal("role-not-permitted", Outcomes(Close(by: Given.Chair), Issued));
    }

    [Fact]
    public void A_case_closes_when_its_actions_are_final_and_leaves_a_flag_of_twelve_months_from_its_hearing()
    {
        Assert.Equal("actions-not-final", Outcomes(Close(hasOpenActions: true), Issued));
        var raised = Close()(Issued).Events.Single().Raised;
        Assert.Equal(new DateOnly(2027, 7, 8), raised.ExpiresOn);
        Assert.Equal(("Mira Thorne", "Carl Vale"), (raised.Victim.Name, raised.Perpetrators.Single().Name));
        Assert.Equal([Issued.Content.Victim.PersonId, Issued.Content.Perpetrators[0].PersonId], raised.Subjects);
    }

    [Fact]
    public void A_flag_is_its_cases_members_and_nobody_elses_also_after_a_later_conflict()
    {
        var closing = Close()(Issued).Events.Single();
        var whole = ProjectionTests.Whole(Issued.Apply(closing.Closed)) with { Flag = MaracFlag.Of([closing.Raised]), FlagVersion = 1 };
        var flag = FlagProjection.Envelope(whole);
        Assert.Equal(("marac.flag", "RAISED", 3L), (flag.Type, flag.Facts.State, flag.Facts.Version));
        Assert.Equal(["CKH"], flag.Facts.Members.Select(m => m.Agency));
        Assert.Equal(["all", "member:CKH"], FlagProjection.Row(whole).Reach);
        Assert.Equal(whole.Register.Entries.Select(e => e.Name), flag.Facts.Conflicts.Select(c => c.Name));
        Assert.True(flag.Data.Flagged);
    }

    private static MaracMeeting MeetingAt(DateTimeOffset startsAt, byte n) =>
        MaracMeeting.Of([new MeetingScheduled { MeetingId = new Guid(0x01980001, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, n), StartsAt = startsAt, ScheduledAt = Given.Now }]);

    private static Func<MaracCase, Decision<CaseEvent>> List(MaracMeeting? meeting = null, Actor? by = null) =>
        it => it.List(new ListCase(meeting ?? Meeting, by ?? Given.Coordinator, Given.Now));

    private static Func<MaracCase, Decision<CaseEvent>> Research(Actor? by = null) =>
        it => it.OpenResearch(new OpenResearch(new DateOnly(2026, 7, 6), Given.Today, by ?? Given.Coordinator, Given.Now));

    private static Func<MaracCase, Decision<CaseEvent>> Hear(Actor? by = null) => it => it.Hear(new HearCase(by ?? Given.Chair, Given.Now));

    private static Func<MaracCase, Decision<CaseEvent>> Issue(Actor? by = null) => it => it.Issue(new IssueActionPlan(by ?? Given.Coordinator, Given.Now));

    private static Func<MaracCase, Decision<Closing>> Close(bool hasOpenActions = false, Actor? by = null) =>
        it => it.Close(new CloseCase(
            new Guid("01980000-0000-7000-8000-0000000000d6"), 12, hasOpenActions, new DateOnly(2026, 7, 8), null, by ?? Given.Coordinator, Given.Now));

    private static MaracCase After(MaracCase it, Func<MaracCase, Decision<CaseEvent>> decide) => decide(it).Events.Aggregate(it, (state, e) => state.Apply(e));

    private static string Outcomes<TEvent>(Func<MaracCase, Decision<TEvent>> decide, params MaracCase[] cases)
        where TEvent : class =>
        string.Join(' ', cases.Select(it => decide(it)).Select(d => d.Refused?.Code ?? (d.IsNothing ? "nothing" : d.Events[0].GetType().Name)));
}
