namespace Partnership.PartnershipSettings;

/// <summary><c>issuers:</c> and <c>people:</c></summary>
internal static class PeopleSection
{
    public static IReadOnlyList<Issuer> ReadIssuers(
        YamlMap root, IReadOnlyList<Agency> agencies, Func<string, (string? Value, string? Unset)> expand, Problems problems)
    {
        var issuers = new List<Issuer>();
        foreach (var map in root.Maps("issuers"))
        {
            var (address, unset) = expand(map.Text("issuer"));
            var line = map.LineOf("issuer");
            if (unset is not null) problems.Add(line, $"The environment has no {unset}, and the address gives no default.");
            else if (!IsAddress(address)) problems.Add(line, "An issuer is an https address (http only on 127.0.0.1 or localhost), without a query.");
            else if (issuers.Any(i => i.Address == address)) problems.Add(line, "The issuer is listed twice.");

            var codes = map.Texts("agencies");
            if (codes.Count == 0) problems.Add(map.LineOf("agencies"), "An issuer is bound to at least one agency.");
            foreach (var code in codes.Where(c => agencies.All(a => a.Code != c)))
                problems.Add(map.LineOf("agencies"), $"'{code}' is not an agency of this file.");
            map.Done();
            issuers.Add(new Issuer(address ?? "", codes));
        }

        if (issuers.Count == 0) problems.Add(root.LineOf("issuers"), "'issuers' must list at least one issuer.");
        return issuers;
    }

    public static IReadOnlyList<Person> ReadPeople(
        YamlMap root, IReadOnlyList<Agency> agencies, IReadOnlyList<Issuer> issuers, Problems problems)
    {
        var people = new List<Person>();
        foreach (var map in root.Maps("people"))
        {
            var id = map.Text("id");
            var subject = map.Text("subject");
            var hats = map.Maps("hats").Select(hat => ReadHat(hat, agencies, problems)).ToList();
            CheckHats(hats, map, problems);
            var issuer = FindIssuer(map, hats, issuers, problems);
            var person = new Person(id, issuer, subject, map.Text("name"), map.OptionalDate("from"), map.OptionalDate("until"), hats);
            if (person.From > person.Until) problems.Add(map.LineOf("until"), "The person leaves before joining.");
            if (people.Any(p => p.Id == id && id.Length > 0)) problems.Add(map.LineOf("id"), "The id belongs to somebody else too.");
            if (subject.Length > 0 && people.Any(p => p.Issuer == issuer && p.Subject == subject))
                problems.Add(map.LineOf("subject"), "The subject belongs to somebody else of that issuer too.");
            map.Done();
            people.Add(person);
        }

        return people;
    }

    private static Hat ReadHat(YamlMap map, IReadOnlyList<Agency> agencies, Problems problems)
    {
        var hat = new Hat(map.OptionalText("name"), map.Text("agency"), map.OptionalText("team"), map.Text("role"), map.Texts("schemes"));
        map.Done();
        var agency = agencies.FirstOrDefault(a => a.Code == hat.Agency);
        if (agency is null)
        {
            if (hat.Agency.Length > 0) problems.Add(map.LineOf("agency"), $"'{hat.Agency}' is not an agency of this file.");
        }
        else if (hat.Team is null)
        {
            if (agency.Teams.Count > 0) problems.Add(map.Node, $"A person of '{agency.Code}' belongs to one of its teams.");
        }
        else if (!agency.HasTeam(hat.Team))
        {
            problems.Add(map.LineOf("team"), $"'{hat.Team}' is not a team of '{agency.Code}'.");
        }

        if (hat.Role.Length > 0 && !Roles.All.Contains(hat.Role)) problems.Add(map.LineOf("role"), $"'{hat.Role}' is not a role.");
        foreach (var scheme in hat.Schemes.Where(s => !Roles.Schemes.Contains(s)))
            problems.Add(map.LineOf("schemes"), $"'{scheme}' is not a scheme.");
        if (hat.Role == Roles.LedgerReader && hat.Schemes.Count != 1)
            problems.Add(map.LineOf("schemes"), "A ledger reader reads the ledger of one scheme, named in 'schemes'.");
        if (hat.Role != Roles.LedgerReader && hat.Schemes.Count > 0)
            problems.Add(map.LineOf("schemes"), "Only a ledger reader has 'schemes'.");
        return hat;
    }

    private static void CheckHats(List<Hat> hats, YamlMap map, Problems problems)
    {
        if (hats.Count == 0)
        {
            problems.Add(map.LineOf("hats"), "A person has at least one hat.");
            return;
        }

        if (hats.Count == 1 && hats[0].Name is not null)
            problems.Add(map.LineOf("hats"), "A person's only hat has no name.");
        if (hats.Count > 1 && hats.Any(h => h.Name is null))
            problems.Add(map.LineOf("hats"), "A person with several hats names each of them.");
        foreach (var twice in hats.Where(h => h.Name is not null).GroupBy(h => h.Name).Where(g => g.Count() > 1))
            problems.Add(map.LineOf("hats"), $"The hat '{twice.Key}' is listed twice.");
    }

    /// <summary>The issuer named by its place in <c>issuers</c> (an agency may have several), or the only one for all the person's agencies.</summary>
    private static string FindIssuer(YamlMap map, List<Hat> hats, IReadOnlyList<Issuer> issuers, Problems problems)
    {
        var able = issuers.Where(i => hats.All(h => i.Agencies.Contains(h.Agency))).ToList();
        if (map.Has("issuer"))
        {
            var place = map.Number("issuer", 1, Math.Max(1, issuers.Count));
            var named = issuers.ElementAtOrDefault(place - 1);
            if (named is not null && !able.Contains(named)) problems.Add(map.LineOf("issuer"), "That issuer is not bound to the person's agencies.");
            return named?.Address ?? "";
        }

        if (hats.Count == 0 || issuers.Count == 0) return "";
        if (able.Count == 0) problems.Add(map.Node, "No issuer is bound to all agencies of this person.");
        if (able.Count > 1) problems.Add(map.Node, "Several issuers are bound to this person's agencies; say which in 'issuer' (1 is the first).");
        return able.Count == 1 ? able[0].Address : "";
    }

    private static bool IsAddress(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;
}
