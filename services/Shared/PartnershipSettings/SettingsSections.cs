using System.Globalization;

namespace Partnership.PartnershipSettings;

/// <summary><c>bankHolidays:</c></summary>
internal static class CalendarSection
{
    public static WorkingDays Read(YamlMap root, Problems problems)
    {
        var years = new Dictionary<int, IReadOnlyList<DateOnly>>();
        if (root.Map("bankHolidays") is { } map)
        {
            foreach (var (name, key, _) in map.Members)
            {
                if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var year) || year is < 2000 or > 2199)
                {
                    problems.Add(key, $"'{name}' is not a year.");
                    continue;
                }

                years[year] = ReadYear(map, name, year, problems);
            }
        }

        return new WorkingDays(years);
    }

    private static List<DateOnly> ReadYear(YamlMap map, string name, int year, Problems problems)
    {
        var days = new List<DateOnly>();
        foreach (var text in map.Texts(name))
        {
            if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                problems.Add(map.LineOf(name), $"'{text}' is not a date such as 2026-12-25.");
            else if (day.Year != year)
                problems.Add(map.LineOf(name), $"{text} is not a day of {name}.");
            else if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
                problems.Add(map.LineOf(name), $"{text} is a weekend day; list the substitute day instead.");
            else
                days.Add(day);
        }

        return days;
    }
}

/// <summary><c>emergency:</c>; without it the values of <see cref="EmergencySettings"/> hold.</summary>
internal static class EmergencySection
{
    public static EmergencySettings Read(YamlMap root)
    {
        if (root.OptionalMap("emergency") is not { } map) return new EmergencySettings();
        var settings = new EmergencySettings
        {
            LastsMinutes = map.Number("lastsMinutes", 1, 24 * 60),
            ReasonMinChars = map.Number("reasonMinChars", 1, 2000),
            ReviewWorkingDays = map.Number("reviewWorkingDays", 1, 30),
            MarkAfter = map.Number("markAfter", 1, 100),
            WithinDays = map.Number("withinDays", 1, 366),
        };
        map.Done();
        return settings;
    }
}

/// <summary><c>marac:</c></summary>
internal static class MaracSection
{
    private const int ChecklistItems = 24;

    public static MaracSettings Read(YamlMap root, Problems problems)
    {
        var map = root.Map("marac");
        if (map is null) return Empty;
        var settings = new MaracSettings
        {
            Thresholds = ReadThresholds(map, problems),
            RepeatWindowMonths = map.Number("repeatWindowMonths", 1, 60),
            RepeatDefinitionVersion = map.Text("repeatDefinitionVersion"),
            DashAgeWarningWeeks = map.Number("dashAgeWarningWeeks", 1, 52),
            JudgementMinChars = map.Number("judgementMinChars", 1, 2000),
            TriageWorkingDays = map.Number("triageWorkingDays", 1, 30),
            InfoReplyWorkingDays = map.Number("infoReplyWorkingDays", 1, 30),
            NeedMaxDays = map.Number("needMaxDays", 1, 366),
        };
        map.Done();
        return settings;
    }

    private static MaracSettings Empty => new()
    {
        Thresholds = [],
        RepeatWindowMonths = 0,
        RepeatDefinitionVersion = "",
        DashAgeWarningWeeks = 0,
        JudgementMinChars = 0,
        TriageWorkingDays = 0,
        InfoReplyWorkingDays = 0,
        NeedMaxDays = 0,
    };

    private static List<Threshold> ReadThresholds(YamlMap marac, Problems problems)
    {
        var thresholds = new List<Threshold>();
        foreach (var map in marac.Maps("thresholds"))
        {
            var threshold = new Threshold(
                map.Text("version"),
                map.Date("from"),
                map.Number("visibleHighRisk", 1, ChecklistItems),
                map.Number("escalationIncidents", 1, 100),
                map.Number("escalationMonths", 1, 60),
                ReadBand(map, problems));
            map.Done();
            if (thresholds.Any(t => t.Version == threshold.Version && t.Version.Length > 0))
                problems.Add(map.LineOf("version"), $"The version '{threshold.Version}' is listed twice; a version never changes its meaning.");
            if (thresholds.Count > 0 && threshold.From <= thresholds[^1].From)
                problems.Add(map.LineOf("from"), "Versions are listed in order of their dates, one a day.");
            if (threshold.IdvaOnly is { } band && band.To >= threshold.VisibleHighRisk)
                problems.Add(map.LineOf("idvaOnly"), "The IDVA-only scores lie below the threshold.");
            thresholds.Add(threshold);
        }

        if (thresholds.Count == 0) problems.Add(marac.LineOf("thresholds"), "'thresholds' must list at least one version.");
        return thresholds;
    }

    private static IdvaOnlyBand? ReadBand(YamlMap threshold, Problems problems)
    {
        if (threshold.OptionalMap("idvaOnly") is not { } map) return null;
        var band = new IdvaOnlyBand(map.Number("from", 0, ChecklistItems), map.Number("to", 0, ChecklistItems));
        map.Done();
        if (band.From > band.To) problems.Add(map.Node, "The IDVA-only scores go from the lower to the higher.");
        return band;
    }
}
