using Partnership.InformationSharing;
using Partnership.PartnershipSettings;
using Xunit;

namespace Partnership.Tests.Pure.InformationSharing;

public sealed class CheckCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("partnership-check-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_file_with_problems_is_listed_by_line_and_ends_with_1()
    {
        var path = Write("partnership: X\ntimeZone: Nowhere/At_All\n");
        var (exit, output, _) = Run(path);
        Assert.Equal(1, exit);
        Assert.Contains($"{path}:2: 'timeZone' is not known", output, StringComparison.Ordinal);
        Assert.DoesNotContain("ok", output.Split('\n'));
    }

    [Fact]
    public void A_good_file_is_ok_and_a_year_without_bank_holidays_is_noted()
    {
        var path = Write(PartnershipFileTexts.Good);
        var (exit, output, error) = Run(path);
        Assert.Equal((0, "ok"), (exit, output.Trim()));
        Assert.Contains("the bank holidays of 2027 are not listed", error, StringComparison.Ordinal);
        Assert.DoesNotContain("2026 are", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_file_it_says_how_it_is_used()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(2, CheckCommand.Run([], TimeProvider.System, output, error));
        Assert.StartsWith("usage:", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, Run(Path.Combine(folder, "missing.yaml")).Exit);
    }

    [Fact]
    public void The_register_says_what_the_file_says()
    {
        var partnership = PartnershipFile.Read(PartnershipFileTexts.Good, _ => null).Configuration!;
        var register = Registry.ToSnapshot(partnership, 12);
        Assert.Equal(12, register.Version);
        Assert.Equal(partnership.Agencies.Select(a => a.Code), register.Agencies.Select(a => a.Code));
        var dora = register.People.Single(p => p.Subject == "dora");
        Assert.Equal(("p3", "https://id.example", "Dora Eve"), (dora.Id, dora.Issuer, dora.Name));
        Assert.Equal(["a NEW/ officer", "b CON/PVP officer"], dora.Hats.Select(h => $"{h.Name} {h.Agency}/{h.Team} {h.Role}"));
        Assert.Equal(["marac"], register.People.Single(p => p.Subject == "carl").Hats[0].Schemes);
    }

    private string Write(string text)
    {
        var path = Path.Combine(folder, "partnership.yaml");
        File.WriteAllText(path, text);
        return path;
    }

    private static (int Exit, string Output, string Error) Run(string path)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = CheckCommand.Run([path], new FixedClock(), output, error);
        return (exit, output.ToString(), error.ToString());
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    }
}
