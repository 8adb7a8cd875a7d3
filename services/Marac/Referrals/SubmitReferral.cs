using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.Content;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals.Rules;
using Partnership.Marac.Triage;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Referrals;

/// <summary>A referral that has passed its rules, with ids given at the edge.</summary>
public sealed record SubmitReferral(
    Guid Id, IReadOnlyList<ReferralCriterion> Criteria, string ThresholdVersion, DateTimeOffset ReferralAt, DateTimeOffset TriageBy,
    string ReferringAgency, ReceivedBy ReceivedBy, ReferralContent Content, Actor By, DateTimeOffset Now);

/// <summary><c>POST /marac/referrals</c></summary>
/// <remarks>
/// The answer rests on the body alone. What stored data says is looked up after it, whether or not there is anything, and
/// goes to the coordinator.
/// </remarks>
internal static class SubmitReferralSlice
{
    /// <summary>Longest narrative, in characters: about ten pages.</summary>
    public const int NarrativeLength = 20_000;

    public static async Task<IResult> HandleAsync(
        HttpContext http, CallerContext caller, Idempotency idempotency, ReferralStreams referrals, IEventStore store,
        StoredRecordsQueue toCheck, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct)
    {
        var once = await idempotency.BeginAsync(http, caller, ct);
        if (once.Answer is { } done) return done;

        var now = clock.GetUtcNow();
        var context = new SubmissionContext(caller.Caller.Agency, caller.Caller.Role, partnership, now);
        var report = new InputReport();
        var body = ReferralBody.Read(caller.Body, NarrativeLength, report);
        if (body is not null) ReferralRules.Check(body, context, report);
        if (body is null || report.HasErrors) return Problem.Invalid(report.ByField());

        var submitted = Referral.Submit(CommandFrom(body, context, Actor.Of(caller.Caller), () => Guid.CreateVersion7(now)));
        var location = $"/marac/referrals/{submitted.ReferralId}";
        var verdict = await store.AppendAsync(
            new Append
            {
                Streams = [referrals.Appending(Referral.None, 0, [submitted], now)],
                Idempotency = once.Row(StatusCodes.Status201Created, location, submitted.ReferralId),
                Headers = caller.Headers(),
            },
            ct);
        switch (verdict)
        {
            case AppendVerdict.Written:
                toCheck.Add(submitted.ReferralId);
                return TypedResults.Created(location, new SubmissionAnswer { Warnings = report.Warnings });
            case AppendVerdict.AlreadyDone already:
                return once.Settle(already);
            default:
                throw new InvalidOperationException("A new stream cannot lose a race.");
        }
    }

    /// <summary>Only of a body that has passed its rules.</summary>
    public static SubmitReferral CommandFrom(SubmitReferralRequest body, SubmissionContext context, Actor by, Func<Guid> newId) => new(
        newId(), body.Criteria, context.Threshold.Version, body.ReferralAt ?? context.Now,
        context.Partnership.Deadline(context.Now, context.Partnership.Marac.TriageWorkingDays), body.Referrer?.Agency ?? by.Agency,
        body.ReceivedBy ?? ReceivedBy.Platform, ReferralContents.From(body, newId), by, context.Now);
}
