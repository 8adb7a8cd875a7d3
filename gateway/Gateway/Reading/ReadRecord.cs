using System.Buffers;
using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Recording;
using Partnership.Gateway.Release;

namespace Partnership.Gateway.Reading;

/// <summary>Reads one record: forward, decide by its facts, filter, record, release.</summary>
public sealed class ReadRecord(ServiceForwarder forwarder, RecordAnswers answers, Releaser releaser, Refusals refusals, TimeProvider clock)
{
    public async Task HandleAsync(SharingRequest request)
    {
        var operation = request.Operation;
        if (request.Http.Request.QueryString.HasValue)
        {
            await FixedAnswer.BadQuery.WriteAsync(request.Http);
            return;
        }

        var id = request.RecordId!.Value;
        var answer = await forwarder.ForwardAsync(request, ServiceCaller.Of(request), OperationPaths.Record(operation.Pattern, id), "", default, null, []);
        if (answer.Status == 404)
        {
            await refusals.HideAsync(request, null);
            return;
        }

        if (RecordAnswers.Read(answer, operation.RecordType, id) is not { } record)
        {
            await refusals.RefuseAsync(request, FixedAnswer.BadService);
            return;
        }

        var decision = answers.Decide(request, operation.Verb, record);
        if (!decision.Permitted)
        {
            await refusals.HideAsync(request, decision);
            return;
        }

        var body = new ArrayBufferWriter<byte>(record.Data.Length + 1024);
        if (!answers.TryWrite(request, record, decision, body))
        {
            await refusals.RefuseAsync(request, FixedAnswer.BadService);
            return;
        }

        var tag = answers.TagOf(request, record, body.WrittenSpan);
        var receipt = Guid.CreateVersion7(clock.GetUtcNow());
        RecordAnswers.WriteReceipt(body, receipt);
        await releaser.ReleaseAsync(request, receipt, [EntryRecords.Of(record, decision)], decision, body, tag);
    }
}
