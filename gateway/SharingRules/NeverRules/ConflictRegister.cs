using Partnership.Contracts.Records;

namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// NR2, first half: no part of a record goes to a principal on its conflict register. Equality with either the person or
/// the name denies, until the coordinator resolves it. A principal without a named person gets no such record at all.
/// </summary>
internal static class ConflictRegister
{
    public const string Id = "NR2";

    public static bool Denies(Principal principal, RecordFacts facts)
    {
        var conflicts = facts.Conflicts;
        if (conflicts.Count == 0) return false;
        if (!principal.IsPerson) return true;
        NormalisedName? own = null;
        for (var c = 0; c < conflicts.Count; c++)
        {
            var (person, name) = conflicts[c];
            if (person is not null
                && (string.Equals(person, principal.PersonId, StringComparison.Ordinal) || string.Equals(person, principal.Pseudonym, StringComparison.Ordinal)))
                return true;
            if (name is null) continue;
            own ??= NormalisedName.Of(principal.Name);

            // A register entry without a name cannot be told from anybody, so it is not told from this one.
            if (own.IsEmpty || NormalisedName.Of(name).IsSameAs(own)) return true;
        }

        return false;
    }
}
