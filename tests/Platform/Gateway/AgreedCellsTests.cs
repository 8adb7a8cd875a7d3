using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// The cells of matrix 4a for those the agreement serves, condition by condition, on one case in which every group bears a
/// mark of its own. The table is this test's, read from the domain and not from the agreement.
/// </summary>
public sealed class AgreedCellsTests(SharedPlatform shared)
{
    /// <summary>What stands in the case, by the mark it bears.</summary>
    private static readonly string[] Marks =
    [
        "Vidmark", "Divmark", "Ownmark", "Othermark", "07700900911", "07700900912", "Schoolmark", "Livmark", "Safmark", "Perpmark", "Childmark", "Adultmark",
        "Riskmark", "Narrmark", "Refmark", "Promark", "Trimark", "Summark",
    ];

    private static readonly string[] Identity = ["Vidmark"];
    private static readonly string[] Diversity = ["Divmark"];
    private static readonly string[] OwnTenancy = ["Ownmark"];
    private static readonly string[] Location = ["Ownmark", "Othermark", "07700900911", "07700900912"];
    private static readonly string[] School = ["Schoolmark", "Livmark"];
    private static readonly string[] SafeContact = ["Safmark", "07700900911"];
    private static readonly string[] Perpetrators = ["Perpmark"];
    private static readonly string[] Children = ["Childmark", "Adultmark"];
    private static readonly string[] Checklist = ["Riskmark"];
    private static readonly string[] Narrative = ["Narrmark", "Refmark"];
    private static readonly string[] Protection = ["Promark"];
    private static readonly string[] Summary = ["Summark"];
    private static readonly string[] SetByCoordinator = ["Trimark"];

    private static readonly string[] Whole =
        [.. Identity, .. Diversity, .. Location, .. School, .. SafeContact, .. Perpetrators, .. Children, .. Checklist, .. Narrative, .. Protection];

    private static readonly string[] PoliceSee = [.. Identity, .. Location, .. School, .. SafeContact, .. Perpetrators, .. Children, .. Checklist, .. Narrative, .. Protection];
    private static readonly string[] LandlordSees = [.. Identity, .. Perpetrators];
    private static readonly string[] Office = ["coordinator", "supervisor", "marac-chair", "independent-chair"];
    private static readonly string[] Agencies = ["pvp", "landlord", "fire"];

    [Fact]
    public async Task Each_reader_gets_the_cells_of_the_matrix_as_conditions_come_and_go()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.CaseAsync(Marked);
        var world = new World(platform, it);

        await world.ExpectAsync("accepted, and nobody listed", Office, Whole);
        await world.ExpectNothingAsync("not listed", Agencies);

        await casework.PutAsync($"{it}/members/CON?team=NPT");
        await world.ExpectNothingAsync("another team of the agency listed", ["pvp"]);

        foreach (var member in (string[])["CON?team=PVP", "CKH", "CFRS"]) await casework.PutAsync($"{it}/members/{member}");
        await world.ExpectAsync("listed", ["pvp"], PoliceSee);
        await world.ExpectAsync("listed", ["landlord"], LandlordSees);
        await world.ExpectAsync("listed", ["fire"], []);

        await casework.SummariseAsync(it, "Summark: she needs the locks changed.");
        await world.ExpectAsync("summary written", ["pvp"], [.. PoliceSee, .. Summary]);
        await world.ExpectAsync("summary written", ["landlord"], [.. LandlordSees, .. Summary]);
        await world.ExpectAsync("summary written", ["fire"], Summary);
        await world.ExpectAsync("summary written", ["coordinator"], [.. Whole, .. Summary]);

        var victim = await casework.IdAtAsync(it, "data.victim.personId");
        var child = await casework.IdAtAsync(it, "data.children[0].personId");
        var address = await casework.IdAtAsync(it, "data.victim.addresses[0].addressId");
        await casework.RelateAsync(it, "CKH", tenancy: [address], knownTo: [child]);
        await world.ExpectAsync("its tenancy, one address", ["landlord"], [.. LandlordSees, .. Summary, .. OwnTenancy]);
        await world.ExpectAsync("the landlord's tenancy", ["fire"], Summary);

        await casework.RelateAsync(it, "CFRS", tenancy: [address], knownTo: [victim]);
        await world.ExpectAsync("the victim known to it", ["fire"], [.. Summary, .. Identity, .. Perpetrators]);
        await casework.RelateAsync(it, "CFRS", knownTo: [child]);
        await world.ExpectAsync("the child known to it", ["fire"], [.. Summary, "Childmark", .. Perpetrators]);
        await casework.DeleteAsync($"{it}/relations/CFRS");
        await world.ExpectAsync("nobody known to it any more", ["fire"], Summary);

