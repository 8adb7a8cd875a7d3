using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac;
using Partnership.Marac.Actions;
using Partnership.Marac.Cases;
using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Content;
using Partnership.Marac.Meetings;
using Partnership.Marac.Minutes;
using Partnership.Marac.Referrals;
using Partnership.Marac.Research;
using Partnership.Tests.Pure.Marac.CaseItems;
using Xunit;

namespace Partnership.Tests.Pure.Marac;

/// <summary>
/// Stored events are for ever. The snapshot beside this file shows each as it is stored, sealed values in the clear under
/// <c>$sealed</c>; a change of it is a change of every database there is. To add an event, run the tests once with
/// <c>PARTNERSHIP_WRITE_SNAPSHOTS=1</c> and look at what was added.
/// </summary>
public sealed class StoredEventTests
{
    private static readonly JsonSerializerOptions AsStored = new()
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
        WriteIndented = true,
    };

    private static readonly EventTypes Types = EventTypes.FromAssembly(typeof(MaracHost).Assembly);

    [Fact]
    public void Each_event_is_stored_as_it_always_was()
    {
        var stored = new JsonObject();
        foreach (var happened in Examples()) stored[Types.NameOf(happened.GetType())] = Stored(happened);
        var snapshot = PathOf("StoredEvents.snapshot.json");
        if (Environment.GetEnvironmentVariable("PARTNERSHIP_WRITE_SNAPSHOTS") == "1")
            File.WriteAllText(snapshot, stored.ToJsonString(AsStored) + "\n");
        Assert.Equal(File.ReadAllText(snapshot), stored.ToJsonString(AsStored) + "\n");
    }

    [Fact]
    public void Each_event_that_was_ever_stored_can_be_read()
    {
        foreach (var (name, stored) in JsonNode.Parse(File.ReadAllText(PathOf("StoredEvents.snapshot.json")))!.AsObject())
        {
            var opened = new JsonObject();
            foreach (var (property, value) in stored!.AsObject())
                opened[property] = (value is JsonObject o && o.ContainsKey("$sealed") ? o["$sealed"] : value)?.DeepClone();
            var read = opened.Deserialize(Types.ByName[name], AsStored)!;
            Assert.True(JsonNode.DeepEquals(stored, Stored(read)), name);
        }
    }

    [Fact]
    public void Each_stored_type_has_an_example() =>
        Assert.Equal(Types.ByName.Values.Select(t => t.Name).Order(StringComparer.Ordinal), Examples().Select(e => e.GetType().Name).Order(StringComparer.Ordinal));

    /// <summary>The whole list of what stands in the clear. Ids, codes, dates and counts; nothing that describes a person.</summary>
    [Fact]
    public void These_properties_and_no_others_are_plain()
    {
        string[] plain =
        [
            "ActionAssigned: AssignedAt, AssignedBy, DueOn, NeedsProposed, OwnerAgency, OwnerTeam, Targets",
            "ActionEvent: ActionId, CaseId, Subjects",
            "ActionNeedConfirmed: ConfirmedAt, ConfirmedBy, Groups",
            "ActionOutcomeRecorded: RecordedAt, RecordedBy, Status",
            "ActionPlanIssued: IssuedAt",
            "CaldicottMarked: ItemId, MarkedAt, MarkedBy, Released, ReturnId",
            "CaseAmended: AmendedAt, AmendedBy, Field",
            "CaseClosed: ClosedAt, FlagId",
            "CaseEvent: CaseId, Subjects",
            "CaseHeard: HeardAt, MeetingId",
            "CaseListed: ListedAt, MeetingId",
            "CaseOpened: ChildCount, Criteria, Criterion, OpenedAt, ReferralAt, ReferralId, ReferringAgency, RegisterId, RepeatDefinitionVersion, ThresholdVersion",
            "CaseRestricted: SetAt, SetBy",
            "ConflictDeclared: DeclaredAt, DeclaredBy",
            "ConflictResolved: EntryId, ResolvedAt, ResolvedBy",
            "FlagEvent: CaseId, FlagId, Subjects",
            "FlagRaised: ExpiresOn, RaisedAt, RegisterId",
            "HoldCleared: ClearedAt, ClearedBy, HoldId",
            "MeetingEvent: MeetingId",
            "MeetingScheduled: ScheduledAt, StartsAt",
            "MemberListed: Agency, ListedAt, Team",
            "MemberRemoved: Agency, RemovedAt, Team",
            "MinutesEvent: CaseId, Subjects",
            "MinutesRecorded: Agency, Count, MeetingId, RecordedAt, RecordedBy, Team",
            "NeedEnded: Agency, EndedAt, Groups, Team, Until",
            "NeedRecorded: Agency, Groups, SetAt, SetBy, Team, Until",
            "RecordsChecked: CheckedAt",
            "RedirectProposed: ProposedAt, ProposedBy, To",
            "RedirectRefused: RefusedAt, RefusedBy",
            "ReferralAccepted: AcceptedAt, CaseId, Criterion, RepeatDefinitionVersion, ThresholdVersion",
            "ReferralEvent: ReferralId, Subjects",
            "ReferralRedirected: ConfirmedBy, RedirectedAt, To",
            "ReferralSubmitted: AuthorAgency, AuthorPerson, AuthorTeam, Criteria, ReceivedBy, ReferralAt, ReferringAgency, SubmittedAt, ThresholdVersion, TriageBy",
            "ReferralWithdrawn: Ground, WithdrawnAt",
            "RegisterChange: Subjects",
            "RegisterEvent: CaseId, RegisterId",
            "RegisterOpened: OpenedAt",
            "RelationEnded: Agency, EndedAt, Kind, Team",
            "RelationRecorded: Agency, Items, Kind, SetAt, SetBy, Team",
            "ResearchEvent: Agency, CaseId, Subjects, Team",
            "ResearchOpened: DueOn, OpenedAt",
            "ResearchRequested: DueOn, RequestId, RequestedAt, ReturnId",
            "ResearchReturned: Nil, ReceivedBy, RequestId, ReturnId, ReturnedAt, ReturnedBy",
            "RestrictionLifted: LiftedAt, LiftedBy",
            "SummaryWritten: Empty, WrittenAt, WrittenBy",
            "UnsafeCopiesRecorded: Parties, SetAt, SetBy",
        ];
        var found = typeof(MaracHost).Assembly.GetTypes()
            .SelectMany(t => t.GetProperties(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(p => p.IsDefined(typeof(PlainAttribute)))
            .GroupBy(p => p.DeclaringType!.Name, p => p.Name)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Order(StringComparer.Ordinal))}");
        Assert.Equal(plain, found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_plain_is_an_id_a_code_a_date_or_a_count()
    {
        Type[] allowed = [typeof(Guid), typeof(DateTimeOffset), typeof(DateOnly), typeof(int), typeof(bool), typeof(string)];
        var plain = Types.ByName.Values.SelectMany(t => t.GetProperties()).Where(p => p.IsDefined(typeof(PlainAttribute), inherit: true));
        Assert.All(plain, p =>
        {
            var type = p.PropertyType.IsGenericType ? p.PropertyType.GetGenericArguments()[0] : p.PropertyType;
            Assert.True(type.IsEnum || allowed.Contains(type), $"{p.DeclaringType!.Name}.{p.Name}");
        });
    }

    /// <summary>An erased value reads as nothing, so a sealed property can never insist on one.</summary>
    [Fact]
    public void No_sealed_property_is_required() =>
        Assert.Empty(Types.ByName.Values.SelectMany(t => t.GetProperties())
            .Where(p => !p.IsDefined(typeof(PlainAttribute), inherit: true) && p.IsDefined(typeof(RequiredMemberAttribute)))
            .Select(p => $"{p.DeclaringType!.Name}.{p.Name}"));

    [Fact]
    public void Every_stored_type_is_published_or_private_by_decision()
    {
        var map = Publications.Map();
        Assert.All(Types.ByName.Values, t => Assert.True(map.IsKnown(t), t.Name));
        Assert.Equal(
            [nameof(RecordsChecked), nameof(RegisterOpened), nameof(ResearchOpened)],
            Types.ByName.Values.Where(t => !map.IsPublished(t)).Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>Messages are thin: whatever is sealed in the event is in none of its values.</summary>
    [Fact]
    public void No_message_holds_what_is_sealed()
    {
        var map = Publications.Map();
        var actor = """{"person":"p-coordinator","agency":"PCC","team":"CS","role":"marac-coordinator","purpose":"marac-triage"}""";
        foreach (var happened in Examples())
        {
            var stored = new StoredEvent(
                1, Guid.Empty, Guid.Empty, 1, Types.NameOf(happened.GetType()), happened, Given.Now, new EventHeaders(actor, null, null), false);
            if (map.Map(stored, 1) is not { } message) continue;
            var json = JsonSerializer.Serialize(message, message.GetType(), WireJson.Options);
            Assert.All(SealedTexts(happened), text => Assert.DoesNotContain(text, json, StringComparison.OrdinalIgnoreCase));
            Assert.Equal(happened is not MeetingEvent, ((Partnership.Contracts.Sharing.ICaseworkEvent)message).Subjects.Count > 0);
            Assert.Equal("p-coordinator", ((Partnership.Contracts.Sharing.ICaseworkEvent)message).Actor.Person);
        }
    }

    private static IEnumerable<string> SealedTexts(object happened) =>
        happened.GetType().GetProperties().Where(p => !p.IsDefined(typeof(PlainAttribute), inherit: true))
            .SelectMany(p => Texts(JsonSerializer.SerializeToNode(p.GetValue(happened), p.PropertyType, AsStored)))
            .Where(text => text.Length > 4 && !Guid.TryParse(text, out _));

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Texts(p.Value)),
        JsonArray a => a.SelectMany(Texts),
        JsonValue v when v.GetValueKind() == JsonValueKind.String => [v.GetValue<string>()],
        _ => [],
    };

    /// <summary>The JSON of an event as the store writes it, but for the sealing itself.</summary>
    private static JsonObject Stored(object happened)
    {
        var stored = new JsonObject();
        foreach (var property in AsStored.GetTypeInfo(happened.GetType()).Properties.Where(p => p.Get is not null && p.Set is not null))
        {
            var value = JsonSerializer.SerializeToNode(property.Get!(happened), property.PropertyType, AsStored);
            var isPlain = property.AttributeProvider!.IsDefined(typeof(PlainAttribute), inherit: true);
            stored[property.Name] = isPlain ? value : new JsonObject { ["$sealed"] = value };
        }

        return stored;
    }

    private static IEnumerable<object> Examples()
    {
        var ids = Given.Ids();
        var submitted = Given.Submitted();
        var referral = Referral.Of([submitted]);
        var accepted = (Partnership.Marac.Referrals.ReferralAccepted)referral.Accept(Given.Accepting(reason: Given.LongReason)).Events.Single();
        var threshold = Given.Partnership.Marac.Thresholds[1];
        var proposed = referral.Redirect(new RedirectReferral(OnwardService.Outreach, "Low score", threshold, Given.Coordinator, Given.Now)).Events.Single();
        var opened = MaracCase.Open(referral, accepted, ids());
        var it = MaracCase.Of([opened]);
        var party = new Party("PCC", "HSG");
        var listed = it.List(new ListMember(party, Given.Coordinator, Given.Now)).Events.Single();
        var related = it.Relate(new RecordRelation(
            party, [it.Content.Victim.Addresses[0].AddressId], [], false, "Told by telephone", Given.Coordinator, Given.Now)).Events.Single();
        var needed = it.RecordNeed(new RecordNeed(
            party, [FieldGroups.VictimLocation], "Change of locks", Given.Now.AddDays(7), Given.Coordinator, Given.Now)).Events.Single();
        var note = new TriageNote { Code = "possible-repeat", Referrals = [], Cases = [ids()] };
        return
        [
            submitted,
            referral.NoteRecords([note], Given.Now).Events.Single(),
            accepted,
            proposed,
            referral.Apply(proposed).ConfirmRedirect(new ConfirmRedirect(true, "Agreed", Given.Supervisor, Given.Now)).Events.Single(),
            referral.Apply(proposed).ConfirmRedirect(new ConfirmRedirect(false, "Hear it", Given.Supervisor, Given.Now)).Events.Single(),
            referral.Withdraw(new WithdrawReferral(WithdrawalGround.Duplicate, "Sent twice", Given.Coordinator, Given.Now)).Events.Single(),
            opened,
            Register.Open(opened.RegisterId, opened.CaseId, opened.Content, ids, Given.Now),
            listed,
            it.Apply(listed).Remove(new RemoveMember(party, Given.Coordinator, Given.Now)).Events.Single(),
            related,
            it.Apply(related).EndRelations(new EndRelations(party, Given.Coordinator, Given.Now)).Events.Single(),
            needed,
            it.Apply(needed).EndNeed(new EndNeed(party, Given.Coordinator, Given.Now)).Events.Single(),
            it.WriteSummary(new WriteSummary("High risk; do not contact directly.", Given.Coordinator, Given.Now)).Events.Single(),
            .. Facts(it),
            .. Stages(it),
            .. Items(),
        ];
    }

    private static IEnumerable<object> Facts(MaracCase it)
    {
        var address = new Address
        {
            AddressId = new Guid("01980000-0000-7000-8000-0000000000d1"),
            Lines = ["3 Quarry Rise", "Ely"],
            Postcode = "CB7 9ZZ",
            IsConfidential = true,
            IsCurrent = true,
        };
        var day = new DateOnly(2026, 6, 28);
        var register = Register.Of([Register.Open(it.Opening.RegisterId, it.Id, it.Content, Given.Ids(), Given.Now)]);
        var declared = register.Declare(
            new DeclareConflict(new Guid("01980000-0000-7000-8000-0000000000d3"), "housing", "Horace Vale", "His uncle", Given.Coordinator, Given.Now), it).Events.Single();
        var entry = ((Partnership.Marac.ConflictRegister.ConflictDeclared)declared).Entry.EntryId;
        var restricted = register.Restrict(new RestrictReaders(["reader-one", "reader-two"], "An officer's sister", Given.Coordinator, Given.Now), it).Events.Single();
        return
        [
            it.RecordUnsafeCopies(new RecordUnsafeCopies(
                [new UnsafeCopy { Agency = "CKH", Reason = "Tenant portal" }, new UnsafeCopy { Agency = "PCC", Team = "EDU", Reason = "School app" }],
                Given.Coordinator, Given.Now)).Events.Single(),
            new Partnership.Marac.Cases.HoldCleared
            {
                CaseId = it.Id, Subjects = it.Opening.Subjects, HoldId = new Guid("01980000-0000-5000-8000-0000000000d4"), ClearedBy = "p-coordinator",
                ClearedAt = Given.Now, Reason = "Another street of that name",
            },
            it.Amend(new AmendCase(AmendedField.VictimAddress, address, null, day, "The victim, by telephone", Given.Coordinator, Given.Now)).Events.Single(),
            declared,
            register.Apply(declared).Resolve(new ResolveConflict(entry, "Another man of that name", Given.Coordinator, Given.Now), it)!.Events.Single(),
            restricted,
            register.Apply(restricted).Restrict(new RestrictReaders(null, "She has left", Given.Coordinator, Given.Now), it).Events.Single(),
        ];
    }

    private static IEnumerable<object> Stages(MaracCase it)
    {
        var meeting = new Partnership.Marac.Meetings.MeetingScheduled
        {
            MeetingId = new Guid("01980000-0000-7000-8000-0000000000d5"),
            StartsAt = Given.Now.AddDays(7),
            ScheduledAt = Given.Now,
            Venue = "Town hall",
        };
        it = it.Apply(it.List(new ListMember(new Party("CKH", null), Given.Coordinator, Given.Now)).Events.Single());
        var listed = Next(i => i.List(new ListCase(MaracMeeting.Of([meeting]), Given.Coordinator, Given.Now)));
        var research = Next(i => i.OpenResearch(new OpenResearch(new DateOnly(2026, 7, 6), new DateOnly(2026, 7, 1), Given.Coordinator, Given.Now)));
        var heard = Next(i => i.Hear(new HearCase(Given.Chair, Given.Now)));
        var issued = Next(i => i.Issue(new IssueActionPlan(Given.Chair, Given.Now)));
        var closing = it.Close(new CloseCase(
            new Guid("01980000-0000-7000-8000-0000000000d6"), 12, false, new DateOnly(2026, 7, 8), "All done", Given.Coordinator, Given.Now)).Events.Single();
        return [meeting, listed, research, heard, issued, closing.Closed, closing.Raised];

        CaseEvent Next(Func<MaracCase, Partnership.ServiceDefaults.Decision<CaseEvent>> decide)
        {
            var happened = decide(it).Events.Single();
            it = it.Apply(happened);
            return happened;
        }
    }

    private static IEnumerable<object> Items()
    {
        var it = GivenMeeting.Case(CaseStatus.Research);
        var asked = GivenMeeting.Asked(it, GivenMeeting.Health);
        var content = GivenMeeting.Found(GivenMeeting.Item("Seen at the clinic in June.", 1, health: true)) with
        {
            KnownPersons = [it.Content.Victim.PersonId],
            LastContact = new DateOnly(2026, 6, 20),
            Internal =
            [
                new InternalItem
                {
                    About = AboutWhom.Child, FactOrOpinion = FactOrOpinion.Opinion, DateOfInformation = new DateOnly(2026, 5, 2),
                    Text = "Missed two appointments.", ReasonNotShared = "Not relevant to risk",
                },
            ],
        };
        var returned = asked.Return(GivenMeeting.Returning(it, GivenMeeting.HealthVoice, content)).Events.Single();
        var item = ((Partnership.Marac.Research.ResearchReturned)returned).Content.Shared[0].ItemId;
        var line = new LineToRecord(
            new Guid("01980000-0000-7000-8000-0000000000e3"), "He was arrested on Monday.", AboutWhom.Perpetrator, FactOrOpinion.Fact, null);
        var heard = GivenMeeting.Case(CaseStatus.Heard);
        var assigned = CaseAction.Assign(GivenMeeting.Assigning(heard)).Events.Single();
        var action = CaseAction.Of([assigned]);
        return
        [
            asked.Request,
            returned,
            asked.Apply(returned).Mark(new MarkCaldicott(item, true, "Serious risk of harm", GivenMeeting.Guardian, Given.Now)).Events.Single(),
            CaseMinutes.Record(new RecordMinutes(it, true, [line], Given.Chair, Given.Now)).Events.Single(),
            assigned,
            action.ConfirmNeed(new ConfirmNeed([FieldGroups.VictimLocation], "To fit the locks", Given.Coordinator, Given.Now)).Events.Single(),
            action.RecordOutcome(new RecordOutcome(ActionStatus.NoLongerPossible, "She has moved away.", GivenMeeting.LandlordsVoice, Given.Now)).Events.Single(),
        ];
    }

    private static string PathOf(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, name);
}
