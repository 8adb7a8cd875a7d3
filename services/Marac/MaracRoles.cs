using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;

namespace Partnership.Marac;

/// <summary>
/// Roles that do something here. The agreement decides at the gateway who may; these checks are a second lock, for the
/// day an agreement is written too wide.
/// </summary>
public static class MaracRoles
{
    public const string Coordinator = "marac-coordinator";
    public const string Supervisor = "marac-supervisor";
    public const string Chair = "marac-chair";

    /// <summary>Triage: the coordinator, and the supervisor who stands in.</summary>
    public static IReadOnlyList<string> Triage { get; } = [Coordinator, Supervisor];

    /// <summary>Who is listed on a case and what an agency needs: also the chair.</summary>
    public static IReadOnlyList<string> CaseOffice { get; } = [Coordinator, Supervisor, Chair];

    public static readonly Refusal NotYours = new("role-not-permitted", "Somebody in another role does this.");
}

/// <summary>Who acts, as decisions see them: the scheme's pseudonym of a person, their agency, team and role.</summary>
public sealed record Actor(string Person, string Agency, string? Team, string Role)
{
    public static Actor Of(Caller caller) => new(caller.Person, caller.Agency, caller.Team, caller.Role);

    public bool IsOneOf(IReadOnlyList<string> roles) => roles.Contains(Role);
}

internal static class MaracSettingsExtensions
{
    /// <summary>The version in force on a day.</summary>
    /// <exception cref="InvalidOperationException">The settings begin later; a partnership without a threshold cannot refer.</exception>
    public static Threshold ThresholdInForce(this MaracSettings settings, DateOnly day) =>
        settings.ThresholdOn(day) ?? throw new InvalidOperationException("No version of the referral threshold is in force yet.");
}
