using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>
/// Who is barred between two reads is barred from the second, wherever the case shows: nothing of it waits for a message, a
/// publication or a subscription. A platform of its own, whose background work is stopped.
/// </summary>
public sealed class BarredAtOnceTests(BarredAtOnceTests.OwnPlatform own) : IClassFixture<BarredAtOnceTests.OwnPlatform>
{
    private const string Research = "marac-research";
    private const string Action = "marac-action";
    private const string Flag = "marac-flag";

    [Fact]
    public async Task Who_is_barred_is_barred_at_once_from_every_record_and_list_while_nothing_runs_behind()
    {
        var platform = own.Platform;
        var casework = new Casework(platform);
        await StopAsync(platform);

        var referral = await casework.SubmitAsync("landlord", Samples.Referral(agency: "CKH", emailDomain: "crosskeyshomes.example", change: body => body["victim"]!["name"] = "Quirina Underwood"));
        var it = await casework.ListAsync(await casework.AcceptAsync(referral));
        foreach (var member in (string[])["CKH", "CON?team=PVP"]) await casework.PutAsync($"{it}/members/{member}");
        var found = await platform.As("supervisor").PostAsync("/marac/search", new { name = "Quirina Underwood" }, Casework.Meeting);
        Assert.Contains(Casework.IdOf(it).ToString(), found.Text, StringComparison.Ordinal);
        Done(await casework.Coordinator.PostAsync($"{it}/request-research", new { dueOn = Day(3) }, Casework.Meeting));

        var open = new List<Seen> { new("landlord", referral, "/marac/referrals", Casework.Referral), new("landlord", it, "/marac/cases", Casework.Meeting), new("landlord", it, "/marac/cases", Research) };
        await BarAndLetInAsync(it, [.. open, new("landlord", await OnlyAsync("/marac/research-requests", Research), "/marac/research-requests", Research)], Casework.Meeting);

        Done(await platform.As("landlord").PutAsync($"{it}/research/CKH", Returned(), Research));
        await BarAndLetInAsync(it, [.. open, new("landlord", await OnlyAsync("/marac/research-returns", Research), "/marac/research-returns", Research)], Casework.Meeting);

        Done(await platform.As("marac-chair").PostAsync($"{it}/hear", null, Casework.Meeting));
        var action = (await casework.Coordinator.CreateAsync(
            $"{it}/actions", new { ownerAgency = "CKH", ownerPerson = "p-0013", description = "Locks", targets = new[] { "VICTIM" }, dueOn = Day(14) }, purpose: Casework.Meeting)).Location;
        await BarAndLetInAsync(it, [.. open[..2], new("landlord", action, "/marac/actions", Action)], Casework.Meeting);

        Done(await platform.As("landlord").PostAsync($"{action}/outcome", new { status = "DONE", outcome = "Fitted." }, Action));
        Done(await casework.Coordinator.PostAsync($"{it}/issue", null, Casework.Meeting));
        Done(await casework.Coordinator.PostAsync($"{it}/close", new { note = "Done" }, Casework.Meeting));
        await BarAndLetInAsync(it, [open[0], new("landlord", await OnlyAsync("/marac/flags", Flag), "/marac/flags", Flag)], Flag);

        async Task<string> OnlyAsync(string list, string purpose) =>
            $"{list}/{Assert.Single((await platform.As("landlord").GetAsync($"{list}?limit=50", purpose)).Json.GetProperty("items").EnumerateArray()).GetProperty("id").GetString()}";
    }

    /// <summary>A record that this person sees, by itself and in its list.</summary>
    private sealed record Seen(string Person, string Path, string List, string Purpose);

