using System.Net;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>Purpose, role and hat: settled by token and route before any record is looked at.</summary>
public sealed class PurposeTests(SharedPlatform shared)
{
    /// <summary>Everybody of the demonstration whom no rule lets read a case.</summary>
    private static readonly string[] Neighbours =
    [
        "caldicott", "patrol", "pes", "gatekeeper",
        "licensing", "ctco", "channel-chair", "section-36", "panel-health", "panel-education", "facilitator", "rj-coordinator", "rj-senior", "nightsafe-admin", "scheme-chair",
        "committee", "door-01", "manager-01", "provider", "commissioner", "scrutiny", "performance-author", "theme-lead", "marac-auditor", "channel-auditor", "operator", "dpo",
    ];

    [Fact]
    public async Task A_role_without_a_rule_is_refused_the_same_for_every_record()
    {
        var platform = await shared.StartedAsync();
        var it = await new Casework(platform).CaseOfAsync("CON?team=PVP", "CKH", "CFRS", "PROB", "PCC?team=HSG", "ICB?team=MH");
        foreach (var person in Neighbours)
        {
            var existing = await platform.As(person).RawAsync("GET", it, purpose: Casework.Meeting);
            Assert.True((403, "no-rule-for-role") == (existing.Status, CodeOf(existing)), $"{person}: {existing.WithoutDate}");
            Assert.Equal(existing.WithoutDate, (await platform.As(person).RawAsync("GET", NoCase, purpose: Casework.Meeting)).WithoutDate);
        }

        foreach (var person in (string[])["patrol", "door-01", "operator", "dpo"])
        {
            Assert.Equal("no-rule-for-role", (await platform.As(person).GetAsync("/marac/cases", Casework.Meeting)).Code);
            Assert.Equal("no-rule-for-role", (await platform.As(person).GetAsync(it)).Code); // Also before the purpose is asked for.
        }

        foreach (var person in (string[])["landlord", "pvp", "fire", "marac-chair", "supervisor", "dpo"])
        {
            var change = await platform.As(person).RawAsync("PUT", $"{it}/members/YOS", "{", Casework.Triage);
            Assert.Equal((403, "no-rule-for-role"), (change.Status, CodeOf(change)));
            Assert.Equal(change.WithoutDate, (await platform.As(person).RawAsync("PUT", $"{NoCase}/members/YOS", "{", Casework.Triage)).WithoutDate);
        }

        foreach (var person in (string[])["nightsafe-admin", "door-01", "facilitator", "commissioner", "independent-chair", "dpo", "operator", "marac-auditor"])
            Assert.Equal("no-rule-for-role", (await platform.As(person).PostAsync("/marac/referrals", "{")).Code);
    }

    [Theory]
    [InlineData("landlord", "marac-action marac-meeting marac-research")]
    [InlineData("pvp", "marac-action marac-meeting marac-research")]
    [InlineData("coordinator", "marac-action marac-flag marac-meeting marac-research marac-triage")]
    public async Task A_missing_or_unknown_purpose_is_answered_with_ones_own(string person, string purposes)
    {
        var platform = await shared.StartedAsync();
        var it = await new Casework(platform).CaseOfAsync("CKH", "CON?team=PVP");
        var client = platform.As(person);
        string? first = null;
        foreach (var path in (string[])[it, NoCase, "/marac/cases"])
        {
            foreach (var purpose in (string?[])[null, "marac-gossip", "MARAC-MEETING", " ", "marac-meeting, marac-triage", new string('x', 3000)])
            {
                var answer = await client.RawAsync("GET", path, purpose: purpose);
                Assert.Equal((400, "purpose-needed"), (answer.Status, CodeOf(answer)));
                first ??= answer.WithoutDate;
                Assert.Equal(first, answer.WithoutDate);
            }

            var twice = await client.RawAsync("GET", path, null, Casework.Meeting, ("Sharing-Purpose", Casework.Meeting));
            Assert.Equal(first, twice.WithoutDate);
            Assert.Equal(purposes.Split(' '), System.Text.Json.JsonDocument.Parse(twice.Body).RootElement.GetProperty("purposes").EnumerateArray().Select(p => p.GetString()));
        }
    }

