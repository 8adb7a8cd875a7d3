namespace Partnership.SharingRules;

/// <summary>Turns agreement files into one <see cref="AgreementSet"/>, or into every reason why not.</summary>
public static class AgreementCompiler
{
    public static CompileResult Compile(IReadOnlyList<AgreementSource> sources, Vocabulary vocabulary) => throw new NotImplementedException();
}
