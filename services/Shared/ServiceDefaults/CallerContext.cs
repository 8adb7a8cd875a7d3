using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Partnership.Contracts;
using Partnership.Contracts.Sharing;
using Partnership.EventStore;

namespace Partnership.ServiceDefaults;

/// <summary>
/// Who is behind the request and what the gateway decided about it; a parameter of any endpoint behind the internal token.
/// </summary>
public sealed class CallerContext
{
    private readonly InternalToken token;

    /// <param name="route">Method and path; part of whose idempotency key it is.</param>
    public CallerContext(InternalToken token, ReadOnlyMemory<byte> body, string route)
    {
        ArgumentNullException.ThrowIfNull(token);
        this.token = token;
        Body = body;
        Route = route;
    }

    public Caller Caller => token.Caller;

    /// <summary>Version of the facts that admission was decided by; null for reads and submissions.</summary>
    public long? FactsVersion => token.FactsVersion;

    /// <summary>Codes of the reach index this caller can see rows of; empty sees none.</summary>
    public IReadOnlyList<string> Reach => token.Reach;

    /// <summary>The exact bytes the gateway vouched for.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    public string Route { get; }

    /// <summary>True when the command's admission was decided by other facts than these: answer <see cref="Problem.FactsChanged"/>.</summary>
    /// <remarks>A command without a facts version was never admitted to a record, so it counts as changed.</remarks>
    public bool FactsChangedFrom(long version) => FactsVersion != version;

    /// <summary>Who did it and under which rule, for events and for the ledger.</summary>
    public ActorStamp Stamp() => new()
    {
        Person = Caller.Person,
        Agency = Caller.Agency,
        Team = Caller.Team,
        Role = Caller.Role,
        Hat = Caller.Hat,
        Session = Caller.Session,
        Purpose = Caller.Purpose,
        LegalPower = Caller.LegalPower,
        LawfulBasis = Caller.LawfulBasis,
        Condition = Caller.Condition,
        Regime = Caller.Regime,
        Agreement = Caller.Agreement,
        AgreementSet = Caller.AgreementSet,
        Rule = Caller.Rule,
        Classification = Caller.Classification,
        Correlation = Caller.Correlation,
    };

    /// <summary>The headers of an append made for this caller, under the trace of this request.</summary>
    public EventHeaders Headers() => new(
        JsonSerializer.Serialize(Stamp(), WireJson.Options), Activity.Current?.Id, Caller.Correlation);

    /// <summary>The caller of a request that passed the internal token.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is not behind the internal token.</exception>
    public static CallerContext Of(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Features.Get<CallerContext>()
            ?? throw new InvalidOperationException("This endpoint has a caller but is not behind the internal token.");
    }

    /// <summary>For minimal APIs.</summary>
    public static ValueTask<CallerContext?> BindAsync(HttpContext context, ParameterInfo parameter) => new(Of(context));
}
