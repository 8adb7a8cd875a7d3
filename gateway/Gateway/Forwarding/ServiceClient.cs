using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Partnership.ServiceDefaults;

namespace Partnership.Gateway.Forwarding;

/// <summary>
/// The gateway's own requests to services (facts, further pages, the register), with the same connections and the same
/// internal token as forwarded ones.
/// </summary>
public sealed class ServiceClient(IConfiguration configuration, GatewayKeys keys, TimeProvider clock) : IDisposable
{
    private static readonly string EmptyDigest = Convert.ToHexStringLower(SHA256.HashData([]));

    private readonly Dictionary<string, Uri> addresses = configuration.GetSection("Services").GetChildren().ToDictionary(
        s => s.Key, s => new Uri(s.Value ?? throw new InvalidOperationException($"{s.Path} has no address.")));

    /// <summary>One pool of connections for everything that goes to services.</summary>
    public HttpMessageInvoker Invoker { get; } = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        ActivityHeadersPropagator = DistributedContextPropagator.Current,
    });

    public string AddressOf(string service) => addresses[service].GetLeftPart(UriPartial.Authority);

    /// <summary>A request to a service, with its internal token.</summary>
    public HttpRequestMessage Request(HttpMethod method, string service, string path, string query, ReadOnlyMemory<byte> body, Caller caller, long? factsVersion, IReadOnlyList<string> reach)
    {
        var request = new HttpRequestMessage(method, new Uri(addresses[service], path + query)) { Version = HttpVersion.Version11 };
        if (body.Length > 0)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new("application/json");
        }

        request.Headers.TryAddWithoutValidation(InternalToken.HeaderName, Token(service, method.Method, path, query, body.Span, caller, factsVersion, reach));
        return request;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Invoker.SendAsync(request, cancellationToken);

    /// <summary>A request of the gateway itself, on nobody's behalf; kept out of traces because it recurs twice a second.</summary>
    public async Task<HttpResponseMessage> GetInternalAsync(string service, string path, string query, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(5));
        using var request = Request(HttpMethod.Get, service, path, query, default, Itself, null, []);
        using var untraced = OpenTelemetry.SuppressInstrumentationScope.Begin();
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00");
        return await Invoker.SendAsync(request, timeout.Token);
    }

    public string Token(string service, string method, string path, string query, ReadOnlySpan<byte> body, Caller caller, long? factsVersion, IReadOnlyList<string> reach)
    {
        var now = clock.GetUtcNow();
        return InternalTokens.Mint(
            new InternalToken
            {
                Id = Guid.CreateVersion7(now).ToString("N"),
                Audience = service,
                IssuedAt = now,
                Method = method,
                Path = path,
                Query = query,
                BodyDigest = body.IsEmpty ? EmptyDigest : Convert.ToHexStringLower(SHA256.HashData(body)),
                Caller = caller,
                FactsVersion = factsVersion,
                Reach = reach,
            },
            keys.InternalKey(service));
    }

    public void Dispose() => Invoker.Dispose();

    private static Caller Itself { get; } = new() { Person = "gateway", Agency = "gateway", Role = "gateway", Purpose = "operation" };
}
