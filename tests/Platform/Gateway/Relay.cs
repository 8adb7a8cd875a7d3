using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Partnership.ServiceDefaults;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>What a relay got from the service behind it.</summary>
internal sealed record Relayed(int Status, byte[] Body, string? Heartbeat);

/// <summary>Somebody between the gateway and InformationSharing, who passes on what a test lets pass.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient http = new();

    private Relay(WebApplication app) => this.app = app;

    /// <summary>What becomes of an answer about the register; null is no answer.</summary>
    public Func<Relayed, Relayed?> Register { get; set; } = static answer => answer;

    public Uri Address => new(app.Urls.First());

    public static async Task<Relay> StartAsync(Uri behind)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var relay = new Relay(builder.Build());
        relay.app.Run(context => relay.PassAsync(context, behind));
        await relay.app.StartAsync();
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
    }

    private async Task PassAsync(HttpContext context, Uri behind)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(behind, context.Request.Path + context.Request.QueryString));
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.ContentType = new("application/json");
        }

        request.Headers.TryAddWithoutValidation(InternalToken.HeaderName, context.Request.Headers[InternalToken.HeaderName].ToString());
        Relayed? answer;
        try
        {
            using var given = await http.SendAsync(request);
            answer = new Relayed(
                (int)given.StatusCode, await given.Content.ReadAsByteArrayAsync(), given.Headers.TryGetValues("Sharing-Heartbeat", out var values) ? values.Single() : null);
        }
        catch (HttpRequestException)
        {
            answer = null;
        }

        if (answer is not null && context.Request.Path == "/internal/register") answer = Register(answer);
        if (answer is null)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        if (answer.Heartbeat is not null) context.Response.Headers["Sharing-Heartbeat"] = answer.Heartbeat;
        if (answer.Status == (int)HttpStatusCode.NoContent) return;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(answer.Body);
    }
}
