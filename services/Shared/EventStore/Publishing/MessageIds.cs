using System.Security.Cryptography;
using System.Text;

namespace Partnership.EventStore;

/// <summary>Ids of messages: the same again whenever the same event is published again.</summary>
public static class MessageIds
{
    /// <summary>UUID version 5 (RFC 9562) of the event's id and the contract's full name.</summary>
    public static Guid Of(Guid eventId, Type contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        var name = Encoding.UTF8.GetBytes(contract.FullName!);
        var input = new byte[16 + name.Length];
        eventId.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input, 16);
#pragma warning disable CA5350 // Version 5 is defined with SHA-1; nothing rests on its strength.
        var hash = SHA1.HashData(input).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
