namespace Partnership.Contracts;

/// <summary>
/// Every code a service may refuse or warn with, and the sentence its reader is shown. A service's own text never passes
/// the gateway, so what is not registered here reaches nobody.
/// </summary>
public static partial class RegisteredProblems
{
    /// <summary>The record's facts changed between decision and command; the gateway decides again.</summary>
    public const string FactsChanged = "facts-changed";
    public const string InvalidInput = "invalid-input";
    public const string IdempotencyKeyReused = "idempotency-key-reused";

    private static readonly Dictionary<string, string> Sentences = new(StringComparer.Ordinal)
    {
        [FactsChanged] = "The record is being changed by others. Try again.",
        [InvalidInput] = "Some of what was sent cannot be accepted; see errors.",
        [IdempotencyKeyReused] = "This idempotency key was used before with another body.",
    };

    /// <summary>The sentence for a code; null when it is not registered.</summary>
    public static string? SentenceOf(string code) => Sentences.GetValueOrDefault(code);
}
