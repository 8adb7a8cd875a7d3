using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Partnership.Tests.Support.Telemetry;

/// <summary>A finished span.</summary>
public sealed record CollectedSpan
{
    public required string Service { get; init; }
    public required string Source { get; init; }
    public required string TraceId { get; init; }
    public required string SpanId { get; init; }

    /// <summary>Empty for the first of a trace.</summary>
    public required string ParentId { get; init; }
    public required string Name { get; init; }
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }
    public required IReadOnlyList<(string Name, IReadOnlyDictionary<string, string> Attributes)> Events { get; init; }

    /// <summary>Code 2 is an error.</summary>
    public required (int Code, string Message) Status { get; init; }
}

/// <summary>A log line.</summary>
public sealed record CollectedLog(string Service, string Category, string Body, IReadOnlyDictionary<string, string> Attributes, string TraceId);

/// <summary>Takes what the hosts send over OTLP, decodes it, and keeps the bytes for searches.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<(string Path, byte[] Bytes)> received = new();

    private OtlpCollector(WebApplication app) => this.app = app;

    /// <summary>For <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    public Uri Address => new(app.Urls.First());

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        foreach (var path in new[] { "/v1/traces", "/v1/metrics", "/v1/logs" })
            app.MapPost(path, collector.TakeAsync);
        await app.StartAsync();
        return collector;
    }

    /// <summary>Everything received, as it came, for signal <c>traces</c>, <c>metrics</c> or <c>logs</c>.</summary>
    public IReadOnlyList<byte[]> Raw(string signal) => [.. received.Where(one => one.Path == $"/v1/{signal}").Select(one => one.Bytes)];

    /// <summary>Whether a text occurs in anything received, whatever field it would be in.</summary>
    public bool Contains(string text)
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        return received.Any(one => one.Bytes.AsSpan().IndexOf(wanted) >= 0);
    }

    public IReadOnlyList<CollectedSpan> Spans =>
    [..
        // ExportTraceServiceRequest: resource_spans 1 { resource 1 { attributes 1 }, scope_spans 2 { scope 1 { name 1 }, spans 2 } }
        from request in Raw("traces")
        from resource in new ProtoMessage(request).Messages(1)
        let service = ServiceOf(resource)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new CollectedSpan
        {
            Service = service,
            Source = scope.Message(1).Text(1),
            TraceId = span.Hex(1),
            SpanId = span.Hex(2),
            ParentId = span.Hex(4),
            Name = span.Text(5),
            Attributes = span.Attributes(9),
            Events = [.. span.Messages(11).Select(happened => (happened.Text(2), happened.Attributes(3)))],
            Status = ((int)span.Message(15).Number(3), span.Message(15).Text(2)),
        },
    ];

    public IReadOnlyList<CollectedLog> Logs =>
    [..
        // ExportLogsServiceRequest: resource_logs 1 { resource 1, scope_logs 2 { scope 1 { name 1 }, log_records 2 } }
        from request in Raw("logs")
        from resource in new ProtoMessage(request).Messages(1)
        let service = ServiceOf(resource)
        from scope in resource.Messages(2)
        from record in scope.Messages(2)
        select new CollectedLog(service, scope.Message(1).Text(1), record.Message(5).AnyValue(), record.Attributes(6), record.Hex(9)),
    ];

    /// <summary>Names of instruments, by service.</summary>
    public IReadOnlySet<(string Service, string Name)> Metrics =>
        // ExportMetricsServiceRequest: resource_metrics 1 { resource 1, scope_metrics 2 { metrics 2 { name 1 } } }
        (from request in Raw("metrics")
         from resource in new ProtoMessage(request).Messages(1)
         from scope in resource.Messages(2)
         from metric in scope.Messages(2)
         select (ServiceOf(resource), metric.Text(1))).ToHashSet();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static string ServiceOf(ProtoMessage resource) => resource.Message(1).Attributes(1).GetValueOrDefault("service.name", "");

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        received.Enqueue((request.Path.Value!, body.ToArray()));
        // An empty answer message means: all of it taken.
        return Results.Bytes([], "application/x-protobuf");
    }
}
