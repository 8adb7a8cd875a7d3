using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Partnership.Ledger;
using Xunit;

namespace Partnership.Tests.Pure.Ledger;

public sealed class SealedBoxTests
{
    private static readonly Guid Entry = Entries.Golden.EntryId;

    [Fact]
    public void A_value_sealed_by_another_program_opens()
    {
        using var recipient = Recipient();
        var value = SealedBox.Open(KnownAnswers.Sealed, recipient, Entry, "justification");
        Assert.Equal(KnownAnswers.SealedText, Encoding.UTF8.GetString(value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10_000)]
    public void What_is_sealed_opens_for_its_recipient(int length)
    {
        using var recipient = Recipient();
        using var box = SealedBox.To(recipient);
        var value = RandomNumberGenerator.GetBytes(length);
        Assert.Equal(value, SealedBox.Open(box.Seal(value, Entry, "digestKey"), recipient, Entry, "digestKey"));
    }

    [Fact]
    public void Moved_to_another_entry_or_field_or_opened_by_another_key_it_stays_shut()
    {
        using var recipient = Recipient();
        using var stranger = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(KnownAnswers.Sealed, recipient, Guid.Empty, "justification"));
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(KnownAnswers.Sealed, recipient, Entry, "digestKey"));
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(KnownAnswers.Sealed, stranger, Entry, "justification"));
    }

    [Fact]
    public void A_change_of_any_byte_keeps_it_shut()
    {
        using var recipient = Recipient();
        var bytes = Base64Url.DecodeFromChars(KnownAnswers.Sealed.AsSpan(2));
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(
                () => SealedBox.Open("1." + Base64Url.EncodeToString(changed), recipient, Entry, "justification"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.")]
    [InlineData("1.AAAA")]
    [InlineData("2.AAAA")]
    [InlineData("1.not base64!")]
    public void Anything_else_is_not_a_sealed_value(string text)
    {
        using var recipient = Recipient();
        Assert.ThrowsAny<CryptographicException>(() => SealedBox.Open(text, recipient, Entry, "justification"));
    }

    [Fact]
    public void The_same_value_sealed_twice_looks_different()
    {
        using var recipient = Recipient();
        using var box = SealedBox.To(recipient);
        Assert.NotEqual(box.Seal("x"u8, Entry, "f"), box.Seal("x"u8, Entry, "f"));
    }

    [Fact]
    public void One_box_serves_many_at_once()
    {
        using var recipient = Recipient();
        using var box = SealedBox.To(recipient);
        var sealedValues = new string[500];
        Parallel.For(0, sealedValues.Length, i => sealedValues[i] = box.Seal(BitConverter.GetBytes(i), Entry, "f"));
        for (var i = 0; i < sealedValues.Length; i++)
            Assert.Equal(BitConverter.GetBytes(i), SealedBox.Open(sealedValues[i], recipient, Entry, "f"));
    }

    internal static ECDiffieHellman Recipient()
    {
        var key = ECDiffieHellman.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(KnownAnswers.SealPrivateKey), out _);
        return key;
    }
}
