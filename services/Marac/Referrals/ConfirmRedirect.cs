using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Referrals;

/// <param name="Confirm">False sends the referral back to triage.</param>
/// <param name="Reason">Why; needed where it is not confirmed.</param>
/// <param name="By">Who takes the second look.</param>
/// <param name="Now">When.</param>
public sealed record ConfirmRedirect(bool Confirm, string? Reason, Actor By, DateTimeOffset Now);

/// <summary><c>POST /marac/referrals/{id}/confirm-redirect</c>: the supervisor's second look.</summary>
internal static class ConfirmRedirectSlice
{
    public static async Task<IResult> HandleAsync(Guid id, CallerContext caller, ReferralStreams referrals, CancellationToken ct)
    {
        var report = new InputReport();
        var body = BodyReader.Read(caller.Body, report, b => new ConfirmRedirectRequest
        {
            Confirm = b.Flag("confirm"),
            Reason = b.Text("reason", ReferralBody.NoteLength, lines: true),
        });
        report.Require(body?.Confirm, "confirm", "Say true or false: is the referral redirected?");
        if (body?.Confirm == false) report.Require(body.Reason, "reason", "Say why it goes back to triage.");
        if (body is not { Confirm: { } confirm } || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await referrals.UpdateAsync(
            id, caller, (referral, now) => referral.ConfirmRedirect(new ConfirmRedirect(confirm, body.Reason, Actor.Of(caller.Caller), now)), ct)).Result;
    }
}
