using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Referrals;

/// <param name="To">The onward service: a redirection is never silent.</param>
/// <param name="Reason">Why, for the second look.</param>
/// <param name="Threshold">The version in force: what meets it is heard and not redirected.</param>
/// <param name="By">Who proposes.</param>
/// <param name="Now">When.</param>
public sealed record RedirectReferral(OnwardService To, string Reason, Threshold Threshold, Actor By, DateTimeOffset Now);

/// <summary><c>POST /marac/referrals/{id}/redirect</c>: a proposal, which the supervisor looks at again.</summary>
internal static class RedirectReferralSlice
{
    public static async Task<IResult> HandleAsync(
        Guid id, CallerContext caller, ReferralStreams referrals, PartnershipConfiguration partnership, CancellationToken ct)
    {
        var report = new InputReport();
        var body = BodyReader.Read(caller.Body, report, b => new RedirectReferralRequest
        {
            To = b.Code<OnwardService>("to"),
            Reason = b.Text("reason", ReferralBody.NoteLength, lines: true),
        });
        report.Require(body?.To, "to", "Name the onward service.");
        report.Require(body?.Reason, "reason", "Say why.");
        if (body is not { To: { } to, Reason: { } reason } || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await referrals.UpdateAsync(
            id, caller,
            (referral, now) => referral.Redirect(new RedirectReferral(
                to, reason, partnership.Marac.ThresholdInForce(partnership.DayAt(now)), Actor.Of(caller.Caller), now)),
            ct)).Result;
    }
}
