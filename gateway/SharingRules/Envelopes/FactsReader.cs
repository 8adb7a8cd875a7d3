using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.SharingRules;

/// <summary>
/// Reads the facts of a record. Unknown, duplicate and misspelt members are refused by <see cref="WireJson"/>; what its
/// types cannot say is checked here: no holes in lists, no relation or conflict that names nobody, no
/// group held that there is not, no item twice.
/// </summary>
internal static class FactsReader
{
    /// <summary>Null when the facts are not sound.</summary>
    public static RecordFacts? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<RecordFacts>(json, WireJson.Options) is { } facts && IsSound(facts) ? facts : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair in a text.
            return null;
        }
    }

    private static bool IsSound(RecordFacts facts) =>
        facts.Version >= 0
        && Said(facts.State)
        && Said(facts.Scheme)
        && facts.Subjects is not null
        && (facts.Author is null || (Said(facts.Author.Person) && Said(facts.Author.Agency)))
        && Each(facts.Members, IsAgency)
        && Each(facts.UnsafeCopies, IsAgency)
        && Each(facts.Relations, relation => Said(relation.Kind) && Said(relation.Agency) && relation.Items is not null && Said(relation.SetBy))
        && Each(facts.Needs, need => Said(need.Agency) && Each(need.Groups, Said) && Said(need.SetBy))
        && Each(facts.Conflicts, conflict => Said(conflict.PersonId) || Said(conflict.Name))
        && (facts.Readers is null || Each(facts.Readers, Said))
        && (facts.Addressee is null || IsAgency(facts.Addressee))
        && Each(facts.Assigned, Said)
        && Each(facts.Held, group => FieldGroups.All.Contains(group))
        && Each(facts.Items, item => (item.Owner is null || IsAgency(item.Owner)) && Each(item.Readers, IsAgency))
        && EachOnce(facts.Items);

    /// <summary>Two facts of one item could say two things.</summary>
    private static bool EachOnce(IReadOnlyList<ItemFact> items)
    {
        if (items.Count < 2) return true;
        var seen = new HashSet<Guid>(items.Count);
        for (var i = 0; i < items.Count; i++)
            if (!seen.Add(items[i].Id)) return false;
        return true;
    }

    private static bool IsAgency(MemberFact member) => Said(member.Agency);

    private static bool Each<T>(IReadOnlyList<T>? list, Func<T, bool> sound)
    {
        if (list is null) return false;
        for (var i = 0; i < list.Count; i++)
            if (list[i] is not { } item || !sound(item)) return false;
        return true;
    }

    private static bool Said(string? word) => !string.IsNullOrWhiteSpace(word);
}
