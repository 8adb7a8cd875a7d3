using Partnership.Contracts.Records;

namespace Partnership.Contracts.Marac;

/// <summary>A finding an agency shares with the meeting.</summary>
public sealed record FindingView
{
    [ItemKey, Group(FieldGroups.SharedResearch)] public required Guid ItemId { get; init; }
    [Group(FieldGroups.SharedResearch)] public required string Agency { get; init; }
    [Group(FieldGroups.SharedResearch)] public string? Team { get; init; }
    [Group(FieldGroups.SharedResearch)] public required AboutWhom About { get; init; }
    [Group(FieldGroups.SharedResearch)] public required FactOrOpinion FactOrOpinion { get; init; }
    [Group(FieldGroups.SharedResearch)] public DateOnly? DateOfInformation { get; init; }
    [Group(FieldGroups.SharedResearch)] public required string Text { get; init; }

    /// <summary>Health information, released outside health and the coordination only with the Caldicott mark (NR9).</summary>
    [Group(FieldGroups.SharedResearch)] public required bool Health { get; init; }

    /// <summary>Teams its author ticked, for those whose cell of the matrix is "relevant".</summary>
    [Group(FieldGroups.Triage)] public IReadOnlyList<string> Readers { get; init; } = [];
}

/// <summary>A line of minutes.</summary>
public sealed record MinutesLineView
{
    [ItemKey, Group(FieldGroups.Minutes)] public required Guid ItemId { get; init; }
    [Group(FieldGroups.Minutes)] public required AboutWhom About { get; init; }
    [Group(FieldGroups.Minutes)] public required FactOrOpinion FactOrOpinion { get; init; }
    [Group(FieldGroups.Minutes)] public required string Text { get; init; }
    [Group(FieldGroups.Minutes)] public required DateTimeOffset RecordedAt { get; init; }
    [Group(FieldGroups.Triage)] public IReadOnlyList<string> Readers { get; init; } = [];
}

/// <summary>An action as it stands on its case.</summary>
public sealed record CaseActionView
{
    /// <summary>Id of the action: <c>/marac/actions/{id}</c>.</summary>
    [ItemKey, Group(FieldGroups.Actions)] public required Guid ItemId { get; init; }
    [Group(FieldGroups.Actions)] public required string OwnerAgency { get; init; }
    [Group(FieldGroups.Actions)] public string? OwnerTeam { get; init; }
    [Group(FieldGroups.Actions)] public required string Description { get; init; }
    [Group(FieldGroups.Actions)] public required IReadOnlyList<ActionTarget> Targets { get; init; }
    [Group(FieldGroups.Actions)] public required DateOnly DueOn { get; init; }
    [Group(FieldGroups.Actions)] public required ActionStatus Status { get; init; }
    [Group(FieldGroups.Actions)] public string? Outcome { get; init; }
}

/// <summary>An action, as its owner reads it: with what the coordinator has confirmed that the owner needs for it.</summary>
[RecordView(RecordTypes.MaracAction)]
public sealed record ActionView
{
    [Group(FieldGroups.Meta)] public required Guid CaseId { get; init; }
    [Group(FieldGroups.Actions)] public required string OwnerAgency { get; init; }
    [Group(FieldGroups.Actions)] public string? OwnerTeam { get; init; }
    [Group(FieldGroups.Actions)] public required string Description { get; init; }
    [Group(FieldGroups.Actions)] public required IReadOnlyList<ActionTarget> Targets { get; init; }
    [Group(FieldGroups.Actions)] public required DateOnly DueOn { get; init; }
    [Group(FieldGroups.Actions)] public required ActionStatus Status { get; init; }
    [Group(FieldGroups.Actions)] public string? Outcome { get; init; }

    /// <summary>The victim, as far as the action's confirmed need goes.</summary>
    [Frame] public required VictimView Victim { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public IReadOnlyList<PerpetratorView> Perpetrators { get; init; } = [];
    [Group(FieldGroups.Children, Flag = true)] public IReadOnlyList<ChildView> Children { get; init; } = [];
}

/// <summary>What an agency's representative looks for: names, aliases and dates of birth; addresses only where location is permitted.</summary>
[RecordView(RecordTypes.MaracResearchRequest)]
public sealed record ResearchRequestView
{
    [Group(FieldGroups.Meta)] public required Guid CaseId { get; init; }
    [Group(FieldGroups.Meta)] public required string Agency { get; init; }
    [Group(FieldGroups.Meta)] public string? Team { get; init; }
    [Group(FieldGroups.Meta)] public required ResearchStatus Status { get; init; }

    /// <summary>The return is due by the end of this day.</summary>
    [Group(FieldGroups.Meta)] public required DateOnly DueOn { get; init; }
    [Group(FieldGroups.SearchDetails)] public required IReadOnlyList<ResearchPersonView> People { get; init; }

