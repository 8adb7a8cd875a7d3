using Partnership.Gateway.Callers;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Recording;
using Partnership.Ledger;
using Partnership.SharingRules;

namespace Partnership.Gateway.Release;

/// <summary>The one door out: digest, entry, confirmation, then the bytes. In that order, or nothing.</summary>
public sealed class Releaser(LedgerWriter ledger, EntryFactory entries, Refusals refusals, SharingLease lease)
{
    public async Task ReleaseAsync(
        SharingRequest request, Guid entryId, IReadOnlyList<EntryRecord> records, Decision decision, ReadOnlyMemory<byte> body, string? tag,
        string contentType = "application/json", IReadOnlyList<(string Name, string Value)>? headers = null)
    {
        // What began in time may have waited for a slow service until after it.
        if (!lease.IsHeld)
        {
            await FixedAnswer.LeaseOver.WriteAsync(request.Http);
            return;
        }

        var entry = entries.Release(request, entryId, records, decision, body.Span);
        if (await ledger.RecordAsync(entry) is not { } promise)
        {
            await refusals.UnavailableAsync(request);
            return;
        }

        var response = request.Http.Response;
        if (tag is not null) response.Headers.ETag = tag;
        response.Headers[SharingRecord.HeaderName] = promise.ToString();
        foreach (var (name, value) in headers ?? []) response.Headers[name] = value;
        try
        {
            request.Http.RequestAborted.ThrowIfCancellationRequested();
            await FixedAnswer.WriteAsync(request.Http, 200, contentType, body, request.Http.RequestAborted);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            ledger.NoteAborted(entry);
        }
    }
}
