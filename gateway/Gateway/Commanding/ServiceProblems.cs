using System.Text.Json;
using System.Text.RegularExpressions;
using Partnership.Contracts;
using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Release;

namespace Partnership.Gateway.Commanding;

/// <summary>
/// A service's refusal on its way out: status, a registered code and field names pass; its text never does. The sentence
/// the reader gets is the one registered for the code.
/// </summary>
public static partial class ServiceProblems
{
    /// <summary>The registered code of a refusal; null when it has none, which makes the whole answer unusable.</summary>
    public static string? CodeOf(ServiceAnswer answer)
    {
        try
        {
            using var json = Parse(answer);
            return CodeIn(json);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return null;
        }
    }

    /// <summary>Writes the refusal, or 502 when it is not one we can pass on.</summary>
    public static Task WriteAsync(HttpContext http, ServiceAnswer answer)
    {
        try
        {
            using var json = Parse(answer);
            if (CodeIn(json) is not { } code) return FixedAnswer.BadService.WriteAsync(http);
            if (answer.Status != 400) return FixedAnswer.WriteAsync(http, answer.Status, "application/problem+json", FixedAnswer.ProblemBody(answer.Status, code, RegisteredProblems.SentenceOf(code)!));
            return FixedAnswer.WriteAsync(http, 400, "application/problem+json", WithErrors(json, code));
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return FixedAnswer.BadService.WriteAsync(http);
        }
    }

    /// <summary>Not JSON, or with a text that no reader can make out, such as half a character.</summary>
    public static bool IsUnreadable(Exception exception) => exception is JsonException or InvalidOperationException;

    public static bool IsFieldName(string name) => FieldName().IsMatch(name);

    private static byte[] WithErrors(JsonDocument json, string code)
    {
        var errors = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (json.RootElement.TryGetProperty("errors", out var given) && given.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in given.EnumerateObject())
            {
                if (!FieldName().IsMatch(field.Name) || field.Value.ValueKind != JsonValueKind.Array) continue;
                errors[field.Name] = [.. field.Value.EnumerateArray().Select(CodeAndSentence)];
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(
            new { Type = "about:blank", Title = "Bad Request", Status = 400, Code = code, Detail = RegisteredProblems.SentenceOf(code), Errors = errors }, WireJson.Options);
    }

    /// <summary>Services write <c>code: sentence</c>; the code decides, the registered sentence is shown.</summary>
    private static string CodeAndSentence(JsonElement error)
    {
        var code = error.ValueKind == JsonValueKind.String ? error.GetString()!.Split(':', 2)[0] : "";
        return RegisteredProblems.SentenceOf(code) is { } sentence ? $"{code}: {sentence}" : "invalid: The value is not accepted.";
    }

    private static JsonDocument Parse(ServiceAnswer answer) => answer.MediaType == "application/problem+json"
        ? JsonDocument.Parse(answer.Body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false })
        : throw new JsonException("Not problem details.");

    private static string? CodeIn(JsonDocument json) =>
        json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String
            && RegisteredProblems.SentenceOf(code.GetString()!) is not null
            ? code.GetString()
            : null;

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9-]*(\[[0-9]{1,4}\])?(\.[A-Za-z][A-Za-z0-9]*(\[[0-9]{1,4}\])?){0,8}$", RegexOptions.CultureInvariant)]
    private static partial Regex FieldName();
}