    /// <summary>By a conflict under one's id and under one's name, by another's reader list; each taken back again.</summary>
    private async Task BarAndLetInAsync(string it, IReadOnlyList<Seen> seen, string purpose)
    {
        var coordinator = own.Platform.As("coordinator");
        await ExpectAsync(seen, it, isSeen: true);
        foreach (var conflict in (object[])[new { person = "p-0013", reason = "Trimark" }, new { name = "hobson diane", reason = "Trimark" }])
        {
            Done(await coordinator.PostAsync($"{it}/conflicts", conflict, purpose));
            await ExpectAsync(seen, it, isSeen: false);
            var entry = (await coordinator.GetAsync(it, purpose)).At("data.sharing.conflicts")!.Value.EnumerateArray()
                .Single(c => c.GetProperty("reason").GetString() == "Trimark").GetProperty("conflictId").GetGuid();
            Done(await coordinator.PostAsync($"{it}/conflicts/{entry}/resolve", new { reason = "Another" }, purpose));
            await ExpectAsync(seen, it, isSeen: true);
        }

        foreach (var (people, isSeen) in ((string[], bool)[])[(["p-0001"], false), (["p-0001", "p-0002", "p-0013"], true), (["p-0001", "p-0005"], false)])
        {
            Done(await coordinator.PutAsync($"{it}/readers", new { people, reason = "NR15" }, purpose));
            await ExpectAsync(seen, it, isSeen);
        }

        Done(await coordinator.PutAsync($"{it}/readers", new { reason = "Over" }, purpose));
        await ExpectAsync(seen, it, isSeen: true);

        // A search is the coordination's: the supervisor is barred instead.
        Done(await coordinator.PostAsync($"{it}/conflicts", new { person = "p-0002", reason = "Supermark" }, purpose));
        await ExpectFoundAsync(it, purpose, isFound: false);
        var barred = (await coordinator.GetAsync(it, purpose)).At("data.sharing.conflicts")!.Value.EnumerateArray()
            .Single(c => c.GetProperty("reason").GetString() == "Supermark").GetProperty("conflictId").GetGuid();
        Done(await coordinator.PostAsync($"{it}/conflicts/{barred}/resolve", new { reason = "Another" }, purpose));
        await ExpectFoundAsync(it, purpose, isFound: true);
    }

    private async Task ExpectAsync(IReadOnlyList<Seen> seen, string it, bool isSeen)
    {
        foreach (var one in seen)
        {
            var client = own.Platform.As(one.Person);
            var read = await client.GetAsync(one.Path, one.Purpose);
            Assert.True(read.Status == (isSeen ? HttpStatusCode.OK : HttpStatusCode.NotFound), $"{isSeen}: {one} {read}");
            var list = await client.GetAsync($"{one.List}?limit=50", one.Purpose);
            Assert.True(list.Text.Contains(Casework.IdOf(one.Path).ToString(), StringComparison.Ordinal) == isSeen, $"{isSeen}: {one} {list}");
        }

        // A command is hidden with its record.
        if (!isSeen) Assert.Equal(HttpStatusCode.NotFound, (await own.Platform.As("landlord").PutAsync($"{it}/research/CKH", Returned(), Research)).Status);
    }

    private async Task ExpectFoundAsync(string it, string purpose, bool isFound)
    {
        var found = await own.Platform.As("supervisor").PostAsync("/marac/search", new { name = "Quirina Underwood" }, purpose);
        Assert.True(found.Status == HttpStatusCode.OK && found.Text.Contains(Casework.IdOf(it).ToString(), StringComparison.Ordinal) == isFound, found.ToString());
    }

    /// <summary>
    /// All background work of both services and their consumers; not the people register's, without which the gateway soon
    /// answers nobody.
    /// </summary>
    private static async Task StopAsync(RunningPlatform platform)
    {
        var stopped = new List<string>();
        foreach (var work in ((string[])[Services.Marac, Services.InformationSharing]).SelectMany(s => platform.Provider(s).GetServices<IHostedService>()))
        {
            var (space, name) = (work.GetType().Namespace ?? "", work.GetType().Name);
            if (!(work is BackgroundService && space.StartsWith("Partnership", StringComparison.Ordinal) && name != "Registry") && !space.StartsWith("MassTransit", StringComparison.Ordinal))
                continue;
            await work.StopAsync(TestContext.Current.CancellationToken);
            stopped.Add(name);
        }

        foreach (var name in (string[])["EventPublisher", "ViewSubscriptions", "CheckStoredRecords", "LedgerConsumer", "MassTransitHostedService"]) Assert.Contains(name, stopped);
    }

    private static object Returned() => new
    {
        representative = "Rowan Example",
        searchedAt = TimeProvider.System.GetUtcNow().AddHours(-1),
        systemsSearched = new[] { "Register" },
        items = new[] { new { text = "Pays late", about = "VICTIM", factOrOpinion = "FACT", share = true, health = false, readers = new[] { "CKH" } } },
    };

    private static string Day(int ahead) => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(ahead).ToString("yyyy-MM-dd", null);

    private static void Done(Answer answer) => Assert.True(answer.Status == HttpStatusCode.NoContent, answer.ToString());

    public sealed class OwnPlatform : PlatformFixture
    {
        protected override PlatformOptions Options => new()
        {
            Settings = new Dictionary<(string, string), string?> { [(Services.Gateway, "Ledger:ConfirmWithinSeconds")] = "20" },
        };
    }
}
