using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.Input;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Meetings;

/// <summary>Loads and appends to the streams of meetings.</summary>
internal sealed class MeetingStreams(IEventStore store)
{
    public const string Type = "marac_meeting";

    /// <summary><see cref="MaracMeeting.None"/> when there is none.</summary>
    public async Task<(MaracMeeting Meeting, long Version)> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        var stream = await store.LoadAsync(id, cancellationToken);
        return stream.Version == 0 || stream.Erased || stream.Events[0].Data is not MeetingEvent ? (MaracMeeting.None, 0) : (Fold(stream), stream.Version);
    }

    public static MaracMeeting Fold(LoadedStream stream) => MaracMeeting.Of(stream.Events.Select(e => (MeetingEvent)e.Data));

    public static StreamAppend Scheduling(MeetingScheduled scheduled) => new(
        scheduled.MeetingId, Type, 0, [new NewEvent(Guid.CreateVersion7(scheduled.ScheduledAt), scheduled, scheduled.ScheduledAt)],
        MeetingProjection.SealOf(scheduled.MeetingId), [MeetingProjection.Row(MaracMeeting.Of([scheduled]), 1)]);
}

/// <summary>The row a meeting is read from. It tells nothing of any case.</summary>
internal static class MeetingProjection
{
    public const string View = "meeting";

    /// <summary>Which key seals a meeting and its row.</summary>
    public static SealScope SealOf(Guid meetingId) => new(meetingId, "meeting", MaracService.Owner);

    /// <summary>The same row from the log, for making the view anew.</summary>
    public static InlineView Inline() => new()
    {
        Name = View,
        StreamType = MeetingStreams.Type,
        Seal = stream => SealOf(stream.StreamId),
        Project = source => Row(MeetingStreams.Fold(source.Main), source.Version),
    };

    public static ViewRow Row(MaracMeeting meeting, long version)
    {
        var scheduled = meeting.Scheduled ?? throw new InvalidOperationException("There is no such meeting.");
        var status = meeting.Status ?? throw new InvalidOperationException("There is no such meeting.");
        var envelope = new RecordEnvelope<MeetingView>
        {
            Type = RecordTypes.MaracMeeting,
            Id = meeting.Id,
            Facts = new RecordFacts { Version = version, State = CodeNames.Of(status), Scheme = MaracService.Scheme },
            Data = new MeetingView { Status = status, StartsAt = scheduled.StartsAt, Venue = scheduled.Venue },
        };
        return new ViewRow(
            View, meeting.Id, version, JsonSerializer.SerializeToUtf8Bytes(envelope, WireJson.Options), [ReachCodes.All],
            scheduled.StartsAt.ToUnixTimeMilliseconds(), []);
    }
}

/// <summary><c>POST /marac/meetings</c> (201), <c>GET /marac/meetings[/{id}]</c>.</summary>
internal static class MeetingSlices
{
    public static IServiceCollection AddMeetings(this IServiceCollection services) => services
        .AddSingleton<MeetingStreams>()
        .AddInlineView(static _ => MeetingProjection.Inline());

    public static RouteGroupBuilder MapMeetings(this RouteGroupBuilder routes)
    {
        var meetings = routes.MapGroup("/marac/meetings");
        meetings.MapPost("", ScheduleAsync);
        meetings.MapGet("", (HttpRequest request, CallerContext caller, IEventStore store, CancellationToken ct) =>
            Reading.PageAsync(store, MeetingProjection.View, caller, request, ct));
        meetings.MapGet("/{id:guid}", (Guid id, IEventStore store, CancellationToken ct) => Reading.RecordAsync(store, MeetingProjection.View, id, ct));
        meetings.MapGet("/{id:guid}/facts", (Guid id, IEventStore store, CancellationToken ct) => Reading.FactsAsync(store, MeetingProjection.View, id, ct));
        return routes;
    }

    private static async Task<IResult> ScheduleAsync(
        HttpContext http, CallerContext caller, Idempotency idempotency, IEventStore store, TimeProvider clock, CancellationToken ct)
    {
        var once = await idempotency.BeginAsync(http, caller, ct);
        if (once.Answer is { } done) return done;
        var report = new InputReport();
        var now = clock.GetUtcNow();
        var body = Read(caller.Body, now, report);
        if (body?.StartsAt is not { } startsAt || report.HasErrors) return Problem.Invalid(report.ByField());
        if (!Actor.Of(caller.Caller).IsOneOf(MaracRoles.CaseOffice)) return Problem.Refused(MaracRoles.NotYours);

        var scheduled = new MeetingScheduled { MeetingId = Guid.CreateVersion7(now), StartsAt = startsAt, ScheduledAt = now, Venue = body.Venue };
        var location = $"/marac/meetings/{scheduled.MeetingId}";
        var verdict = await store.AppendAsync(
            new Append
            {
                Streams = [MeetingStreams.Scheduling(scheduled)],
                Idempotency = once.Row(StatusCodes.Status201Created, location, scheduled.MeetingId),
                Headers = caller.Headers(),
            },
            ct);
        return verdict switch
        {
            AppendVerdict.Written => TypedResults.Created(location),
            AppendVerdict.AlreadyDone already => once.Settle(already),
            _ => throw new InvalidOperationException("A new stream cannot lose a race."),
        };
    }

    public static ScheduleMeetingRequest? Read(ReadOnlyMemory<byte> sent, DateTimeOffset now, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new ScheduleMeetingRequest { StartsAt = b.Moment("startsAt"), Venue = b.Text("venue", 200) });
        if (body is null) return null;
        report.Require(body.StartsAt, "startsAt", "Say when the meeting starts.");
        if (body.StartsAt <= now) report.Error("startsAt", InputCodes.InPast, "The meeting must start in the future.");
        if (body.StartsAt > now.AddYears(2)) report.Error("startsAt", InputCodes.TooFarAhead, "This lies more than two years ahead.");
        return body;
    }
}
