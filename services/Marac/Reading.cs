using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Partnership.EventStore;
using Partnership.Marac.Input;
using Partnership.ServiceDefaults;

namespace Partnership.Marac;

/// <summary>
/// Answers for the gateway straight from view rows: a row's body is the envelope, facts and data of one moment, so a read
/// is one row and one decryption.
/// </summary>
internal static class Reading
{
    /// <summary>What of a row rests on other records, as these are now.</summary>
    public delegate Task<ReadOnlyMemory<byte>> AsOfNow(ReadOnlyMemory<byte> row, CancellationToken cancellationToken);

    private const string Json = "application/json";
    private const int MostRows = 50;

    /// <summary>One record; 404 without a body when there is none, or none any more.</summary>
    public static async Task<IResult> RecordAsync(IEventStore store, string view, Guid id, CancellationToken cancellationToken) =>
        await store.LoadViewAsync(view, id, cancellationToken) is { Erased: false } row
            ? TypedResults.Bytes(row.Body, Json)
            : TypedResults.NotFound();

    /// <summary>The same record without its data, for the admission of a command.</summary>
    public static async Task<IResult> FactsAsync(IEventStore store, string view, Guid id, CancellationToken cancellationToken) =>
        await store.LoadViewAsync(view, id, cancellationToken) is { Erased: false } row
            ? TypedResults.Bytes(FactsOf(row.Body), Json)
            : TypedResults.NotFound();

    /// <summary>One record whose row is brought up to date when it is read.</summary>
    public static async Task<IResult> RecordAsync(IEventStore store, string view, AsOfNow asOfNow, Guid id, CancellationToken cancellationToken) =>
        await store.LoadViewAsync(view, id, cancellationToken) is { Erased: false } row
            ? TypedResults.Bytes(await asOfNow(row.Body, cancellationToken), Json)
            : TypedResults.NotFound();

    /// <summary>The same record without its data.</summary>
    public static async Task<IResult> FactsAsync(IEventStore store, string view, AsOfNow asOfNow, Guid id, CancellationToken cancellationToken) =>
        await store.LoadViewAsync(view, id, cancellationToken) is { Erased: false } row
            ? TypedResults.Bytes(FactsOf(await asOfNow(row.Body, cancellationToken)), Json)
            : TypedResults.NotFound();

    /// <summary>A page of such records.</summary>
    public static Task<IResult> PageAsync(
        IEventStore store, string view, AsOfNow asOfNow, CallerContext caller, HttpRequest request, CancellationToken cancellationToken) =>
        PageAsync(
            async (after, limit) =>
            {
                var rows = new List<PageRow>();
                foreach (var row in await store.PageViewAsync(view, caller.Reach, after, limit, cancellationToken))
                    rows.Add(new PageRow(row, row.Erased ? null : await asOfNow(row.Body, cancellationToken)));
                return rows;
            },
            caller, request);

    /// <summary>One record that is put together from a family of rows; 404 when there is none, or none any more.</summary>
    /// <param name="answer">The envelope; null when what it rests on has been erased.</param>
    public static async Task<IResult> RecordAsync(
        IEventStore store, ViewFamilies families, Func<ViewFamily, ReadOnlyMemory<byte>?> answer, Guid id, CancellationToken cancellationToken) =>
        await store.LoadFamilyAsync(families, id, cancellationToken) is { Row.Erased: false } family && answer(family) is { } body
            ? TypedResults.Bytes(body, Json)
            : TypedResults.NotFound();

    /// <summary>The same record without its data.</summary>
    public static async Task<IResult> FactsAsync(
        IEventStore store, ViewFamilies families, Func<ViewFamily, ReadOnlyMemory<byte>?> answer, Guid id, CancellationToken cancellationToken) =>
        await store.LoadFamilyAsync(families, id, cancellationToken) is { Row.Erased: false } family && answer(family) is { } body
            ? TypedResults.Bytes(FactsOf(body), Json)
            : TypedResults.NotFound();

    /// <summary>A page of the records this caller can reach, newest first.</summary>
    public static Task<IResult> PageAsync(IEventStore store, string view, CallerContext caller, HttpRequest request, CancellationToken cancellationToken) =>
        PageAsync(
            async (after, limit) => [.. (await store.PageViewAsync(view, caller.Reach, after, limit, cancellationToken)).Select(row => new PageRow(row, BodyOf(row)))],
            caller, request);

    /// <summary>A page of records that are put together from families of rows.</summary>
    public static Task<IResult> PageAsync(
        IEventStore store, ViewFamilies families, Func<ViewFamily, ReadOnlyMemory<byte>?> answer, CallerContext caller, HttpRequest request,
        CancellationToken cancellationToken) =>
        PageAsync(
            async (after, limit) =>
            [
                .. (await store.PageFamiliesAsync(families, caller.Reach, after, limit, cancellationToken))
                    .Select(family => new PageRow(family.Row, family.Row.Erased ? null : answer(family))),
            ],
            caller, request);

    private static async Task<IResult> PageAsync(Func<ViewCursor?, int, Task<IReadOnlyList<PageRow>>> load, CallerContext caller, HttpRequest request)
    {
        var limit = MostRows;
        if (request.Query["limit"] is { Count: > 0 } sent
            && (!int.TryParse(sent, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostRows))
        {
            return Problem.Invalid("limit", InputCodes.OutOfRange, $"Ask for 1 to {MostRows}.");
        }

        ViewCursor? after = null;
        if (request.Query["after"] is { Count: > 0 } cursor && !TryReadCursor(cursor, out after))
            return Problem.Invalid("after", "not-a-cursor", "Send the cursor of the page before.");

        // One more than asked for says whether there is a next page.
        var rows = caller.Reach.Count == 0 ? [] : await load(after, limit + 1);
        return TypedResults.Bytes(PageOf(rows, limit), Json);
    }

    private static ReadOnlyMemory<byte>? BodyOf(LoadedView row) => row.Erased ? null : row.Body;

    private static ReadOnlyMemory<byte> FactsOf(ReadOnlyMemory<byte> envelope)
    {
        using var document = JsonDocument.Parse(envelope);
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            foreach (var name in (ReadOnlySpan<string>)["type", "id", "facts"])
            {
                writer.WritePropertyName(name);
                document.RootElement.GetProperty(name).WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <summary>Erased rows are left out, but a cursor may stand on one.</summary>
    private static ReadOnlyMemory<byte> PageOf(IReadOnlyList<PageRow> rows, int limit)
    {
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items");
            foreach (var row in rows.Take(limit))
            {
                if (row.Body is { } body) writer.WriteRawValue(body.Span);
            }

            writer.WriteEndArray();
            if (rows.Count > limit) writer.WriteString("next", CursorAt(rows[limit - 1].Row));
            else writer.WriteNull("next");
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static string CursorAt(LoadedView row) =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row.SortKey}.{row.Id:N}")));

    private static bool TryReadCursor(string? text, out ViewCursor? cursor)
    {
        cursor = null;
        if (text is null || text.Length > 100 || !Base64Url.IsValid(text)) return false;
        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.');
        if (parts is not [var sortKey, var id]
            || !long.TryParse(sortKey, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key)
            || !Guid.TryParseExact(id, "N", out var row))
        {
            return false;
        }

        cursor = new ViewCursor(key, row);
        return true;
    }

    /// <summary>A row of a page and its envelope; null when it has been erased.</summary>
    private readonly record struct PageRow(LoadedView Row, ReadOnlyMemory<byte>? Body);
}
