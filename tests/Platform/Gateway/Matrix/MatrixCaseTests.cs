using System.Net;
using System.Text;
using Partnership.Tests.Support.Hosts;
using Partnership.Tests.Support.Sharing;
using Xunit;

namespace Partnership.Tests.Platform.Gateway.Matrix;

/// <summary>
/// One case of the real service, from referral to flag: the facts the service states by itself give each reader the same cells of
/// the hand-written table. Each thing in it bears a mark, in names of letters alone.
/// </summary>
[Collection(nameof(MatrixPlatform))]
public sealed class MatrixCaseTests(MatrixPlatform matrix)
{
    private const string Research = "marac-research";
    private const string Actions = "marac-action";
    private const string Flags = "marac-flag";

    /// <summary>Who is listed, as which agency and team; and those nearest to them who are not.</summary>
    private static readonly (string Person, string Party)[] Members =
    [
        ("pvp", "CON?team=PVP"), ("idva", "SASP"), ("csc", "PCC?team=CSC"), ("probation", "PROB"), ("landlord", "CKH"), ("fire", "CFRS"), ("victims-hub", "VHUB"), ("health", "ICB?team=MH"),
    ];

    private static readonly string[] Outside = ["patrol", "pes", "door-01", "nightsafe-admin", "dpo", "scrutiny"];

    private enum Of
    {
        Nobody,
        Victim,
        Child,
        Tenancy,
    }

    [Fact]
    public async Task A_case_from_referral_to_flag_gives_each_reader_the_cells_of_the_table()
    {
        var platform = (await matrix.StartedAsync()).Platform;
        var casework = new Casework(platform);
        var it = await casework.CaseAsync(AgreedCellsTests.Marked);
        var story = new Story(platform);

        // Nobody listed: nothing but the coordination's.
        await story.ExpectAsync(it, SharingMatrix.Case, Casework.Meeting, CaseMarks, "coordinator", On.ChildCase, []);
        foreach (var (person, _) in Members) await story.ExpectAsync(it, SharingMatrix.Case, Casework.Meeting, CaseMarks, person, On.ChildCase, []);
        foreach (var person in Outside) await story.ExpectAsync(it, SharingMatrix.Case, Casework.Meeting, CaseMarks, person, On.ChildCase, []);

        // Listed, and no condition beside that.
        foreach (var (_, party) in Members) await casework.PutAsync($"{it}/members/{party}");
        foreach (var (person, _) in Members) await story.ExpectAsync(it, SharingMatrix.Case, Casework.Meeting, CaseMarks, person, On.Member | On.ChildCase, []);

        // Every condition that the coordinator sets.
        var child = await casework.IdAtAsync(it, "data.children[0].personId");
        await casework.RelateAsync(it, "CKH", tenancy: [await casework.IdAtAsync(it, "data.victim.addresses[0].addressId")]);
        await casework.RelateAsync(it, "CFRS", knownTo: [child]);
        await casework.PutAsync($"{it}/relations/VHUB", new { supporting = true, statement = "Trimark" });
        await casework.NeedAsync(it, "PROB", "diversity", "victim-location", "safe-contact");
        await casework.SummariseAsync(it, "Summark: the locks are to be changed.");
        await casework.PutAsync($"{it}/unsafe-copies", new { copies = new[] { new { agency = "CON", team = "PVP", reason = "Trimark" } } });
        foreach (var (person, _) in Members.Append(("coordinator", ""))) await story.ExpectAsync(it, SharingMatrix.Case, Casework.Meeting, CaseMarks, person, OnOf(person), []);

        Done(await casework.Coordinator.PostAsync($"{it}/request-research", new { dueOn = Day(3) }, Casework.Meeting));
        await RequestsAsync(platform, story, it);

        await ReturnAsync(platform, "fire", $"{it}/research/CFRS", "Firemark", health: false, "CKH");
        await ReturnAsync(platform, "health", $"{it}/research/ICB?team=MH", "Clinicmark", health: true, "CKH", "CFRS");
        var chair = platform.As("marac-chair");
        Done(await chair.PostAsync($"{it}/hear", new { }, Casework.Meeting));
        object Line(string text, params string[]? readers) => new { text, about = "GENERAL", factOrOpinion = "FACT", readers = readers is { Length: > 0 } ? readers : null };
        Done(await casework.Coordinator.CreateAsync($"{it}/minutes", new { lines = new[] { Line("Defaultmark"), Line("Linemark", "CFRS") } }, purpose: Casework.Meeting));
        var locks = await AssignAsync(casework, it, "Lockmark", "CKH", null, "p-0013");
        var patrols = await AssignAsync(casework, it, "Patrolmark", "PCC", "PES", "p-0020");
        string[] wholeMinutes = ["pvp", "idva", "csc", "probation", "health"];
        foreach (var (person, _) in Members.Append(("coordinator", "")))
        {
            var items = new Dictionary<string, ItemTraits>
            {
                ["Firemark"] = new(person == "fire", person == "landlord", false, false, false),
                ["Clinicmark"] = new(person == "health", person is "landlord" or "fire", true, false, false),
                ["Defaultmark"] = new(false, wholeMinutes.Contains(person), false, false, false),
                ["Linemark"] = new(false, person == "fire", false, false, false),
                ["Lockmark"] = new(person == "landlord", false, false, false, false),
                ["Patrolmark"] = new(false, false, false, false, false),
            };
            await story.ExpectAsync(it, SharingMatrix.Case, Casework.Meeting, CaseMarks, person, OnOf(person), items);
        }

        foreach (var person in Outside) await story.ExpectAsync(it, SharingMatrix.Case, Casework.Meeting, CaseMarks, person, On.None, []);
        await ReturnsAsync(platform, story, it);
        await OwnersAsync(casework, story, locks, patrols);

        Done(await platform.As("landlord").PostAsync($"{locks}/outcome", new { status = "DONE", outcome = "Fitted." }, Actions));
        Done(await platform.As("pes", "pes").PostAsync($"{patrols}/outcome", new { status = "DONE", outcome = "Patrolled." }, Actions));
        await story.ExpectAsync(locks, SharingMatrix.Action, Actions, ActionMarks("Lockmark"), "landlord", On.Addressee | On.Assigned | On.Need | On.Final, []);
        Done(await casework.Coordinator.PostAsync($"{it}/issue", null, Casework.Meeting));
        Done(await casework.Coordinator.PostAsync($"{it}/close", new { note = "All done" }, Casework.Meeting));
        foreach (var (person, _) in Members) Assert.Equal((person, HttpStatusCode.NotFound), (person, (await platform.As(person).GetAsync(it, Casework.Meeting)).Status));
        await FlagAsync(platform, story, it);
    }

