using Partnership.Contracts.Marac;
using Partnership.EventStore;

namespace Partnership.Marac.Actions;

public abstract record ActionEvent
{
    [Plain] public required Guid ActionId { get; init; }
    [Plain] public required Guid CaseId { get; init; }

    /// <summary>Scheme-local ids of the people concerned, for the ledger.</summary>
    [Plain] public required IReadOnlyList<Guid> Subjects { get; init; }
}

/// <summary>An agency took on a task, with an owner and a date.</summary>
[StoredName("marac.action-assigned.v1")]
public sealed record ActionAssigned : ActionEvent
{
    [Plain] public required string OwnerAgency { get; init; }
    [Plain] public string? OwnerTeam { get; init; }
    [Plain] public required IReadOnlyList<ActionTarget> Targets { get; init; }
    [Plain] public required DateOnly DueOn { get; init; }

    /// <summary>Field groups the owner will need; given once the coordinator confirms them.</summary>
    [Plain] public required IReadOnlyList<string> NeedsProposed { get; init; }
    [Plain] public required string AssignedBy { get; init; }
    [Plain] public required DateTimeOffset AssignedAt { get; init; }

    /// <summary>Id of the people register.</summary>
    public string? OwnerPerson { get; init; }
    public string? Description { get; init; }
}

/// <summary>The coordinator confirmed what the action's owner needs for it, in place of what was confirmed before.</summary>
[StoredName("marac.action-need-confirmed.v1")]
public sealed record ActionNeedConfirmed : ActionEvent
{
    [Plain] public required IReadOnlyList<string> Groups { get; init; }
    [Plain] public required string ConfirmedBy { get; init; }
    [Plain] public required DateTimeOffset ConfirmedAt { get; init; }
    public string? Reason { get; init; }
}

/// <summary>The owning agency said what became of the action. It is final.</summary>
[StoredName("marac.action-outcome-recorded.v1")]
public sealed record ActionOutcomeRecorded : ActionEvent
{
    [Plain] public required ActionStatus Status { get; init; }
    [Plain] public required string RecordedBy { get; init; }
    [Plain] public required DateTimeOffset RecordedAt { get; init; }
    public string? Outcome { get; init; }
}
