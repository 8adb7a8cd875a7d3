using System.Net;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Sharing;
using Partnership.Gateway.Forwarding;
using Partnership.Gateway.Operations;
using Partnership.SharingRules;

namespace Partnership.Gateway.Callers;

/// <summary>How an emergency stands for a caller.</summary>
public enum EmergencyStanding { Unreachable, NotOpen, Open }

/// <summary>
/// Asks InformationSharing about emergencies at the moment of use, so that one that has ended, was reviewed or belongs to
/// somebody else opens nothing.
/// </summary>
public sealed class Emergencies(ServiceClient services, GatewayOptions options)
{
    private const string Service = "information-sharing";

    /// <summary>Before any look-up of a record, so that its outcome says nothing about one.</summary>
    public async Task<(EmergencyStanding Standing, OpenEmergency? Emergency)> LookUpAsync(SharingRequest request, Guid id)
    {
        var answer = await AskAsync(HttpMethod.Get, $"/internal/emergencies/{id}", default, ServiceCaller.Of(request));
        if (answer.Status == (int)HttpStatusCode.NotFound) return (EmergencyStanding.NotOpen, null);
        if (!answer.IsJson) return (EmergencyStanding.Unreachable, null);
        try
        {
            var emergency = JsonSerializer.Deserialize<OpenEmergency>(answer.Body.Span, WireJson.Options);
            return emergency is null ? (EmergencyStanding.Unreachable, null) : (EmergencyStanding.Open, emergency);
        }
        catch (JsonException)
        {
            return (EmergencyStanding.Unreachable, null);
        }
    }

    /// <summary>
    /// Notes that this record is about to be released, and tells those who answer for it. The first record that is used is
    /// the one the emergency is for.
    /// </summary>
    public async Task<EmergencyStanding> UseAsync(SharingRequest request, Envelope record, Guid entryId, Decision decision)
    {
        var use = new EmergencyUse { RecordType = record.Type, RecordId = record.Id, Subjects = record.Facts.Subjects, EntryId = entryId };
        var body = JsonSerializer.SerializeToUtf8Bytes(use, WireJson.Options);
        var answer = await AskAsync(HttpMethod.Post, $"/internal/emergencies/{request.EmergencyId}/uses", body, ServiceCaller.Of(request, decision));
        return answer.Status switch
        {
            204 => EmergencyStanding.Open,
            404 => EmergencyStanding.NotOpen,
            _ => EmergencyStanding.Unreachable,
        };
    }

    private async Task<ServiceAnswer> AskAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body, ServiceDefaults.Caller caller)
    {
        using var timeout = new CancellationTokenSource(options.ServiceTimeout);
        try
        {
            using var message = services.Request(method, Service, path, "", body, caller, null, []);
            using var response = await services.SendAsync(message, timeout.Token);
            return await ServiceAnswer.ReadAsync(response, options.MaxAnswerBytes, timeout.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            return ServiceAnswer.Unreachable;
        }
    }
}
