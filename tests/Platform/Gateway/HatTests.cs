using System.Diagnostics;
using System.Net;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>One hat a session; and who takes theirs off for good is out within a second.</summary>
public sealed class HatTests(SharedPlatform shared)
{
    [Fact]
    public async Task A_person_is_what_their_hat_makes_them_and_nothing_of_their_other_hat()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var referral = await platform.As("pes", "housing").CreateAsync("/marac/referrals", Samples.Referral(agency: "PCC", emailDomain: "peterborough.gov.uk"));
        Assert.True(referral.Status == HttpStatusCode.Created, referral.ToString());
        Assert.Equal(HttpStatusCode.OK, (await platform.As("pes", "housing").GetAsync(referral.Location, Casework.Referral)).Status);
        // The same person in the other hat has not written it.
        foreach (var hat in (string?[])["pes", null])
            Assert.Equal(HttpStatusCode.NotFound, (await platform.As("pes", hat).GetAsync(referral.Location, Casework.Referral)).Status);

        var entry = await casework.LedgerAsync(referral.CreatedId, e => e.GetProperty("outcome").GetString() == "DENY");
        Assert.Equal("PES", entry.GetProperty("actor").GetProperty("team").GetString());
    }

    [Fact]
    public async Task A_hat_nobody_knows_and_one_of_somebody_else_are_no_hat()
    {
        var platform = await shared.StartedAsync();
        var path = $"/marac/cases/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
        foreach (var hat in (string[])["coordinator", "Housing", "HOUSING", "housing,pes", "prosecutor", "x"])
        {
            var answer = await platform.As("pes", hat).GetAsync(path, Casework.Meeting);
            Assert.True((HttpStatusCode.BadRequest, "unknown-hat") == (answer.Status, answer.Code), $"{hat}: {answer}");
        }

        Assert.Equal("unknown-hat", (await platform.As("landlord", "housing").GetAsync(path, Casework.Meeting)).Code);
        var twice = await platform.As("pes", "housing").GetAsync(path, Casework.Meeting, ("Sharing-Hat", "pes"));
        Assert.Equal("unknown-hat", twice.Code);
        Assert.Equal("unknown-hat", (await platform.As("pes").GetAsync(path, Casework.Meeting, ("Sharing-Hat", ""))).Code);
    }

    [Fact]
    public async Task A_hat_of_an_agency_that_has_ended_and_a_person_of_another_issuer_are_nobody()
    {
        var platform = await shared.StartedAsync();
        var path = $"/marac/referrals/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
        var token = shared.OtherIssuer.Token("two-agencies");
        Assert.Equal(HttpStatusCode.NotFound, (await platform.WithToken(token, "prosecutor").GetAsync(path, Casework.Referral)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await platform.WithToken(token).GetAsync(path, Casework.Referral)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await platform.WithToken(token, "former").GetAsync(path, Casework.Referral)).Status);
        // The other issuer's word for the same subject, and this one's for a person of ours.
        Assert.Equal(HttpStatusCode.Unauthorized, (await platform.As("two-agencies", "prosecutor").GetAsync(path, Casework.Referral)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await platform.WithToken(shared.OtherIssuer.Token("pes"), "housing").GetAsync(path, Casework.Referral)).Status);
    }

    [Fact]
    public async Task A_leaver_is_out_within_a_second_while_others_go_on()
    {
        var platform = await shared.StartedAsync();
        var it = await new Casework(platform).CaseOfAsync("CKH");
        using var stop = new CancellationTokenSource();
        var others = Enumerable.Range(0, 4).Select(async _ =>
        {
            var count = 0;
            while (!stop.IsCancellationRequested)
            {
                Assert.Equal(HttpStatusCode.OK, (await platform.As("landlord").GetAsync(it, Casework.Meeting)).Status);
                count++;
            }

            return count;
        }).ToList();
        var leaver = platform.As("leaver");
        Assert.Equal(HttpStatusCode.OK, (await leaver.GetAsync(it, Casework.Meeting)).Status);
        var text = await File.ReadAllTextAsync(platform.PartnershipFile);
        var without = text.Replace("name: Lionel Parting,", "name: Lionel Parting, until: 2026-03-01,", StringComparison.Ordinal);
        Assert.NotEqual(text, without);

        var next = platform.PartnershipFile + ".next";
        await File.WriteAllTextAsync(next, without);
        File.Move(next, platform.PartnershipFile, overwrite: true);
        var since = Stopwatch.StartNew();
        var lastSeen = TimeSpan.Zero;
        var refused = 0;
        // A request counts by when it was sent: what was already on its way may still be answered.
        while (refused < 20)
        {
            var sent = since.Elapsed;
            var status = (await leaver.GetAsync(it, Casework.Meeting)).Status;
            if (status == HttpStatusCode.OK) lastSeen = sent;
            refused = status == HttpStatusCode.Unauthorized ? refused + 1 : 0;
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(20), "The leaver is still in.");
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(others), count => Assert.True(count > 0));
        Assert.True(lastSeen < TimeSpan.FromSeconds(1), $"The leaver was still let in {lastSeen.TotalMilliseconds:F0} ms after the change.");
    }
}
