using System.Text.Json.Nodes;
using Partnership.Contracts.Marac;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Privacy;

// A third case on its way through its meeting: every command there is on that way, with a marker wherever one fits.
internal sealed partial class MarkedStory
{
    private const string Research = "marac-research", Action = "marac-action", Flag = "marac-flag";

    private static string Day(int ahead) => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(ahead).ToString("yyyy-MM-dd", null);

    private async Task MeetingAsync()
    {
        var referral = (await SendAsync("submit another", "pvp", HttpMethod.Post, "/marac/referrals", Samples.Referral(), null, 201)).Location;
        var it = (await SendAsync("accept another", "coordinator", HttpMethod.Post, $"{referral}/accept",
            bodies.Command<AcceptReferralRequest>("three", "accept", ("criterion", "VISIBLE_HIGH_RISK")), Triage, 201)).Location;
        var meeting = await SendAsync("schedule another meeting", "coordinator", HttpMethod.Post, "/marac/meetings",
            bodies.Command<ScheduleMeetingRequest>("other", "schedule", ("startsAt", TimeProvider.System.GetUtcNow().AddDays(7))), null, 201);
        await ChangeAsync("list another", HttpMethod.Post, $"{it}/list", bodies.Command<ListCaseRequest>("other", "list", ("meetingId", meeting.CreatedId)));
        foreach (var member in new[] { "CKH", "ICB?team=MH" }) await ChangeAsync($"list {member} on another", HttpMethod.Put, $"{it}/members/{member}", null);

        await ChangeAsync("unsafe copies", HttpMethod.Put, $"{it}/unsafe-copies", bodies.Command<RecordUnsafeCopiesRequest>(
            "three", "copies", ("copies[0].agency", "CFRS"), ("copies[0].team", null), ("copies[1].agency", "PROB"), ("copies[1].team", null)));
        await ChangeAsync("conflict", HttpMethod.Post, $"{it}/conflicts", bodies.Command<DeclareConflictRequest>("three", "conflict", ("person", null)));
        var conflict = (await ReadAsync(it)).At("data.sharing.conflicts")!.Value.EnumerateArray()
            .Single(one => one.GetProperty("reason").GetString() == marked.Markers.Planted.Single(planted => planted.Path == "three:conflict.reason").Text).GetProperty("conflictId").GetGuid();
        await ChangeAsync("resolve conflict", HttpMethod.Post, $"{it}/conflicts/{conflict}/resolve", bodies.Command<ResolveConflictRequest>("three", "resolve"));
        foreach (var field in new[] { "VICTIM_ADDRESS", "VICTIM_PHONE" })
        {
            var other = field == "VICTIM_ADDRESS" ? "phone" : "address";
            await ChangeAsync($"amend {field}", HttpMethod.Post, $"{it}/amendments", bodies.Command<AmendCaseRequest>(
                field, "amend", ("field", field), ("from", Day(-1)), (other, null), ("phone.safeToCall", "YES")));
        }

        // A text that tells the address, so that there is a hold to clear.
        await ChangeAsync("summary with an address", HttpMethod.Put, $"{it}/summary", new JsonObject { ["text"] = "She is in Nowhere Gardens again." });
        var hold = (await ReadAsync(it)).At("data.sharing.holds")!.Value.EnumerateArray().First().GetProperty("holdId").GetGuid();
        await ChangeAsync("clear hold", HttpMethod.Post, $"{it}/holds/{hold}/clear", bodies.Command<ClearHoldRequest>("three", "hold"));
        await ChangeAsync("request research", HttpMethod.Post, $"{it}/request-research", bodies.Command<RequestResearchRequest>("three", "research", ("dueOn", Day(3))));
        await ReturnedAsync(it);
        await SendAsync("hear", "marac-chair", HttpMethod.Post, $"{it}/hear", new JsonObject(), Meeting, 204);
        await SendAsync("minutes", "coordinator", HttpMethod.Post, $"{it}/minutes", bodies.Command<AddMinutesRequest>(
            "three", "minutes", ("lines[0].readers", new JsonArray("CKH")), ("lines[1].readers", null)), Meeting, 204);
        var action = (await SendAsync("assign", "coordinator", HttpMethod.Post, $"{it}/actions", bodies.Command<AssignActionRequest>(
            "three", "assign", ("ownerAgency", "CKH"), ("ownerTeam", null), ("ownerPerson", "p-0013"), ("targets", new JsonArray("VICTIM")), ("dueOn", Day(14)),
            ("needs", new JsonArray("victim-location"))), Meeting, 201)).Location;
        await SendAsync("confirm need", "coordinator", HttpMethod.Post, $"{action}/confirm-need",
            bodies.Command<ConfirmNeedRequest>("three", "confirm-need", ("groups", new JsonArray("victim-location"))), Action, 204);
        await SendAsync("outcome", "landlord", HttpMethod.Post, $"{action}/outcome", bodies.Command<RecordOutcomeRequest>("three", "outcome", ("status", "DONE")), Action, 204);
        await ChangeAsync("issue", HttpMethod.Post, $"{it}/issue", new JsonObject());
        await ChangeAsync("close", HttpMethod.Post, $"{it}/close", bodies.Command<CloseCaseRequest>("three", "close"));
        await SendAsync("restrict", "coordinator", HttpMethod.Put, $"{it}/readers", bodies.Command<RestrictReadersRequest>("three", "readers", ("people", new JsonArray("p-0001"))), Flag, 204);
        await SendAsync("search for nobody", "coordinator", HttpMethod.Post, "/marac/search", bodies.Command<SearchCasesRequest>("nobody", "search", ("dateOfBirth", null)), Meeting, 200);
    }

    private async Task ReturnedAsync(string it)
    {
        (string, JsonNode?)[] Items(bool health) =>
        [
            ("nil", false), ("searchedAt", TimeProvider.System.GetUtcNow().AddHours(-1)), ("knownPersons", new JsonArray()), ("lastContact", Day(-9)), ("receivedBy", null),
            .. new[] { 0, 1 }.SelectMany(place => new (string, JsonNode?)[]
            {
                ($"items[{place}].dateOfInformation", Day(-9)), ($"items[{place}].share", place == 0), ($"items[{place}].health", health && place == 0),
                ($"items[{place}].readers", place == 0 ? new JsonArray("CKH") : null),
            }),
            ("items[0].reasonNotShared", null),
        ];
        await SendAsync("return", "landlord", HttpMethod.Put, $"{it}/research/CKH", bodies.Command<ResearchReturnRequest>("landlord", "return", Items(health: false)), Research, 204);
        await SendAsync("return of health", "health", HttpMethod.Put, $"{it}/research/ICB?team=MH", bodies.Command<ResearchReturnRequest>("health", "return", Items(health: true)), Research, 204);
        var returned = (await marked.Platform.As("health").GetAsync("/marac/research-returns", Research)).Json.GetProperty("items")[0];
        await SendAsync("Caldicott mark", "caldicott", HttpMethod.Put,
            $"/marac/research/{returned.GetProperty("id").GetString()}/items/{returned.GetProperty("data").GetProperty("shared")[0].GetProperty("itemId").GetString()}/caldicott",
            bodies.Command<CaldicottRequest>("three", "caldicott", ("release", true)), Research, 204);
    }

    /// <summary>For an id. What the coordinator reads whole is looked at elsewhere.</summary>
    private async Task<Answer> ReadAsync(string it)
    {
        var answer = await marked.Platform.As("coordinator").GetAsync(it, Meeting);
        Assert.True((int)answer.Status == 200, answer.ToString());
        return answer;
    }
}
