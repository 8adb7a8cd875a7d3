using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Cases;

public sealed record RecordNeed(
    Party Party, IReadOnlyList<string> Groups, string Reason, DateTimeOffset Until, Actor By, DateTimeOffset Now);

public sealed record EndNeed(Party Party, Actor By, DateTimeOffset Now);

/// <summary><c>PUT</c> and <c>DELETE /marac/cases/{id}/needs/{agency}?team=</c>: an agency's need, with its groups and its end.</summary>
internal static class RecordNeedSlice
{
    /// <summary>Groups a need may name. Who must not know, triage, and a text written for all are never a matter of need.</summary>
    public static IReadOnlyList<string> Groups { get; } =
    [
        FieldGroups.VictimIdentity, FieldGroups.Diversity, FieldGroups.VictimLocation, FieldGroups.SafeContact,
        FieldGroups.PerpetratorIdentity, FieldGroups.Children, FieldGroups.RiskChecklist, FieldGroups.Narrative,
    ];

    public static async Task<IResult> PutAsync(
        Guid id, string agency, string? team, CallerContext caller, CaseStreams cases, PartnershipConfiguration partnership,
        TimeProvider clock, CancellationToken ct)
    {
        var report = new InputReport();
        var party = PartyOfRoute.Read(agency, team, partnership, clock.GetUtcNow(), report);
        var body = Read(caller.Body, partnership.Marac.NeedMaxDays, clock.GetUtcNow(), report);
        if (party is null || body is not { Reason: { } reason, Until: { } until } || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await cases.UpdateAsync(
            id, caller, (it, now) => it.RecordNeed(new RecordNeed(party, body.Groups, reason, until, Actor.Of(caller.Caller), now)), ct)).Result;
    }

    public static async Task<IResult> DeleteAsync(
        Guid id, string agency, string? team, CallerContext caller, CaseStreams cases, CancellationToken ct) =>
        (IResult)(await cases.UpdateAsync(
            id, caller, (it, now) => it.EndNeed(new EndNeed(PartyOfRoute.Written(agency, team), Actor.Of(caller.Caller), now)), ct)).Result;

    public static RecordNeedRequest? Read(ReadOnlyMemory<byte> sent, int mostDays, DateTimeOffset now, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new RecordNeedRequest
        {
            Groups = b.Texts("groups", Groups.Count, 40),
            Reason = b.Text("reason", 2_000, lines: true),
            Until = b.Moment("until"),
        });
        if (body is null) return null;
        report.RequireAny(body.Groups, "groups", "Name the groups the agency needs.");
        if (body.Groups.Except(Groups).Any())
            report.Error("groups", InputCodes.UnknownCode, $"Write names of {string.Join(", ", Groups)}.");
        report.Require(body.Reason, "reason", "Say why the agency needs them.");
        report.Require(body.Until, "until", "Say when the need ends.");
        if (body.Until <= now) report.Error("until", InputCodes.InPast, "The need must end in the future.");
        if (body.Until > now.AddDays(mostDays)) report.Error("until", InputCodes.TooFarAhead, $"A need ends within {mostDays} days; record it again if it lasts.");
        return body;
    }
}
