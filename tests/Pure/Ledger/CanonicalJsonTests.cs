using System.Buffers;
using System.Text;
using Partnership.Ledger;
using Xunit;

namespace Partnership.Tests.Pure.Ledger;

public sealed class CanonicalJsonTests
{
    [Fact]
    public void The_strings_of_RFC_8785_are_written_as_it_writes_them()
    {
        // Section 3.2.2.2 and appendix: only what must be escaped is, in lower-case hex, short forms where there are any.
        Assert.Equal("\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"", Write(j => j.Text("\u20ac$\u000f\nA'B\"\\\\\"/")));
        Assert.Equal("\"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\u2028\"", Write(j => j.Text("\b\t\n\f\r\0\u001f\u007f\u2028")));
        Assert.Equal("\"\ud83d\ude02\"", Write(j => j.Text("\ud83d\ude02")));
    }

    [Fact]
    public void Members_in_the_order_of_RFC_8785_are_accepted()
    {
        // Section 3.2.3: order is that of UTF-16 code units, so the smiley (a surrogate pair) precedes U+FB33.
        string[] names = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"];
        var written = Write(j =>
        {
            j.StartObject();
            foreach (var name in names) j.Member(name, "x");
            j.EndObject();
        });
        Assert.StartsWith("{\"\\r\":\"x\",\"1\":\"x\",", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_out_of_order_or_given_twice_are_refused()
    {
        (string First, string Second)[] wrong = [("b", "a"), ("a", "a"), ("\ufb33", "\ud83d\ude00")];
        Assert.All(wrong, names => Assert.Throws<InvalidOperationException>(() => Write(j =>
        {
            j.StartObject();
            j.Member(names.First, "x");
            j.Member(names.Second, "x");
        })));
    }

    [Fact]
    public void A_lone_surrogate_has_no_canonical_form()
    {
        // In the body: an attribute is stored as UTF-8, which would mend what is tested.
        string[] broken = ["\ud83d", "\ude02 tail", "head \ud83d head"];
        Assert.All(broken, value => Assert.Throws<ArgumentException>(() => Write(j => j.Text(value))));
    }

    [Fact]
    public void Integers_stop_where_readers_begin_to_round_them()
    {
        Assert.Equal("9007199254740991", Write(j => j.Number(9007199254740991)));
        Assert.Equal("-9007199254740991", Write(j => j.Number(-9007199254740991)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Write(j => j.Number(9007199254740992)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Write(j => j.Number(-9007199254740992)));
    }

    [Fact]
    public void Nested_lists_and_objects_have_commas_between_and_no_white_space() =>
        Assert.Equal("""{"a":[1,[],{"b":null,"c":true},false],"d":[]}""", Write(j =>
        {
            j.StartObject();
            j.Name("a");
            j.StartArray();
            j.Number(1);
            j.StartArray();
            j.EndArray();
            j.StartObject();
            j.Member("b", (string?)null);
            j.Name("c");
            j.Boolean(true);
            j.EndObject();
            j.Boolean(false);
            j.EndArray();
            j.Member("d", []);
            j.EndObject();
        }));

    [Fact]
    public void A_time_is_always_the_same_24_characters_of_UTC() =>
        Assert.Equal("2026-07-01T23:30:00.009Z", CanonicalJson.Time(new DateTimeOffset(2026, 7, 2, 0, 30, 0, 9, 999, TimeSpan.FromHours(1))));

    private static string Write(Action<CanonicalJson> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(new CanonicalJson(buffer));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
