using Partnership.Contracts;
using Partnership.SharingRules.NeverRules;

namespace Partnership.SharingRules;

/// <summary>
/// Checks the words of an agreement: that each is known and stands where it may. One method a part of the agreement; every
/// error is reported, with the line of the word.
/// </summary>
internal sealed class AgreementChecker(AgreementModel agreement, Words words, List<AgreementError> errors)
{
    private static readonly HashSet<string> Operations =
        [Contracts.Operations.Submit, Contracts.Operations.Consult, Contracts.Operations.Change, Contracts.Operations.Search];

    private readonly HashSet<string> records = [.. agreement.Records.Select(record => record.Value)];
    private readonly Dictionary<string, PurposeModel> purposes =
        agreement.Purposes.GroupBy(purpose => purpose.Name.Value).ToDictionary(same => same.Key, same => same.First());

    public void Check()
    {
        CheckHead();
        foreach (var party in agreement.Parties) CheckPrincipals(party.Principals);
        foreach (var basis in agreement.Bases) CheckBasis(basis);
        foreach (var purpose in agreement.Purposes) CheckPurpose(purpose);
        foreach (var rule in agreement.Rules) CheckRule(rule);
        new GroupChecker(agreement, words, errors).Check();
    }

    /// <summary>What only shows when all agreements lie side by side.</summary>
    public static void CheckTogether(IReadOnlyList<AgreementModel> agreements, List<AgreementError> errors)
    {
        Twice(agreements.Select(a => (a.File, a.Id)), (id, first) => $"Agreement '{id}' is also in {first}.");
        Twice(agreements.SelectMany(a => a.Rules.Select(rule => (a.File, rule.Id))), (id, first) => $"Rule '{id}' is already in {first}; an id names one rule for ever.");
        Twice(
            agreements.SelectMany(a => a.Records.Select(record => (a.File, record))),
            (record, first) => $"Record type '{record}' already belongs to the agreement in {first}; a record type belongs to exactly one.");

        void Twice(IEnumerable<(string File, Term Term)> terms, Func<string, string, string> reason)
        {
            var seen = new Dictionary<string, (string File, int Line)>(StringComparer.Ordinal);
            foreach (var (file, term) in terms)
                if (!seen.TryAdd(term.Value, (file, term.Line)))
                    errors.Add(new AgreementError(file, term.Line, reason(term.Value, $"{seen[term.Value].File}:{seen[term.Value].Line}")));
        }
    }

    private void CheckHead()
    {
        Known(agreement.Classification, PlatformTerms.Classifications, "classification");
        foreach (var record in agreement.Records) Known(record, words.RecordTypes.Keys, "record type");
        if (agreement.ReviewBy <= agreement.EffectiveFrom) Error(agreement.Line, "The review date is not after the effective date.");
        if (agreement.ExpiresAfter < agreement.EffectiveFrom) Error(agreement.Line, "The agreement expires before it is effective.");
        if (agreement.EffectiveFrom < agreement.SignedOn) Error(agreement.Line, "The agreement is effective before it was signed.");
        if (agreement.Rules.Count == 0) Error(agreement.Line, "The agreement has no rules, so nothing could be shared under it.");
    }

    private void CheckBasis(BasisModel basis)
    {
        Known(basis.LegalPower, words.LegalPowers, "legal power");
        Known(basis.LawfulBasis, words.LawfulBases, "lawful basis");
        if (basis.Condition is { } condition) Known(condition, words.LegalConditions, "legal condition");
        Known(basis.Regime, words.Regimes, "regime");
    }

    private void CheckPurpose(PurposeModel purpose)
    {
        Known(purpose.Name, words.Purposes, "purpose");
        foreach (var role in purpose.Roles) Known(role, words.Roles, "role");
        foreach (var (record, states) in purpose.Serves)
        {
            if (!Known(record, records, "record type of this agreement") || !words.RecordTypes.TryGetValue(record.Value, out var terms)) continue;
            foreach (var state in states) Known(state, terms.States, $"state of {record.Value}");
        }

        var bases = agreement.Bases.Select(basis => basis.Name.Value).ToList();
        Known(purpose.Basis, bases, "legal basis of this agreement");
        foreach (var (agency, basis) in purpose.BasisFor)
        {
            Known(agency, words.Agencies.Keys, "agency");
            Known(basis, bases, "legal basis of this agreement");
        }
    }

    private void CheckPrincipals(IReadOnlyList<PrincipalPattern> principals)
    {
        if (principals.Count == 0) Error(agreement.Line, "A party names nobody.");
        foreach (var pattern in principals)
        {
            foreach (var agency in pattern.Agencies.Concat(pattern.Except)) Known(agency, words.Agencies.Keys, "agency");
            foreach (var role in pattern.Roles) Known(role, words.Roles, "role");
            foreach (var team in pattern.Teams) CheckTeam(team, pattern);
        }
    }

