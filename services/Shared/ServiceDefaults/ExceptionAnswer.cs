using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Logging;
using Partnership.Contracts;
using Partnership.EventStore;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Turns whatever a request threw into a problem with a code. An exception's message and type never reach the answer; they
/// quote values.
/// </summary>
internal sealed partial class ExceptionAnswer(RequestDelegate next, ILogger<ExceptionAnswer> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            // Binding a body answers these two itself, without a word.
            if (http.Response is { HasStarted: false, StatusCode: StatusCodes.Status413PayloadTooLarge or StatusCodes.Status415UnsupportedMediaType, ContentType: null })
                await OfStatus(http.Response.StatusCode)!.ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
            http.Abort();
        }
#pragma warning disable CA1031 // The last line of defence catches everything.
        catch (Exception error)
#pragma warning restore CA1031
        {
            await AnswerAsync(http, error);
        }
    }

    private async Task AnswerAsync(HttpContext http, Exception error)
    {
        if (error is not BadHttpRequestException)
            log.LogError(error, "A request failed.");
        if (http.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
            return;
        }

        var endpoint = http.GetEndpoint();
        http.Response.Clear();
        http.SetEndpoint(endpoint);
        await ProblemFor(error, endpoint).ExecuteAsync(http);
    }

    private static ProblemHttpResult? OfStatus(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => Problem.Of(status, ProblemCodes.TooLarge, "The request is larger than is accepted."),
        StatusCodes.Status415UnsupportedMediaType => Problem.Of(status, ProblemCodes.UnsupportedMediaType, "The body must be application/json."),
        _ => null,
    };

    private static ProblemHttpResult ProblemFor(Exception error, Endpoint? endpoint) => error switch
    {
        BadHttpRequestException bad => OfStatus(bad.StatusCode) ?? Unreadable(bad, endpoint),
        EventStoreUnavailableException =>
            Problem.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "The service cannot reach its store. Try again later."),
        _ => Problem.Of(StatusCodes.Status500InternalServerError, ProblemCodes.InternalError, "Something went wrong on our side."),
    };

    private static ProblemHttpResult Unreadable(BadHttpRequestException bad, Endpoint? endpoint)
    {
        var type = endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        var field = bad.InnerException is JsonException json ? KnownPath(json.Path, type) : "";
        return Problem.Invalid(field, "unreadable", "This is missing, misspelt or not in the form that is expected.");
    }

    /// <summary>
    /// The part of a JSON path that consists of names we gave. A misspelt member's name is the sender's text and could be
    /// anybody's name, so the path stops before it.
    /// </summary>
    internal static string KnownPath(string? path, Type? type)
    {
        if (path is null || type is null)
            return "";
        var known = new StringBuilder();
        var at = type;
        foreach (Match step in Step().Matches(path))
        {
            if (step.Groups["index"].Success)
            {
                known.Append(step.Value);
                at = ElementOf(at);
                continue;
            }

            if (WireJson.Options.GetTypeInfo(at) is not { Kind: JsonTypeInfoKind.Object } info
                || info.Properties.FirstOrDefault(property => property.Name == step.Groups["name"].Value) is not { } property)
            {
                break;
            }

            known.Append(known.Length == 0 ? "" : ".").Append(property.Name);
            at = property.PropertyType;
        }

        return known.ToString();
    }

    private static Type ElementOf(Type type) =>
        WireJson.Options.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element } ? element : typeof(object);

    // Names of other characters are written ['…'], match nothing here, and end the walk: each step follows the one before.
    [GeneratedRegex(@"\G(?:^\$)?(?:\.(?<name>\w+)|(?<index>\[\d+\]))", RegexOptions.CultureInvariant)]
    private static partial Regex Step();
}
