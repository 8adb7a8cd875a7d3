using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.Marac.Cases;
using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Content;
using Partnership.Marac.Input;
using Partnership.Marac.Search;
using Partnership.ServiceDefaults;
using Xunit;

namespace Partnership.Tests.Pure.Marac.Cases;

/// <summary>What the sharing rules rest on: unsafe copies, conflicts, readers, amendments, holds, children.</summary>
public sealed class CaseFactTests
{
    private static readonly MaracCase Opened = Given.Case();
    private static readonly UnsafeCopy Portal = new() { Agency = "CKH", Reason = "Tenant portal" };

    [Fact]
    public void Unsafe_copies_replace_those_before_and_are_facts_at_once()
    {
        var recorded = After(Opened, it => it.RecordUnsafeCopies(new RecordUnsafeCopies([Portal, new() { Agency = "PCC", Team = "HSG", Reason = "App" }], Given.Coordinator, Given.Now)));
        Assert.Equal([new MemberFact("CKH", null), new MemberFact("PCC", "HSG")], Facts(recorded).UnsafeCopies);
        Assert.Equal("nothing", OutcomeOf(recorded.RecordUnsafeCopies(new RecordUnsafeCopies(recorded.UnsafeCopies, Given.Coordinator, Given.Now))));
        Assert.Empty(Facts(After(recorded, it => it.RecordUnsafeCopies(new RecordUnsafeCopies([], Given.Coordinator, Given.Now)))).UnsafeCopies);
        Assert.Equal("role-not-permitted", OutcomeOf(Opened.RecordUnsafeCopies(new RecordUnsafeCopies([Portal], Given.Representative, Given.Now))));
    }

    [Theory]
    [InlineData("""{"copies":[{"agency":"CKH","reason":"Portal"}]}""", null)]
    [InlineData("""{"copies":[{"agency":"OLD","reason":"Archive"}]}""", null)]
    [InlineData("""{"copies":[]}""", null)]
    [InlineData("""{"copies":[{"agency":"XXX","reason":"Portal"}]}""", "copies[0].agency unknown-code")]
    [InlineData("""{"copies":[{"agency":"PCC","team":"XX","reason":"Portal"}]}""", "copies[0].team unknown-code")]
    [InlineData("""{"copies":[{"agency":"CKH"}]}""", "copies[0].reason required")]
    [InlineData("""{"copies":[{"agency":"CKH","reason":"a"},{"agency":"CKH","reason":"b"}]}""", "copies listed-twice")]
    public void Unsafe_copies_name_agencies_and_say_how(string body, string? fault) =>
        Assert.Equal(fault, FaultOf(report => RecordUnsafeCopiesSlice.Read(Encoding.UTF8.GetBytes(body), Given.Partnership, Given.Now, report)));

    [Fact]
    public void A_conflict_bars_by_person_by_name_or_both_and_is_declared_once()
    {
        var register = ProjectionTests.Whole(Opened).Register;
        var declared = register.Apply(register.Declare(Conflict(1, "p1", "Horace  VALE"), Opened).Events.Single());
        Assert.Equal("nothing", OutcomeOf(declared.Declare(Conflict(2, "p1", "horace vale"), Opened)));
        Assert.Equal("ConflictDeclared", OutcomeOf(declared.Declare(Conflict(2, null, "Horace Vale"), Opened)));
        Assert.Equal("ConflictDeclared", OutcomeOf(declared.Declare(Conflict(2, "p1", null), Opened)));
        var facts = CaseProjection.Envelope(ProjectionTests.Whole(Opened) with { Register = declared }, Given.Today);
        Assert.Contains(new ConflictFact("p1", "Horace  VALE"), facts.Facts.Conflicts);
        Assert.Contains(facts.Data.Sharing.Conflicts, c => c is { PersonId: "p1", Reason: "His uncle" });
        Assert.Contains(facts.Data.Sharing.Conflicts, c => c is { Name: "Petra Vale", Reason: "NOT_SAFE_TO_TALK_TO" });
    }

