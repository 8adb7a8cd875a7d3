using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Partnership.Contracts;
using Partnership.Gateway.Operations;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// Photos and documents, by an operation of the test's own: whole or not at all. And what is noted of answers that do not
/// arrive.
/// </summary>
public sealed class DocumentTests(SharedPlatform shared)
{
    private const string NotFound =
        """{"type":"about:blank","title":"Not Found","status":404,"code":"not-found","detail":"There is no such record, or none that you may know of."}""";

    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, .. "Photomark"u8];

    private static readonly Operation Photo = OperationTable.All.Single(o => o.Kind == OperationKind.Read && o.RecordType == RecordTypes.MaracCase) with
    {
        Pattern = "/marac/cases/{id:guid}/photo",
        Kind = OperationKind.Document,
        DocumentGroup = FieldGroups.PerpetratorIdentity,
        ContentTypes = ["image/jpeg", "image/png"],
    };

    [Fact]
    public async Task A_photo_leaves_whole_to_whom_its_group_is_released_and_to_nobody_else()
    {
        var platform = await shared.StartedAsync();
        await using var gateway = await StartAsync(platform);
        var id = Answer(gateway, StubService.Of(200, Jpeg, "image/jpeg", headers: "Content-Disposition: attachment; filename=Photomark\r\nETag: \"x\"\r\n"));
        var given = await gateway.As("landlord").RawAsync("GET", $"/marac/cases/{id}/photo", purpose: Casework.Meeting);
        Assert.Equal(200, given.Status);
        Assert.Equal(Jpeg, given.Body);
        Assert.DoesNotContain("Photomark", given.Head, StringComparison.Ordinal);
        foreach (var header in (string[])["Content-Type: image/jpeg", "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "Sharing-Record: ", "Sharing-Receipt: ", "Sharing-Obligations: no-onward, purpose=marac-meeting, expires="])
            Assert.Contains($"\r\n{header}", given.Head, StringComparison.OrdinalIgnoreCase);
        var entry = await new Casework(platform).LedgerAsync(id, e => e.GetProperty("outcome").GetString() == "PERMIT");
        Assert.Equal([FieldGroups.PerpetratorIdentity], entry.GetProperty("records")[0].GetProperty("fieldGroups").EnumerateArray().Select(g => g.GetString()));

        // The fire service is listed and has the group only if somebody is known to it: not at all is the identical 404.
        var asked = gateway.Stub.Requests.Count(r => r.Contains("/photo ", StringComparison.Ordinal));
        foreach (var person in (string[])["fire", "pvp"])
            Assert.Equal(NotFound, Encoding.UTF8.GetString((await gateway.As(person).RawAsync("GET", $"/marac/cases/{id}/photo", purpose: Casework.Meeting)).Body));
        Assert.Equal(asked, gateway.Stub.Requests.Count(r => r.Contains("/photo ", StringComparison.Ordinal)));
        Assert.Equal(400, (int)(await gateway.As("landlord").GetAsync($"/marac/cases/{id}/photo?size=1", Casework.Meeting)).Status);
        Assert.Equal(405, (await gateway.As("landlord").RawAsync("HEAD", $"/marac/cases/{id}/photo", purpose: Casework.Meeting)).Status);
    }

    [Fact]
    public async Task A_photo_that_is_something_else_does_not_leave()
    {
        var platform = await shared.StartedAsync();
        await using var gateway = await StartAsync(platform);
        foreach (var (what, answer) in ((string, byte[])[])
                 [
                     ("another type", StubService.Of(200, Jpeg, "image/gif")),
                     ("a document", StubService.Of(200, [.. "%PDF-1.7 Photomark"u8], "application/pdf")),
                     ("HTML", StubService.Of(200, "<script>Photomark</script>", "text/html")),
                     ("HTML said to be a photo", StubService.Of(200, "<script>Photomark</script>", "image/jpeg")),
                     ("one type said to be the other", StubService.Of(200, Jpeg, "image/png")),
                     ("no type", StubService.Of(200, Jpeg, "")),
                     ("compressed", StubService.Of(200, Jpeg, "image/jpeg", headers: "Content-Encoding: gzip\r\n")),
                     ("a part", StubService.Of(206, Jpeg, "image/jpeg", headers: "Content-Range: bytes 0-3/9\r\n")),
                     ("too large", StubService.Of(200, [.. Jpeg, .. new byte[4 * 1024 * 1024]], "image/jpeg")),
                     ("cut short", StubService.Of(200, Jpeg, "image/jpeg")[..^3]),
                     ("nothing", StubService.Of(200, [], "image/jpeg")),
                     ("an error", StubService.Of(500, Jpeg, "image/jpeg")),
                     ("always changed", StubService.Of(409, """{"code":"facts-changed"}""", "application/problem+json")),
                 ])
        {
            var id = Answer(gateway, answer);
            var given = await gateway.As("landlord").RawAsync("GET", $"/marac/cases/{id}/photo", purpose: Casework.Meeting);
            Assert.True(given.Status == 502, $"{what}: {given.WithoutDate}");
            Assert.DoesNotContain("Photomark", Encoding.Latin1.GetString(given.Bytes), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_recipient_who_leaves_in_the_middle_of_an_answer_is_noted()
    {
        var platform = await shared.StartedAsync();
        await using var gateway = await StartAsync(platform);
        // What the system has taken from us before the recipient left counts as sent: a few tries make sure that not all did.
        for (var attempt = 1; ; attempt++)
        {
            var id = Answer(gateway, StubService.Of(200, [.. Jpeg, .. new byte[3 * 1024 * 1024]], "image/jpeg"));
            using (var socket = new TcpClient { ReceiveBufferSize = 4096, LingerState = new LingerOption(true, 0) })
            {
                await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
                var stream = socket.GetStream();
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"GET /marac/cases/{id}/photo HTTP/1.1\r\nHost: {gateway.Address.Authority}\r\nAuthorization: Bearer {platform.Issuer.Token("landlord")}\r\nSharing-Purpose: {Casework.Meeting}\r\n\r\n"));
                Assert.True(await stream.ReadAsync(new byte[1024]) > 0);
            }

            try
            {
                var aborted = await new Casework(platform).LedgerAsync(id, e => e.TryGetProperty("abortOf", out _));
                Assert.False(aborted.TryGetProperty("bodyDigest", out _));
                return;
            }
            catch (TimeoutException) when (attempt < 4)
            {
                // Sent whole, as far as we could know.
            }
        }
    }

    [Fact]
    public async Task A_command_whose_service_fails_is_recorded()
    {
        var platform = await shared.StartedAsync();
        await using var gateway = await StartAsync(platform);
        var id = Answer(gateway, StubService.Of(404, ""));
        foreach (var answer in (byte[][])[StubService.Of(500, "x"), StubService.Of(200, "{}"), []])
        {
            var facts = gateway.Stub.Answer;
            gateway.Stub.Answer = line => line.StartsWith("GET", StringComparison.Ordinal) ? facts(line) : answer;
            Assert.Equal(502, (int)(await gateway.As("coordinator").PutAsync($"/marac/cases/{id}/summary", new { text = "x" }, Casework.Meeting)).Status);
        }

        var entry = await new Casework(platform).LedgerAsync(id, e => e.GetProperty("operation").GetString() == "ALTERATION");
        Assert.Equal("DENY", entry.GetProperty("outcome").GetString());
        Assert.Contains("service-unavailable", entry.GetProperty("records")[0].GetProperty("decisionRule").EnumerateArray().Select(r => r.GetString()));
    }

    private static Task<GatewayBeforeStub> StartAsync(RunningPlatform platform) =>
        GatewayBeforeStub.StartAsync(platform, services: services => services.AddSingleton(new OperationList([.. OperationTable.All, Photo])));

    /// <summary>A case of the landlord and the fire service with this photo.</summary>
    private static Guid Answer(GatewayBeforeStub gateway, byte[] photo)
    {
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        gateway.Stub.Answer = line => line.Contains("/photo", StringComparison.Ordinal) ? photo
            : StubService.Of(200, $$$"""{"type":"marac.case","id":"{{{id}}}","facts":{"version":1,"state":"LISTED","scheme":"marac","members":[{"agency":"CKH"},{"agency":"CFRS"}]}}""");
        return id;
    }
}
