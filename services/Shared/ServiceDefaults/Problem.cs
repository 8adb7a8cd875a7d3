using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Answers that say no, as RFC 9457 problem details. <c>code</c> is stable and means one thing; the sentence is for the
/// reader. Nothing here ever repeats a value from the request or from stored data.
/// </summary>
/// <remarks><c>type</c> is <c>about:blank</c>: our codes are told apart by <c>code</c>, and there are no pages behind URLs.</remarks>
public static class Problem
{
    /// <summary>409: the rules of the casework do not allow it.</summary>
    public static ProblemHttpResult Refused(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return Of(StatusCodes.Status409Conflict, refusal.Code, refusal.Sentence);
    }

    /// <summary>409: the record is no longer what admission was decided by; nothing was written, and the gateway decides again.</summary>
    public static ProblemHttpResult FactsChanged() =>
        Of(StatusCodes.Status409Conflict, ProblemCodes.FactsChanged, "The record changed while this was being done. Nothing was written.");

    /// <summary>422: the idempotency key came with another body before.</summary>
    public static ProblemHttpResult KeyReused() =>
        Of(StatusCodes.Status422UnprocessableEntity, ProblemCodes.KeyReused,
            "This idempotency key was used before with another body. Use a new key for a new request.");

    /// <summary>400: input we can read but not accept.</summary>
    /// <param name="errors">By field, as a camelCase path such as <c>victim.dateOfBirth</c>; each entry is <c>code: sentence</c>.</param>
    public static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string[]> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return TypedResults.Problem(Details(
            StatusCodes.Status400BadRequest, ProblemCodes.InvalidInput, "Some of what was sent cannot be accepted.", errors));
    }

    /// <summary>400 for one field.</summary>
    public static ProblemHttpResult Invalid(string field, string code, string sentence) =>
        Invalid(new Dictionary<string, string[]> { [field] = [$"{code}: {sentence}"] });

    /// <summary>Any other status with a code of its own.</summary>
    public static ProblemHttpResult Of(int status, string code, string sentence) =>
        TypedResults.Problem(Details(status, code, sentence, errors: null));

    internal static ProblemDetails Details(
        int status, string code, string sentence, IReadOnlyDictionary<string, string[]>? errors)
    {
        var details = new ProblemDetails
        {
            Type = "about:blank",
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = sentence,
            Extensions = { ["code"] = code },
        };
        if (errors is not null)
            details.Extensions["errors"] = errors;
        return details;
    }
}

/// <summary>Codes that are not any one scheme's.</summary>
public static class ProblemCodes
{
    public const string InvalidInput = "invalid-input";
    public const string FactsChanged = "facts-changed";
    public const string KeyReused = "idempotency-key-reused";
    public const string TooLarge = "too-large";
    public const string UnsupportedMediaType = "unsupported-media-type";
    public const string Unavailable = "unavailable";
    public const string InternalError = "internal-error";
}
