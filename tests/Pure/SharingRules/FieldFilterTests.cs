using System.Buffers;
using System.Text;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Partnership.Tests.Support.Sharing;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>What the filter does with bytes no honest service would send, and with the forms a decision can take.</summary>
public sealed class FieldFilterTests
{
    private static readonly Principal Coordinator = World.People["coordinator"];
    private static readonly Principal Landlord = World.People["landlord"];
    private static readonly Principal Fire = World.People["fire"];
    private static readonly Guid Victim = new("11111111-1111-7111-8111-111111111111");
    private static readonly Guid Child = new("22222222-2222-7222-8222-222222222222");
    private static readonly Guid Address = new("33333333-3333-7333-8333-333333333333");
    private static readonly ViewSchema Schema = World.Agreements.ViewOf(RecordTypes.MaracCase)!;

    [Theory]
    [InlineData("""{"status":"ACCEPTED"}""", """{"status":"ACCEPTED","children":{"masked":"flag","value":false}}""")]
    [InlineData("""{}""", """{"children":{"masked":"flag","value":false}}""")]
    [InlineData("""{"children":[]}""", """{"children":{"masked":"flag","value":false}}""")]
    [InlineData("""{"children":null}""", """{"children":{"masked":"flag","value":false}}""")]
    [InlineData("""{"children":[{"personId":"22222222-2222-7222-8222-222222222222","name":"secret"}],"status":"ACCEPTED"}""", """{"children":{"masked":"flag","value":true},"status":"ACCEPTED"}""")]
    [InlineData("""{"children":[[[{}]],1,"secret"]}""", """{"children":{"masked":"flag","value":true}}""")]
    [InlineData("""{"vulnerableAdults":[{"personId":"22222222-2222-7222-8222-222222222222","name":"secret"}]}""", """{"children":{"masked":"flag","value":false}}""")]
    public void A_flag_says_yes_or_no_and_nothing_else_of_its_group_leaves(string data, string expected) =>
        Assert.Equal(expected, Filter(data, LandlordsDecision()));

