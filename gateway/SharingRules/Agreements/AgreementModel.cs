namespace Partnership.SharingRules;

/// <summary>A word of an agreement and the line it stands on.</summary>
internal readonly record struct Term(string Value, int Line);

/// <summary>One agreement as written: well formed, its words not yet checked against the vocabulary.</summary>
internal sealed record AgreementModel
{
    public required string File { get; init; }
    public required int Line { get; init; }
    public required Term Id { get; init; }
    public required string Title { get; init; }
    public required string Version { get; init; }
    public required string Scheme { get; init; }
    public required Term Classification { get; init; }
    public required DateOnly SignedOn { get; init; }
    public required DateOnly EffectiveFrom { get; init; }
    public required DateOnly? ExpiresAfter { get; init; }
    public required DateOnly ReviewBy { get; init; }
    public required IReadOnlyList<Term> Records { get; init; }
    public required IReadOnlyList<PartyModel> Parties { get; init; }
    public required IReadOnlyList<BasisModel> Bases { get; init; }
    public required IReadOnlyList<PurposeModel> Purposes { get; init; }
    public required IReadOnlyList<RuleModel> Rules { get; init; }

    /// <summary>Groups of a record type that this agreement shares with nobody, said on purpose.</summary>
    public required IReadOnlyList<(Term Record, IReadOnlyList<Term> Groups)> NotShared { get; init; }

    public AgreementSummary Summary => new(
        Id.Value, Title, Version, Scheme, SignedOn, EffectiveFrom, ExpiresAfter, ReviewBy,
        [.. Records.Select(record => record.Value).Order(StringComparer.Ordinal)]);
}

/// <summary>Principals under a name of their own.</summary>
internal sealed record PartyModel(Term Name, string Says, IReadOnlyList<PrincipalPattern> Principals);

/// <summary>Agencies (all but some, when <see cref="AnyAgency"/>), teams (any when empty) and roles.</summary>
internal sealed record PrincipalPattern(
    int Line, bool AnyAgency, IReadOnlyList<Term> Agencies, IReadOnlyList<Term> Except, IReadOnlyList<Term> Teams, IReadOnlyList<Term> Roles);

internal sealed record BasisModel(Term Name, Term LegalPower, Term LawfulBasis, Term? Condition, Term Regime)
{
    public LegalBasis Codes => new(LegalPower.Value, LawfulBasis.Value, Condition?.Value, Regime.Value);
}

/// <summary>A purpose: whose it is, which states of which records it serves (none listed means any), on which basis.</summary>
internal sealed record PurposeModel(
    Term Name, string Says, IReadOnlyList<Term> Roles, IReadOnlyList<(Term Record, IReadOnlyList<Term> States)> Serves,
    Term Basis, IReadOnlyList<(Term Agency, Term Basis)> BasisFor, int ReleasedForDays);

internal sealed record RuleModel
{
    public required Term Id { get; init; }
    public required string Says { get; init; }

    /// <summary>Names of parties, or principals written out; never both.</summary>
    public required IReadOnlyList<Term> Parties { get; init; }
    public required IReadOnlyList<PrincipalPattern> Principals { get; init; }
    public required IReadOnlyList<Term> Records { get; init; }
    public required IReadOnlyList<Term> Operations { get; init; }
    public required IReadOnlyList<Term> Commands { get; init; }
    public required IReadOnlyList<Term> Purposes { get; init; }
    public required IReadOnlyList<Term> When { get; init; }

    /// <summary>Empty: every state the purpose serves.</summary>
    public required IReadOnlyList<Term> States { get; init; }
    public required IReadOnlyList<GrantModel> Permits { get; init; }
    public required IReadOnlyList<Term> Denies { get; init; }
    public required bool DeniesEverything { get; init; }

    public bool IsDenial => DeniesEverything || Denies.Count > 0;
}

/// <summary>One group of a permit, with its own conditions and mask.</summary>
internal sealed record GrantModel(Term Group, IReadOnlyList<Term> When, Term? Mask);
