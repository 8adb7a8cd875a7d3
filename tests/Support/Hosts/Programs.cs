using Microsoft.AspNetCore.Builder;

namespace Partnership.Tests.Support.Hosts;

/// <summary>The programs under test: the very <c>Build</c> that each <c>Program.cs</c> calls, and the file it is published as.</summary>
internal static class Programs
{
    public static WebApplication Build(string service, string[] args, Action<WebApplicationBuilder> configure) => service switch
    {
        Services.Marac => ByName("Partnership.Marac.MaracHost", "Partnership.Marac", args, configure),
        Services.InformationSharing => ByName("Partnership.InformationSharing.InformationSharingHost", "Partnership.InformationSharing", args, configure),
        Services.Gateway => ByName("Partnership.Gateway.GatewayHost", "Partnership.Gateway", args, configure),
        _ => throw new ArgumentOutOfRangeException(nameof(service)),
    };

    // Until every host has landed.
    private static WebApplication ByName(string type, string assembly, string[] args, Action<WebApplicationBuilder> configure) =>
        (WebApplication)Type.GetType($"{type}, {assembly}", throwOnError: true)!.GetMethod("Build")!.Invoke(null, [args, configure])!;

    /// <summary>The built program, beside the tests.</summary>
    public static string File(string service) => Path.Combine(AppContext.BaseDirectory, service switch
    {
        Services.Marac => "Partnership.Marac",
        Services.InformationSharing => "Partnership.InformationSharing",
        Services.Gateway => "Partnership.Gateway",
        _ => throw new ArgumentOutOfRangeException(nameof(service)),
    });
}
