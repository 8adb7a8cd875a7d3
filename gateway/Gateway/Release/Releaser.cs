using System.Buffers;
using Partnership.Gateway.Callers;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Recording;
using Partnership.Ledger;
using Partnership.SharingRules;

namespace Partnership.Gateway.Release;

/// <summary>The one door out: digest, entry, confirmation, then the bytes. In that order, or nothing.</summary>
public sealed class Releaser(LedgerWriter ledger, EntryFactory entries, Refusals refusals, SharingLease lease)
{
    public async Task ReleaseAsync(SharingRequest request, Guid entryId, IReadOnlyList<EntryRecord> records, Decision decision, ArrayBufferWriter<byte> body, string? tag)
    {
        // What began in time may have waited for a slow service until after it.
        if (!lease.IsHeld)
        {
            await FixedAnswer.LeaseOver.WriteAsync(request.Http);
            return;
        }

        var entry = entries.Release(request, entryId, records, decision, body.WrittenSpan);
        if (await ledger.RecordAsync(entry) is not { } promise)
        {
            await refusals.UnavailableAsync(request);
            return;
        }

        var response = request.Http.Response;
        if (tag is not null) response.Headers.ETag = tag;
        response.Headers[SharingRecord.HeaderName] = promise.ToString();
        try
        {
            request.Http.RequestAborted.ThrowIfCancellationRequested();
            await FixedAnswer.WriteAsync(request.Http, 200, "application/json", body.WrittenMemory);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            ledger.NoteAborted(entry);
        }
    }
}
