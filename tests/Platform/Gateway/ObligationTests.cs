using System.Globalization;
using System.Text.Json.Nodes;
using Partnership.Ledger;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>What stands beside the data of an answer.</summary>
public sealed class ObligationTests(SharedPlatform shared)
{
    [Fact]
    public async Task Withheld_is_the_same_for_a_full_case_and_an_empty_one_whatever_has_been_recorded()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var full = await casework.CaseOfAsync("CKH", "CFRS", "CON?team=PVP");
        var bare = await casework.CaseAsync(body =>
        {
            foreach (var list in (string[])["children", "vulnerableAdults", "mustNotReceive", "notSafeToTalkTo", "afraidOf", "safeToTalkTo", "otherMaracs"]) body[list] = new JsonArray();
            body["victim"]!["phones"] = new JsonArray(new JsonObject { ["number"] = "07700900950", ["safeToCall"] = "NO" });
            foreach (var field in (string[])["diversity", "safeContactVia", "aliases"]) body["victim"]!.AsObject().Remove(field);
        });
        foreach (var member in (string[])["CKH", "CFRS", "CON?team=PVP"]) await casework.PutAsync($"{bare}/members/{member}");
        foreach (var (person, withheld) in ((string, string)[])
                 [
                     ("landlord", "protection triage diversity victim-location safe-contact children child-places risk-checklist narrative summary shared-research minutes actions"),
                     ("fire", "protection triage victim-identity diversity victim-location safe-contact perpetrator-identity children child-places risk-checklist narrative summary shared-research minutes actions"),
                     ("pvp", "triage diversity summary minutes actions"),
                     ("coordinator", "summary"),
                 ])
        {
            var first = await WithheldAsync(platform, person, full);
            Assert.Equal(withheld.Split(' ').Order(), JsonNode.Parse(first)!.AsArray().Select(w => (string)w!["group"]!).Order());
            Assert.Equal(first, await WithheldAsync(platform, person, bare));
            Assert.DoesNotContain("NR", first, StringComparison.Ordinal);
            Assert.DoesNotContain("conflict", first, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("reader", first, StringComparison.OrdinalIgnoreCase);
        }

        var before = await WithheldAsync(platform, "landlord", full);
        await casework.SummariseAsync(full, "She needs the locks changed.");
        await casework.RelateAsync(full, "CKH", tenancy: [await casework.IdAtAsync(full, "data.victim.addresses[0].addressId")]);
        await casework.NeedAsync(full, "CKH", "victim-location");
        Assert.Equal(before, await WithheldAsync(platform, "landlord", full));
    }

    [Fact]
    public async Task An_answer_binds_its_recipient_and_promises_its_entry()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.CaseOfAsync("CKH");
        var answer = await platform.As("landlord").GetAsync(it, Casework.Meeting);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        Assert.Equal(
            $$"""{"noOnward":true,"purpose":"marac-meeting","expires":"{{today.AddDays(180).ToString("O", CultureInfo.InvariantCulture)}}"}""",
            answer.At("obligations")?.GetRawText());
        Assert.Equal(["type", "id", "data", "withheld", "obligations", "receipt"], answer.Json.EnumerateObject().Select(member => member.Name));

        Assert.True(SharingRecord.TryParse(answer.Headers[SharingRecord.HeaderName], out var promise));
        using var key = System.Security.Cryptography.ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(platform.Keys.GatewaySigningPublic));
        Assert.True(promise.Verify(key));
        var receipt = answer.At("receipt")?.GetString();
        var leaf = Convert.ToBase64String(promise.LeafHash.Span);
        var entry = await casework.LedgerAsync(Casework.IdOf(it), entry => entry.GetProperty("leafHash").GetString() == leaf);
        var listed = await platform.As("marac-auditor").GetAsync($"/sharing/disclosures?scheme=marac&record={Casework.IdOf(it)}", "audit");
        Assert.Contains(listed.Json.GetProperty("items").EnumerateArray(), row =>
            row.GetProperty("id").GetString() == receipt && row.GetProperty("data").GetProperty("leafHash").GetString() == leaf);
        Assert.Equal("PERMIT", entry.GetProperty("outcome").GetString());
        Assert.DoesNotContain("Diane", entry.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<string> WithheldAsync(RunningPlatform platform, string person, string it) =>
        (await platform.As(person).GetAsync(it, Casework.Meeting)).At("withheld")!.Value.GetRawText();
}
