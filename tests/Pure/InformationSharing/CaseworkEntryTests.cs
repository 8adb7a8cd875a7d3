using System.Runtime.CompilerServices;
using MassTransit;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;
using Partnership.Contracts.Topology;
using Partnership.InformationSharing;
using Partnership.Ledger;
using Xunit;

namespace Partnership.Tests.Pure.InformationSharing;

public sealed class CaseworkEntryTests
{
    private static readonly byte[] Nonce = new byte[32];

    [Fact]
    public void A_submitted_referral_is_a_collection_by_its_actor_about_its_subjects()
    {
        var entry = CaseworkEntry.Of(Submitted, Nonce, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        Assert.Equal(LedgerOperations.Collection, entry.Operation);
        Assert.Equal(LedgerOutcomes.Permit, entry.Outcome);
        Assert.Equal("CASEWORK", entry.Channel);
        Assert.Equal("marac", entry.Service);
        Assert.Equal(new EntryActor("p.1", "CON", "PVP", "marac-representative", null, "s"), entry.Actor);
        Assert.Equal("marac-referral", entry.PurposeCode);
        Assert.Equal(("CDA_S115", "marac/1", "set"), (entry.LegalPower, entry.IsaVersion, entry.AgreementSet));
        Assert.Equal("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", entry.TraceParent);
        var record = Assert.Single(entry.Records);
        Assert.Equal(("marac.referral", Submitted.RecordId.ToString()), (record.RecordType, record.RecordId));
        Assert.Equal(Submitted.Subjects.Select(s => s.ToString()), record.SubjectIds);
        Assert.Equal(["marac/1.1"], record.DecisionRule);
        Assert.True(DisclosureEntry.TryRead(entry.ToBytes(), out _));
    }

    [Fact]
    public void Every_other_contract_is_an_alteration_of_a_known_record_type_and_has_a_consumer()
    {
        foreach (var (type, exchange) in BusTopology.Exchanges)
        {
            Assert.Contains(typeof(RecordCasework).GetInterfaces(), i =>
                i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IConsumer<>) && i.GenericTypeArguments[0] == type);

            var message = Message(type);
            var entry = CaseworkEntry.Of(message, Nonce, null);
            Assert.Equal(type == typeof(ReferralSubmitted) || type == typeof(EmergencyOpened) ? LedgerOperations.Collection : LedgerOperations.Alteration, entry.Operation);
            Assert.Equal("marac", entry.Service);
            var ofSharing = message is EmergencyMessage;
            Assert.StartsWith(ofSharing ? "information-sharing." : "marac.", exchange, StringComparison.Ordinal);
            if (ofSharing) Assert.StartsWith("sharing.", entry.Records[0].RecordType, StringComparison.Ordinal);
            else Assert.Contains(entry.Records[0].RecordType, RecordTypesOfMarac);
            Assert.True(DisclosureEntry.TryRead(entry.ToBytes(), out _));
        }
    }

    [Fact]
    public void The_entry_of_a_relation_names_the_fact_and_for_whom_it_was_set_or_ended()
    {
        static MemberListed Listed() => (MemberListed)Message(typeof(MemberListed));
        static RelationRecorded Related() => (RelationRecorded)Message(typeof(RelationRecorded));
        var listed = CaseworkEntry.Of(Listed() with { Agency = "CON", Team = "PVP" }, Nonce, null).Records[0].Facts;
        Assert.Equal(new KeyValuePair<string, bool>("member:CON/PVP", true), Assert.Single(listed));
        var opened = CaseworkEntry.Of(Related() with { Agency = "CKH", Team = null, Kind = "own-tenancy", Ended = false }, Nonce, null).Records[0].Facts;
        Assert.Equal(new KeyValuePair<string, bool>("own-tenancy:CKH", true), Assert.Single(opened));
        var ended = CaseworkEntry.Of(Related() with { Agency = "CKH", Team = null, Kind = "own-tenancy", Ended = true }, Nonce, null).Records[0].Facts;
        Assert.Equal(new KeyValuePair<string, bool>("own-tenancy:CKH", false), Assert.Single(ended));
    }

