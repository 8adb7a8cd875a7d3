using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Cases;

/// <param name="Party">The agency (and team) whose statement it is.</param>
/// <param name="Tenancy">Addresses of the case that are its own tenancies.</param>
/// <param name="KnownTo">People of the case it knows.</param>
/// <param name="Supporting">It supports the victim.</param>
/// <param name="Statement">What it stated, and to whom.</param>
/// <param name="By">Who records it: never the agency that gains.</param>
/// <param name="Now">When.</param>
public sealed record RecordRelation(
    Party Party, IReadOnlyList<Guid> Tenancy, IReadOnlyList<Guid> KnownTo, bool Supporting, string Statement, Actor By, DateTimeOffset Now);

public sealed record EndRelations(Party Party, Actor By, DateTimeOffset Now);

/// <summary><c>PUT</c> and <c>DELETE /marac/cases/{id}/relations/{agency}?team=</c>: tenancy, known to, supporting.</summary>
internal static class RecordRelationSlice
{
    public static async Task<IResult> PutAsync(
        Guid id, string agency, string? team, CallerContext caller, CaseStreams cases, PartnershipConfiguration partnership,
        TimeProvider clock, CancellationToken ct)
    {
        var report = new InputReport();
        var party = PartyOfRoute.Read(agency, team, partnership, clock.GetUtcNow(), report);
        var body = BodyReader.Read(caller.Body, report, b => new RecordRelationRequest
        {
            Tenancy = b.Ids("tenancy", 20),
            KnownTo = b.Ids("knownTo", 100),
            Supporting = b.Flag("supporting"),
            Statement = b.Text("statement", 2_000, lines: true),
        });
        report.Require(body?.Statement, "statement", "Say what the agency stated, and to whom.");
        if (party is null || body?.Statement is not { } statement || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await cases.UpdateAsync(
            id, caller,
            (it, now) => it.Relate(new RecordRelation(
                party, body.Tenancy, body.KnownTo, body.Supporting ?? false, statement, Actor.Of(caller.Caller), now)),
            ct)).Result;
    }

    public static async Task<IResult> DeleteAsync(
        Guid id, string agency, string? team, CallerContext caller, CaseStreams cases, CancellationToken ct) =>
        (IResult)(await cases.UpdateAsync(
            id, caller, (it, now) => it.EndRelations(new EndRelations(PartyOfRoute.Written(agency, team), Actor.Of(caller.Caller), now)), ct)).Result;
}
