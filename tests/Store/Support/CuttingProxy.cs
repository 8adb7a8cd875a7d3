using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Partnership.Tests.Store.Support;

/// <summary>A network between store and server that the test can cut, at the moment it chooses.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint server;
    private readonly List<Line> lines = [];
    private readonly Lock gate = new();
    private readonly Task accepting;
    private volatile bool refusing;
    private volatile bool losesAnswers;
    private volatile bool losesRequests;

    public CuttingProxy(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        server = new(IPAddress.Loopback, settings.Port);
        listener.Start();
        settings.Host = "127.0.0.1";
        settings.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        ConnectionString = settings.ConnectionString;
        accepting = AcceptAsync();
    }

    /// <summary>The same database, by way of this network.</summary>
    public string ConnectionString { get; }

    /// <summary>The next request arrives; its answer does not, and the connection breaks.</summary>
    public void LoseNextAnswer() => losesAnswers = true;

    /// <summary>The next request does not arrive, and the connection breaks.</summary>
    public void LoseNextRequest() => losesRequests = true;

    /// <summary>Nobody gets through any more.</summary>
    public void Refuse(bool refuse) => refusing = refuse;

    /// <summary>Breaks the clients' side of all connections; the server is not told.</summary>
    public void CutClients()
    {
        lock (gate)
        {
            foreach (var line in lines)
                line.Client.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        lock (gate)
        {
            foreach (var line in lines)
                line.Dispose();
        }

        await accepting;
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                client.NoDelay = true;
                if (refusing)
                {
                    client.Dispose();
                    continue;
                }

                var line = new Line(client, new TcpClient { NoDelay = true });
                await line.Server.ConnectAsync(server);
                lock (gate)
                    lines.Add(line);
                _ = RelayAsync(line, fromServer: false);
                _ = RelayAsync(line, fromServer: true);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task RelayAsync(Line line, bool fromServer)
    {
        var (from, to) = fromServer ? (line.Server, line.Client) : (line.Client, line.Server);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is var length and > 0)
            {
                if (fromServer ? losesAnswers : losesRequests)
                {
                    losesAnswers = losesRequests = false;
                    line.Dispose();
                    return;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut by the test, or by an end.
        }
    }

    private sealed record Line(TcpClient Client, TcpClient Server) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
