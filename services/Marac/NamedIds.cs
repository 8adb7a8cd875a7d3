using System.Security.Cryptography;
using System.Text;

namespace Partnership.Marac;

/// <summary>Ids that follow from other ids, so that a stream can be found without an index and is opened only once.</summary>
internal static class NamedIds
{
    /// <summary>UUID version 5 (RFC 9562) of a name within the space of another id. Names are made of codes and ids.</summary>
    public static Guid Of(Guid space, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var input = new byte[16 + bytes.Length];
        space.TryWriteBytes(input, bigEndian: true, out _);
        bytes.CopyTo(input, 16);
#pragma warning disable CA5350 // Version 5 is defined with SHA-1; nothing rests on its strength.
        var hash = SHA1.HashData(input).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
