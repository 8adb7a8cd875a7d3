namespace Partnership.SharingRules;

/// <summary>
/// Finds what a rule says in vain because another rule says it already, to the same people, under conditions no stricter. Looked at
/// plan by plan: a part of a rule is shadowed when it adds nothing in any plan it is in.
/// </summary>
internal sealed class Shadows
{
    private readonly HashSet<(RuleModel Rule, string Group)> adding = [];
    private readonly Dictionary<(RuleModel Rule, string Group), string> shadowedBy = [];

    /// <summary>Notes, of one plan, what each rule adds. The lists go together: a rule as written and as planned.</summary>
    public void Note(IReadOnlyList<RuleModel> written, PlannedRule[] planned, ViewSchema view)
    {
        for (var place = 0; place < planned.Length; place++)
        {
            var rule = planned[place];
            if (rule.PermitsAct) NotePart(written[place], "", rule, planned, (wider, one) => wider.PermitsAct && Holds(wider, one));
            if (rule.DeniesEverything) NotePart(written[place], "", rule, planned, (wider, one) => wider.DeniesEverything && Holds(wider, one));
            foreach (var group in written[place].Denies)
            {
                var bit = view.BitOf(group.Value);
                NotePart(written[place], group.Value, rule, planned, (wider, one) => (wider.DeniesEverything || (wider.DeniedGroups & bit) != 0) && Holds(wider, one));
            }

            foreach (var group in written[place].Permits)
            {
                var bit = view.BitOf(group.Group.Value);
                NotePart(written[place], group.Group.Value, rule, planned, (wider, one) => Releases(wider, one, bit));
            }
        }
    }

    /// <summary>Parts of rules (an empty group stands for the whole) that add nothing anywhere, and by which rule.</summary>
    public IEnumerable<(RuleModel Rule, string Group, string By)> Found() =>
        shadowedBy.Where(part => !adding.Contains(part.Key)).Select(part => (part.Key.Rule, part.Key.Group, part.Value));

    private void NotePart(RuleModel written, string group, PlannedRule rule, PlannedRule[] planned, Func<PlannedRule, PlannedRule, bool> covers)
    {
        // Of two that say the same, the later one is in vain.
        var by = Array.Find(planned, other => other != rule && covers(other, rule) && (string.CompareOrdinal(other.Id, rule.Id) < 0 || !covers(rule, other)));
        if (by is null) adding.Add((written, group));
        else shadowedBy.TryAdd((written, group), by.Id);
    }

    /// <summary>Whether the wider rule holds wherever the other does.</summary>
    private static bool Holds(PlannedRule wider, PlannedRule rule) => (wider.When & ~rule.When) == 0 && StatesCover(wider.States, rule.States);

    /// <summary>Whether the wider rule releases the group wherever the other does, and no less of it.</summary>
    private static bool Releases(PlannedRule wider, PlannedRule rule, ulong bit) =>
        StatesCover(wider.States, rule.States)
        && Array.TrueForAll(rule.Grants, grant => (grant.Groups & bit) == 0 || Array.Exists(wider.Grants, other =>
            (other.Groups & bit) != 0
            && ((wider.When | other.When) & ~(rule.When | grant.When)) == 0
            && (!other.NeedRecorded || grant.NeedRecorded)
            && (other.Kind == StepKind.PermitWhole || other.Kind == grant.Kind)));

    private static bool StatesCover(string[]? wider, string[]? states) => wider is null || (states is not null && Array.TrueForAll(states, state => wider.Contains(state)));
}
