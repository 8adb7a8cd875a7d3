using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.CaseItems;
using Partnership.Marac.Cases;

namespace Partnership.Marac.Actions;

/// <summary>What is kept of an action beside how it stands on its case.</summary>
/// <param name="OwnerPerson">Id of the people register.</param>
/// <param name="Needed">Groups the coordinator has confirmed; null while nothing is confirmed.</param>
/// <param name="ConfirmedBy">Who confirmed them, by the scheme's pseudonym.</param>
internal sealed record ActionRow(Guid CaseId, string OwnerPerson, ActionStatus Status, IReadOnlyList<string>? Needed, string? ConfirmedBy);

/// <summary>The one row of an action: as it stands on its case, and what its own record rests on.</summary>
internal static class ActionProjection
{
    /// <summary>A confirmed need ends with the action, whenever that is.</summary>
    private static readonly DateTimeOffset UntilFinal = new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero);

    public static ViewRow Row(CaseAction action, long version)
    {
        var it = action.Assignment;
        return new ViewRow(
            CaseFamilies.Actions, it.ActionId, version,
            ItemRow.Body([ItemOf(action)], new ActionRow(it.CaseId, it.OwnerPerson ?? "", action.Status, action.Need?.Groups, action.Need?.ConfirmedBy)),
            [ReachCodes.All, ReachCodes.Addressee(it.OwnerAgency, it.OwnerTeam), CaseFamilies.CodeOf(it.CaseId)],
            it.AssignedAt.ToUnixTimeMilliseconds(), []);
    }

    /// <summary>The same row from the log, for making the view anew.</summary>
    public static InlineView Inline() => new()
    {
        Name = CaseFamilies.Actions,
        StreamType = ActionStreams.StreamType,
        Seal = stream => CaseProjection.SealOf(((ActionEvent)stream.Events[0].Data).CaseId),
        Project = source => Row(ActionStreams.Fold(source.Main), source.Version),
    };

    /// <summary>
    /// What its named owner may have for it: the confirmed groups while it is open, and the action's own text from the
    /// confirmation on, for those who get nothing of a case otherwise.
    /// </summary>
    public static IReadOnlyList<NeedFact> NeedsOf(ActionRow row, MemberFact owner) => row switch
    {
        { Needed: null } => [],
        { Status: ActionStatus.Open, Needed: { } groups } =>
            [new NeedFact(owner.Agency, owner.Team, [.. groups.Append(FieldGroups.Actions).Distinct()], UntilFinal, row.ConfirmedBy ?? "")],
        _ => [new NeedFact(owner.Agency, owner.Team, [FieldGroups.Actions], UntilFinal, row.ConfirmedBy ?? "")],
    };

    private static CaseItem ItemOf(CaseAction action)
    {
        var it = action.Assignment;
        return new CaseItem(
            new ItemFact(it.ActionId) { Owner = new MemberFact(it.OwnerAgency, it.OwnerTeam) },
            it.AssignedAt,
            string.Join('\n', (string?[])[it.Description, action.Outcome?.Outcome]),
            new CaseActionView
            {
                ItemId = it.ActionId,
                OwnerAgency = it.OwnerAgency,
                OwnerTeam = it.OwnerTeam,
                Description = it.Description ?? "",
                Targets = it.Targets,
                DueOn = it.DueOn,
                Status = action.Status,
                Outcome = action.Outcome?.Outcome,
            });
    }
}
