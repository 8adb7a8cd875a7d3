using System.Buffers;
using Microsoft.Net.Http.Headers;
using Partnership.Gateway.Release;

namespace Partnership.Gateway.Commanding;

/// <summary>A command's body as read, or the answer that refuses it.</summary>
public readonly record struct ReadBody(ReadOnlyMemory<byte> Body, FixedAnswer? Problem);

/// <summary>Reads bodies of commands whole, up to a limit, so that the internal token can vouch for their bytes.</summary>
public sealed class RequestBodies(GatewayOptions options)
{
    public async Task<ReadBody> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength is 0) return default;
        if (http.Request.ContentLength > options.MaxCommandBytes) return new ReadBody(default, FixedAnswer.TooLarge);
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            int read;
            try
            {
                read = await http.Request.Body.ReadAsync(buffer.GetMemory(1), http.RequestAborted);
            }
            catch (BadHttpRequestException exceeded) when (exceeded.StatusCode == StatusCodes.Status413PayloadTooLarge)
            {
                return new ReadBody(default, FixedAnswer.TooLarge);
            }

            if (read == 0) break;
            buffer.Advance(read);
            if (buffer.WrittenCount > options.MaxCommandBytes) return new ReadBody(default, FixedAnswer.TooLarge);
        }

        if (buffer.WrittenCount == 0) return default;
        var json = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        return json ? new ReadBody(buffer.WrittenMemory, null) : new ReadBody(default, FixedAnswer.NotJson);
    }
}
