using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.Cases;
using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Referrals;
using Partnership.ServiceDefaults;
using Xunit;

namespace Partnership.Tests.Pure.Marac;

/// <summary>What a row holds: facts that decisions rest on, and data that is complete.</summary>
public sealed class ProjectionTests
{
    private static readonly Party Landlord = new("CKH", null);

    [Fact]
    public void Only_a_phone_marked_safe_is_a_safe_phone()
    {
        var view = ReferralProjection.Envelope(Referral.Of([Given.Submitted()])).Data.Victim;
        Assert.Equal(["07700 900123"], view.SafeContact!.Phones.Select(p => p.Number));
        Assert.Equal([SafeToCall.Yes, SafeToCall.No, SafeToCall.Unknown], view.Phones.Select(p => p.SafeToCall));
    }

    [Fact]
    public void A_referrals_facts_name_its_author_and_everybody_barred_from_it()
    {
        var facts = ReferralProjection.Envelope(Referral.Of([Given.Submitted()])).Facts;
        Assert.Equal(("SUBMITTED", 1L, "marac"), (facts.State, facts.Version, facts.Scheme));
        Assert.Equal(new AuthorFact("p-rosa", "CKH", null), facts.Author);
        Assert.Equal(["Carl Vale", "Charlie Vale", "Dan Holt", "Petra Vale"], facts.Conflicts.Select(c => c.Name));
        Assert.Equal(Given.Submitted().Subjects, facts.Subjects);
    }

    [Fact]
    public void A_cases_facts_bar_the_perpetrator_and_whoever_must_not_receive_or_is_not_safe()
    {
        var facts = CaseProjection.Envelope(Whole(Given.Case()), Given.Today).Facts;
        Assert.Equal(["Carl Vale", "Charlie Vale", "Dan Holt", "Petra Vale"], facts.Conflicts.Select(c => c.Name));
        Assert.Null(facts.Readers);
        Assert.Null(facts.Author);
        Assert.False(facts.HasSummary);
    }

    [Fact]
    public void A_relation_or_a_need_without_membership_is_no_fact()
    {
        var it = Given.Case();
        it = Apply(it, it.Relate(new RecordRelation(
            Landlord, [it.Content.Victim.Addresses[0].AddressId], [], true, "Told", Given.Coordinator, Given.Now)));
        it = Apply(it, it.RecordNeed(new RecordNeed(Landlord, [FieldGroups.VictimLocation], "Locks", Given.Now.AddDays(1), Given.Coordinator, Given.Now)));
        var before = CaseProjection.Envelope(Whole(it), Given.Today);
        Assert.Empty(before.Facts.Relations);
        Assert.Empty(before.Facts.Needs);
        Assert.Equal(2, before.Data.Sharing.Relations.Count);

        it = Apply(it, it.List(new ListMember(Landlord, Given.Coordinator, Given.Now)));
        var after = CaseProjection.Envelope(Whole(it), Given.Today).Facts;
        Assert.Equal([RelationKinds.OwnTenancy, RelationKinds.Supporting], after.Relations.Select(r => r.Kind));
        Assert.Equal([it.Content.Victim.PersonId], after.Relations[1].Items);
        Assert.Equal([FieldGroups.VictimLocation], after.Needs.Single().Groups);
        Assert.Equal([new MemberFact("CKH", null)], after.Members);
    }

    [Fact]
    public void A_case_is_in_reach_of_its_members_and_a_referral_of_its_author()
    {
        var it = Given.Case();
        Assert.Equal(["all", $"case:{it.Id}"], CaseProjection.Row(Whole(it), new PlainHasher()).Reach);
        it = Apply(it, it.List(new ListMember(new Party("PCC", "HSG"), Given.Coordinator, Given.Now)));
        Assert.Equal(["all", $"case:{it.Id}", "member:PCC/HSG"], CaseProjection.Row(Whole(it), new PlainHasher()).Reach);

        var referral = Referral.Of([Given.Submitted()]);
        Assert.Equal(["all", "author:p-rosa", "work:records-check"], ReferralProjection.Row(referral, 1, new PlainHasher()).Reach);
        var noted = referral.Apply(referral.NoteRecords([], Given.Now).Events.Single());
        Assert.Equal(["all", "author:p-rosa"], ReferralProjection.Row(noted, 2, new PlainHasher()).Reach);
    }

    [Fact]
    public void A_row_is_the_envelope_the_gateway_reads_type_id_facts_data()
    {
        var row = CaseProjection.Row(Whole(Given.Case()), new PlainHasher());
        var envelope = JsonNode.Parse(row.Body.Span)!.AsObject();
        Assert.Equal(["type", "id", "facts", "data"], envelope.Select(p => p.Key));
        Assert.Equal(2, row.Version);
        Assert.Equal(2, (long)envelope["facts"]!["version"]!);
    }

    [Fact]
    public void Everything_a_referral_tells_is_in_its_row()
    {
        var body = Given.Referral();
        var row = Encoding.UTF8.GetString(ReferralProjection.Row(Referral.Of([Given.Submitted(body)]), 1, new PlainHasher()).Body.Span);
        var told = Texts(JsonNode.Parse(row)!).ToHashSet();
        // A moment is kept in UTC.
        Assert.Equal(["2026-07-01T09:30:00+01:00"], Texts(body).Where(text => !told.Contains(text)));
    }

    [Fact]
    public void Somebody_is_found_in_the_part_they_play()
    {
        var terms = ReferralProjection.Row(Referral.Of([Given.Submitted()]), 1, new PlainHasher()).Search
            .Select(t => $"{t.Kind}={Encoding.UTF8.GetString(t.Hash)}").ToList();
        Assert.Contains("victim-name=Mira Thorne", terms);
        Assert.Contains("victim-phone=07700 900123", terms);
        Assert.Contains("perpetrator-name=Charlie Vale", terms);
        Assert.DoesNotContain("perpetrator-name=Mira Thorne", terms);
        Assert.DoesNotContain(terms, t => t.Contains("Ivo", StringComparison.Ordinal));
    }

    internal static WholeCase Whole(MaracCase it)
    {
        var register = Register.Open(it.Opening.RegisterId, it.Id, it.Content, Given.Ids(), Given.Now);
        return new WholeCase(it, 1, Register.Of([register]), 1);
    }

    private static MaracCase Apply(MaracCase it, Decision<CaseEvent> decision) =>
        decision.Events.Aggregate(it, (state, e) => state.Apply(e));

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Texts(p.Value)),
        JsonArray a => a.SelectMany(Texts),
        JsonValue v when v.GetValueKind() == JsonValueKind.String => [v.GetValue<string>()],
        _ => [],
    };

    /// <summary>Hashes nothing, so that tests can read the terms.</summary>
    internal sealed class PlainHasher : ISearchHasher
    {
        public IReadOnlyList<SearchTerm> Name(string name) => [Value("name", name)];

        public SearchTerm DateOfBirth(DateOnly date) => Value("date-of-birth", date.ToString("O", null));

        public SearchTerm Phone(string number) => Value("phone", number);

        public SearchTerm Postcode(string postcode) => Value("postcode", postcode);

        public SearchTerm Value(string kind, string value) => new(kind, Encoding.UTF8.GetBytes(value));

        public byte[] Body(ReadOnlySpan<byte> body) => body.ToArray();
    }
}
