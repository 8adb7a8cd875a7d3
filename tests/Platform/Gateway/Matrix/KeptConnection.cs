using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Partnership.Tests.Support.Hosts;

namespace Partnership.Tests.Platform.Gateway.Matrix;

/// <summary>
/// One person's connection, kept for many requests, whose answers are kept as they stand on the wire. One request at a time.
/// </summary>
internal sealed class KeptConnection : IAsyncDisposable
{
    private readonly Uri address;
    private readonly string token;
    private readonly TcpClient socket = new();
    private byte[] buffer = new byte[64 * 1024];

    private KeptConnection(Uri address, string token) => (this.address, this.token) = (address, token);

    public static async Task<KeptConnection> OpenAsync(Uri address, string token)
    {
        var connection = new KeptConnection(address, token);
        await connection.socket.ConnectAsync(address.Host, address.Port);
        connection.socket.NoDelay = true;
        return connection;
    }

    public async Task<RawAnswer> SendAsync(string method, string path, string? purpose, string? body = null)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {token}\r\n");
        if (purpose is not null) head.Append(CultureInfo.InvariantCulture, $"Sharing-Purpose: {purpose}\r\n");
        if (method == "POST") head.Append(CultureInfo.InvariantCulture, $"Idempotency-Key: {Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}\r\n");
        if (body is not null) head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").Append(body).ToString()));
        return await ReadAsync(stream);
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<RawAnswer> ReadAsync(NetworkStream stream)
    {
        var (length, whole) = (0, int.MaxValue);
        while (length < whole)
        {
            if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            var read = await stream.ReadAsync(buffer.AsMemory(length));
            if (read == 0) throw new IOException("The gateway has closed the connection.");
            length += read;
            if (whole == int.MaxValue && buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is var end and >= 0) whole = end + 4 + BodyLength(Encoding.ASCII.GetString(buffer, 0, end));
        }

        // More than it says would be read as the beginning of the next answer, and hide there.
        return length == whole ? new RawAnswer(buffer[..length]) : throw new IOException("The answer is longer than it says.");
    }

    private static int BodyLength(string head)
    {
        const string Name = "Content-Length:";
        var declared = head.Split("\r\n").SingleOrDefault(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        if (declared is not null) return int.Parse(declared.AsSpan(Name.Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
        return head.Contains(" 204 ", StringComparison.Ordinal) ? 0 : throw new IOException("The answer does not say how long it is.");
    }
}
