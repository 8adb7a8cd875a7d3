using System.Collections.Frozen;
using Partnership.SharingRules.NeverRules;

namespace Partnership.SharingRules;

/// <summary>
/// Lays every rule out over the agencies, teams, roles, purposes and operations it names, so that a decision is one look-up.
/// What only shows then is reported here: a rule nobody could use, one that a never-rule or another rule always defeats.
/// </summary>
internal sealed class PlanBuilder(Words words, List<AgreementError> errors)
{
    private readonly Dictionary<PlanKey, Dictionary<string, List<RuleModel>>> rulesByKey = [];
    private readonly Dictionary<(RuleModel Rule, string RecordType), PlannedRule> planned = [];
    private readonly Dictionary<string, Plan> plans = new(StringComparer.Ordinal);

    /// <summary>(Rule, group) pairs that some principal could be released; <c>""</c> stands for the act of a command.</summary>
    private readonly HashSet<(RuleModel Rule, string Group)> possible = [];

    private Shadows shadows = new();

    public PlanIndex Build(IReadOnlyList<AgreementModel> agreements)
    {
        var index = new Dictionary<PlanKey, TeamPlans>();
        foreach (var agreement in agreements)
        {
            rulesByKey.Clear();
            shadows = new Shadows();
            foreach (var rule in agreement.Rules.OrderBy(rule => rule.Id.Value, StringComparer.Ordinal)) Lay(agreement, rule);
            var terms = new AgreementTerms(agreement.Summary, agreement.Classification.Value);
            foreach (var (key, byTeam) in rulesByKey) index.Add(key, TeamPlansOf(agreement, terms, key, byTeam));
            if (errors.Count == 0) CheckDefeated(agreement);
            if (errors.Count == 0) CheckShadowed(agreement);
        }

        var purposes = agreements
            .SelectMany(a => a.Records.Select(record => (record.Value, Purposes: a.Purposes.Select(p => p.Name.Value).Order(StringComparer.Ordinal).ToArray())))
            .ToFrozenDictionary(entry => entry.Value, entry => entry.Purposes);
        return new PlanIndex(index, purposes);
    }

    private static IReadOnlyList<PrincipalPattern> PrincipalsOf(AgreementModel agreement, RuleModel rule) => rule.Parties.Count == 0
        ? rule.Principals
        : [.. rule.Parties.SelectMany(name => agreement.Parties.First(party => party.Name.Value == name.Value).Principals)];

    private void Lay(AgreementModel agreement, RuleModel rule)
    {
        foreach (var purposeName in rule.Purposes)
        {
            var purpose = agreement.Purposes.First(p => p.Name.Value == purposeName.Value);
            var reached = false;
            foreach (var pattern in PrincipalsOf(agreement, rule))
                foreach (var agency in AgenciesOf(pattern))
                    foreach (var role in pattern.Roles.Select(role => role.Value).Where(role => purpose.Roles.Any(r => r.Value == role)))
                        reached |= LayFor(agreement, rule, purpose, agency, role, pattern.Teams);
            if (!reached) Error(agreement, purposeName.Line, $"Rule '{rule.Id.Value}' can never apply for purpose '{purposeName.Value}': none of its roles has that purpose.");
        }
    }

    private bool LayFor(AgreementModel agreement, RuleModel rule, PurposeModel purpose, string agency, string role, IReadOnlyList<Term> teams)
    {
        foreach (var record in rule.Records)
        {
            if (!rule.IsDenial && PremisesReceiveNothing.Denies(agency, record.Value))
            {
                Error(agreement, rule.Id.Line, $"Rule '{rule.Id.Value}' permits {agency} something of {record.Value}, which never-rule NR1 forbids.");
                return true;
            }

            if (!rule.IsDenial && LedgerIsNoSource.Denies(role, record.Value))
            {
                Error(agreement, rule.Id.Line, $"Rule '{rule.Id.Value}' permits {role} something of the ledger, which never-rule NR12 forbids: it is for its readers.");
                return true;
            }

            foreach (var operation in rule.Operations)
            {
                foreach (var command in rule.Commands.Select(command => command.Value).DefaultIfEmpty(""))
                {
                    var key = new PlanKey(record.Value, operation.Value, command, agency, role, purpose.Name.Value);
                    if (!rulesByKey.TryGetValue(key, out var byTeam)) rulesByKey[key] = byTeam = new(StringComparer.Ordinal);
                    foreach (var team in teams.Select(team => team.Value).DefaultIfEmpty(""))
                    {
                        if (!byTeam.TryGetValue(team, out var rules)) byTeam[team] = rules = [];
                        if (!rules.Contains(rule)) rules.Add(rule);
                    }
                }
            }
        }

        return true;
    }

