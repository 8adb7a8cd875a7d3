using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.ServiceDefaults;
using Xunit;

namespace Partnership.Tests.Platform.Marac;

/// <summary><c>marac rebuild</c> of what a case brings with it: requests, returns, minutes, actions, flags and meetings.</summary>
public sealed class MeetingRebuildTests(MaracFixture marac) : IClassFixture<MaracFixture>
{
    private static readonly string[] Views = ["case", "research-request", "research-return", "minutes", "action", "flag", "meeting"];

    private readonly MeetingStory story = new(marac);

    [Fact]
    public async Task Records_of_a_meeting_made_anew_are_the_same_to_the_byte()
    {
        await ClosedCaseAsync();
        var keys = marac.Services.GetRequiredService<IKeyStore>();
        var landlord = MeetingStory.Of("CKH");
        var withoutReturn = await story.InResearchAsync(landlord, MeetingStory.Of("CFRS"));
        MeetingStory.Done(await story.ReturnAsync(withoutReturn, landlord, MeetingStory.Found("Gone.")));
        await keys.DestroyAsync(new SealScope(MeetingStory.IdOf(withoutReturn), "research", "CKH"), CancellationToken.None);
        var erased = await ClosedCaseAsync();
        await keys.DestroyAsync(new SealScope(MeetingStory.IdOf(erased), "case", "MARAC"), CancellationToken.None);
        // No stream has it.
        await marac.ExecuteAsync(
            """
            insert into partnership.views (view, id, version, body, key_id, reach, sort_key)
            select view, gen_random_uuid(), 1, body, key_id, reach, sort_key from partnership.views where view = 'research-request' and version = 1 limit 1
            """);
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.True(await Rebuild.RunAsync(marac.Host, ["rebuild", "research-request"], output, error) == 0, error.ToString());
        Assert.Contains(" 1 without a stream removed", output.ToString(), StringComparison.Ordinal);

        var before = await AllAsync();
        Assert.Equal(
            [("case", 3, 1), ("research-request", 8, 3), ("research-return", 7, 1), ("minutes", 2, 1), ("action", 4, 2), ("flag", 2, 1), ("meeting", 3, 0)],
            before.Select(view => (view.View, view.Rows.Count, view.Rows.Count(row => row.EndsWith(" erased", StringComparison.Ordinal)))));
        foreach (var emptied in (bool[])[false, true])
        {
            if (emptied)
                await marac.ExecuteAsync("truncate partnership.views, partnership.search_terms");
            Assert.Equal(0, await Rebuild.RunAsync(marac.Host, ["rebuild"], TextWriter.Null, error));
            Assert.Equal("", error.ToString());
            foreach (var ((_, was), (view, rows)) in before.Zip(await AllAsync()))
                Assert.True(was.SequenceEqual(rows), $"{view}, emptied: {emptied}\n{string.Join('\n', was)}\n\n{string.Join('\n', rows)}");
        }
    }

    /// <summary>A case from its research to its flag, and a conflict declared after that.</summary>
    private async Task<string> ClosedCaseAsync()
    {
        var (landlord, fire, health) = (MeetingStory.Of("CKH"), MeetingStory.Of("CFRS"), MeetingStory.Of("ICB", "MH"));
        var it = await story.InResearchAsync(landlord, fire, health);
        MeetingStory.Done(await story.ReturnAsync(it, landlord, MeetingStory.Found("First.", kept: "Arrears.")));
        MeetingStory.Done(await story.ReturnAsync(it, landlord, MeetingStory.Found("Second, in its place.")));
        MeetingStory.Done(await story.ReturnAsync(it, fire, MeetingStory.Nil()));
        MeetingStory.Done(await story.ReturnAsync(it, health, MeetingStory.Found("Seen at the clinic.", health: true)));
        var returned = Assert.Single(
            await story.ListAsync("/marac/research-returns", ReachCodes.AuthorAgency("ICB", "MH")), r => it.EndsWith((string)r["data"]!["caseId"]!, StringComparison.Ordinal));
        var mark = $"/marac/research/{returned["id"]}/items/{returned["data"]!["shared"]![0]!["itemId"]}/caldicott";
        MeetingStory.Done(await story.ChangeAsync(
            HttpMethod.Put, mark, health with { Role = "caldicott-guardian" }, new JsonObject { ["release"] = true, ["reason"] = "Risk" }, on: $"/marac/research-returns/{returned["id"]}"));
        await ChangeAsync(it, $"{it}/hear", MeetingStory.Chair, new JsonObject());
        foreach (var lines in (JsonObject[])[MeetingStory.Lines("She was heard.", "He was not."), MeetingStory.Lines("One more.")])
            MeetingStory.Done(await story.ChangeAsync(HttpMethod.Post, $"{it}/minutes", MeetingStory.Coordinator, lines, on: it));
        foreach (var text in (string[])["Change the locks.", "Call her."])
        {
            var action = (await story.ChangeAsync(HttpMethod.Post, $"{it}/actions", MeetingStory.Coordinator, MeetingStory.Task(text), on: it)).Location!;
            await ChangeAsync(action, $"{action}/confirm-need", MeetingStory.Coordinator, new JsonObject { ["groups"] = new JsonArray("victim-location"), ["reason"] = "To fit them" });
            await ChangeAsync(action, $"{action}/outcome", landlord, new JsonObject { ["status"] = "DONE", ["outcome"] = "Done." });
        }

        await ChangeAsync(it, $"{it}/issue", MeetingStory.Chair, new JsonObject());
        await ChangeAsync(it, $"{it}/close", MeetingStory.Coordinator, new JsonObject());
        var declared = await story.ChangeAsync(
            HttpMethod.Post, $"{it}/conflicts", MeetingStory.Coordinator, new JsonObject { ["name"] = "Dorothea Barred", ["reason"] = "His sister" }, on: it);
        Assert.True(declared.Status is 201 or 204, declared.Text);
        return it;
    }

    private async Task ChangeAsync(string on, string path, Caller by, JsonNode body) =>
        MeetingStory.Done(await story.ChangeAsync(HttpMethod.Post, path, by, body, on));

    private async Task<List<(string View, List<string> Rows)>> AllAsync()
    {
        var all = new List<(string, List<string>)>();
        foreach (var view in Views)
            all.Add((view, await marac.RowsAsync(view)));
        return all;
    }
}
