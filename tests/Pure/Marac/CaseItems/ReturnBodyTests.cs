using System.Text;
using System.Text.Json.Nodes;
using Partnership.Contracts;
using Partnership.Marac.Actions;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.Marac.Minutes;
using Partnership.Marac.Research;
using Xunit;

namespace Partnership.Tests.Pure.Marac.CaseItems;

/// <summary>Bad input for returns, minutes and actions is answered by field and code.</summary>
public sealed class ReturnBodyTests
{
    [Fact]
    public void A_return_without_faults_has_none()
    {
        Assert.Empty(Faults(Return()));
        Assert.Empty(Faults(Return().With("nil", true).Without("items").Without("lastContact")));
        var onBehalf = Return().With("receivedBy", "EMAIL").With("items.1.share", true).With("items.1.health", false).With("items.1.reasonNotShared", null);
        Assert.Empty(Faults(onBehalf, isOnBehalf: true));
    }

    [Theory]
    [InlineData("searchedAt", "2026-07-01T10:06:00Z", "searchedAt", "in-future")]
    [InlineData("searchedAt", "2026-07-01T10:06:00", "searchedAt", "no-time-zone")]
    [InlineData("searchedAt", null, "searchedAt", "required")]
    [InlineData("representative", null, "representative", "required")]
    [InlineData("representative", "rosa@homes.example", "representative", "name-is-email")]
    [InlineData("lastContact", "2026-07-02", "lastContact", "in-future")]
    [InlineData("receivedBy", "PHONE", "receivedBy", "coordinator-only")]
    [InlineData("items.0.text", null, "items[0].text", "required")]
    [InlineData("items.0.about", "MOTHER", "items[0].about", "unknown-code")]
    [InlineData("items.0.factOrOpinion", null, "items[0].factOrOpinion", "required")]
    [InlineData("items.0.dateOfInformation", "2026-07-02", "items[0].dateOfInformation", "in-future")]
    [InlineData("items.0.share", null, "items[0].share", "required")]
    [InlineData("items.0.reasonNotShared", "Not needed", "items[0].reasonNotShared", "shared-with-reason")]
    [InlineData("items.0.health", null, "items[0].health", "required")]
    [InlineData("items.1.reasonNotShared", null, "items[1].reasonNotShared", "required")]
    public void What_is_wrong_with_a_return_is_said_by_field(string path, string? value, string field, string code) =>
        Assert.Contains((field, code), Faults(Return().With(path, value)));

    [Fact]
    public void Nothing_is_not_a_return_and_a_nil_return_holds_nothing()
    {
        Assert.Contains(("items", "nothing-returned"), Faults(Return().Without("items")));
        Assert.Empty(Faults(Return().Without("items").With("knownPersons", new JsonArray("01980000-0000-7000-8000-000000000002"))));
        Assert.Equal(
            [("items", "nil-with-content"), ("lastContact", "nil-with-content")],
            Faults(Return().With("nil", true)));
    }

    [Fact]
    public void Readers_are_teams_of_the_partnership()
    {
        Assert.Empty(Faults(Return().With("items.0.readers", new JsonArray("CKH", "PCC/HSG"))));
        foreach (var code in (string[])["PCC", "PCC/XXX", "CKH/ONE", "NOBODY", "OLD"])
            Assert.Contains(("items[0].readers[0]", "unknown-code"), Faults(Return().With("items.0.readers", new JsonArray(code))));
    }

    [Fact]
    public void A_return_has_a_sensible_size()
    {
        Assert.Contains(("items[0].text", "too-long"), Faults(Return().With("items.0.text", new string('a', ResearchReturnBody.ItemLength + 1))));
        var many = new JsonArray([.. Enumerable.Range(0, ResearchReturnBody.Items + 1).Select(_ => Return()["items"]![0]!.DeepClone())]);
        Assert.Contains(("items", "too-many"), Faults(Return().With("items", many)));
    }

    /// <summary>A health agency's items are health information unless it says otherwise; others say it for each.</summary>
    [Fact]
    public void Items_of_a_health_agency_are_health_information_by_default()
    {
        var sent = Return().Without("items.0.health");
        Assert.Contains(("items[0].health", "required"), Faults(sent));
        Assert.Empty(Faults(sent, GivenMeeting.Health));
        Assert.True(ContentOf(sent, GivenMeeting.Health).Shared.Single().Health);
        Assert.False(ContentOf(Return().With("items.0.health", false), GivenMeeting.Health).Shared.Single().Health);
    }

    [Fact]
    public void The_coordinator_says_how_a_return_came_and_enters_shared_items_only()
    {
        Assert.Contains(("receivedBy", "required"), Faults(Return(), isOnBehalf: true));
        Assert.Contains(("receivedBy", "required"), Faults(Return().With("receivedBy", "PLATFORM"), isOnBehalf: true));
        var kept = Return().With("receivedBy", "FORM").With("items.0.share", false).With("items.0.reasonNotShared", "Private");
        Assert.Contains(("items[0].share", "shared-items-only"), Faults(kept, isOnBehalf: true));
    }

