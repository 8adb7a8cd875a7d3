using System.Text.Json.Nodes;
using Partnership.Contracts;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Input;

/// <summary>The bad input of <c>marac</c> §10, and of §4, as an agency's system sends it to the gateway.</summary>
[Collection(nameof(GovernedPlatform))]
public sealed class BadReferralTests(GovernedPlatform governed)
{
    private static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    /// <summary>Each with the field and the code of its one error.</summary>
    private static readonly Case[] Errors =
    [
        new("twenty-five items answered YES", "riskChecklist.items[24].item", "listed-twice", body =>
        {
            GovernedPlatform.Answers(body, 24);
            body["riskChecklist"]!["items"]!.AsArray().Add(body["riskChecklist"]!["items"]![0]!.DeepClone());
            body["riskChecklist"]!["yesCount"] = 25;
        }),
        new("a twenty-fifth item", "riskChecklist.items[24].item", "unknown-code", body => body["riskChecklist"]!["items"]!.AsArray().Add(
            new JsonObject { ["item"] = "25-anything", ["answer"] = "YES" }), Also: "riskChecklist.yesCount"),
        new("an item left out", "riskChecklist.items", "items-missing", body => body["riskChecklist"]!["items"]!.AsArray().RemoveAt(23)),
        new("a count that differs from the ticks", "riskChecklist.yesCount", "count-differs", body => body["riskChecklist"]!["yesCount"] = 16),
        new("nothing asked and no other reason", "judgementReason", "rationale-required", body => GovernedPlatform.Answers(body, 0, "NOT_ASKED")),
        new("a score of nine without a rationale", "judgementReason", "rationale-required", body => GovernedPlatform.Answers(body, 9)),
        new("a rationale too short to follow", "judgementReason", "reason-too-short", body =>
        {
            body["criteria"] = new JsonArray("PROFESSIONAL_JUDGEMENT");
            body["judgementReason"] = "A feeling.";
        }),
        new("a checklist of tomorrow", "riskChecklist.completedOn", "in-future", body => body["riskChecklist"]!["completedOn"] = Day(2)),
        new("the victim as perpetrator", "perpetrators[0].name", "victim-is-perpetrator", body =>
        {
            body["perpetrators"]![0]!["name"] = body["victim"]!["name"]!.DeepClone();
            body["perpetrators"]![0]!["dateOfBirth"] = body["victim"]!["dateOfBirth"]!.DeepClone();
        }),
        new("a birth in the future", "victim.dateOfBirth", "in-future", body =>
        {
            body["victim"]!["dateOfBirth"] = Day(3);
            body["children"] = new JsonArray();
        }),
        new("a victim of twelve", "victim.dateOfBirth", "victim-under-16", body =>
        {
            body["victim"]!["dateOfBirth"] = Today.AddYears(-12).AddDays(-9).ToString("yyyy-MM-dd", null);
            body["children"] = new JsonArray();
        }),
        new("a victim of about twelve", "victim.estimatedAge", "victim-under-16", body => Estimated(body, 12)),
        new("no perpetrator", "perpetrators", "required", body => body.Remove("perpetrators")),
        new("an empty list of perpetrators", "perpetrators", "required", body => body["perpetrators"] = new JsonArray()),
        new("a safe phone that is the perpetrator's", "victim.phones[0].safeToCall", "safe-phone-is-perpetrators", body =>
            body["perpetrators"]![0]!["phones"] = new JsonArray("+44 " + ((string)body["victim"]!["phones"]![0]!["number"]!)[1..])),
        new("a confidential address that is the perpetrator's", "victim.addresses[0].isConfidential", "confidential-address-is-perpetrators", SameAddress),
        new("a child born before its parent", "children[0].dateOfBirth", "child-born-before-parent", body =>
        {
            body["children"]![0]!["dateOfBirth"] = "1955-06-30";
            body["children"]![0]!["relationToPerpetrator"] = "stepson";
        }),
        new("an expected date long past", "children[0].expectedOn", "in-past", body => body["children"] = new JsonArray(new JsonObject { ["expectedOn"] = Day(-60) })),
        new("a referral dated in the future", "referralAt", "in-future", body => body["referralAt"] = TimeProvider.System.GetUtcNow().AddDays(40).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null)),
        new("an e-mail address for a name", "victim.name", "name-is-email", body => body["victim"]!["name"] = "imogen@home.example"),
        new("a phone number for a name", "perpetrators[0].name", "name-has-digits", body => body["perpetrators"]![0]!["name"] = "07700 900123"),
        new("a name for a phone number", "victim.phones[0].number", "not-a-phone-number", body => body["victim"]!["phones"]![0]!["number"] = "Imogen"),
        new("a name for a postcode", "victim.addresses[0].postcode", "not-a-postcode", body => body["victim"]!["addresses"]![0]!["postcode"] = "Immy"),
        new("'unknown' for a name", "perpetrators[0].name", "name-is-placeholder", body => body["perpetrators"]![0]!["name"] = "Unknown"),
        new("'unknown' for who must not receive", "mustNotReceive[0].name", "name-is-placeholder", body => body["mustNotReceive"]![0]!["name"] = "not known"),
        new("a picture for a name", "victim.name", "name-has-symbols", body => body["victim"]!["name"] = "Imogen \ud83d\ude31"),
        new("a narrative without end", "narrative.history", "too-long", body => body["narrative"]!["history"] = new string('a', 20_001)),
        new("personal webmail", "referrer.email", "personal-webmail", body => body["referrer"]!["email"] = "rowan.example@gmail.com"),
        new("an e-mail of another agency", "referrer.email", "not-secure-domain", body => body["referrer"]!["email"] = "rowan@cambsfire.gov.uk"),
        new("an age in words", "victim.estimatedAge", "not-a-number", body => Estimated(body, "30s")),
        new("a birthday with a time", "victim.dateOfBirth", "date-with-time", body => body["victim"]!["dateOfBirth"] = "1990-04-17T23:00:00+01:00"),
        new("a birthday of another form", "victim.dateOfBirth", "not-a-date", body => body["victim"]!["dateOfBirth"] = "17/04/1990"),
        new("a referral without a time zone", "referralAt", "no-time-zone", body => body["referralAt"] = "2026-01-05T09:30:00"),
        new("a misspelt field", "victim", "unknown-field", body => body["victim"]!["adress"] = "7 Nowhere Gardens"),
        new("no consent and no reason", "consentReason", "required", body =>
        {
            body["consentToReferral"] = "NO";
            body["consentDecisionMaker"] = "Rowan Example";
        }),
        new("another's agency", "referrer.agency", "not-your-agency", body => body["referrer"]!["agency"] = "CFRS"),
        new("a form received, entered by the referrer", "receivedBy", "coordinator-only", body => body["receivedBy"] = "EMAIL"),
    ];

    /// <summary>Each with the field and the code of its one warning.</summary>
    private static readonly Case[] Warnings =
    [
        new("nothing asked, with another reason", "riskChecklist.items", "nothing-asked", body => Judged(body, 0, "NOT_ASKED")),
        new("a score of nine with its rationale", "criteria", "score-under-threshold", body =>
        {
            Judged(body, 9, "DONT_KNOW");
            body["criteria"] = new JsonArray("VISIBLE_HIGH_RISK", "PROFESSIONAL_JUDGEMENT");
        }),
        new("father and son of one name", "perpetrators[0].name", "same-name-as-victim", body =>
        {
            body["perpetrators"]![0]!["name"] = body["victim"]!["name"]!.DeepClone();
            body["afraidOf"] = new JsonArray();
        }),
        new("an unsafe phone that is the perpetrator's", "victim.phones[1].number", "phone-same-as-perpetrator", body =>
            body["perpetrators"]![0]!["phones"] = new JsonArray((string)body["victim"]!["phones"]![1]!["number"]!)),
        new("one address though they live apart", "victim.addresses[0].lines", "address-same-as-perpetrator", body =>
        {
            SameAddress(body);
            body["victim"]!["addresses"]![0]!["isConfidential"] = false;
        }),
        new("an expected date just past", "children[0].expectedOn", "expected-date-passed", body => body["children"] = new JsonArray(new JsonObject { ["expectedOn"] = Day(-5) })),
        new("a checklist of six weeks ago", "riskChecklist.completedOn", "checklist-old", body => body["riskChecklist"]!["completedOn"] = Day(-42)),
        new("a second victim's details", "narrative.latestIncident", "other-person-in-text", body =>
            body["narrative"]!["latestIncident"] = "He went for her sister too (born 03/05/1988), who lives with her."),
        new("where the victim lives, in the narrative", "narrative.history", "location-in-text", body =>
            body["narrative"]!["history"] = "He has been seen in Nowhere Gardens again."),
        new("fact or opinion not told apart", "narrative.historyIs", "fact-or-opinion", body => body["narrative"]!.AsObject().Remove("historyIs")),
        new("danger now", "immediateDanger", "dial-999", body => body["immediateDanger"] = true),
        new("no wish to see the police", "victimWantsPoliceContact", "police-record-crimes", body => body["victimWantsPoliceContact"] = "NO"),
        new("another area's MARAC", "otherMaracs", "transfer-check", body => body["otherMaracs"] = new JsonArray(new JsonObject { ["area"] = "Nowhereshire" })),
        new("a child of nineteen", "children[0].dateOfBirth", "child-is-adult", body =>
        {
            body["children"]![0]!["dateOfBirth"] = Today.AddYears(-19).AddDays(-9).ToString("yyyy-MM-dd", null);
            body["children"]![0]!["relationToVictim"] = "stepson";
            body["children"]![0]!["relationToPerpetrator"] = "stepson";
        }),
    ];

    public static TheoryData<string> Refused => [.. Errors.Select(one => one.What)];

    public static TheoryData<string> Warned => [.. Warnings.Select(one => one.What)];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task It_is_refused_with_its_field_and_its_sentence_and_nothing_is_stored(string what)
    {
        var bad = Errors.Single(one => one.What == what);
        var before = await governed.StoredAsync();

        var answer = await governed.Platform.As("pvp").CreateAsync("/marac/referrals", GovernedPlatform.Body(bad.Change));

        Assert.True((int)answer.Status == 400, answer.ToString());
        Assert.Equal(RegisteredProblems.InvalidInput, answer.Code);
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"]);
        var errors = answer.At("errors")!.Value;
        Assert.Equal(new[] { bad.Field, bad.Also }.OfType<string>().Order(StringComparer.Ordinal), errors.EnumerateObject().Select(one => one.Name).Order(StringComparer.Ordinal));
        Assert.Equal([$"{bad.Code}: {RegisteredProblems.SentenceOf(bad.Code)}"], errors.GetProperty(bad.Field).EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(before, await governed.StoredAsync());
    }

    [Theory]
    [MemberData(nameof(Warned))]
    public async Task It_is_taken_with_a_warning(string what)
    {
        var odd = Warnings.Single(one => one.What == what);
        var before = await governed.StoredAsync();

        var answer = await governed.Platform.As("pvp").CreateAsync("/marac/referrals", GovernedPlatform.Body(odd.Change));

        Assert.True((int)answer.Status == 201, answer.ToString());
        Assert.Equal([(odd.Code, odd.Field, RegisteredProblems.SentenceOf(odd.Code))], WarningsOf(answer));
        Assert.Equal(before.Streams + 1, (await governed.StoredAsync()).Streams);
    }

    [Fact]
    public async Task Nothing_odd_is_taken_without_a_word()
    {
        var answer = await governed.Platform.As("pvp").CreateAsync("/marac/referrals", GovernedPlatform.Body(body => body["narrative"]!["history"] = new string('a', 20_000)));

        Assert.Equal((201, ""), ((int)answer.Status, answer.Text));
    }

    [Fact]
    public async Task Every_fault_of_a_body_is_named_in_one_answer()
    {
        var answer = await governed.Platform.As("pvp").CreateAsync("/marac/referrals", GovernedPlatform.Body(body =>
        {
            body["victim"]!["name"] = "unknown";
            body["referrer"]!["email"] = "rowan@hotmail.co.uk";
            body["riskChecklist"]!["yesCount"] = 3;
            body.Remove("perpetrators");
        }));

        Assert.Equal(["perpetrators", "referrer.email", "riskChecklist.yesCount", "victim.name"], answer.At("errors")!.Value.EnumerateObject().Select(one => one.Name));
    }

    [Theory]
    [InlineData("{\"victim\":", "malformed-json")]
    [InlineData("{\"victim\":{},\"victim\":{}}", "malformed-json")]
    [InlineData("[]", "not-an-object")]
    [InlineData("\"a referral\"", "not-an-object")]
    public async Task What_is_no_object_is_refused_as_a_whole(string body, string code)
    {
        var before = await governed.StoredAsync();

        var answer = await governed.Platform.As("pvp").CreateAsync("/marac/referrals", body);

        Assert.True((int)answer.Status == 400, answer.ToString());
        Assert.Equal($"{code}: {RegisteredProblems.SentenceOf(code)}", answer.At("errors.body[0]")?.GetString());
        Assert.Equal(before, await governed.StoredAsync());
    }

    [Fact]
    public async Task A_form_received_is_entered_by_the_coordinator_for_the_agency_that_sent_it()
    {
        var body = GovernedPlatform.Body(body => body["receivedBy"] = "EMAIL");

        var referral = await governed.SubmitAsync(body, "coordinator");

        var read = await governed.Platform.As("coordinator").GetAsync(referral, GovernedPlatform.Triage);
        Assert.Equal(("EMAIL", "CON"), (read.At("data.receivedBy")?.GetString(), read.At("data.referringAgency")?.GetString()));
    }

    private static IEnumerable<(string, string, string?)> WarningsOf(Answer answer) =>
        answer.At("warnings")!.Value.EnumerateArray().Select(one =>
            (one.GetProperty("code").GetString()!, one.GetProperty("field").GetString()!, one.GetProperty("detail").GetString()));

    private static string Day(int ahead) => Today.AddDays(ahead).ToString("yyyy-MM-dd", null);

    private static void Estimated(JsonObject body, JsonNode age)
    {
        body["victim"]!.AsObject().Remove("dateOfBirth");
        body["victim"]!["estimatedAge"] = age;
    }

    private static void Judged(JsonObject body, int yes, string rest)
    {
        GovernedPlatform.Answers(body, yes, rest);
        body["criteria"] = new JsonArray("PROFESSIONAL_JUDGEMENT");
        body["judgementReason"] = "She is more frightened than the answers show, and he has begun to follow her.";
    }

    private static void SameAddress(JsonObject body)
    {
        var address = body["victim"]!["addresses"]![0]!;
        body["perpetrators"]![0]!["address"] = $"{(string)address["lines"]![0]!}, Peterborough, {(string)address["postcode"]!}";
    }

    private sealed record Case(string What, string Field, string Code, Action<JsonObject> Change, string? Also = null);
}
