using Partnership.Tests.Platform.Gateway;
using Partnership.Tests.Support.Hosts;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedPlatform))]

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// One platform for all tests of the gateway, started by the first that asks. Each test works on records of its own, so
/// that classes can run beside each other.
/// </summary>
public sealed class SharedPlatform : IAsyncLifetime
{
    /// <summary>People whom the demonstration partnership lacks, by subject.</summary>
    private const string People = """
          - { id: t-0001, subject: coordinator-2, issuer: 1, name: Beatrix Holloway, hats: [{ agency: PCC, team: CS, role: marac-coordinator }] }
          - { id: t-0002, subject: landlord-2, issuer: 1, name: Zoë Ødegård-O'Brien, hats: [{ agency: CKH, role: marac-representative }] }
          - { id: t-0003, subject: lister, issuer: 1, name: Ottilie Årnberg, hats: [{ agency: ASP, role: marac-representative }] }
          - { id: t-0004, subject: lister-2, issuer: 1, name: Percival Quint, hats: [{ agency: ASP, role: marac-representative }] }
          - { id: t-0005, subject: gone, issuer: 1, name: Gone Away, until: 2026-03-01, hats: [{ agency: CKH, role: marac-representative }] }
          - { id: t-0006, subject: to-come, issuer: 1, name: Not Yet, from: 2099-01-01, hats: [{ agency: CKH, role: marac-representative }] }
          - { id: t-0007, subject: prosecutor, issuer: 2, name: Cecily Prow, hats: [{ agency: CPS, role: marac-representative }] }
          - { id: t-0008, subject: past-agency, issuer: 2, name: Walter Formerly, hats: [{ agency: CCG, role: marac-representative }] }
          - { id: t-0009, subject: two-agencies, issuer: 2, name: Ida Doublehat, hats: [{ name: prosecutor, agency: CPS, role: marac-representative }, { name: former, agency: CCG, role: marac-representative }] }
          - { id: t-0010, subject: leaver, issuer: 1, name: Lionel Parting, hats: [{ agency: CKH, role: marac-representative }] }
          - { id: t-0011, subject: hasty, issuer: 1, name: Hasty Rush, hats: [{ agency: CKH, role: marac-representative }] }

        """;

    private readonly Lazy<Task<RunningPlatform>> platform;
    private TestIssuer? other;

    public SharedPlatform() => platform = new(StartAsync);

    /// <summary>An issuer that may assert people of CPS and of an agency that has ended, and of nobody else.</summary>
    public TestIssuer OtherIssuer => other ?? throw new InvalidOperationException("The platform is not running.");

    public Task<RunningPlatform> StartedAsync() => platform.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (platform.IsValueCreated)
            await (await platform.Value).DisposeAsync();
        if (other is not null)
            await other.DisposeAsync();
    }

    private async Task<RunningPlatform> StartAsync()
    {
        other = await TestIssuer.StartAsync();
        return await RunningPlatform.StartAsync(new PlatformOptions
        {
            Partnership = text => text.Replace(
                "\npeople:\n", $"\n  - issuer: {other.Issuer}\n    agencies: [CPS, CCG]\n\npeople:\n{People}", StringComparison.Ordinal),
            Settings = new Dictionary<(string, string), string?>
            {
                [(Services.Gateway, "Identity:Issuers:1:Issuer")] = other.Issuer,
                [(Services.Gateway, "Identity:Issuers:1:MetadataAddress")] = other.MetadataAddress,
                [(Services.Gateway, "Identity:Issuers:1:Audience")] = TestIssuer.Audience,
                // How long an answer waits for its entry is shown elsewhere; here a busy machine must not make a 503.
                [(Services.Gateway, "Ledger:ConfirmWithinSeconds")] = "20",
            },
        });
    }
}
