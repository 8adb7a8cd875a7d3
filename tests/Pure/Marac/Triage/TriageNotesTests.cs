using Partnership.Contracts.Marac;
using Partnership.Marac.Triage;
using Xunit;

namespace Partnership.Tests.Pure.Marac.Triage;

/// <summary>What stored data says about a new referral; the items of <c>marac</c> §10 that only stored data can tell.</summary>
public sealed class TriageNotesTests
{
    private static readonly DateTimeOffset At = Given.Now;
    private static readonly Guid Id = new("01980000-0000-7000-8000-0000000000aa");

    [Fact]
    public void Nothing_known_is_nothing_noted() => Assert.Empty(Notes([ReferralCriterion.VisibleHighRisk]));

    [Fact]
    public void A_repeat_claimed_with_no_earlier_case_is_noted() =>
        Assert.Equal([TriageNotes.RepeatNotFound], Notes([ReferralCriterion.Repeat]));

    [Fact]
    public void A_repeat_claimed_after_more_than_twelve_months_is_noted()
    {
        Assert.Equal([TriageNotes.RepeatOutOfWindow], Notes([ReferralCriterion.Repeat], Case(At.AddMonths(-12).AddDays(-1))));
        Assert.Empty(Notes([ReferralCriterion.Repeat], Case(At.AddMonths(-12))));
    }

    [Fact]
    public void The_clock_runs_from_the_last_referral() =>
        Assert.Empty(Notes([ReferralCriterion.Repeat], Case(At.AddMonths(-30)), Case(At.AddMonths(-3))));

    [Fact]
    public void A_repeat_nobody_claimed_is_noted_too() =>
        Assert.Equal([TriageNotes.PossibleRepeat], Notes([ReferralCriterion.VisibleHighRisk], Case(At.AddMonths(-3))));

    [Fact]
    public void A_duplicate_of_two_agencies_on_one_day_is_noted_and_is_no_repeat()
    {
        Assert.Equal([TriageNotes.PossibleDuplicate], Notes([ReferralCriterion.VisibleHighRisk], Referral(At.AddHours(-2))));
        Assert.Equal([TriageNotes.PossibleDuplicate], Notes([ReferralCriterion.VisibleHighRisk], Case(At.AddHours(-2))));
        Assert.Equal([TriageNotes.PossibleDuplicate], Notes([ReferralCriterion.VisibleHighRisk], Referral(At.AddDays(-40))));
        Assert.Empty(Notes([ReferralCriterion.VisibleHighRisk], Referral(At.AddDays(-40)) with { IsOpen = false }));
    }

    [Fact]
    public void The_same_victim_with_another_perpetrator_is_a_new_case_and_no_repeat() =>
        Assert.Empty(Notes([ReferralCriterion.VisibleHighRisk], Case(At.AddMonths(-3)) with { Perpetrator = MatchLevel.None }));

    [Fact]
    public void A_counter_allegation_is_noted()
    {
        var there = Case(At.AddMonths(-3)) with { Victim = MatchLevel.None, Perpetrator = MatchLevel.None };
        Assert.Equal([TriageNotes.CounterAllegation], Notes([], there with { VictimIsPerpetratorThere = MatchLevel.Sure }));
        Assert.Equal([TriageNotes.CounterAllegation], Notes([], there with { PerpetratorIsVictimThere = MatchLevel.Sure }));
        Assert.Equal(
            [TriageNotes.CounterAllegation],
            Notes([], there with { VictimIsPerpetratorThere = MatchLevel.NameOnly, PerpetratorIsVictimThere = MatchLevel.NameOnly }));
    }

    [Fact]
    public void A_common_name_alone_is_no_counter_allegation() =>
        Assert.Empty(Notes([], new Candidate(Id, true, true, At.AddMonths(-3), MatchLevel.None, MatchLevel.None, MatchLevel.NameOnly, MatchLevel.None)));

    [Fact]
    public void A_note_names_the_records_it_rests_on()
    {
        var note = TriageNotes.From([], At, 12, [Case(At.AddMonths(-3)), Referral(At.AddMonths(-50)) with { IsOpen = false }]).Single();
        Assert.Equal([Id], note.Cases);
        Assert.Empty(note.Referrals);
    }

    [Theory]
    [InlineData(new[] { "victim-name" }, MatchLevel.NameOnly)]
    [InlineData(new[] { "victim-name-sound", "victim-name-pair" }, MatchLevel.NameOnly)]
    [InlineData(new[] { "victim-name", "victim-date-of-birth" }, MatchLevel.Sure)]
    [InlineData(new[] { "victim-date-of-birth", "victim-phone" }, MatchLevel.Sure)]
    [InlineData(new[] { "victim-date-of-birth" }, MatchLevel.None)]
    [InlineData(new[] { "victim-postcode" }, MatchLevel.None)]
    public void One_shared_value_is_not_a_person(string[] kinds, MatchLevel level) => Assert.Equal(level, PeopleMatch.LevelOf(kinds));

    private static Candidate Case(DateTimeOffset referralAt) =>
        new(Id, true, true, referralAt, MatchLevel.Sure, MatchLevel.NameOnly, MatchLevel.None, MatchLevel.None);

    private static Candidate Referral(DateTimeOffset referralAt) => Case(referralAt) with { IsCase = false };

    private static string[] Notes(IReadOnlyList<ReferralCriterion> criteria, params Candidate[] candidates) =>
        [.. TriageNotes.From(criteria, At, 12, candidates).Select(n => n.Code)];
}
