using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Partnership.Contracts;
using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Recording;
using Partnership.Gateway.Release;
using Partnership.SharingRules;

namespace Partnership.Gateway.Commanding;

/// <summary>What a service answered to a command, on its way out by the allow-list of commands.</summary>
public sealed partial class CommandAnswers(ServiceClient services, RecordAnswers answers, LedgerWriter ledger, EntryFactory entries, GatewayOptions options)
{
    /// <summary>The caller's current tag of a record; null when they may see nothing of it or it cannot be read now.</summary>
    public async Task<(string? Tag, Envelope? Record)> TagAsync(SharingRequest request, string recordType, string path, Guid id)
    {
        using var timeout = new CancellationTokenSource(options.ServiceTimeout);
        try
        {
            using var message = services.Request(HttpMethod.Get, request.Operation.Service, path, "", default, ServiceCaller.Of(request), null, []);
            using var response = await services.SendAsync(message, timeout.Token);
            var answer = await ServiceAnswer.ReadAsync(response, options.MaxAnswerBytes, timeout.Token);
            return RecordAnswers.Read(answer, recordType, id) is { } record ? (answers.TagOf(request, record), record) : (null, null);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            return (null, null);
        }
    }

    public async Task WriteAsync(SharingRequest request, ServiceAnswer answer, Decision decision)
    {
        switch (answer.Status)
        {
            case 201 when RecordAt(answer.Location) is var (type, path, id):
                var created = await TagAsync(request, type, path, id);
                if (created.Tag is not null) request.Http.Response.Headers.ETag = created.Tag;
                request.Http.Response.Headers.Location = path;
                var warnings = Warnings(answer);
                await FixedAnswer.WriteAsync(request.Http, 201, warnings.Length == 0 ? null : "application/json", warnings);
                break;
            case 204:
                if (request.RecordId is { } changed)
                {
                    var current = await TagAsync(request, request.Operation.RecordType, OperationPaths.OfRecord(request.Operation, changed), changed);
                    if (current.Tag is not null) request.Http.Response.Headers.ETag = current.Tag;
                }

                await FixedAnswer.WriteAsync(request.Http, 204, null, default);
                break;
            case 400:
                await ServiceProblems.WriteAsync(request.Http, answer);
                break;
            case 409 or 412 or 422 when ServiceProblems.CodeOf(answer) is { } code:
                var recorded = await ledger.RecordAsync(entries.Refusal(request, code, decision, byCasework: true));
                if (recorded is null) await FixedAnswer.LedgerUnavailable.WriteAsync(request.Http);
                else await ServiceProblems.WriteAsync(request.Http, answer);
                break;
            default:
                // Nobody knows what became of it, so that it was asked for is worth an entry all the more.
                var failed = await ledger.RecordAsync(entries.Refusal(request, FixedAnswer.BadService.Code, decision, byCasework: true));
                await (failed is null ? FixedAnswer.LedgerUnavailable : FixedAnswer.BadService).WriteAsync(request.Http);
                break;
        }
    }

    /// <summary>Type, path and id of the record a Location names; null when it is not a record of ours.</summary>
    private static (string Type, string Path, Guid Id)? RecordAt(string? location)
    {
        if (location is null || !RecordLocation().IsMatch(location) || !Guid.TryParse(location.AsSpan(location.LastIndexOf('/') + 1), out var id)) return null;
        var collection = location[..location.LastIndexOf('/')];
        var read = OperationTable.All.FirstOrDefault(o => o.Kind == OperationKind.Read && o.Pattern == collection + "/{id:guid}");
        return read is null ? null : (read.RecordType, $"{collection}/{id}", id);
    }

    /// <summary>Warnings by registered code and field, written again; empty when there are none.</summary>
    private static byte[] Warnings(ServiceAnswer answer)
    {
        if (answer.Body.IsEmpty || answer.MediaType != "application/json") return [];
        try
        {
            using var json = JsonDocument.Parse(answer.Body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("warnings", out var given) || given.ValueKind != JsonValueKind.Array) return [];
            var output = new ArrayBufferWriter<byte>(256);
            var any = false;
            using (var writer = new Utf8JsonWriter(output))
            {
                writer.WriteStartObject();
                writer.WriteStartArray("warnings");
                foreach (var warning in given.EnumerateArray())
                {
                    var (code, field) = (TextOf(warning, "code"), TextOf(warning, "field"));
                    if (code is null || RegisteredProblems.SentenceOf(code) is not { } sentence) continue;
                    any = true;
                    writer.WriteStartObject();
                    writer.WriteString("code", code);
                    if (field is not null && ServiceProblems.IsFieldName(field)) writer.WriteString("field", field);
                    writer.WriteString("detail", sentence);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            return any ? output.WrittenSpan.ToArray() : [];
        }
        catch (Exception unreadable) when (ServiceProblems.IsUnreadable(unreadable))
        {
            return [];
        }
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex("^/[a-z-]+/[a-z-]+/[0-9a-f-]{36}$", RegexOptions.CultureInvariant)]
    private static partial Regex RecordLocation();
}
