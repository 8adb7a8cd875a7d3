using System.Buffers;
using System.Text;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>A record inside a record is decided by its own facts, and leaves no trace where it is denied.</summary>
public sealed class NestedRecordTests
{
    private static readonly Guid One = new("11111111-1111-7111-8111-111111111111"), Two = new("22222222-2222-7222-8222-222222222222");
    private static readonly ViewSchema Pack = ViewSchema.For(typeof(PackView));
    private static readonly Principal Landlord = World.People["landlord"];

    [Fact]
    public void Each_leaves_by_its_own_facts_without_them_and_with_what_is_withheld_and_its_obligations()
    {
        var (text, nested) = Filter(Landlord, Of(One, Listed(Landlord), "seen"), Of(Two, World.Facts("HEARD"), "hidden"));
        Assert.StartsWith(
            "{\"title\":\"Pack\",\"cases\":[{\"type\":\"marac.flag\",\"id\":\"11111111-1111-7111-8111-111111111111\",\"data\":{\"caseId\":", text, StringComparison.Ordinal);
        Assert.EndsWith(
            "},\"withheld\":[],\"obligations\":{\"noOnward\":true,\"purpose\":\"marac-flag\",\"expires\":\"2027-10-05\"}}]}", text, StringComparison.Ordinal);
        Assert.Contains("seen", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
        Assert.DoesNotContain("facts", text, StringComparison.Ordinal);
        Assert.Equal([One], nested.Released.Select(record => record.Id));
        using var parsed = JsonDocument.Parse(text);
    }

    [Fact]
    public void A_denied_record_leaves_the_bytes_as_if_it_were_not_there()
    {
        var hidden = Of(Two, World.Facts("HEARD"), "hidden");
        Assert.Equal(Filter(Landlord, Of(One, Listed(Landlord), "seen")).Text, Filter(Landlord, hidden, Of(One, Listed(Landlord), "seen")).Text);
        Assert.Equal("{\"title\":\"Pack\",\"cases\":[]}", Filter(Landlord, hidden).Text);
        Assert.Equal(Filter(Landlord).Text, Filter(Landlord, hidden).Text);
    }

    [Fact]
    public void Withheld_and_flags_are_those_of_the_nested_records_own_rules()
    {
        var fire = World.People["fire"];
        var (text, _) = Filter(fire, Of(One, Listed(fire), "hidden"));
        Assert.Contains("\"flagged\":{\"masked\":\"flag\",\"value\":true}", text, StringComparison.Ordinal);
        Assert.Contains("{\"group\":\"flag\",\"rule\":\"marac/13.2\"}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
        Assert.DoesNotContain("expiresOn", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Conflict_and_reader_lists_of_a_nested_record_are_its_own()
    {
        var conflicted = Listed(Landlord) with { Conflicts = [new ConflictFact(Landlord.PersonId, null)] };
        Assert.Equal("{\"title\":\"Pack\",\"cases\":[]}", Filter(Landlord, Of(One, conflicted, "hidden")).Text);
        Assert.Equal("{\"title\":\"Pack\",\"cases\":[]}", Filter(Landlord, Of(One, Listed(Landlord) with { Readers = [] }, "hidden")).Text);
    }

    [Theory]
    [InlineData("""{"type":"marac.case","id":"$ID","facts":$FACTS,"data":{}}""", ReadFailures.NestedRecord)]
    [InlineData("""{"type":"marac.unknown","id":"$ID","facts":$FACTS,"data":{}}""", ReadFailures.NestedRecord)]
    [InlineData("""{"id":"$ID","type":"marac.flag","facts":$FACTS,"data":{}}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":"marac.flag","id":"$ID","data":{},"facts":$FACTS}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":"marac.flag","id":"$ID","facts":$FACTS,"facts":$FACTS,"data":{}}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":"marac.flag","id":"$ID","facts":$FACTS,"data":{},"facts":$FACTS}""", ReadFailures.DuplicateMember)]
    [InlineData("""{"type":"marac.flag","id":"$ID","facts":$FACTS,"data":{},"more":1}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":"marac.flag","id":"$ID","facts":{},"data":{}}""", ReadFailures.BadFacts)]
    [InlineData("""{"type":"marac.flag","id":"$ID","facts":$FACTS}""", ReadFailures.UnexpectedMember)]
    [InlineData("""{"type":"marac.flag","id":"1","facts":$FACTS,"data":{}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.flag","id":"$ID","facts":$FACTS,"data":{"flagged":"yes"}}""", ReadFailures.WrongKind)]
    [InlineData("""{"type":"marac.flag","id":"$ID","facts":$FACTS,"data":{"caseId":"a","caseId":"b"}}""", ReadFailures.DuplicateMember)]
    [InlineData("""{"type":"marac.flag","id":"$ID","facts":$FACTS,"data":{}},{"type":"marac.flag","id":"$ID","facts":$FACTS,"data":{}}""", ReadFailures.NestedRecord)]
    [InlineData("null", ReadFailures.WrongKind)]
    [InlineData("[]", ReadFailures.WrongKind)]
    public void What_breaks_the_contract_fails_the_whole_answer(string record, string failure)
    {
        var facts = JsonSerializer.Serialize(Listed(Landlord), WireJson.Options);
        var json = $$"""{"title":"Pack","cases":[{{record.Replace("$FACTS", facts, StringComparison.Ordinal).Replace("$ID", One.ToString(), StringComparison.Ordinal)}}]}""";
        Assert.Equal(failure, FieldFilter.Write(Encoding.UTF8.GetBytes(json), Pack, PackDecision(Landlord), new ArrayBufferWriter<byte>(), Nested(Landlord)).Failure);
    }

    [Fact]
    public void Without_anybody_to_decide_them_nested_records_fail_closed()
    {
        var json = Json(Of(One, Listed(Landlord), "seen"));
        Assert.Equal(ReadFailures.NestedRecord, FieldFilter.Write(json, Pack, PackDecision(Landlord), new ArrayBufferWriter<byte>()).Failure);
    }

    private static RecordFacts Listed(Principal principal) => World.Facts("RAISED").WithMember(principal);

    private static NestedRecords Nested(Principal principal) => new(World.Agreements, principal, Purposes.MaracFlag, World.Now);

    private static (string Text, NestedRecords Nested) Filter(Principal principal, params RecordEnvelope<FlagView>[] cases)
    {
        var output = new ArrayBufferWriter<byte>();
        var nested = Nested(principal);
        var outcome = FieldFilter.Write(Json(cases), Pack, PackDecision(principal), output, nested);
        Assert.True(outcome.Succeeded, outcome.Failure);
        return (Encoding.UTF8.GetString(output.WrittenSpan), nested);
    }

    private static byte[] Json(params RecordEnvelope<FlagView>[] cases) => JsonSerializer.SerializeToUtf8Bytes(new PackView("Pack", cases), WireJson.Options);

    private static RecordEnvelope<FlagView> Of(Guid id, RecordFacts facts, string name) => new()
    {
        Type = RecordTypes.MaracFlag,
        Id = id,
        Facts = facts,
        Data = new FlagView
        {
            CaseId = id,
            Flagged = true,
            ExpiresOn = new DateOnly(2027, 1, 1),
            Status = FlagStatus.Raised,
            Victim = new FlaggedPersonView { PersonId = id, Name = name },
            Perpetrators = [],
        },
    };

    private static Decision PackDecision(Principal principal)
    {
        var vocabulary = new Vocabulary { RecordTypes = [new RecordTypeTerms(Pack, [], [])], Agencies = World.Agencies };
        const string text =
            """
            agreement: marac
            title: Packs
            version: "1"
            scheme: marac
            classification: OFFICIAL
            signed: 2026-01-01
            effective: 2026-01-01
            review: 2027-01-01
            records: [marac.pack]
            parties: {}
            legal-bases:
              task: { legal-power: CDA-1998-S115, lawful-basis: UK-GDPR-6-1-E, regime: UK-GDPR }
            purposes:
              marac-flag: { says: F., roles: [marac-representative], serves: { marac.pack: any }, legal-basis: task, released-for-days: 30 }
            rules:
              - { id: marac/1, says: A pack., to: { agency: [CKH, CFRS], role: marac-representative }, record: marac.pack, purpose: marac-flag, permit: [meta] }
            """;
        var set = AgreementCompiler.Compile([new AgreementSource("pack.yaml", text)], vocabulary).Agreements!;
        return set.Decide(principal, Operations.Consult, "marac.pack", World.Facts(), Purposes.MaracFlag, World.Now);
    }

    [RecordView("marac.pack")]
    private sealed record PackView([property: Group("meta")] string Title, [property: Group("meta")] IReadOnlyList<RecordEnvelope<FlagView>> Cases);
}
