using System.Text;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Partnership.Tests.Support.Sharing;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>What a service answers is read strictly: anything late, twice, unknown or misspelt fails closed.</summary>
public sealed class EnvelopeReaderTests
{
    private const string Id = "11111111-1111-7111-8111-111111111111";
    private const string Facts = """{"version":1,"state":"ACCEPTED","scheme":"marac"}""";

    [Fact]
    public void What_a_service_writes_is_read_back()
    {
        var facts = World.Facts()
            .WithMember(World.People["pvp"])
            .WithRelation(World.People["fire"], RelationKinds.KnownTo, new Guid(Id))
            .WithNeed(World.People["pvp"], "diversity") with
        {
            Author = new AuthorFact("pseudonym", "CON", "PVP"),
            Subjects = [new Guid(Id)],
            Conflicts = [new ConflictFact("register-x", null), new ConflictFact(null, "A Name")],
            UnsafeCopies = [new MemberFact("CKH", null)],
            Readers = ["register-y"],
            HasSummary = true,
        };
        var view = new Marked<CaseView>();
        var envelope = new RecordEnvelope<CaseView> { Type = RecordTypes.MaracCase, Id = new Guid(Id), Facts = facts, Data = view.View };
        var body = JsonSerializer.SerializeToUtf8Bytes(envelope, WireJson.Options);
        Assert.True(EnvelopeReader.TryRead(body, out var read, out var failure), failure);
        Assert.Equal(RecordTypes.MaracCase, read!.Type);
        Assert.Equal(new Guid(Id), read.Id);
        Assert.Equal(view.Json, read.Data.ToArray());
        Assert.Equal(JsonSerializer.Serialize(facts, WireJson.Options), JsonSerializer.Serialize(read.Facts, WireJson.Options));

        var page = new RecordPage<CaseView> { Items = [envelope, envelope], Next = "cursor-7" };
        Assert.True(EnvelopeReader.TryReadPage(JsonSerializer.SerializeToUtf8Bytes(page, WireJson.Options), out var list, out failure), failure);
        Assert.Equal(2, list!.Items.Count);
        Assert.Equal("cursor-7", list.Next);
        Assert.Equal(view.Json, list.Items[1].Data.ToArray());

        var factsOnly = new FactsEnvelope { Type = RecordTypes.MaracCase, Id = new Guid(Id), Facts = facts };
        Assert.True(EnvelopeReader.TryReadFacts(JsonSerializer.SerializeToUtf8Bytes(factsOnly, WireJson.Options), out read, out failure), failure);
        Assert.True(read!.Data.IsEmpty);
    }

    [Theory]
    [InlineData("""{"items":[]}""", null)]
    [InlineData("""{"items":[],"next":null}""", null)]
    [InlineData("""{"items":[],"next":"abc"}""", "abc")]
    public void The_last_page_has_no_cursor(string body, string? next)
    {
        Assert.True(EnvelopeReader.TryReadPage(Encoding.UTF8.GetBytes(body), out var page, out _));
        Assert.Empty(page!.Items);
        Assert.Equal(next, page.Next);
    }

