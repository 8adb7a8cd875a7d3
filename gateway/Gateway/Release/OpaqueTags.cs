using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Partnership.Gateway.Release;

/// <summary>
/// Entity tags of the gateway: a keyed hash of what this caller was released of this record, bound to both. They say
/// nothing to anybody else, and change only when something this caller may see does.
/// </summary>
public sealed class OpaqueTags(GatewayKeys keys)
{
    public string Of(string pseudonym, string? hat, string purpose, Guid record, ReadOnlySpan<byte> released)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.Cursor);
        mac.AppendData(Encoding.UTF8.GetBytes($"etag|{pseudonym}|{hat}|{purpose}|{record}|"));
        mac.AppendData(released);
        return "\"" + Base64Url.EncodeToString(mac.GetHashAndReset().AsSpan(0, 16)) + "\"";
    }
}
