using Microsoft.AspNetCore.Http.HttpResults;
using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.Marac.Meetings;
using Partnership.Marac.Referrals;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Cases;

/// <summary><c>POST /marac/cases/{id}/</c> <c>list</c>, <c>hear</c>, <c>issue</c>, <c>close</c>: the way through a meeting.</summary>
internal static class CaseStageSlices
{
    public static async Task<IResult> ListAsync(Guid id, CallerContext caller, CaseStreams cases, MeetingStreams meetings, CancellationToken ct)
    {
        var report = new InputReport();
        var body = BodyReader.Read(caller.Body, report, b => new ListCaseRequest { MeetingId = b.Id("meetingId") });
        report.Require(body?.MeetingId, "meetingId", "Name the meeting.");
        if (body?.MeetingId is not { } meetingId || report.HasErrors) return Problem.Invalid(report.ByField());
        var meeting = (await meetings.LoadAsync(meetingId, ct)).Meeting;
        return (IResult)(await cases.UpdateAsync(id, caller, (it, now) => it.List(new ListCase(meeting, Actor.Of(caller.Caller), now)), ct)).Result;
    }

    public static async Task<IResult> HearAsync(Guid id, CallerContext caller, CaseStreams cases, CancellationToken ct) =>
        Nothing(caller) ?? (IResult)(await cases.UpdateAsync(id, caller, (it, now) => it.Hear(new HearCase(Actor.Of(caller.Caller), now)), ct)).Result;

    public static async Task<IResult> IssueAsync(Guid id, CallerContext caller, CaseStreams cases, CancellationToken ct) =>
        Nothing(caller) ?? (IResult)(await cases.UpdateAsync(id, caller, (it, now) => it.Issue(new IssueActionPlan(Actor.Of(caller.Caller), now)), ct)).Result;

    public static async Task<IResult> CloseAsync(
        Guid id, CallerContext caller, CaseStreams cases, ICaseItems items, PartnershipConfiguration partnership, CancellationToken ct)
    {
        var report = new InputReport();
        var body = caller.Body.IsEmpty
            ? new CloseCaseRequest()
            : BodyReader.Read(caller.Body, report, b => new CloseCaseRequest { Note = b.Text("note", ReferralBody.NoteLength, lines: true) });
        if (body is null || report.HasErrors) return Problem.Invalid(report.ByField());
        var hasOpenActions = await items.HasOpenActionsAsync(id, ct);
        return (IResult)(await cases.UpdateAsync(
            id, caller,
            (whole, now) => whole.Case.Close(new CloseCase(
                Guid.CreateVersion7(now), partnership.Marac.RepeatWindowMonths, hasOpenActions,
                whole.Case.HeardAt is { } heard ? partnership.DayAt(heard) : null, body.Note, Actor.Of(caller.Caller), now)),
            closings => new CaseChange([closings[0].Closed], [], [closings[0].Raised]), ct)).Result;
    }

    /// <summary>These commands say all by their name: no body, or an empty object.</summary>
    private static ProblemHttpResult? Nothing(CallerContext caller)
    {
        if (caller.Body.IsEmpty) return null;
        var report = new InputReport();
        BodyReader.Read(caller.Body, report, _ => new object());
        return report.HasErrors ? Problem.Invalid(report.ByField()) : null;
    }
}
