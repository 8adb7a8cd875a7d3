using Partnership.Contracts.Marac;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Research;

/// <summary>
/// <c>PUT /marac/cases/{id}/research/{agency}?team=</c>: the agency's return or nil return, in place of the one before, until
/// the case is heard. By its representative; or by the coordinator, who enters what came another way.
/// </summary>
internal static class ReturnResearchSlice
{
    public static async Task<IResult> PutAsync(
        Guid id, string agency, string? team, CallerContext caller, ResearchStreams research, PartnershipConfiguration partnership, TimeProvider clock,
        CancellationToken ct)
    {
        var party = PartyOfRoute.Written(agency, team);
        var by = Actor.Of(caller.Caller);
        var report = new InputReport();
        var now = clock.GetUtcNow();
        var body = ResearchReturnBody.Read(caller.Body, party, new Party(by.Agency, by.Team) != party, partnership, now, report);
        if (body is null || report.HasErrors) return Problem.Invalid(report.ByField());
        var content = ResearchReturnBody.ContentOf(body, () => Guid.CreateVersion7(now));
        return await research.UpdateAsync(
            id, party, caller, it => it.RequestVersion,
            (it, asked, at) => asked.Return(new ReturnResearch(it, body.Nil ?? false, body.ReceivedBy ?? ReceivedBy.Platform, content, by, at)), ct);
    }
}
