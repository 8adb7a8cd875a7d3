using System.Text;
using Partnership.Contracts.Records;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>The internal token at the services' own doors: good for one request, once, and for nothing else.</summary>
public sealed class InternalTokenReplayTests(SharedPlatform shared)
{
    private const string Unauthorised = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nDate: -\r\n\r\n";
    private const string List = "/marac/cases";
    private const string Query = "?limit=5";

    private static readonly Caller Caller = new()
    {
        Person = "a-person",
        Agency = "CON",
        Team = "PVP",
        Role = "marac-representative",
        Purpose = "marac-referral",
    };

    [Fact]
    public async Task A_token_opens_its_own_request_once()
    {
        var platform = await shared.StartedAsync();
        var token = Mint(platform, t => t);
        Assert.Equal(200, (await GetAsync(platform, List + Query, token)).Status);
        Assert.Equal(Unauthorised, (await GetAsync(platform, List + Query, token)).WithoutDate);
    }

    [Fact]
    public async Task A_token_of_another_request_opens_nothing()
    {
        var platform = await shared.StartedAsync();
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        foreach (var path in (string[])
        [
            "/marac/referrals?limit=5", $"/marac/cases/{id}?limit=5", "/marac/cases", "/marac/cases?limit=6", "/marac/cases?limit=5&after=x", "/marac/cases?limit=5&",
            "/marac/cases/?limit=5", "//marac/cases?limit=5", "/marac/%63ases?limit=5", "/Marac/cases?limit=5", "/marac/./cases?limit=5", "/marac/cases?Limit=5",
        ])
        {
            Assert.True(Unauthorised == (await GetAsync(platform, path, Mint(platform, t => t))).WithoutDate, path);
        }

        foreach (var method in (string[])["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
        {
            var answer = await Wire.SendAsync(Marac(platform), method, List + Query, [(InternalToken.HeaderName, Mint(platform, t => t)), ("Content-Length", "0")]);
            Assert.True(Unauthorised == answer.WithoutDate, method);
        }

        Assert.Equal(Unauthorised, (await GetAsync(platform, List + Query, Mint(platform, t => t), "surprise"u8.ToArray())).WithoutDate);
        Assert.Equal(200, (await GetAsync(platform, List + Query, Mint(platform, t => t))).Status);
    }

    [Fact]
    public async Task A_token_of_another_body_submits_nothing()
    {
        var platform = await shared.StartedAsync();
        var body = Encoding.UTF8.GetBytes(Samples.Referral().ToJsonString());
        var other = Encoding.UTF8.GetBytes(Samples.Referral(change: b => b["immediateDanger"] = true).ToJsonString());
        Func<InternalToken, InternalToken> submission = t => t with
        {
            Method = "POST",
            Path = "/marac/referrals",
            Query = "",
            BodyDigest = InternalTokens.BodyDigest(body),
        };
        var token = Mint(platform, submission);
        Assert.Equal(Unauthorised, (await PostAsync(platform, token, other)).WithoutDate);
        Assert.Equal(Unauthorised, (await PostAsync(platform, token, [])).WithoutDate);
        Assert.Equal(Unauthorised, (await PostAsync(platform, token, [.. body, (byte)' '])).WithoutDate);
        // What did not fit has not used it up.
        Assert.Equal(201, (await PostAsync(platform, token, body)).Status);
        Assert.Equal(Unauthorised, (await PostAsync(platform, token, body)).WithoutDate);
    }

    [Fact]
    public async Task A_token_late_from_the_future_or_without_an_id_opens_nothing()
    {
        var platform = await shared.StartedAsync();
        foreach (var (what, change) in (IEnumerable<(string, Func<InternalToken, InternalToken>)>)
        [
            ("late", t => t with { IssuedAt = t.IssuedAt - InternalToken.Lifetime }),
            ("of yesterday", t => t with { IssuedAt = t.IssuedAt.AddDays(-1) }),
            ("of the future", t => t with { IssuedAt = t.IssuedAt.AddSeconds(30) }),
            ("without an id", t => t with { Id = "" }),
            ("with a long id", t => t with { Id = new string('x', 65) }),
            ("for another service", t => t with { Audience = "information-sharing" }),
            ("for no service", t => t with { Audience = "" }),
            ("for all services", t => t with { Audience = "*" }),
        ])
        {
            Assert.True(Unauthorised == (await GetAsync(platform, List + Query, Mint(platform, change))).WithoutDate, what);
        }
    }

    [Fact]
    public async Task A_token_of_another_key_or_altered_opens_nothing()
    {
        var platform = await shared.StartedAsync();
        var ofSharing = Mint(platform, t => t, platform.Keys.InternalSharing);
        Assert.Equal(Unauthorised, (await GetAsync(platform, List + Query, ofSharing)).WithoutDate);

        var token = Mint(platform, t => t);
        var (payload, mac) = (token.Split('.')[0], token.Split('.')[1]);
        var raised = Mint(platform, t => t with { Reach = [ReachCodes.All] }, platform.Keys.InternalSharing).Split('.')[0];
        foreach (var forged in (string[])
        [
            $"{raised}.{mac}", $"{payload}.", payload, $".{mac}", $"{payload}.{mac[..^1]}", $"{payload}.{mac}x", $"{payload}.{mac}.{mac}", $"{payload}.{new string('A', 43)}",
            "", "null", "e30.e30", $"Bearer {token}", $"{token}, {token}",
        ])
        {
            Assert.True(Unauthorised == (await GetAsync(platform, List + Query, forged)).WithoutDate, forged);
        }
    }

    [Fact]
    public async Task Without_a_token_or_with_two_nothing_opens_not_even_what_does_not_exist()
    {
        var platform = await shared.StartedAsync();
        foreach (var host in (string[])[Services.Marac, Services.InformationSharing])
        {
            foreach (var path in (string[])["/marac/cases", "/marac/referrals", "/sharing/disclosures", "/internal/register", "/", "/no/such/path", "/openapi.json"])
            {
                var answer = await Wire.SendAsync(platform.Host(host).Address, "GET", path, []);
                Assert.True(Unauthorised == answer.WithoutDate, $"{host} {path}");
            }
        }

        var twice = await Wire.SendAsync(
            Marac(platform), "GET", List + Query,
            [(InternalToken.HeaderName, Mint(platform, t => t)), (InternalToken.HeaderName, Mint(platform, t => t))]);
        Assert.Equal(Unauthorised, twice.WithoutDate);
    }

    [Fact]
    public async Task A_token_for_one_service_opens_no_other_and_none_of_its_callers_pass_the_gateway()
    {
        var platform = await shared.StartedAsync();
        var sharing = platform.Host(Services.InformationSharing).Address;
        Func<InternalToken, InternalToken> register = t => t with { Audience = "information-sharing", Path = "/internal/register", Query = "" };
        foreach (var token in (string[])
        [
            Mint(platform, register), // Marac's key, the other's name: what a compromised service could make.
            Mint(platform, t => register(t) with { Audience = "marac" }, platform.Keys.InternalSharing),
        ])
        {
            Assert.Equal(Unauthorised, (await Wire.SendAsync(sharing, "GET", "/internal/register", [(InternalToken.HeaderName, token)])).WithoutDate);
        }

        var good = Mint(platform, register, platform.Keys.InternalSharing);
        Assert.Equal(200, (await Wire.SendAsync(sharing, "GET", "/internal/register", [(InternalToken.HeaderName, good)])).Status);
        Assert.Equal(401, (await Wire.SendAsync(platform.Gateway, "GET", List, [(InternalToken.HeaderName, Mint(platform, t => t))])).Status);
    }

    private static Uri Marac(RunningPlatform platform) => platform.Host(Services.Marac).Address;

    private static Task<RawAnswer> GetAsync(RunningPlatform platform, string path, string token, byte[]? body = null) =>
        Wire.SendAsync(Marac(platform), "GET", path, [(InternalToken.HeaderName, token), ("Content-Length", $"{body?.Length ?? 0}")], body);

    private static Task<RawAnswer> PostAsync(RunningPlatform platform, string token, byte[] body) => Wire.SendAsync(
        Marac(platform), "POST", "/marac/referrals",
        [(InternalToken.HeaderName, token), ("Content-Type", "application/json"), ("Content-Length", $"{body.Length}")], body);

    /// <summary>A token for <c>GET /marac/cases?limit=5</c>, minted as the gateway does, and changed before it is signed.</summary>
    private static string Mint(RunningPlatform platform, Func<InternalToken, InternalToken> change, string? keyFile = null) => InternalTokens.Mint(
        change(new InternalToken
        {
            Id = InternalTokens.NewId(),
            Audience = "marac",
            IssuedAt = TimeProvider.System.GetUtcNow(),
            Method = "GET",
            Path = List,
            Query = Query,
            BodyDigest = InternalTokens.EmptyBodyDigest,
            Caller = Caller,
            Reach = [ReachCodes.Member("CON", "PVP")],
        }),
        TestKeys.Read(keyFile ?? platform.Keys.InternalMarac));
}
