using Partnership.Contracts.Sharing;
using Partnership.EventStore;

namespace Partnership.InformationSharing.Emergencies;

// The stored events of an emergency. Plain are ids, codes and dates; the reason, the person at risk and the reviewer's note
// are sealed under the emergency's own key.

public abstract record EmergencyEvent
{
    [Plain] public required Guid EmergencyId { get; init; }
    [Plain] public required DateTimeOffset At { get; init; }
}

/// <summary>A duty officer asked for access to one person's case, for a reason that cannot wait.</summary>
[StoredName("sharing.emergency-opened.v1")]
public sealed record EmergencyOpened : EmergencyEvent
{
    [Plain] public required EmergencyType Type { get; init; }

    /// <summary>Who, by the scheme's pseudonym.</summary>
    [Plain] public required string Person { get; init; }
    [Plain] public required string Agency { get; init; }
    [Plain] public string? Team { get; init; }
    [Plain] public required string Role { get; init; }
    [Plain] public required DateTimeOffset Until { get; init; }
    [Plain] public required DateTimeOffset ReviewBy { get; init; }

    /// <summary>Opened by this person in the time that is looked at, this one included.</summary>
    [Plain] public required int OpenedRecently { get; init; }
    [Plain] public required bool Repeated { get; init; }

    /// <summary>Set where the one case was named at once.</summary>
    [Plain] public string? RecordType { get; init; }
    [Plain] public Guid? RecordId { get; init; }
    public string? Reason { get; init; }
    public string? PersonName { get; init; }
    public DateOnly? PersonDateOfBirth { get; init; }
}

/// <summary>A record was about to be released under it. The first one is the one it is for.</summary>
[StoredName("sharing.emergency-used.v1")]
public sealed record EmergencyUsed : EmergencyEvent
{
    [Plain] public required string RecordType { get; init; }
    [Plain] public required Guid RecordId { get; init; }
    [Plain] public required IReadOnlyList<Guid> Subjects { get; init; }
    [Plain] public required Guid EntryId { get; init; }
}

/// <summary>The information-governance lead looked at it.</summary>
[StoredName("sharing.emergency-reviewed.v1")]
public sealed record EmergencyReviewed : EmergencyEvent
{
    [Plain] public required EmergencyReviewOutcome Outcome { get; init; }
    [Plain] public required string Reviewer { get; init; }
    [Plain] public required bool Late { get; init; }
    public string? Note { get; init; }
}

/// <summary>One more emergency of this person: a stream for each, so that two opened at once are both counted.</summary>
[StoredName("sharing.emergency-counted.v1")]
public sealed record EmergencyCounted
{
    [Plain] public required Guid EmergencyId { get; init; }
    [Plain] public required DateTimeOffset At { get; init; }
}
