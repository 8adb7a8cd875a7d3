using System.Security.Cryptography;
using Partnership.Ledger;
using Xunit;

namespace Partnership.Tests.Pure.Ledger;

public sealed class SharingRecordTests
{
    [Fact]
    public void The_golden_promise_is_read_and_verified()
    {
        using var gateway = LedgerBatchTests.GatewayKey();
        Assert.True(SharingRecord.TryParse(KnownAnswers.Promise, out var promise));
        Assert.Equal("gateway-1.a_B", promise.Instance);
        Assert.Equal(7, promise.Sequence);
        Assert.Equal(KnownAnswers.EntryLeaf, Convert.ToHexStringLower(promise.LeafHash.Span));
        Assert.True(promise.Verify(gateway));
        Assert.Equal(KnownAnswers.Promise, promise.ToString());
    }

    [Fact]
    public void A_promise_of_another_instance_sequence_or_leaf_does_not_verify()
    {
        using var gateway = LedgerBatchTests.GatewayKey();
        Assert.True(SharingRecord.TryParse(KnownAnswers.Promise, out var promise));
        Assert.False((promise with { Instance = "gateway-1.a_C" }).Verify(gateway));
        Assert.False((promise with { Sequence = 8 }).Verify(gateway));
        Assert.False((promise with { LeafHash = SHA256.HashData([]) }).Verify(gateway));
        Assert.False((promise with { LeafHash = new byte[31] }).Verify(gateway));
        Assert.False((promise with { Signature = new byte[64] }).Verify(gateway));
        Assert.False((promise with { Signature = new byte[10] }).Verify(gateway));
    }

    [Fact]
    public void What_is_signed_is_read_back_and_verified_by_the_same_key_only()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var header = SharingRecord.Sign("g-1", 1, SHA256.HashData([1]), key).ToString();
        Assert.True(SharingRecord.TryParse(header, out var promise));
        Assert.True(promise.Verify(key));
        Assert.False(promise.Verify(other));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v=1")]
    public void Anything_else_is_no_promise(string? header) => Assert.False(SharingRecord.TryParse(header, out _));

    [Theory]
    [InlineData("v=1", "v=2")]
    [InlineData("seq=7", "seq=0")]
    [InlineData("seq=7", "seq=07")]
    [InlineData("seq=7", "seq=-7")]
    [InlineData("seq=7", "seq=1000000000000000")]
    [InlineData("gateway-1", "gate way")]
    [InlineData("leaf=:", "leaf=")]
    public void A_malformed_member_is_refused(string from, string to)
    {
        Assert.Contains(from, KnownAnswers.Promise, StringComparison.Ordinal);
        Assert.False(SharingRecord.TryParse(KnownAnswers.Promise.Replace(from, to, StringComparison.Ordinal), out _));
    }

    [Fact]
    public void A_line_break_at_the_end_is_not_part_of_a_header() =>
        Assert.False(SharingRecord.TryParse(KnownAnswers.Promise + "\n", out _));

    [Fact]
    public void Nothing_that_could_not_be_read_back_is_signed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<ArgumentException>(() => SharingRecord.Sign("g 1", 1, new byte[32], key));
        Assert.Throws<ArgumentOutOfRangeException>(() => SharingRecord.Sign("g", 0, new byte[32], key));
        Assert.Throws<ArgumentOutOfRangeException>(() => SharingRecord.Sign("g", 1_000_000_000_000_000, new byte[32], key));
        Assert.Throws<ArgumentOutOfRangeException>(() => SharingRecord.Sign("g", 1, new byte[20], key));
    }
}