        await casework.NeedAsync(it, "CON?team=PVP", "diversity");
        await world.ExpectAsync("a need for diversity", ["pvp"], [.. PoliceSee, .. Summary, .. Diversity]);
        await casework.NeedAsync(it, "CFRS", "victim-location", "risk-checklist", "narrative", "diversity", "safe-contact");
        await world.ExpectAsync("a need that no rule of it rests on", ["fire"], Summary);
        await world.ExpectAsync("needs and relations recorded", ["coordinator"], [.. Whole, .. Summary, .. SetByCoordinator]);
        await casework.DeleteAsync($"{it}/needs/CON?team=PVP");
        await world.ExpectAsync("the need ended", ["pvp"], [.. PoliceSee, .. Summary]);

        await casework.SummariseAsync(it, null);
        await world.ExpectAsync("summary emptied", ["fire"], []);
        await world.ExpectAsync("summary emptied", ["landlord"], [.. LandlordSees, .. OwnTenancy]);

        await casework.DeleteAsync($"{it}/members/CKH");
        await world.ExpectNothingAsync("taken off the case", ["landlord"]);
        await casework.PutAsync($"{it}/members/CKH");
        await world.ExpectAsync("listed again, its relation gone with the listing", ["landlord"], LandlordSees);

        await world.ExpectNothingAsync("a mark of somebody else's record", Agencies, "marac-triage", HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_landlord_is_told_whether_there_are_children_and_no_more()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var with = await casework.CaseOfAsync("CKH");
        var without = await casework.CaseAsync(body => body["children"] = new JsonArray());
        await casework.PutAsync($"{without}/members/CKH");
        var unborn = await casework.CaseAsync(body => body["children"] = new JsonArray(new JsonObject
        {
            ["expectedOn"] = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(90).ToString("O", null),
        }));
        await casework.PutAsync($"{unborn}/members/CKH");
        foreach (var (it, expected) in ((string, string)[])
                 [(with, """{"masked":"flag","value":true}"""), (without, """{"masked":"flag","value":false}"""), (unborn, """{"masked":"flag","value":true}""")])
        {
            var answer = await platform.As("landlord").GetAsync(it, Casework.Meeting);
            Assert.Equal(expected, answer.At("data.children")?.GetRawText());
            Assert.Null(answer.At("data.vulnerableAdults"));
        }
    }

    [Fact]
    public async Task The_referrer_reads_back_what_they_wrote_until_it_is_decided()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var body = Samples.Referral(agency: "CFRS", emailDomain: "cambsfire.gov.uk");
        Marked(body);
        var referral = await casework.SubmitAsync("fire", body);
        string[] own = [.. Whole.Except(Protection)];
        var world = new World(platform, referral, Casework.Referral);
        await world.ExpectAsync("submitted", ["fire"], own);
        await world.ExpectNothingAsync("somebody else's", ["landlord", "pvp", "prison", "patrol"]);
        foreach (var member in Office)
            await new World(platform, referral, Casework.Triage).ExpectAsync("submitted", [member], Whole);
        await new World(platform, referral, Casework.Triage).ExpectNothingAsync("not for this role", ["fire", "landlord", "pvp"], status: HttpStatusCode.Forbidden);

