using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;
using Partnership.Gateway.Operations;
using Partnership.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Partnership.Gateway.Forwarding;

/// <summary>
/// Forwards a request to its service by YARP and brings the answer back to the gateway instead of to the client: nothing
/// of a service's answer, neither body nor header, reaches the client by itself.
/// </summary>
public sealed class ServiceForwarder(IHttpForwarder forwarder, ServiceClient services, GatewayOptions options)
{
    private readonly ForwarderRequestConfig config = new() { ActivityTimeout = options.ServiceTimeout };

    /// <summary>
    /// Forwards under the caller's name. <paramref name="body"/> is what the gateway has read and vouches for.
    /// </summary>
    public async Task<ServiceAnswer> ForwardAsync(SharingRequest request, Caller caller, string path, string query, ReadOnlyMemory<byte> body, long? factsVersion, IReadOnlyList<string> reach)
    {
        var operation = request.Operation;
        var transformer = new Capture(services, options, operation, caller, path, query, body, factsVersion, reach);
        var http = request.Http;
        Prepare(http, operation, body);
        var error = await forwarder.SendAsync(http, services.AddressOf(operation.Service), services.Invoker, config, transformer, CancellationToken.None);
        // The forwarder puts the service's status and its own words onto the answer, and refuses to forward again after that.
        http.Response.StatusCode = StatusCodes.Status200OK;
        if (http.Features.Get<IHttpResponseFeature>() is { } line) line.ReasonPhrase = null;
        return error == ForwarderError.None && transformer.Answer is { } answer ? answer : ServiceAnswer.Unreachable;
    }

    private static void Prepare(HttpContext http, Operation operation, ReadOnlyMemory<byte> body)
    {
        // YARP copies the request's body; what it copies must be the bytes the internal token vouches for, once or again.
        http.Request.Body = body.IsEmpty ? Stream.Null : new MemoryStream(body.ToArray(), writable: false);
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new VouchedBody(!body.IsEmpty));
        // A client that goes away must not leave a command half known: the gateway carries on and records what happened.
        if (operation.Kind is OperationKind.Submit or OperationKind.Change) http.RequestAborted = CancellationToken.None;
    }

    private sealed record VouchedBody(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;

    private sealed class Capture(
        ServiceClient services, GatewayOptions options, Operation operation, Caller caller, string path, string query, ReadOnlyMemory<byte> body,
        long? factsVersion, IReadOnlyList<string> reach) : HttpTransformer
    {
        public ServiceAnswer? Answer { get; private set; }

        /// <summary>Only these headers go in: none of the client's.</summary>
        public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            proxyRequest.RequestUri = new Uri(destinationPrefix + path + query);
            var key = httpContext.Request.Headers["Idempotency-Key"];
            if (proxyRequest.Content is not null)
            {
                proxyRequest.Content.Headers.ContentLength = body.Length;
                proxyRequest.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            // Two keys go on as they came: the service refuses them, where dropping them would mean no key at all.
            if (operation.Idempotent && key.Count > 0) proxyRequest.Headers.TryAddWithoutValidation("Idempotency-Key", [.. key]);
            proxyRequest.Headers.TryAddWithoutValidation(
                InternalToken.HeaderName,
                services.Token(operation.Service, operation.Method, proxyRequest.RequestUri.AbsolutePath, proxyRequest.RequestUri.Query, body.Span, caller, factsVersion, reach));
            return ValueTask.CompletedTask;
        }

        /// <summary>Keeps the answer and suppresses the copy to the client.</summary>
        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (proxyResponse is not null) Answer = await ServiceAnswer.ReadAsync(proxyResponse, options.MaxAnswerBytes, cancellationToken);
            return false;
        }

        public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
