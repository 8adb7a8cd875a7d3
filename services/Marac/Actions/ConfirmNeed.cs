using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Actions;

/// <summary><c>POST /marac/actions/{id}/confirm-need</c>: what the named owner gets for the action, until it is final.</summary>
internal static class ConfirmNeedSlice
{
    public static async Task<IResult> HandleAsync(Guid id, CallerContext caller, ActionStreams actions, CancellationToken ct)
    {
        var report = new InputReport();
        var body = Read(caller.Body, report);
        if (body is not { Reason: { } reason } || report.HasErrors) return Problem.Invalid(report.ByField());
        return await actions.UpdateAsync(
            id, caller, (action, now) => action.ConfirmNeed(new ConfirmNeed(body.Groups, reason, Actor.Of(caller.Caller), now)), ct);
    }

    public static ConfirmNeedRequest? Read(ReadOnlyMemory<byte> sent, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new ConfirmNeedRequest
        {
            Groups = b.Texts("groups", AssignActionSlice.Groups.Count, 40),
            Reason = b.Text("reason", ReferralBody.NoteLength, lines: true),
        });
        if (body is null) return null;
        report.RequireAny(body.Groups, "groups", "Name the groups the owner needs.");
        AssignActionSlice.CheckGroups(body.Groups, "groups", report);
        report.Require(body.Reason, "reason", "Say why the owner needs them.");
        return body;
    }
}
