using System.Text.RegularExpressions;

namespace Partnership.PartnershipSettings;

/// <summary><c>agencies:</c></summary>
internal static partial class AgencySection
{
    public static IReadOnlyList<Agency> Read(YamlMap root, Problems problems)
    {
        var maps = root.Maps("agencies");
        if (maps.Count == 0) problems.Add(root.LineOf("agencies"), "'agencies' must list at least one agency.");
        var agencies = new List<Agency>();
        foreach (var map in maps)
        {
            var agency = ReadOne(map, problems);
            if (agency.Code.Length > 0 && agencies.Any(a => a.Code == agency.Code))
                problems.Add(map.Node, $"The agency '{agency.Code}' is listed twice.");
            agencies.Add(agency);
        }

        foreach (var (agency, map) in agencies.Zip(maps)) CheckSuccession(agency, agencies, map, problems);
        return agencies;
    }

    private static Agency ReadOne(YamlMap map, Problems problems)
    {
        var code = map.Text("code");
        CheckCode(code, map.LineOf("code"), problems);
        var agency = new Agency(
            code,
            map.Text("name"),
            map.OptionalDate("from"),
            map.OptionalDate("until"),
            map.OptionalText("successor"),
            map.Flag("mayRefer"),
            map.Texts("secureEmailDomains"),
            [.. map.Maps("teams").Select(team => ReadTeam(team, problems))]);
        map.Done();

        if (agency.From > agency.Until) problems.Add(map.LineOf("until"), $"The agency '{code}' ends before it begins.");
        if (agency.MayRefer && agency.SecureEmailDomains.Count == 0)
            problems.Add(map.Node, $"The agency '{code}' may refer, so it needs a domain in 'secureEmailDomains'.");
        foreach (var domain in agency.SecureEmailDomains.Where(d => !Domain().IsMatch(d)))
            problems.Add(map.LineOf("secureEmailDomains"), $"'{domain}' is not a domain in lower case.");
        foreach (var twice in agency.Teams.GroupBy(t => t.Code).Where(g => g.Key.Length > 0 && g.Count() > 1))
            problems.Add(map.LineOf("teams"), $"The agency '{code}' lists the team '{twice.Key}' twice.");
        return agency;
    }

    private static Team ReadTeam(YamlMap map, Problems problems)
    {
        var team = new Team(map.Text("code"), map.Text("name"));
        CheckCode(team.Code, map.LineOf("code"), problems);
        map.Done();
        return team;
    }

    private static void CheckSuccession(Agency agency, List<Agency> all, YamlMap map, Problems problems)
    {
        if (agency.Successor is not { } successor) return;
        var line = map.LineOf("successor");
        if (agency.Until is null) problems.Add(line, $"The agency '{agency.Code}' has a successor, so it needs its last day in 'until'.");
        if (all.All(a => a.Code != successor))
        {
            problems.Add(line, $"The successor '{successor}' is not an agency of this file.");
            return;
        }

        var seen = new HashSet<string> { agency.Code };
        for (var next = agency.Successor; next is not null; next = all.FirstOrDefault(a => a.Code == next)?.Successor)
        {
            if (seen.Add(next)) continue;
            problems.Add(line, $"The successors of '{agency.Code}' lead back to it.");
            return;
        }
    }

    private static void CheckCode(string code, int line, Problems problems)
    {
        if (code.Length > 0 && !Code().IsMatch(code))
            problems.Add(line, $"'{code}' is not a code: a letter, then letters, digits and hyphens, at most 20.");
    }

    /// <summary>Codes stand in paths, in reach indexes (<c>member:PCC/CS</c>) and in the ledger, so they stay this plain.</summary>
    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9-]{0,19}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Code();

    [GeneratedRegex(@"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Domain();
}
