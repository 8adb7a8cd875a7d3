using System.Text.RegularExpressions;

namespace Partnership.PartnershipSettings;

/// <summary>The file has problems; the message lists them by line and names no person.</summary>
public sealed class PartnershipFileException : Exception
{
    public PartnershipFileException() { }

    public PartnershipFileException(string message) : base(message) { }

    public PartnershipFileException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>What reading a file gave: a configuration, or problems, never both.</summary>
public sealed record PartnershipReading(PartnershipConfiguration? Configuration, IReadOnlyList<Problem> Problems);

/// <summary>Reads and checks <c>partnership.yaml</c>.</summary>
/// <remarks>
/// The address of an issuer may hold <c>${NAME}</c> or <c>${NAME:-default}</c>, taken from the environment, because a
/// local run moves its ports. Nothing else in the file is expanded.
/// </remarks>
public static partial class PartnershipFile
{
    /// <summary>Reads the file at a path, expanding from this process's environment.</summary>
    /// <exception cref="PartnershipFileException">It is not there or has problems, all of which the message lists.</exception>
    public static PartnershipConfiguration Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PartnershipFileException($"Cannot read the partnership's file '{path}' (Partnership:File).", gone);
        }

        var reading = Read(text, Environment.GetEnvironmentVariable);
        return reading.Configuration
            ?? throw new PartnershipFileException(
                string.Join('\n', reading.Problems.Select(p => $"{path}:{p}").Prepend("The partnership's file has problems:")));
    }

    /// <summary>Reads a file's text. Pure: the environment is given.</summary>
    public static PartnershipReading Read(string text, Func<string, string?> environment)
    {
        var problems = new Problems();
        var configuration = YamlMap.Read(text, problems) is { } root ? Read(root, environment, problems) : null;
        return new PartnershipReading(problems.Found.Count == 0 ? configuration : null, problems.Found);
    }

    private static PartnershipConfiguration Read(YamlMap root, Func<string, string?> environment, Problems problems)
    {
        var agencies = AgencySection.Read(root, problems);
        var issuers = PeopleSection.ReadIssuers(root, agencies, value => Expand(value, environment), problems);
        var people = PeopleSection.ReadPeople(root, agencies, issuers, problems);
        var configuration = new PartnershipConfiguration
        {
            Name = root.Text("partnership"),
            TimeZone = Zone(root, problems),
            Agencies = agencies,
            Issuers = issuers,
            People = people,
            WorkingDays = CalendarSection.Read(root, problems),
            Marac = MaracSection.Read(root, problems),
            Emergency = EmergencySection.Read(root),
        };
        root.Done();
        return configuration;
    }

    private static TimeZoneInfo Zone(YamlMap root, Problems problems)
    {
        var name = root.Text("timeZone");
        if (name.Length == 0 || TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) is false || zone is null)
        {
            if (name.Length > 0) problems.Add(root.LineOf("timeZone"), "'timeZone' is not known on this machine; expected Europe/London.");
            return TimeZoneInfo.Utc;
        }

        return zone;
    }

    /// <summary>The value with its variables, or null and the name of one that is not set and has no default.</summary>
    internal static (string? Value, string? Unset) Expand(string value, Func<string, string?> environment)
    {
        string? unset = null;
        var expanded = Variable().Replace(value, match =>
        {
            var found = environment(match.Groups["name"].Value);
            if (!string.IsNullOrEmpty(found)) return found;
            if (match.Groups["default"].Success) return match.Groups["default"].Value;
            unset ??= match.Groups["name"].Value;
            return "";
        });
        return unset is null ? (expanded, null) : (null, unset);
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Z][A-Z0-9_]*)(:-(?<default>[^}]*))?\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