    private void CheckTeam(Term team, PrincipalPattern pattern)
    {
        if (pattern.Agencies.Count != 1)
            Error(team.Line, $"Team '{team.Value}' needs one agency: teams are named within theirs.");
        else if (words.Agencies.TryGetValue(pattern.Agencies[0].Value, out var agency) && agency.Teams is { } teams)
            Known(team, teams, $"team of {agency.Code}");
    }

    private void CheckRule(RuleModel rule)
    {
        if (!rule.Id.Value.StartsWith($"{agreement.Id.Value}/", StringComparison.Ordinal) || rule.Id.Value.EndsWith("/default", StringComparison.Ordinal))
            Error(rule.Id.Line, $"Rule ids start with '{agreement.Id.Value}/' and a number, so that everybody knows whose they are.");
        foreach (var party in rule.Parties) Known(party, agreement.Parties.Select(p => p.Name.Value), "party of this agreement");
        if (rule.Parties.Count == 0) CheckPrincipals(rule.Principals);
        foreach (var record in rule.Records) Known(record, records, "record type of this agreement");
        foreach (var operation in rule.Operations) Known(operation, Operations, "operation");
        foreach (var purpose in rule.Purposes) CheckPurposeOf(rule, purpose);
        CheckCommands(rule);
        CheckStates(rule);
        CheckConditions(rule);
        CheckGroups(rule);
    }

    private void CheckPurposeOf(RuleModel rule, Term purpose)
    {
        if (!Known(purpose, purposes.Keys, "purpose of this agreement")) return;
        foreach (var record in rule.Records)
            if (purposes[purpose.Value].Serves.All(served => served.Record.Value != record.Value))
                Error(purpose.Line, $"Purpose '{purpose.Value}' does not serve {record.Value}, so rule '{rule.Id.Value}' can never apply.");
    }

    private void CheckCommands(RuleModel rule)
    {
        var changes = rule.Operations.Any(operation => operation.Value == Contracts.Operations.Change);
        if (changes && rule.Commands.Count == 0) Error(rule.Id.Line, "A rule on 'change' lists its commands.");
        if (!changes && rule.Commands.Count > 0) Error(rule.Commands[0].Line, "Commands go with 'operation: change'.");
        foreach (var record in rule.Records)
        {
            if (!words.RecordTypes.TryGetValue(record.Value, out var terms)) continue;
            foreach (var command in rule.Commands) Known(command, terms.Commands, $"command of {record.Value}");
        }
    }

    private void CheckStates(RuleModel rule)
    {
        foreach (var state in rule.States)
        {
            var knownSomewhere = false;
            foreach (var record in rule.Records)
                knownSomewhere |= words.RecordTypes.TryGetValue(record.Value, out var terms) && terms.States.Contains(state.Value);
            if (!knownSomewhere) Error(state.Line, $"'{state.Value}' is no state of {string.Join(" or ", rule.Records.Select(record => record.Value))}.");
        }

        foreach (var record in rule.Records.Where(_ => rule.States.Count > 0))
        {
            foreach (var purpose in rule.Purposes.Where(purpose => purposes.ContainsKey(purpose.Value)))
            {
                var served = purposes[purpose.Value].Serves.FirstOrDefault(s => s.Record.Value == record.Value);
                if (served.States is { Count: > 0 } states && !rule.States.Any(state => states.Any(s => s.Value == state.Value)))
                    Error(rule.States[0].Line, $"Purpose '{purpose.Value}' serves none of these states of {record.Value}, so rule '{rule.Id.Value}' can never apply for it.");
            }
        }
    }

    private void CheckConditions(RuleModel rule)
    {
        var when = Conditions.None;
        foreach (var term in rule.When)
        {
            if (!Known(term, ConditionTerms.Names, "condition")) continue;
            var condition = ConditionTerms.Parse(term.Value);
            if ((condition & ConditionTerms.OnGroupsOnly) != 0)
                Error(term.Line, $"'{term.Value}' says which part of a group leaves: write it at the group, not at the rule.");
            when |= condition;
        }

        if (rule.Operations.Any(operation => operation.Value == Contracts.Operations.Submit) && when != Conditions.None)
            Error(rule.When[0].Line, "A submission has no record yet, so a condition on one can never hold.");
        if ((when & Conditions.Assigned) != 0 && (when & Conditions.Addressee) == 0)
            Error(rule.When.First(term => term.Value == "assigned").Line, "'assigned' goes with 'addressee': the same person may wear another agency's hat.");
        foreach (var term in rule.When.Where(term => (ConditionTerms.Parse(term.Value) & ConditionTerms.NeedMembership) != 0))
            NeedMembership(term, when);
        foreach (var grant in rule.Permits) CheckGrant(rule, grant, when);
    }

