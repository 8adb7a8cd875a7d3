using System.Buffers;
using Partnership.Gateway.Callers;
using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Recording;
using Partnership.Gateway.Release;

namespace Partnership.Gateway.Reading;

/// <summary>Reads one record: forward, decide by its facts, filter, record, release.</summary>
public sealed class ReadRecord(
    ServiceForwarder forwarder, RecordAnswers answers, Releaser releaser, Refusals refusals, Emergencies emergencies, TimeProvider clock)
{
    private const string NotOpen = "emergency-not-open";

    public async Task HandleAsync(SharingRequest request)
    {
        var operation = request.Operation;
        if (request.Http.Request.QueryString.HasValue)
        {
            await FixedAnswer.BadQuery.WriteAsync(request.Http);
            return;
        }

        var id = request.RecordId!.Value;
        if (request.EmergencyId is { } emergency)
        {
            if (await UnderEmergencyAsync(request, emergency, id) is not { } opened) return;
            request = opened;
        }

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
        if (request.Emergency is not null)
        {
            var standing = await emergencies.UseAsync(request, record, receipt, decision);
            if (standing == EmergencyStanding.NotOpen)
            {
                await refusals.HideAsync(request, decision, NotOpen);
                return;
            }

            if (standing == EmergencyStanding.Unreachable)
            {
                await refusals.RefuseAsync(request, FixedAnswer.BadService);
                return;
            }
        }

        RecordAnswers.WriteReceipt(body, receipt);
        await releaser.ReleaseAsync(request, receipt, [EntryRecords.Of(record, decision)], decision, body.WrittenMemory, tag);
    }

    /// <summary>
    /// The request as it goes on under its emergency; null when it has been answered. One that has ended, is somebody
    /// else's or is for another record is the identical 404, before the record is looked at.
    /// </summary>
    private async Task<SharingRequest?> UnderEmergencyAsync(SharingRequest request, Guid emergency, Guid record)
    {
        var (standing, open) = await emergencies.LookUpAsync(request, emergency);
        if (standing == EmergencyStanding.Unreachable)
        {
            await refusals.RefuseAsync(request, FixedAnswer.BadService);
            return null;
        }

        if (open is null || (open.RecordId is not null && (open.RecordId != record || open.RecordType != request.Operation.RecordType)))
        {
            await refusals.HideAsync(request, null, NotOpen);
            return null;
        }

        return request with
        {
            Emergency = open,
            Justification = request.Justification is { } more ? $"{open.Reason}\n\n{more}" : open.Reason,
            Principal = request.Principal with { InEmergency = true },
        };
    }
}
