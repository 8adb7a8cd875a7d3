using System.Globalization;
using Partnership.Gateway.Callers;
using Partnership.Gateway.Commanding;
using Partnership.Gateway.Reading;
using Partnership.Gateway.Recording;
using Partnership.Gateway.Release;
using Partnership.SharingRules;

namespace Partnership.Gateway.Operations;

/// <summary>
/// The way of every request: token, person and hat, rule for role, purpose, all before any look-up and depending on token
/// and route only; then the operation itself.
/// </summary>
public sealed class OperationEndpoints(
    TokenValidator tokens, PeopleRegister register, Pseudonyms pseudonyms, AgreementSet agreements, Refusals refusals,
    ReadRecord reading, ListRecords listing, SubmitRecord submitting, ChangeRecord changing, TimeProvider clock)
{
    private const string JustificationHeader = "Sharing-Justification";

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var operation in OperationTable.All)
            routes.MapMethods(operation.Pattern, [operation.Method], http => HandleAsync(http, operation));
        foreach (var group in OperationTable.All.GroupBy(o => o.Pattern))
            routes.Map(group.Key, http => FixedAnswer.NotAllowed.WriteAsync(http)).Add(e => ((RouteEndpointBuilder)e).Order = 1);
        routes.MapFallback(http => FixedAnswer.NotFound.WriteAsync(http));
    }

    private async Task HandleAsync(HttpContext http, Operation operation)
    {
        var arrived = clock.GetTimestamp();
        if (await tokens.ValidateAsync(http.Request.Headers.Authorization, http.RequestAborted) is not { } token)
        {
            await FixedAnswer.Unauthorised.WriteAsync(http);
            return;
        }

        // A hat that cannot be read is no known hat, and never the first one.
        var hatHeader = http.Request.Headers.ContainsKey("Sharing-Hat") ? Header(http, "Sharing-Hat") ?? "" : null;
        if (register.Find(token.Issuer, token.Subject, hatHeader) is not { } caller)
        {
            await FixedAnswer.Unauthorised.WriteAsync(http);
            return;
        }

        if (caller.Hat is not { } hat)
        {
            await FixedAnswer.UnknownHat.WriteAsync(http);
            return;
        }

        var justification = Header(http, JustificationHeader);
        if (justification is null && http.Request.Headers.ContainsKey(JustificationHeader))
        {
            await FixedAnswer.BadJustification.WriteAsync(http);
            return;
        }

        var request = new SharingRequest
        {
            Http = http,
            Operation = operation,
            Principal = new Principal(
                caller.Person.Id, pseudonyms.OfPerson(operation.Scheme, caller.Person.Id), caller.Person.Name,
                hat.Agency, hat.Team, hat.Role, hat.Name, hat.Schemes, IsPerson: true),
            Session = token.Session.Length == 0 ? null : pseudonyms.OfSession(operation.Scheme, token.Session),
            Purpose = "",
            Justification = justification,
            ArrivedAt = arrived,
            At = clock.GetUtcNow(),
            RecordId = http.Request.RouteValues.TryGetValue("id", out var id) && Guid.TryParse(id as string, CultureInfo.InvariantCulture, out var parsed) ? parsed : null,
        };
        if (await CheckPurposeAsync(request) is { } admitted) await CarryOutAsync(admitted);
    }

    /// <summary>Null when the request has been answered. Nothing here looks at any record.</summary>
    private async Task<SharingRequest?> CheckPurposeAsync(SharingRequest request)
    {
        var (operation, principal) = (request.Operation, request.Principal);
        var today = DateOnly.FromDateTime(request.At.UtcDateTime);
        var asked = Header(request.Http, "Sharing-Purpose");
        if (!agreements.HasRule(principal, operation.RecordType, operation.Verb, today, operation.Command))
        {
            await refusals.RefuseAsync(request with { Purpose = asked is not null && PlatformTerms.Purposes.Contains(asked) ? asked : "" }, FixedAnswer.NoRuleForRole);
            return null;
        }

        var purposes = agreements.PurposesFor(principal, operation.RecordType, operation.Verb, today, operation.Command);
        var implied = operation.Kind is OperationKind.Submit or OperationKind.Change && purposes.Count == 1 ? purposes[0] : null;
        var purpose = asked ?? implied;
        if (purpose is null || (asked is null && request.Http.Request.Headers.ContainsKey("Sharing-Purpose")) || !PlatformTerms.Purposes.Contains(purpose))
        {
            await FixedAnswer.PurposeNeededAsync(request.Http, purposes);
            return null;
        }

        request = request with { Purpose = purpose };
        if (purposes.Contains(purpose)) return request;
        await refusals.RefuseAsync(request, FixedAnswer.PurposeNotForRole);
        return null;
    }

    private Task CarryOutAsync(SharingRequest request) => request.Operation.Kind switch
    {
        OperationKind.Read => reading.HandleAsync(request),
        OperationKind.List => listing.HandleAsync(request),
        OperationKind.Submit => submitting.HandleAsync(request),
        OperationKind.Change => changing.HandleAsync(request),
    };

    private static string? Header(HttpContext http, string name) =>
        http.Request.Headers.TryGetValue(name, out var values) && values.Count == 1 && values[0] is { Length: > 0 and <= 2000 } value ? value : null;
}
