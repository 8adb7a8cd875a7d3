using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;
using Partnership.Gateway.Operations;

namespace Partnership.Gateway.OpenApi;

/// <summary>Schemas of request bodies, from the contracts that services read them by.</summary>
public static class RequestSchemas
{
    private static readonly Dictionary<(string RecordType, string Command), Type> Bodies = new()
    {
        [(RecordTypes.MaracReferral, "submit")] = typeof(SubmitReferralRequest),
        [(RecordTypes.MaracReferral, "accept")] = typeof(AcceptReferralRequest),
        [(RecordTypes.MaracReferral, "redirect")] = typeof(RedirectReferralRequest),
        [(RecordTypes.MaracReferral, "confirm-redirect")] = typeof(ConfirmRedirectRequest),
        [(RecordTypes.MaracReferral, "withdraw")] = typeof(WithdrawReferralRequest),
        [(RecordTypes.SharingEmergency, "submit")] = typeof(OpenEmergencyRequest),
        [(RecordTypes.SharingEmergency, "review")] = typeof(ReviewEmergencyRequest),
        [(RecordTypes.MaracCase, "relations")] = typeof(RecordRelationRequest),
        [(RecordTypes.MaracCase, "needs")] = typeof(RecordNeedRequest),
        [(RecordTypes.MaracCase, "summary")] = typeof(WriteSummaryRequest),
        [(RecordTypes.MaracCase, "unsafe-copies")] = typeof(RecordUnsafeCopiesRequest),
        [(RecordTypes.MaracCase, "readers")] = typeof(RestrictReadersRequest),
        [(RecordTypes.MaracCase, "conflicts")] = typeof(DeclareConflictRequest),
        [(RecordTypes.MaracCase, "resolve-conflict")] = typeof(ResolveConflictRequest),
        [(RecordTypes.MaracCase, "holds")] = typeof(ClearHoldRequest),
        [(RecordTypes.MaracCase, "amendments")] = typeof(AmendCaseRequest),
        [(RecordTypes.MaracCase, "list")] = typeof(ListCaseRequest),
        [(RecordTypes.MaracCase, "close")] = typeof(CloseCaseRequest),
        [(RecordTypes.MaracCase, "search")] = typeof(SearchCasesRequest),
        [(RecordTypes.MaracMeeting, "submit")] = typeof(ScheduleMeetingRequest),
        [(RecordTypes.MaracCase, "request-research")] = typeof(RequestResearchRequest),
        [(RecordTypes.MaracResearchRequest, "return")] = typeof(ResearchReturnRequest),
        [(RecordTypes.MaracResearchReturn, "caldicott")] = typeof(CaldicottRequest),
        [(RecordTypes.MaracCase, "minutes")] = typeof(AddMinutesRequest),
        [(RecordTypes.MaracCase, "actions")] = typeof(AssignActionRequest),
        [(RecordTypes.MaracAction, "confirm-need")] = typeof(ConfirmNeedRequest),
        [(RecordTypes.MaracAction, "outcome")] = typeof(RecordOutcomeRequest),
    };

    /// <summary>Null for commands that take no body, such as listing a member.</summary>
    public static JsonNode? For(Operation operation)
    {
        if (operation is { Kind: OperationKind.List, NamesScheme: true })
            return JsonNode.Parse("""{"type":"object","properties":{"scheme":{"type":"string"},"subjectId":{"type":"string","format":"uuid"}},"required":["scheme","subjectId"]}""");
        return Bodies.TryGetValue((operation.RecordType, operation.Command ?? operation.Verb), out var type)
            ? WireJson.Options.GetJsonSchemaAsNode(type)
            : null;
    }
}