    /// <summary>What has been brought about for each of them, in the words of the table.</summary>
    private static On OnOf(string person) => On.Summary | On.ChildCase | (person == "coordinator" ? On.None : On.Member) | person switch
    {
        "pvp" => On.UnsafeCopy,
        "probation" => On.Need,
        "landlord" => On.Tenancy,
        "fire" => On.KnownChild,
        "victims-hub" => On.Supporting,
        _ => On.None,
    };

    private static readonly Mark[] CaseMarks =
    [
        new("Vidmark", "victim-identity", Of.Victim), new("Divmark", "diversity", Of.Victim), new("Ownmark", "victim-location", Of.Tenancy), new("Othermark", "victim-location"),
        new("07700900912", "victim-location"), new("Safmark", "safe-contact"), new("Perpmark", "perpetrator-identity"), new("Childmark", "children", Of.Child),
        new("Adultmark", "children"), new("Schoolmark", "child-places"), new("Livmark", "child-places"), new("Riskmark", "risk-checklist"), new("Narrmark", "narrative"),
        new("Refmark", "narrative"), new("Promark", "protection"), new("Summark", "summary"), new("Keptmark", null), new("Firemark", "shared-research"),
        new("Clinicmark", "shared-research"), new("Defaultmark", "minutes"), new("Linemark", "minutes"), new("Lockmark", "actions"), new("Patrolmark", "actions"),
    ];

    private static readonly Mark[] RequestMarks =
    [
        new("Vidmark", "search-details"), new("Perpmark", "search-details"), new("Childmark", "search-details"), new("Ownmark", "victim-location", Of.Tenancy),
        new("Othermark", "victim-location"), .. Nothing("07700900912", "Divmark", "Safmark", "Schoolmark", "Livmark", "Riskmark", "Narrmark", "Refmark", "Promark", "Summark"),
    ];

