using System.Diagnostics;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Partnership.ServiceDefaults;

/// <summary>Takes out of a finished span whatever could describe or place a person. Runs before the exporter sees it.</summary>
internal sealed class RedactSpans : BaseProcessor<Activity>
{
    private static readonly HashSet<string> Dropped = new(StringComparer.Ordinal)
    {
        // A path too may hold what a client put there by mistake; the route tells where the request went.
        "url.path", "url.query", "http.request.method_original", "user_agent.original", "client.address", "client.port", "network.peer.address", "network.peer.port",
        "http.user_agent", "http.client_ip", "http.target", "exception.message", "exception.stacktrace", "otel.status_description",
    };

    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        // The name of a request's span begins with its method, which a client may make up.
        if (data.GetTagItem("http.request.method_original") is not null || data.GetTagItem("http.request.method") is "_OTHER")
            data.DisplayName = data.GetTagItem("http.route") is string route ? $"HTTP {route}" : "HTTP";
        foreach (var (name, value) in data.TagObjects.ToArray())
        {
            if (Dropped.Contains(name) || name.StartsWith("db.query.parameter", StringComparison.Ordinal) || name.StartsWith("enduser.", StringComparison.Ordinal))
                data.SetTag(name, null);
            else if (name is "url.full" or "http.url")
                data.SetTag(name, value is string url && Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) : null);
            else if (name is "db.statement" or "db.query.text" && value is string sql)
                data.SetTag(name, Redaction.Statement(sql));
        }

        // The description of a failed span is the exception's message.
        if (data.StatusDescription is not null)
            data.SetStatus(data.Status);
        foreach (ref readonly var happened in data.EnumerateEvents())
        {
            if (happened.Name == "exception")
            {
                var type = happened.Tags.FirstOrDefault(tag => tag.Key == "exception.type").Value;
                // An event of a span cannot be removed or replaced through the interface, only in place.
                Unsafe.AsRef(in happened) = new ActivityEvent("exception", happened.Timestamp, new() { ["exception.type"] = type });
            }
        }
    }
}

/// <summary>Exceptions leave as types and places; lines leave without the messages of their exception.</summary>
internal sealed class RedactLogs : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Exception is not { } error)
            return;
        data.Exception = null;
        if (data.FormattedMessage is { } message)
            data.FormattedMessage = Redaction.WithoutMessages(message, error);
        var attributes = new List<KeyValuePair<string, object?>>();
        foreach (var (name, value) in data.Attributes ?? [])
            attributes.Add(new(name, value is string text ? Redaction.WithoutMessages(text, error) : value is Exception ? Redaction.Mark : value));
        attributes.Add(new("exception.type", error.GetType().FullName));
        attributes.Add(new("exception.stacktrace", Redaction.Describe(error)));
        data.Attributes = attributes;
    }
}

/// <summary>W3C trace context of ids alone: no baggage and no <c>tracestate</c>, which could hold anything a client writes.</summary>
internal sealed class TraceContextOnly : DistributedContextPropagator
{
    private static readonly DistributedContextPropagator W3C = CreateW3CPropagator();

    public static TraceContextOnly Instance { get; } = new();

    public override IReadOnlyCollection<string> Fields { get; } = ["traceparent"];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (setter is null)
            return;
        W3C.Inject(activity, carrier, (at, name, value) =>
        {
            if (name == "traceparent")
                setter(at, name, value);
        });
    }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        W3C.ExtractTraceIdAndState(carrier, getter, out traceId, out _);
        traceState = null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
