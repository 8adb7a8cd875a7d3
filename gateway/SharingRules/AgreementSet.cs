using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.SharingRules.NeverRules;

namespace Partnership.SharingRules;

/// <summary>
/// All agreements in force, compiled. Immutable and safe for concurrent use: take one at the start of a request and use it
/// to the end. Nothing here reads a clock, a file or a network.
/// </summary>
/// <remarks>
/// Deny beats permit; no rule, no fact, an expired agreement or a missed review deny; the never-rules come before every
/// rule of an agreement. A day is the day of the moment given, in that moment's own offset: pass the partnership's time.
/// </remarks>
public sealed class AgreementSet
{
    /// <summary>Version of how decisions are made; changes when the same agreements and facts would be decided otherwise.</summary>
    public const string PolicyVersion = "2";

    private readonly PlanIndex index;
    private readonly IReadOnlyDictionary<string, ViewSchema> views;

    internal AgreementSet(string digest, IReadOnlyList<AgreementSummary> agreements, IReadOnlyDictionary<string, ViewSchema> views, PlanIndex index) =>
        (Digest, Agreements, this.views, this.index) = (digest, agreements, views, index);

    /// <summary>Lower-case hex SHA-256 of the canonical form: the same whatever the order of files, rules or keys.</summary>
    public string Digest { get; }

    /// <summary>Agreements in the set, by id.</summary>
    public IReadOnlyList<AgreementSummary> Agreements { get; }

    /// <summary>The start of the day on which the last of them became effective: a time for their examples, whatever today is.</summary>
    public DateTimeOffset LatestEffective =>
        new(Agreements.Select(agreement => agreement.EffectiveFrom).DefaultIfEmpty(DateOnly.MinValue).Max(), TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>Schema of a record type's view; null for a type no agreement covers.</summary>
    public ViewSchema? ViewOf(string recordType) => views.GetValueOrDefault(recordType);

    /// <summary>
    /// Whether any rule lets this principal do this to any record of the type, for any purpose. False is 403, before any
    /// look-up. Depends on nothing but the arguments.
    /// </summary>
    public bool HasRule(Principal principal, string recordType, string operation, DateOnly today, string? command = null)
    {
        foreach (var purpose in index.PurposesOf(recordType))
            if (PlanFor(principal, recordType, operation, purpose, today, command) is not null) return true;
        return false;
    }

    /// <summary>Purposes for which <see cref="HasRule"/> is true, sorted; empty when there is none.</summary>
    public IReadOnlyList<string> PurposesFor(Principal principal, string recordType, string operation, DateOnly today, string? command = null) =>
        [.. index.PurposesOf(recordType).Where(purpose => PlanFor(principal, recordType, operation, purpose, today, command) is not null)];

    /// <summary>
    /// Decides one operation on one record. <paramref name="facts"/> are null only for <c>submit</c>, when there is no
    /// record yet. <paramref name="command"/> names the command of a <c>change</c>.
    /// </summary>
    public Decision Decide(
        Principal principal, string operation, string recordType, RecordFacts? facts, string purpose, DateTimeOffset now, string? command = null)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (PremisesReceiveNothing.Denies(principal.Agency, recordType)) return Decision.Denied(DenialCodes.NeverRule, PremisesReceiveNothing.Id, Digest);
        if (index.Find(principal, recordType, operation, purpose, command) is not { } plan) return Decision.Denied(DenialCodes.NoRule, null, Digest);
        var today = DateOnly.FromDateTime(now.DateTime);
        if (!plan.Agreement.InForce(today)) return Denied(DenialCodes.AgreementNotInForce);
        if (facts is null) return operation == Operations.Submit ? WithoutFacts(plan, principal, today) : Denied(DenialCodes.NoFacts);
        if (RestrictedReaders.Denies(principal, facts)) return Denied(DenialCodes.NeverRule, RestrictedReaders.Id);
        if (ConflictRegister.Denies(principal, facts)) return Denied(DenialCodes.NeverRule, ConflictRegister.Id);
        return plan.StepsIn(facts.State) is { } steps ? Combine(plan, steps, principal, facts, now, today) : Denied(DenialCodes.State);

        Decision Denied(string code, string? never = null) => Decision.Denied(code, plan, principal, facts, Digest, today, never: never);
    }

