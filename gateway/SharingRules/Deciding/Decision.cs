using Partnership.Contracts.Records;
using Partnership.SharingRules.NeverRules;

namespace Partnership.SharingRules;

/// <summary>
/// The answer to "may this principal do this to this record, for this purpose, now". A value; making one allocates
/// nothing. The lists are made when asked for, for the ledger entry. <c>default</c> is a denial.
/// </summary>
public readonly struct Decision
{
    private readonly Plan? plan;
    private readonly Principal? principal;
    private readonly RecordFacts? facts;
    private readonly string? set;
    private readonly string? never;
    private readonly DateOnly today;
    private readonly Conditions held;
    private readonly ulong rules;

    private Decision(string code, string? never, string set) => (DenialCode, this.never, this.set) = (code, never, set);

    private Decision(string? code, Plan plan, Principal principal, RecordFacts? facts, string set, DateOnly today, Conditions held, ulong rules, string? never)
    {
        DenialCode = code;
        this.plan = plan;
        this.principal = principal;
        this.facts = facts;
        this.set = set;
        this.today = today;
        this.held = held;
        this.rules = rules;
        this.never = never;
    }

    /// <summary>One of <see cref="DenialCodes"/>; null when permitted. For the ledger, never for the caller.</summary>
    public string? DenialCode { get; }

    public bool Permitted => plan is not null && DenialCode is null;

    /// <summary>Which groups leave, and how.</summary>
    internal GroupBits Groups { get; private init; }

    internal ViewSchema? View => plan?.View;

    /// <summary>Rules the decision rests on: those that permitted or denied, or the never-rule, such as <c>NR2</c>.</summary>
    public IReadOnlyList<string> RuleIds
    {
        get
        {
            if (never is not null) return [never];
            if (plan is null) return [];
            var applied = rules;
            return [.. plan.Rules.Where((_, place) => (applied & (1UL << place)) != 0).Select(rule => rule.Id)];
        }
    }

    /// <summary>
    /// Each condition that mattered, true or false for this caller: those its rules mention, and <c>conflict</c>,
    /// <c>reader</c>, <c>unsafe-copy</c> and <c>held</c> where the record has such a list.
    /// </summary>
    public IReadOnlyDictionary<string, bool> Conditions
    {
        get
        {
            var evaluated = new SortedDictionary<string, bool>(StringComparer.Ordinal);
            if (plan is null || principal is null || facts is null) return evaluated;
            if (facts.Conflicts.Count > 0) evaluated["conflict"] = ConflictRegister.Denies(principal, facts);
            if (facts.Readers is not null) evaluated["reader"] = !RestrictedReaders.Denies(principal, facts);
            if (never is not null) return evaluated;
            foreach (var (condition, name) in ConditionTerms.In(plan.Mentioned)) evaluated[name] = (held & condition) != 0 && HoldsForAnItem(condition);
            if (facts.UnsafeCopies.Count > 0 && !plan.KeepsLocation) evaluated["unsafe-copy"] = UnsafeCopies.Applies(principal, facts);
            if (facts.Held.Count > 0) evaluated["held"] = !Groups.Location;
            return evaluated;
        }
    }

    /// <summary>Groups that leave, whole or in part, in order of the matrix.</summary>
    public IReadOnlyList<string> ReleasedGroups => plan?.View.NamesOf(Released) ?? [];

    /// <summary>Groups of this record type that do not leave.</summary>
    public IReadOnlyList<string> HeldBackGroups => plan is null ? [] : plan.View.NamesOf(plan.View.AllGroups & ~Released);

    /// <summary>Such as <c>children:flag</c> or <c>victim-location:only</c>, in order of the matrix.</summary>
    public IReadOnlyList<string> MasksApplied
    {
        get
        {
            if (plan is null) return [];
            var view = plan.View;
            var (flag, only) = (Groups.Flag, Groups.ForSome);
            return
            [
                .. view.NamesOf(flag | only).Select(group => (view.BitOf(group) & flag) != 0 ? $"{group}:flag" : $"{group}:only"),
            ];
        }
    }

    /// <summary>Null when denied.</summary>
    public Obligations? Obligations =>
        Permitted ? new Obligations(NoOnward: true, plan!.Purpose, today.AddDays(plan.ReleasedForDays)) : null;

    public LegalBasis? Basis => plan?.Basis;

    /// <summary>Id and version of the agreement, such as <c>marac@2026-1</c>; null where no agreement covers the record type.</summary>
    public string? Agreement => plan?.Agreement.IdAndVersion;

    /// <summary>Digest of the whole set in force.</summary>
    public string? AgreementSet => set;

    /// <summary>Handling marking of the record type, such as <c>OFFICIAL-SENSITIVE</c>.</summary>
    public string? Classification => plan?.Agreement.Classification;

    /// <summary>Who recorded the relations and needs that this decision rested on; empty when denied.</summary>
    public IReadOnlyList<FactSetting> Settings
    {
        get
        {
            if (!Permitted || principal is null || facts is null) return [];
            var (who, conditions) = (principal, held);
            var relations = facts.Relations
                .Where(relation => relation.Items.Count > 0 && RestsOn(conditions, relation.Kind) && ConditionEvaluator.IsRelation(who, relation, relation.Kind))
                .Select(relation => new FactSetting(relation.Kind, relation.SetBy, relation.SetAt));
            if ((held & (SharingRules.Conditions.NeedRecorded | SharingRules.Conditions.Confirmed)) == 0) return [.. relations];
            return
            [
                .. relations,
                .. facts.Needs.Where(need => ConditionEvaluator.Same(who, need.Agency, need.Team)).Select(need => new FactSetting("need-recorded", need.SetBy, null)),
            ];
        }
    }

    private ulong Released => Groups.All | Groups.Flag | Groups.ForSome;

    /// <summary>
    /// What leaves of a group. Under <see cref="ReleaseKind.Only"/> with the ids of the people, addresses and items for which it
    /// does; facts do not say which group an item is of, so ids of other groups' items may be among them.
    /// </summary>
    public GroupRelease ReleaseOf(string group)
    {
        var bit = plan?.View.BitOf(group) ?? 0;
        if ((bit & Groups.All) != 0) return new GroupRelease(ReleaseKind.All, []);
        if ((bit & Groups.ForSome) != 0) return new GroupRelease(ReleaseKind.Only, IdsOf(bit));
        return new GroupRelease((bit & Groups.Flag) != 0 ? ReleaseKind.Flag : ReleaseKind.None, []);
    }

    /// <summary>Groups released for one record of a view that has a key, those released whole included.</summary>
    /// <param name="kind">What the key is of.</param>
    /// <param name="key">The key.</param>
    /// <param name="expected">Place of the item among the facts, if they are in the data's order; moved on.</param>
    internal ulong ReleasedFor(KeyKind kind, Guid key, ref int expected)
    {
        switch (kind)
        {
            case KeyKind.Person when Groups.Known != 0 && ConditionEvaluator.Names(principal!, facts!, RelationKinds.KnownTo, key): return Groups.All | Groups.Known;
            case KeyKind.Address when Groups.Tenancy != 0 && ConditionEvaluator.Names(principal!, facts!, RelationKinds.OwnTenancy, key): return Groups.All | Groups.Tenancy;
            case KeyKind.Item: return (Groups.All | Groups.ForSomeItems) == 0 ? 0 : ReleasedForItem(key, ref expected);
            default: return Groups.All;
        }
    }

    /// <summary>Groups that could be released for records with a key of this kind: by the decision and not by the data.</summary>
    internal ulong ReleasableFor(KeyKind kind) => Groups.All | kind switch
    {
        KeyKind.Person => Groups.Known,
        KeyKind.Address => Groups.Tenancy,
        KeyKind.Item => Groups.ForSomeItems,
        _ => 0,
    };

    /// <summary>Whether any item of the record would leave.</summary>
    internal bool ReleasesAnyItem()
    {
        if (Groups.ForSomeItems == 0) return false;
        var items = facts!.Items;
        for (var i = 0; i < items.Count; i++)
            if (ReleasedFor(items[i]) != 0) return true;
        return false;
    }

    /// <summary>A denial that no plan stands behind.</summary>
    internal static Decision Denied(string code, string? never, string set) => new(code, never, set);

    internal static Decision Denied(
        string code, Plan plan, Principal principal, RecordFacts? facts, string set, DateOnly today, Conditions held = 0, ulong rules = 0, string? never = null) =>
        new(code, plan, principal, facts, set, today, held, rules, never);

    internal static Decision Permit(
        Plan plan, Principal principal, RecordFacts? facts, string set, DateOnly today, Conditions held, ulong rules, in GroupBits groups) =>
        new(null, plan, principal, facts, set, today, held, rules, null) { Groups = groups };

    private static bool RestsOn(Conditions conditions, string kind) => kind switch
    {
        RelationKinds.KnownTo => (conditions & (SharingRules.Conditions.KnownTo | SharingRules.Conditions.KnownToSomebody)) != 0,
        RelationKinds.OwnTenancy => (conditions & SharingRules.Conditions.OwnTenancy) != 0,
        RelationKinds.Supporting => (conditions & SharingRules.Conditions.Supporting) != 0,
        _ => false,
    };

    private ulong ReleasedForItem(Guid key, ref int expected)
    {
        var items = facts!.Items;
        for (var tried = 0; tried < items.Count; tried++)
        {
            var place = expected + tried;
            if (place >= items.Count) place -= items.Count;
            if (items[place].Id != key) continue;
            expected = place + 1 == items.Count ? 0 : place + 1;
            return ReleasedFor(items[place]);
        }

        // Nobody has said whether it is health information, or tells where the victim is.
        return plan!.IsCoordination && Groups.Location ? Groups.All : 0;
    }

    /// <summary>
    /// An agency and team read back the findings they wrote; NR9 and the location guard are for everything else. An action is its
    /// owner's without being written by them, and a line of minutes may be a chair's, who knows more than their agency may.
    /// </summary>
    private ulong ReleasedFor(ItemFact item)
    {
        var own = item.Owner is { } owner && ConditionEvaluator.Same(principal!, owner.Agency, owner.Team);
        var barred = (HealthItems.Denies(item) && !plan!.ReadsUnmarkedHealth) || (item.Held && !Groups.Location);
        if (barred && !own) return 0;
        var released = Groups.All;
        if (own) released |= Groups.OwnItems;
        if (item.Health) released |= Groups.HealthItems;
        if (Groups.Ticked != 0 && ConditionEvaluator.IsTicked(principal!, item)) released |= Groups.Ticked;
        return barred ? released & plan!.ReadBack : released;
    }

    /// <summary>A condition on items is told to the ledger as true when it holds for any of them.</summary>
    private bool HoldsForAnItem(Conditions condition)
    {
        var who = principal!;
        return condition switch
        {
            SharingRules.Conditions.Audience => facts!.Items.Any(item => ConditionEvaluator.IsTicked(who, item)),
            SharingRules.Conditions.OwnItems => facts!.Items.Any(item => item.Owner is { } owner && ConditionEvaluator.Same(who, owner.Agency, owner.Team)),
            SharingRules.Conditions.HealthItems => facts!.Items.Any(item => item.Health),
            _ => true,
        };
    }

    private Guid[] IdsOf(ulong bit)
    {
        var (self, who) = (this, principal!);
        var (known, tenancy) = ((bit & Groups.Known) != 0, (bit & Groups.Tenancy) != 0);
        return
        [
            .. facts!.Relations
                .Where(relation =>
                    (known && ConditionEvaluator.IsRelation(who, relation, RelationKinds.KnownTo))
                    || (tenancy && ConditionEvaluator.IsRelation(who, relation, RelationKinds.OwnTenancy)))
                .SelectMany(relation => relation.Items)
                .Concat(facts.Items.Where(item => (self.ReleasedFor(item) & bit) != 0).Select(item => item.Id))
                .Distinct(),
        ];
    }
}
