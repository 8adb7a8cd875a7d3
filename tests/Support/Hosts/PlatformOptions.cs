using Microsoft.AspNetCore.Builder;

namespace Partnership.Tests.Support.Hosts;

/// <summary>What a test wants different from the usual platform.</summary>
public sealed record PlatformOptions
{
    /// <summary>Hosts are processes of their own, as in production: for crashes, start-up, and telemetry told apart by service.</summary>
    public bool Processes { get; init; }

    /// <summary>A broker of the test's own, which it may stop, kill or block.</summary>
    public bool OwnBroker { get; init; }

    /// <summary>A database server of the test's own.</summary>
    public bool OwnPostgres { get; init; }

    /// <summary>Hosts send telemetry to <see cref="RunningPlatform.Telemetry"/>.</summary>
    public bool Telemetry { get; init; }

    /// <summary>In-process hosts only.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Changes the text of the demonstration <c>partnership.yaml</c>.</summary>
    public Func<string, string>? Partnership { get; init; }

    /// <summary>Folder of agreements instead of <c>gateway/agreements</c>.</summary>
    public string? Agreements { get; init; }

    /// <summary>Further settings, by service and key: <c>[(Services.Gateway, "Ledger:HeartbeatSeconds")] = "1"</c>.</summary>
    public IReadOnlyDictionary<(string Service, string Key), string?> Settings { get; init; } =
        new Dictionary<(string, string), string?>();

    /// <summary>In-process hosts only: called with the service's name before it registers anything.</summary>
    public Action<string, WebApplicationBuilder>? Configure { get; init; }
}

/// <summary>Names of the hosts.</summary>
public static class Services
{
    public const string Marac = "marac";
    public const string InformationSharing = "information-sharing";
    public const string Gateway = "gateway";

    public static IReadOnlyList<string> All { get; } = [Marac, InformationSharing, Gateway];
}
