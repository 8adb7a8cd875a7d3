namespace Partnership.Marac;

/// <summary>Words that stand for the service itself.</summary>
internal static class MaracService
{
    public const string Name = "marac";

    /// <summary>The scheme whose ledger records what happens here.</summary>
    public const string Scheme = "marac";

    /// <summary>Owner of the keys of referrals and cases: the MARAC, which is no one agency.</summary>
    public const string Owner = "MARAC";
}
