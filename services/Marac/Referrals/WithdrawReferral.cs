using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Referrals;

/// <param name="Ground">Error, duplicate or not domestic abuse; a victim's objection alone is none.</param>
/// <param name="Reason">What the ground rests on.</param>
/// <param name="By">Who withdraws it.</param>
/// <param name="Now">When.</param>
public sealed record WithdrawReferral(WithdrawalGround Ground, string Reason, Actor By, DateTimeOffset Now);

/// <summary><c>POST /marac/referrals/{id}/withdraw</c></summary>
internal static class WithdrawReferralSlice
{
    public static async Task<IResult> HandleAsync(Guid id, CallerContext caller, ReferralStreams referrals, CancellationToken ct)
    {
        var report = new InputReport();
        var body = BodyReader.Read(caller.Body, report, b => new WithdrawReferralRequest
        {
            Ground = b.Code<WithdrawalGround>("ground"),
            Reason = b.Text("reason", ReferralBody.NoteLength, lines: true),
        });
        report.Require(body?.Ground, "ground", "Name the ground.");
        report.Require(body?.Reason, "reason", "Say what the ground rests on.");
        if (body is not { Ground: { } ground, Reason: { } reason } || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await referrals.UpdateAsync(
            id, caller, (referral, now) => referral.Withdraw(new WithdrawReferral(ground, reason, Actor.Of(caller.Caller), now)), ct)).Result;
    }
}