    private static Mark[] ActionMarks(string text) =>
    [
        new(text, "actions"), new("Vidmark", "victim-identity"), new("Ownmark", "victim-location"), new("07700900912", "victim-location"), new("Safmark", "safe-contact"),
        new("Perpmark", "perpetrator-identity"), new("Childmark", "children"), new("Schoolmark", "child-places"),
        .. Nothing("Riskmark", "Narrmark", "Refmark", "Promark", "Summark", "Firemark", "Keptmark", "Clinicmark", "Defaultmark"),
    ];

    private static IEnumerable<Mark> Nothing(params string[] texts) => texts.Select(text => new Mark(text, null));

    private static async Task RequestsAsync(RunningPlatform platform, Story story, string it)
    {
        foreach (var (person, _) in Members)
        {
            var on = OnOf(person) | On.Addressee;
            var id = await ListedAsync(platform, person, "/marac/research-requests", Research, it);
            await story.ExpectAsync($"/marac/research-requests/{id}", SharingMatrix.ResearchRequest, Research, RequestMarks, person, on, []);
            // Nearest: the request to another agency.
            var other = person == "fire" ? "landlord" : "fire";
            await story.ExpectAsync($"/marac/research-requests/{id}", SharingMatrix.ResearchRequest, Research, RequestMarks, other, OnOf(other), []);
            await story.ExpectAsync($"/marac/research-requests/{id}", SharingMatrix.ResearchRequest, Research, RequestMarks, "coordinator", On.None, []);
        }
    }

    private static async Task ReturnsAsync(RunningPlatform platform, Story story, string it)
    {
        var path = $"/marac/research-returns/{await ListedAsync(platform, "fire", "/marac/research-returns", Research, it)}";
        Mark[] marks = [new("Firemark", "shared-research"), new("Keptmark", "internal-research"), .. Nothing("Vidmark", "Ownmark", "Narrmark", "Clinicmark")];
        var items = new Dictionary<string, ItemTraits> { ["Firemark"] = new(true, false, false, false, false) };
        await story.ExpectAsync(path, SharingMatrix.ResearchReturn, Research, marks, "fire", On.OwnAgency, items);
        items["Firemark"] = new(false, false, false, false, false);
        await story.ExpectAsync(path, SharingMatrix.ResearchReturn, Research, marks, "coordinator", On.None, items);
        foreach (var person in (string[])["landlord", "pvp", "health", "caldicott", .. Outside]) await story.ExpectAsync(path, SharingMatrix.ResearchReturn, Research, marks, person, On.None, items);
    }

    private static async Task OwnersAsync(Casework casework, Story story, string locks, string patrols)
    {
        var (mine, officers) = (ActionMarks("Lockmark"), ActionMarks("Patrolmark"));
        const On Owner = On.Addressee | On.Assigned;
        await story.ExpectAsync(locks, SharingMatrix.Action, Actions, mine, "landlord", Owner, []);
        await story.ExpectAsync(patrols, SharingMatrix.Action, Actions, officers, "pes", Owner, []);
        var all = new { groups = new[] { "victim-identity", "victim-location", "safe-contact", "perpetrator-identity", "children", "child-places", "diversity" }, reason = "To fit the locks." };
        Done(await casework.Coordinator.PostAsync($"{locks}/confirm-need", all, Actions));
        Done(await casework.Coordinator.PostAsync($"{patrols}/confirm-need", new { groups = new[] { "actions" }, reason = "To patrol." }, Actions));
        await story.ExpectAsync(locks, SharingMatrix.Action, Actions, mine, "landlord", Owner | On.Need, []);
        await story.ExpectAsync(patrols, SharingMatrix.Action, Actions, officers, "pes", Owner | On.Need, []);
        foreach (var action in (string[])[locks, patrols])
        {
            await story.ExpectAsync(action, SharingMatrix.Action, Actions, action == locks ? mine : officers, "coordinator", On.None, []);
            foreach (var person in (string[])["pvp", "fire", "council-licensing", "patrol", "door-01"])
                await story.ExpectAsync(action, SharingMatrix.Action, Actions, action == locks ? mine : officers, person, On.None, []);
        }
    }

