using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Partnership.Gateway.Callers;

/// <summary>A configured issuer of access tokens; section <c>Identity:Issuers</c>.</summary>
public sealed class IssuerOptions
{
    public string Issuer { get; set; } = "";

    /// <summary>Address of its OpenID configuration; by default the issuer's own <c>/.well-known/openid-configuration</c>.</summary>
    public string? MetadataAddress { get; set; }
    public string Audience { get; set; } = "partnership";
}

/// <summary>What a validated token asserts. Who that is, the people register says.</summary>
/// <param name="Methods">Authentication methods (RFC 8176 <c>amr</c>).</param>
public sealed record ValidatedToken(string Issuer, string Subject, string Session, IReadOnlyList<string> Methods, DateTimeOffset Expires);

/// <summary>
/// Validates access tokens of the configured issuers: signature by the issuer's published keys, asymmetric algorithms
/// only, audience, lifetime. A validated token is remembered until it expires, by its hash.
/// </summary>
public sealed class TokenValidator
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (IssuerOptions Options, ConfigurationManager<OpenIdConnectConfiguration> Keys)> issuers;
    private readonly ConcurrentDictionary<string, ValidatedToken> remembered = new();
    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };
    private readonly TimeProvider clock;

    public TokenValidator(IEnumerable<IssuerOptions> options, TimeProvider clock)
    {
        this.clock = clock;
        issuers = options.ToDictionary(o => o.Issuer, o =>
        {
            var address = o.MetadataAddress ?? o.Issuer.TrimEnd('/') + "/.well-known/openid-configuration";
            var loopback = Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.IsLoopback;
            var keys = new ConfigurationManager<OpenIdConnectConfiguration>(
                address, new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever { RequireHttps = !loopback });
            return (o, keys);
        });
    }

    /// <summary>Null when the token is not one of ours, for whatever reason: the caller learns only "401".</summary>
    public async ValueTask<ValidatedToken?> ValidateAsync(string? authorization, CancellationToken cancellationToken)
    {
        const string scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length > 8192) return null;
        var raw = authorization[scheme.Length..].Trim();
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(raw)));
        var now = clock.GetUtcNow();
        if (remembered.TryGetValue(hash, out var known))
        {
            if (known.Expires + Skew > now) return known;
            remembered.TryRemove(hash, out _);
        }

        var validated = await CheckAsync(raw, cancellationToken);
        if (validated is null) return null;
        if (remembered.Count >= MaxRemembered) remembered.Clear();
        remembered[hash] = validated;
        return validated;
    }

    private async Task<ValidatedToken?> CheckAsync(string raw, CancellationToken cancellationToken)
    {
        if (IssuerOf(raw) is not { } name || !issuers.TryGetValue(name, out var issuer)) return null;
        var result = await TryAsync(raw, issuer.Options, issuer.Keys, cancellationToken);
        if (result is { IsValid: false, Exception: SecurityTokenSignatureKeyNotFoundException })
        {
            issuer.Keys.RequestRefresh(); // The issuer may have rolled its keys.
            result = await TryAsync(raw, issuer.Options, issuer.Keys, cancellationToken);
        }

        if (result is not { IsValid: true, SecurityToken: JsonWebToken token } || string.IsNullOrEmpty(token.Subject)) return null;
        var session = token.TryGetPayloadValue<string>("sid", out var sid) ? sid : token.Id;
        var methods = token.Claims.Where(c => c.Type == "amr").Select(c => c.Value).ToList();
        return new ValidatedToken(token.Issuer, token.Subject, session ?? "", methods, new DateTimeOffset(token.ValidTo, TimeSpan.Zero));
    }

    /// <summary>Whose it claims to be; null when it is no token at all.</summary>
    private string? IssuerOf(string raw)
    {
        try
        {
            return handler.CanReadToken(raw) ? handler.ReadJsonWebToken(raw).Issuer : null;
        }
        catch (ArgumentException)
        {
            return null; // Looks like a token and holds nothing that can be read.
        }
    }

    private async Task<TokenValidationResult?> TryAsync(
        string raw, IssuerOptions options, ConfigurationManager<OpenIdConnectConfiguration> keys, CancellationToken cancellationToken)
    {
        OpenIdConnectConfiguration configuration;
        try
        {
            configuration = await keys.GetConfigurationAsync(cancellationToken);
        }
        catch (InvalidOperationException)
        {
            return null; // The issuer cannot be reached and its keys are not known: no token of it is valid.
        }

        return await handler.ValidateTokenAsync(raw, new TokenValidationParameters
        {
            ValidIssuer = options.Issuer,
            ValidAudience = options.Audience,
            IssuerSigningKeys = configuration.SigningKeys,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256],
            ValidTypes = ["at+jwt", "JWT"],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = Skew,
            LifetimeValidator = (from, until, _, parameters) =>
                until is { } end && end + parameters.ClockSkew > clock.GetUtcNow().UtcDateTime && (from is null || from - parameters.ClockSkew <= clock.GetUtcNow().UtcDateTime),
        });
    }
}
