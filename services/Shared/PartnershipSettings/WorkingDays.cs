namespace Partnership.PartnershipSettings;

/// <summary>Monday to Friday without the bank holidays of England. A year whose holidays are not listed has none.</summary>
public sealed class WorkingDays
{
    private readonly HashSet<DateOnly> holidays;
    private readonly HashSet<int> years;

    /// <param name="holidays">Days off, by the year they are published for.</param>
    public WorkingDays(IReadOnlyDictionary<int, IReadOnlyList<DateOnly>> holidays)
    {
        this.holidays = [.. holidays.Values.SelectMany(days => days)];
        years = [.. holidays.Keys];
    }

    /// <summary>Whether the bank holidays of that year are known.</summary>
    public bool Covers(int year) => years.Contains(year);

    public bool IsWorkingDay(DateOnly day) =>
        day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !holidays.Contains(day);

    /// <summary>
    /// The working day that is this many after <paramref name="from"/>, which itself does not count, working day or not.
    /// Zero gives the day itself, or the next working day.
    /// </summary>
    public DateOnly Add(DateOnly from, int days)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(days);
        var day = from;
        if (days == 0)
        {
            while (!IsWorkingDay(day)) day = day.AddDays(1);
            return day;
        }

        while (days > 0)
        {
            day = day.AddDays(1);
            if (IsWorkingDay(day)) days--;
        }

        return day;
    }

    /// <summary>How many working days lie after <paramref name="from"/> up to and including <paramref name="to"/>; 0 when it is not later.</summary>
    public int Between(DateOnly from, DateOnly to)
    {
        var count = 0;
        for (var day = from; day < to;)
        {
            day = day.AddDays(1);
            if (IsWorkingDay(day)) count++;
        }

        return count;
    }
}
