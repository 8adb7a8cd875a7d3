using System.Text;
using System.Text.Json.Nodes;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Faults.Support;

/// <summary>A case, a referral its coordinator may not see, and everything somebody could ask about them.</summary>
internal sealed class Casework
{
    public const string Triage = "marac-triage", Meeting = "marac-meeting", Audit = "audit";

    /// <summary>Stands in every text about the people of the case.</summary>
    public const string Marker = "QXMARKERXQ";

    private readonly RunningPlatform platform;
    private readonly Promises promises;

    private Casework(RunningPlatform platform, Promises promises) => (this.platform, this.promises) = (platform, promises);

    public Guid Referral { get; private set; }

    public Guid Case { get; private set; }

    /// <summary>Its victim says that it must not reach the person who is the coordinator.</summary>
    public Guid Barred { get; private set; }

    private TestClient Police => platform.As("pvp");

    private TestClient Coordinator => platform.As("coordinator");

    public static async Task<Casework> OpenAsync(RunningPlatform platform, Promises promises)
    {
        var casework = new Casework(platform, promises);
        (casework.Referral, casework.Case) = await casework.ReferAndAcceptAsync();
        var member = await casework.Coordinator.PutAsync($"/marac/cases/{casework.Case}/members/CON?team=PVP", null, Triage);
        Assert.True((int)member.Status == 204, member.ToString());
        var meeting = await casework.Coordinator.CreateAsync("/marac/meetings", new { startsAt = TimeProvider.System.GetUtcNow().AddDays(7) });
        Assert.True((int)meeting.Status == 201, meeting.ToString());
        var listed = await casework.Coordinator.PostAsync($"/marac/cases/{casework.Case}/list", new { meetingId = meeting.CreatedId }, Triage);
        Assert.True((int)listed.Status == 204, listed.ToString());
        casework.Barred = await casework.ReferAsync(
            body => ((JsonArray)body["mustNotReceive"]!).Add(new JsonObject { ["name"] = "Helen Marsh", ["relation"] = "sister of the perpetrator", ["reason"] = "works for a partner agency" }));
        return casework;
    }

    /// <summary>A referral, made through the gateway.</summary>
    public async Task<Guid> ReferAsync(Action<JsonObject>? change = null)
    {
        var answer = await Police.CreateAsync("/marac/referrals", Samples.Referral(Marker, change: change));
        Assert.True((int)answer.Status == 201, answer.ToString());
        return answer.CreatedId;
    }

    /// <summary>A referral, if it is taken; a gateway that has just started knows nobody yet.</summary>
    public async Task<Guid?> TryReferAsync() =>
        await Police.CreateAsync("/marac/referrals", Samples.Referral(Marker)) is { Status: System.Net.HttpStatusCode.Created } answer ? answer.CreatedId : null;

    /// <summary>A referral, accepted by the coordinator.</summary>
    public async Task<(Guid Referral, Guid Case)> ReferAndAcceptAsync()
    {
        var referral = await ReferAsync();
        var answer = await Coordinator.CreateAsync($"/marac/referrals/{referral}/accept", new { criterion = "VISIBLE_HIGH_RISK" });
        Assert.True((int)answer.Status == 201, answer.ToString());
        return (referral, answer.CreatedId);
    }

    /// <summary>The police, who are listed on the case, read it.</summary>
    public async Task<Answer> ReadAsync(Guid? other = null) => promises.Keep(await Police.GetAsync($"/marac/cases/{other ?? Case}", Meeting));

    /// <summary>Waits until the police can read the case again.</summary>
    public async Task<Answer> ReadAgainAsync(string after) => await Eventually.Async(
        async () => await ReadAsync() is { Status: System.Net.HttpStatusCode.OK } answer ? answer : null,
        $"the case is read again after {after}",
        FaultyPlatform.Mended);

    /// <summary>Waits until the gateway says that it cannot record.</summary>
    public Task NothingIsReadAsync(string because) => Eventually.Async(
        async () => (int)(await ReadAsync()).Status == 503, $"reads are 503 while {because}", FaultyPlatform.Mended);