    private IEnumerable<string> AgenciesOf(PrincipalPattern pattern) => pattern.AnyAgency
        ? words.Agencies.Keys.Where(agency => pattern.Except.All(except => except.Value != agency)).Order(StringComparer.Ordinal)
        : pattern.Agencies.Select(agency => agency.Value);

    private TeamPlans TeamPlansOf(AgreementModel agreement, AgreementTerms terms, PlanKey key, Dictionary<string, List<RuleModel>> byTeam)
    {
        var everyTeam = byTeam.GetValueOrDefault("", []);
        var named = byTeam.Where(team => team.Key.Length > 0)
            .OrderBy(team => team.Key, StringComparer.Ordinal)
            .Select(team => (team.Key, PlanOf(agreement, terms, key, [.. everyTeam.Union(team.Value)])))
            .ToArray();
        return new TeamPlans(everyTeam.Count == 0 ? null : PlanOf(agreement, terms, key, everyTeam), named);
    }

    private Plan PlanOf(AgreementModel agreement, AgreementTerms terms, PlanKey key, IReadOnlyList<RuleModel> rules)
    {
        var type = words.RecordTypes[key.RecordType];
        var purpose = agreement.Purposes.First(p => p.Name.Value == key.Purpose);
        var basis = purpose.BasisFor.FirstOrDefault(other => other.Agency.Value == key.Agency) is { Basis.Value: { } own } ? own : purpose.Basis.Value;
        var lost = UnsafeCopies.LostBy(key.Role, type.View);
        var sorted = rules.OrderBy(rule => rule.Id.Value, StringComparer.Ordinal).ToList();
        if (sorted.Count > Plan.MostRules)
            Error(agreement, sorted[Plan.MostRules].Id.Line, $"More than {Plan.MostRules} rules apply to one role for one purpose; nobody could read that agreement.");

        // Most principals share their plan with others of the same role.
        var (coordination, unmarked, keeps) = (Coordination.Is(key.Role), HealthItems.MayReadUnmarked(key.Agency, key.Role), UnsafeCopies.Keeps(key.Role));
        var name = $"{key.RecordType}\n{key.Purpose}\n{basis}\n{coordination}{unmarked}{keeps}\n{string.Join('\n', sorted.Select(rule => rule.Id.Value))}";
        if (plans.TryGetValue(name, out var plan)) return plan;
        PlannedRule[] applied = [.. sorted.Take(Plan.MostRules).Select(rule => Planned(rule, type.View))];
        NotePossible(sorted, applied, type.View);
        shadows.Note(sorted, applied, type.View);
        var states = StatesOf(purpose, type);
        return plans[name] = new Plan
        {
            View = type.View,
            Agreement = terms,
            RecordType = key.RecordType,
            Purpose = key.Purpose,
            Basis = agreement.Bases.First(b => b.Name.Value == basis).Codes,
            ReleasedForDays = purpose.ReleasedForDays,
            States = states,
            Rules = applied,
            StepsOfAnyState = Step.Of(applied, null),
            Steps = states is null ? [("", Step.Of(applied, null))] : [.. states.Select(state => (state, Step.Of(applied, state)))],
            Permits = Array.Exists(applied, rule => !rule.Denies),
            Mentioned = applied.Aggregate(Conditions.None, (all, rule) => all | Mentions(rule)),
            UnsafeCopyLoses = lost,
            Location = LocationGuard.LocationIn(type.View),
            KeepsLocation = keeps,
            ReadsUnmarkedHealth = unmarked,
            IsCoordination = coordination,
            ReadBack = type.View.BitOf(Contracts.FieldGroups.SharedResearch),
            Internal = type.View.BitOf(InternalResearch.Group),
            Withheld = (states ?? [""]).ToFrozenDictionary(
                state => state, state => WithheldGroups.Of(applied, type.View, agreement.Id.Value, states is null ? null : state)),
        };
    }

    private static string[]? StatesOf(PurposeModel purpose, RecordTypeTerms type)
    {
        if (type.States.Count == 0) return null;
        var served = purpose.Serves.First(s => s.Record.Value == type.Name).States;
        return served.Count == 0 ? [.. type.States] : [.. served.Select(state => state.Value)];
    }

