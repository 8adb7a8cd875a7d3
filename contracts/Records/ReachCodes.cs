namespace Partnership.Contracts.Records;

/// <summary>
/// Codes of a reach index. A service writes the codes a record can be reached by beside its row; the gateway puts the
/// caller's codes into the internal token; a list shows rows that have at least one of the caller's. Reach only narrows a
/// list: every row is still decided by its own facts.
/// </summary>
public static class ReachCodes
{
    /// <summary>Every record of the scheme: coordinator, chairs, supervisor.</summary>
    public const string All = "all";

    /// <summary>Records the coordinator has listed this agency, and this team of it, on.</summary>
    public static string Member(string agency, string? team) => team is null ? $"member:{agency}" : $"member:{agency}/{team}";

    /// <summary>Records this person (by scheme pseudonym) authored.</summary>
    public static string Author(string person) => $"author:{person}";

    /// <summary>Records anybody of this agency and team authored.</summary>
    public static string AuthorAgency(string agency, string? team) => team is null ? $"author-agency:{agency}" : $"author-agency:{agency}/{team}";

    /// <summary>Records addressed to this agency and team: a research request, an action of its own.</summary>
    public static string Addressee(string agency, string? team) => team is null ? $"addressee:{agency}" : $"addressee:{agency}/{team}";

    /// <summary>Records of a scheme whose ledger the caller may read.</summary>
    public static string Scheme(string scheme) => $"scheme:{scheme}";
}