    /// <summary>The ledger's reader finds the collection of the referral and the alterations that made it a case.</summary>
    public async Task IsRecordedAsync(Guid referral, Guid accepted)
    {
        var auditor = platform.As("marac-auditor");
        await Eventually.Async(
            async () =>
            {
                var ofReferral = await OperationsAsync(referral);
                var ofCase = await OperationsAsync(accepted);
                return ofReferral.Contains("COLLECTION") && ofReferral.Contains("ALTERATION") && ofCase.Contains("ALTERATION");

                async Task<string[]> OperationsAsync(Guid record)
                {
                    var answer = promises.Keep(await auditor.GetAsync($"/sharing/disclosures?scheme=marac&record={record}", Audit));
                    return (int)answer.Status == 200
                        ? [.. answer.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("data").GetProperty("operation").GetString()!)]
                        : [];
                }
            },
            "submission and acceptance stand in the ledger",
            FaultyPlatform.Mended);
    }

    /// <summary>One of each kind of request that the ledger records before it is answered, with its answer when all is well.</summary>
    public IReadOnlyList<Probe> Probes()
    {
        var unknown = Guid.CreateVersion7();
        var accept = new { criterion = "VISIBLE_HIGH_RISK" };
        return
        [
            new("a permitted read of a case", 200, "pvp", "GET", $"/marac/cases/{Case}", Meeting),
            new("a permitted read of a referral", 200, "coordinator", "GET", $"/marac/referrals/{Referral}", Triage),
            new("a case the reader is not listed on", 404, "fire", "GET", $"/marac/cases/{Case}", Meeting),
            new("a referral that bars its reader", 404, "coordinator", "GET", $"/marac/referrals/{Barred}", Triage),
            new("a case that does not exist, asked for by who may see others", 404, "pvp", "GET", $"/marac/cases/{unknown}", Meeting),
            new("a case that does not exist, asked for by who sees none", 404, "fire", "GET", $"/marac/cases/{unknown}", Meeting),
            new("a referral that does not exist", 404, "coordinator", "GET", $"/marac/referrals/{unknown}", Triage),
            new("a list with something in it", 200, "pvp", "GET", "/marac/cases", Meeting),
            new("a list with nothing in it", 200, "landlord", "GET", "/marac/cases", Meeting),
            new("a list of referrals", 200, "coordinator", "GET", "/marac/referrals", Triage),
            new("who saw what", 200, "marac-auditor", "GET", $"/sharing/disclosures?scheme=marac&record={Case}", Audit),
            new("who saw what of a subject", 200, "marac-auditor", "POST", "/sharing/disclosures/search", Audit, new { scheme = "marac", subjectId = unknown }),
            new("who saw what in a scheme of others", 403, "channel-auditor", "GET", "/sharing/disclosures?scheme=marac", Audit),
            new("a case, read in a role without a rule", 403, "door-01", "GET", $"/marac/cases/{Case}", Meeting),
            new("a case that does not exist, read in a role without a rule", 403, "door-01", "GET", $"/marac/cases/{unknown}", Meeting),
            new("a list, read in a role without a rule", 403, "door-01", "GET", "/marac/cases", Meeting),
            new("a case, read for another role's purpose", 403, "pvp", "GET", $"/marac/cases/{Case}", Triage),
            new("a command on a referral that bars the caller", 404, "coordinator", "POST", $"/marac/referrals/{Barred}/accept", Triage, accept),
            new("a command on a referral that does not exist", 404, "coordinator", "POST", $"/marac/referrals/{unknown}/accept", Triage, accept),
            new("a command in a role without a rule", 403, "pvp", "POST", $"/marac/referrals/{Referral}/accept", Triage, accept),
            new("a command on a case that has changed since it was read", 412, "coordinator", "PUT", $"/marac/cases/{Case}/summary", Meeting, new { text = "As read." }, IfMatch: "\"earlier\""),
            new("a submission in a role without a rule", 403, "door-01", "POST", "/marac/referrals", null, Samples.Referral(Marker)),
        ];
    }

    /// <summary>Sends every probe at once.</summary>
    public async Task<IReadOnlyList<(Probe Probe, RawAnswer Answer)>> AskAllAsync() => await Task.WhenAll(Probes().Select(
        async probe => (probe, promises.Keep(await platform.As(probe.Person).RawAsync(
            probe.Method, probe.Path, probe.Body, probe.Purpose, probe.Headers)))));

    /// <summary>Every request is answered as if the others did not exist: one and the same 503, byte by byte, and nothing of the case in it.</summary>
    public async Task EveryAnswerIsTheSame503Async()
    {
        var answers = await AskAllAsync();
        var expected = answers[0].Answer.WithoutDate;
        Assert.All(answers, one =>
        {
            Assert.True(one.Answer.Status == 503, $"{one.Probe.What}: {one.Answer.Status}");
            Assert.Equal(expected, one.Answer.WithoutDate);
        });
        Assert.Contains("\"code\":\"ledger-unavailable\"", expected, StringComparison.Ordinal);
        Assert.DoesNotContain("Sharing-Record", expected, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("ETag", expected, StringComparison.OrdinalIgnoreCase);
        Assert.All(answers, one => Assert.DoesNotContain(Marker, Encoding.UTF8.GetString(one.Answer.Bytes), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Waits until every request is answered as it should be, and what is hidden like what does not exist.</summary>
    public async Task EveryAnswerIsItsOwnAsync()
    {
        IReadOnlyList<(Probe Probe, RawAnswer Answer)> answers = [];
        try
        {
            await Eventually.Async(
                async () => (answers = await AskAllAsync()).All(one => one.Probe.Status == one.Answer.Status), "all is well", FaultyPlatform.Mended);
        }
        catch (TimeoutException)
        {
            Assert.All(answers, one => Assert.True(
                one.Probe.Status == one.Answer.Status, $"{one.Probe.What}: {one.Answer.Status} instead of {one.Probe.Status}"));
        }

        Assert.Single(answers.Where(one => one.Probe.Status == 404).Select(one => one.Answer.WithoutDate).Distinct());
    }
}

/// <summary>A request and the status it has when all is well.</summary>
internal sealed record Probe(string What, int Status, string Person, string Method, string Path, string? Purpose, object? Body = null, string? IfMatch = null)
{
    public (string Name, string Value)[] Headers => IfMatch is null
        ? [("Idempotency-Key", Guid.CreateVersion7().ToString("N"))]
        : [("If-Match", IfMatch)];
}
