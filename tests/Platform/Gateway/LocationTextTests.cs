using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Contracts.Marac;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// Where the victim is, written into each free text that the platform takes: it reaches nobody without her location, before
/// and after she moves, until the coordinator has cleared it. A new text field has to be placed in <see cref="TextFields"/>.
/// </summary>
public sealed class LocationTextTests(SharedPlatform shared)
{
    [Fact]
    public void Every_text_field_of_a_request_has_its_place() => Assert.Equal(TextFields.All, TextFields.Places.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task An_address_is_no_name()
    {
        var platform = await shared.StartedAsync();
        var body = TextFields.Fill(typeof(SubmitReferralRequest), Samples.Referral(), _ => "7 Nowhere Gardens", TextPlace.Name);
        var answer = await platform.As("pvp").CreateAsync("/marac/referrals", body);
        Assert.Equal("invalid-input", answer.Code);
        var named = string.Join(' ', answer.Json.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        foreach (var field in (string[])
                 [
                     "referrer.name", "victim.name", "victim.aliases", "perpetrators[0].name", "perpetrators[0].aliases", "children[0].name",
                     "vulnerableAdults[0].name", "mustNotReceive[0].name", "notSafeToTalkTo",
                 ])
            Assert.Contains(field, named, StringComparison.Ordinal);
    }

    /// <summary>A group that is held for one of its texts would hide that another is not looked at.</summary>
    [Fact]
    public async Task Each_text_of_a_referral_is_held_by_itself()
    {
        string[][] groups =
        [
            [.. TextFields.In(TextPlace.Read).Where(f => f.StartsWith("Narrative", StringComparison.Ordinal)), "SubmitReferralRequest.ConsentReason", "SubmitReferralRequest.ConsentDecisionMaker", "SubmitReferralRequest.CrimeReference", "OtherMaracRequest.Area"],
            [.. TextFields.In(TextPlace.Read).Where(f => f.StartsWith("Checklist", StringComparison.Ordinal)), "SubmitReferralRequest.JudgementReason"],
            [.. TextFields.In(TextPlace.Read).Where(f => f.StartsWith("Diversity", StringComparison.Ordinal))],
            ["ChildRequest.LivesWith", "ChildRequest.RelationToVictim", "ChildRequest.RelationToPerpetrator", "ChildRequest.SocialWorker", "VulnerableAdultRequest.Relation"],
            ["SubmitReferralRequest.AfraidOf", "SubmitReferralRequest.SafeToTalkTo", "MustNotReceiveRequest.Relation", "MustNotReceiveRequest.Reason", "DeclareConflictRequest.Reason"],
            ["VictimRequest.SafeContactVia", "PhoneRequest.SafeTimes"],
            ["RecordRelationRequest.Statement", "RecordNeedRequest.Reason", "UnsafeCopyRequest.Reason"],
        ];
        var platform = await shared.StartedAsync();
        for (var i = 0; i < groups.Max(g => g.Length); i++)
        {
            var story = new LocationStory(platform, "7 Nowhere Gardens", "Ely", [.. groups.Where(g => i < g.Length).Select(g => g[i])]);
            await story.PrepareAsync();
            await story.ExpectHeldAsync("alone", "marac-meeting", "marac-research");
            await story.LoseLocationAsync();
            await story.ExpectHeldFromUnsafeCopiesAsync();
        }
    }

    [Theory]
    [InlineData("7 Nowhere Gardens", "cb999zz")]
    [InlineData("+44 7700 900512", "07700-900513")]
    [InlineData("Nonesuch Primary", "Quarry Rise")]
    public async Task A_text_that_tells_where_she_is_reaches_nobody_without_her_location(string before, string after)
    {
        var story = new LocationStory(await shared.StartedAsync(), before, after);
        await story.PrepareAsync();
        await story.ReturnAsync();
        await story.ExpectHeldAsync("in research", "marac-meeting", "marac-research");
        await story.ActAsync();
        await story.ExpectHeldAsync("with actions", "marac-meeting", "marac-action");
        await story.ExpectReadByThoseWithLocationAsync();

        await story.ClearAsync();
        await story.ExpectReleasedAsync();

        await story.MoveAsync();
        await story.ExpectHeldAsync("after the move", "marac-meeting", "marac-action");
        await story.ExpectReadByThoseWithLocationAsync();

        await story.LoseLocationAsync();
        await story.ExpectHeldFromUnsafeCopiesAsync();

        await story.CloseAsync();
        await story.ExpectHeldAsync("when closed", "marac-flag");
        Assert.Equal(TextFields.In(TextPlace.Read, TextPlace.Kept, TextPlace.Own).Order(StringComparer.Ordinal), story.Written.Order(StringComparer.Ordinal));
    }
}

/// <summary>One case into whose every text a place is written, from its referral to its flag.</summary>
internal sealed class LocationStory(RunningPlatform platform, string before, string after, string[]? only = null)
{
    private const string Research = "marac-research";
    private const string Action = "marac-action";

    /// <summary>Members without the location; each with all that it can have beside.</summary>
    private static readonly (string Person, string Party)[] Without =
    [
        ("asc", "PCC?team=ASC"), ("housing", "PCC?team=HSG"), ("probation", "PROB"), ("prison", "HMP"), ("landlord", "CKH"), ("fire", "CFRS"),
        ("youth", "YOS"), ("treatment", "ASP"), ("education", "PCC?team=EDU"), ("health", "ICB?team=MH"), ("victims-hub", "VHUB"),
    ];

    private static readonly (string Person, string Party)[] With = [("pvp", "CON?team=PVP"), ("idva", "SASP"), ("csc", "PCC?team=CSC")];
    private static readonly string[] Ticked = ["CKH", "CFRS", "YOS", "ASP", "PROB", "HMP", "VHUB", "PCC/ASC", "PCC/HSG", "PCC/EDU", "ICB/MH", "SASP", "CON/PVP"];

    /// <summary>They may name a number while it is safe to ring.</summary>
    private static readonly string[] SafeContact = ["VictimRequest.SafeContactVia", "PhoneRequest.SafeTimes"];

    private readonly string nonce = "zq" + RandomNumberGenerator.GetString("bcdfghjk", 8);
    private readonly Casework casework = new(platform);
    private readonly HashSet<string> written = [];
    private readonly List<string> actions = [];
    private bool hasMoved;
    private string it = "", referral = "", other = "";

    public IReadOnlyCollection<string> Written => written;

    /// <summary>A text for this field: found again by its mark, and telling the place.</summary>
    private string Write(string field)
    {
        if (only is not null && !only.Contains(field)) return $"Of {Letters(TextFields.All.ToList().IndexOf(field))} nothing is known to anybody who was asked about it so far.";
        written.Add(field);
        return $"{Mark(field)} said at {before}, then {after}; ten more words so that nobody says this one is too short.";
    }

    private string Mark(string field) => $"{nonce}{Letters(TextFields.All.ToList().IndexOf(field))}x";

    private static string Letters(int number) => $"{(char)('a' + (number / 26))}{(char)('a' + (number % 26))}";

    private JsonObject Body<T>(object plain) => TextFields.Fill(
        typeof(T), JsonSerializer.SerializeToNode(plain)!.AsObject(), Write, TextPlace.Read, TextPlace.Kept, TextPlace.Own);

    public async Task PrepareAsync()
    {
        void Told(JsonObject body)
        {
            body["victim"]!["phones"]![0]!["number"] = "07700900512";
            body["criteria"] = new JsonArray("VISIBLE_HIGH_RISK", "PROFESSIONAL_JUDGEMENT");
            TextFields.Fill(typeof(SubmitReferralRequest), body, Write, TextPlace.Read, TextPlace.Kept);
        }

        other = await casework.SubmitAsync(body =>
        {
            Told(body);
            body["criteria"] = new JsonArray("PROFESSIONAL_JUDGEMENT");
            foreach (var item in body["riskChecklist"]!["items"]!.AsArray()) item!["answer"] = "NO";
            body["riskChecklist"]!["yesCount"] = 0;
        });
        await RefuseAsync(other);
        referral = await casework.SubmitAsync(Told);
        it = Created(await casework.Coordinator.CreateAsync($"{referral}/accept", Body<AcceptReferralRequest>(new { criterion = "VISIBLE_HIGH_RISK" })));
        await casework.ListAsync(it);
        await ArrangeAsync();
    }

    /// <summary>Another referral that is sent back and then withdrawn, with a reason each time.</summary>
    private async Task RefuseAsync(string other)
    {
        Done(await casework.Coordinator.PostAsync($"{other}/redirect", Body<RedirectReferralRequest>(new { to = "IDVA" }), Casework.Triage));
        Done(await platform.As("supervisor").PostAsync($"{other}/confirm-redirect", Body<ConfirmRedirectRequest>(new { confirm = false }), Casework.Triage));
        Done(await casework.Coordinator.PostAsync($"{other}/withdraw", Body<WithdrawReferralRequest>(new { ground = "DUPLICATE" }), Casework.Triage));
    }

    private async Task ArrangeAsync()
    {
        var victim = await casework.IdAtAsync(it, "data.victim.personId");
        var child = await casework.IdAtAsync(it, "data.children[0].personId");
        foreach (var (_, party) in Without.Concat(With))
        {
            await casework.PutAsync($"{it}/members/{party}");
            await casework.PutAsync($"{it}/relations/{party}", Body<RecordRelationRequest>(new { knownTo = new[] { victim, child }, supporting = true }));
        }

        var until = TimeProvider.System.GetUtcNow().AddDays(7);
        foreach (var (person, party) in Without)
        {
            // A safe contact alone, for those whose cell says so: the place must not come with it.
            string[] groups = person is "asc" or "housing" or "health" or "probation" or "prison" ? ["diversity", "safe-contact"] : ["diversity"];
            await casework.PutAsync($"{it}/needs/{party}", Body<RecordNeedRequest>(new { groups, until }));
        }

        await casework.PutAsync($"{it}/summary", Body<WriteSummaryRequest>(new { }));
        await casework.PutAsync($"{it}/unsafe-copies", Body<RecordUnsafeCopiesRequest>(new { copies = new[] { new { agency = "CPS" } } }));
        Done(await casework.Coordinator.PostAsync($"{it}/conflicts", Body<DeclareConflictRequest>(new { name = "Somebody Elsewhere" }), Casework.Meeting));
        Done(await casework.Coordinator.PostAsync($"{it}/conflicts", Body<DeclareConflictRequest>(new { name = "Somebody Else" }), Casework.Meeting));
        var conflict = (await casework.Coordinator.GetAsync(it, Casework.Meeting)).At("data.sharing.conflicts")!.Value.EnumerateArray()
            .First(c => c.TryGetProperty("name", out var name) && name.GetString() == "Somebody Else").GetProperty("conflictId").GetGuid();
        Done(await casework.Coordinator.PostAsync($"{it}/conflicts/{conflict}/resolve", Body<ResolveConflictRequest>(new { }), Casework.Meeting));
        await casework.PutAsync($"{it}/readers", Body<RestrictReadersRequest>(new { people = new[] { "p-0001" } }));
        await casework.PutAsync($"{it}/readers", Body<RestrictReadersRequest>(new { }));
        Done(await casework.Coordinator.PostAsync($"{it}/request-research", new { dueOn = Day(3) }, Casework.Meeting));
    }

    public async Task ReturnAsync()
    {
        Done(await casework.Coordinator.CreateAsync(
            $"{it}/minutes", Body<AddMinutesRequest>(new { lines = new[] { new { about = "GENERAL", factOrOpinion = "FACT", readers = Ticked } } }), purpose: Casework.Meeting));
        object Of(bool health) => new
        {
            representative = "Rowan Example",
            searchedAt = TimeProvider.System.GetUtcNow().AddHours(-1),
            items = new object[]
            {
                new { about = "VICTIM", factOrOpinion = "FACT", share = true, health, readers = Ticked },
                new { about = "VICTIM", factOrOpinion = "FACT", share = false, health },
            },
        };

        JsonObject Returned(bool health)
        {
            var body = Body<ResearchReturnRequest>(Of(health));
            body["items"]![0]!.AsObject().Remove("reasonNotShared");
            return body;
        }

        Done(await platform.As("idva").PutAsync($"{it}/research/SASP", Returned(false), Research));
        var kept = Returned(true);
        kept["items"]![0]!["text"] = $"{Mark("ResearchItemRequest.Text")} at {before}, then {after}";
        Done(await platform.As("health").PutAsync($"{it}/research/ICB?team=MH", kept, Research));
        var own = (await platform.As("health").GetAsync("/marac/research-returns?limit=50", Research)).Json.GetProperty("items").EnumerateArray()
            .Single(r => it.EndsWith(r.GetProperty("data").GetProperty("caseId").GetString()!, StringComparison.Ordinal));
        var item = own.GetProperty("data").GetProperty("shared")[0].GetProperty("itemId").GetString();
        Done(await platform.As("caldicott").PutAsync(
            $"/marac/research/{own.GetProperty("id").GetString()}/items/{item}/caldicott", Body<CaldicottRequest>(new { release = true }), Research));
    }

    public async Task ActAsync()
    {
        Done(await platform.As("marac-chair").PostAsync($"{it}/hear", new { }, Casework.Meeting));
        foreach (var (agency, team, person) in ((string, string?, string)[])[("CKH", null, "p-0013"), ("PROB", null, "p-0011"), ("PCC", "PES", "p-0020")])
        {
            var body = Body<AssignActionRequest>(new { ownerAgency = agency, ownerPerson = person, targets = new[] { "VICTIM" }, dueOn = Day(14) });
            if (team is not null) body["ownerTeam"] = team;
            var action = Created(await casework.Coordinator.CreateAsync($"{it}/actions", body, purpose: Casework.Meeting));
            Done(await casework.Coordinator.PostAsync(
                $"{action}/confirm-need", Body<ConfirmNeedRequest>(new { groups = new[] { team is null ? "victim-identity" : "actions" } }), Action));
            actions.Add(action);
        }

        var outcome = Body<RecordOutcomeRequest>(new { status = "DONE" });
        Done(await platform.As("probation").PostAsync($"{actions[1]}/outcome", outcome, Action));
        Done(await casework.Coordinator.PostAsync($"{it}/issue", null, Casework.Meeting));
    }

    public async Task MoveAsync()
    {
        hasMoved = true;
        if (after.StartsWith('0'))
            Done(await casework.Coordinator.PostAsync($"{it}/amendments", Body<AmendCaseRequest>(new { field = "VICTIM_PHONE", phone = new { number = "07700 900513" }, from = "2026-01-02" }), Casework.Meeting));
        else
            Done(await casework.Coordinator.PostAsync($"{it}/amendments", Body<AmendCaseRequest>(new { field = "VICTIM_ADDRESS", address = new { lines = new[] { "3 Quarry Rise", "Ely" }, postcode = "CB99 9ZZ" }, from = "2026-01-02" }), Casework.Meeting));
    }

    public async Task ClearAsync()
    {
        foreach (var hold in (await casework.Coordinator.GetAsync(it, Casework.Meeting)).At("data.sharing.holds")!.Value.EnumerateArray())
        {
            var body = Body<ClearHoldRequest>(new { });
            Done(await casework.Coordinator.PostAsync($"{it}/holds/{hold.GetProperty("holdId").GetGuid()}/clear", body, Casework.Meeting));
        }
    }

    public Task LoseLocationAsync() => casework.PutAsync($"{it}/unsafe-copies", Body<RecordUnsafeCopiesRequest>(new { copies = new[] { new { agency = "CON" } } }));

    public async Task CloseAsync()
    {
        foreach (var (person, action) in ((string, string)[])[("landlord", actions[0]), ("pes", actions[2])])
            await CloseAsync(person, action);
        Done(await casework.Coordinator.PostAsync($"{it}/close", Body<CloseCaseRequest>(new { }), Casework.Meeting));
    }

    private async Task CloseAsync(string person, string action) => Done(
        await platform.As(person, person == "pes" ? "pes" : null).PostAsync($"{action}/outcome", Body<RecordOutcomeRequest>(new { status = "NO_LONGER_POSSIBLE" }), Action));

    /// <summary>Nothing of any such text, in any answer to anybody without the location.</summary>
    public async Task ExpectHeldAsync(string when, params string[] purposes)
    {
        foreach (var (person, _) in Without) await ExpectHeldFromAsync(when, person, purposes);
        await ExpectHeldFromAsync(when, "pes", purposes, "pes");
        await ExpectHeldFromAsync(when, "patrol", purposes);
        await ExpectHeldFromAsync(when, "caldicott", [.. purposes.Where(p => p == Research)]);
    }

    private async Task ExpectHeldFromAsync(string when, string person, string[] purposes, string? hat = null)
    {
        foreach (var (answer, path, isOurs) in await AnswersAsync(person, purposes, hat))
        {
            // What an agency wrote itself it reads back.
            var marks = TextFields.In(TextPlace.Read, TextPlace.Kept, TextPlace.Own).Where(_ => !(person is "health" or "caldicott") || !path.Contains("return", StringComparison.Ordinal));
            if (before.StartsWith('+') && !hasMoved) marks = marks.Where(field => !SafeContact.Contains(field));
            if (person is "health") marks = marks.Where(field => !field.StartsWith("ResearchItem", StringComparison.Ordinal));
            var told = marks.Where(field => answer.Text.Contains(Mark(field), StringComparison.OrdinalIgnoreCase)).ToList();
            Assert.True(told.Count == 0, $"{when}: {person} {path} tells {string.Join(", ", told)}");
            // Of a child known to it, education reads the school as such.
            if (isOurs && person is not ("health" or "education") && (hasMoved || !before.StartsWith('+')))
                Assert.False(answer.Text.Contains(before, StringComparison.OrdinalIgnoreCase) || answer.Text.Contains(after, StringComparison.OrdinalIgnoreCase), $"{when}: {person} {path}");
        }
    }

    /// <summary>Those who lose the location because their copy is unsafe, chair and police, are without it as well.</summary>
    public async Task ExpectHeldFromUnsafeCopiesAsync()
    {
        foreach (var person in (string[])["pvp", "marac-chair"])
            await ExpectHeldFromAsync("by an unsafe copy", person, [Casework.Meeting, Action, Casework.Triage, Casework.Referral]);
    }

    private async Task<List<(Answer Answer, string Path, bool IsOurs)>> AnswersAsync(string person, string[] purposes, string? hat)
    {
        var client = platform.As(person, hat);
        var asked = purposes.SelectMany(purpose => ((string Path, string Purpose, bool IsOurs)[])
        [
            (it, purpose, true), ("/marac/cases?limit=50", purpose, false),
            .. purpose == Research ? [("/marac/research-requests?limit=50", purpose, false), ("/marac/research-returns?limit=50", purpose, false)] : Array.Empty<(string, string, bool)>(),
            .. purpose == Action ? [("/marac/actions?limit=50", purpose, false), .. actions.Select(a => (a, purpose, true))] : Array.Empty<(string, string, bool)>(),
            .. purpose == "marac-flag" ? [("/marac/flags?limit=50", purpose, false)] : Array.Empty<(string, string, bool)>(),
            .. purpose is Casework.Triage or Casework.Referral ? [(referral, purpose, true), .. purpose == Casework.Referral ? [(other, purpose, false), ("/marac/referrals?limit=50", purpose, false)] : Array.Empty<(string, string, bool)>()] : Array.Empty<(string, string, bool)>(),
        ]);
        var answers = new List<(Answer, string, bool)>();
        foreach (var (path, purpose, isOurs) in asked)
        {
            var answer = await client.GetAsync(path, purpose);
            Assert.True((int)answer.Status < 500, $"{person} {path}: {answer}");
            answers.Add((answer, path, isOurs));
        }

        return answers;
    }

    /// <summary>Nothing is lost: who has the location whole reads every such text.</summary>
    public async Task ExpectReadByThoseWithLocationAsync()
    {
        var whole = (await casework.Coordinator.GetAsync(it, Casework.Meeting)).Text;
        // A referral's own reason for a redirection is read there, and a referrer's role that tells a place by nobody.
        string[] elsewhere = ["RedirectReferralRequest.Reason", "ReferrerRequest.Role", "SubmitReferralRequest.JudgementReason"];
        foreach (var field in TextFields.In(TextPlace.Read).Except(elsewhere)) Assert.True(whole.Contains(Mark(field), StringComparison.Ordinal), field);
        foreach (var (person, _) in With)
            Assert.Contains(Mark("NarrativeRequest.History"), (await platform.As(person).GetAsync(it, Casework.Meeting)).Text, StringComparison.Ordinal);
    }

    /// <summary>Cleared, a text goes wherever its group goes.</summary>
    public async Task ExpectReleasedAsync()
    {
        foreach (var (person, fields) in ((string, string[])[])
                 [
                     ("asc", ["NarrativeRequest.History", "ChecklistItemRequest.Comment", "WriteSummaryRequest.Text", "ResearchItemRequest.Text", "MinutesLineRequest.Text", "PerpetratorRequest.Occupation", "DiversityRequest.Language", "VictimRequest.SafeContactVia"]),
                     ("landlord", ["WriteSummaryRequest.Text", "ResearchItemRequest.Text", "MinutesLineRequest.Text", "AssignActionRequest.Description"]),
                     ("education", ["ChildRequest.LivesWith", "ChildRequest.SocialWorker", "ResearchItemRequest.Text"]),
                     ("probation", ["RecordOutcomeRequest.Outcome", "NarrativeRequest.LatestIncident"]),
                 ])
        {
            var text = (await platform.As(person).GetAsync(it, Casework.Meeting)).Text;
            foreach (var field in fields) Assert.True(text.Contains(Mark(field), StringComparison.Ordinal), $"{person}: {field}");
        }

        Assert.Contains(Mark("AssignActionRequest.Description"), (await platform.As("landlord").GetAsync(actions[0], Action)).Text, StringComparison.Ordinal);
        Assert.Contains(Mark("AssignActionRequest.Description"), (await platform.As("pes", "pes").GetAsync(actions[2], Action)).Text, StringComparison.Ordinal);
    }

    private static string Day(int ahead) => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(ahead).ToString("yyyy-MM-dd", null);

    private static string Created(Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.Created, answer.ToString());
        return answer.Location;
    }

    private static void Done(Answer answer) => Assert.True(answer.Status == HttpStatusCode.NoContent, answer.ToString());
}
