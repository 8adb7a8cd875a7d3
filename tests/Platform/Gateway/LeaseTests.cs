using System.Net;
using System.Text;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Without a fresh word of InformationSharing that register and agreements are in force, the gateway shares nothing.</summary>
public sealed class LeaseTests(SharedPlatform shared)
{
    private const string Facts = """{"version":1,"state":"LISTED","scheme":"marac","members":[{"agency":"CKH"}]}""";

    [Fact]
    public async Task Whatever_keeps_the_heartbeat_back_ends_sharing_and_its_return_brings_it_back()
    {
        var platform = await shared.StartedAsync();
        await using var relay = await Relay.StartAsync(platform.Host(Services.InformationSharing).Address);
        await using var gateway = await GatewayBeforeStub.StartAsync(
            platform, more: [("Services:information-sharing", relay.Address.ToString()), ("Gateway:LeaseLasts", "00:00:03")]);
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        gateway.Stub.Answer = _ => StubService.Of(200, $$$"""{"type":"marac.case","id":"{{{id}}}","facts":{{{Facts}}},"data":{"summary":"s"}}""");
        var landlord = gateway.As("landlord");
        var asked = new (string Method, string Path)[]
        {
            ("GET", $"/marac/cases/{id}"), ("GET", "/marac/cases"), ("POST", "/marac/referrals"), ("PUT", $"/marac/cases/{id}/summary"), ("GET", "/sharing/disclosures?scheme=marac"),
        };

        Relayed? last = null;
        var ways = new (string What, Func<Relayed, Relayed?> Way)[]
        {
            ("silent", _ => null),
            ("frozen", answer => last ??= answer),
            ("without its heartbeat", answer => answer with { Heartbeat = null }),
            ("with a heartbeat altered", answer => answer with { Heartbeat = Altered(answer.Heartbeat!) }),
            ("with another register", answer => answer.Status == 200 ? answer with { Body = [.. answer.Body, (byte)' '] } : new Relayed(200, "{}"u8.ToArray(), answer.Heartbeat)),
            ("an error", _ => new Relayed(500, [], null)),
        };
        foreach (var (what, way) in ways)
        {
            relay.Register = static answer => answer;
            await Eventually.Async(async () => (await landlord.GetAsync($"/marac/cases/{id}", Casework.Meeting)).Status == HttpStatusCode.OK, $"sharing goes on before {what}");
            relay.Register = way;
            await Eventually.Async(async () => (await landlord.GetAsync($"/marac/cases/{id}", Casework.Meeting)).Code == "sharing-not-confirmed", $"a heartbeat that is {what} ends sharing");
            foreach (var (method, path) in asked)
            {
                var answer = await landlord.RawAsync(method, path, method == "GET" ? null : "{}", Casework.Meeting);
                Assert.True(answer.Status == 503, $"{what}: {method} {path}: {answer.WithoutDate}");
                Assert.Contains("sharing-not-confirmed", Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
            }

            using var probe = new HttpClient();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await probe.GetAsync(new Uri(gateway.Address, "/health/ready"))).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await probe.GetAsync(new Uri(gateway.Address, "/health/live"))).StatusCode);
        }
    }

    [Fact]
    public async Task A_gateway_with_other_agreements_than_those_in_force_shares_nothing()
    {
        var platform = await shared.StartedAsync();
        var folder = Directory.CreateTempSubdirectory("partnership-agreements-").FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "gateway", "agreements"), "*.yaml")) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        await File.AppendAllTextAsync(Path.Combine(folder, "marac.yaml"), "\n# One word more.\n");
        await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            await using var gateway = await GatewayBeforeStub.StartAsync(platform, more: [("Agreements:Folder", folder)], readyWithin: TimeSpan.FromSeconds(3));
        });
        Directory.Delete(folder, recursive: true);
    }

    private static string Altered(string heartbeat) => (heartbeat[5] == 'A' ? "B" : "A") is var other ? heartbeat[..5] + other + heartbeat[6..] : heartbeat;
}
