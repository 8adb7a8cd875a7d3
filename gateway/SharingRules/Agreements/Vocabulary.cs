using Partnership.Contracts;

namespace Partnership.SharingRules;

/// <summary>An agency that agreements may name. <see cref="Teams"/> null: its teams are not checked.</summary>
public sealed record AgencyTerms(string Code, IReadOnlyList<string>? Teams = null);

/// <summary>A kind of record that agreements may name.</summary>
/// <param name="View">Schema of its wire form; gives the name and the field groups.</param>
/// <param name="States">Its lifecycle states in CAPS; empty for a type without a lifecycle.</param>
/// <param name="Commands">Commands on existing records, for rules on <c>change</c>.</param>
public sealed record RecordTypeTerms(ViewSchema View, IReadOnlyList<string> States, IReadOnlyList<string> Commands)
{
    public string Name => View.RecordType;
}

/// <summary>
/// Every word an agreement may use. A word that is not here stops the compiler, so that a misspelt agency or group is an
/// error with a line and not a rule that silently never applies.
/// </summary>
public sealed record Vocabulary
{
    public required IReadOnlyList<RecordTypeTerms> RecordTypes { get; init; }
    public required IReadOnlyList<AgencyTerms> Agencies { get; init; }
    public IReadOnlyList<string> Roles { get; init; } = PlatformTerms.Roles;
    public IReadOnlyList<string> Purposes { get; init; } = PlatformTerms.Purposes;
    public IReadOnlyList<string> LegalPowers { get; init; } = PlatformTerms.LegalPowers;
    public IReadOnlyList<string> LawfulBases { get; init; } = PlatformTerms.LawfulBases;
    public IReadOnlyList<string> LegalConditions { get; init; } = PlatformTerms.LegalConditions;
    public IReadOnlyList<string> Regimes { get; init; } = PlatformTerms.Regimes;

    /// <summary>The platform's own terms, every view in the contracts, and the agencies of one partnership.</summary>
    /// <exception cref="ViewSchemaException">A view in the contracts is not closed: see <see cref="ViewSchema.For"/>.</exception>
    public static Vocabulary OfContracts(IReadOnlyList<AgencyTerms> agencies) => new()
    {
        RecordTypes = PlatformTerms.RecordTypes(ViewSchema.AllIn(typeof(RecordTypes).Assembly)),
        Agencies = agencies,
    };
}
