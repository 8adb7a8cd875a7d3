using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.CaseItems;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Research;

/// <summary><c>PUT /marac/research/{id}/items/{itemId}/caldicott</c>: a guardian agrees to the release of a health item (NR9).</summary>
internal static class MarkCaldicottSlice
{
    public static async Task<IResult> PutAsync(
        Guid id, Guid itemId, CallerContext caller, ResearchStreams research, IEventStore store, CancellationToken ct)
    {
        var report = new InputReport();
        var body = BodyReader.Read(caller.Body, report, b => new CaldicottRequest
        {
            Release = b.Flag("release"),
            Reason = b.Text("reason", ReferralBody.NoteLength, lines: true),
        });
        if (body is not null)
        {
            report.Require(body.Release, "release", "Say whether the item may be released.");
            report.Require(body.Reason, "reason", "Give the guardian's reason.");
        }

        if (body is not { Release: { } release, Reason: { } reason } || report.HasErrors) return Problem.Invalid(report.ByField());
        if (await store.LoadViewAsync(CaseFamilies.Returns, id, ct) is not { Erased: false } row) return TypedResults.NotFound();
        var it = ItemRow.Record<ReturnRow>(row).View;
        return await research.UpdateAsync(
            it.CaseId, new Party(it.Agency, it.Team), caller, found => found.ReturnVersion,
            (_, found, now) => found.Mark(new MarkCaldicott(itemId, release, reason, Actor.Of(caller.Caller), now)), ct);
    }
}
