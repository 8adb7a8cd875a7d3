using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.Cases;
using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Input;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Referrals;

/// <param name="Criterion">The criterion the coordinator records.</param>
/// <param name="JudgementReason">The coordinator's own; enough for PROFESSIONAL_JUDGEMENT where the referral gives none.</param>
/// <param name="CaseId">Id of the case it would open.</param>
/// <param name="Threshold">The version in force now, which the case keeps.</param>
/// <param name="RepeatDefinitionVersion">In force now, which the case keeps too.</param>
/// <param name="JudgementMinChars">Least length of a reason.</param>
/// <param name="By">Who accepts.</param>
/// <param name="Now">When.</param>
public sealed record AcceptReferral(
    ReferralCriterion Criterion, string? JudgementReason, Guid CaseId, Threshold Threshold, string RepeatDefinitionVersion,
    int JudgementMinChars, Actor By, DateTimeOffset Now);

/// <summary><c>POST /marac/referrals/{id}/accept</c>: 201, the case.</summary>
/// <remarks>Referral, case and conflict register change in one append: no moment sees a case without its register.</remarks>
internal static class AcceptReferralSlice
{
    private const int Attempts = 4;

    public static async Task<IResult> HandleAsync(
        Guid id, HttpContext http, CallerContext caller, Idempotency idempotency, ReferralStreams referrals, CaseStreams cases,
        IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct)
    {
        var once = await idempotency.BeginAsync(http, caller, ct);
        if (once.Answer is { } done) return done;
        var report = new InputReport();
        var body = Read(caller.Body, report);
        if (body is null || report.HasErrors) return Problem.Invalid(report.ByField());

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await referrals.LoadAsync(id, ct) is not { } found) return TypedResults.NotFound();
            if (caller.FactsChangedFrom(found.Referral.FactsVersion)) return Problem.FactsChanged();
            var now = clock.GetUtcNow();
            var decision = found.Referral.Accept(CommandFrom(body, partnership, caller, now));
            if (decision.Refused is { } refusal) return Problem.Refused(refusal);
            if (decision.IsNothing) return TypedResults.Created(LocationOf(found.Referral.Accepted!.CaseId));

            var accepted = (ReferralAccepted)decision.Events[0];
            var opened = MaracCase.Open(found.Referral, accepted, registerId: Guid.CreateVersion7(now));
            var register = Register.Open(opened.RegisterId, opened.CaseId, opened.Content, () => Guid.CreateVersion7(now), now);
            var location = LocationOf(accepted.CaseId);
            var verdict = await store.AppendAsync(
                new Append
                {
                    Streams = [referrals.Appending(found.Referral, found.Version, [accepted], now), .. cases.Opening(opened, register, now)],
                    Idempotency = once.Row(StatusCodes.Status201Created, location, accepted.CaseId),
                    Headers = caller.Headers(),
                },
                ct);
            switch (verdict)
            {
                case AppendVerdict.Written:
                    return TypedResults.Created(location);
                case AppendVerdict.AlreadyDone already:
                    return once.Settle(already);
                case AppendVerdict.Conflict:
                    // The look through stored data overtook us, or another coordinator did: the facts will tell.
                    continue;
                default:
                    return TypedResults.NotFound();
            }
        }

        return Problem.FactsChanged();
    }

    private static AcceptReferralRequest? Read(ReadOnlyMemory<byte> body, InputReport report)
    {
        var request = BodyReader.Read(body, report, b => new AcceptReferralRequest
        {
            Criterion = b.Code<ReferralCriterion>("criterion"),
            JudgementReason = b.Text("judgementReason", ReferralBody.NoteLength, lines: true),
        });
        if (request is not null) report.Require(request.Criterion, "criterion", "Record the criterion the case is accepted under.");
        return request;
    }

    private static AcceptReferral CommandFrom(AcceptReferralRequest body, PartnershipConfiguration partnership, CallerContext caller, DateTimeOffset now) =>
        new(body.Criterion!.Value, body.JudgementReason, Guid.CreateVersion7(now), partnership.Marac.ThresholdInForce(partnership.DayAt(now)),
            partnership.Marac.RepeatDefinitionVersion, partnership.Marac.JudgementMinChars, Actor.Of(caller.Caller), now);

    private static string LocationOf(Guid caseId) => $"/marac/cases/{caseId}";
}
