using Partnership.Contracts.Records;

namespace Partnership.SharingRules;

/// <summary>
/// Which conditions hold for a caller by a record's facts. Agency and team are compared as a pair: a listing of the whole
/// agency is not a listing of its team, nor the other way round, since teams are separate principals.
/// </summary>
internal static class ConditionEvaluator
{
    public static Conditions Held(Conditions mentioned, Principal principal, RecordFacts facts)
    {
        var held = Conditions.None;
        if (Asked(Conditions.Member) && IsMember(principal, facts)) held |= Conditions.Member;
        if (Asked(Conditions.Own) && IsAuthor(principal, facts)) held |= Conditions.Own;
        if (Asked(Conditions.OwnAgency) && IsAuthorsAgency(principal, facts)) held |= Conditions.OwnAgency;
        if (Asked(Conditions.OwnTenancy) && HasRelation(principal, facts, RelationKinds.OwnTenancy)) held |= Conditions.OwnTenancy;
        if (Asked(Conditions.Supporting) && HasRelation(principal, facts, RelationKinds.Supporting)) held |= Conditions.Supporting;
        if (Asked(Conditions.Summary) && facts.HasSummary) held |= Conditions.Summary;
        if (Asked(Conditions.OwnScheme) && IsOwnScheme(principal, facts)) held |= Conditions.OwnScheme;
        if (Asked(Conditions.Addressee) && facts.Addressee is { } to && Same(principal, to.Agency, to.Team)) held |= Conditions.Addressee;
        if (Asked(Conditions.Assigned) && IsAssigned(principal, facts)) held |= Conditions.Assigned;
        if (Asked(Conditions.ChildCase) && facts.ChildCase) held |= Conditions.ChildCase;
        if (Asked(Conditions.Emergency) && principal.InEmergency) held |= Conditions.Emergency;
        if (Asked(Conditions.KnownTo | Conditions.KnownToSomebody) && HasRelation(principal, facts, RelationKinds.KnownTo))
            held |= Conditions.KnownTo | Conditions.KnownToSomebody;

        // These say which items leave, and whether others may: what there is of them is not looked at here.
        held |= Conditions.Audience | Conditions.OwnItems | Conditions.HealthItems;
        return held & mentioned;

        bool Asked(Conditions conditions) => (mentioned & conditions) != 0;
    }

    /// <summary>Groups the coordinator has recorded a live need for.</summary>
    public static ulong Needed(Principal principal, RecordFacts facts, ViewSchema view, DateTimeOffset now)
    {
        var needed = 0UL;
        var needs = facts.Needs;
        for (var n = 0; n < needs.Count; n++)
        {
            var need = needs[n];
            if (need.Until <= now || !Same(principal, need.Agency, need.Team)) continue;
            for (var g = 0; g < need.Groups.Count; g++) needed |= view.BitOf(need.Groups[g]);
        }

        return needed;
    }

    /// <summary>Whether any need of the caller's is recorded and live, whatever groups it names.</summary>
    public static bool HasNeed(Principal principal, RecordFacts facts, DateTimeOffset now)
    {
        var needs = facts.Needs;
        for (var n = 0; n < needs.Count; n++)
            if (needs[n].Until > now && Same(principal, needs[n].Agency, needs[n].Team)) return true;
        return false;
    }

    /// <summary>Whether a relation of this kind names this item for the caller's agency and team.</summary>
    public static bool Names(Principal principal, RecordFacts facts, string kind, Guid item)
    {
        var relations = facts.Relations;
        for (var r = 0; r < relations.Count; r++)
        {
            var relation = relations[r];
            if (!IsRelation(principal, relation, kind)) continue;
            for (var i = 0; i < relation.Items.Count; i++)
                if (relation.Items[i] == item) return true;
        }

        return false;
    }

    public static bool IsRelation(Principal principal, RelationFact relation, string kind) =>
        string.Equals(relation.Kind, kind, StringComparison.Ordinal) && Same(principal, relation.Agency, relation.Team);

    public static bool Same(Principal principal, string agency, string? team) =>
        string.Equals(principal.Agency, agency, StringComparison.Ordinal) && string.Equals(principal.Team, team, StringComparison.Ordinal);

    /// <summary>Whether an item's author has ticked the caller's agency and team.</summary>
    public static bool IsTicked(Principal principal, ItemFact item) => IsAmong(principal, item.Readers);

    private static bool IsMember(Principal principal, RecordFacts facts) => IsAmong(principal, facts.Members);

    private static bool IsAmong(Principal principal, IReadOnlyList<MemberFact> members)
    {
        for (var m = 0; m < members.Count; m++)
            if (Same(principal, members[m].Agency, members[m].Team)) return true;
        return false;
    }

    /// <summary>
    /// The same person in the same agency and team: what somebody wrote under one hat is not theirs under another. A system
    /// without a person behind it authors nothing.
    /// </summary>
    private static bool IsAuthor(Principal principal, RecordFacts facts) =>
        principal.IsPerson
        && facts.Author is { } author
        && string.Equals(author.Person, principal.Pseudonym, StringComparison.Ordinal)
        && Same(principal, author.Agency, author.Team);

    public static bool IsAuthorsAgency(Principal principal, RecordFacts facts) =>
        facts.Author is { } author && Same(principal, author.Agency, author.Team);

    /// <summary>By name, and only a person: what is assigned to somebody is nobody's else in the same office.</summary>
    private static bool IsAssigned(Principal principal, RecordFacts facts)
    {
        if (!principal.IsPerson) return false;
        var assigned = facts.Assigned;
        for (var a = 0; a < assigned.Count; a++)
            if (string.Equals(assigned[a], principal.PersonId, StringComparison.Ordinal) || string.Equals(assigned[a], principal.Pseudonym, StringComparison.Ordinal))
                return true;
        return false;
    }

    private static bool IsOwnScheme(Principal principal, RecordFacts facts)
    {
        var schemes = principal.Schemes;
        for (var s = 0; s < schemes.Count; s++)
            if (string.Equals(schemes[s], facts.Scheme, StringComparison.Ordinal)) return true;
        return false;
    }

    private static bool HasRelation(Principal principal, RecordFacts facts, string kind)
    {
        var relations = facts.Relations;
        for (var r = 0; r < relations.Count; r++)
            if (relations[r].Items.Count > 0 && IsRelation(principal, relations[r], kind)) return true;
        return false;
    }
}
