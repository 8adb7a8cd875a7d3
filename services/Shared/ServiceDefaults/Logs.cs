using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Partnership.ServiceDefaults;

/// <summary>Logs as JSON lines: no scopes, no bodies, no URLs, no messages of exceptions.</summary>
internal static class Logs
{
    /// <summary>
    /// Frameworks whose ordinary lines quote URLs, headers or statements. Code, not configuration, so that a forgotten
    /// settings file cannot open them; <c>Logging:LogLevel</c> can still silence more.
    /// </summary>
    private static readonly string[] TalkativeCategories =
        ["Microsoft.AspNetCore", "System.Net.Http", "Yarp", "Npgsql", "MassTransit", "Microsoft.IdentityModel"];

    public static void AddPartnershipLogging(this IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.FormatterName = JsonLines.FormatterName);
        builder.Logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        builder.Logging.Services.Configure<LoggerFilterOptions>(static filters =>
        {
            foreach (var category in TalkativeCategories)
                filters.Rules.Add(new LoggerFilterRule(null, category, LogLevel.Warning, null));
            // A line for every look at a host that is not ready yet; whoever looks has the answer.
            filters.Rules.Add(new LoggerFilterRule(null, "Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical, null));
            // Its warnings repeat what a client sent.
            filters.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Error, null));
            // Its one line is ours, redacted: ExceptionAnswer.
            filters.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.Diagnostics", LogLevel.Critical, null));
        });
    }

    /// <summary>One JSON object a line.</summary>
    internal sealed class JsonLines() : ConsoleFormatter(FormatterName)
    {
        public const string FormatterName = "partnership";

        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            ArgumentNullException.ThrowIfNull(textWriter);
            var message = Redaction.WithoutMessages(logEntry.Formatter(logEntry.State, logEntry.Exception), logEntry.Exception);
            using var buffer = new MemoryStream();
            // Lines are read and searched as text, never put into a page.
            using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                json.WriteString("at", TimeProvider.System.GetUtcNow());
                json.WriteString("level", LevelName(logEntry.LogLevel));
                json.WriteString("category", logEntry.Category);
                if (logEntry.EventId.Id != 0)
                    json.WriteNumber("event", logEntry.EventId.Id);
                json.WriteString("message", message);
                if (logEntry.Exception is { } error)
                    json.WriteString("exception", Redaction.Describe(error));
                if (Activity.Current is { } activity)
                {
                    json.WriteString("traceId", activity.TraceId.ToHexString());
                    json.WriteString("spanId", activity.SpanId.ToHexString());
                }

                json.WriteEndObject();
            }

            textWriter.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        }

        private static string LevelName(LogLevel level) => level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "error",
            LogLevel.Critical => "critical",
            LogLevel.None => "none",
        };
    }
}