    [Theory]
    [InlineData("ownerAgency", null, "ownerAgency", "required")]
    [InlineData("ownerAgency", "NOBODY", "ownerAgency", "unknown-code")]
    [InlineData("ownerTeam", "CS", "ownerTeam", "unknown-code")]
    [InlineData("ownerPerson", null, "ownerPerson", "required")]
    [InlineData("ownerPerson", "p9", "ownerPerson", "not-of-owner")]
    [InlineData("description", null, "description", "required")]
    [InlineData("dueOn", null, "dueOn", "required")]
    [InlineData("dueOn", "2026-06-30", "dueOn", "in-past")]
    [InlineData("dueOn", "2036-06-30", "dueOn", "too-far-ahead")]
    public void No_action_without_owner_and_date(string path, string? value, string field, string code)
    {
        var body = Action();
        Assert.Empty(FaultsOfAction(body));
        Assert.Contains((field, code), FaultsOfAction(body.With(path, value)));
    }

    [Fact]
    public void An_action_names_its_targets_and_needs_by_code()
    {
        Assert.Contains(("targets", "required"), FaultsOfAction(Action().Without("targets")));
        Assert.Contains(("needs", "unknown-code"), FaultsOfAction(Action().With("needs", new JsonArray(FieldGroups.Narrative))));
        var report = new InputReport();
        ConfirmNeedSlice.Read(Bytes(new JsonObject { ["groups"] = new JsonArray(FieldGroups.Protection) }), report);
        Assert.Equal([("groups", "unknown-code"), ("reason", "required")], report.Errors.Select(e => (e.Field, e.Code)));
    }

    [Fact]
    public void An_outcome_is_not_open_and_says_what_happened()
    {
        var report = new InputReport();
        RecordOutcomeSlice.Read(Bytes(new JsonObject { ["status"] = "OPEN" }), report);
        Assert.Equal([("status", "unknown-code"), ("outcome", "required")], report.Errors.Select(e => (e.Field, e.Code)));
    }

    [Fact]
    public void Lines_of_minutes_say_what_they_are()
    {
        var report = new InputReport();
        var body = new JsonObject { ["lines"] = new JsonArray(new JsonObject { ["readers"] = new JsonArray("NOBODY") }) };
        AddMinutesSlice.Read(Bytes(body), Given.Partnership, Given.Now, report);
        Assert.Equal(
            [("lines[0].text", "required"), ("lines[0].about", "required"), ("lines[0].factOrOpinion", "required"), ("lines[0].readers[0]", "unknown-code")],
            report.Errors.Select(e => (e.Field, e.Code)));
        report = new InputReport();
        Assert.Null(AddMinutesSlice.Read(Bytes(new JsonObject { ["lines"] = new JsonArray(new JsonObject()) }), Given.Partnership, Given.Now, report)!.Lines[0].Readers);
    }

    private static JsonObject Return() => JsonNode.Parse(
        """
        {
          "representative": "Rosa Finch", "searchedAt": "2026-07-01T09:00:00Z", "systemsSearched": ["Tenancy register"], "lastContact": "2026-06-20",
          "items": [
            { "text": "Two complaints about noise.", "about": "PERPETRATOR", "factOrOpinion": "FACT", "dateOfInformation": "2026-06-01", "share": true, "health": false },
            { "text": "Rent is paid late.", "about": "VICTIM", "factOrOpinion": "FACT", "share": false, "reasonNotShared": "Not relevant to risk" }
          ]
        }
        """)!.AsObject();

    private static JsonObject Action() => JsonNode.Parse(
        """{ "ownerAgency": "CKH", "ownerPerson": "p1", "description": "Change the locks.", "targets": ["VICTIM"], "dueOn": "2026-07-20", "needs": ["victim-location"] }""")!.AsObject();

    private static IEnumerable<(string, string)> Faults(JsonObject body, Party? party = null, bool isOnBehalf = false)
    {
        var report = new InputReport();
        ResearchReturnBody.Read(Bytes(body), party ?? GivenMeeting.Landlord, isOnBehalf, Given.Partnership, Given.Now, report);
        return [.. report.Errors.Select(e => (e.Field, e.Code))];
    }

    private static ResearchContent ContentOf(JsonObject body, Party party)
    {
        var report = new InputReport();
        return ResearchReturnBody.ContentOf(ResearchReturnBody.Read(Bytes(body), party, false, Given.Partnership, Given.Now, report)!, Given.Ids());
    }

    private static IEnumerable<(string, string)> FaultsOfAction(JsonObject body)
    {
        var report = new InputReport();
        AssignActionSlice.Read(Bytes(body), Given.Partnership, Given.Now, report);
        return [.. report.Errors.Select(e => (e.Field, e.Code))];
    }

    private static byte[] Bytes(JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());
}
