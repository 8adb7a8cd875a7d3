using System.Net;
using System.Text.RegularExpressions;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Entity tags and conditional commands, and what an answer's head may hold.</summary>
public sealed partial class EntityTagTests(SharedPlatform shared)
{
    private static readonly string[] Always = ["Cache-Control", "Content-Length", "Content-Type", "Date", "X-Content-Type-Options"];

    [Fact]
    public async Task A_tag_changes_with_what_its_holder_sees_and_with_nothing_else()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.CaseOfAsync("CKH", "CFRS", "CON?team=PVP");
        var landlord = await TagAsync(platform, "landlord", it);
        Assert.Matches(Opaque(), landlord);
        Assert.Equal(landlord, await TagAsync(platform, "landlord", it));
        string[] others = [await TagAsync(platform, "pvp", it), await TagAsync(platform, "fire", it), await TagAsync(platform, "landlord-2", it), await TagAsync(platform, "coordinator", it)];
        Assert.Equal(5, others.Append(landlord).Distinct().Count());

        // What goes on beside the landlord.
        await casework.PutAsync($"{it}/members/YOS");
        await casework.NeedAsync(it, "CON?team=PVP", "diversity");
        await casework.RelateAsync(it, "CFRS", knownTo: [await casework.IdAtAsync(it, "data.victim.personId")]);
        await casework.DeleteAsync($"{it}/members/YOS");
        Assert.Equal(landlord, await TagAsync(platform, "landlord", it));
        Assert.NotEqual(others[0], await TagAsync(platform, "pvp", it));
        Assert.NotEqual(others[1], await TagAsync(platform, "fire", it));
        Assert.NotEqual(others[3], await TagAsync(platform, "coordinator", it));

