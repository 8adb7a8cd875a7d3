using Partnership.Contracts.Marac;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Minutes;

/// <summary><c>POST /marac/cases/{id}/minutes</c>: lines, each with its ticked readers.</summary>
internal static class AddMinutesSlice
{
    private const int Lines = 100;
    private const int LineLength = 4_000;
    private const int Readers = 40;

    public static async Task<IResult> HandleAsync(
        Guid id, HttpContext http, CallerContext caller, Idempotency idempotency, MinutesStreams minutes, PartnershipConfiguration partnership,
        TimeProvider clock, CancellationToken ct)
    {
        var once = await idempotency.BeginAsync(http, caller, ct);
        if (once.Answer is { } done) return done;
        var report = new InputReport();
        var body = Read(caller.Body, partnership, clock.GetUtcNow(), report);
        if (body is null || report.HasErrors) return Problem.Invalid(report.ByField());
        var by = Actor.Of(caller.Caller);
        return await minutes.RecordAsync(
            id, caller, once,
            (it, now) => CaseMinutes.Record(new RecordMinutes(it, it.IsChildCase(partnership.DayAt(now)), LinesOf(body, now), by, now)), ct);
    }

    public static AddMinutesRequest? Read(ReadOnlyMemory<byte> sent, PartnershipConfiguration partnership, DateTimeOffset now, InputReport report)
    {
        // A list that is there and empty ticks nobody; an absent one ticks the default.
        var body = BodyReader.Read(sent, report, b => new AddMinutesRequest
        {
            Lines = b.Parts("lines", Lines, l => new MinutesLineRequest
            {
                Text = l.Text("text", LineLength, lines: true),
                About = l.Code<AboutWhom>("about"),
                FactOrOpinion = l.Code<FactOrOpinion>("factOrOpinion"),
                Readers = l.Has("readers") ? l.Texts("readers", Readers, 41) : null,
            }),
        });
        if (body is null) return null;
        report.RequireAny(body.Lines, "lines", "Write at least one line.");
        return body with { Lines = [.. body.Lines.Select((line, i) => Check(line, $"lines[{i}]", partnership, now, report))] };
    }

    private static MinutesLineRequest Check(
        MinutesLineRequest line, string at, PartnershipConfiguration partnership, DateTimeOffset now, InputReport report)
    {
        report.Require(line.Text, $"{at}.text", "Write the line.");
        report.Require(line.About, $"{at}.about", "Say whom it is about.");
        report.Require(line.FactOrOpinion, $"{at}.factOrOpinion", "Say whether this is fact or opinion.");
        return line.Readers is { } readers ? line with { Readers = MeetingParties.CheckReaders(readers, $"{at}.readers", partnership, now, report) } : line;
    }

    private static IReadOnlyList<LineToRecord> LinesOf(AddMinutesRequest body, DateTimeOffset now) =>
    [
        .. body.Lines.Select(line => new LineToRecord(
            Guid.CreateVersion7(now), line.Text ?? "", line.About ?? AboutWhom.General, line.FactOrOpinion ?? FactOrOpinion.Opinion, line.Readers)),
    ];
}