    [Fact]
    public void The_entry_of_a_fact_says_what_was_set_and_never_whom_a_conflict_names()
    {
        Assert.Equal("unsafe-copy:CKH=True unsafe-copy:PCC/EDU=True", FactsOf((UnsafeCopiesRecorded)Message(typeof(UnsafeCopiesRecorded)) with { Parties = ["CKH", "PCC/EDU"] }));
        Assert.Equal("unsafe-copy=False", FactsOf((UnsafeCopiesRecorded)Message(typeof(UnsafeCopiesRecorded))));
        Assert.Equal("conflict=True", FactsOf((ConflictDeclared)Message(typeof(ConflictDeclared))));
        Assert.Equal("conflict=False", FactsOf((ConflictDeclared)Message(typeof(ConflictDeclared)) with { Ended = true }));
        Assert.Equal("readers=True", FactsOf((CaseRestricted)Message(typeof(CaseRestricted))));
        Assert.Equal("need-recorded:victim-location=True", FactsOf((ActionNeedConfirmed)Message(typeof(ActionNeedConfirmed)) with { Groups = ["victim-location"] }));
        Assert.Equal("addressee:PCC/ASC=True", FactsOf((ResearchRequested)Message(typeof(ResearchRequested)) with { Agency = "PCC", Team = "ASC" }));
        var amended = CaseworkEntry.Of((CaseAmended)Message(typeof(CaseAmended)) with { Field = AmendedField.VictimPhone }, Nonce, null);
        Assert.Equal(["victim-location"], amended.Records[0].FieldGroups);

        static string FactsOf(ICaseworkEvent message) =>
            string.Join(' ', CaseworkEntry.Of(message, Nonce, null).Records[0].Facts.Select(f => $"{f.Key}={f.Value}"));
    }

    [Fact]
    public void The_id_follows_from_the_event_and_is_a_UUID_of_version_5()
    {
        // uuid.uuid5(uuid.UUID("0192f0a0-1111-7abc-8def-000000000001"), "ledger") in Python.
        Assert.Equal(Guid.Parse("c60c25b6-34ba-55e0-8e76-9022dc47f3cc"), CaseworkEntry.IdOf(Guid.Parse("0192f0a0-1111-7abc-8def-000000000001")));
        Assert.NotEqual(CaseworkEntry.IdOf(Guid.Parse("0192f0a0-1111-7abc-8def-000000000001")), CaseworkEntry.IdOf(Guid.Parse("0192f0a0-1111-7abc-8def-000000000002")));
    }

    [Fact]
    public void A_message_that_is_no_contract_is_refused() =>
        Assert.Throws<ArgumentException>(() => CaseworkEntry.Of(new Unknown { EventId = default, RecordId = default, StreamId = default, PublicationNumber = 1, OccurredAt = default, Subjects = [], Actor = Actor }, Nonce, null));

    private static readonly string[] RecordTypesOfMarac =
        [.. typeof(RecordTypes).GetFields().Select(f => (string)f.GetValue(null)!).Where(name => name.StartsWith("marac.", StringComparison.Ordinal))];

    private static readonly ActorStamp Actor = new()
    {
        Person = "p.1",
        Agency = "CON",
        Team = "PVP",
        Role = "marac-representative",
        Session = "s",
        Purpose = "marac-referral",
        LegalPower = "CDA_S115",
        Agreement = "marac/1",
        AgreementSet = "set",
        Rule = "marac/1.1",
    };

    private static readonly ReferralSubmitted Submitted = new()
    {
        EventId = Guid.Parse("0192f0a0-1111-7abc-8def-000000000001"),
        RecordId = Guid.Parse("0192f0a0-1111-7abc-8def-000000000002"),
        StreamId = Guid.Parse("0192f0a0-1111-7abc-8def-000000000002"),
        PublicationNumber = 1,
        OccurredAt = new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero),
        Subjects = [Guid.Parse("0192f0a0-1111-7abc-8def-000000000003")],
        Actor = Actor,
        Criteria = [ReferralCriterion.VisibleHighRisk],
        ThresholdVersion = "national-14",
        ReferringAgency = "CON",
    };

    // Any message of the type, with what every casework event carries; the rest does not enter the ledger.
    private static ICaseworkEvent Message(Type type)
    {
        var message = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in typeof(MaracEvent).GetProperties().Where(p => p.CanWrite))
            type.GetProperty(property.Name)!.SetValue(message, property.GetValue(Submitted));
        foreach (var codes in type.GetProperties().Where(p => p.PropertyType == typeof(IReadOnlyList<string>))) codes.SetValue(message, Array.Empty<string>());
        return (ICaseworkEvent)message;
    }

    private sealed record Unknown : MaracEvent;
}
