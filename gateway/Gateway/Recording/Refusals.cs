using Partnership.Gateway.Operations;
using Partnership.Gateway.Release;
using Partnership.SharingRules;

namespace Partnership.Gateway.Recording;

/// <summary>Refusals are recorded before they are answered, and answered the same whatever they hide.</summary>
public sealed class Refusals(LedgerWriter ledger, EntryFactory entries, GatewayOptions options, TimeProvider clock)
{
    /// <summary>403 and its like: decided by token and route alone.</summary>
    public async Task RefuseAsync(SharingRequest request, FixedAnswer answer)
    {
        if (await ledger.RecordAsync(entries.Refusal(request, answer.Code)) is null) await UnavailableAsync(request);
        else await answer.WriteAsync(request.Http);
    }

    /// <summary>The 503 of a ledger that cannot record: the same, and in the same steps of time, whatever it stands for.</summary>
    public async Task UnavailableAsync(SharingRequest request)
    {
        await NextStepAsync(request.ArrivedAt);
        await FixedAnswer.LedgerUnavailable.WriteAsync(request.Http);
    }

    /// <summary>
    /// The identical 404 of a record that is hidden and of one that does not exist: recorded, then sent at the next step of
    /// time after arrival, so that how long the look-up took does not show.
    /// </summary>
    /// <param name="code">Why, where it was not the decision.</param>
    public async Task HideAsync(SharingRequest request, Decision? decision, string? code = null)
    {
        var recorded = await ledger.RecordAsync(entries.Refusal(request, code ?? decision?.DenialCode ?? "not-found", decision, byCasework: code is not null));
        await NextStepAsync(request.ArrivedAt);
        await (recorded is null ? FixedAnswer.LedgerUnavailable : FixedAnswer.NotFound).WriteAsync(request.Http);
    }

    /// <summary>Records a refusal whose answer the caller writes; false when the ledger cannot.</summary>
    public async Task<bool> RecordAsync(SharingRequest request, string code, Decision decision) =>
        await ledger.RecordAsync(entries.Refusal(request, code, decision, byCasework: true)) is not null;

    private async Task NextStepAsync(long arrivedAt)
    {
        var step = options.HiddenAnswerStep.Ticks;
        var elapsed = clock.GetElapsedTime(arrivedAt).Ticks;
        // Up to a whole millisecond, because timers drop the rest and would fire before the step.
        var left = TimeSpan.FromMilliseconds(Math.Ceiling(TimeSpan.FromTicks(((elapsed / step) + 1) * step - elapsed).TotalMilliseconds));
        await Task.Delay(left, clock);
    }
}
