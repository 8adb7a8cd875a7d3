using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Whose word counts: one answer for every token that is not a current one of a person of the register.</summary>
public sealed class TokenTests(SharedPlatform shared)
{
    [Fact]
    public async Task Every_token_but_a_persons_own_is_the_same_401()
    {
        var platform = await shared.StartedAsync();
        var issuer = platform.Issuer;
        using var foreign = TestIssuer.NewKey();
        var good = issuer.Token("landlord");
        var published = await PublishedKeyAsync(issuer);
        var tokens = new Dictionary<string, string?>
        {
            ["none"] = null,
            ["empty"] = "",
            ["not a token"] = "landlord",
            ["three parts of nothing"] = "a.b.c",
            ["no JSON"] = $"{Encode("not json")}.{Encode("not json")}.{Encode("x")}",
            ["no issuer"] = $"{Encode("""{"alg":"ES256"}""")}.{Encode("{}")}.{Encode("x")}",
            ["expired"] = issuer.Token("landlord", lifetime: TimeSpan.FromMinutes(-5)),
            ["another audience"] = issuer.Token("landlord", audience: "somebody-else"),
            ["an unknown issuer"] = issuer.Token("landlord", issuer: "https://identity.example"),
            ["another known issuer, not its key"] = issuer.Token("prosecutor", issuer: shared.OtherIssuer.Issuer),
            ["another key"] = issuer.Token("landlord", signWith: foreign),
            ["another type"] = issuer.Token("landlord", type: "id"),
            ["an unknown subject"] = issuer.Token("nobody"),
            ["no subject"] = issuer.Token(""),
            ["a subject in another case"] = issuer.Token("Landlord"),
            ["a subject of another issuer"] = issuer.Token("prosecutor"),
            ["a person of ours, by an issuer that may not assert them"] = shared.OtherIssuer.Token("landlord"),
            ["a person who has left"] = issuer.Token("gone"),
            ["a person to come"] = issuer.Token("to-come"),
            ["a person of an agency that has ended"] = shared.OtherIssuer.Token("past-agency"),
            ["no signature"] = good[..(good.LastIndexOf('.') + 1)],
            ["a signature cut short"] = good[..^4],
            ["alg none"] = Unsigned(good, "none"),
            ["alg None, with the old signature"] = Unsigned(good, "None") + good[(good.LastIndexOf('.') + 1)..],
            ["another payload under the old signature"] = Altered(good),
            ["HMAC under the public key"] = Hmac(good, Encoding.UTF8.GetBytes(published)),
            ["HMAC under the point"] = Hmac(good, Base64Url.DecodeFromChars(JsonDocument.Parse(published).RootElement.GetProperty("x").GetString())),
            ["two"] = $"{good}, {good}",
        };
        var it = $"/marac/cases/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
        const string unauthorised =
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 123\r\nContent-Type: application/problem+json\r\nDate: -\r\nCache-Control: no-store\r\nWWW-Authenticate: Bearer\r\nX-Content-Type-Options: nosniff\r\n\r\n"
            + """{"type":"about:blank","title":"Unauthorized","status":401,"code":"unauthorised","detail":"A valid access token is needed."}""";
        foreach (var (what, token) in tokens)
        {
            IEnumerable<(string, string)> headers = token is null ? [] : [("Authorization", $"Bearer {token}")];
            foreach (var (method, path) in ((string, string)[])[("GET", it), ("GET", "/marac/cases?limit=0"), ("POST", "/marac/referrals"), ("PUT", $"{it}/summary")])
            {
                var answer = await Wire.SendAsync(
                    platform.Gateway, method, path, headers.Concat([("Sharing-Purpose", Casework.Meeting), ("Content-Length", "0")]));
                Assert.True(unauthorised == answer.WithoutDate, $"{what}: {method} {path} answered\n{answer.WithoutDate}");
            }
        }

        foreach (var scheme in (string[])["Basic bGFuZGxvcmQ6", $"Token {good}", good, $"DPoP {good}"])
            Assert.Equal(unauthorised, (await Wire.SendAsync(platform.Gateway, "GET", it, [("Authorization", scheme), ("Sharing-Purpose", Casework.Meeting)])).WithoutDate);
        Assert.Equal(404, (await Wire.SendAsync(platform.Gateway, "GET", it, [("Authorization", $"Bearer {good}"), ("Sharing-Purpose", Casework.Meeting)])).Status);
    }

    [Fact]
    public async Task Each_issuer_speaks_for_its_own_people()
    {
        var platform = await shared.StartedAsync();
        var prosecutor = platform.WithToken(shared.OtherIssuer.Token("prosecutor"));
        var body = Partnership.Tests.Support.Samples.Referral(agency: "CPS", emailDomain: "cps.gov.uk");
        var submitted = await prosecutor.CreateAsync("/marac/referrals", body);
        Assert.True((int)submitted.Status == 201, submitted.ToString());
        Assert.Equal(200, (int)(await prosecutor.GetAsync(submitted.Location, Casework.Referral)).Status);
    }

    private static async Task<string> PublishedKeyAsync(TestIssuer issuer)
    {
        using var client = new HttpClient();
        using var keys = JsonDocument.Parse(await client.GetStringAsync($"{issuer.Issuer}/jwks"));
        return keys.RootElement.GetProperty("keys")[0].GetRawText();
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Decode(string part) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));

    private static string Unsigned(string token, string algorithm)
    {
        var parts = token.Split('.');
        return $"{Encode(Decode(parts[0]).Replace("ES256", algorithm, StringComparison.Ordinal))}.{parts[1]}.";
    }

    private static string Altered(string token)
    {
        var parts = token.Split('.');
        return $"{parts[0]}.{Encode(Decode(parts[1]).Replace("landlord", "coordinator", StringComparison.Ordinal))}.{parts[2]}";
    }

    private static string Hmac(string token, byte[] key)
    {
        var unsigned = Unsigned(token, "HS256")[..^1];
        return $"{unsigned}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(unsigned)))}";
    }
}