    /// <summary>Every address of the case, past ones included; no phones.</summary>
    [Group(FieldGroups.VictimLocation)] public required IReadOnlyList<ResearchAddressView> Addresses { get; init; }
}

public sealed record ResearchPersonView
{
    [Group(FieldGroups.SearchDetails)] public required Guid PersonId { get; init; }
    [Group(FieldGroups.SearchDetails)] public required ResearchSubject Is { get; init; }
    [Group(FieldGroups.SearchDetails)] public string? Name { get; init; }
    [Group(FieldGroups.SearchDetails)] public IReadOnlyList<string> Aliases { get; init; } = [];
    [Group(FieldGroups.SearchDetails)] public DateOnly? DateOfBirth { get; init; }
    [Group(FieldGroups.SearchDetails)] public DateOnly? ExpectedOn { get; init; }
}

public sealed record ResearchAddressView
{
    [ItemKey, Group(FieldGroups.VictimLocation)] public required Guid AddressId { get; init; }
    [Group(FieldGroups.VictimLocation)] public required IReadOnlyList<string> Lines { get; init; }
    [Group(FieldGroups.VictimLocation)] public string? Postcode { get; init; }
}

/// <summary>What an agency (and team) found about a case. Its internal part never leaves that agency and team (NR7).</summary>
[RecordView(RecordTypes.MaracResearchReturn)]
public sealed record ResearchReturnView
{
    [Group(FieldGroups.Meta)] public required Guid CaseId { get; init; }
    [Group(FieldGroups.Meta)] public required string Agency { get; init; }
    [Group(FieldGroups.Meta)] public string? Team { get; init; }

    /// <summary>True when the agency does not know the people: a real answer, where silence is none.</summary>
    [Group(FieldGroups.Meta)] public required bool Nil { get; init; }
    [Group(FieldGroups.Meta)] public required DateTimeOffset ReturnedAt { get; init; }

    /// <summary>How the return reached the platform; EMAIL, PHONE and FORM were entered by the coordinator.</summary>
    [Group(FieldGroups.Meta)] public required ReceivedBy ReceivedBy { get; init; }
    [Group(FieldGroups.SharedResearch)] public string? Representative { get; init; }
    [Group(FieldGroups.SharedResearch)] public DateOnly? LastContact { get; init; }

    /// <summary>People of the case whom the agency knows.</summary>
    [Group(FieldGroups.SharedResearch)] public IReadOnlyList<Guid> KnownPersons { get; init; } = [];
    [Group(FieldGroups.SharedResearch)] public IReadOnlyList<FindingView> Shared { get; init; } = [];
    [Group(FieldGroups.InternalResearch)] public IReadOnlyList<string> SystemsSearched { get; init; } = [];
    [Group(FieldGroups.InternalResearch)] public DateTimeOffset? SearchedAt { get; init; }
    [Group(FieldGroups.InternalResearch)] public IReadOnlyList<InternalFindingView> Internal { get; init; } = [];
}

/// <summary>A finding the agency keeps to itself, with its reason.</summary>
public sealed record InternalFindingView
{
    [Group(FieldGroups.InternalResearch)] public required AboutWhom About { get; init; }
    [Group(FieldGroups.InternalResearch)] public required FactOrOpinion FactOrOpinion { get; init; }
    [Group(FieldGroups.InternalResearch)] public DateOnly? DateOfInformation { get; init; }
    [Group(FieldGroups.InternalResearch)] public required string Text { get; init; }
    [Group(FieldGroups.InternalResearch)] public required string ReasonNotShared { get; init; }
}

/// <summary>A flag of twelve months on a case that has been heard.</summary>
[RecordView(RecordTypes.MaracFlag)]
public sealed record FlagView
{
    [Group(FieldGroups.Meta)] public required Guid CaseId { get; init; }

    /// <summary>Always true; the mask <c>flag</c> lets it leave alone.</summary>
    [Group(FieldGroups.Flag, Flag = true)] public required bool Flagged { get; init; }
    [Group(FieldGroups.Flag)] public required DateOnly ExpiresOn { get; init; }
    [Group(FieldGroups.Flag)] public required FlagStatus Status { get; init; }
    [Frame] public required FlaggedPersonView Victim { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public required IReadOnlyList<FlaggedPerpetratorView> Perpetrators { get; init; }
}

public sealed record FlaggedPersonView
{
    [ItemKey, Group(FieldGroups.VictimIdentity)] public required Guid PersonId { get; init; }
    [Group(FieldGroups.VictimIdentity)] public required string Name { get; init; }
}

public sealed record FlaggedPerpetratorView
{
    [ItemKey, Group(FieldGroups.PerpetratorIdentity)] public required Guid PersonId { get; init; }
    [Group(FieldGroups.PerpetratorIdentity)] public required string Name { get; init; }
}

/// <summary>A meeting. Its agenda is read case by case: which cases are on it is nobody's who may not know the case.</summary>
[RecordView(RecordTypes.MaracMeeting)]
public sealed record MeetingView
{
    [Group(FieldGroups.Meta)] public required MeetingStatus Status { get; init; }
    [Group(FieldGroups.Meta)] public required DateTimeOffset StartsAt { get; init; }
    [Group(FieldGroups.Meta)] public string? Venue { get; init; }
}
