using Partnership.Contracts.Records;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.PartnershipSettings;

namespace Partnership.Marac;

/// <summary>
/// Which agencies and teams take which part in a meeting: the little of matrix 4a that casework itself rests on. Who may
/// read what stays the agreement's business.
/// </summary>
internal static class MeetingParties
{
    public const string CaldicottGuardian = "caldicott-guardian";

    /// <summary>Those whose cell for research of their own (M9) is "own": they are asked, and answer.</summary>
    private static readonly HashSet<Party> Research =
    [
        new("CON", "PVP"), new("SASP", null), new("PCC", "CSC"), new("PCC", "ASC"), new("PCC", "HSG"), new("PCC", "EDU"),
        new("ICB", "MH"), new("ICB", "ACUTE"), new("ICB", "GP"), new("ICB", "AMB"), new("PROB", null), new("HMP", null),
        new("CKH", null), new("YOS", null), new("ASP", null), new("CFRS", null), new("VHUB", null),
    ];

    /// <summary>Those whose cell for minutes (M10) is Y whoever the case is about.</summary>
    private static readonly HashSet<Party> AllMinutes =
    [
        new("CON", "PVP"), new("SASP", null), new("PCC", "ASC"), new("PCC", "HSG"), new("ICB", "MH"), new("ICB", "ACUTE"),
        new("ICB", "GP"), new("ICB", "AMB"), new("PROB", null), new("HMP", null),
    ];

    private static readonly Party ChildrensSocialCare = new("PCC", "CSC");

    public static bool GivesResearch(Party party) => Research.Contains(party);

    public static bool ReadsMinutes(Party party, bool isChildCase) =>
        AllMinutes.Contains(party) || (isChildCase && party == ChildrensSocialCare);

    /// <summary>Their items are health information unless they say otherwise (NR9).</summary>
    public static bool IsHealth(string agency) => agency == "ICB";

    /// <summary>Speaks for their agency and team at meetings.</summary>
    public static bool IsRepresentative(Actor actor) => actor.Agency switch
    {
        "SASP" => actor.Role == "idva",
        "VHUB" => actor.Role == "victim-support",
        _ => actor.Role == "marac-representative",
    };

    /// <summary><c>CKH</c>, <c>PCC/EDU</c>.</summary>
    public static string CodeOf(Party party) => CodeOf(party.Agency, party.Team);

    public static string CodeOf(string agency, string? team) => team is null ? agency : $"{agency}/{team}";

    public static Party Written(string code) =>
        code.IndexOf('/', StringComparison.Ordinal) is var at and > 0 ? new Party(code[..at], code[(at + 1)..]) : new Party(code, null);

    /// <summary>Ticked codes as facts.</summary>
    public static IReadOnlyList<MemberFact> FactsOf(IReadOnlyList<string> codes) =>
        [.. codes.Select(Written).Select(party => new MemberFact(party.Agency, party.Team))];

    /// <summary>Codes of teams as a body ticks them, each once; what is not a team of the partnership today is an error.</summary>
    public static IReadOnlyList<string> CheckReaders(
        IReadOnlyList<string> codes, string field, PartnershipConfiguration partnership, DateTimeOffset now, InputReport report)
    {
        for (var i = 0; i < codes.Count; i++)
        {
            if (!IsTeam(Written(codes[i]), partnership, now))
                report.Error($"{field}[{i}]", InputCodes.UnknownCode, "Write the code of an agency or of its team, such as CKH or PCC/EDU.");
        }

        return [.. codes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Agencies with teams are named by team: their teams are principals of their own.</summary>
    public static bool IsTeam(Party party, PartnershipConfiguration partnership, DateTimeOffset now) =>
        partnership.FindAgency(party.Agency) is { } agency && agency.IsActiveOn(partnership.DayAt(now))
        && (party.Team is { } team ? agency.HasTeam(team) : agency.Teams.Count == 0);
}
