using Partnership.Gateway.Callers;
using Partnership.PartnershipSettings;
using Xunit;

namespace Partnership.Tests.Pure.Gateway;

/// <summary>Days begin and end where the partnership is.</summary>
public sealed class PartnershipDaysTests
{
    [Theory]
    // In summer the day ends an hour before that of UTC, in winter with it.
    [InlineData("2026-07-31T22:59:59Z", "2026-07-31")]
    [InlineData("2026-07-31T23:00:00Z", "2026-08-01")]
    [InlineData("2026-11-30T23:59:59Z", "2026-11-30")]
    [InlineData("2026-12-01T00:00:00Z", "2026-12-01")]
    // The clocks go back at 01:00 UTC on 25 October.
    [InlineData("2026-10-24T23:00:00Z", "2026-10-25")]
    [InlineData("2026-10-25T23:30:00Z", "2026-10-25")]
    public void A_day_ends_at_midnight_in_the_partnership(string at, string day)
    {
        var moment = DateTimeOffset.Parse(at, null);
        var days = new PartnershipDays(Demonstration, new Fixed(moment));
        Assert.Equal(DateOnly.Parse(day, null), days.Today);
        Assert.Equal(DateOnly.Parse(day, null), DateOnly.FromDateTime(days.Local(moment).DateTime));
        Assert.Equal(moment, days.Local(moment));
    }

    private static PartnershipConfiguration Demonstration =>
        PartnershipFile.Read(File.ReadAllText(Path.Combine(Root(), "deploy", "partnership.yaml")), _ => null).Configuration!;

    private static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Partnership.sln"))) return at.FullName;
        throw new InvalidOperationException("The tests run within the repository.");
    }

    private sealed class Fixed(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
