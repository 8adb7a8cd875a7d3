using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Cases;

/// <param name="Text">Null empties the summary.</param>
/// <param name="By">Who writes it.</param>
/// <param name="Now">When.</param>
public sealed record WriteSummary(string? Text, Actor By, DateTimeOffset Now);

/// <summary><c>PUT /marac/cases/{id}/summary</c>: one text a case, the same for all who have it.</summary>
internal static class WriteSummarySlice
{
    public static async Task<IResult> PutAsync(Guid id, CallerContext caller, CaseStreams cases, CancellationToken ct)
    {
        var report = new InputReport();
        var body = BodyReader.Read(caller.Body, report, b => new WriteSummaryRequest { Text = b.Text("text", 4_000, lines: true) });
        if (body is null || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await cases.UpdateAsync(
            id, caller, (it, now) => it.WriteSummary(new WriteSummary(body.Text, Actor.Of(caller.Caller), now)), ct)).Result;
    }
}
