using Partnership.Contracts.Marac;
using Partnership.EventStore;

namespace Partnership.Marac.Minutes;

// The minutes of a case at one meeting are a stream of their own, so that many hands can write at once without the case
// changing under anybody.

public abstract record MinutesEvent
{
    [Plain] public required Guid CaseId { get; init; }

    /// <summary>Scheme-local ids of the people concerned, for the ledger.</summary>
    [Plain] public required IReadOnlyList<Guid> Subjects { get; init; }
}

/// <summary>Lines were added to the minutes of a case. A line is never changed: what was wrong is said in another.</summary>
[StoredName("marac.minutes-recorded.v1")]
public sealed record MinutesRecorded : MinutesEvent
{
    [Plain] public required Guid MeetingId { get; init; }
    [Plain] public required string Agency { get; init; }
    [Plain] public string? Team { get; init; }

    /// <summary>Who wrote them, by the scheme's pseudonym.</summary>
    [Plain] public required string RecordedBy { get; init; }
    [Plain] public required DateTimeOffset RecordedAt { get; init; }
    [Plain] public required int Count { get; init; }
    public IReadOnlyList<MinutesLine> Lines { get; init; } = [];
}

public sealed record MinutesLine
{
    public Guid LineId { get; init; }
    public string Text { get; init; } = "";
    public AboutWhom About { get; init; }
    public FactOrOpinion FactOrOpinion { get; init; }

    /// <summary>Teams that may read it: <c>SASP</c>, <c>PCC/CSC</c>.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];
}
