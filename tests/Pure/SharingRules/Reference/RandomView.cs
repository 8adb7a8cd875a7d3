using Partnership.Contracts;
using Partnership.Contracts.Records;

namespace Partnership.Tests.Pure.SharingRules.Reference;

/// <summary>A view of the tests' own with every form a view can have, small enough to be filtered a million times.</summary>
[RecordView(RandomView.Type)]
internal sealed record RandomView
{
    public const string Type = "marac.random";

    [Group(FieldGroups.Meta)] public required string Status { get; init; }
    [Group(FieldGroups.Triage)] public string? Note { get; init; }
    [Frame] public required RandomVictim Victim { get; init; }
    [Group(FieldGroups.Children, Flag = true)] public required IReadOnlyList<RandomChild> Children { get; init; }
    [Group(FieldGroups.Flag, Flag = true)] public required bool Flagged { get; init; }
    [Group(FieldGroups.Flag)] public required int Months { get; init; }
    [Group(FieldGroups.Narrative)] public string? Narrative { get; init; }
    [Group(FieldGroups.Summary)] public string? Summary { get; init; }
    [Group(FieldGroups.SharedResearch)] public required IReadOnlyList<RandomFinding> Research { get; init; }
    [Group(FieldGroups.InternalResearch)] public string? KeptBack { get; init; }
    [Group(FieldGroups.Minutes)] public required IReadOnlyList<RandomLine> Minutes { get; init; }
}

internal sealed record RandomVictim
{
    [ItemKey, Group(FieldGroups.VictimIdentity)] public required Guid PersonId { get; init; }
    [Group(FieldGroups.VictimIdentity)] public required string Name { get; init; }
    [Group(FieldGroups.VictimLocation)] public required IReadOnlyList<RandomAddress> Addresses { get; init; }
    [Group(FieldGroups.VictimLocation)] public string? Phone { get; init; }
    [Group(FieldGroups.SafeContact)] public string? Via { get; init; }
}

internal sealed record RandomAddress
{
    [ItemKey, Group(FieldGroups.VictimLocation)] public required Guid AddressId { get; init; }
    [Group(FieldGroups.VictimLocation)] public required string Line { get; init; }
}

internal sealed record RandomChild
{
    [ItemKey, Group(FieldGroups.Children)] public required Guid PersonId { get; init; }
    [Group(FieldGroups.Children)] public required string Name { get; init; }
    [Group(FieldGroups.ChildPlaces)] public string? School { get; init; }
}

internal sealed record RandomFinding
{
    [ItemKey, Group(FieldGroups.SharedResearch)] public required Guid ItemId { get; init; }
    [Group(FieldGroups.SharedResearch)] public required string Text { get; init; }
    [Group(FieldGroups.Triage)] public required IReadOnlyList<string> Readers { get; init; }
}

internal sealed record RandomLine
{
    [ItemKey, Group(FieldGroups.Minutes)] public required Guid ItemId { get; init; }
    [Group(FieldGroups.Minutes)] public required string Text { get; init; }
}