    [Theory]
    [InlineData("""{"unknown":"secret","status":"ACCEPTED"}""")]
    [InlineData("""{"Status":"secret","status":"ACCEPTED"}""")]
    [InlineData("""{"st\u0061tus":"secret","status":"ACCEPTED"}""")]
    [InlineData("""{"status":"ACCEPTED","risk":{"deep":[{"secret":[1,2,{"secret":null}]}]}}""")]
    [InlineData("""{ "__proto__" : {"status":"secret"} , "status" : "ACCEPTED" }""")]
    [InlineData("{\n  \"\\u0000status\": \"secret\",\n  \"status\": \"ACCEPTED\"\n}")]
    public void What_the_contract_does_not_have_is_dropped(string data) =>
        Assert.Equal("""{"status":"ACCEPTED"}""", Filter(data, CoordinatorsDecision()).Replace(""","children":{"masked":"flag","value":false}""", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("""{"status":"ACCEPTED","status":"secret"}""", ReadFailures.DuplicateMember)]
    [InlineData("""{"narrative":{"history":"a","history":"b"}}""", ReadFailures.DuplicateMember)]
    [InlineData("""{"status":{"secret":1}}""", ReadFailures.WrongKind)]
    [InlineData("""{"status":["secret"]}""", ReadFailures.WrongKind)]
    [InlineData("""{"status":7}""", ReadFailures.WrongKind)]
    [InlineData("""{"status":true}""", ReadFailures.WrongKind)]
    [InlineData("""{"criteria":"REPEAT"}""", ReadFailures.WrongKind)]
    [InlineData("""{"criteria":[["REPEAT"]]}""", ReadFailures.WrongKind)]
    [InlineData("""{"criteria":[{"secret":1}]}""", ReadFailures.WrongKind)]
    [InlineData("""{"criteria":[null]}""", ReadFailures.WrongKind)]
    [InlineData("""{"children":{"0":{}}}""", ReadFailures.WrongKind)]
    [InlineData("""{"children":[null]}""", ReadFailures.WrongKind)]
    [InlineData("""{"children":["secret"]}""", ReadFailures.WrongKind)]
    [InlineData("""{"victim":[{}]}""", ReadFailures.WrongKind)]
    [InlineData("""{"victim":"secret"}""", ReadFailures.WrongKind)]
    [InlineData("""{"riskChecklist":{"yesCount":"17"}}""", ReadFailures.WrongKind)]
    [InlineData("""{"riskChecklist":{"yesCount":111111111111111111111111111111111111111111111111111111111111}}""", ReadFailures.WrongKind)]
    [InlineData("""{"victim":{"name":"secret"}}""", ReadFailures.KeyNotFirst)]
    [InlineData("""{"victim":{}}""", ReadFailures.KeyNotFirst)]
    [InlineData("""{"victim":{"name":"secret","personId":"11111111-1111-7111-8111-111111111111"}}""", ReadFailures.KeyNotFirst)]
    [InlineData("""{"victim":{"personId":"111"}}""", ReadFailures.KeyNotFirst)]
    [InlineData("""{"victim":{"personId":null}}""", ReadFailures.KeyNotFirst)]
    [InlineData("""{"victim":{"p\u0065rsonId":"11111111-1111-7111-8111-111111111111"}}""", ReadFailures.KeyNotFirst)]
    [InlineData("""{"victim":{"personId":"11111111-1111-7111-8111-111111111111","personId":"22222222-2222-7222-8222-222222222222"}}""", ReadFailures.DuplicateMember)]
    [InlineData("""{"summary":"\ud800"}""", ReadFailures.NotUtf8)]
    [InlineData("""{"summary":"\ud800\ud800"}""", ReadFailures.NotUtf8)]
    [InlineData("""{"summary":"\udc00\ud800"}""", ReadFailures.NotUtf8)]
    [InlineData("""{"summary":"\ud83dx\ude00"}""", ReadFailures.NotUtf8)]
    [InlineData("""{"summary":"unfinished""", ReadFailures.NotJson)]
    [InlineData("""{"summary":"a"} {}""", ReadFailures.NotJson)]
    [InlineData("""{"summary":"a",}""", ReadFailures.NotJson)]
    [InlineData("""{"summary":NaN}""", ReadFailures.NotJson)]
    [InlineData("""{"summary":'a'}""", ReadFailures.NotJson)]
    [InlineData("""{/* secret */"summary":"a"}""", ReadFailures.NotJson)]
    [InlineData("""{"summary":"a\x"}""", ReadFailures.NotJson)]
    [InlineData("[]", ReadFailures.WrongKind)]
    [InlineData("null", ReadFailures.WrongKind)]
    [InlineData("\"secret\"", ReadFailures.WrongKind)]
    [InlineData("", ReadFailures.NotJson)]
    [InlineData("\uFEFF{}", ReadFailures.NotJson)]
    public void What_breaks_the_contract_fails_closed(string data, string failure) =>
        Assert.Equal(failure, Outcome(Encoding.UTF8.GetBytes(data), CoordinatorsDecision()).Failure);

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'{', 0 })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xED, 0xA0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    public void Bytes_that_are_not_utf8_fail_closed(byte[] data) => Assert.Equal(ReadFailures.NotUtf8, Outcome(data, CoordinatorsDecision()).Failure);

    [Fact]
    public void Nesting_deeper_than_the_wire_allows_fails_closed()
    {
        var deep = $$"""{"unknown":{{new string('[', 40)}}{{new string(']', 40)}}}""";
        Assert.Equal(ReadFailures.NotJson, Outcome(Encoding.UTF8.GetBytes(deep), CoordinatorsDecision()).Failure);
        var fits = $$"""{"unknown":{{new string('[', 30)}}{{new string(']', 30)}}}""";
        Assert.True(Outcome(Encoding.UTF8.GetBytes(fits), CoordinatorsDecision()).Succeeded);
    }

    [Theory]
    [InlineData("""{"summary":""}""")]
    [InlineData("""{"summary":"   "}""")]
    [InlineData("""{"summary":"\t\n\u00a0\u200b"}""")]
    [InlineData("""{"summary":null}""")]
    [InlineData("""{}""")]
    public void A_summary_nobody_wrote_releases_nothing(string data) => Assert.Equal("{}", Filter(data, CoordinatorsDecision()));

    [Theory]
    [InlineData("""{"summary":"caf\u00e9 \ud83d\ude00 \"quoted\" \\ \/ 日本"}""")]
    [InlineData("""{"summary":"</script>"}""")]
    [InlineData("""{"summary":"\u0000"} """)]
    public void Released_text_leaves_as_it_stood(string data)
    {
        var filtered = Filter(data, CoordinatorsDecision());
        if (filtered != "{}") Assert.Equal(data.Trim(), filtered);
        using var parsed = JsonDocument.Parse(filtered);
    }

    [Fact]
    public void White_space_of_the_service_does_not_leave() =>
        Assert.Equal(
            """{"status":"ACCEPTED","criteria":["REPEAT","VISIBLE_HIGH_RISK"],"summary":"a b"}""",
            Filter("{ \"status\" :\t\"ACCEPTED\" ,\n \"criteria\" : [ \"REPEAT\" , \"VISIBLE_HIGH_RISK\" ] , \"summary\" : \"a b\" }\r\n", CoordinatorsDecision()));

    [Fact]
    public void Own_tenancy_releases_that_address_and_no_phone_even_where_its_id_is_named()
    {
        var decision = World.ReadCase(Landlord, World.Facts().WithMember(Landlord).WithRelation(Landlord, RelationKinds.OwnTenancy, Address, Victim, Child));
        const string data =
            """
            {"victim":{"personId":"11111111-1111-7111-8111-111111111111","name":"Victim","livesWithPerpetrator":"YES",
            "addresses":[{"addressId":"44444444-4444-7444-8444-444444444444","lines":["hidden"],"postcode":"hidden","isConfidential":true,"isCurrent":true},
            {"addressId":"33333333-3333-7333-8333-333333333333","lines":["1 Own Street"],"postcode":"PE1","isConfidential":false,"isCurrent":true}],
            "phones":[{"phoneId":"33333333-3333-7333-8333-333333333333","number":"hidden","safeToCall":"YES"}],
            "safeContact":{"via":"hidden"},"diversity":{"religion":"hidden"}},
            "children":[{"personId":"33333333-3333-7333-8333-333333333333","name":"hidden","school":"hidden"}]}
            """;
        Assert.Equal(
            """{"victim":{"personId":"11111111-1111-7111-8111-111111111111","name":"Victim","addresses":[{"addressId":"33333333-3333-7333-8333-333333333333","lines":["1 Own Street"],"postcode":"PE1","isConfidential":false,"isCurrent":true}]},"children":{"masked":"flag","value":true}}""",
            Filter(data, decision));
    }

    [Fact]
    public void Known_to_releases_that_child_without_school_and_the_frame_of_the_victim_without_the_victim()
    {
        var decision = World.ReadCase(Fire, World.Facts().WithMember(Fire).WithRelation(Fire, RelationKinds.KnownTo, Child, Address));
        const string data =
            """
            {"victim":{"personId":"11111111-1111-7111-8111-111111111111","name":"hidden","addresses":[{"addressId":"33333333-3333-7333-8333-333333333333","lines":["hidden"]}]},
            "children":[{"personId":"55555555-5555-7555-8555-555555555555","name":"hidden"},
            {"personId":"22222222-2222-7222-8222-222222222222","name":"Child","school":"hidden","livesWith":"hidden"}]}
            """;
        Assert.Equal("""{"victim":{},"children":[{"personId":"22222222-2222-7222-8222-222222222222","name":"Child"}]}""", Filter(data, decision));
    }

    [Fact]
    public void Frames_and_lists_are_written_by_the_decision_and_never_by_the_data()
    {
        var decision = World.ReadCase(Fire, World.Facts().WithMember(Fire).WithRelation(Fire, RelationKinds.KnownTo, Child));
        Assert.Equal(
            """{"victim":{},"children":[]}""",
            Filter("""{"victim":{"personId":"11111111-1111-7111-8111-111111111111"},"children":[]}""", decision));
        var listedOnly = World.ReadCase(Fire, World.Facts().WithMember(Fire));
        Assert.Equal("{}", Filter("""{"victim":{"personId":"11111111-1111-7111-8111-111111111111","name":"hidden"},"children":[]}""", listedOnly));
    }

    [Fact]
    public void A_denied_decision_writes_an_empty_record_at_most()
    {
        var denied = World.ReadCase(Landlord, World.Facts());
        Assert.False(denied.Permitted);
        Assert.Equal("{}", Filter("""{"status":"hidden","children":[{"personId":"22222222-2222-7222-8222-222222222222"}],"victim":{"personId":"11111111-1111-7111-8111-111111111111"}}""", denied));
        Assert.Equal("{}", Filter("""{"status":"hidden"}""", default));
    }

    [Fact]
    public void A_decision_for_another_view_is_a_mistake_and_not_an_answer()
    {
        var referral = World.Agreements.ViewOf(RecordTypes.MaracReferral)!;
        Assert.Throws<ArgumentException>(() => FieldFilter.Write("{}"u8, referral, CoordinatorsDecision(), new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void Data_in_segments_is_filtered_like_data_in_one()
    {
        var json = new Marked<CaseView>().Json;
        var whole = new ArrayBufferWriter<byte>();
        Assert.True(FieldFilter.Write(json, Schema, CoordinatorsDecision(), whole).Succeeded);
        foreach (var size in new[] { 1, 7, 1000 })
        {
            var parted = new ArrayBufferWriter<byte>();
            Assert.True(FieldFilter.Write(Segments.Of(json, size), Schema, CoordinatorsDecision(), parted).Succeeded);
            Assert.Equal(whole.WrittenSpan, parted.WrittenSpan);
        }
    }

    [Fact]
    public void Filtering_allocates_nothing()
    {
        var json = new Marked<CaseView>().Json;
        var decision = World.ReadCase(Fire, World.Facts().WithMember(Fire).WithRelation(Fire, RelationKinds.KnownTo, Child));
        var sink = new Sink();
        for (var i = 0; i < 200; i++) FieldFilter.Write(json, Schema, decision, sink);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++) FieldFilter.Write(json, Schema, decision, sink);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Cutting_or_changing_any_byte_never_throws_and_never_leaks()
    {
        var marked = new Marked<CaseView>();
        var decision = LandlordsDecision();
        var hidden = marked.Values.Where(value => value.Marker is not null && value.Group is "narrative" or "risk-checklist" or "protection" or "victim-location").Select(value => value.Marker!).ToList();
        var random = new Random(20261005);
        var bytes = "{}[]\",:\\\0u9 \u00ff"u8.ToArray();
        for (var turn = 0; turn < 3000; turn++)
        {
            var json = marked.Json.ToArray();
            if (turn % 3 == 0) json = json[..random.Next(json.Length)];
            else json[random.Next(json.Length)] = bytes[random.Next(bytes.Length)];
            var output = new ArrayBufferWriter<byte>();
            if (!FieldFilter.Write(json, Schema, decision, output).Succeeded) continue;
            var text = Encoding.UTF8.GetString(output.WrittenSpan);
            using var parsed = JsonDocument.Parse(text);
            Assert.DoesNotContain(hidden, marker => text.Contains(marker, StringComparison.Ordinal));
        }
    }

    private static Decision CoordinatorsDecision() => World.ReadCase(Coordinator, World.Facts() with { HasSummary = true });

    private static Decision LandlordsDecision() => World.ReadCase(Landlord, World.Facts().WithMember(Landlord));

    private static FilterOutcome Outcome(byte[] data, Decision decision) => FieldFilter.Write(data, Schema, decision, new ArrayBufferWriter<byte>());

    private static string Filter(string data, Decision decision)
    {
        var output = new ArrayBufferWriter<byte>();
        var outcome = FieldFilter.Write(Encoding.UTF8.GetBytes(data), Schema, decision, output);
        Assert.True(outcome.Succeeded, outcome.Failure);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private sealed class Sink : IBufferWriter<byte>
    {
        private readonly byte[] room = new byte[8192];

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => room;

        public Span<byte> GetSpan(int sizeHint = 0) => room;
    }

    private sealed class Segments : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(byte[] bytes, int size)
        {
            var first = new Segments { Memory = bytes.AsMemory(0, Math.Min(size, bytes.Length)) };
            var last = first;
            for (var at = size; at < bytes.Length; at += size)
            {
                var next = new Segments { Memory = bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), RunningIndex = at };
                last.Next = next;
                last = next;
            }

            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }
}
