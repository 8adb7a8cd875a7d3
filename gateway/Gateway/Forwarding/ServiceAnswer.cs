using System.Buffers;

namespace Partnership.Gateway.Forwarding;

/// <summary>What a service answered, read whole and not believed: status, media type, body, and the few headers that matter.</summary>
/// <param name="Status">0 when the service could not be reached or did not answer in time.</param>
public sealed record ServiceAnswer(int Status, string? MediaType, ReadOnlyMemory<byte> Body, string? Location)
{
    public static ServiceAnswer Unreachable { get; } = new(0, null, default, null);

    public bool IsJson => Status == 200 && MediaType == "application/json";

    /// <summary>Reads an answer up to <paramref name="limit"/> bytes; a larger one is as good as none.</summary>
    public static async Task<ServiceAnswer> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentEncoding.Count > 0) return Unreachable;
        var expected = response.Content.Headers.ContentLength;
        if (expected > limit) return Unreachable;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new ArrayBufferWriter<byte>((int)Math.Max(expected ?? 4096, 256));
        while (true)
        {
            var read = await stream.ReadAsync(buffer.GetMemory(1), cancellationToken);
            if (read == 0) break;
            buffer.Advance(read);
            if (buffer.WrittenCount > limit) return Unreachable;
        }

        return new ServiceAnswer(
            (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, buffer.WrittenMemory, response.Headers.Location?.OriginalString);
    }
}
