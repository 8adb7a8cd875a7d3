using System.Text.Json.Nodes;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// Nobody can tell from any answer whether there is something they may not see. A platform of its own: what other tests do
/// would show in its lists.
/// </summary>
public sealed class TwoWorldTests(TwoWorldTests.OwnPlatform own) : IClassFixture<TwoWorldTests.OwnPlatform>
{
    private const string Unknown = "0192f0a0-9999-7abc-8def-000000000009";

    /// <summary>What a member asks of its case and around it: reads, lists of several sizes, commands, mistakes.</summary>
    private static Ask[] AsksOf(string person) =>
    [
        Ask.Get(person, "{case}"),
        Ask.Get(person, "/marac/cases"),
        Ask.Get(person, "/marac/cases?limit=1"),
        Ask.Get(person, "/marac/cases?limit=50"),
        Ask.Get(person, "/marac/referrals", Casework.Referral),
        Ask.Get(person, "{case}", Casework.Triage),
        Ask.Get(person, "{case}", null),
        Ask.Get(person, "{case}?fields=all"),
        Ask.Get(person, $"/marac/cases/{Unknown}"),
        new(person, "GET", "{case}", Casework.Meeting, null, ("If-None-Match", "*")),
        new(person, "HEAD", "{case}", Casework.Meeting),
        new(person, "PUT", "{case}/summary", Casework.Triage, new { text = "x" }),
        new(person, "PUT", "{case}/members/CFRS", Casework.Triage),
        new(person, "DELETE", "{case}/members/CFRS", Casework.Meeting),
        new(person, "POST", "{referral}/accept", Casework.Triage, new { criterion = "VISIBLE_HIGH_RISK" }),
        Ask.Get(person, "{referral}", Casework.Referral),
    ];

    [Fact]
    public async Task What_is_arranged_between_the_coordinator_and_other_agencies_changes_nothing_for_a_member()
    {
        var casework = new Casework(own.Platform);
        var referral = await casework.SubmitAsync();
        var it = await casework.ListAsync(await casework.AcceptAsync(referral));
        foreach (var member in (string[])["CKH", "CFRS"]) await casework.PutAsync($"{it}/members/{member}");
        await casework.SummariseAsync(it, "She needs the locks changed.");
        var child = await casework.IdAtAsync(it, "data.children[0].personId");
        var address = await casework.IdAtAsync(it, "data.victim.addresses[0].addressId");
        var records = new Dictionary<string, string> { ["case"] = it, ["referral"] = referral };
        var worlds = new TwoWorlds(own.Platform);
        await worlds.StaySameAsync("another member", AsksOf("landlord"), () => casework.PutAsync($"{it}/members/CON?team=PVP"), records);
        await worlds.StaySameAsync("another member's need", AsksOf("landlord"), () => casework.NeedAsync(it, "CON?team=PVP", "diversity"), records);
        await worlds.StaySameAsync("whom another member knows", AsksOf("landlord"), () => casework.RelateAsync(it, "CFRS", knownTo: [child]), records);
        await worlds.StaySameAsync("a tenancy of the landlord, to the fire service", AsksOf("fire"), () => casework.RelateAsync(it, "CKH", tenancy: [address]), records);
        await worlds.StaySameAsync("a member who goes", AsksOf("landlord"), () => casework.DeleteAsync($"{it}/members/CON?team=PVP"), records);
    }

    [Fact]
    public async Task Hidden_records_change_nothing_in_lists_wherever_they_stand()
    {
        var casework = new Casework(own.Platform);
        var (referral, it) = await ListedAsync(casework, "CKH");
        await ListedAsync(casework, "CKH");
        var records = new Dictionary<string, string> { ["case"] = it, ["referral"] = referral };
        var worlds = new TwoWorlds(own.Platform);
        await worlds.StaySameAsync("a case of others", AsksOf("landlord"), async () => await ListedAsync(casework, "CFRS"), records);
        await worlds.StaySameAsync("a referral of others", AsksOf("landlord"), async () => await casework.SubmitAsync(), records);
        await worlds.StaySameAsync("a case whose conflict register names the reader", AsksOf("landlord"), async () => await ListedAsync(casework, "CKH", Barred("HOBSON, diane")), records);
        await worlds.StaySameAsync("more than a page of them", AsksOf("landlord"), async () =>
        {
            for (var i = 0; i < 52; i++) await ListedAsync(casework, "CKH", Barred("Diane Hobson"));
        }, records);
        await worlds.StaySameAsync("another's emergency", AsksOf("landlord"), async () =>
        {
            var pvp = own.Platform.As("pvp");
            var opened = await pvp.CreateAsync("/sharing/emergencies", new { type = "SAFEGUARDING", reason = new string('r', 40), personAtRisk = "Somebody" });
            Assert.Equal(200, (int)(await pvp.GetAsync(it, "emergency", ("Sharing-Emergency", opened.CreatedId.ToString()))).Status);
        }, records);
    }

