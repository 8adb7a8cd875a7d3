namespace Partnership.PartnershipSettings;

/// <summary>
/// The partnership as its <c>partnership.yaml</c> describes it: agencies, issuers, people, and every value the domain
/// leaves to a partnership to settle. Immutable; a changed file becomes a new one.
/// </summary>
public sealed record PartnershipConfiguration
{
    public required string Name { get; init; }

    /// <summary>Where the partnership's days begin and end.</summary>
    public required TimeZoneInfo TimeZone { get; init; }
    public required IReadOnlyList<Agency> Agencies { get; init; }
    public required IReadOnlyList<Issuer> Issuers { get; init; }
    public required IReadOnlyList<Person> People { get; init; }
    public required WorkingDays WorkingDays { get; init; }
    public required MaracSettings Marac { get; init; }
    public EmergencySettings Emergency { get; init; } = new();

    /// <summary>The agency of this code, ended or not; null when there is none.</summary>
    public Agency? FindAgency(string code) => Agencies.FirstOrDefault(a => a.Code == code);

    /// <summary>The day it is in the partnership at this moment.</summary>
    public DateOnly DayAt(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, TimeZone).DateTime);

    /// <summary>The first moment of a day in the partnership.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, TimeZone.GetUtcOffset(midnight));
    }

    /// <summary>
    /// The end of the working day that many working days after this moment: a deadline of one working day, started on a
    /// Friday, ends when Monday does.
    /// </summary>
    public DateTimeOffset Deadline(DateTimeOffset from, int workingDays) =>
        StartOf(WorkingDays.Add(DayAt(from), workingDays).AddDays(1));
}

/// <summary>An agency with its dates and, once it has ended, the agency that took its work over.</summary>
/// <param name="Until">Its last day; null while it goes on.</param>
/// <param name="MayRefer">Its professionals may make MARAC referrals.</param>
/// <param name="SecureEmailDomains">Domains a referrer's address may have, in lower case.</param>
/// <param name="Teams">Teams that are principals of their own; a person of such an agency belongs to one.</param>
public sealed record Agency(
    string Code,
    string Name,
    DateOnly? From,
    DateOnly? Until,
    string? Successor,
    bool MayRefer,
    IReadOnlyList<string> SecureEmailDomains,
    IReadOnlyList<Team> Teams)
{
    public bool IsActiveOn(DateOnly day) => (From is null || From <= day) && (Until is null || day <= Until);

    public bool HasTeam(string code) => Teams.Any(t => t.Code == code);

    /// <summary>Whether the domain of an e-mail address is one of the agency's own, exactly.</summary>
    public bool IsSecureEmail(string address)
    {
        var at = address.LastIndexOf('@');
        return at > 0 && SecureEmailDomains.Contains(address[(at + 1)..], StringComparer.OrdinalIgnoreCase);
    }
}

public sealed record Team(string Code, string Name);

/// <summary>Who may sign tokens, and for the people of which agencies. A token of anybody else's people is refused.</summary>
public sealed record Issuer(string Address, IReadOnlyList<string> Agencies);

/// <summary>A named person of the register.</summary>
/// <param name="Id">The register's own, for ever: pseudonyms are made from it.</param>
/// <param name="Subject">The <c>sub</c> of that issuer's tokens.</param>
/// <param name="Hats">The first is worn where a request names none.</param>
public sealed record Person(
    string Id, string Issuer, string Subject, string Name, DateOnly? From, DateOnly? Until, IReadOnlyList<Hat> Hats);

/// <summary>What a person may act as. <see cref="Name"/> is null for people who have only one.</summary>
/// <param name="Schemes">The schemes whose ledger a ledger reader may read; empty for every other role.</param>
public sealed record Hat(string? Name, string Agency, string? Team, string Role, IReadOnlyList<string> Schemes);

/// <summary>The values of MARAC that the domain marks as a partnership's own (<c>marac</c> §2 to §4).</summary>
public sealed record MaracSettings
{
    /// <summary>Every version, earliest first.</summary>
    public required IReadOnlyList<Threshold> Thresholds { get; init; }

    /// <summary>Further abuse within this time of the last referral makes a repeat.</summary>
    public required int RepeatWindowMonths { get; init; }

    /// <summary>Which definition of a repeat the partnership uses; kept with each case.</summary>
    public required string RepeatDefinitionVersion { get; init; }

    /// <summary>An older risk checklist draws a warning.</summary>
    public required int DashAgeWarningWeeks { get; init; }

    /// <summary>Least length of the reasons for a referral on professional judgement.</summary>
    public required int JudgementMinChars { get; init; }
    public required int TriageWorkingDays { get; init; }
    public required int InfoReplyWorkingDays { get; init; }

    /// <summary>A recorded need ends at the latest after this many days.</summary>
    public required int NeedMaxDays { get; init; }

    /// <summary>The version in force on a day; null before the first.</summary>
    public Threshold? ThresholdOn(DateOnly day) => Thresholds.LastOrDefault(t => t.From <= day);
}

/// <summary>One version of the referral threshold. Each case keeps the version it was accepted under.</summary>
/// <param name="VisibleHighRisk">Least count of YES among the 24 items.</param>
/// <param name="EscalationIncidents">Least count of incidents reported to the police within <paramref name="EscalationMonths"/>.</param>
/// <param name="IdvaOnly">Scores below the threshold for which the IDVA service alone is offered.</param>
public sealed record Threshold(
    string Version, DateOnly From, int VisibleHighRisk, int EscalationIncidents, int EscalationMonths, IdvaOnlyBand? IdvaOnly);

/// <summary>Scores that go to the IDVA service, which needs the victim's consent.</summary>
public sealed record IdvaOnlyBand(int From, int To);

/// <summary>The values of emergency access (<c>information-sharing</c> §5).</summary>
public sealed record EmergencySettings
{
    /// <summary>How long an emergency gives access.</summary>
    public int LastsMinutes { get; init; } = 30;

    /// <summary>Least length of the reason.</summary>
    public int ReasonMinChars { get; init; } = 30;
    public int ReviewWorkingDays { get; init; } = 1;

    /// <summary>More than this many by one person within <see cref="WithinDays"/> are reported.</summary>
    public int MarkAfter { get; init; } = 3;
    public int WithinDays { get; init; } = 30;
}
