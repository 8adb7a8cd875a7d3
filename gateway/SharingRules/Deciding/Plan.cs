namespace Partnership.SharingRules;

/// <summary>What one rule releases, ready to be combined: groups that share their conditions and their form.</summary>
/// <param name="Groups">Bits of the view's groups.</param>
/// <param name="When">Conditions of the grant beside those of its rule, all of which must hold.</param>
/// <param name="Kind">Whole, by mask, or for the items of one condition only.</param>
/// <param name="NeedRecorded">Each group also needs a recorded need of its own.</param>
internal sealed record Grant(ulong Groups, Conditions When, StepKind Kind, bool NeedRecorded);

/// <summary>One rule as it applies under one plan.</summary>
internal sealed class PlannedRule
{
    public required string Id { get; init; }
    public required bool Denies { get; init; }
    public required Conditions When { get; init; }

    /// <summary>Null: every state its purpose serves.</summary>
    public required string[]? States { get; init; }
    public required Grant[] Grants { get; init; }

    /// <summary>Groups a denial takes away.</summary>
    public required ulong DeniedGroups { get; init; }

    /// <summary>A denial of the whole record, or of the command.</summary>
    public required bool DeniesEverything { get; init; }

    /// <summary>A permit that stands for itself: a submission or a command, which releases no groups.</summary>
    public required bool PermitsAct { get; init; }
}

/// <summary>
/// One thing to do when its conditions hold: steps of a plan are its rules with those that share conditions and form put
/// together, so that a decision goes over a few words of bits.
/// </summary>
/// <param name="Rules">Bits of the rules it came from.</param>
/// <param name="NeedRecorded">Each group also needs a recorded need of its own.</param>
internal readonly record struct Step(StepKind Kind, Conditions When, ulong Groups, ulong Rules, bool NeedRecorded)
{
    /// <summary>Steps of the rules that hold in a state (of all, without one), fewest first to look at: denials of everything, then the rest.</summary>
    public static Step[] Of(PlannedRule[] rules, string? state) =>
    [
        .. rules.SelectMany((rule, place) => state is null || Plan.Serves(rule.States, state) ? Of(rule, 1UL << place) : [])
            .GroupBy(step => (step.Kind, step.When, Alone: step.NeedRecorded ? step.Rules : 0))
            .Select(alike => alike.Aggregate((one, other) => one with { Groups = one.Groups | other.Groups, Rules = one.Rules | other.Rules }))
            .OrderBy(step => step.Kind),
    ];

    private static IEnumerable<Step> Of(PlannedRule rule, ulong bit)
    {
        if (rule.DeniesEverything) yield return new Step(StepKind.DenyEverything, rule.When, 0, bit, false);
        else if (rule.Denies) yield return new Step(StepKind.Deny, rule.When, rule.DeniedGroups, bit, false);
        else if (rule.PermitsAct) yield return new Step(StepKind.PermitAct, rule.When, 0, bit, false);
        foreach (var grant in rule.Grants)
            yield return new Step(grant.Kind, rule.When | grant.When, grant.Groups, bit, grant.NeedRecorded);
    }
}

internal enum StepKind
{
    DenyEverything, Deny, PermitAct, PermitWhole, PermitFlag, PermitKnownPersons, PermitOwnAddresses, PermitTickedItems, PermitOwnItems, PermitHealthItems,

    /// <summary>Whole, wherever the same decision releases the victim's location whole.</summary>
    PermitWithLocation,
}

/// <summary>
/// Everything the agreements say about one (agency, team, role) doing one operation to one record type for one purpose.
/// Made when agreements are compiled, so that a decision only looks one up and combines it with the facts.
/// </summary>
internal sealed class Plan
{
    /// <summary>Rules of a plan are bits of one word in a decision.</summary>
    public const int MostRules = 64;

    public required ViewSchema View { get; init; }
    public required AgreementTerms Agreement { get; init; }
    public required string RecordType { get; init; }
    public required string Purpose { get; init; }
    public required LegalBasis Basis { get; init; }
    public required int ReleasedForDays { get; init; }

    /// <summary>States the purpose serves for this record type; null for a type without a lifecycle.</summary>
    public required string[]? States { get; init; }

    /// <summary>Sorted by id, so that a decision does not depend on the order of files.</summary>
    public required PlannedRule[] Rules { get; init; }

    /// <summary>
    /// The same by state, to be combined with facts: a state that is not here is not served. One entry without a state for a type that
    /// has no lifecycle.
    /// </summary>
    public required (string State, Step[] Steps)[] Steps { get; init; }

    /// <summary>Every condition any rule mentions: only these are evaluated.</summary>
    public required Conditions Mentioned { get; init; }

    /// <summary>Groups that leave on no account towards a copy a perpetrator can reach; 0 for callers who keep them.</summary>
    public required ulong UnsafeCopyLoses { get; init; }

    /// <summary>The group of the victim's location; 0 in a view that has none.</summary>
    public required ulong Location { get; init; }

    /// <summary>The caller keeps location even if a perpetrator can reach their copy.</summary>
    public required bool KeepsLocation { get; init; }

    /// <summary>The caller reads health items without the Caldicott mark.</summary>
    public required bool ReadsUnmarkedHealth { get; init; }

    /// <summary>
    /// The caller is of the coordination: has the victim's location of every case, also where this view has no group for it, and is
    /// given items that the record's facts do not list.
    /// </summary>
    public required bool IsCoordination { get; init; }

    /// <summary>The group whose items are always read back by the agency and team that wrote them; 0 in a view that has none.</summary>
    public required ulong ReadBack { get; init; }

    /// <summary>The group that never leaves its own agency and team; 0 in a view that has none.</summary>
    public required ulong Internal { get; init; }

    /// <summary>Withheld groups by lifecycle state; the key is empty for a type without a lifecycle.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<Withheld>> Withheld { get; init; }

    /// <summary>Some rule permits something; denials alone are no rule.</summary>
    public required bool Permits { get; init; }

    /// <summary>The same of every state together: for submissions, which have no record and so no state.</summary>
    public required Step[] StepsOfAnyState { get; init; }

    /// <summary>Null when the purpose does not serve records in this state.</summary>
    public Step[]? StepsIn(string state)
    {
        foreach (ref readonly var entry in Steps.AsSpan())
            if (States is null || string.Equals(entry.State, state, StringComparison.Ordinal)) return entry.Steps;
        return null;
    }

    public static bool Serves(string[]? states, string state)
    {
        if (states is null) return true;
        foreach (var served in states)
            if (string.Equals(served, state, StringComparison.Ordinal)) return true;
        return false;
    }
}

/// <summary>What a decision needs of an agreement as a whole.</summary>
internal sealed record AgreementTerms(AgreementSummary Summary, string Classification)
{
    /// <summary>Sharing stops this long after a missed review (<c>information-sharing</c> §4f).</summary>
    public const int DaysAfterMissedReview = 30;

    /// <summary>Such as <c>marac@2026-1</c>.</summary>
    public string IdAndVersion { get; } = $"{Summary.Id}@{Summary.Version}";

    public bool InForce(DateOnly today) =>
        Summary.EffectiveFrom <= today
        && (Summary.ExpiresAfter is not { } last || today <= last)
        && today <= Summary.ReviewBy.AddDays(DaysAfterMissedReview);
}
