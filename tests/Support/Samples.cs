using System.Text.Json.Nodes;
using Partnership.Contracts.Marac;

namespace Partnership.Tests.Support;

/// <summary>Bodies of requests about nobody real. Telephone numbers are those kept for drama, postcodes do not exist.</summary>
public static class Samples
{
    /// <summary>
    /// <c>POST /marac/referrals</c> with every field filled and nothing to refuse: a referral of CON at visible high risk.
    /// </summary>
    /// <param name="marker">
    /// Put into every text that describes a person, so that a search of logs, files and messages for it finds any of them.
    /// Dates and codes cannot carry one.
    /// </param>
    /// <param name="agency">Code of the referring agency.</param>
    /// <param name="emailDomain">One of that agency's secure domains.</param>
    /// <param name="change">A last change to the body.</param>
    public static JsonObject Referral(
        string? marker = null, string agency = "CON", string emailDomain = "cambs.police.uk", DateTimeOffset? at = null,
        Action<JsonObject>? change = null)
    {
        var now = at ?? TimeProvider.System.GetUtcNow().AddHours(-1);
        string Text(string plain) => marker is null ? plain : $"{plain} {marker}";
        string Day(int daysAgo) => DateOnly.FromDateTime(now.UtcDateTime).AddDays(-daysAgo).ToString("yyyy-MM-dd", null);
        var body = new JsonObject
        {
            ["referrer"] = new JsonObject
            {
                ["name"] = Text("Rowan Example"),
                ["agency"] = agency,
                ["role"] = "Detective Constable",
                ["phone"] = Phone(marker, 1),
                ["email"] = $"rowan.example{marker}@{emailDomain}",
            },
            ["receivedBy"] = "PLATFORM",
            ["referralAt"] = now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", null),
            ["criteria"] = new JsonArray("VISIBLE_HIGH_RISK"),
            ["policeIncidentsInYear"] = 2,
            ["immediateDanger"] = false,
            ["victim"] = new JsonObject
            {
                ["name"] = Text("Imogen Testcase"),
                ["aliases"] = new JsonArray(Text("Immy Testcase")),
                ["dateOfBirth"] = "1990-04-17",
                ["gender"] = "FEMALE",
                ["addresses"] = new JsonArray(new JsonObject
                {
                    ["lines"] = new JsonArray(Text("7 Nowhere Gardens"), "Peterborough"),
                    ["postcode"] = "PE99 9ZZ",
                    ["isConfidential"] = true,
                    ["isCurrent"] = true,
                }),
                ["livesWithPerpetrator"] = "NO",
                ["phones"] = new JsonArray(
                    new JsonObject { ["number"] = Phone(marker, 2), ["safeToCall"] = "YES", ["safeTimes"] = Text("weekdays before noon"), ["voicemailOk"] = false },
                    new JsonObject { ["number"] = Phone(marker, 3), ["safeToCall"] = "NO" }),
                ["safeContactVia"] = Text("her sister, by text first"),
                ["diversity"] = new JsonObject
                {
                    ["ethnicity"] = Text("prefer not to say"),
                    ["disability"] = Text("unknown"),
                    ["lgbtPlus"] = Text("prefer not to say"),
                    ["religion"] = Text("unknown"),
                    ["language"] = Text("Welsh"),
                    ["interpreterNeeded"] = "NO",
                    ["immigrationStatus"] = Text("British"),
                    ["noRecourseToPublicFunds"] = "NO",
                    ["pregnant"] = "UNKNOWN",
                },
            },
            ["perpetrators"] = new JsonArray(new JsonObject
            {
                ["name"] = Text("Victor Sample"),
                ["aliases"] = new JsonArray(Text("Vic Sample")),
                ["dateOfBirth"] = "1987-11-02",
                ["address"] = Text("19 Elsewhere Street, Peterborough, PE98 8ZZ"),
                ["phones"] = new JsonArray(Phone(marker, 4)),
                ["relation"] = Text("former partner"),
                ["occupation"] = Text("delivery driver"),
                ["weapons"] = Text("none known"),
                ["licenceOrderOrBail"] = Text("none"),
            }),
            ["children"] = new JsonArray(new JsonObject
            {
                ["name"] = Text("Robin Testcase"),
                ["dateOfBirth"] = "2019-06-30",
                ["relationToVictim"] = Text("son"),
                ["relationToPerpetrator"] = Text("son"),
                ["socialWorker"] = Text("none"),
                ["school"] = Text("Nonesuch Primary School"),
                ["livesWith"] = Text("the victim"),
            }),
            ["vulnerableAdults"] = new JsonArray(new JsonObject { ["name"] = Text("Edna Testcase"), ["relation"] = Text("grandmother") }),
            ["riskChecklist"] = Checklist(marker, yes: 15, Day(1)),
            ["narrative"] = new JsonObject
            {
                ["latestIncident"] = Text("Followed on the way to work and threatened."),
                ["latestIncidentIs"] = "FACT",
                ["history"] = Text("Two earlier reports this year."),
                ["historyIs"] = "FACT",
                ["victimWishes"] = Text("Wants the locks changed and no visit at home."),
            },
            ["awareOfReferral"] = "YES",
            ["consentToReferral"] = "YES",
            ["afraidOf"] = new JsonArray(Text("Victor Sample")),
            ["safeToTalkTo"] = new JsonArray(Text("Hazel Testcase")),
            ["notSafeToTalkTo"] = new JsonArray(Text("Norman Sample")),
            ["mustNotReceive"] = new JsonArray(
                new JsonObject { ["name"] = Text("Norman Sample"), ["relation"] = Text("brother of the perpetrator"), ["reason"] = Text("works for a partner agency") }),
            ["policeInvolved"] = true,
            ["crimeReference"] = Text("35/00000/26"),
            ["victimWantsPoliceContact"] = "YES",
            ["otherMaracs"] = new JsonArray(new JsonObject { ["area"] = Text("Nowhereshire"), ["date"] = Day(400) }),
        };
        change?.Invoke(body);
        return body;
    }

    /// <summary>The checklist with so many answers YES, in the order of the form, and the rest NO.</summary>
    public static JsonObject Checklist(string? marker, int yes, string completedOn)
    {
        string Text(string plain) => marker is null ? plain : $"{plain} {marker}";
        return new JsonObject
        {
            ["completedOn"] = completedOn,
            ["assessor"] = Text("Rowan Example"),
            ["assessorTrained"] = true,
            ["items"] = new JsonArray([.. ChecklistItems.All.Select((item, index) => (JsonNode)new JsonObject
            {
                ["item"] = item,
                ["answer"] = index < yes ? "YES" : "NO",
                ["comment"] = Text("as she told it"),
            })]),
            ["yesCount"] = yes,
            ["occupation"] = Text("delivery driver"),
            ["weapons"] = Text("none known"),
            ["animals"] = Text("a cat"),
        };
    }

    /// <summary>Every telephone number of a marked referral: they carry no text, so they are searched for themselves.</summary>
    public static IReadOnlyList<string> Phones(string marker) => [.. Enumerable.Range(1, 4).Select(index => Phone(marker, index))];

    // 07700 900000 to 900999 are kept for drama; a marker picks its own so that two searches do not find each other's.
    private static string Phone(string? marker, int index) =>
        $"07700900{(((marker ?? "").Aggregate(17, (sum, letter) => ((sum * 31) + letter) & int.MaxValue) % 249 * 4) + index - 1):000}";
}
