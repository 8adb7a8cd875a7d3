using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Input;

/// <summary>
/// What stored data says about a referral is for the coordinator. To its submitter the answer is, byte for byte, that to a
/// referral of people nobody knows.
/// </summary>
[Collection(nameof(GovernedPlatform))]
public sealed partial class StoredDataTests(GovernedPlatform governed)
{
    [Fact]
    public async Task A_repeat_that_is_none()
    {
        var (answer, notes) = await SubmitAsync(GovernedPlatform.Body(Repeat));

        Assert.Equal(["repeat-not-found"], notes);
        Assert.Equal(await OfStrangersAsync(), answer);
    }

    [Fact]
    public async Task A_repeat_within_the_window_is_claimed_rightly()
    {
        var earlier = GovernedPlatform.Body(body => Old(body, months: 5));
        await governed.CaseAsync(earlier);

        var (answer, notes) = await SubmitAsync(Again(earlier, Repeat));

        Assert.Empty(notes);
        Assert.Equal(await OfStrangersAsync(), answer);
    }

    [Fact]
    public async Task A_repeat_after_more_than_a_year()
    {
        var earlier = GovernedPlatform.Body(body => Old(body, months: 14));
        await governed.CaseAsync(earlier);

        var (answer, notes) = await SubmitAsync(Again(earlier, Repeat));

        Assert.Equal(["repeat-out-of-window"], notes);
        Assert.Equal(await OfStrangersAsync(), answer);
    }

    [Fact]
    public async Task A_repeat_that_nobody_claims()
    {
        var earlier = GovernedPlatform.Body(body => Old(body, months: 5));
        await governed.CaseAsync(earlier);

        var (answer, notes) = await SubmitAsync(Again(earlier));

        Assert.Equal(["possible-repeat"], notes);
        Assert.Equal(await OfStrangersAsync(), answer);
    }

    [Fact]
    public async Task A_referral_by_two_agencies_on_one_day_keeps_both_and_tells_the_coordinator()
    {
        var first = GovernedPlatform.Body();
        var (police, ofPolice) = await SubmitAsync(first);
        var second = GovernedPlatform.Body(agency: "CKH");
        foreach (var people in new[] { "victim", "perpetrators" }) second[people] = first[people]!.DeepClone();

        var (landlord, notes) = await SubmitAsync(second, "landlord");

        Assert.Empty(ofPolice);
        Assert.Equal(["possible-duplicate"], notes);
        Assert.Equal(police, landlord);
        var stranger = await SubmitAsync(GovernedPlatform.Body(agency: "CKH"), "landlord");
        Assert.Equal(stranger.Answer, landlord);
    }

    [Fact]
    public async Task A_counter_allegation()
    {
        var first = GovernedPlatform.Body();
        await governed.CaseAsync(first);
        var counter = GovernedPlatform.Body(body =>
        {
            Take(body["victim"]!, first["perpetrators"]![0]!);
            Take(body["perpetrators"]![0]!, first["victim"]!);
            body["children"] = new JsonArray();
            body["afraidOf"] = new JsonArray();
        });

        var (answer, notes) = await SubmitAsync(counter);

        Assert.Equal(["counter-allegation"], notes);
        Assert.Equal(await OfStrangersAsync(), answer);

        static void Take(JsonNode into, JsonNode from)
        {
            foreach (var field in new[] { "name", "dateOfBirth" }) into[field] = from[field]!.DeepClone();
        }
    }

    [Fact]
    public async Task The_notes_are_shown_to_whoever_triages_and_not_to_the_referrer()
    {
        var body = GovernedPlatform.Body(Repeat);
        var referral = await governed.SubmitAsync(body);
        await governed.NotesAsync(referral);

        var own = await governed.Platform.As("pvp").GetAsync(referral, GovernedPlatform.Referring);

        Assert.True((int)own.Status == 200, own.ToString());
        Assert.Null(own.At("data.triageNotes"));
        Assert.Null(own.At("data.recordsCheckedAt"));
        Assert.DoesNotContain("repeat-not-found", own.Text, StringComparison.Ordinal);
    }

    private async Task<(string Answer, IReadOnlyList<string> Notes)> SubmitAsync(JsonObject body, string who = "pvp")
    {
        var answer = await governed.Platform.As(who).RawAsync("POST", "/marac/referrals", body);
        Assert.Equal(201, answer.Status);
        return (WithoutId(answer), await governed.NotesAsync(Location().Match(answer.Head).Groups[1].Value));
    }

    private async Task<string> OfStrangersAsync() => (await SubmitAsync(GovernedPlatform.Body())).Answer;

    /// <summary>The bytes of the answer, save what names the new record and the second.</summary>
    private static string WithoutId(RawAnswer answer) => Tag().Replace(Location().Replace(answer.WithoutDate, "Location: -"), "ETag: -");

    private static void Repeat(JsonObject body) => body["criteria"] = new JsonArray("VISIBLE_HIGH_RISK", "REPEAT");

    private static void Old(JsonObject body, int months) =>
        body["referralAt"] = TimeProvider.System.GetUtcNow().AddMonths(-months).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);

    /// <summary>The same people, today.</summary>
    private static JsonObject Again(JsonObject earlier, Action<JsonObject>? change = null)
    {
        var body = (JsonObject)earlier.DeepClone();
        body["referralAt"] = TimeProvider.System.GetUtcNow().AddHours(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
        change?.Invoke(body);
        return body;
    }

    [GeneratedRegex("Location: (/marac/referrals/[0-9a-f-]{36})", RegexOptions.IgnoreCase)]
    private static partial Regex Location();

    [GeneratedRegex("ETag: \"[^\"]+\"", RegexOptions.IgnoreCase)]
    private static partial Regex Tag();
}
