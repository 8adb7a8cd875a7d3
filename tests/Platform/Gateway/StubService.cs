using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// A service that answers whatever a test has it answer, byte by byte, in place of MARAC: what no sound server would let
/// us send is what a compromised one would.
/// </summary>
internal sealed class StubService : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly List<string> requests = [];
    private readonly Task accepting;

    public StubService()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Answers a request line such as <c>GET /marac/cases/… HTTP/1.1</c>.</summary>
    public Func<string, byte[]> Answer { get; set; } = _ => Of(404, "");

    /// <summary>Where set, the answer comes piece by piece, for as long as there are pieces.</summary>
    public Func<string, CancellationToken, IAsyncEnumerable<byte[]>>? Pieces { get; set; }

    /// <summary>Heads of all requests so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (requests) return [.. requests];
        }
    }

    public static byte[] Of(int status, string body, string contentType = "application/json", string reason = "Fine", string headers = "") =>
        Of(status, Encoding.UTF8.GetBytes(body), contentType, reason, headers);

    public static byte[] Of(int status, byte[] body, string contentType = "application/json", string reason = "Fine", string headers = "") =>
        [.. Encoding.Latin1.GetBytes(Head(status, contentType, reason, headers) + $"Content-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"), .. body];

    public static string Head(int status, string contentType, string reason, string headers) =>
        $"HTTP/1.1 {status.ToString(CultureInfo.InvariantCulture)} {reason}\r\nConnection: close\r\n{(contentType.Length == 0 ? "" : $"Content-Type: {contentType}\r\n")}{headers}";

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token));
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = await ReadHeadAsync(stream);
                lock (requests) requests.Add(head);
                if (Pieces is { } pieces)
                {
                    await foreach (var piece in pieces(head.Split("\r\n")[0], stopping.Token)) await stream.WriteAsync(piece, stopping.Token);
                    return;
                }

                await stream.WriteAsync(Answer(head.Split("\r\n")[0]), stopping.Token);
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException)
            {
                // The gateway has heard enough.
            }
        }
    }

    /// <summary>The head of a request; its body is read and forgotten, so that closing does not reset the connection.</summary>
    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), stopping.Token);
            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end < 0 && read > 0) continue;
            var head = Encoding.Latin1.GetString(buffer, 0, Math.Max(end, 0));
            var declared = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            var left = declared is null ? 0 : int.Parse(declared.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture) - (length - end - 4);
            while (left > 0 && await stream.ReadAsync(buffer, stopping.Token) is > 0 and var more) left -= more;
            return head;
        }
    }
}
