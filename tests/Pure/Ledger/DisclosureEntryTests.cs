using System.Text;
using Partnership.Ledger;
using Xunit;

namespace Partnership.Tests.Pure.Ledger;

public sealed class DisclosureEntryTests
{
    [Fact]
    public void The_golden_entry_has_exactly_the_frozen_bytes_and_leaf_hash()
    {
        var bytes = Entries.Golden.ToBytes();
        Assert.Equal(KnownAnswers.Entry, Encoding.UTF8.GetString(bytes));
        Assert.Equal(KnownAnswers.EntryLeaf, Convert.ToHexStringLower(DisclosureEntry.LeafHash(bytes)));
    }

    [Fact]
    public void The_golden_bytes_read_back_as_the_golden_entry()
    {
        Assert.True(DisclosureEntry.TryRead(Encoding.UTF8.GetBytes(KnownAnswers.Entry), out var entry));
        Assert.Equal(Entries.Golden.EntryId, entry.EntryId);
        Assert.Equal(Entries.Golden.At, entry.At);
        Assert.Equal(Entries.Golden.Actor, entry.Actor);
        Assert.Equal(KnownAnswers.Entry, Encoding.UTF8.GetString(entry.ToBytes()));
    }

    [Fact]
    public void The_time_in_an_entry_is_the_same_moment_whatever_the_offset_it_was_given_in()
    {
        var elsewhere = Entries.Golden with { At = Entries.Golden.At.ToOffset(TimeSpan.FromHours(5)) };
        Assert.Equal(KnownAnswers.Entry, Encoding.UTF8.GetString(elsewhere.ToBytes()));
    }

