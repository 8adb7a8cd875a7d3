using Partnership.PartnershipSettings;
using Xunit;

namespace Partnership.Tests.Pure.PartnershipSettings;

public sealed class WorkingDaysTests
{
    private static readonly WorkingDays Days = new(new Dictionary<int, IReadOnlyList<DateOnly>>
    {
        [2026] = [new(2026, 12, 25), new(2026, 12, 28)],
        [2027] = [new(2027, 1, 1)],
    });

    [Theory]
    [InlineData("2026-11-20", 1, "2026-11-23")] // Friday to Monday
    [InlineData("2026-11-21", 1, "2026-11-23")] // from a Saturday the Monday is the first
    [InlineData("2026-11-23", 2, "2026-11-25")]
    [InlineData("2026-12-24", 1, "2026-12-29")] // Christmas, week-end, the substitute day
    [InlineData("2026-12-31", 1, "2027-01-04")] // over the year's end
    [InlineData("2026-11-20", 0, "2026-11-20")]
    [InlineData("2026-12-25", 0, "2026-12-29")]
    public void Working_days_are_counted_from_the_day_after(string from, int days, string expected) =>
        Assert.Equal(DateOnly.Parse(expected), Days.Add(DateOnly.Parse(from), days));

    [Fact]
    public void Counting_back_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Days.Add(new(2026, 11, 20), -1));

    [Theory]
    [InlineData("2026-11-20", "2026-11-20", 0)]
    [InlineData("2026-11-20", "2026-11-22", 0)]
    [InlineData("2026-11-20", "2026-11-23", 1)]
    [InlineData("2026-12-24", "2026-12-29", 1)]
    [InlineData("2026-12-29", "2026-12-24", 0)]
    public void Between_counts_what_Add_would_step_over(string from, string to, int expected) =>
        Assert.Equal(expected, Days.Between(DateOnly.Parse(from), DateOnly.Parse(to)));

    [Fact]
    public void A_year_without_a_list_knows_week_ends_only()
    {
        Assert.False(Days.Covers(2028));
        Assert.True(Days.IsWorkingDay(new(2028, 12, 25)));
        Assert.False(Days.IsWorkingDay(new(2028, 12, 24)));
    }

    [Fact]
    public void Add_and_Between_agree_on_every_day_of_a_year()
    {
        for (var day = new DateOnly(2026, 6, 1); day < new DateOnly(2027, 6, 1); day = day.AddDays(1))
        {
            for (var n = 1; n <= 7; n++)
            {
                var end = Days.Add(day, n);
                Assert.True(Days.IsWorkingDay(end));
                Assert.Equal(n, Days.Between(day, end));
            }
        }
    }
}
