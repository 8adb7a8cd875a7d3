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
    RateLimits limits, PartnershipDays days, GatewayOptions options, OperationList operations, ReadRecord reading,
    ReadDocument documents, ListRecords listing, SubmitRecord submitting, ChangeRecord changing, TimeProvider clock)
{
    private const string JustificationHeader = "Sharing-Justification", EmergencyHeader = "Sharing-Emergency", PurposeHeader = "Sharing-Purpose";

    private readonly HashSet<string> secondFactors = [.. options.SecondFactors.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var operation in operations.All)
            routes.MapMethods(operation.Pattern, [operation.Method], http => HandleAsync(http, operation));
        foreach (var group in operations.All.GroupBy(o => o.Pattern))
            routes.Map(group.Key, http => FixedAnswer.NotAllowed.WriteAsync(http)).Add(e => ((RouteEndpointBuilder)e).Order = 1);
        routes.MapFallback(http => FixedAnswer.NotFound.WriteAsync(http));
    }

    private async Task HandleAsync(HttpContext http, Operation operation)
    {
        var arrived = clock.GetTimestamp();
        if (!await register.MayShareAsync())
        {
            await FixedAnswer.LeaseOver.WriteAsync(http);
            return;
        }

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

        var emergency = Guid.TryParseExact(Header(http, EmergencyHeader), "D", out var named) ? named : (Guid?)null;
        if (emergency is null && http.Request.Headers.ContainsKey(EmergencyHeader))
        {
            await FixedAnswer.BadEmergency.WriteAsync(http);
            return;
        }

        var now = clock.GetUtcNow();
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
            At = now,
            LocalAt = days.Local(now),
            EmergencyId = emergency,
            RecordId = http.Request.RouteValues.TryGetValue("id", out var id) && Guid.TryParse(id as string, CultureInfo.InvariantCulture, out var parsed) ? parsed : null,
        };
        if (limits.Take(caller.Person.Id, hat.Agency) is { } seconds)
        {
            await RefuseForNumberAsync(request, caller.Person.Id, seconds);
            return;
        }

        if (await CheckPurposeAsync(request) is not { } admitted) return;
        if (operation.SecondFactor && !token.Methods.Any(secondFactors.Contains)) await refusals.RefuseAsync(admitted, FixedAnswer.SecondFactorNeeded);
        else await CarryOutAsync(admitted);
    }

    private async Task RefuseForNumberAsync(SharingRequest request, string person, int seconds)
    {
        request.Http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (limits.IsToRecord(person)) await refusals.RefuseAsync(request, FixedAnswer.TooMany);
        else await FixedAnswer.TooMany.WriteAsync(request.Http);
    }

    /// <summary>Null when the request has been answered. Nothing here looks at any record.</summary>
    private async Task<SharingRequest?> CheckPurposeAsync(SharingRequest request)
    {
        var (operation, headers) = (request.Operation, request.Http.Request.Headers);
        var asked = Header(request.Http, PurposeHeader);
        var unreadable = (asked is null && headers.ContainsKey(PurposeHeader)) || (asked is not null && !PlatformTerms.Purposes.Contains(asked));
        // What is read under an emergency is read for it, whatever purpose it would be otherwise.
        if (request.EmergencyId is not null && !unreadable) asked = Contracts.Purposes.Emergency;
        var all = agreements.PurposesFor(request.Principal, operation.RecordType, operation.Verb, request.Today, operation.Command);
        var forEmergency = asked == Contracts.Purposes.Emergency && !operation.IsOfSharing;
        // Nobody is offered an emergency: it is opened first, and then named.
        IReadOnlyList<string> purposes = operation.IsOfSharing || request.EmergencyId is not null ? all : [.. all.Where(p => p != Contracts.Purposes.Emergency)];
        if (purposes.Count == 0 && !(forEmergency && all.Count > 0))
        {
            await refusals.RefuseAsync(request with { Purpose = unreadable ? "" : asked ?? "" }, FixedAnswer.NoRuleForRole);
            return null;
        }

        var implied = operation.Kind is OperationKind.Submit or OperationKind.Change && purposes.Count == 1 ? purposes[0] : null;
        var purpose = asked ?? implied;
        if (purpose is null || unreadable)
        {
            await FixedAnswer.PurposeNeededAsync(request.Http, purposes);
            return null;
        }

        request = request with { Purpose = purpose };
        if (request.EmergencyId is not null || forEmergency) return await CheckEmergencyAsync(request, all);
        if (purposes.Contains(purpose)) return request;
        await refusals.RefuseAsync(request, FixedAnswer.PurposeNotForRole);
        return null;
    }

    /// <summary>By route, role and header alone; whether the emergency is open comes later.</summary>
    private async Task<SharingRequest?> CheckEmergencyAsync(SharingRequest request, IReadOnlyList<string> purposes)
    {
        if (!request.Operation.EmergencyOpens) await refusals.RefuseAsync(request, FixedAnswer.EmergencyReadsOne);
        else if (!purposes.Contains(Contracts.Purposes.Emergency)) await refusals.RefuseAsync(request, FixedAnswer.PurposeNotForRole);
        else if (request.EmergencyId is null) await FixedAnswer.EmergencyNeeded.WriteAsync(request.Http);
        else return request;
        return null;
    }

    private Task CarryOutAsync(SharingRequest request) => request.Operation.Kind switch
    {
        OperationKind.Read => reading.HandleAsync(request),
        OperationKind.Document => documents.HandleAsync(request),
        OperationKind.List => listing.HandleAsync(request),
        OperationKind.Submit => submitting.HandleAsync(request),
        OperationKind.Change => changing.HandleAsync(request),
    };

    private static string? Header(HttpContext http, string name) =>
        http.Request.Headers.TryGetValue(name, out var values) && values.Count == 1 && values[0] is { Length: > 0 and <= 2000 } value ? value : null;
}