    private PlannedRule Planned(RuleModel rule, ViewSchema view)
    {
        if (planned.TryGetValue((rule, view.RecordType), out var done)) return done;
        var when = Combined(rule.When);
        return planned[(rule, view.RecordType)] = new PlannedRule
        {
            Id = rule.Id.Value,
            Denies = rule.IsDenial,
            When = when,
            States = rule.States.Count == 0 ? null : [.. rule.States.Select(state => state.Value)],
            Grants = [.. rule.Permits.Select(grant => Granted(grant, view)).GroupBy(g => (g.When, g.Kind, g.NeedRecorded)).Select(Merged)],
            DeniedGroups = rule.Denies.Aggregate(0UL, (bits, group) => bits | view.BitOf(group.Value)),
            DeniesEverything = rule.DeniesEverything,
            PermitsAct = !rule.IsDenial && rule.Permits.Count == 0,
        };

        static Grant Merged(IEnumerable<Grant> alike) => alike.Aggregate((one, other) => one with { Groups = one.Groups | other.Groups });
    }

    private static Grant Granted(GrantModel grant, ViewSchema view)
    {
        var when = grant.When.Aggregate(Conditions.None, (all, term) => all | ConditionTerms.ParseAtGroup(term.Value));
        var kind = grant.Mask is not null ? StepKind.PermitFlag : KindOf(when);
        return new Grant(
            view.BitOf(grant.Group.Value), when & ~(Conditions.NeedRecorded | Conditions.WithLocation), kind, (when & Conditions.NeedRecorded) != 0);
    }

    private static StepKind KindOf(Conditions when) => (when & (ConditionTerms.ForSome | Conditions.WithLocation)) switch
    {
        Conditions.KnownTo => StepKind.PermitKnownPersons,
        Conditions.OwnTenancy => StepKind.PermitOwnAddresses,
        Conditions.Audience => StepKind.PermitTickedItems,
        Conditions.OwnItems => StepKind.PermitOwnItems,
        Conditions.HealthItems => StepKind.PermitHealthItems,
        Conditions.WithLocation => StepKind.PermitWithLocation,
        _ => StepKind.PermitWhole,
    };

    private static Conditions Combined(IEnumerable<Term> terms) => terms.Aggregate(Conditions.None, (all, term) => all | ConditionTerms.Parse(term.Value));

    private static Conditions Mentions(PlannedRule rule) => rule.Grants.Aggregate(
        rule.When,
        (all, grant) => all | grant.When | (grant.NeedRecorded ? Conditions.NeedRecorded : Conditions.None)
            | (grant.Kind == StepKind.PermitWithLocation ? Conditions.WithLocation : Conditions.None));

    private void NotePossible(List<RuleModel> rules, PlannedRule[] applied, ViewSchema view)
    {
        var always = applied.Where(rule => rule is { Denies: true, When: Conditions.None, States: null }).ToList();
        if (always.Exists(rule => rule.DeniesEverything)) return;
        var denied = always.Aggregate(0UL, (bits, rule) => bits | rule.DeniedGroups);
        for (var place = 0; place < applied.Length; place++)
        {
            if (applied[place].PermitsAct) possible.Add((rules[place], ""));
            foreach (var grant in rules[place].Permits.Where(grant => (view.BitOf(grant.Group.Value) & denied) == 0))
                possible.Add((rules[place], grant.Group.Value));
        }
    }

    private void CheckDefeated(AgreementModel agreement)
    {
        foreach (var rule in agreement.Rules.Where(rule => !rule.IsDenial))
        {
            if (rule.Permits.Count == 0 && !possible.Contains((rule, "")))
                Error(agreement, rule.Id.Line, $"Rule '{rule.Id.Value}' can never apply: another rule always denies everything it permits.");
            foreach (var grant in rule.Permits.Where(grant => !possible.Contains((rule, grant.Group.Value))))
                Error(agreement, grant.Group.Line, $"Rule '{rule.Id.Value}' permits '{grant.Group.Value}', which another rule always denies to the same people.");
        }
    }

    private void CheckShadowed(AgreementModel agreement)
    {
        foreach (var (rule, group, by) in shadows.Found())
        {
            var line = rule.Permits.Select(grant => grant.Group).Concat(rule.Denies).FirstOrDefault(term => term.Value == group) is { Line: > 0 } term ? term.Line : rule.Id.Line;
            Error(agreement, line, $"Rule '{rule.Id.Value}'{(group.Length == 0 ? "" : $" on '{group}'")} adds nothing: rule '{by}' already says so to the same people.");
        }
    }

    private void Error(AgreementModel agreement, int line, string reason) => errors.Add(new AgreementError(agreement.File, line, reason));
}
