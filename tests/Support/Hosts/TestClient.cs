using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Contracts;

namespace Partnership.Tests.Support.Hosts;

/// <summary>Somebody's system at the gateway: one token, one hat.</summary>
public sealed class TestClient(HttpClient http, string? token, string? hat)
{
    /// <summary>Reads; <paramref name="purpose"/> is the <c>Sharing-Purpose</c>.</summary>
    public Task<Answer> GetAsync(string path, string? purpose = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, purpose, headers);

    /// <param name="body">Anything JSON can be made of: an anonymous object in camelCase, a node, a contract; a string is sent as it is.</param>
    public Task<Answer> PostAsync(string path, object? body, string? purpose = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, purpose, headers);

    public Task<Answer> PutAsync(string path, object? body, string? purpose = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, body, purpose, headers);

    public Task<Answer> DeleteAsync(string path, string? purpose = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, null, purpose, headers);

    /// <summary>A creating command under an idempotency key.</summary>
    public Task<Answer> CreateAsync(string path, object? body, string? key = null, string? purpose = null) =>
        PostAsync(path, body, purpose, ("Idempotency-Key", key ?? RandomNumberGenerator.GetHexString(16)));

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, object? body, string? purpose, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Bytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in HeadersWith(purpose, headers))
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request);
        return new Answer
        {
            Status = answer.StatusCode,
            Headers = answer.Headers.Concat(answer.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            Body = await answer.Content.ReadAsByteArrayAsync(),
        };
    }

    /// <summary>
    /// One request on a connection of its own, written and read as bytes, so that two answers can be compared as they
    /// stand on the wire, headers included.
    /// </summary>
    public async Task<RawAnswer> RawAsync(
        string method, string path, object? body = null, string? purpose = null, params (string Name, string Value)[] headers)
    {
        var address = http.BaseAddress!;
        var bytes = body is null ? [] : Bytes(body);
        var head = new StringBuilder().Append($"{method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n");
        if (body is not null)
            head.Append($"Content-Type: application/json\r\nContent-Length: {bytes.Length}\r\n");
        foreach (var (name, value) in HeadersWith(purpose, headers))
            head.Append($"{name}: {value}\r\n");
        head.Append("\r\n");

        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()));
        await stream.WriteAsync(bytes);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer);
        return new RawAnswer(answer.ToArray());
    }

    private IEnumerable<(string Name, string Value)> HeadersWith(string? purpose, (string Name, string Value)[] headers)
    {
        if (token is not null)
            yield return ("Authorization", $"Bearer {token}");
        if (hat is not null)
            yield return ("Sharing-Hat", hat);
        if (purpose is not null)
            yield return ("Sharing-Purpose", purpose);
        foreach (var header in headers)
            yield return header;
    }

    private static byte[] Bytes(object body) => body switch
    {
        byte[] bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        JsonNode node => Encoding.UTF8.GetBytes(node.ToJsonString()),
        _ => JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), WireJson.Options),
    };
}

/// <summary>What the gateway answered.</summary>
public sealed record Answer
{
    public required HttpStatusCode Status { get; init; }
    public required IReadOnlyDictionary<string, string> Headers { get; init; }
    public required byte[] Body { get; init; }

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>The <c>code</c> of a problem; null when the answer is none.</summary>
    public string? Code => Body.Length > 0 && Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("code", out var code)
        ? code.GetString()
        : null;

    /// <summary>Id at the end of <c>Location</c>.</summary>
    public Guid CreatedId => Guid.Parse(Location[(Location.LastIndexOf('/') + 1)..]);

    public string Location => Headers["Location"];

    public string? ETag => Headers.GetValueOrDefault("ETag");

    /// <summary>The value at a path such as <c>data.victim.addresses[0].postcode</c>; null when something on the way is missing.</summary>
    public JsonElement? At(string path)
    {
        JsonElement? at = Json;
        foreach (var part in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at switch
            {
                { ValueKind: JsonValueKind.Array } list when part[0] == '[' && int.Parse(part[1..^1], null) is var index && index < list.GetArrayLength() => list[index],
                { ValueKind: JsonValueKind.Object } json when json.TryGetProperty(part, out var value) => value,
                _ => null,
            };
        }

        return at;
    }

    /// <summary>For a failed assertion: status and body.</summary>
    public override string ToString() => $"{(int)Status} {Text}";
}

/// <summary>An answer as it came over the wire.</summary>
public sealed record RawAnswer(byte[] Bytes)
{
    private int HeadLength => Bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;

    public string Head => Encoding.ASCII.GetString(Bytes, 0, HeadLength);

    public byte[] Body => Bytes[HeadLength..];

    public int Status => int.Parse(Head.Split(' ')[1], null);

    /// <summary>All of it save the value of <c>Date</c>, the one header that must differ: equal means indistinguishable.</summary>
    public string WithoutDate => string.Join("\r\n", Head.Split("\r\n").Select(
        line => line.StartsWith("Date:", StringComparison.OrdinalIgnoreCase) ? "Date: -" : line)) + Encoding.Latin1.GetString(Body);
}