    [Fact]
    public async Task A_hidden_record_is_no_record_whatever_is_asked_of_it()
    {
        var casework = new Casework(own.Platform);
        var (hiddenReferral, hidden) = await ListedAsync(casework, "CKH", Barred("Diane Hobson"));
        var (unlistedReferral, unlisted) = await ListedAsync(casework, "CFRS");
        var worlds = new TwoWorlds(own.Platform);
        var none = new Dictionary<string, string> { ["case"] = $"/marac/cases/{Unknown}", ["referral"] = $"/marac/referrals/{Unknown}" };
        foreach (var (what, referral, it) in ((string, string, string)[])[("barred", hiddenReferral, hidden), ("not listed", unlistedReferral, unlisted)])
        {
            await worlds.SameBesideAsync(
                what, AsksOf("landlord"), () => Task.FromResult(none), () => Task.FromResult(new Dictionary<string, string> { ["case"] = it, ["referral"] = referral }));
        }
    }

    [Theory]
    [InlineData("a child", "fire")]
    [InlineData("another child", "landlord")]
    [InlineData("a conflict", "landlord")]
    [InlineData("not safe to talk to", "fire")]
    [InlineData("a need of the victim", "landlord")]
    [InlineData("a phone", "landlord")]
    [InlineData("a narrative", "fire")]
    [InlineData("a safe contact", "landlord")]
    public async Task What_a_referral_tells_of_things_a_member_may_not_see_changes_nothing_for_it(string what, string reader)
    {
        var casework = new Casework(own.Platform);
        async Task<Dictionary<string, string>> WorldAsync(bool more)
        {
            var (referral, it) = await ListedAsync(casework, reader switch { "fire" => "CFRS", "pvp" => "CON?team=PVP", _ => "CKH" }, body => Tell(body, what, more), "health");
            var records = new Dictionary<string, string> { ["case"] = it, ["referral"] = referral };
            return records;
        }

        await new TwoWorlds(own.Platform).SameBesideAsync(what, [.. AsksOf(reader).Where(a => !a.Path.StartsWith("/marac/", StringComparison.Ordinal))], () => WorldAsync(false), () => WorldAsync(true));
    }

    [Fact]
    public async Task A_submission_is_answered_by_its_own_body_whatever_is_stored()
    {
        var body = Samples.Referral(marker: "Twice");
        var worlds = new TwoWorlds(own.Platform);
        var ask = new Ask("pvp", "POST", "/marac/referrals", null, body);
        await worlds.SameBesideAsync(
            "a second referral of the same people", [ask, ask], () => Task.FromResult(new Dictionary<string, string>()), () => Task.FromResult(new Dictionary<string, string>()));
    }

    /// <summary>The same referral with more of something in one world than in the other.</summary>
    private static void Tell(JsonObject body, string what, bool more)
    {
        var victim = body["victim"]!.AsObject();
        switch (what)
        {
            case "a child":
                if (!more) body["children"] = new JsonArray();
                break;
            case "another child":
                if (more) body["children"]!.AsArray().Add(body["children"]![0]!.DeepClone());
                break;
            case "a conflict":
                if (!more) body["mustNotReceive"] = new JsonArray();
                break;
            case "not safe to talk to":
                body["notSafeToTalkTo"] = more ? new JsonArray("Walter Nobody") : new JsonArray();
                break;
            case "a need of the victim":
                if (!more) victim.Remove("diversity");
                break;
            case "a phone":
                if (!more) victim["phones"] = new JsonArray();
                break;
            case "a narrative":
                if (more) body["narrative"]!["history"] = "Twenty earlier reports this year, and more.";
                break;
            case "a safe contact":
                if (!more) victim.Remove("safeContactVia");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what));
        }
    }

    private static Action<JsonObject> Barred(string name) => body => body["perpetrators"]![0]!["aliases"] = new JsonArray(name);

    private static async Task<(string Referral, string Case)> ListedAsync(Casework casework, string member, Action<JsonObject>? change = null, string? by = null)
    {
        var referral = by is null
            ? await casework.SubmitAsync(change)
            : await casework.SubmitAsync(by, Samples.Referral(agency: "ICB", emailDomain: "nhs.net", change: change));
        var it = await casework.ListAsync(await casework.AcceptAsync(referral));
        await casework.PutAsync($"{it}/members/{member}");
        return (referral, it);
    }

    public sealed class OwnPlatform : PlatformFixture
    {
        protected override PlatformOptions Options => new()
        {
            Settings = new Dictionary<(string, string), string?> { [(Services.Gateway, "Ledger:ConfirmWithinSeconds")] = "20" },
        };
    }
}
