using Partnership.Contracts.Marac;

namespace Partnership.Contracts;

/// <summary>
/// Every code a service may refuse or warn with, and the sentence its reader is shown. A service's own text never passes
/// the gateway, so what is not registered here reaches nobody.
/// </summary>
public static class RegisteredProblems
{
    /// <summary>The record's facts changed between decision and command; the gateway decides again.</summary>
    public const string FactsChanged = "facts-changed";
    public const string InvalidInput = "invalid-input";
    public const string IdempotencyKeyReused = "idempotency-key-reused";

    private static readonly Dictionary<string, string> Sentences = new(MaracProblems.Sentences, StringComparer.Ordinal)
    {
        [FactsChanged] = "The record is being changed by others. Try again.",
        [InvalidInput] = "Some of what was sent cannot be accepted; see errors.",
        [IdempotencyKeyReused] = "This idempotency key was used before with another body.",

        // What can be wrong with any body, parameter or header.
        ["malformed-json"] = "This is not JSON.",
        ["unknown-field"] = "There is no such field; check its spelling.",
        ["required"] = "This is missing.",
        ["not-text"] = "Write a text in quotation marks.",
        ["not-unicode"] = "This is not valid Unicode.",
        ["too-long"] = "This is too long.",
        ["too-many"] = "These are too many.",
        ["control-character"] = "Leave out control characters.",
        ["not-a-number"] = "Write a whole number.",
        ["not-true-or-false"] = "Write true or false.",
        ["not-a-date"] = "Write a date such as 2026-11-02.",
        ["date-with-time"] = "Write a date without a time.",
        ["not-a-date-time"] = "Write a date and time with its offset, such as 2026-11-02T09:15:00Z.",
        ["no-time-zone"] = "Add the offset from UTC.",
        ["not-a-time"] = "Write a day such as 2026-11-02 or a time such as 2026-11-02T09:00:00Z.",
        ["unknown-code"] = "This is not one of the codes that can stand here.",
        ["not-a-code"] = "Write a code.",
        ["not-a-list"] = "Send a list.",
        ["not-an-object"] = "Send a JSON object.",
        ["not-an-id"] = "Write an id as this interface gave it.",
        ["not-a-cursor"] = "Send the cursor of the page before.",
        ["out-of-range"] = "This is outside the range that is accepted.",
        ["in-past"] = "This cannot lie in the past.",
        ["in-future"] = "This cannot lie in the future.",
        ["too-far-ahead"] = "This is too far ahead.",
        ["unreadable"] = "This is missing, misspelt or not in the form that is expected.",
        ["malformed"] = "This is not in the form that is expected.",
    };

    /// <summary>The sentence for a code; null when it is not registered.</summary>
    public static string? SentenceOf(string code) => Sentences.GetValueOrDefault(code);
}
