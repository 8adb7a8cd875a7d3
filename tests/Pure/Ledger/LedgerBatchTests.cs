using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Partnership.Ledger;
using Xunit;

namespace Partnership.Tests.Pure.Ledger;

public sealed class LedgerBatchTests
{
    private static readonly byte[] Golden = Convert.FromBase64String(KnownAnswers.Batch);
    private static readonly ReadOnlyMemory<byte>[] GoldenEntries = [Encoding.UTF8.GetBytes(KnownAnswers.Entry), "odd"u8.ToArray()];

    [Fact]
    public void The_golden_batch_reads_as_what_was_put_into_it()
    {
        Assert.True(LedgerBatch.TryDecode(Golden, out var batch));
        Assert.Equal(BatchKind.Entries, batch.Kind);
        Assert.Equal("gateway-1.a_B", batch.Instance);
        Assert.Equal(7, batch.Sequence);
        Assert.Equal(SHA256.HashData("before"u8), batch.PreviousHash.ToArray());
        Assert.Equal([KnownAnswers.Entry, "odd"], batch.Entries.Select(e => Encoding.UTF8.GetString(e.Span)));
        Assert.Equal(KnownAnswers.BatchHash, Convert.ToHexStringLower(LedgerBatch.HashOf(Golden)));
    }

    [Fact]
    public void The_signature_of_the_golden_batch_is_its_gateways_and_nobody_elses()
    {
        using var gateway = GatewayKey();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.True(LedgerBatch.Verify(Golden, gateway));
        Assert.False(LedgerBatch.Verify(Golden, other));
    }

    [Fact]
    public void Encoding_what_the_golden_batch_holds_gives_its_bytes_up_to_the_signature()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var bytes = LedgerBatch.Encode(BatchKind.Entries, "gateway-1.a_B", 7, SHA256.HashData("before"u8), GoldenEntries, key);
        Assert.Equal(Golden[..^64], bytes[..^64]);
        Assert.True(LedgerBatch.Verify(bytes, key));
    }

    [Fact]
    public void A_change_of_any_byte_breaks_the_signature()
    {
        using var gateway = GatewayKey();
        for (var i = 0; i < Golden.Length; i += 7)
        {
            var changed = Golden.ToArray();
            changed[i] ^= 1;
            Assert.False(LedgerBatch.Verify(changed, gateway));
        }
    }

    [Fact]
    public void Every_truncation_and_every_addition_is_refused()
    {
        for (var length = 0; length < Golden.Length; length++)
            Assert.False(LedgerBatch.TryDecode(Golden.AsMemory(0, length), out _));
        Assert.False(LedgerBatch.TryDecode(Golden.Append((byte)0).ToArray(), out _));
    }

    [Fact]
    public void A_random_change_never_throws_and_never_yields_bytes_from_outside()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = Golden.ToArray();
            for (var n = random.Next(1, 5); n > 0; n--) changed[random.Next(70)] = (byte)random.Next(256);
            if (!LedgerBatch.TryDecode(changed, out var batch)) continue;
            Assert.True(LedgerBatch.IsInstanceName(batch.Instance));
            Assert.True(batch.Entries.Sum(e => 4 + e.Length) < changed.Length);
        }
    }

    [Theory]
    [InlineData(0x7fffffff)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_length_or_a_count_past_the_end_is_refused(int absurd)
    {
        var countAt = 6 + "gateway-1.a_B".Length + 8 + 32;
        foreach (var at in new[] { countAt, countAt + 4 })
        {
            var changed = Golden.ToArray();
            BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(at), absurd);
            Assert.False(LedgerBatch.TryDecode(changed, out _));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("gäteway")]
    [InlineData("quote\"")]
    [InlineData("new\nline")]
    public void What_a_promise_could_not_name_is_no_instance(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(LedgerBatch.IsInstanceName(name));
        Assert.Throws<ArgumentException>(() => LedgerBatch.Encode(BatchKind.Heartbeat, name, 1, new byte[32], [], key));
    }

    [Fact]
    public void An_instance_of_100_characters_is_one_and_of_101_is_not()
    {
        Assert.True(LedgerBatch.IsInstanceName(new string('a', 100)));
        Assert.False(LedgerBatch.IsInstanceName(new string('a', 101)));
    }

    [Fact]
    public void An_instance_in_bytes_that_are_not_ASCII_is_refused()
    {
        var changed = Golden.ToArray();
        changed[6] = 0xff;
        Assert.False(LedgerBatch.TryDecode(changed, out _));
    }

    [Fact]
    public void Heartbeat_and_closing_are_batches_without_entries()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var kind in new[] { BatchKind.Heartbeat, BatchKind.Closing })
        {
            Assert.True(LedgerBatch.TryDecode(LedgerBatch.Encode(kind, "g", 1, new byte[32], [], key), out var batch));
            Assert.Equal(kind, batch.Kind);
            Assert.Empty(batch.Entries);
        }
    }

    [Fact]
    public void A_heartbeat_with_entries_cannot_be_made()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<ArgumentException>(() => LedgerBatch.Encode(BatchKind.Heartbeat, "g", 2, new byte[32], GoldenEntries, key));
    }

    [Fact]
    public void The_first_batch_follows_nothing()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<ArgumentException>(() => LedgerBatch.Encode(BatchKind.Entries, "g", 1, SHA256.HashData([]), [], key));
        Assert.Throws<ArgumentOutOfRangeException>(() => LedgerBatch.Encode(BatchKind.Entries, "g", 0, new byte[32], [], key));
        Assert.Throws<ArgumentOutOfRangeException>(() => LedgerBatch.Encode(BatchKind.Entries, "g", 2, new byte[31], [], key));
    }

    internal static ECDsa GatewayKey()
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(KnownAnswers.GatewayPublicKey), out _);
        return key;
    }
}