    private static async Task FlagAsync(RunningPlatform platform, Story story, string it)
    {
        Mark[] marks = [new("Vidmark", "victim-identity", Of.Victim), new("Perpmark", "perpetrator-identity"), new("expiresOn", "flag"), .. Nothing("Ownmark", "Childmark", "Narrmark", "Lockmark")];
        var path = $"/marac/flags/{await ListedAsync(platform, "coordinator", "/marac/flags", Flags, it)}";
        foreach (var (person, _) in Members) await story.ExpectAsync(path, SharingMatrix.Flag, Flags, marks, person, OnOf(person), []);
        foreach (var person in Outside.Append("coordinator")) await story.ExpectAsync(path, SharingMatrix.Flag, Flags, marks, person, On.None, []);
        await story.ExpectAsync(path, SharingMatrix.Flag, Flags, marks, "asc", On.None, []);
    }

    private static async Task ReturnAsync(RunningPlatform platform, string person, string path, string shared, bool health, params string[] readers)
    {
        object[] items =
        [
            new { text = shared, about = "VICTIM", factOrOpinion = "FACT", share = true, health, readers },
            new { text = "Keptmark", about = "VICTIM", factOrOpinion = "FACT", share = false, reasonNotShared = "Keptmark" },
        ];
        Done(await platform.As(person).PutAsync(
            path, new { representative = "Rowan Example", searchedAt = TimeProvider.System.GetUtcNow().AddHours(-1), systemsSearched = new[] { "Keptmark" }, items }, Research));
    }

    private static async Task<string> AssignAsync(Casework casework, string it, string text, string agency, string? team, string person)
    {
        var body = new { ownerAgency = agency, ownerTeam = team, ownerPerson = person, description = text, targets = new[] { "VICTIM" }, dueOn = Day(14) };
        var answer = await casework.Coordinator.CreateAsync($"{it}/actions", body, purpose: Casework.Meeting);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.ToString());
        return answer.Location;
    }

    /// <summary>The id of this case's one record on a list.</summary>
    private static async Task<string> ListedAsync(RunningPlatform platform, string who, string list, string purpose, string it)
    {
        var answer = await platform.As(who).GetAsync($"{list}?limit=50", purpose);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.ToString());
        var rows = answer.Json.GetProperty("items").EnumerateArray().Where(row => row.GetProperty("data").GetProperty("caseId").GetGuid() == Casework.IdOf(it)).ToList();
        Assert.True(rows.Count > 0, $"{who} has nothing of the case in {list}: {answer}");
        return rows[0].GetProperty("id").GetString()!;
    }

    private static string Day(int ahead) => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(ahead).ToString("yyyy-MM-dd", null);

    private static void Done(Answer answer) => Assert.True(answer.Status == HttpStatusCode.NoContent, answer.ToString());

    /// <summary>A text in the case, and the group of the table that it leaves with: none for what never leaves with this record.</summary>
    private sealed record Mark(string Text, string? Group, Of Of = Of.Nobody);

    private sealed class Story(RunningPlatform platform)
    {
        /// <param name="items">Of marks that are items of a list: what the story has made of them for this person.</param>
        public async Task ExpectAsync(string path, MatrixTable table, string purpose, Mark[] marks, string person, On on, Dictionary<string, ItemTraits> items)
        {
            var answer = await platform.As(person, person == "pes" ? "pes" : null).RawAsync("GET", path, purpose: purpose);
            var (text, expected) = (Encoding.Latin1.GetString(answer.Bytes), table.Expect(person, on, [.. items.Values]));
            var status = expected is not null ? 200 : table.People.Contains(person) ? 404 : 403;
            Assert.True(answer.Status == status, $"{person} {on} {path}: {answer.WithoutDate}");
            foreach (var mark in marks)
            {
                var leaves = expected is not null && mark.Group is { } group && (items.TryGetValue(mark.Text, out var item)
                    ? expected.Leaves(group, item)
                    : !IsItem(table, group) && expected.Cells[group] is var cell
                      && (cell.Whole || (cell.KnownVictim && mark.Of == Of.Victim) || (cell.KnownChild && mark.Of == Of.Child) || (cell.Tenancy && mark.Of == Of.Tenancy)));
                Assert.True(text.Contains(mark.Text, StringComparison.OrdinalIgnoreCase) == leaves, $"{person} {on} {path}: {mark.Text} is {(leaves ? "missing" : "there")}");
            }
        }

        /// <summary>Items that the story has not made yet are not there.</summary>
        private static bool IsItem(MatrixTable table, string group) => table == SharingMatrix.Case && (group is "shared-research" or "minutes" or "actions");
    }
}
