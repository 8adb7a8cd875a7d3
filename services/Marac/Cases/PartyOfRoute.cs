using Partnership.Marac.Input;
using Partnership.PartnershipSettings;

namespace Partnership.Marac.Cases;

/// <summary>The agency of a route and the team of its query: both codes of the register, active today.</summary>
internal static class PartyOfRoute
{
    /// <summary>Null, with errors, when there is no such principal today.</summary>
    public static Party? Read(string agency, string? team, PartnershipConfiguration partnership, DateTimeOffset now, InputReport report)
    {
        if (partnership.FindAgency(agency) is not { } known || !known.IsActiveOn(partnership.DayAt(now)))
        {
            report.Error("agency", InputCodes.UnknownCode, "Write the code of an agency of the partnership.");
            return null;
        }

        return ReadTeam(known, team, report);
    }

    /// <summary>The same for taking something away, which must also work after an agency has ended.</summary>
    public static Party Written(string agency, string? team) => new(agency, string.IsNullOrEmpty(team) ? null : team);

    private static Party? ReadTeam(Agency agency, string? team, InputReport report)
    {
        var named = string.IsNullOrEmpty(team) ? null : team;
        if (named is null && agency.Teams.Count > 0)
            report.Error("team", InputCodes.Required, "This agency's teams are listed one by one: add the team.");
        else if (named is not null && !agency.HasTeam(named))
            report.Error("team", InputCodes.UnknownCode, "Write the code of a team of this agency.");
        else
            return new Party(agency.Code, named);
        return null;
    }
}
