using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// More of what a service in the wrong hands could answer, on the level of HTTP, of time and of JSON: nothing leaves, and the
/// ledger has a refusal for each.
/// </summary>
public sealed class HostileAnswerTests(SharedPlatform shared)
{
    private const string Mark = "Leakmark";
    private const string BadService =
        """{"type":"about:blank","title":"Bad Gateway","status":502,"code":"service-unavailable","detail":"The service cannot answer. Nothing was released."}""";

    private const string Facts = """{"version":1,"state":"LISTED","scheme":"marac","members":[{"agency":"CKH"}]}""";
    private const string Data = """{"victim":{"personId":"0192f0a0-3333-7abc-8def-000000000003","name":"Leakmark"}}""";

    [Fact]
    public async Task Nothing_of_a_hostile_answer_leaves_and_each_is_recorded()
    {
        var platform = await shared.StartedAsync();
        await using var gateway = await GatewayBeforeStub.StartAsync(platform);
        var landlord = gateway.As("landlord");
        var ids = new List<(string What, Guid Id)>();
        var wrong = new List<string>();
        foreach (var (what, answer) in Hostile())
        {
            var id = NewId();
            ids.Add((what, id));
            gateway.Stub.Answer = _ => answer(id);
            var given = await landlord.RawAsync("GET", $"/marac/cases/{id}", purpose: Casework.Meeting);
            if ((502, BadService) != (given.Status, Encoding.UTF8.GetString(given.Body)) || Encoding.Latin1.GetString(given.Bytes).Contains(Mark, StringComparison.OrdinalIgnoreCase))
                wrong.Add($"{what}: {given.WithoutDate}");
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        var casework = new Casework(platform);
        foreach (var (what, id) in ids)
            Assert.True((await casework.LedgerAsync(id, _ => true)).GetProperty("outcome").GetString() == "DENY", what);
    }

    [Fact]
    public async Task A_sound_answer_in_an_odd_form_is_still_decided_and_filtered()
    {
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync());
        var landlord = gateway.As("landlord");
        var sound = Data.Replace(Mark, "Imogen", StringComparison.Ordinal);
        foreach (var (what, answer) in ((string, Func<Guid, byte[]>)[])
                 [
                     ("an early hint before it", id => [.. Encoding.Latin1.GetBytes($"HTTP/1.1 103 Early Hints\r\nLink: <{Mark}>\r\n\r\n"), .. Ok(Record(id, data: sound))]),
                     ("a hundred of them", id => [.. Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat($"HTTP/1.1 100 {Mark}\r\n\r\n", 100))), .. Ok(Record(id, data: sound))]),
                     ("in chunks, with trailers", id => Chunked(Record(id, data: sound), $"X-Note: {Mark}\r\n")),
                     // An escaped name is no name of the contract, whatever it would spell.
                     ("with an escaped name beside it", id => Ok(Record(id, data: sound.Replace("\"name\"", $"\"n\\u0061me\":\"{Mark}\",\"name\"", StringComparison.Ordinal)))),
                     ("with an escaped field twice", id => Ok(Record(id, data: $"{sound[..^1]},\"narr\\u0061tive\":1,\"n\\u0061rrative\":\"{Mark}\"}}"))),
                     ("with members the contract does not have", id => Ok(Record(id, data: $$$"""{"Victim":{"name":"{{{Mark}}}"},"VICTIM":"{{{Mark}}}","x":[{"victim":"{{{Mark}}}"}],{{{sound[1..]}}}"""))),
                     ("with a huge number where nobody looks", id => Ok(Record(id, data: $$"""{"x":{{new string('9', 5000)}}.{{new string('9', 5000)}}e99999,{{sound[1..]}}"""))),
                     // What nobody may see decides nothing, not even that there is an error.
                     ("with faults where nobody looks", id => Ok(Record(id, data: $$$"""{"x":{"a":1,"a":"{{{Mark}}}"},"\ud800":"{{{Mark}}}","summary":"\ud800 {{{Mark}}}",{{{sound[1..]}}}"""))),
                     ("with two lengths", id => Raw($"Content-Length: {Record(id, data: sound).Length}\r\nContent-Length: 5", Record(id, data: sound))),
                     ("with HTTP/1.0", id => Encoding.UTF8.GetBytes($"HTTP/1.0 200 {Mark}\r\nContent-Type: application/json\r\n\r\n{Record(id, data: sound)}")),
                 ])
        {
            var id = NewId();
            gateway.Stub.Answer = _ => answer(id);
            var given = await landlord.RawAsync("GET", $"/marac/cases/{id}", purpose: Casework.Meeting);
            Assert.True(given.Status == 200, $"{what}: {given.WithoutDate}");
            Assert.False(Encoding.Latin1.GetString(given.Bytes).Contains(Mark, StringComparison.OrdinalIgnoreCase), $"{what}: {given.WithoutDate}");
            Assert.Contains("\"name\":\"Imogen\"", Encoding.UTF8.GetString(given.Body), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_service_that_drips_for_ever_is_given_up()
    {
        await using var gateway = await GatewayBeforeStub.StartAsync(await shared.StartedAsync());
        var landlord = gateway.As("landlord");
        var id = NewId();
        var head = StubService.Head(200, "application/json", "Fine", "Content-Length: 100000\r\n") + "\r\n";
        foreach (var (what, start, piece) in ((string, string, string)[])
                 [
                     ("a body", head + Record(id)[..20], " "),
                     ("a head", "HTTP/1.1 200 OK\r\n", $"X-{Mark}: {Mark}\r\n"),
                     ("interim answers", "", $"HTTP/1.1 103 {Mark}\r\n\r\n"),
                 ])
        {
            gateway.Stub.Pieces = (_, stopping) => DripAsync(start, piece, stopping);
            var watch = Stopwatch.StartNew();
            var given = await landlord.RawAsync("GET", $"/marac/cases/{id}", purpose: Casework.Meeting);
            Assert.True((502, BadService) == (given.Status, Encoding.UTF8.GetString(given.Body)), $"{what}: {given.WithoutDate}");
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"{what} held the caller for {watch.Elapsed}.");
        }
    }

    private static async IAsyncEnumerable<byte[]> DripAsync(string start, string piece, [EnumeratorCancellation] CancellationToken stopping)
    {
        yield return Encoding.Latin1.GetBytes(start);
        while (!stopping.IsCancellationRequested)
        {
            // The subject of the test is the time between two pieces: shorter than the gateway's patience.
            await Task.Delay(TimeSpan.FromMilliseconds(200), stopping);
            yield return Encoding.Latin1.GetBytes(piece);
        }
    }

    private static IEnumerable<(string What, Func<Guid, byte[]> Answer)> Hostile()
    {
        // JSON.
        foreach (var (name, other) in ((string, string)[])[("type", "Type"), ("id", "ID"), ("facts", "Facts"), ("data", "DATA"), ("type", "t\\u0079pe"), ("facts", "fact\\u0073")])
            yield return ($"{other} for {name}", id => Ok(Record(id).Replace($"\"{name}\":", $"\"{other}\":", StringComparison.Ordinal)));
        yield return ("another Facts beside facts", id => Ok($$"""{"type":"marac.case","id":"{{id}}","facts":{{Facts}},"Facts":{{Facts}},"data":{{Data}}}"""));
        yield return ("an escaped duplicate of a fact", id => Ok(Record(id, facts: Facts.Replace("\"version\"", "\"m\\u0065mbers\":[],\"version\"", StringComparison.Ordinal))));
        yield return ("a duplicate far away", id => Ok(Record(id, data: $$"""{"summary":"a","x":"{{new string('x', 100_000)}}","summary":"{{Mark}}"}""")));
        yield return ("deep facts", id => Ok(Record(id, facts: Facts[..^1] + $",\"readers\":{new string('[', 100)}{new string(']', 100)}}}")));
        yield return ("data as deep as a stack", id => Ok(Record(id, data: $$"""{"x":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""")));
        yield return ("half a character in a released text", id => Ok(Record(id, data: Data.Replace(Mark, "\\udc00\\ud800Leakmark", StringComparison.Ordinal))));
        yield return ("overlong bytes", id => StubService.Of(200, [.. Encoding.UTF8.GetBytes(Record(id)[..^4]), 0xC0, 0x80, .. "\"}}"u8]));
        yield return ("a zero byte", id => Ok(Record(id).Replace(Mark, "\0", StringComparison.Ordinal)));
        yield return ("a byte-order mark", id => StubService.Of(200, [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Record(id))]));
        yield return ("UTF-16", id => StubService.Of(200, Encoding.Unicode.GetBytes(Record(id)), "application/json; charset=utf-16"));
        foreach (var number in (string[])["1e999999", "-1", "1.5", new string('9', 400), "\"1\"", "0x10", "01", "NaN", "99999999999999999999"])
            yield return ($"version {number[..Math.Min(8, number.Length)]}", id => Ok(Record(id, facts: Facts.Replace("1,", $"{number},", StringComparison.Ordinal))));
        yield return ("an id with capitals and braces", id => Ok(Record(id).Replace(id.ToString(), $"{{{id.ToString().ToUpperInvariant()}}}", StringComparison.Ordinal)));
        yield return ("a state that is a list", id => Ok(Record(id, facts: Facts.Replace("\"LISTED\"", "[\"LISTED\"]", StringComparison.Ordinal))));
        yield return ("members in an object", id => Ok(Record(id, facts: Facts.Replace("[{\"agency\":\"CKH\"}]", "{\"0\":{\"agency\":\"CKH\"}}", StringComparison.Ordinal))));
        yield return ("a trailing comma", id => Ok(Record(id, data: Data[..^1] + ",}")));
        yield return ("single quotes", id => Ok(Record(id).Replace('"', '\'')));
        yield return ("a line of JSON after it", id => Ok(Record(id) + "\n" + Record(id)));
        yield return ("an error beside its record", id => Ok($$"""{"type":"marac.case","id":"{{id}}","facts":{{Facts}},"data":{{Data}},"error":null}"""));

        // Media types.
        foreach (var type in (string[])["text/json", "application/ld+json", "application/problem+json", "application/jsonp", "application/x-ndjson", "multipart/mixed; boundary=x", "application/octet-stream", "*/*", Mark])
            yield return (type, id => StubService.Of(200, Record(id), type));
        yield return ("two media types", id => StubService.Of(200, Record(id), "text/html\r\nContent-Type: application/json"));

        // HTTP.
        foreach (var coding in (string[])["gzip", "deflate", "br", "zstd", "identity", Mark, "gzip, identity"])
            yield return ($"coded {coding}", id => StubService.Of(200, Record(id), headers: $"Content-Encoding: {coding}\r\n"));
        yield return ("a length too long", id => Raw($"Content-Length: {Record(id).Length + 40}", Record(id)));
        yield return ("a length too short", id => Raw($"Content-Length: {Record(id).Length - 5}", Record(id)));
        yield return ("a negative length", id => Raw("Content-Length: -1", Record(id)[..^3]));
        yield return ("a length of 0", id => Raw("Content-Length: 0", Record(id)));
        yield return ("a chunk that is no chunk", id => Raw("Transfer-Encoding: chunked", Record(id)));
        yield return ("a chunk cut short", id => Raw("Transfer-Encoding: chunked", $"FFF\r\n{Record(id)}"));
        yield return ("chunks without an end", id => Raw("Transfer-Encoding: chunked", $"{Record(id).Length:X}\r\n{Record(id)}\r\n"));
        yield return ("another protocol", _ => Encoding.Latin1.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: {Mark}\r\nConnection: Upgrade\r\n\r\n{Mark}"));
        yield return ("HTTP/9.9", id => Encoding.Latin1.GetBytes($"HTTP/9.9 200 OK\r\nContent-Type: application/json\r\n\r\n{Record(id)[..^1]}"));
        yield return ("a status of no meaning", id => StubService.Of(299, Record(id)));
        yield return ("a status of four digits", _ => Encoding.Latin1.GetBytes($"HTTP/1.1 2000 {Mark}\r\n\r\n"));
        yield return ("a head of a megabyte", id => StubService.Of(200, Record(id), headers: $"X-Note: {new string('x', 1024 * 1024)}\r\n"));
        yield return ("a header with a line folded in", id => StubService.Of(206, Record(id), headers: $"X-Note: a\r\n {Mark}\r\n"));
        yield return ("205 with a body", id => StubService.Of(205, Record(id)));
        yield return ("226 with a body", id => StubService.Of(226, Record(id)));
        yield return ("a redirection to itself", id => StubService.Of(301, Record(id), headers: $"Location: /marac/cases/{id}\r\n"));
    }

    private static byte[] Ok(string body) => StubService.Of(200, body);

    private static byte[] Raw(string header, string body) => Encoding.UTF8.GetBytes(StubService.Head(200, "application/json", "Fine", header + "\r\n") + "\r\n" + body);

    private static byte[] Chunked(string body, string trailers)
    {
        var half = body.Length / 2;
        return Encoding.Latin1.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{StubService.Head(200, "application/json", "Fine", "Transfer-Encoding: chunked\r\nTrailer: X-Note\r\n")}\r\n{half:X}\r\n{body[..half]}\r\n{body.Length - half:X}\r\n{body[half..]}\r\n0\r\n{trailers}\r\n"));
    }

    private static string Record(Guid id, string? facts = null, string? data = null) =>
        $$"""{"type":"marac.case","id":"{{id}}","facts":{{facts ?? Facts}},"data":{{data ?? Data}}}""";

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
