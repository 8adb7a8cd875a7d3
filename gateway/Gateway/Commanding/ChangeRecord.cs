using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Recording;
using Partnership.Gateway.Release;
using Partnership.SharingRules;

namespace Partnership.Gateway.Commanding;

/// <summary>
/// A command on an existing record: its facts are read and decided before the body is looked at, and the service carries
/// it out only while those facts hold. Denied and unknown are the identical 404.
/// </summary>
public sealed class ChangeRecord(
    ServiceForwarder forwarder, FactsClient factsClient, AgreementSet agreements, Refusals refusals, CommandAnswers answers, RequestBodies bodies)
{
    private const int MaxAttempts = 4;

    public async Task HandleAsync(SharingRequest request)
    {
        var (http, operation, id) = (request.Http, request.Operation, request.RecordId!.Value);
        // Known before any record is looked at, because some records are found by it.
        if (operation.FactsPath is not null && OperationPaths.Query(http, operation.QueryParameters) is null)
        {
            await FixedAnswer.BadQuery.WriteAsync(http);
            return;
        }

        ReadBody? body = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var (status, facts) = await factsClient.ReadAsync(request, id);
            if (status == 404)
            {
                await refusals.HideAsync(request, null);
                return;
            }

            if (facts is null)
            {
                await refusals.RefuseAsync(request, FixedAnswer.BadService);
                return;
            }

            (id, request) = (facts.Id, request with { RecordId = facts.Id });
            var decision = agreements.Decide(request.Principal, operation.Verb, operation.RecordType, facts.Facts, request.Purpose, request.LocalAt, operation.Command);
            if (!decision.Permitted)
            {
                await refusals.HideAsync(request, decision);
                return;
            }

            if (OperationPaths.Query(http, operation.QueryParameters) is not { } query)
            {
                await FixedAnswer.BadQuery.WriteAsync(http);
                return;
            }

            if (!await IsCurrentAsync(request, id, facts))
            {
                if (await RepeatedAsync(request, decision, query) is { } before)
                {
                    await answers.WriteAsync(request, before, decision);
                    return;
                }

                if (await refusals.RecordAsync(request, FixedAnswer.Stale.Code, decision)) await FixedAnswer.Stale.WriteAsync(http);
                else await refusals.UnavailableAsync(request);
                return;
            }

            body ??= await bodies.ReadAsync(http);
            if (body.Value.Problem is { } problem)
            {
                await problem.WriteAsync(http);
                return;
            }

            var answer = await forwarder.ForwardAsync(
                request, ServiceCaller.Of(request, decision), OperationPaths.Whole(operation.Pattern, http), query, body.Value.Body, facts.Facts.Version, []);
            if (answer.Status == 409 && ServiceProblems.CodeOf(answer) == Contracts.RegisteredProblems.FactsChanged)
            {
                if (attempt < MaxAttempts) continue;
                if (await refusals.RecordAsync(request, FixedAnswer.Busy.Code, decision)) await FixedAnswer.Busy.WriteAsync(http);
                else await refusals.UnavailableAsync(request);
                return;
            }

            await answers.WriteAsync(request, answer, decision);
            return;
        }
    }

    /// <summary>
    /// Who lost the answer to a creating command sends it again under the same key and the same, now stale, tag: the service is
    /// asked for that answer, without a facts version, so that it carries out nothing new. Null when there was no such command
    /// of this caller; only who may still give the command comes here, so that it tells them of their own doing alone.
    /// </summary>
    private async Task<ServiceAnswer?> RepeatedAsync(SharingRequest request, Decision decision, string query)
    {
        if (!request.Operation.Idempotent || request.Http.Request.Headers["Idempotency-Key"].Count == 0) return null;
        if (await bodies.ReadAsync(request.Http) is not { Problem: null } read) return null;
        var answer = await forwarder.ForwardAsync(
            request, ServiceCaller.Of(request, decision), OperationPaths.Whole(request.Operation.Pattern, request.Http), query, read.Body, null, []);
        return answer.Status is StatusCodes.Status201Created or StatusCodes.Status422UnprocessableEntity ? answer : null;
    }

    /// <summary>If-Match is compared with what this caller may see of the record now; without it there is nothing to compare.</summary>
    private async Task<bool> IsCurrentAsync(SharingRequest request, Guid id, Envelope facts)
    {
        var expected = request.Http.Request.Headers.IfMatch;
        if (expected.Count == 0) return true;
        var (tag, record) = await answers.TagAsync(request, request.Operation.RecordType, OperationPaths.OfRecord(request.Operation, id), id);
        return tag is not null && record!.Facts.Version == facts.Facts.Version && expected.Count == 1 && (expected[0] == tag || expected[0] == "*");
    }
}