        await casework.SummariseAsync(it, "She needs the locks changed.");
        var summarised = await TagAsync(platform, "landlord", it);
        Assert.NotEqual(landlord, summarised);
        await casework.RelateAsync(it, "CKH", tenancy: [await casework.IdAtAsync(it, "data.victim.addresses[0].addressId")]);
        Assert.NotEqual(summarised, await TagAsync(platform, "landlord", it));
    }

    [Fact]
    public async Task A_command_under_a_stale_or_foreign_tag_is_refused_and_under_the_current_one_carried_out()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.CaseAsync();
        var first = await TagAsync(platform, "coordinator", it, Casework.Meeting);
        var foreign = await TagAsync(platform, "coordinator-2", it, Casework.Meeting);

        var written = await SummariseAsync(casework.Coordinator, it, "First.", first);
        Assert.Equal(HttpStatusCode.NoContent, written.Status);
        Assert.Equal(await TagAsync(platform, "coordinator", it, Casework.Meeting), written.ETag);
        foreach (var stale in (string[])[first, foreign, "\"\"", "W/" + written.ETag, written.ETag!.Trim('"'), $"{first}, {foreign}"])
        {
            var refused = await SummariseAsync(casework.Coordinator, it, "Second.", stale);
            Assert.Equal((HttpStatusCode.PreconditionFailed, "changed-since-read"), (refused.Status, refused.Code));
        }

        Assert.Equal("First.", (await casework.Coordinator.GetAsync(it, Casework.Meeting)).At("data.summary")?.GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await SummariseAsync(casework.Coordinator, it, "Second.", written.ETag!)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await SummariseAsync(casework.Coordinator, it, "Third.", "*")).Status);
        Assert.Equal("Third.", (await casework.Coordinator.GetAsync(it, Casework.Meeting)).At("data.summary")?.GetString());
    }

    [Fact]
    public async Task Of_two_coordinators_who_change_what_both_have_read_one_is_told_to_read_again()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        string[] people = ["coordinator", "coordinator-2"];
        var it = await casework.CaseAsync();
        for (var round = 1; round <= 3; round++)
        {
            var tags = new List<string>();
            foreach (var person in people) tags.Add(await TagAsync(platform, person, it, Casework.Meeting));
            var answers = await Task.WhenAll(people.Select((person, i) => SummariseAsync(platform.As(person), it, $"Round {round} by {person}.", tags[i])));
            var winner = Assert.Single(people, person => answers[Array.IndexOf(people, person)].Status == HttpStatusCode.NoContent);
            var loser = Assert.Single(answers, answer => answer.Status != HttpStatusCode.NoContent);
            Assert.Contains(loser.Status, (HttpStatusCode[])[HttpStatusCode.PreconditionFailed, HttpStatusCode.Conflict]);
            Assert.Equal($"Round {round} by {winner}.", (await casework.Coordinator.GetAsync(it, Casework.Meeting)).At("data.summary")?.GetString());
        }
    }

    [Fact]
    public async Task Without_tags_commands_at_once_are_all_carried_out()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.CaseAsync();
        string[] members = ["CKH", "CFRS", "YOS"];
        var answers = await Task.WhenAll(members.Select(member => casework.Coordinator.PutAsync($"{it}/members/{member}", null, Casework.Meeting)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer.Status));
        var listed = (await casework.Coordinator.GetAsync(it, Casework.Meeting)).At("data.sharing.members")!.Value.EnumerateArray();
        Assert.Equal(members.Order(), listed.Select(member => member.GetProperty("agency").GetString()!).Order());
    }

    [Fact]
    public async Task Heads_hold_what_is_listed_here_and_nothing_else()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var landlord = platform.As("landlord");
        var submitted = await platform.As("pvp").CreateAsync("/marac/referrals", Partnership.Tests.Support.Samples.Referral());
        Holds(submitted, [.. Always, "ETag", "Location"]);
        var accepted = await casework.Coordinator.CreateAsync($"{submitted.Location}/accept", new { criterion = "VISIBLE_HIGH_RISK" });
        Holds(accepted, [.. Always.Except(["Content-Type"]), "ETag", "Location"]);
        var it = await casework.ListAsync(accepted.Location);
        Holds(await casework.PutAsync($"{it}/members/CKH"), ["Cache-Control", "Date", "ETag", "X-Content-Type-Options"]);
        Holds(await landlord.GetAsync(it, Casework.Meeting), [.. Always, "ETag", "Sharing-Record"]);
        Holds(await landlord.GetAsync("/marac/cases", Casework.Meeting), [.. Always, "Sharing-Record"]);
        Holds(await landlord.GetAsync("/marac/cases"), Always);
        Holds(await landlord.GetAsync(it, Casework.Triage), Always);
        Holds(await landlord.GetAsync("/no/such/path"), Always);
        Holds(await platform.Anonymous().GetAsync(it), [.. Always, "WWW-Authenticate"]);
        Holds(await casework.Coordinator.PutAsync($"{it}/summary", "{", Casework.Meeting), Always);
        Holds(await casework.Coordinator.PutAsync($"{it}/members/PREM?team=premises-01", null, Casework.Meeting), Always);

        void Holds(Answer answer, string[] names) =>
            Assert.True(names.Order().SequenceEqual(answer.Headers.Keys.Order()), $"{answer.Status}: {string.Join(", ", answer.Headers.Keys.Order())}");
    }

    [Fact]
    public async Task A_body_too_large_is_one_answer_however_it_is_sent()
    {
        var platform = await shared.StartedAsync();
        var headers = new[] { ("Authorization", $"Bearer {platform.Issuer.Token("pvp")}"), ("Content-Type", "application/json") };
        var declared = await Wire.SendAsync(platform.Gateway, "POST", "/marac/referrals", headers.Append(("Content-Length", "50000000")), new byte[1000]);
        Assert.Equal(413, declared.Status);
        var chunk = new byte[1_200_000];
        byte[] body = [.. "124F80\r\n"u8, .. chunk, .. "\r\n0\r\n\r\n"u8];
        var chunked = await Wire.SendAsync(platform.Gateway, "POST", "/marac/referrals", headers.Append(("Transfer-Encoding", "chunked")), body);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(declared.Body), System.Text.Encoding.UTF8.GetString(chunked.Body));
    }

    [Fact]
    public async Task Other_methods_are_405_before_anything_else()
    {
        var platform = await shared.StartedAsync();
        var it = await new Casework(platform).CaseOfAsync("CKH");
        IEnumerable<(string, string)> landlord = [("Authorization", $"Bearer {platform.Issuer.Token("landlord")}"), ("Sharing-Purpose", Casework.Meeting), ("Content-Length", "0")];
        foreach (var (method, path) in ((string, string)[])
                 [("HEAD", it), ("HEAD", "/marac/cases"), ("POST", it), ("PUT", it), ("DELETE", it), ("PATCH", it), ("OPTIONS", it), ("GET", $"{it}/members/CKH"), ("DELETE", "/marac/referrals")])
        {
            Assert.Equal(405, (await Wire.SendAsync(platform.Gateway, method, path, landlord)).Status);
            Assert.Equal(405, (await Wire.SendAsync(platform.Gateway, method, path, [("Content-Length", "0")])).Status);
        }
    }

    [Fact]
    public async Task Conditional_partial_and_compressed_answers_are_not_given()
    {
        var platform = await shared.StartedAsync();
        var it = await new Casework(platform).CaseOfAsync("CKH");
        var landlord = platform.As("landlord");
        var plain = await landlord.GetAsync(it, Casework.Meeting);
        foreach (var (name, value) in ((string, string)[])
                 [("If-None-Match", plain.ETag!), ("If-None-Match", "*"), ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"), ("If-Match", "\"other\""), ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
                     ("Range", "bytes=0-9"), ("If-Range", plain.ETag!), ("Accept-Encoding", "gzip, br, deflate, zstd"), ("Accept", "text/html"), ("Accept-Language", "cy"), ("X-Forwarded-For", "10.0.0.1"), ("X-HTTP-Method-Override", "DELETE"),
                     ("X-Original-URL", "/marac/referrals"), ("Partnership-Internal", "e30.e30"), ("Cookie", "a=b"), ("TE", "trailers")])
        {
            var answer = await landlord.GetAsync(it, Casework.Meeting, (name, value));
            Assert.Equal((HttpStatusCode.OK, plain.Body.Length, "application/json"), (answer.Status, answer.Body.Length, answer.Headers["Content-Type"]));
            Assert.Equal(plain.Headers.Keys.Order(), answer.Headers.Keys.Order());
            Assert.Equal(plain.ETag, answer.ETag);
        }
    }

    private static Task<Answer> SummariseAsync(TestClient client, string it, string text, string tag) =>
        client.PutAsync($"{it}/summary", new { text }, Casework.Meeting, ("If-Match", tag));

    private static async Task<string> TagAsync(RunningPlatform platform, string person, string it, string purpose = Casework.Meeting)
    {
        var answer = await platform.As(person).GetAsync(it, purpose);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.ToString());
        return answer.ETag!;
    }

    [GeneratedRegex("^\"[A-Za-z0-9_-]{22}\"$")]
    private static partial Regex Opaque();
}
