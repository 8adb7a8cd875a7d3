using Partnership.Ledger;
using Partnership.SharingRules;

namespace Partnership.Gateway.Recording;

/// <summary>What the ledger says of one record of an answer.</summary>
public static class EntryRecords
{
    public static IReadOnlyDictionary<string, bool> NoFacts { get; } = new Dictionary<string, bool>();

    public static EntryRecord Of(Envelope record, Decision decision) => new()
    {
        RecordType = record.Type,
        RecordId = record.Id.ToString(),
        SubjectIds = [.. record.Facts.Subjects.Select(s => s.ToString())],
        FieldGroups = decision.ReleasedGroups,
        HeldBack = decision.HeldBackGroups,
        MasksApplied = decision.MasksApplied,
        DecisionRule = decision.RuleIds,
        Facts = decision.Conditions,
    };

    /// <summary>A list that had nothing for this caller: still an answer, still recorded.</summary>
    public static EntryRecord Empty(string recordType) => new()
    {
        RecordType = recordType,
        SubjectIds = [],
        FieldGroups = [],
        HeldBack = [],
        MasksApplied = [],
        DecisionRule = [],
        Facts = NoFacts,
    };
}
