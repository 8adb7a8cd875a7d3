using System.Globalization;
using System.Text;
using System.Text.Json;
using Partnership.Contracts;

namespace Partnership.Gateway.Release;

/// <summary>
/// Answers that say nothing about any record. Each is one constant body and header set, so that what is hidden and what
/// does not exist cannot be told apart (NR6).
/// </summary>
public sealed class FixedAnswer
{
    public static FixedAnswer Unauthorised { get; } = new(401, "unauthorised", "A valid access token is needed.");
    public static FixedAnswer NoRuleForRole { get; } = new(403, "no-rule-for-role", "The agreement has no rule for this kind of record and your role.");
    public static FixedAnswer PurposeNotForRole { get; } = new(403, "purpose-not-for-role", "This purpose is not for your role.");
    public static FixedAnswer NotYourScheme { get; } = new(403, "not-your-scheme", "Your role is for another scheme's ledger.");
    public static FixedAnswer SecondFactorNeeded { get; } = new(403, "second-factor-needed", "This needs a session with a second factor.");
    public static FixedAnswer EmergencyReadsOne { get; } = new(403, "emergency-reads-one-record", "An emergency reads one record. It lists, searches and changes nothing.");
    public static FixedAnswer TooMany { get; } = new(429, "too-many-requests", "You, or your agency, have sent too many requests. Try again later.");
    public static FixedAnswer EmergencyNeeded { get; } = new(400, "emergency-needed", "This purpose needs Sharing-Emergency with the id of an emergency you have opened.");
    public static FixedAnswer BadEmergency { get; } = new(400, "unreadable-emergency", "Sharing-Emergency must stand once and hold the id of an emergency.");
    public static FixedAnswer NotFound { get; } = new(404, "not-found", "There is no such record, or none that you may know of.");
    public static FixedAnswer NotAllowed { get; } = new(405, "method-not-allowed", "This address takes other methods.");
    public static FixedAnswer TooLarge { get; } = new(413, "body-too-large", "The body is larger than the gateway takes.");
    public static FixedAnswer NotJson { get; } = new(415, "not-json", "The body must be application/json.");
    public static FixedAnswer Stale { get; } = new(412, "changed-since-read", "The record has changed since you read it. Read it again.");
    public static FixedAnswer Busy { get; } = new(409, "try-again", "The record is being changed by others. Try again.");
    public static FixedAnswer UnknownHat { get; } = new(400, "unknown-hat", "You have no hat of that name.");
    public static FixedAnswer BadJustification { get; } = new(400, "unreadable-justification", "Sharing-Justification must stand once and have 1 to 2,000 characters.");
    public static FixedAnswer BadCursor { get; } = new(400, "invalid-cursor", "The cursor is not one this list gave you.");
    public static FixedAnswer BadLimit { get; } = new(400, "invalid-limit", "limit must be a number from 1 to 50.");
    public static FixedAnswer BadQuery { get; } = new(400, "unknown-query-parameter", "The query holds a parameter this address does not take.");
    public static FixedAnswer SchemeNeeded { get; } = new(400, "scheme-needed", "scheme must name the scheme whose ledger you read.");
    public static FixedAnswer BadService { get; } = new(502, "service-unavailable", "The service cannot answer. Nothing was released.");
    public static FixedAnswer LedgerUnavailable { get; } = new(503, "ledger-unavailable", "The disclosure ledger cannot record, so nothing is released. Try again shortly.");

    public static FixedAnswer LeaseOver { get; } = new(503, "sharing-not-confirmed", "The people register and the agreements are not confirmed at present, so nothing is released. Try again shortly.");

    private const int Portion = 64 * 1024;
    private readonly byte[] body;

    private FixedAnswer(int status, string code, string sentence)
    {
        Status = status;
        Code = code;
        body = ProblemBody(status, code, sentence);
    }

    public int Status { get; }
    public string Code { get; }

    public Task WriteAsync(HttpContext http)
    {
        if (Status == 401) http.Response.Headers.WWWAuthenticate = "Bearer";
        return WriteAsync(http, Status, "application/problem+json", body);
    }

    /// <summary>400 that names the purposes this caller has for this type of record.</summary>
    public static Task PurposeNeededAsync(HttpContext http, IReadOnlyList<string> purposes) => WriteAsync(
        http, 400, "application/problem+json",
        JsonSerializer.SerializeToUtf8Bytes(
            new { Type = "about:blank", Title = "Bad Request", Status = 400, Code = "purpose-needed", Detail = "Sharing-Purpose must name one of your purposes for this kind of record.", Purposes = purposes },
            WireJson.Options));

    /// <summary>The only way a body leaves the gateway: headers by allow-list, never cached, never compressed.</summary>
    /// <param name="aborted">Ends a sending whose recipient has gone away, with an exception, so that it can be noted.</param>
    public static async Task WriteAsync(HttpContext http, int status, string? contentType, ReadOnlyMemory<byte> body, CancellationToken aborted = default)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (contentType is not null) response.ContentType = contentType;
        if (status != 204) response.ContentLength = body.Length;
        for (var sent = 0; sent < body.Length; sent += Portion)
        {
            // In portions, because the server drops what it is given for somebody who has gone, and does not say so.
            await response.Body.WriteAsync(body.Slice(sent, Math.Min(Portion, body.Length - sent)), aborted);
            aborted.ThrowIfCancellationRequested();
        }

        await response.CompleteAsync();
        // Of an answer of several portions nobody can have everything yet.
        if (body.Length > Portion) aborted.ThrowIfCancellationRequested();
    }

    public static byte[] ProblemBody(int status, string code, string sentence) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"type":"about:blank","title":"{{Title(status)}}","status":{{status}},"code":"{{code}}","detail":"{{sentence}}"}"""));

    private static string Title(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);
}
