using Microsoft.AspNetCore.Builder;
using Partnership.Gateway;
using Partnership.InformationSharing;
using Partnership.Marac;

namespace Partnership.Tests.Support.Hosts;

/// <summary>The programs under test: the very <c>Build</c> that each <c>Program.cs</c> calls, and the file it is published as.</summary>
internal static class Programs
{
    public static WebApplication Build(string service, string[] args, Action<WebApplicationBuilder> configure) => service switch
    {
        Services.Marac => MaracHost.Build(args, configure),
        Services.InformationSharing => InformationSharingHost.Build(args, configure),
        Services.Gateway => GatewayHost.Build(args, configure),
        _ => throw new ArgumentOutOfRangeException(nameof(service)),
    };

    /// <summary>The built program, beside the tests.</summary>
    public static string File(string service) => Path.Combine(AppContext.BaseDirectory, service switch
    {
        Services.Marac => "Partnership.Marac",
        Services.InformationSharing => "Partnership.InformationSharing",
        Services.Gateway => "Partnership.Gateway",
        _ => throw new ArgumentOutOfRangeException(nameof(service)),
    });
}
