using Partnership.SharingRules;

namespace Partnership.Tests.Pure.SharingRules.Reference;

/// <summary>One group of a random permit.</summary>
internal sealed record RandomGrant(string Group, IReadOnlyList<string> When, bool Flag)
{
    public string Yaml => (Flag, When.Count) switch
    {
        (true, 0) => "{ mask: flag }",
        (true, _) => $"{{ mask: flag, when: [{string.Join(", ", When)}] }}",
        (false, 0) => "all",
        _ => $"{{ when: [{string.Join(", ", When)}] }}",
    };
}

/// <summary>One random rule, as its writer would say it.</summary>
internal sealed record RandomRule(
    int Number, string Agency, string? Team, IReadOnlyList<string> Roles, IReadOnlyList<string> Purposes, IReadOnlyList<string> When,
    IReadOnlyList<string> States, IReadOnlyList<RandomGrant> Permits, IReadOnlyList<string> Denies, bool DeniesEverything)
{
    public static readonly (string Agency, string? Team)[] Teams =
        [("CON", "PVP"), ("CON", "NPT"), ("CON", null), ("ICB", "MH"), ("CKH", null), ("PCC", "CS"), ("PCC", "HSG")];

    public static readonly string[] AllRoles = ["marac-representative", "marac-coordinator", "idva", "marac-chair", "caldicott-guardian"];
    public static readonly string[] AllPurposes = ["marac-meeting", "marac-research"];
    public static readonly string[] AllStates = ["OPEN", "HEARD", "CLOSED"];
    public static readonly IReadOnlyList<string> Groups = ViewSchema.For(typeof(RandomView)).Groups;

    /// <summary>Groups in which conditions of each kind can hold for some and not for others.</summary>
    private static readonly string[] OfPeople = ["victim-identity", "safe-contact", "children", "child-places"], OfAddresses = ["victim-location"], OfItems = ["shared-research", "minutes"];

    public string Id => $"marac/{Number}";

    public string Yaml
    {
        get
        {
            var effect = Permits.Count > 0
                ? $"permit: {{ {string.Join(", ", Permits.Select(grant => $"{grant.Group}: {grant.Yaml}"))} }}"
                : DeniesEverything ? "deny: everything" : $"deny: [{string.Join(", ", Denies)}]";
            var team = Team is null ? "" : $"team: {Team}, ";
            var states = States.Count == AllStates.Length ? "" : $"states: [{string.Join(", ", States)}], ";
            return $"  - {{ id: {Id}, says: S., to: {{ agency: {Agency}, {team}role: [{string.Join(", ", Roles)}] }}, record: {RandomView.Type}, "
                + $"purpose: [{string.Join(", ", Purposes)}], {(When.Count == 0 ? "" : $"when: [{string.Join(", ", When)}], ")}{states}{effect} }}";
        }
    }

    public static RandomRule Any(Random random, int number)
    {
        var (agency, team) = Pick(random, Teams);
        List<string> when = [Pick(random, ["member", "member", "member", "addressee", "own", "own-agency"])];
        if (when[0] == "addressee" && random.Next(2) == 0) when.Add("assigned");
        if (random.Next(12) == 0) when.Clear();
        var listed = when.Contains("member") || when.Contains("addressee");
        if (listed && random.Next(4) == 0) when.Add(Pick(random, ["known-to-somebody", "supporting", "confirmed"]));
        if (random.Next(6) == 0) when.Add(Pick(random, ["summary", "child-case"]));
        var groups = Groups.Where(_ => random.Next(3) == 0).DefaultIfEmpty("meta").ToList();
        if (!when.Contains("own") && !when.Contains("own-agency")) groups.Remove("internal-research");
        if (groups.Count == 0) groups.Add("meta");
        var denies = random.Next(4) == 0;
        return new RandomRule(
            number, agency, random.Next(4) == 0 ? null : team, Some(random, AllRoles), Some(random, AllPurposes), when,
            random.Next(3) == 0 ? Some(random, AllStates) : AllStates,
            denies ? [] : [.. groups.Select(group => AnyGrant(random, group, listed, when))],
            denies ? groups : [], denies && random.Next(6) == 0);
    }

    public static T Pick<T>(Random random, IReadOnlyList<T> values) => values[random.Next(values.Count)];

    public static IReadOnlyList<T> Some<T>(Random random, IReadOnlyList<T> values) => [.. values.Where(_ => random.Next(2) == 0).DefaultIfEmpty(values[0])];

    private static RandomGrant AnyGrant(Random random, string group, bool listed, List<string> ruleWhen)
    {
        if (group is "children" or "flag" && random.Next(3) == 0) return new RandomGrant(group, random.Next(3) == 0 ? ["summary"] : [], true);
        if (group != "victim-location" && random.Next(6) == 0) return new RandomGrant(group, ["with-location"], false);
        var when = new List<string>();
        if (random.Next(6) == 0 && !ruleWhen.Contains("summary")) when.Add("summary");
        if (random.Next(8) == 0 && !ruleWhen.Contains("child-case")) when.Add("child-case");
        if (listed && random.Next(4) == 0) when.Add("need-recorded");
        if (OfItems.Contains(group) && random.Next(2) == 0) when.Add(listed || ruleWhen.Contains("own-agency") ? Pick(random, ["audience", "own", "health-items"]) : "health-items");
        else if (listed && OfPeople.Contains(group) && random.Next(2) == 0) when.Add("known-to");
        else if (listed && OfAddresses.Contains(group) && random.Next(2) == 0) when.Add("own-tenancy");
        return new RandomGrant(group, when, false);
    }
}
