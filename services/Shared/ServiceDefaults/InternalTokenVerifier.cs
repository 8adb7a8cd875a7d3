using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Partnership.ServiceDefaults;

/// <summary>Settings of a service's side of the internal token; section <c>Internal</c>.</summary>
public sealed class InternalTokenOptions
{
    /// <summary>Name of this service: the only audience it accepts.</summary>
    public string Audience { get; set; } = "";

    /// <summary>File with this service's own key (32 bytes, base64).</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Longest body that is read to be checked; a longer one is refused.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>How far ahead of ours the gateway's clock may be.</summary>
    public TimeSpan Skew { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>
/// Lets a request in only with a token the gateway minted for exactly this request: this service, method, path, query and
/// body, within its lifetime, once. Everything else gets 401 with no body and no reason.
/// </summary>
public sealed class InternalTokenVerifier(IOptions<InternalTokenOptions> options, TimeProvider clock)
{
    private readonly InternalTokenOptions settings = options.Value;
    private readonly Lazy<byte[]> key = new(() => KeyFiles.ReadSymmetric(options.Value.KeyFile, "Internal:KeyFile"));
    private readonly SeenTokens seen = new(clock);

    /// <summary>Reads the key, so that a host without one stops at start and not at its first request.</summary>
    /// <exception cref="InvalidOperationException">No usable key, or no audience.</exception>
    public void EnsureUsable()
    {
        _ = key.Value;
        if (settings.Audience.Length == 0)
            throw new InvalidOperationException("The internal token has no audience: this service was not named.");
    }

    /// <summary>The caller, or null. Reads the whole body, and leaves it readable again from its start.</summary>
    public async Task<CallerContext?> VerifyAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var request = http.Request;
        var headers = request.Headers[InternalToken.HeaderName];
        if (headers.Count != 1 || InternalTokens.Open(headers[0], key.Value) is not { } token)
            return null;

        var now = clock.GetUtcNow();
        if (token.Audience != settings.Audience
            || token.IssuedAt > now + settings.Skew
            || now >= token.IssuedAt + InternalToken.Lifetime
            || token.Id.Length is 0 or > 64
            || token.Method != request.Method
            || !IsRequestLine(http, token))
        {
            return null;
        }

        if (await ReadBodyAsync(request, http.RequestAborted) is not { } body || InternalTokens.BodyDigest(body) != token.BodyDigest)
            return null;

        // Last, so that a mismatched copy cannot use up the id of the request it was copied from.
        if (!seen.TryAccept(token.Id, token.IssuedAt + InternalToken.Lifetime))
            return null;
        request.Body = new MemoryStream(body, writable: false);
        return new CallerContext(token, body, $"{request.Method} {token.Path}");
    }

    // The raw request line is compared, not the decoded path: two spellings of one path are two requests.
    private static bool IsRequestLine(HttpContext http, InternalToken token)
    {
        var raw = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return raw.Length == token.Path.Length + token.Query.Length
            && raw.StartsWith(token.Path, StringComparison.Ordinal)
            && raw.EndsWith(token.Query, StringComparison.Ordinal)
            && !token.Path.Contains('?', StringComparison.Ordinal);
    }

    private async Task<byte[]?> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > settings.MaxBodyBytes)
            return null;
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            using var body = new MemoryStream();
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (body.Length + read > settings.MaxBodyBytes)
                    return null;
                body.Write(buffer, 0, read);
            }

            return body.ToArray();
        }
        finally
        {
            // Bodies describe people; the pool's next user must not find one.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
