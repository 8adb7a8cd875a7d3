using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.ServiceDefaults;

namespace Partnership.Tests.Platform.Gateway.Matrix;

/// <summary>
/// Stands in for MARAC: it holds exactly the records a test gives it, with the facts the test wants to be so, and notes what it
/// is asked. All else is the gateway's.
/// </summary>
internal sealed partial class RecordsService : IAsyncDisposable
{
    /// <summary>More rows than a caller can ask for at once, so that lists have to be refilled and gone on with.</summary>
    private const int RowsInPage = 40;

    private readonly WebApplication app;
    private readonly byte[] key;
    private readonly ConcurrentDictionary<Guid, Held> records = new();
    private readonly ConcurrentDictionary<string, IReadOnlyList<Guid>> rows = new();
    private readonly ConcurrentDictionary<Guid, int> commands = new();
    private readonly ConcurrentDictionary<string, int> asked = new();

    private RecordsService(WebApplication app, byte[] key) => (this.app, this.key) = (app, key);

    public Uri Address => new(app.Urls.Single());

    /// <param name="key">Under which the gateway signs what it tells this service.</param>
    public static async Task<RecordsService> StartAsync(byte[] key)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var service = new RecordsService(app, key);
        app.Run(service.AnswerAsync);
        await app.StartAsync();
        return service;
    }

    /// <summary>A record of this type, with an id of its own.</summary>
    public Guid Hold(string recordType, RecordFacts facts, ReadOnlyMemory<byte> data)
    {
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        records[id] = new Held(recordType, JsonSerializer.SerializeToUtf8Bytes(facts, WireJson.Options), data);
        return id;
    }

    /// <summary>What this person's lists and searches are made of, whatever they ask for.</summary>
    public void List(string pseudonym, IReadOnlyList<Guid> ids) => rows[pseudonym] = ids;

    /// <summary>How many commands on this record, or submissions under this name of it, have come through.</summary>
    public int CommandsOn(Guid record) => commands.GetValueOrDefault(record);

    /// <summary>How often anything was asked for this person.</summary>
    public int AskedFor(string pseudonym) => asked.GetValueOrDefault(pseudonym);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        if (InternalTokens.Open(http.Request.Headers[InternalToken.HeaderName], key) is not { } token)
        {
            http.Response.StatusCode = 401;
            return;
        }

        asked.AddOrUpdate(token.Caller.Person, 1, (_, before) => before + 1);
        var path = http.Request.Path.Value!;
        var id = Id().Match(path) is { Success: true } match ? Guid.Parse(match.Value) : (Guid?)null;
        var isSearch = path.EndsWith("/search", StringComparison.Ordinal);
        if (http.Request.Method != "GET" && !isSearch)
        {
            var record = id ?? Guid.Empty;
            commands.AddOrUpdate(record, 1, (_, before) => before + 1);
            http.Response.StatusCode = 204;
            if (Creates().IsMatch(path))
            {
                http.Response.StatusCode = 201;
                http.Response.Headers.Location = $"/marac/cases/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
            }

            return;
        }

        var answer = id is null ? PageFor(token, http.Request.Query["after"]) : records.TryGetValue(id.Value, out var held) ? held.Write(id.Value, path.EndsWith("/facts", StringComparison.Ordinal)) : null;
        if (answer is null)
        {
            http.Response.StatusCode = 404;
            return;
        }

        http.Response.ContentType = "application/json";
        http.Response.ContentLength = answer.Length;
        await http.Response.Body.WriteAsync(answer);
    }

    private byte[] PageFor(InternalToken token, string? after)
    {
        var all = rows.GetValueOrDefault(token.Caller.Person, []);
        var from = after is null ? 0 : int.Parse(after, CultureInfo.InvariantCulture);
        using var page = new MemoryStream();
        page.Write("{\"items\":["u8);
        foreach (var (place, id) in all.Skip(from).Take(RowsInPage).Index())
        {
            if (place > 0) page.Write(","u8);
            page.Write(records[id].Write(id, factsOnly: false));
        }

        var next = from + RowsInPage < all.Count ? $"\"{from + RowsInPage}\"" : "null";
        page.Write(Encoding.ASCII.GetBytes($"],\"next\":{next}}}"));
        return page.ToArray();
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Id();

    [GeneratedRegex("/(accept|actions|referrals|meetings)$")]
    private static partial Regex Creates();

    private sealed record Held(string Type, byte[] Facts, ReadOnlyMemory<byte> Data)
    {
        public byte[] Write(Guid id, bool factsOnly)
        {
            byte[] start = [.. Encoding.ASCII.GetBytes($"{{\"type\":\"{Type}\",\"id\":\"{id}\",\"facts\":"), .. Facts];
            return factsOnly ? [.. start, .. "}"u8] : [.. start, .. ",\"data\":"u8, .. Data.Span, .. "}"u8];
        }
    }
}
