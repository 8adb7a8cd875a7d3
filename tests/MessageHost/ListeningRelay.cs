using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Partnership.Tests.MessageHost;

/// <summary>A network between host and broker that knows when a message has gone through and something comes back.</summary>
public sealed class ListeningRelay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly string host;
    private readonly int port;
    private byte[]? awaited;
    private Action? onAnswer;
    private volatile bool passed;

    public ListeningRelay(string host, int port)
    {
        (this.host, this.port) = (host, port);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>
    /// Acts when these characters have gone to the broker and it says something: instead of letting the host hear it.
    /// </summary>
    public void Await(string text, Action act)
    {
        onAnswer = act;
        Volatile.Write(ref awaited, Encoding.ASCII.GetBytes(text));
    }

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync();
            var server = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            await server.ConnectAsync(host, port);
            _ = CopyAsync(client, server, toBroker: true);
            _ = CopyAsync(server, client, toBroker: false);
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, bool toBroker)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is var length and > 0)
            {
                if (!toBroker && passed)
                    onAnswer!();
                await to.GetStream().WriteAsync(buffer.AsMemory(0, length));
                if (toBroker && Volatile.Read(ref awaited) is { } text && buffer.AsSpan(0, length).IndexOf(text) >= 0)
                    passed = true;
            }
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException)
        {
            // One side has gone.
        }

        from.Dispose();
        to.Dispose();
    }
}