    [Fact]
    public void A_resolved_entry_bars_nobody_and_an_unknown_one_is_refused()
    {
        var register = ProjectionTests.Whole(Opened).Register;
        var entry = register.Entries.Single(e => e.Name == "Dan Holt").EntryId;
        var resolve = new ResolveConflict(entry, "Another man of that name", Given.Coordinator, Given.Now);
        var resolved = register.Apply(register.Resolve(resolve, Opened).Events.Single());
        Assert.DoesNotContain(resolved.Entries, e => e.Name == "Dan Holt");
        Assert.Equal("nothing", OutcomeOf(resolved.Resolve(resolve, Opened)));
        Assert.Equal("conflict-not-found", OutcomeOf(register.Resolve(resolve with { EntryId = Id(99) }, Opened)));
    }

    [Theory]
    [InlineData("""{"person":"p1","reason":"Friend"}""", null)]
    [InlineData("""{"name":"Dan Holt","reason":"Friend"}""", null)]
    [InlineData("""{"reason":"Friend"}""", "name required")]
    [InlineData("""{"person":"p1"}""", "reason required")]
    [InlineData("""{"person":"nobody","reason":"Friend"}""", "person unknown-code")]
    [InlineData("""{"name":"12345","reason":"Friend"}""", "name name-has-digits")]
    public void A_conflict_names_somebody_there_is(string body, string? fault) =>
        Assert.Equal(fault, FaultOf(report => ConflictSlices.Read(Encoding.UTF8.GetBytes(body), Given.Partnership, report)));

    [Fact]
    public void A_case_is_restricted_to_named_readers_and_opened_again()
    {
        var register = ProjectionTests.Whole(Opened).Register;
        var restrict = new RestrictReaders(["p1"], "Her sister works here", Given.Coordinator, Given.Now);
        var restricted = register.Apply(register.Restrict(restrict, Opened).Events.Single());
        Assert.Equal(["p1"], CaseProjection.Envelope(ProjectionTests.Whole(Opened) with { Register = restricted }, Given.Today).Facts.Readers);
        Assert.Equal("nothing", OutcomeOf(restricted.Restrict(restrict, Opened)));
        Assert.Equal("nothing", OutcomeOf(register.Restrict(restrict with { Readers = null }, Opened)));
        Assert.Null(restricted.Apply(restricted.Restrict(restrict with { Readers = null }, Opened).Events.Single()).Readers);
        Assert.Equal("role-not-permitted", OutcomeOf(register.Restrict(restrict with { By = Given.Representative }, Opened)));
    }

    [Theory]
    [InlineData("""{"people":["p1"],"reason":"NR15"}""", null)]
    [InlineData("""{"reason":"She has left"}""", null)]
    [InlineData("""{"people":[],"reason":"NR15"}""", "people required")]
    [InlineData("""{"people":["p1","nobody"],"reason":"NR15"}""", "people unknown-code")]
    [InlineData("""{"people":["p1"]}""", "reason required")]
    public void Readers_are_people_of_the_register_and_never_nobody(string body, string? fault) =>
        Assert.Equal(fault, FaultOf(report => ReadersSlice.Read(Encoding.UTF8.GetBytes(body), Given.Partnership, report)));

    [Fact]
    public void A_new_address_is_the_current_one_and_the_old_stays_as_a_place_that_tells()
    {
        var moved = After(Opened, it => it.Amend(Move()));
        Assert.Equal([false, true], moved.Content.Victim.Addresses.Select(a => a.IsCurrent));
        Assert.Equal("nothing", OutcomeOf(moved.Amend(Move() with { Address = Move().Address! with { AddressId = Id(77) } })));
        Assert.Equal(Opened.Locations().All.Count + 1, moved.Locations().All.Count);
        var hidden = new Address { Lines = ["4 Mill Lane", "Peterborough"], Postcode = "PE2 9ZZ", IsConfidential = true };
        Assert.Equal("confidential-address-is-perpetrators", OutcomeOf(Opened.Amend(Move() with { Address = hidden })));
    }

