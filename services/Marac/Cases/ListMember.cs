using Partnership.Marac.Input;
using Partnership.Marac.Research;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Cases;

public sealed record ListMember(Party Party, Actor By, DateTimeOffset Now);

public sealed record RemoveMember(Party Party, Actor By, DateTimeOffset Now);

/// <summary><c>PUT</c> and <c>DELETE /marac/cases/{id}/members/{agency}?team=</c>: who takes part in the case.</summary>
internal static class ListMemberSlice
{
    public static async Task<IResult> PutAsync(
        Guid id, string agency, string? team, CallerContext caller, CaseStreams cases, ResearchStreams research,
        PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct)
    {
        var report = new InputReport();
        if (PartyOfRoute.Read(agency, team, partnership, clock.GetUtcNow(), report) is not { } party) return Problem.Invalid(report.ByField());
        // Whoever joins while research is open is asked like the others.
        return (IResult)(await cases.UpdateAsync(
            id, caller, (it, now) => it.List(new ListMember(party, Actor.Of(caller.Caller), now)), ct,
            (after, now, token) => research.AskingAsync(after, party, now, token))).Result;
    }

    public static async Task<IResult> DeleteAsync(
        Guid id, string agency, string? team, CallerContext caller, CaseStreams cases, CancellationToken ct) =>
        (IResult)(await cases.UpdateAsync(
            id, caller, (it, now) => it.Remove(new RemoveMember(PartyOfRoute.Written(agency, team), Actor.Of(caller.Caller), now)), ct)).Result;
}
