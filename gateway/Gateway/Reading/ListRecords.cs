using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Partnership.Gateway.Callers;
using Partnership.Gateway.Commanding;
using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Recording;
using Partnership.Gateway.Release;
using Partnership.Ledger;
using Partnership.SharingRules;

namespace Partnership.Gateway.Reading;

/// <summary>
/// Lists and searches: the service pages over what the caller can reach, every row is decided here, and the page is
/// refilled. One row more than asked for is looked at, so that <c>next</c> says whether there is another row this caller
/// may see, and nothing about rows they may not. Only where that takes longer than <see cref="GatewayOptions.ListTimeout"/> is
/// the page given as it stands, with a way to go on.
/// </summary>
public sealed class ListRecords(
    ServiceForwarder forwarder, AgreementSet agreements, RecordAnswers answers, Releaser releaser, Refusals refusals,
    Cursors cursors, Pseudonyms pseudonyms, RequestBodies bodies, GatewayOptions options, TimeProvider clock)
{
    private const int ServicePage = 50, MaxLimit = 50, DefaultLimit = 20, MaxServiceCursor = Cursors.PositionLength - 40;

    public async Task HandleAsync(SharingRequest request)
    {
        var (http, operation) = (request.Http, request.Operation);
        if (OperationPaths.Query(http, operation.QueryParameters, "after", "limit") is not { } query)
        {
            await FixedAnswer.BadQuery.WriteAsync(http);
            return;
        }

        if (LimitOf(http) is not { } limit)
        {
            await FixedAnswer.BadLimit.WriteAsync(http);
            return;
        }

        ReadOnlyMemory<byte> body = default;
        if (operation.Method == "POST")
        {
            var read = await bodies.ReadAsync(http);
            if (read.Problem is { } problem)
            {
                await problem.WriteAsync(http);
                return;
            }

            body = read.Body;
        }

        if (operation.NamesScheme)
        {
            if (await NamedSchemeAsync(request, body) is not { } named) return;
            request = named;
        }

        var boundTo = $"{request.Principal.Pseudonym}|{request.Principal.Hat}|{request.Purpose}|{operation.Pattern}|{query}|{InternalDigest(body)}";
        ListPosition position;
        try
        {
            position = http.Request.Query.TryGetValue("after", out var after) ? ListPosition.Parse(cursors.Decrypt(after[0] ?? "", boundTo)) : default;
        }
        catch (FormatException)
        {
            await FixedAnswer.BadCursor.WriteAsync(http);
            return;
        }

        if (await CollectAsync(request, query, body, position, limit) is not { } page)
        {
            await refusals.RefuseAsync(request, FixedAnswer.BadService);
            return;
        }

        await AnswerAsync(request, page, boundTo);
    }

    private async Task<SharingRequest?> NamedSchemeAsync(SharingRequest request, ReadOnlyMemory<byte> body)
    {
        var scheme = request.Operation.Method == "POST" ? SchemeIn(body) : request.Http.Request.Query["scheme"].FirstOrDefault();
        if (string.IsNullOrEmpty(scheme))
        {
            await FixedAnswer.SchemeNeeded.WriteAsync(request.Http);
            return null;
        }

        if (!request.Principal.Schemes.Contains(scheme))
        {
            await refusals.RefuseAsync(request, FixedAnswer.NotYourScheme);
            return null;
        }

        if (!pseudonyms.Serves(scheme))
        {
            await FixedAnswer.SchemeNeeded.WriteAsync(request.Http);
            return null;
        }

        // Who reads a scheme's ledger stands in that scheme's ledger, under the name that scheme has for them.
        return request with
        {
            LedgerScheme = scheme,
            Principal = request.Principal with { Pseudonym = pseudonyms.OfPerson(scheme, request.Principal.PersonId), Schemes = [scheme] },
        };
    }

    /// <summary>Null when a service's answer cannot be used.</summary>
    private async Task<Page?> CollectAsync(SharingRequest request, string query, ReadOnlyMemory<byte> body, ListPosition position, int limit)
    {
        var operation = request.Operation;
        var reach = agreements.ReachOf(request.Principal, operation.RecordType, operation.Verb, request.Purpose, request.Today);
        var page = new Page();
        do
        {
            var paged = $"{query}{(query.Length == 0 ? '?' : '&')}limit={ServicePage.ToString(CultureInfo.InvariantCulture)}{(position.After is null ? "" : "&after=" + Uri.EscapeDataString(position.After))}";
            var answer = await forwarder.ForwardAsync(request, ServiceCaller.Of(request), operation.Pattern, paged, body, null, reach);
            if (answer.Status == 400)
            {
                page.Refused = answer;
                return page;
            }

            if (!answer.IsJson || !EnvelopeReader.TryReadPage(answer.Body, out var rows, out _) || rows is not { Next: null or { Length: <= MaxServiceCursor } }) return null;
            foreach (var row in rows.Items.SkipThrough(position.LastSeen))
            {
                if (row.Type != operation.RecordType) return null;
                var decision = answers.Decide(request, operation.Verb, row);
                if (!decision.Permitted) continue;
                if (page.Rows.Count == limit)
                {
                    page.Next = page.LastPosition;
                    return page;
                }

                page.Rows.Add((row, decision));
                page.LastPosition = new ListPosition(position.After, row.Id);
            }

            if (rows.Next is null) return page;
            if (rows.Next == position.After) return null; // A service that goes nowhere.
            position = new ListPosition(rows.Next, null);
        }
        while (clock.GetElapsedTime(request.ArrivedAt) < options.ListTimeout);

        page.Next = page.Rows.Count > 0 ? page.LastPosition : position;
        return page;
    }

    private async Task AnswerAsync(SharingRequest request, Page page, string boundTo)
    {
        if (page.Refused is { } refused)
        {
            await ServiceProblems.WriteAsync(request.Http, refused);
            return;
        }

        var output = new ArrayBufferWriter<byte>(4096);
        var records = new List<EntryRecord>(page.Rows.Count);
        output.Write("{\"items\":["u8);
        foreach (var (row, decision) in page.Rows)
        {
            if (records.Count > 0) output.Write(","u8);
            if (!answers.TryWrite(request, row, decision, output))
            {
                await refusals.RefuseAsync(request, FixedAnswer.BadService);
                return;
            }

            output.Write("}"u8);
            records.Add(EntryRecords.Of(row, decision));
        }

        output.Write("],\"next\":"u8);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            if (page.Next is { } next) json.WriteStringValue(cursors.Encrypt(next.ToString(), boundTo));
            else json.WriteNullValue();
        }

        var receipt = Guid.CreateVersion7(clock.GetUtcNow());
        RecordAnswers.WriteReceipt(output, receipt);
        var basis = page.Rows.Count > 0 ? page.Rows[0].Decision : default;
        if (records.Count == 0) records.Add(EntryRecords.Empty(request.Operation.RecordType));
        await releaser.ReleaseAsync(request, receipt, records, basis, output.WrittenMemory, tag: null);
    }

    private static int? LimitOf(HttpContext http)
    {
        if (!http.Request.Query.TryGetValue("limit", out var text)) return DefaultLimit;
        return int.TryParse(text[0], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit ? limit : null;
    }

    private static string? SchemeIn(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("scheme", out var scheme) && scheme.ValueKind == JsonValueKind.String
                ? scheme.GetString()
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null; // Not JSON, or a text with half a character.
        }
    }

    private static string InternalDigest(ReadOnlyMemory<byte> body) => ServiceDefaults.InternalTokens.BodyDigest(body.Span);

    private sealed class Page
    {
        public List<(Envelope Row, Decision Decision)> Rows { get; } = [];
        public ListPosition LastPosition { get; set; }
        public ListPosition? Next { get; set; }
        public ServiceAnswer? Refused { get; set; }
    }
}

/// <summary>
/// Where a list goes on: the service's cursor of a page, and the last row of that page the caller was given. A row that
/// has gone meanwhile makes rows come twice, never be skipped.
/// </summary>
public readonly record struct ListPosition(string? After, Guid? LastSeen)
{
    public static ListPosition Parse(string? text)
    {
        if (text is null) throw new FormatException("Not a cursor of this list.");
        var at = text.IndexOf('|', StringComparison.Ordinal);
        if (at < 0) throw new FormatException("Not a cursor of this list.");
        return new ListPosition(text[(at + 1)..] is { Length: > 0 } after ? after : null, at == 0 ? null : Guid.Parse(text.AsSpan(0, at), CultureInfo.InvariantCulture));
    }

    public override string ToString() => $"{LastSeen}|{After}";
}

internal static class RowSkipping
{
    /// <summary>The rows after the one with this id; all of them when it is not there.</summary>
    public static IEnumerable<Envelope> SkipThrough(this IReadOnlyList<Envelope> rows, Guid? id)
    {
        if (id is null) return rows;
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Id == id) return rows.Skip(i + 1);
        }

        return rows;
    }
}