    [Fact]
    public void An_entry_that_aborts_another_names_it()
    {
        var bytes = (Entries.Golden with { AbortOf = Guid.Parse("0192f0a0-9999-7abc-8def-000000000009") }).ToBytes();
        Assert.StartsWith("{\"abortOf\":\"0192f0a0-9999-7abc-8def-000000000009\",", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.True(DisclosureEntry.TryRead(bytes, out var entry));
        Assert.Equal(Guid.Parse("0192f0a0-9999-7abc-8def-000000000009"), entry.AbortOf);
    }

    [Theory]
    [InlineData("\"v\":1", "\"v\":2")]
    [InlineData("\"v\":1", "\"v\":1.0")]
    [InlineData("\"v\":1", "\"v\":1,\"w\":1")]
    [InlineData(",\"v\":1", "")]
    [InlineData("\"hat\":null,", "")]
    [InlineData("\"outcome\":\"PERMIT\"", "\"outcome\":null")]
    [InlineData("\"channel\":\"API\"", "\"channel\":\"\\u0041PI\"")]
    [InlineData("\"channel\":\"API\"", "\"channel\": \"API\"")]
    [InlineData("\"channel\":\"API\"", "\"channel\":\"API\",\"channel\":\"API\"")]
    [InlineData("\"consentRef\":null,", "")]
    [InlineData("09:15:30.120Z", "09:15:30.12Z")]
    [InlineData("09:15:30.120Z", "25:15:30.120Z")]
    [InlineData("0192f0a0-1111", "0192F0A0-1111")]
    [InlineData("\"recipients\":[\"CFRS\"]", "\"recipients\":\"CFRS\"")]
    [InlineData("\"recipients\":[\"CFRS\"]", "\"recipients\":[null]")]
    [InlineData("\"member\":true", "\"member\":1")]
    [InlineData("\"nonce\":\"AA", "\"nonce\":\"")]
    [InlineData("\"nonce\":\"AA", "\"nonce\":\"!A")]
    [InlineData("\"records\":[{", "\"records\":[[{")]
    public void Bytes_that_this_version_would_not_have_made_are_not_an_entry(string from, string to)
    {
        Assert.Contains(from, KnownAnswers.Entry, StringComparison.Ordinal);
        var changed = KnownAnswers.Entry.Replace(from, to, StringComparison.Ordinal);
        Assert.False(DisclosureEntry.TryRead(Encoding.UTF8.GetBytes(changed), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"text\"")]
    [InlineData("{\"abortOf\":")]
    public void Anything_else_is_not_an_entry(string text) =>
        Assert.False(DisclosureEntry.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Every_prefix_and_every_changed_byte_of_an_entry_is_refused_or_read_without_failing()
    {
        var bytes = Encoding.UTF8.GetBytes(KnownAnswers.Entry);
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.False(DisclosureEntry.TryRead(bytes.AsSpan(0, i), out _));
            var changed = bytes.ToArray();
            changed[i] ^= 0x80; // never valid UTF-8 among ASCII
            Assert.False(DisclosureEntry.TryRead(changed, out _));
        }
    }

    [Fact]
    public void Whatever_is_read_would_be_written_with_the_very_same_bytes()
    {
        var strange = Entries.Golden with
        {
            CorrelationId = "quote \" slash \\ / control \u0001\u001f\b\t\n\f\r del \u007f",
            Classification = "Ærøskøbing – \ud83d\ude00 \u2028",
            OnBehalfOf = "",
            Recipients = [],
            Records = [Entries.Golden.Records[0] with { RecordId = null, Facts = new Dictionary<string, bool>() }, Entries.Golden.Records[0]],
        };
        var bytes = strange.ToBytes();
        Assert.True(DisclosureEntry.TryRead(bytes, out var entry));
        Assert.Equal(strange.CorrelationId, entry.CorrelationId);
        Assert.Equal(strange.Classification, entry.Classification);
        Assert.Equal(bytes, entry.ToBytes());

        var random = new Random(8785);
        byte[] likely = [.. "\"\\{}[]:,u0123456789abcdefABCDEFntr /"u8];
        var read = 0;
        for (var i = 0; i < 30_000; i++)
        {
            var changed = bytes.ToArray();
            for (var n = random.Next(1, 3); n > 0; n--)
                changed[random.Next(changed.Length)] = random.Next(4) == 0 ? (byte)random.Next(256) : likely[random.Next(likely.Length)];
            if (!DisclosureEntry.TryRead(changed, out var other)) continue;
            read++;
            Assert.Equal(changed, other.ToBytes());
        }

        Assert.True(read > 300, "The changes reach the inside of texts, so many must still be entries.");
    }

    [Theory]
    [InlineData("\"session\":\"s-1\"", "\"session\":\"s\\u002d1\"")]
    [InlineData("\"session\":\"s-1\"", "\"session\":\"s\\/1\"")]
    [InlineData("\"session\":\"s-1\"", "\"session\":\"s\\u000A\"")]
    [InlineData("\"session\":\"s-1\"", "\"session\":\"s\\u000a\"")]
    [InlineData("\"session\":\"s-1\"", "\"session\":\"s\\ud83d\\ude00\"")]
    [InlineData("\"session\":\"s-1\"", "\"session\":\"s\\\"")]
    [InlineData("\"session\":\"s-1\"", "\"session\":\"s\n\"")]
    [InlineData("\"known-to\":true,\"member\":true", "\"member\":true,\"known-to\":true")]
    [InlineData("\"known-to\":true,\"member\":true", "\"member\":true,\"member\":true")]
    [InlineData("xwdHh8\"", "xwdHh9\"")]
    public void Another_spelling_of_the_same_value_is_not_an_entry(string from, string to)
    {
        Assert.Contains(from, KnownAnswers.Entry, StringComparison.Ordinal);
        Assert.False(DisclosureEntry.TryRead(Encoding.UTF8.GetBytes(KnownAnswers.Entry.Replace(from, to, StringComparison.Ordinal)), out _));
    }

    [Fact]
    public void A_nonce_has_32_bytes() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => (Entries.Golden with { Nonce = new byte[31] }).ToBytes());
}
