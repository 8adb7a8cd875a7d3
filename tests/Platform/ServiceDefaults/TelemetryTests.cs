using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Servers;
using Partnership.Tests.Support.Telemetry;
using Xunit;

namespace Partnership.Tests.Platform.ServiceDefaults;

/// <summary>Marks are planted wherever a framework might pick them up, and searched for in the bytes that leave.</summary>
public sealed class TelemetryTests : IAsyncLifetime
{
    private const string Mark = "QXMARK";
    private static readonly ActivitySource Source = new("Partnership.TelemetryTests");

    private OtlpCollector collector = null!;
    private WebApplication app = null!;
    private HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        var postgres = await SharedServers.PostgresAsync();
        collector = await OtlpCollector.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address.ToString(),
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
        });
        builder.AddServiceDefaults("telemetry-tests");
        app = builder.Build();
        app.MapServiceDefaults();
        app.MapGet("/records/{id}", async (string id, ILogger<TelemetryTests> log) =>
        {
            using var span = Source.StartActivity("work");
            span?.SetTag("done", "yes");
            log.LogWarning("Read a record.");
            await using var connection = new NpgsqlConnection(postgres.ConnectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"select '{Mark} literal', @p", connection);
            command.Parameters.AddWithValue("p", $"{Mark} parameter");
            await command.ExecuteScalarAsync();
            return id;
        });
        app.MapGet("/fails", async (ILogger<TelemetryTests> log) =>
        {
            using var span = Source.StartActivity("failing");
            try
            {
                await using var connection = new NpgsqlConnection(postgres.ConnectionString);
                await connection.OpenAsync();
                await using var command = new NpgsqlCommand($"select cast('{Mark} not a number' as int)", connection);
                await command.ExecuteScalarAsync();
            }
            catch (PostgresException error)
            {
                span?.AddException(error);
                span?.SetStatus(ActivityStatusCode.Error, error.Message);
                log.LogError(error, "It failed: {Message}", error.Message);
                throw new InvalidOperationException($"{Mark} outer", error);
            }
        });
        await app.StartAsync();
        client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
        await collector.DisposeAsync();
    }

    [Fact]
    public async Task A_request_its_work_its_statement_and_its_log_line_share_one_trace()
    {
        await GetAsync("/records/1");

        var request = await SpanAsync(span => span.Source == "Microsoft.AspNetCore" && span.Attributes.GetValueOrDefault("http.route") == "/records/{id}");
        var work = await SpanAsync(span => span.Name == "work");
        var statement = await SpanAsync(span => span.Source == "Npgsql" && span.TraceId == request.TraceId);
        Assert.Equal("telemetry-tests", request.Service);
        Assert.Equal("GET /records/{id}", request.Name);
        Assert.Equal("200", request.Attributes["http.response.status_code"]);
        Assert.Equal(request.SpanId, work.ParentId);
        Assert.Equal(work.SpanId, statement.ParentId);
        await Eventually.Async(
            () => collector.Logs.Any(line => line.Body == "Read a record." && line.TraceId == request.TraceId), "the line arrives with its trace");
        await Eventually.Async(
            () => collector.Metrics.Contains(("telemetry-tests", "http.server.request.duration")), "metrics arrive");
    }

    [Fact]
    public async Task A_failure_leaves_as_types_and_places_without_any_message()
    {
        Assert.Equal(HttpStatusCode.InternalServerError, (await GetAsync("/fails")).StatusCode);

        var failing = await SpanAsync(span => span.Name == "failing");
        Assert.Equal((2, ""), failing.Status);
        var happened = Assert.Single(failing.Events);
        Assert.Equal("exception", happened.Name);
        Assert.Equal(["exception.type"], happened.Attributes.Keys);
        Assert.Equal("Npgsql.PostgresException", happened.Attributes["exception.type"]);
        await Eventually.Async(
            () => collector.Logs.Count(line => line.Attributes.ContainsKey("exception.stacktrace")) >= 2, "both lines of the failure arrive");
        Assert.Contains(collector.Logs, line => line.Attributes.GetValueOrDefault("exception.type") == "System.InvalidOperationException"
            && line.Attributes["exception.stacktrace"].Contains("caused by Npgsql.PostgresException", StringComparison.Ordinal));
        Assert.Contains(collector.Logs, line => line.Body == $"It failed: {Redaction.Mark}");
        AssertUnmarked();
    }

    [Fact]
    public async Task Nothing_a_caller_sends_beside_the_path_leaves()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/records/1?name={Mark}&after=2");
        request.Headers.TryAddWithoutValidation("User-Agent", $"agent {Mark}");
        request.Headers.TryAddWithoutValidation("baggage", $"name={Mark}");
        request.Headers.TryAddWithoutValidation("Correlation-Context", $"name={Mark}");
        request.Headers.TryAddWithoutValidation("X-Name", Mark);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", Mark);
        await client.SendAsync(request);

        await SpanAsync(span => span.Name == "work");
        await Eventually.Async(() => collector.Raw("logs").Count > 0 && collector.Raw("metrics").Count > 1, "all three signals have arrived");
        AssertUnmarked();
    }

    [Fact]
    public async Task A_trace_of_the_caller_goes_on_and_its_baggage_does_not()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/records/1");
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        await client.SendAsync(request);

        Assert.Equal(trace, (await SpanAsync(span => span.Name == "work")).TraceId);
    }

    [Fact]
    public async Task A_host_without_a_collector_has_no_telemetry()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("OTEL_EXPORTER_OTLP_ENDPOINT", "")]);
        builder.AddServiceDefaults("quiet");
        await using var quiet = builder.Build();

        Assert.Null(quiet.Services.GetService<OpenTelemetry.Trace.TracerProvider>());
        Assert.Null(quiet.Services.GetService<OpenTelemetry.Metrics.MeterProvider>());
        Assert.Null(quiet.Services.GetService<OpenTelemetry.Logs.LoggerProvider>());
    }

    private Task<HttpResponseMessage> GetAsync(string path) => client.GetAsync(path);

    private Task<CollectedSpan> SpanAsync(Func<CollectedSpan, bool> which) =>
        Eventually.Async(() => Task.FromResult(collector.Spans.FirstOrDefault(which)), "the span arrives");

    private void AssertUnmarked()
    {
        Assert.DoesNotContain(collector.Spans, span => span.Attributes.Values.Any(value => value.Contains(Mark, StringComparison.Ordinal)));
        Assert.False(collector.Contains(Mark), "A mark has left: " + string.Join('\n', new[] { "traces", "metrics", "logs" }
            .SelectMany(collector.Raw).Select(Encoding.Latin1.GetString).Where(text => text.Contains(Mark, StringComparison.Ordinal)).Take(1)));
    }
}
