namespace Partnership.SharingRules;

/// <summary>Turns agreement files into one <see cref="AgreementSet"/>, or into every reason why not.</summary>
public static class AgreementCompiler
{
    /// <summary>
    /// Reads, checks and compiles. All files stand or fall together: an agreement that is left out would silently withhold,
    /// and one that is half right would silently release.
    /// </summary>
    public static CompileResult Compile(IReadOnlyList<AgreementSource> sources, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(vocabulary);
        var errors = new List<AgreementError>();
        var agreements = sources
            .OrderBy(source => source.File, StringComparer.Ordinal)
            .Select(source => new AgreementParser(source, errors).Parse())
            .OfType<AgreementModel>()
            .ToList();
        var words = new Words(vocabulary);
        foreach (var agreement in agreements) new AgreementChecker(agreement, words, errors).Check();
        AgreementChecker.CheckTogether(agreements, errors);
        if (errors.Count > 0) return Failed(errors);

        var plans = new PlanBuilder(words, errors).Build(agreements);
        return errors.Count > 0 ? Failed(errors) : new CompileResult(new AgreementSet(
            CanonicalForm.Digest(agreements),
            [.. agreements.Select(agreement => agreement.Summary).OrderBy(agreement => agreement.Id, StringComparer.Ordinal)],
            agreements.SelectMany(agreement => agreement.Records).ToDictionary(record => record.Value, record => words.RecordTypes[record.Value].View),
            plans));
    }

    private static CompileResult Failed(List<AgreementError> errors) => new(
        [.. errors.Distinct().OrderBy(e => e.File, StringComparer.Ordinal).ThenBy(e => e.Line).ThenBy(e => e.Reason, StringComparer.Ordinal)]);
}

/// <summary>A vocabulary, ready to be looked up.</summary>
internal sealed class Words(Vocabulary vocabulary)
{
    public IReadOnlyDictionary<string, RecordTypeTerms> RecordTypes { get; } = vocabulary.RecordTypes.ToDictionary(type => type.Name);
    public IReadOnlyDictionary<string, AgencyTerms> Agencies { get; } = vocabulary.Agencies.ToDictionary(agency => agency.Code);
    public IReadOnlySet<string> Roles { get; } = vocabulary.Roles.ToHashSet();
    public IReadOnlySet<string> Purposes { get; } = vocabulary.Purposes.ToHashSet();
    public IReadOnlySet<string> LegalPowers { get; } = vocabulary.LegalPowers.ToHashSet();
    public IReadOnlySet<string> LawfulBases { get; } = vocabulary.LawfulBases.ToHashSet();
    public IReadOnlySet<string> LegalConditions { get; } = vocabulary.LegalConditions.ToHashSet();
    public IReadOnlySet<string> Regimes { get; } = vocabulary.Regimes.ToHashSet();
}
