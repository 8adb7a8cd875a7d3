using Partnership.PartnershipSettings;

namespace Partnership.InformationSharing;

/// <summary><c>check FILE</c>: says whether a partnership's file can be used, without starting anything.</summary>
public static class CheckCommand
{
    /// <returns>0 when the file is good, 1 when it has problems, 2 when the command was not understood.</returns>
    public static int Run(string[] arguments, TimeProvider clock, TextWriter output, TextWriter error)
    {
        if (arguments is not [var path])
        {
            error.WriteLine("usage: InformationSharing check FILE");
            return 2;
        }

        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error.WriteLine($"{path}: cannot be read.");
            return 2;
        }

        var reading = PartnershipFile.Read(text, Environment.GetEnvironmentVariable);
        foreach (var problem in reading.Problems) output.WriteLine($"{path}:{problem}");
        if (reading.Configuration is not { } configuration) return 1;

        var year = configuration.DayAt(clock.GetUtcNow()).Year;
        foreach (var missing in new[] { year, year + 1 }.Where(y => !configuration.WorkingDays.Covers(y)))
            error.WriteLine($"{path}: note: the bank holidays of {missing} are not listed, so only weekends count.");
        output.WriteLine("ok");
        return 0;
    }
}