        await casework.AcceptAsync(referral);
        await world.ExpectAsync("accepted", ["fire"], []);
        Assert.Equal("ACCEPTED", (await platform.As("fire").GetAsync(referral, Casework.Referral)).At("data.status")?.GetString());
        await new World(platform, referral, Casework.Triage).ExpectAsync("accepted", ["coordinator"], Whole);
    }

    [Fact]
    public async Task Nobody_gets_a_case_on_the_purpose_of_a_referral_or_a_referral_on_that_of_a_meeting()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.CaseOfAsync("CON?team=PVP", "CKH", "CFRS");
        var referral = await casework.SubmitAsync();
        foreach (var person in Agencies.Concat(Office))
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await platform.As(person).GetAsync(it, Casework.Referral)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await platform.As(person).GetAsync(referral, Casework.Meeting)).Status);
        }
    }

    /// <summary>Gives every group of a referral a mark of its own.</summary>
    internal static void Marked(JsonObject body)
    {
        body["referrer"]!["name"] = "Rowan Refmark";
        var victim = body["victim"]!;
        victim["name"] = "Imogen Vidmark";
        victim["aliases"] = new JsonArray("Immy Vidmark");
        victim["addresses"] = new JsonArray(Address("7 Ownmark Gardens", "PE99 9ZZ"), Address("8 Othermark Gardens", "PE97 7ZZ"));
        victim["phones"] = new JsonArray(
            new JsonObject { ["number"] = "07700900911", ["safeToCall"] = "YES" }, new JsonObject { ["number"] = "07700900912", ["safeToCall"] = "NO" });
        victim["safeContactVia"] = "Safmark, by text first";
        victim["diversity"] = new JsonObject { ["ethnicity"] = "Divmark", ["language"] = "Divmark" };
        var perpetrator = body["perpetrators"]![0]!;
        foreach (var field in (string[])["name", "relation", "occupation", "weapons", "licenceOrderOrBail"]) perpetrator[field] = $"Perpmark {field}";
        perpetrator["aliases"] = new JsonArray("Vic Perpmark");
        perpetrator["address"] = "19 Perpmark Street, Peterborough";
        perpetrator["phones"] = new JsonArray();
        body["children"] = new JsonArray(new JsonObject
        {
            ["name"] = "Robin Childmark",
            ["dateOfBirth"] = "2019-06-30",
            ["socialWorker"] = "Childmark",
            ["school"] = "Schoolmark Primary School",
            ["livesWith"] = "Livmark",
        });
        body["vulnerableAdults"] = new JsonArray(new JsonObject { ["name"] = "Edna Adultmark", ["relation"] = "Adultmark" });
        foreach (var item in body["riskChecklist"]!["items"]!.AsArray()) item!["comment"] = "Riskmark";
        foreach (var field in (string[])["occupation", "weapons", "animals", "assessor"]) body["riskChecklist"]![field] = "Riskmark";
        foreach (var field in (string[])["latestIncident", "history", "victimWishes"]) body["narrative"]![field] = "Narrmark";
        body["afraidOf"] = new JsonArray("Anton Promark");
        body["safeToTalkTo"] = new JsonArray("Hazel Promark");
        body["notSafeToTalkTo"] = new JsonArray("Norman Promark");
        body["mustNotReceive"] = new JsonArray(new JsonObject { ["name"] = "Norbert Promark", ["relation"] = "Promark", ["reason"] = "Promark" });
        body["crimeReference"] = "Narrmark";
        body["otherMaracs"] = new JsonArray(new JsonObject { ["area"] = "Narrmark" });
    }

    private static JsonObject Address(string line, string postcode) => new()
    {
        ["lines"] = new JsonArray(line, "Peterborough"),
        ["postcode"] = postcode,
        ["isConfidential"] = true,
        ["isCurrent"] = true,
    };

    /// <summary>One record as its readers see it: by id and in their lists.</summary>
    private sealed class World(RunningPlatform platform, string record, string purpose = Casework.Meeting)
    {
        private readonly string list = record[..record.LastIndexOf('/')];

        public async Task ExpectAsync(string when, string[] people, string[] expected)
        {
            foreach (var person in people)
            {
                var answer = await platform.As(person).GetAsync(record, purpose);
                Assert.True(answer.Status == HttpStatusCode.OK, $"{person}, {when}: {answer}");
                Assert.NotNull(answer.At("data.status"));
                foreach (var mark in Marks)
                {
                    var there = answer.Text.Contains(mark, StringComparison.OrdinalIgnoreCase);
                    Assert.True(there == expected.Contains(mark), $"{person}, {when}: {mark} is {(there ? "" : "not ")}in the answer");
                }

                var row = await RowAsync(person);
                Assert.True(row is not null, $"{person}, {when}: the record is not in their list");
                foreach (var part in (string[])["type", "id", "data", "withheld", "obligations"])
                    Assert.Equal(answer.Json.GetProperty(part).GetRawText(), row.Value.GetProperty(part).GetRawText());
                Assert.Equal(5, row.Value.EnumerateObject().Count());
            }
        }

        public async Task ExpectNothingAsync(string when, string[] people, string? forPurpose = null, HttpStatusCode status = HttpStatusCode.NotFound)
        {
            foreach (var person in people)
            {
                var answer = await platform.As(person).GetAsync(record, forPurpose ?? purpose);
                Assert.True(answer.Status == status, $"{person}, {when}: {answer}");
                Assert.DoesNotContain(Marks, mark => answer.Text.Contains(mark, StringComparison.OrdinalIgnoreCase));
                if (status == HttpStatusCode.NotFound) Assert.Null(await RowAsync(person));
            }
        }

        private async Task<JsonElement?> RowAsync(string person)
        {
            string? next = null;
            do
            {
                var page = await platform.As(person).GetAsync($"{list}?limit=50{(next is null ? "" : $"&after={next}")}", purpose);
                Assert.True(page.Status == HttpStatusCode.OK, page.ToString());
                var row = page.Json.GetProperty("items").EnumerateArray().FirstOrDefault(item => record.EndsWith(item.GetProperty("id").GetString()!, StringComparison.Ordinal));
                if (row.ValueKind == JsonValueKind.Object) return row;
                next = page.Json.GetProperty("next").GetString();
            }
            while (next is not null);
            return null;
        }
    }
}
