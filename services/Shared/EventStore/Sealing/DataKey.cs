using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Partnership.EventStore;

/// <summary>A data key in memory: 32 random bytes that seal one scope.</summary>
internal sealed class DataKey(Guid id, byte[] key)
{
    public const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>How much longer a sealed value is than its plain text.</summary>
    public const int Overhead = NonceSize + TagSize;

    public Guid Id { get; } = id;

    /// <summary>A cipher of one caller: the class is not safe for use by several threads.</summary>
    public AesGcm OpenCipher() => new(key, TagSize);

    /// <summary>nonce, cipher text, tag; written to <paramref name="sealedValue"/>, which is <see cref="Overhead"/> longer.</summary>
    public static void Seal(AesGcm cipher, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> place, Span<byte> sealedValue)
    {
        var nonce = sealedValue[..NonceSize];
        RandomNumberGenerator.Fill(nonce);
        cipher.Encrypt(nonce, plain, sealedValue.Slice(NonceSize, plain.Length), sealedValue[^TagSize..], place);
    }

    /// <summary>The plain text of a sealed value.</summary>
    /// <param name="place">What the value belongs to; the same bytes as when it was sealed.</param>
    /// <exception cref="SealedValueException">Changed, cut short, or moved here from another place.</exception>
    public static byte[] Open(AesGcm cipher, ReadOnlySpan<byte> sealedValue, ReadOnlySpan<byte> place)
    {
        if (sealedValue.Length < Overhead)
            throw new SealedValueException("A sealed value is cut short.");
        var plain = new byte[sealedValue.Length - Overhead];
        try
        {
            cipher.Decrypt(
                sealedValue[..NonceSize], sealedValue[NonceSize..^TagSize], sealedValue[^TagSize..], plain, place);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new SealedValueException("A sealed value has been changed or moved.");
        }

        return plain;
    }

    /// <summary>What a property of an event is bound to.</summary>
    public static byte[] PlaceOf(Guid streamId, Guid eventId, string property) =>
        Encoding.UTF8.GetBytes($"event|{streamId:N}|{eventId:N}|{property}");

    /// <summary>What the body of a view row is bound to.</summary>
    public static byte[] PlaceOf(string view, Guid id) => Encoding.UTF8.GetBytes($"view|{id:N}|{view}");

    /// <summary>What a wrapped key is bound to: its id and every part of its scope, each with its length.</summary>
    public static byte[] PlaceOf(Guid keyId, SealScope scope)
    {
        using var place = new MemoryStream();
        Part(place, "partnership data key 1"u8);
        Part(place, keyId.ToByteArray(bigEndian: true));
        Part(place, scope.Subject.ToByteArray(bigEndian: true));
        Part(place, Encoding.UTF8.GetBytes(scope.RetentionClass));
        Part(place, Encoding.UTF8.GetBytes(scope.Owner));
        return place.ToArray();

        static void Part(MemoryStream place, ReadOnlySpan<byte> part)
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            place.Write(length);
            place.Write(part);
        }
    }
}

/// <summary>
/// A sealed value that does not open although its key exists: changed, moved from another property, event or stream, or
/// not sealed at all where it should be. Says nothing of the value.
/// </summary>
public sealed class SealedValueException : Exception
{
    public SealedValueException() { }
    public SealedValueException(string message) : base(message) { }
    public SealedValueException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>The scope's key has been destroyed: what is sealed under it is erased, and nothing more can be written there.</summary>
public sealed class ScopeErasedException : Exception
{
    public ScopeErasedException() { }
    public ScopeErasedException(string message) : base(message) { }
    public ScopeErasedException(string message, Exception inner) : base(message, inner) { }
}
