using Partnership.Gateway.Operations;
using Partnership.SharingRules;

namespace Partnership.Gateway.Forwarding;

/// <summary>Reads the facts of a record alone, for what is decided before its content is asked for.</summary>
public sealed class FactsClient(ServiceClient services, GatewayOptions options)
{
    /// <summary>Status 0 when the service did not answer; facts only where they are those of this very record.</summary>
    public async Task<(int Status, Envelope? Facts)> ReadAsync(SharingRequest request, Guid id)
    {
        using var timeout = new CancellationTokenSource(options.ServiceTimeout);
        try
        {
            var (operation, http) = (request.Operation, request.Http);
            var (path, query) = operation.FactsPath is { } named
                ? (OperationPaths.Whole(named, http), OperationPaths.Query(http, operation.QueryParameters) ?? "")
                : (OperationPaths.OfRecord(operation, id) + "/facts", "");
            using var message = services.Request(HttpMethod.Get, operation.Service, path, query, default, ServiceCaller.Of(request), null, []);
            using var response = await services.SendAsync(message, timeout.Token);
            var answer = await ServiceAnswer.ReadAsync(response, options.MaxAnswerBytes, timeout.Token);
            var read = answer.IsJson && EnvelopeReader.TryReadFacts(answer.Body, out var facts, out _) && facts is not null && (facts.Id == id || operation.FactsPath is not null) && facts.Type == operation.RecordType
                ? facts
                : null;
            return (answer.Status, read);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            return (0, null);
        }
    }
}