    [Fact]
    public async Task A_command_of_somebody_with_several_purposes_names_one_and_of_others_need_not()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.AcceptAsync(await casework.SubmitAsync()); // Neither needs to name its only purpose.
        foreach (var path in (string[])[it, NoCase])
        {
            var unnamed = await casework.Coordinator.PutAsync($"{path}/members/CKH", null);
            Assert.Equal("purpose-needed", unnamed.Code);
            Assert.Equal([Casework.Meeting, Casework.Triage], unnamed.Json.GetProperty("purposes").EnumerateArray().Select(p => p.GetString()));
            Assert.Equal("purpose-not-for-role", (await casework.Coordinator.PutAsync($"{path}/members/CKH", null, Casework.Referral)).Code);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await casework.Coordinator.PutAsync($"{it}/members/CKH", null, Casework.Triage)).Status);
    }

    [Theory]
    [InlineData("landlord", "marac-triage")]
    [InlineData("landlord", "marac-referral")]
    [InlineData("fire", "audit")]
    [InlineData("coordinator", "marac-referral")]
    public async Task A_known_purpose_of_others_is_refused_the_same_for_every_record(string person, string purpose)
    {
        var platform = await shared.StartedAsync();
        var it = await new Casework(platform).CaseOfAsync("CKH", "CFRS");
        var existing = await platform.As(person).RawAsync("GET", it, purpose: purpose);
        Assert.Equal((403, "purpose-not-for-role"), (existing.Status, CodeOf(existing)));
        Assert.Equal(existing.WithoutDate, (await platform.As(person).RawAsync("GET", NoCase, purpose: purpose)).WithoutDate);
        Assert.Equal(existing.WithoutDate, (await platform.As(person).RawAsync("GET", "/marac/cases", purpose: purpose)).WithoutDate);
        Assert.Equal(HttpStatusCode.OK, (await platform.As(person).GetAsync(it, Casework.Meeting)).Status);
    }

    [Fact]
    public async Task A_person_with_two_hats_acts_in_one_and_the_ledger_says_in_which()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        foreach (var (hat, team, role) in ((string?, string, string)[])[("pes", "PES", "officer"), ("housing", "HSG", "marac-representative"), (null, "PES", "officer")])
        {
            var answer = await platform.As("pes", hat).CreateAsync(
                "/marac/referrals", Partnership.Tests.Support.Samples.Referral(agency: "PCC", emailDomain: "peterborough.gov.uk"));
            Assert.Equal(HttpStatusCode.Created, answer.Status);
            var actor = (await casework.LedgerAsync(answer.CreatedId, entry => entry.GetProperty("operation").GetString() == "COLLECTION")).GetProperty("actor");
            Assert.Equal((team, role, hat ?? "pes"), (actor.GetProperty("team").GetString(), actor.GetProperty("role").GetString(), actor.GetProperty("hat").GetString()));
        }
    }

    [Fact]
    public async Task A_hat_one_does_not_have_is_refused_and_never_the_first_one_instead()
    {
        var platform = await shared.StartedAsync();
        foreach (var (person, hat) in ((string, string)[])[("pes", "police"), ("pes", "PES"), ("pes", "pes, housing"), ("landlord", "landlord"), ("pes", new string('p', 2001))])
        {
            var answer = await platform.As(person, hat).GetAsync("/marac/referrals", Casework.Referral);
            Assert.Equal((HttpStatusCode.BadRequest, "unknown-hat"), (answer.Status, answer.Code));
        }

        Assert.Equal("unknown-hat", CodeOf(await platform.As("pes", "housing").RawAsync("GET", "/marac/referrals", null, Casework.Referral, ("Sharing-Hat", "pes"))));
        Assert.Equal(HttpStatusCode.OK, (await platform.As("pes", "housing").GetAsync("/marac/referrals", Casework.Referral)).Status);
    }

    [Fact]
    public async Task A_justification_is_kept_whole_or_refused_never_dropped()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var it = await casework.CaseOfAsync("CKH");
        var landlord = platform.As("landlord");
        Assert.Equal("unreadable-justification", (await landlord.GetAsync(it, Casework.Meeting, ("Sharing-Justification", new string('j', 2001)))).Code);
        Assert.Equal("unreadable-justification", CodeOf(await landlord.RawAsync(
            "GET", it, null, Casework.Meeting, ("Sharing-Justification", "one"), ("Sharing-Justification", "two"))));
        Assert.Equal(HttpStatusCode.OK, (await landlord.GetAsync(it, Casework.Meeting, ("Sharing-Justification", "Preparing for Thursday"))).Status);
        await casework.LedgerAsync(Casework.IdOf(it), entry =>
            entry.TryGetProperty("justification", out var justification) && justification.GetString() == "Preparing for Thursday");
    }

    private static string NoCase { get; } = $"/marac/cases/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";

    private static string? CodeOf(RawAnswer answer) =>
        System.Text.Json.JsonDocument.Parse(answer.Body).RootElement.GetProperty("code").GetString();
}
