using Partnership.Contracts.Sharing;
using Partnership.InformationSharing.Emergencies;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Xunit;
using EmergencyReviewed = Partnership.InformationSharing.Emergencies.EmergencyReviewed;
using OpenCommand = Partnership.InformationSharing.Emergencies.OpenEmergency;

namespace Partnership.Tests.Pure.InformationSharing;

/// <summary>What may be done with an emergency, and until when.</summary>
public sealed class EmergencyTests
{
    // A Friday afternoon; the next working day is Monday.
    private static readonly DateTimeOffset Now = new(2026, 11, 6, 16, 30, 0, TimeSpan.Zero);
    private static readonly Guid Id = Guid.Parse("0192f0a0-1111-7abc-8def-000000000001");
    private static readonly Guid Case = Guid.Parse("0192f0a0-1111-7abc-8def-000000000002");
    private static readonly Caller Officer = new() { Person = "p.1", Agency = "CON", Team = "PVP", Role = "marac-representative", Purpose = "emergency" };

    [Fact]
    public void It_lasts_half_an_hour_and_not_a_moment_longer()
    {
        var emergency = Opened();
        Assert.True(emergency.IsOpen(Now.AddMinutes(30).AddTicks(-1)));
        Assert.False(emergency.IsOpen(Now.AddMinutes(30)));
        Assert.Null(emergency.Use(Officer, UseOf(Case), Now.AddMinutes(30)));
        Assert.NotNull(emergency.Use(Officer, UseOf(Case), Now.AddMinutes(29)));
    }

    [Fact]
    public void The_first_record_that_is_read_is_the_one_it_is_for()
    {
        var used = Opened().Use(Officer, UseOf(Case), Now)!;
        var emergency = Opened().After(used);
        Assert.NotNull(emergency.Use(Officer, UseOf(Case), Now));
        Assert.Null(emergency.Use(Officer, UseOf(Id), Now));
        Assert.Null(Opened().Use(Officer, UseOf(Case) with { RecordType = "marac.referral" }, Now));
        Assert.Null(Opened(caseId: Case).Use(Officer, UseOf(Id), Now));
        Assert.NotNull(Opened(caseId: Case).Use(Officer, UseOf(Case), Now));
    }

    [Fact]
    public void It_is_of_the_one_who_opened_it_in_the_hat_they_wore()
    {
        foreach (var other in (Caller[])[Officer with { Person = "p.2" }, Officer with { Agency = "PROB" }, Officer with { Team = null }, Officer with { Role = "officer" }])
            Assert.Null(Opened().Use(other, UseOf(Case), Now));
    }

    [Fact]
    public void Its_review_is_due_when_the_next_working_day_ends()
    {
        var emergency = Opened();
        Assert.Equal(new DateTimeOffset(2026, 11, 10, 0, 0, 0, TimeSpan.Zero), emergency.Opening.ReviewBy);
        Assert.False(emergency.IsOverdue(emergency.Opening.ReviewBy.AddTicks(-1)));
        Assert.True(emergency.IsOverdue(emergency.Opening.ReviewBy));
        var asked = (EmergencyReviewed)emergency.Judge(EmergencyReviewOutcome.MoreInfo, "Which?", "p.9", Now).Events[0];
        Assert.True(emergency.After(asked).IsOverdue(emergency.Opening.ReviewBy));
        var judged = (EmergencyReviewed)emergency.After(asked).Judge(EmergencyReviewOutcome.NotJustified, "No.", "p.9", emergency.Opening.ReviewBy).Events[0];
        Assert.True(judged.Late);
        Assert.False(emergency.After(asked).After(judged).IsOverdue(emergency.Opening.ReviewBy));
    }

    [Fact]
    public void Nobody_reviews_their_own_and_a_verdict_stands_and_ends_it()
    {
        Assert.Equal(EmergencyRefusals.OwnEmergency, Opened().Judge(EmergencyReviewOutcome.Justified, null, "p.1", Now).Refusal());
        var judged = Opened().After(Opened().Judge(EmergencyReviewOutcome.Justified, null, "p.9", Now).Events[0]);
        Assert.Equal(EmergencyRefusals.AlreadyReviewed, judged.Judge(EmergencyReviewOutcome.NotJustified, "x", "p.9", Now).Refusal());
        Assert.False(judged.IsOpen(Now));
        Assert.Null(judged.Use(Officer, UseOf(Case), Now));
    }

    [Fact]
    public void The_fourth_within_thirty_days_is_marked_and_an_older_one_does_not_count()
    {
        DateTimeOffset[] earlier = [Now.AddDays(-30), Now.AddDays(-29), Now.AddDays(-1)];
        Assert.Equal((3, false), (Opened(earlier).Opening.OpenedRecently, Opened(earlier).Opening.Repeated));
        DateTimeOffset[] more = [.. earlier, Now.AddMinutes(-1)];
        Assert.Equal((4, true), (Opened(more).Opening.OpenedRecently, Opened(more).Opening.Repeated));
    }

    private static Emergency Opened(IEnumerable<DateTimeOffset>? earlier = null, Guid? caseId = null) => Emergency.Of(
    [
        Emergency.Open(
            new OpenCommand(
                Id, EmergencyType.LossOfLife, "Because.", new PersonAtRisk { Name = "A B", CaseId = caseId }, Officer.Person, Officer.Agency, Officer.Team, Officer.Role),
            earlier ?? [], Settings, Now),
    ]);

    private static EmergencyUse UseOf(Guid record) => new() { RecordType = "marac.case", RecordId = record, Subjects = [], EntryId = Id };

    private static PartnershipConfiguration Settings { get; } = new()
    {
        Name = "Test",
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London"),
        Agencies = [],
        Issuers = [],
        People = [],
        WorkingDays = new WorkingDays(new Dictionary<int, IReadOnlyList<DateOnly>>()),
        Marac = new MaracSettings
        {
            Thresholds = [],
            RepeatWindowMonths = 12,
            RepeatDefinitionVersion = "x",
            DashAgeWarningWeeks = 4,
            JudgementMinChars = 1,
            TriageWorkingDays = 1,
            InfoReplyWorkingDays = 1,
            NeedMaxDays = 1,
        },
    };
}
