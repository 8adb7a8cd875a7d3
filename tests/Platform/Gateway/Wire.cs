using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Partnership.Tests.Support.Hosts;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// HTTP written and read by hand, for requests that no client library would send. Reads one answer by its own length, so
/// that an answer given before the request has ended is read too.
/// </summary>
internal static class Wire
{
    public static async Task<RawAnswer> SendAsync(Uri address, string method, string path, IEnumerable<(string Name, string Value)> headers, byte[]? body = null)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\n");
        foreach (var (name, value) in headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()));
        if (body is not null) await stream.WriteAsync(body);
        return await ReadAsync(stream, bodiless: method == "HEAD");
    }

    private static async Task<RawAnswer> ReadAsync(NetworkStream stream, bool bodiless)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var answer = new MemoryStream();
        var buffer = new byte[8192];
        while (!IsWhole(answer, bodiless))
        {
            var read = await stream.ReadAsync(buffer, deadline.Token);
            if (read == 0) break;
            answer.Write(buffer, 0, read);
        }

        return new RawAnswer(answer.ToArray());
    }

    private static bool IsWhole(MemoryStream answer, bool bodiless)
    {
        var bytes = answer.GetBuffer().AsSpan(0, (int)answer.Length);
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        if (bodiless) return true;
        var length = Encoding.Latin1.GetString(bytes[..end]).Split("\r\n")
            .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(line => int.Parse(line.AsSpan("Content-Length:".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture))
            .SingleOrDefault();
        return bytes.Length >= end + 4 + length;
    }
}
