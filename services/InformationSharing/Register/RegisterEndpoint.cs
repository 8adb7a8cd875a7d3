using System.Globalization;
using Partnership.Ledger;

namespace Partnership.InformationSharing;

/// <summary><c>GET /internal/register?since=VERSION</c>: the register and a heartbeat, for the gateway alone.</summary>
public static class RegisterEndpoint
{
    public static RouteGroupBuilder MapRegister(this RouteGroupBuilder group)
    {
        group.MapGet("/internal/register", Answer);
        return group;
    }

    /// <summary>
    /// 204 when the caller's version is this one; the whole register otherwise, its version in the <c>ETag</c> too. Either
    /// carries the signed heartbeat of exactly these bytes.
    /// </summary>
    private static IResult Answer(string? since, Registry registry, Heartbeats heartbeats, HttpResponse response)
    {
        var (version, bytes, digest) = registry.Served;
        var text = version.ToString(CultureInfo.InvariantCulture);
        response.Headers.ETag = $"\"{text}\"";
        response.Headers[Heartbeat.HeaderName] = heartbeats.Next(version, digest);
        return since == text ? TypedResults.NoContent() : TypedResults.Bytes(bytes, "application/json");
    }
}
