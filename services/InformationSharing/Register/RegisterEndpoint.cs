using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Partnership.Contracts.Sharing;

namespace Partnership.InformationSharing;

/// <summary><c>GET /internal/register?since=VERSION</c>: the register, for the gateway alone.</summary>
public static class RegisterEndpoint
{
    public static RouteGroupBuilder MapRegister(this RouteGroupBuilder group)
    {
        group.MapGet("/internal/register", Answer);
        return group;
    }

    /// <summary>204 when the caller's version is this one; the whole register otherwise, its version in the <c>ETag</c> too.</summary>
    private static Results<Ok<RegisterSnapshot>, NoContent> Answer(string? since, Registry registry, HttpResponse response)
    {
        var snapshot = registry.Snapshot;
        var version = snapshot.Version.ToString(CultureInfo.InvariantCulture);
        response.Headers.ETag = $"\"{version}\"";
        return since == version ? TypedResults.NoContent() : TypedResults.Ok(snapshot);
    }
}
