using Partnership.PartnershipSettings;

namespace Partnership.Gateway.Callers;

/// <summary>The partnership's own time: a leaver's last day and an agreement's days end at its midnight, not at that of UTC.</summary>
public sealed class PartnershipDays(PartnershipConfiguration partnership, TimeProvider clock)
{
    public DateOnly Today => partnership.DayAt(clock.GetUtcNow());

    /// <summary>The same moment, written in the partnership's time.</summary>
    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, partnership.TimeZone);
}
