using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Partnership.EventStore;
using Partnership.InformationSharing;
using Partnership.InformationSharing.Emergencies;
using Xunit;

namespace Partnership.Tests.Pure.InformationSharing;

/// <summary>
/// Stored events are for ever: the snapshot beside this file shows each as it is stored, sealed values in the clear under
/// <c>$sealed</c>. To add an event, run the tests once with <c>PARTNERSHIP_WRITE_SNAPSHOTS=1</c> and look at what was added.
/// </summary>
public sealed class StoredEventTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 9, 30, 0, TimeSpan.Zero);
    private static readonly Guid Id = Guid.Parse("01a00000-0000-7000-8000-000000000001");

    private static readonly JsonSerializerOptions AsStored = new()
    {
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        WriteIndented = true,
    };

    private static readonly EventTypes Types = EventTypes.FromAssembly(typeof(InformationSharingHost).Assembly);

    [Fact]
    public void Each_event_is_stored_as_it_always_was()
    {
        var stored = new JsonObject();
        foreach (var happened in Examples()) stored[Types.NameOf(happened.GetType())] = Stored(happened);
        var text = stored.ToJsonString(AsStored) + "\n";
        if (Environment.GetEnvironmentVariable("PARTNERSHIP_WRITE_SNAPSHOTS") == "1") File.WriteAllText(Snapshot(), text);
        Assert.Equal(File.ReadAllText(Snapshot()), text);
    }

    [Fact]
    public void Each_event_that_was_ever_stored_can_be_read()
    {
        foreach (var (name, stored) in JsonNode.Parse(File.ReadAllText(Snapshot()))!.AsObject())
        {
            var opened = new JsonObject();
            foreach (var (property, value) in stored!.AsObject())
                opened[property] = (value is JsonObject o && o.ContainsKey("$sealed") ? o["$sealed"] : value)?.DeepClone();
            Assert.True(JsonNode.DeepEquals(stored, Stored(opened.Deserialize(Types.ByName[name], AsStored)!)), name);
        }
    }

    [Fact]
    public void Each_stored_type_has_an_example() =>
        Assert.Equal(Types.ByName.Values.Select(t => t.Name).Order(StringComparer.Ordinal), Examples().Select(e => e.GetType().Name).Order(StringComparer.Ordinal));

    [Fact]
    public void The_reason_the_person_at_risk_and_the_note_are_sealed_and_nothing_else()
    {
        var unmarked = Types.ByName.Values.SelectMany(t => t.GetProperties())
            .Where(p => p.CanWrite && !p.IsDefined(typeof(PlainAttribute), inherit: true))
            .Select(p => $"{p.DeclaringType!.Name}.{p.Name}");
        Assert.Equal(
            ["EmergencyOpened.PersonDateOfBirth", "EmergencyOpened.PersonName", "EmergencyOpened.Reason", "EmergencyReviewed.Note"],
            unmarked.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<object> Examples() =>
    [
        new EmergencyOpened
        {
            EmergencyId = Id,
            At = Now,
            Type = Partnership.Contracts.Sharing.EmergencyType.LossOfLife,
            Person = "p-officer",
            Agency = "CON",
            Team = "PVP",
            Role = "marac-representative",
            Until = Now.AddMinutes(30),
            ReviewBy = Now.AddDays(1),
            OpenedRecently = 1,
            Repeated = false,
            RecordType = "marac.case",
            RecordId = Id,
            Reason = "a reason of an invented emergency",
            PersonName = "Invented Person",
            PersonDateOfBirth = new DateOnly(1990, 1, 2),
        },
        new EmergencyUsed { EmergencyId = Id, At = Now, RecordType = "marac.case", RecordId = Id, Subjects = [Id], EntryId = Id },
        new EmergencyReviewed { EmergencyId = Id, At = Now, Outcome = Partnership.Contracts.Sharing.EmergencyReviewOutcome.NotJustified, Reviewer = "p-lead", Late = false, Note = "a note" },
        new EmergencyCounted { EmergencyId = Id, At = Now },
    ];

    /// <summary>The JSON of an event as the store writes it, but for the sealing itself.</summary>
    private static JsonObject Stored(object happened)
    {
        var stored = new JsonObject();
        foreach (var property in AsStored.GetTypeInfo(happened.GetType()).Properties.Where(p => p.Get is not null && p.Set is not null))
        {
            var value = JsonSerializer.SerializeToNode(property.Get!(happened), property.PropertyType, AsStored);
            stored[property.Name] = property.AttributeProvider!.IsDefined(typeof(PlainAttribute), inherit: true) ? value : new JsonObject { ["$sealed"] = value };
        }

        return stored;
    }

    private static string Snapshot([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "StoredEvents.snapshot.json");
}
