using System.Runtime.CompilerServices;

namespace Partnership.Tests.Support;

/// <summary>What a process of ours has set before its first host starts, and a test process must too.</summary>
internal static class ProcessSetup
{
    // ASP.NET Core looks once; here an issuer or collector is the first host, and it is not one of ours.
#pragma warning disable CA2255 // A test library is loaded by its tests and by nothing else.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Run() => AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
}