    [Fact]
    public void A_new_number_is_the_only_one_in_use_and_a_safe_one_is_never_the_perpetrators()
    {
        var phone = new Phone { PhoneId = Id(78), Number = "07700 900555", SafeToCall = SafeToCall.Yes };
        var amend = new AmendCase(AmendedField.VictimPhone, null, phone, Given.Today, "The victim", Given.Representative, Given.Now);
        var data = CaseProjection.Envelope(ProjectionTests.Whole(After(Opened, it => it.Amend(amend))), Given.Today).Data.Victim;
        Assert.Equal(["07700 900555"], data.SafeContact!.Phones.Select(p => p.Number));
        Assert.Equal([true, false, false, false], data.Phones.Select(p => p.IsCurrent));
        Assert.Equal("safe-phone-is-perpetrators", OutcomeOf(Opened.Amend(amend with { Phone = phone with { Number = "+44 7700 900999" } })));
    }

    [Theory]
    [InlineData("""{"field":"VICTIM_ADDRESS","address":{"lines":["3 Quarry Rise"],"postcode":"CB7 9ZZ"},"from":"2026-06-28","source":"Victim"}""", null)]
    [InlineData("""{"field":"VICTIM_PHONE","phone":{"number":"07700 900555"},"from":"2026-07-01","source":"Victim"}""", null)]
    [InlineData("""{"field":"VICTIM_PHONE","address":{"lines":["3 Quarry Rise"]},"from":"2026-07-01","source":"Victim"}""", "phone required")]
    [InlineData("""{"field":"VICTIM_PHONE","phone":{"number":"07700 900555"},"from":"2026-07-02","source":"Victim"}""", "from in-future")]
    [InlineData("""{"field":"VICTIM_PHONE","phone":{"number":"her sister's"},"from":"2026-07-01","source":"Victim"}""", "phone.number not-a-phone-number")]
    [InlineData("""{"field":"VICTIM_ADDRESS","address":{"lines":[]},"from":"2026-07-01","source":"Victim"}""", "address.lines required")]
    [InlineData("""{"field":"VICTIM_ADDRESS","address":{"lines":["3 Quarry Rise"]},"from":"2026-07-01"}""", "source required")]
    [InlineData("""{"address":{"lines":["3 Quarry Rise"]},"from":"2026-07-01","source":"Victim"}""", "field required")]
    public void An_amendment_gives_the_value_of_its_field_its_day_and_its_source(string body, string? fault) =>
        Assert.Equal(fault, FaultOf(report => AmendCaseSlice.Read(
            Encoding.UTF8.GetBytes(body), Given.Coordinator, Given.Today, Given.Now, Given.Ids(), report)));

