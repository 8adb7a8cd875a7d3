using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Recording;
using Partnership.Gateway.Release;
using Partnership.SharingRules;

namespace Partnership.Gateway.Commanding;

/// <summary>
/// A new record. Needs no ledger entry of the gateway: the casework event it becomes is the record of the collection, so a
/// submission is accepted and kept also while the broker is away.
/// </summary>
public sealed class SubmitRecord(ServiceForwarder forwarder, AgreementSet agreements, Refusals refusals, CommandAnswers answers, RequestBodies bodies)
{
    public async Task HandleAsync(SharingRequest request)
    {
        var operation = request.Operation;
        var decision = agreements.Decide(request.Principal, operation.Verb, operation.RecordType, null, request.Purpose, request.LocalAt, operation.Command);
        if (!decision.Permitted)
        {
            await refusals.RefuseAsync(request, FixedAnswer.NoRuleForRole);
            return;
        }

        if (OperationPaths.Query(request.Http, operation.QueryParameters) is not { } query)
        {
            await FixedAnswer.BadQuery.WriteAsync(request.Http);
            return;
        }

        var read = await bodies.ReadAsync(request.Http);
        if (read.Problem is { } problem)
        {
            await problem.WriteAsync(request.Http);
            return;
        }

        var answer = await forwarder.ForwardAsync(request, ServiceCaller.Of(request, decision), operation.Pattern, query, read.Body, null, []);
        await answers.WriteAsync(request, answer, decision);
    }
}
