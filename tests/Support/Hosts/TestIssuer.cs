using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Partnership.Tests.Support.Hosts;

/// <summary>
/// An OpenID provider for tests: serves its configuration and keys, and writes an access token for anybody. Real ones are
/// validated no differently; there is no other way in.
/// </summary>
public sealed class TestIssuer : IAsyncDisposable
{
    public const string Audience = "partnership";

    private readonly WebApplication app;
    private readonly TimeProvider clock;
    private ECDsa key;

    private TestIssuer(WebApplication app, TimeProvider clock, ECDsa key)
    {
        this.app = app;
        this.clock = clock;
        this.key = key;
    }

    /// <summary>The <c>iss</c> of its tokens.</summary>
    public string Issuer => app.Urls.First();
    public string MetadataAddress => $"{Issuer}/.well-known/openid-configuration";

    public static async Task<TestIssuer> StartAsync(TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var issuer = new TestIssuer(app, clock ?? TimeProvider.System, NewKey());
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = issuer.Issuer,
            ["jwks_uri"] = $"{issuer.Issuer}/jwks",
            ["id_token_signing_alg_values_supported"] = new[] { "ES256" },
        }));
        app.MapGet("/jwks", () => Results.Json(new { keys = new[] { issuer.PublicKey() } }));
        await app.StartAsync();
        return issuer;
    }

    /// <summary>An access token of a person of the partnership's file, by subject.</summary>
    /// <param name="amr">How they signed in; by default with a second factor.</param>
    /// <param name="lifetime">Negative for a token that has run out.</param>
    /// <param name="signWith">Another key than the published one, for a forged token.</param>
    public string Token(
        string person, string audience = Audience, string? issuer = null, IReadOnlyList<string>? amr = null, TimeSpan? lifetime = null,
        string? session = null, string type = "at+jwt", ECDsa? signWith = null)
    {
        var now = clock.GetUtcNow();
        var expires = now + (lifetime ?? TimeSpan.FromHours(1));
        var signing = new ECDsaSecurityKey(signWith ?? key) { KeyId = KeyId(key) };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            SigningCredentials = new SigningCredentials(signing, SecurityAlgorithms.EcdsaSha256),
            Claims = new Dictionary<string, object>
            {
                ["iss"] = issuer ?? Issuer,
                ["sub"] = person,
                ["aud"] = audience,
                ["iat"] = Math.Min(now.ToUnixTimeSeconds(), expires.ToUnixTimeSeconds()),
                ["exp"] = expires.ToUnixTimeSeconds(),
                ["jti"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)),
                ["sid"] = session ?? $"session-of-{person}",
                ["amr"] = amr ?? ["pwd", "otp"],
            },
        });
    }

    /// <summary>From now on tokens are signed with a new key, which alone is published.</summary>
    public void RollKey() => key = NewKey();

    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }

    private Dictionary<string, string> PublicKey()
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new()
        {
            ["kty"] = "EC",
            ["use"] = "sig",
            ["alg"] = "ES256",
            ["crv"] = "P-256",
            ["kid"] = KeyId(key),
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }

    private static string KeyId(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];
}
