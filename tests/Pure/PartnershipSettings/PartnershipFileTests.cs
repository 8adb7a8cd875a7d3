using Partnership.PartnershipSettings;
using Xunit;

namespace Partnership.Tests.Pure.PartnershipSettings;

public sealed class PartnershipFileTests
{
    private const string Good = PartnershipFileTexts.Good;

    [Fact]
    public void A_good_file_has_no_problems()
    {
        var reading = PartnershipFile.Read(Good, _ => null);
        Assert.Empty(reading.Problems);
        Assert.Equal("https://other.example", reading.Configuration!.People[1].Issuer);
        Assert.Equal(["marac"], reading.Configuration.People[1].Hats[0].Schemes);
    }

    [Theory]
    // What is replaced, by what, the line that must be named, and part of the reason.
    [InlineData("partnership: Somewhere", "partnership: \"\"", 1, "not empty")]
    [InlineData("partnership: Somewhere\n", "", 1, "'partnership' is missing")]
    [InlineData("timeZone: Europe/London", "timeZone: Europe/Londn", 2, "not known")]
    [InlineData("bankHolidays:", "bankHoliday:", 14, "not a setting known here")]
    [InlineData("{ code: NEW, name", "{ code: CON, name", 6, "listed twice")]
    [InlineData("{ code: NEW, name", "{ code: N/W, name", 6, "not a code")]
    [InlineData("until: 2021-06-25", "until: 2021-06-31", 5, "must be a date")]
    [InlineData("until: 2021-06-25, ", "", 5, "needs its last day")]
    [InlineData("successor: NEW", "successor: XXX", 5, "not an agency")]
    [InlineData("successor: NEW", "successor: OLD", 5, "lead back")]
    [InlineData("from: 2021-06-26", "from: 2021-06-26, until: 2020-01-01", 6, "ends before it begins")]
    [InlineData("mayRefer: true", "mayRefer: yes", 4, "true or false")]
    [InlineData("secureEmailDomains: [police.example], ", "", 4, "needs a domain")]
    [InlineData("[police.example]", "[Police.Example]", 4, "not a domain")]
    [InlineData("[police.example]", "police.example", 4, "must be a list")]
    [InlineData("{ code: PVP, name: Vulnerable people }", "{ code: PVP, name: A }, { code: PVP, name: B }", 4, "the team 'PVP' twice")]
    [InlineData("https://id.example", "http://id.example", 8, "https address")]
    [InlineData("https://id.example", "https://id.example?x=1", 8, "https address")]
    [InlineData("https://id.example", "not an address", 8, "https address")]
    [InlineData("https://other.example", "https://id.example", 9, "listed twice")]
    [InlineData("[CON, NEW]", "[CON, NEW, XXX]", 8, "not an agency")]
    [InlineData("[CON, NEW]", "[]", 8, "at least one agency")]
    [InlineData("${OTHER_ISSUER:-https://other.example}", "${OTHER_ISSUER}", 9, "no OTHER_ISSUER")]
    [InlineData("id: p2", "id: p1", 12, "somebody else")]
    [InlineData("subject: dora", "subject: anna", 13, "somebody else")]
    [InlineData("issuer: 2", "issuer: 3", 12, "from 1 to 2")]
    [InlineData("issuer: 2, ", "", 12, "Several issuers")]
    [InlineData("issuer: 1, name: Dora", "issuer: 2, name: Dora", 13, "not bound")]
    [InlineData("agency: CON, team: PVP, role: marac-representative", "agency: OLD, role: officer", 11, "No issuer")]
    [InlineData("agency: CON, team: PVP, role: marac-representative", "agency: CON, role: officer", 11, "belongs to one of its teams")]
    [InlineData("agency: CON, team: PVP, role: marac-representative", "agency: CON, team: CS, role: officer", 11, "not a team")]
    [InlineData("agency: CON, team: PVP, role: marac-representative", "agency: XXX, role: officer", 11, "not an agency")]
    [InlineData("role: marac-representative", "role: marac-representatve", 11, "not a role")]
    [InlineData("role: ledger-reader, schemes: [marac]", "role: ledger-reader", 12, "one scheme")]
    [InlineData("schemes: [marac]", "schemes: [marac, channel]", 12, "one scheme")]
    [InlineData("schemes: [marac]", "schemes: [maracc]", 12, "not a scheme")]
    [InlineData("role: marac-representative", "role: marac-representative, schemes: [marac]", 11, "Only a ledger reader")]
    [InlineData("{ agency: CON, team: PVP, role: marac-representative }", "", 11, "at least one hat")]
    [InlineData("{ agency: NEW, role: ledger-reader", "{ name: x, agency: NEW, role: ledger-reader", 12, "only hat has no name")]
    [InlineData("{ name: b, ", "{ ", 13, "names each of them")]
    [InlineData("{ name: b, ", "{ name: a, ", 13, "listed twice")]
    [InlineData("name: Anna Bell", "name: Anna Bell, from: 2026-02-01, until: 2026-01-01", 11, "leaves before joining")]
    [InlineData("[2026-12-25]", "[2026-12-26]", 15, "weekend")]
    [InlineData("[2026-12-25]", "[2027-12-27]", 15, "not a day of 2026")]
    [InlineData("[2026-12-25]", "[2026-12-25, 2026-12-25]", 15, "twice")]
    [InlineData("[2026-12-25]", "[soon]", 15, "not a date")]
    [InlineData("  2026: [", "  26: [", 15, "not a year")]
    [InlineData("version: two", "version: one", 19, "listed twice")]
    [InlineData("from: 2030-01-01", "from: 2020-01-01", 19, "in order of their dates")]
    [InlineData("visibleHighRisk: 14", "visibleHighRisk: 25", 18, "from 1 to 24")]
    [InlineData("visibleHighRisk: 17", "visibleHighRisk: 16", 19, "below the threshold")]
    [InlineData("{ from: 14, to: 16 }", "{ from: 16, to: 14 }", 19, "lower to the higher")]
    [InlineData("needMaxDays: 90", "needMaxDays: ninety", 26, "whole number")]
    [InlineData("needMaxDays: 90", "needMaxDay: 90", 26, "not a setting known here")]
    [InlineData("needMaxDays: 90", "needMaxDays: 90\n  needMaxDays: 91", 27, "given twice")]
    [InlineData("needMaxDays: 90", "needMaxDays: [90", 26, "Not valid YAML")]
    public void Each_mistake_is_reported_at_its_line(string good, string bad, int line, string reason)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        var reading = PartnershipFile.Read(Good.Replace(good, bad, StringComparison.Ordinal), _ => null);
        Assert.Null(reading.Configuration);
        Assert.Contains(reading.Problems, p => Math.Abs(p.Line - line) <= (reason is "Not valid YAML" ? 1 : 0) && p.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void All_mistakes_are_reported_together_in_the_order_of_their_lines()
    {
        var bad = Good.Replace("mayRefer: true", "mayRefer: maybe", StringComparison.Ordinal)
            .Replace("judgementMinChars: 50", "judgementMinChars: 0", StringComparison.Ordinal)
            .Replace("role: ledger-reader", "role: auditor", StringComparison.Ordinal);
        var lines = PartnershipFile.Read(bad, _ => null).Problems.Select(p => p.Line).ToList();
        Assert.Contains(4, lines);
        Assert.Contains(12, lines);
        Assert.Contains(23, lines);
        Assert.Equal(lines.Order(), lines);
    }

    [Fact]
    public void A_problem_never_repeats_a_persons_name()
    {
        var bad = Good.Replace("p2", "p1", StringComparison.Ordinal).Replace("subject: dora", "subject: anna", StringComparison.Ordinal)
            .Replace("hats: [{ agency: CON", "hats: [{ agency: XXX", StringComparison.Ordinal);
        var words = string.Join('\n', PartnershipFile.Read(bad, _ => null).Problems);
        Assert.DoesNotContain("Anna", words, StringComparison.Ordinal);
        Assert.DoesNotContain("Carl", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a list")]
    [InlineData("just text")]
    [InlineData("---\na: 1\n---\nb: 2\n")]
    public void A_file_of_another_shape_is_refused(string text) => Assert.NotEmpty(PartnershipFile.Read(text, _ => null).Problems);

    [Fact]
    public void A_missing_file_is_said_to_be_missing()
    {
        var gone = Assert.Throws<PartnershipFileException>(() => PartnershipFile.Load("/nowhere/partnership.yaml"));
        Assert.Contains("Partnership:File", gone.Message, StringComparison.Ordinal);
    }
}
