using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Research;

/// <summary><c>POST /marac/cases/{id}/request-research</c>: every listed agency that gives research is asked.</summary>
/// <remarks>The case moves and the requests open in one append: nobody is left unasked.</remarks>
internal static class RequestResearchSlice
{
    public static async Task<IResult> HandleAsync(
        Guid id, CallerContext caller, CaseStreams cases, ResearchStreams research, PartnershipConfiguration partnership, TimeProvider clock,
        CancellationToken ct)
    {
        var report = new InputReport();
        var today = partnership.DayAt(clock.GetUtcNow());
        var body = Read(caller.Body, today, report);
        if (body is not { DueOn: { } dueOn } || report.HasErrors) return Problem.Invalid(report.ByField());

        return (IResult)(await cases.UpdateAsync(
            id, caller, (it, now) => it.OpenResearch(new OpenResearch(dueOn, today, Actor.Of(caller.Caller), now)), ct,
            async (after, now, token) =>
            {
                var asking = new List<StreamAppend>();
                foreach (var member in after.Members) asking.AddRange(await research.AskingAsync(after, member.Party(), now, token));
                return asking;
            })).Result;
    }

    public static RequestResearchRequest? Read(ReadOnlyMemory<byte> sent, DateOnly today, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new RequestResearchRequest { DueOn = b.Date("dueOn") });
        if (body is null) return null;
        report.Require(body.DueOn, "dueOn", "Say by which day returns are due.");
        if (body.DueOn < today) report.Error("dueOn", InputCodes.InPast, "Returns cannot be due in the past.");
        if (body.DueOn > today.AddYears(1)) report.Error("dueOn", InputCodes.TooFarAhead, "Returns are due within a year.");
        return body;
    }
}
