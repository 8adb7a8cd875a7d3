using Partnership.Contracts.Marac;
using Partnership.EventStore;

namespace Partnership.Marac.Meetings;

public abstract record MeetingEvent
{
    [Plain] public required Guid MeetingId { get; init; }
}

/// <summary>A meeting has a date. Which cases it hears stands on the cases.</summary>
[StoredName("marac.meeting-scheduled.v1")]
public sealed record MeetingScheduled : MeetingEvent
{
    [Plain] public required DateTimeOffset StartsAt { get; init; }
    [Plain] public required DateTimeOffset ScheduledAt { get; init; }
    public string? Venue { get; init; }
}

/// <summary>A meeting, as its stream tells it.</summary>
public sealed record MaracMeeting
{
    /// <summary>No meeting yet.</summary>
    public static MaracMeeting None { get; } = new();

    public Guid Id { get; private init; }

    /// <summary>Null when there is no such meeting.</summary>
    public MeetingStatus? Status { get; private init; }
    public MeetingScheduled? Scheduled { get; private init; }

    public static MaracMeeting Of(IEnumerable<MeetingEvent> events) => events.Aggregate(None, (meeting, e) => meeting.Apply(e));

    public MaracMeeting Apply(MeetingEvent happened) => happened switch
    {
        MeetingScheduled e => this with { Id = e.MeetingId, Status = MeetingStatus.Scheduled, Scheduled = e },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of a meeting."),
    };
}