    /// <summary>Every free text of a case, one at a time: what tells the location is marked as held, and nothing else is.</summary>
    [Fact]
    public void A_location_in_any_free_text_holds_its_group()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (path, group) in FreeTexts)
        {
            var it = Given.Case(Given.Referral().With(path, "He waited in Acacia Avenue."));
            var envelope = CaseProjection.Envelope(ProjectionTests.Whole(it), Given.Today);
            var hold = Assert.Single(envelope.Data.Sharing.Holds);
            Assert.Equal(group, hold.Group);
            if (group is FieldGroups.PerpetratorIdentity or FieldGroups.Meta) Assert.Empty(envelope.Facts.Held);
            else Assert.Equal([group], envelope.Facts.Held);
            seen.Add(group);

            var cleared = After(it, c => c.ClearHold(new ClearHold(hold.HoldId, "Another avenue", Given.Coordinator, Given.Now), []));
            var after = CaseProjection.Envelope(ProjectionTests.Whole(cleared), Given.Today);
            Assert.Empty(after.Facts.Held);
            Assert.Empty(after.Data.Sharing.Holds);
            Assert.Equal([hold.HoldId], after.Data.Sharing.ClearedHolds);
            Assert.Contains("Acacia Avenue.", WithoutLocation(after.Data), StringComparison.Ordinal);
            if (group is FieldGroups.PerpetratorIdentity or FieldGroups.Meta)
                Assert.DoesNotContain("Acacia Avenue.", WithoutLocation(envelope.Data), StringComparison.Ordinal);
        }

        Assert.Equal(8, seen.Count);
        Assert.Empty(Facts(Opened).Held);
    }

    [Fact]
    public void A_summary_is_held_while_it_tells_the_location_and_each_text_by_itself()
    {
        var written = After(Opened, it => it.WriteSummary(new WriteSummary("Lives at 12 Acacia Avenue.", Given.Coordinator, Given.Now)));
        var hold = Assert.Single(written.Holds());
        Assert.Equal([FieldGroups.Summary], Facts(written).Held);
        var cleared = After(written, it => it.ClearHold(new ClearHold(hold.Id, "Known", Given.Coordinator, Given.Now), []));
        Assert.Empty(Facts(cleared).Held);
        var again = After(cleared, it => it.WriteSummary(new WriteSummary("Still at 12 Acacia Avenue.", Given.Coordinator, Given.Now)));
        Assert.Equal([FieldGroups.Summary], Facts(again).Held);
        Assert.Empty(Facts(After(again, it => it.WriteSummary(new WriteSummary("Safe.", Given.Coordinator, Given.Now)))).Held);
    }

    [Fact]
    public void A_move_holds_a_text_that_told_nothing_before_and_since_then()
    {
        var it = Given.Case(Given.Referral().With("narrative.history", "Her sister lives in Quarry Rise."));
        Assert.Empty(Facts(it).Held);
        var moved = After(it, c => c.Amend(Move() with { Now = Given.Now.AddDays(3) }));
        Assert.Equal([FieldGroups.Narrative], Facts(moved).Held);
        Assert.Equal(Given.Now.AddDays(3), Assert.Single(moved.Holds()).Since);
    }

    [Fact]
    public void Only_a_hold_there_is_can_be_cleared()
    {
        var clear = new ClearHold(Id(90), "Known", Given.Coordinator, Given.Now);
        Assert.Equal("hold-not-found", OutcomeOf(Opened.ClearHold(clear, [])));
        Assert.Equal("HoldCleared", OutcomeOf(Opened.ClearHold(clear, [Id(90)])));
        Assert.Equal("nothing", OutcomeOf(After(Opened, it => it.ClearHold(clear, [Id(90)])).ClearHold(clear, [])));
        Assert.Equal("role-not-permitted", OutcomeOf(Opened.ClearHold(clear with { By = Given.Representative }, [Id(90)])));
    }

    [Fact]
    public void A_safe_number_in_a_safe_contact_is_no_hold()
    {
        Assert.Empty(Facts(Given.Case(Given.Referral().With("victim.safeContactVia", "Ring 07700 900123."))).Held);
        Assert.Equal([FieldGroups.SafeContact], Facts(Given.Case(Given.Referral().With("victim.safeContactVia", "At PE1 4ZZ."))).Held);
    }

    [Theory]
    [InlineData("2026-07-01", true)]
    [InlineData("2027-03-13", true)]
    [InlineData("2027-03-14", false)]
    public void A_victim_under_18_makes_a_child_case_until_the_birthday_also_of_a_row_written_before(string day, bool isChildCase)
    {
        var today = DateOnly.ParseExact(day, "yyyy-MM-dd", null);
        var young = Given.Case(Given.Referral().With("victim.dateOfBirth", "2009-03-14").With("children", new JsonArray()));
        Assert.Equal(isChildCase, young.IsChildCase(today));
        var row = CaseProjection.Row(ProjectionTests.Whole(young), new ProjectionTests.PlainHasher()).Body;
        var now = JsonSerializer.Deserialize<RecordEnvelope<CaseView>>(ChildCases.AsOf(row, today).Span, WireJson.Options)!;
        Assert.Equal(isChildCase, now.Facts.ChildCase);
        Assert.Equal("Mira Thorne", now.Data.Victim.Name);
    }

    [Fact]
    public void A_child_or_an_unborn_child_makes_a_child_case()
    {
        Assert.True(Opened.IsChildCase(Given.Today));
        Assert.False(Given.Case(Given.Referral().With("children", new JsonArray())).IsChildCase(Given.Today));
        Assert.True(Given.Case(Given.Referral().With("children", new JsonArray(new JsonObject { ["expectedOn"] = "2026-10-01" }))).IsChildCase(Given.Today));
    }

    [Theory]
    [InlineData("""{"name":"Mira Thorne","dateOfBirth":"1991-03-14"}""", null)]
    [InlineData("""{"phone":"07700 900123"}""", null)]
    [InlineData("""{"postcode":"PE1 4ZZ"}""", null)]
    [InlineData("""{"dateOfBirth":"1991-03-14"}""", "name required")]
    [InlineData("""{"name":"unknown"}""", "name name-is-placeholder")]
    [InlineData("""{"surname":"Thorne"}""", "body unknown-field")]
    public void A_search_names_somebody(string body, string? fault) =>
        Assert.Equal(fault, FaultOf(report => SearchCasesSlice.Read(Encoding.UTF8.GetBytes(body), report)));

    private static IEnumerable<(string Path, string Group)> FreeTexts =>
    [
        ("narrative.latestIncident", FieldGroups.Narrative), ("narrative.history", FieldGroups.Narrative), ("narrative.victimWishes", FieldGroups.Narrative),
        ("consentReason", FieldGroups.Narrative), ("crimeReference", FieldGroups.Narrative),
        ("riskChecklist.items.3.comment", FieldGroups.RiskChecklist), ("riskChecklist.weapons", FieldGroups.RiskChecklist),
        ("riskChecklist.occupation", FieldGroups.RiskChecklist), ("riskChecklist.animals", FieldGroups.RiskChecklist), ("judgementReason", FieldGroups.RiskChecklist),
        ("victim.diversity.disability", FieldGroups.Diversity), ("victim.diversity.language", FieldGroups.Diversity),
        ("victim.safeContactVia", FieldGroups.SafeContact), ("victim.phones.0.safeTimes", FieldGroups.SafeContact),
        ("children.0.relationToVictim", FieldGroups.Children), ("children.0.socialWorker", FieldGroups.Children), ("vulnerableAdults.0.relation", FieldGroups.Children),
        ("perpetrators.0.address", FieldGroups.PerpetratorIdentity), ("perpetrators.0.relation", FieldGroups.PerpetratorIdentity),
        ("perpetrators.0.occupation", FieldGroups.PerpetratorIdentity), ("perpetrators.0.weapons", FieldGroups.PerpetratorIdentity),
        ("perpetrators.0.licenceOrderOrBail", FieldGroups.PerpetratorIdentity),
        ("afraidOf.0", FieldGroups.Protection), ("mustNotReceive.0.reason", FieldGroups.Protection), ("referrer.role", FieldGroups.Meta),
    ];

    /// <summary>The data without what leaves with the location alone.</summary>
    private static string WithoutLocation(CaseView data) => JsonSerializer.Serialize(
        data with { Perpetrators = [.. data.Perpetrators.Select(p => p with { TellsLocation = [] })] }, WireJson.Options);

    private static AmendCase Move() => new(
        AmendedField.VictimAddress,
        new Address { AddressId = Id(76), Lines = ["3 Quarry Rise", "Ely"], Postcode = "CB7 9ZZ", IsCurrent = true }, null, Given.Today, "The victim",
        Given.Coordinator, Given.Now);

    private static DeclareConflict Conflict(byte n, string? person, string? name) => new(Id(n), person, name, "His uncle", Given.Coordinator, Given.Now);

    private static RecordFacts Facts(MaracCase it) => CaseProjection.Envelope(ProjectionTests.Whole(it), Given.Today).Facts;

    private static MaracCase After(MaracCase it, Func<MaracCase, Decision<CaseEvent>> decide) => decide(it).Events.Aggregate(it, (state, e) => state.Apply(e));

    private static string OutcomeOf<TEvent>(Decision<TEvent> decision)
        where TEvent : class =>
        decision.Refused?.Code ?? (decision.IsNothing ? "nothing" : decision.Events[0].GetType().Name);

    private static string? FaultOf(Action<InputReport> read)
    {
        var report = new InputReport();
        read(report);
        return report.Errors is [var first, ..] ? $"{first.Field} {first.Code}" : null;
    }

    private static Guid Id(byte n) => new(0x01980002, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, n);
}
