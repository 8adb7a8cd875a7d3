namespace Partnership.SharingRules.NeverRules;

/// <summary>A name reduced to what two spellings of it share.</summary>
internal sealed class NormalisedName
{
    public static NormalisedName Of(string name) => throw new NotImplementedException();
}