    /// <summary>Codes (<see cref="ReachCodes"/>) of the records that rules could let this principal reach; empty for none.</summary>
    public IReadOnlyList<string> ReachOf(Principal principal, string recordType, string operation, string purpose, DateOnly today)
    {
        if (PlanFor(principal, recordType, operation, purpose, today, null) is not { } plan) return [];
        var codes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var rule in plan.Rules.Where(rule => !rule.Denies)) codes.UnionWith(CodesOf(rule.When, principal));
        return codes.Contains(ReachCodes.All) ? [ReachCodes.All] : [.. codes];
    }

    /// <summary>
    /// What the agreement keeps from this caller for this record type, purpose and lifecycle state (which every reader of
    /// a record sees). A function of the agreement alone: the same whether or not there is anything to keep, and naming no
    /// rule that rests on conflict, restriction or consent.
    /// </summary>
    public IReadOnlyList<Withheld> WithheldFor(Principal principal, string recordType, string purpose, string state, DateOnly today) =>
        PlanFor(principal, recordType, Operations.Consult, purpose, today, null) is { } plan
            ? plan.Withheld.GetValueOrDefault(plan.States is null ? "" : state, [])
            : [];

    /// <summary>
    /// Everything the agreements let anybody do or see, laid out: a row for each agency, team, role, record type, operation, command
    /// and purpose. Who and what is in no row has nothing.
    /// </summary>
    public IReadOnlyList<CoverageRow> Coverage() =>
        [.. index.All.Where(entry => entry.Plan.Permits).Select(entry => CoverageRow.Of(entry.Key, entry.Team, entry.Plan))];

    private Plan? PlanFor(Principal principal, string recordType, string operation, string purpose, DateOnly today, string? command)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (PremisesReceiveNothing.Denies(principal.Agency, recordType)) return null;
        return index.Find(principal, recordType, operation, purpose, command) is { } plan && plan.Agreement.InForce(today) ? plan : null;
    }

    /// <summary>Each code is one condition; where a rule needs several, the record has every one of their codes.</summary>
    private static IEnumerable<string> CodesOf(Conditions when, Principal principal)
    {
        if ((when & Conditions.Emergency) != 0) return []; // One record that somebody knows of, never a list.
        if ((when & Conditions.Own) != 0) return [ReachCodes.Author(principal.Pseudonym)];
        if ((when & Conditions.OwnAgency) != 0) return [ReachCodes.AuthorAgency(principal.Agency, principal.Team)];
        if ((when & Conditions.Addressee) != 0) return [ReachCodes.Addressee(principal.Agency, principal.Team)];
        if ((when & Conditions.Member) != 0) return [ReachCodes.Member(principal.Agency, principal.Team)];
        if ((when & Conditions.OwnScheme) != 0) return principal.Schemes.Select(ReachCodes.Scheme);
        return [ReachCodes.All];
    }

    /// <summary>A submission: there is no record, so only rules that rest on no fact can hold.</summary>
    private Decision WithoutFacts(Plan plan, Principal principal, DateOnly today)
    {
        ulong applied = 0;
        var permitted = false;
        foreach (ref readonly var step in plan.StepsOfAnyState.AsSpan())
        {
            if (step.When != Conditions.None) continue;
            if (step.Kind == StepKind.DenyEverything) return Decision.Denied(DenialCodes.Denied, plan, principal, null, Digest, today, rules: step.Rules);
            if (step.Kind != StepKind.PermitAct) continue;
            permitted = true;
            applied |= step.Rules;
        }

        return permitted
            ? Decision.Permit(plan, principal, null, Digest, today, Conditions.None, applied, default)
            : Decision.Denied(DenialCodes.Condition, plan, principal, null, Digest, today);
    }

    private Decision Combine(Plan plan, Step[] steps, Principal principal, RecordFacts facts, DateTimeOffset now, DateOnly today)
    {
        var held = ConditionEvaluator.Held(plan.Mentioned & ~Conditions.NeedRecorded, principal, facts);
        var needed = (plan.Mentioned & Conditions.NeedRecorded) == 0 ? 0 : ConditionEvaluator.Needed(principal, facts, plan.View, now);
        if (needed != 0) held |= Conditions.NeedRecorded;
        if ((plan.Mentioned & Conditions.Confirmed) != 0 && ConditionEvaluator.HasNeed(principal, facts, now)) held |= Conditions.Confirmed;
        ulong applied = 0, all = 0, flag = 0, known = 0, tenancy = 0, ticked = 0, own = 0, health = 0, beside = 0, denied = 0;
        var act = false;
        foreach (ref readonly var step in steps.AsSpan())
        {
            if ((step.When & ~held) != 0) continue;
            var groups = step.NeedRecorded ? step.Groups & needed : step.Groups;
            switch (step.Kind)
            {
                case StepKind.DenyEverything: return Decision.Denied(DenialCodes.Denied, plan, principal, facts, Digest, today, held, step.Rules);
                case StepKind.Deny: denied |= groups; break;
                case StepKind.PermitAct: act = true; break;
                case StepKind.PermitWhole: all |= groups; break;
                case StepKind.PermitFlag: flag |= groups; break;
                case StepKind.PermitKnownPersons: known |= groups; break;
                case StepKind.PermitOwnAddresses: tenancy |= groups; break;
                case StepKind.PermitTickedItems: ticked |= groups; break;
                case StepKind.PermitOwnItems: own |= groups; break;
                case StepKind.PermitHealthItems: health |= groups; break;
                case StepKind.PermitWithLocation: beside |= groups; break;
            }

            if (groups != 0 || step.Kind == StepKind.PermitAct) applied |= step.Rules;
        }

        var reachable = facts.UnsafeCopies.Count > 0 && !plan.KeepsLocation && UnsafeCopies.Applies(principal, facts);
        if (reachable) denied |= plan.UnsafeCopyLoses;
        if (plan.Internal != 0 && InternalResearch.Denies(principal, facts)) denied |= plan.Internal;
        var location = plan.Location != 0 ? (all & ~denied & plan.Location) != 0 : plan.IsCoordination && !reachable;
        if (location)
        {
            all |= beside;
            held |= Conditions.WithLocation & plan.Mentioned;
        }
        else if (facts.Held.Count > 0)
        {
            denied |= LocationGuard.HeldGroups(facts, plan.View);
        }

        all &= ~denied;
        var some = ~(denied | all);
        var released = new GroupBits
        {
            All = all,
            Known = known & some,
            Tenancy = tenancy & some,
            Ticked = ticked & some,
            OwnItems = own & some,
            HealthItems = health & some,
            Flag = flag & some & ~(known | tenancy | ticked | own | health),
            Location = location,
        };
        var decision = Decision.Permit(plan, principal, facts, Digest, today, held, applied, released);
        return act || released.LeavesSomething || decision.ReleasesAnyItem()
            ? decision
            : Decision.Denied(DenialCodes.Condition, plan, principal, facts, Digest, today, held, applied);
    }
}
