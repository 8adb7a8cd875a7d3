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

    private static readonly Dictionary<string, string> Sentences = new(StringComparer.Ordinal)
    {
        [FactsChanged] = "The record is being changed by others. Try again.",
        [InvalidInput] = "Some of what was sent cannot be accepted; see errors.",
        [IdempotencyKeyReused] = "This idempotency key was used before with another body. Use a new key for a new request.",
        ["malformed"] = "Send one key of up to 255 visible ASCII characters.",
        ["unreadable"] = "This is missing, misspelt or not in the form that is expected.",
        ["too-large"] = "The body is larger than is taken.",
        ["unsupported-media-type"] = "The body must be application/json.",
        // Faults that any body can have.
        ["malformed-json"] = "This is not valid JSON.",
        ["unknown-field"] = "There is no such field here; check its spelling and place.",
        ["required"] = "This is needed.",
        ["not-text"] = "Write a text in quotation marks.",
        ["not-unicode"] = "This is not valid Unicode.",
        ["too-long"] = "The text is longer than is taken; shorten it.",
        ["too-many"] = "There are more than are taken.",
        ["control-character"] = "Leave out control characters.",
        ["not-a-number"] = "Write a whole number such as 34, not a text or a range.",
        ["not-true-or-false"] = "Write true or false.",
        ["not-a-date"] = "Write a date as YYYY-MM-DD.",
        ["date-with-time"] = "Write the date alone, as YYYY-MM-DD: a time zone would move it by a day.",
        ["not-a-date-time"] = "Write a date-time such as 2026-07-01T09:30:00Z.",
        ["no-time-zone"] = "Add the offset from UTC, such as Z or +01:00.",
        ["unknown-code"] = "Write one of the codes in the interface's description.",
        ["not-a-list"] = "Send a list.",
        ["not-an-object"] = "Send a JSON object.",
        ["not-an-id"] = "Write an id as this interface gave it.",
        ["out-of-range"] = "The value lies outside what is taken.",
        ["in-past"] = "This date must lie in the future.",
        ["in-future"] = "This date must not lie in the future.",
        ["too-far-ahead"] = "This date lies too far ahead.",
        ["too-short"] = "The text is too short to say why.",
        // Emergency access.
        ["own-emergency"] = "Nobody reviews an emergency of their own.",
        ["already-reviewed"] = "This emergency has been reviewed.",
        // Questions to the ledger.
        ["not-a-code"] = "Give the code of an agency.",
        ["not-a-time"] = "Give a day such as 2026-11-02 or a time such as 2026-11-02T09:00:00Z.",
        ["not-a-cursor"] = "Give the cursor of the page before.",
    };

    /// <summary>The sentence for a code; null when it is not registered.</summary>
    public static string? SentenceOf(string code) =>
        Sentences.TryGetValue(code, out var sentence) || MaracProblems.Sentences.TryGetValue(code, out sentence) ? sentence : null;
}
