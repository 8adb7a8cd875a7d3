using System.Globalization;
using Partnership.Contracts;
using Partnership.Gateway.Commanding;
using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Operations;
using Partnership.Gateway.Recording;
using Partnership.Gateway.Release;
using Partnership.SharingRules;

namespace Partnership.Gateway.Reading;

/// <summary>
/// A photo or a document: nothing in it can be left out, so it leaves whole or not at all, by the group it belongs to. Its
/// facts are decided first; the service gives the bytes only while those facts hold.
/// </summary>
public sealed class ReadDocument(ServiceForwarder forwarder, FactsClient factsClient, AgreementSet agreements, Releaser releaser, Refusals refusals, TimeProvider clock)
{
    private const int MaxAttempts = 4;

    /// <summary>Types that may leave, and how a body of each begins: one that is something else is not sent as it.</summary>
    private static readonly Dictionary<string, byte[]> Beginnings = new(StringComparer.Ordinal)
    {
        ["image/jpeg"] = [0xFF, 0xD8, 0xFF],
        ["image/png"] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
        ["application/pdf"] = [.. "%PDF-"u8],
    };

    public async Task HandleAsync(SharingRequest request)
    {
        var (operation, id) = (request.Operation, request.RecordId!.Value);
        if (request.Http.Request.QueryString.HasValue)
        {
            await FixedAnswer.BadQuery.WriteAsync(request.Http);
            return;
        }

        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var (status, facts) = await factsClient.ReadAsync(request, id);
            if (status == 404)
            {
                await refusals.HideAsync(request, null);
                return;
            }

            if (facts is null) break;
            var decision = agreements.Decide(request.Principal, operation.Verb, operation.RecordType, facts.Facts, request.Purpose, request.LocalAt);
            if (!decision.Permitted || decision.ReleaseOf(operation.DocumentGroup!).Kind != ReleaseKind.All)
            {
                await refusals.HideAsync(request, decision, decision.Permitted ? "group-not-released" : null);
                return;
            }

            var answer = await forwarder.ForwardAsync(
                request, ServiceCaller.Of(request, decision), OperationPaths.Whole(operation.Pattern, request.Http), "", default, facts.Facts.Version, []);
            if (answer.Status == 409 && ServiceProblems.CodeOf(answer) == RegisteredProblems.FactsChanged) continue;
            if (answer.Status == 404)
            {
                await refusals.HideAsync(request, decision, "not-found");
                return;
            }

            if (!IsSound(operation, answer)) break;
            await ReleaseAsync(request, facts, decision, answer);
            return;
        }

        await refusals.RefuseAsync(request, FixedAnswer.BadService);
    }

    private static bool IsSound(Operation operation, ServiceAnswer answer) =>
        answer is { Status: 200, MediaType: { } type } && operation.ContentTypes.Contains(type)
        && Beginnings.TryGetValue(type, out var beginning) && answer.Body.Span.StartsWith(beginning);

    private async Task ReleaseAsync(SharingRequest request, Envelope facts, Decision decision, ServiceAnswer answer)
    {
        var receipt = Guid.CreateVersion7(clock.GetUtcNow());
        var record = EntryRecords.Of(facts, decision) with
        {
            FieldGroups = [request.Operation.DocumentGroup!],
            HeldBack = [.. decision.ReleasedGroups.Concat(decision.HeldBackGroups).Where(g => g != request.Operation.DocumentGroup)],
            MasksApplied = [],
        };
        // What a record says in its body (NR14), said beside one that has no place for it.
        var obligations = decision.Obligations!;
        IReadOnlyList<(string, string)> headers =
        [
            ("Sharing-Receipt", receipt.ToString()),
            ("Sharing-Obligations", string.Create(CultureInfo.InvariantCulture, $"no-onward, purpose={obligations.Purpose}, expires={obligations.Expires:yyyy-MM-dd}")),
        ];
        await releaser.ReleaseAsync(request, receipt, [record], decision, answer.Body, tag: null, answer.MediaType!, headers);
    }
}