    [Theory]
    [InlineData("""{"id":"ID","type":"marac.case","facts":FACTS,"data":{}}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":"marac.case","id":"ID","data":{},"facts":FACTS}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":FACTS}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":FACTS,"data":{},"more":1}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":FACTS,"data":{},"facts":FACTS}""", ReadFailures.DuplicateMember)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":FACTS,"data":{},"d\u0061ta":{}}""", ReadFailures.DuplicateMember)]
    [InlineData("""{"type":"marac.case","type":"marac.case","id":"ID","facts":FACTS,"data":{}}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"Type":"marac.case","id":"ID","facts":FACTS,"data":{}}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"typ\u0065":"marac.case","id":"ID","facts":FACTS,"data":{}}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":7,"id":"ID","facts":FACTS,"data":{}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"","id":"ID","facts":FACTS,"data":{}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.c\u0061se","id":"ID","facts":FACTS,"data":{}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.case","id":"not-an-id","facts":FACTS,"data":{}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.case","id":"{1111111-1111-7111-8111-11111111111}","facts":FACTS,"data":{}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.case","id":null,"facts":FACTS,"data":{}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":null,"data":{}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":[],"data":{}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":FACTS,"data":null}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":FACTS,"data":[]}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":FACTS,"data":{}} """ + "x", ReadFailures.NotJson)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":FACTS,"data":{}}{}""", ReadFailures.NotJson)]
    [InlineData("""{"type":"marac.case","id":"ID","facts":FACTS,"data":{}""", ReadFailures.NotJson)]
    [InlineData("""[{"type":"marac.case","id":"ID","facts":FACTS,"data":{}}]""", ReadFailures.WrongKind)]
    [InlineData("", ReadFailures.NotJson)]
    [InlineData("null", ReadFailures.WrongKind)]
    public void An_envelope_out_of_order_fails_closed(string body, string failure)
    {
        Assert.False(EnvelopeReader.TryRead(Bytes(body), out var envelope, out var code));
        Assert.Null(envelope);
        Assert.Equal(failure, code);
    }

    [Theory]
    [InlineData("""{"state":"ACCEPTED","scheme":"marac"}""")]
    [InlineData("""{"version":1,"scheme":"marac"}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED"}""")]
    [InlineData("""{"version":1,"state":null,"scheme":"marac"}""")]
    [InlineData("""{"version":1,"state":"","scheme":"marac"}""")]
    [InlineData("""{"version":-1,"state":"ACCEPTED","scheme":"marac"}""")]
    [InlineData("""{"version":"1","state":"ACCEPTED","scheme":"marac"}""")]
    [InlineData("""{"version":1.5,"state":"ACCEPTED","scheme":"marac"}""")]
    [InlineData("""{"version":99999999999999999999999999,"state":"ACCEPTED","scheme":"marac"}""")]
    [InlineData("""{"version":1e400,"state":"ACCEPTED","scheme":"marac"}""")]
    [InlineData("""{"version":1,"version":2,"state":"ACCEPTED","scheme":"marac"}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","unknown":1}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","Members":[]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","members":null}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","members":[null]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","members":[{}]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","members":[{"agency":null}]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","members":[{"agency":"CON","agency":"CKH"}]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","members":{"agency":"CON"}}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","author":{"person":"p"}}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","relations":[{"kind":"known-to","agency":"CFRS","setBy":"p","setAt":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","relations":[{"kind":"known-to","agency":"CFRS","items":["x"],"setBy":"p","setAt":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","needs":[{"agency":"CON","groups":[null],"until":"2026-01-01T00:00:00Z","setBy":"p"}]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","conflicts":[{}]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","conflicts":[null]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","conflicts":[{"name":"\ud800"}]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","readers":[null]}""")]
    [InlineData("""{"version":1,"state":"ACCEPTED","scheme":"marac","hasSummary":"yes"}""")]
    public void Facts_that_are_not_sound_fail_closed(string facts)
    {
        Assert.False(EnvelopeReader.TryReadFacts(Bytes($$"""{"type":"marac.case","id":"ID","facts":{{facts}}}"""), out _, out var failure));
        Assert.Equal(ReadFailures.BadFacts, failure);
    }

    [Theory]
    [InlineData("""{"next":null,"items":[]}""")]
    [InlineData("""{"items":[],"next":7}""")]
    [InlineData("""{"items":[],"next":"a","next":"b"}""")]
    [InlineData("""{"items":[],"total":5}""")]
    [InlineData("""{"items":{}}""")]
    [InlineData("""{"items":[null]}""")]
    [InlineData("""{"items":[{}]}""")]
    [InlineData("""{"items":[[]]}""")]
    [InlineData("""{"items":[{"type":"marac.case","id":"ID","facts":FACTS}]}""")]
    [InlineData("""{}""")]
    public void A_page_that_is_not_one_fails_closed(string body) => Assert.False(EnvelopeReader.TryReadPage(Bytes(body), out _, out _));

    [Fact]
    public void An_answer_with_data_is_no_answer_of_a_facts_endpoint() =>
        Assert.False(EnvelopeReader.TryReadFacts(Bytes("""{"type":"marac.case","id":"ID","facts":FACTS,"data":{}}"""), out _, out _));

    [Fact]
    public void Nesting_without_end_and_bytes_that_are_no_text_fail_closed()
    {
        var deep = $$"""{"type":"marac.case","id":"ID","facts":FACTS,"data":{"a":{{new string('[', 50_000)}}""";
        Assert.False(EnvelopeReader.TryRead(Bytes(deep), out _, out var failure));
        Assert.Equal(ReadFailures.NotJson, failure);
        Assert.False(EnvelopeReader.TryRead(new byte[] { (byte)'{', (byte)'"', 0xC0, 0x80, (byte)'"' }, out _, out failure));
        Assert.Equal(ReadFailures.NotUtf8, failure);
    }

    [Fact]
    public void Cutting_or_changing_any_byte_never_throws()
    {
        var envelope = Bytes("""{"type":"marac.case","id":"ID","facts":{"version":1,"state":"ACCEPTED","scheme":"marac","members":[{"agency":"CON","team":"PVP"}]},"data":{"a":1}}""");
        var random = new Random(20261005);
        for (var turn = 0; turn < 5000; turn++)
        {
            var bytes = envelope.ToArray();
            if (turn % 2 == 0) bytes = bytes[..random.Next(bytes.Length)];
            else bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (EnvelopeReader.TryRead(bytes, out var read, out var failure)) Assert.NotNull(read);
            else Assert.NotNull(failure);
            EnvelopeReader.TryReadPage(bytes, out _, out _);
            EnvelopeReader.TryReadFacts(bytes, out _, out _);
        }
    }

    private static byte[] Bytes(string body) =>
        Encoding.UTF8.GetBytes(body.Replace("FACTS", Facts, StringComparison.Ordinal).Replace("\"ID\"", $"\"{Id}\"", StringComparison.Ordinal));
}
