using Partnership.Contracts.Marac;

namespace Partnership.Marac.Input;

/// <summary>One fault of a body. Neither code nor sentence ever repeats what was sent.</summary>
/// <param name="Field">Path such as <c>victim.phones[0].number</c>; <c>body</c> for the whole.</param>
public sealed record InputError(string Field, string Code, string Sentence);

/// <summary>Everything that is wrong with a body, and everything its writer may want to look at again.</summary>
public sealed class InputReport
{
    /// <summary>A body can hold very many faults; nobody reads more than these at once.</summary>
    private const int Most = 100;

    private readonly List<InputError> errors = [];
    private readonly List<SubmissionWarning> warnings = [];

    public IReadOnlyList<InputError> Errors => errors;

    public IReadOnlyList<SubmissionWarning> Warnings => warnings;

    public bool HasErrors => errors.Count > 0;

    public void Error(string field, string code, string sentence)
    {
        var error = new InputError(field, code, sentence);
        if (errors.Count < Most && !errors.Contains(error)) errors.Add(error);
    }

    public void Warn(string field, string code)
    {
        var warning = new SubmissionWarning(code, field);
        if (warnings.Count < Most && !warnings.Contains(warning)) warnings.Add(warning);
    }

    /// <summary>An error unless the value is there. A value that was there and could not be read already has its error.</summary>
    public void Require(object? value, string field, string sentence)
    {
        if (value is null or "" && !IsFaulty(field)) Error(field, InputCodes.Required, sentence);
    }

    /// <summary>The same for a list.</summary>
    public void RequireAny<T>(IReadOnlyList<T> values, string field, string sentence)
    {
        if (values.Count == 0 && !IsFaulty(field)) Error(field, InputCodes.Required, sentence);
    }

    /// <summary>The errors as problem details carry them: by field, each <c>code: sentence</c>.</summary>
    public IReadOnlyDictionary<string, string[]> ByField() =>
        errors.GroupBy(e => e.Field).ToDictionary(g => g.Key, g => g.Select(e => $"{e.Code}: {e.Sentence}").ToArray());

    /// <summary>Whether the field, or something in it, already has an error.</summary>
    public bool IsFaulty(string field) =>
        errors.Any(e => e.Field == field || (e.Field.StartsWith(field, StringComparison.Ordinal) && e.Field[field.Length] is '[' or '.'));
}

/// <summary>Codes of faults that any body can have. Codes are stable; sentences are for people and may change.</summary>
public static class InputCodes
{
    public const string MalformedJson = "malformed-json";
    public const string UnknownField = "unknown-field";
    public const string Required = "required";
    public const string NotText = "not-text";
    public const string NotUnicode = "not-unicode";
    public const string TooLong = "too-long";
    public const string TooMany = "too-many";
    public const string ControlCharacter = "control-character";
    public const string NotANumber = "not-a-number";
    public const string NotTrueOrFalse = "not-true-or-false";
    public const string NotADate = "not-a-date";
    public const string DateWithTime = "date-with-time";
    public const string NotADateTime = "not-a-date-time";
    public const string NoTimeZone = "no-time-zone";
    public const string UnknownCode = "unknown-code";
    public const string NotAList = "not-a-list";
    public const string NotAnObject = "not-an-object";
    public const string NotAnId = "not-an-id";
    public const string OutOfRange = "out-of-range";
    public const string InPast = "in-past";
    public const string InFuture = "in-future";
    public const string TooFarAhead = "too-far-ahead";
}
