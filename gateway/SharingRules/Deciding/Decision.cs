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

    /// <summary>Groups released whole.</summary>
    internal ulong All { get; private init; }

    /// <summary>Groups released as yes or no.</summary>
    internal ulong Flag { get; private init; }

    /// <summary>Groups released for the people known to the caller's agency.</summary>
    internal ulong OnlyKnown { get; private init; }

    /// <summary>Groups released for the addresses that are the caller's agency's own tenancy.</summary>
    internal ulong OnlyTenancy { get; private init; }

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
    /// <c>reader</c> and <c>unsafe-copy</c> where the record has such a list.
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
            foreach (var (condition, name) in ConditionTerms.In(plan.Mentioned)) evaluated[name] = (held & condition) != 0;
            if (facts.UnsafeCopies.Count > 0 && plan.UnsafeCopyLoses != 0) evaluated["unsafe-copy"] = UnsafeCopies.Applies(principal, facts);
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
            var (flag, only) = (Flag, OnlyKnown | OnlyTenancy);
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
            if ((held & SharingRules.Conditions.NeedRecorded) == 0) return [.. relations];
            return
            [
                .. relations,
                .. facts.Needs.Where(need => ConditionEvaluator.Same(who, need.Agency, need.Team)).Select(need => new FactSetting("need-recorded", need.SetBy, null)),
            ];
        }
    }

    private ulong Released => All | Flag | OnlyKnown | OnlyTenancy;

    public GroupRelease ReleaseOf(string group)
    {
        var bit = plan?.View.BitOf(group) ?? 0;
        if ((bit & All) != 0) return new GroupRelease(ReleaseKind.All, []);
        if ((bit & (OnlyKnown | OnlyTenancy)) != 0) return new GroupRelease(ReleaseKind.Only, ItemsOf(bit));
        return new GroupRelease((bit & Flag) != 0 ? ReleaseKind.Flag : ReleaseKind.None, []);
    }

    /// <summary>Groups released for one item, beside those released whole.</summary>
    internal ulong ReleasedFor(KeyKind kind, Guid item) => kind switch
    {
        KeyKind.Person when OnlyKnown != 0 && ConditionEvaluator.Names(principal!, facts!, RelationKinds.KnownTo, item) => OnlyKnown,
        KeyKind.Address when OnlyTenancy != 0 && ConditionEvaluator.Names(principal!, facts!, RelationKinds.OwnTenancy, item) => OnlyTenancy,
        _ => 0,
    };

    /// <summary>Groups that could be released for items of this kind: depends on the decision and not on the data.</summary>
    internal ulong ReleasableFor(KeyKind kind) => kind switch
    {
        KeyKind.Person => OnlyKnown,
        KeyKind.Address => OnlyTenancy,
        _ => 0,
    };

    /// <summary>A denial that no plan stands behind.</summary>
    internal static Decision Denied(string code, string? never, string set) => new(code, never, set);

    internal static Decision Denied(
        string code, Plan plan, Principal principal, RecordFacts? facts, string set, DateOnly today, Conditions held = 0, ulong rules = 0, string? never = null) =>
        new(code, plan, principal, facts, set, today, held, rules, never);

    internal static Decision Permit(
        Plan plan, Principal principal, RecordFacts? facts, string set, DateOnly today, Conditions held, ulong rules,
        ulong all, ulong flag, ulong onlyKnown, ulong onlyTenancy) =>
        new(null, plan, principal, facts, set, today, held, rules, null) { All = all, Flag = flag, OnlyKnown = onlyKnown, OnlyTenancy = onlyTenancy };

    private static bool RestsOn(Conditions conditions, string kind) => kind switch
    {
        RelationKinds.KnownTo => (conditions & (SharingRules.Conditions.KnownTo | SharingRules.Conditions.KnownToSomebody)) != 0,
        RelationKinds.OwnTenancy => (conditions & SharingRules.Conditions.OwnTenancy) != 0,
        RelationKinds.Supporting => (conditions & SharingRules.Conditions.Supporting) != 0,
        _ => false,
    };

    private Guid[] ItemsOf(ulong bit)
    {
        var who = principal!;
        var (known, tenancy) = ((bit & OnlyKnown) != 0, (bit & OnlyTenancy) != 0);
        return
        [
            .. facts!.Relations
                .Where(relation =>
                    (known && ConditionEvaluator.IsRelation(who, relation, RelationKinds.KnownTo))
                    || (tenancy && ConditionEvaluator.IsRelation(who, relation, RelationKinds.OwnTenancy)))
                .SelectMany(relation => relation.Items)
                .Distinct(),
        ];
    }
}
