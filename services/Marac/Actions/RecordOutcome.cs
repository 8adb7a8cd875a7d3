using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Actions;

/// <summary><c>POST /marac/actions/{id}/outcome</c>: what became of it, by the agency that owns it.</summary>
internal static class RecordOutcomeSlice
{
    public static async Task<IResult> HandleAsync(Guid id, CallerContext caller, ActionStreams actions, CancellationToken ct)
    {
        var report = new InputReport();
        var body = Read(caller.Body, report);
        if (body is not { Status: { } status, Outcome: { } outcome } || report.HasErrors) return Problem.Invalid(report.ByField());
        return await actions.UpdateAsync(
            id, caller, (action, now) => action.RecordOutcome(new RecordOutcome(status, outcome, Actor.Of(caller.Caller), now)), ct);
    }

    public static RecordOutcomeRequest? Read(ReadOnlyMemory<byte> sent, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new RecordOutcomeRequest
        {
            Status = b.Code<ActionStatus>("status"),
            Outcome = b.Text("outcome", ReferralBody.NoteLength, lines: true),
        });
        if (body is null) return null;
        report.Require(body.Status, "status", "Say DONE, NOT_DONE or NO_LONGER_POSSIBLE.");
        if (body.Status == ActionStatus.Open) report.Error("status", InputCodes.UnknownCode, "Say DONE, NOT_DONE or NO_LONGER_POSSIBLE.");
        report.Require(body.Outcome, "outcome", "Write what happened.");
        return body;
    }
}