    private void CheckGrant(RuleModel rule, GrantModel grant, Conditions ruleWhen)
    {
        var when = Conditions.None;
        foreach (var term in grant.When)
        {
            if (!Known(term, ConditionTerms.Names, "condition")) continue;
            var condition = ConditionTerms.ParseAtGroup(term.Value);
            if ((condition & ConditionTerms.Access) != 0) Error(term.Line, $"'{term.Value}' gives way to the whole record: write it at the rule.");
            if ((condition & ConditionTerms.NeedMembership) != 0) NeedMembership(term, ruleWhen);
            when |= condition;
        }

        if (System.Numerics.BitOperations.PopCount((uint)(when & ConditionTerms.ForSome)) > 1)
            Error(grant.Group.Line, "Two conditions say which people, addresses or items leave; one group can rest on one of them. Write two rules.");
        if ((when & Conditions.WithLocation) != 0 && when != Conditions.WithLocation)
            Error(grant.Group.Line, "'with-location' stands alone: the group leaves wherever the victim's location does.");
        foreach (var record in rule.Records)
            if (words.RecordTypes.TryGetValue(record.Value, out var terms)) CheckForm(rule, grant, when, ruleWhen, terms.View);
        if (grant.Mask is not { } mask || !Known(mask, ["flag"], "mask")) return;
        if ((when & (ConditionTerms.ForSome | Conditions.WithLocation)) != 0) Error(mask.Line, "A flag says yes or no for the whole record; it cannot be for some items only.");
    }

    /// <summary>Whether the view has what the grant's conditions and mask are about, and whether a never-rule lets it stand.</summary>
    private void CheckForm(RuleModel rule, GrantModel grant, Conditions when, Conditions ruleWhen, ViewSchema view)
    {
        var bit = view.BitOf(grant.Group.Value);
        if (bit == 0) return;
        var group = $"Group '{grant.Group.Value}' of {view.RecordType}";
        if ((when & Conditions.KnownTo) != 0 && (bit & view.Root.UnderPersonBelow) == 0) Never("describes nobody by id, so nobody in it can be known");
        if ((when & Conditions.OwnTenancy) != 0 && (bit & view.Root.UnderAddressBelow) == 0) Never("holds no address by id, so none in it can be a tenancy");
        if ((when & (Conditions.Audience | Conditions.OwnItems | Conditions.HealthItems)) != 0 && (bit & view.Root.UnderItemBelow) == 0)
            Never("has no items that could be ticked, owned or health information");
        if ((when & Conditions.WithLocation) != 0 && LocationGuard.LocationIn(view) == 0) Never("stands in a record without the victim's location");
        if (grant.Mask is { Value: "flag" } mask && (bit & ~view.FlagGroups) != 0) Error(mask.Line, $"{group} has nothing that could be a yes or no.");
        if (grant.Group.Value == InternalResearch.Group && !InternalResearch.StaysAtHome(ruleWhen))
            Error(grant.Group.Line, $"Rule '{rule.Id.Value}' permits what an agency keeps to itself to others, which never-rule NR7 forbids: it needs 'when: own-agency'.");

        void Never(string why) => Error(grant.Group.Line, $"{group} {why}; rule '{rule.Id.Value}' can never apply to it.");
    }

    private void CheckGroups(RuleModel rule)
    {
        var reads = rule.Operations.Any(operation => operation.Value is Contracts.Operations.Consult or Contracts.Operations.Search);
        var acts = rule.Operations.Any(operation => operation.Value is Contracts.Operations.Submit or Contracts.Operations.Change);
        if (reads && acts) Error(rule.Id.Line, "Reading and acting are separate rules.");
        if (rule.Permits.Count > 0 && rule.IsDenial) Error(rule.Id.Line, "A rule either permits or denies.");
        if (reads && rule.Permits.Count == 0 && !rule.IsDenial) Error(rule.Id.Line, "The rule permits and denies nothing.");
        if (acts && !reads && (rule.Permits.Count > 0 || rule.Denies.Count > 0))
            Error(rule.Id.Line, "Submissions and changes release nothing, so they have no groups; 'deny: everything' forbids them.");
        foreach (var group in rule.Permits.Select(grant => grant.Group).Concat(rule.Denies))
        {
            if (!Known(group, FieldGroups.All.Concat(words.RecordTypes.Values.SelectMany(type => type.View.Groups)), "field group")) continue;
            foreach (var record in rule.Records)
                if (words.RecordTypes.TryGetValue(record.Value, out var terms) && !terms.View.Groups.Contains(group.Value))
                    Error(group.Line, $"{record.Value} has no field group '{group.Value}'.");
        }
    }

    private void NeedMembership(Term condition, Conditions ruleWhen)
    {
        if ((ruleWhen & (ConditionTerms.Listed | Conditions.OwnAgency)) == 0)
            Error(condition.Line, $"'{condition.Value}' gives nothing without membership: add 'when: member' to the rule.");
    }

    private bool Known(Term term, IEnumerable<string> known, string what)
    {
        if (known.Contains(term.Value)) return true;
        Error(term.Line, $"'{term.Value}' is no known {what}.");
        return false;
    }

    private void Error(int line, string reason) => errors.Add(new AgreementError(agreement.File, line, reason));
}
