using Partnership.Contracts.Marac;
using Partnership.Marac.Cases;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Actions;

/// <param name="ActionId">Id it would have.</param>
/// <param name="Case">The case as it stands now.</param>
/// <param name="OwnerPerson">Id of the people register; somebody of that agency and team.</param>
/// <param name="Needs">Field groups the owner will need.</param>
public sealed record AssignAction(
    Guid ActionId, MaracCase Case, Party Owner, string OwnerPerson, string Description, IReadOnlyList<ActionTarget> Targets, DateOnly DueOn,
    IReadOnlyList<string> Needs, Actor By, DateTimeOffset Now);

public sealed record ConfirmNeed(IReadOnlyList<string> Groups, string Reason, Actor By, DateTimeOffset Now);

/// <param name="Status">Never OPEN.</param>
public sealed record RecordOutcome(ActionStatus Status, string Outcome, Actor By, DateTimeOffset Now);

/// <summary>One task of an action plan, which belongs to exactly one agency (and team).</summary>
public sealed record CaseAction
{
    public static CaseAction None { get; } = new();

    /// <summary>Null when there is no such action.</summary>
    public ActionAssigned? Assigned { get; private init; }

    /// <summary>Null until the coordinator confirms what its owner needs.</summary>
    public ActionNeedConfirmed? Need { get; private init; }

    /// <summary>Null while it is open.</summary>
    public ActionOutcomeRecorded? Outcome { get; private init; }

    /// <summary>How it was assigned. Only of an action that is there.</summary>
    public ActionAssigned Assignment => Assigned ?? throw new InvalidOperationException("There is no such action.");

    public ActionStatus Status => Outcome?.Status ?? ActionStatus.Open;

    public Party Owner => new(Assignment.OwnerAgency, Assignment.OwnerTeam);

    public static CaseAction Of(IEnumerable<ActionEvent> events) => events.Aggregate(None, (state, e) => state.Apply(e));

    public CaseAction Apply(ActionEvent happened) => happened switch
    {
        ActionAssigned e => this with { Assigned = e },
        ActionNeedConfirmed e => this with { Need = e },
        ActionOutcomeRecorded e => this with { Outcome = e },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of an action."),
    };

    /// <summary>The meeting and its office give tasks from the hearing on.</summary>
    public static Decision<ActionEvent> Assign(AssignAction command) => command.Case switch
    {
        _ when !command.By.IsOneOf(MaracRoles.CaseOffice) => MaracRoles.NotYours,
        _ when CaseRefusals.NeverMembers.Contains(command.Owner.Agency) => CaseRefusals.NeverMember,
        { Status: not (CaseStatus.Heard or CaseStatus.ActionsOpen) } => ActionRefusals.NotOpen,
        var it => new ActionAssigned
        {
            ActionId = command.ActionId,
            CaseId = it.Id,
            Subjects = it.Opening.Subjects,
            OwnerAgency = command.Owner.Agency,
            OwnerTeam = command.Owner.Team,
            Targets = command.Targets,
            DueOn = command.DueOn,
            NeedsProposed = [.. command.Needs.Distinct().Order(StringComparer.Ordinal)],
            AssignedBy = command.By.Person,
            AssignedAt = command.Now,
            OwnerPerson = command.OwnerPerson,
            Description = command.Description,
        },
    };

    /// <summary>By the coordinator, and never by the team that gains.</summary>
    public Decision<ActionEvent> ConfirmNeed(ConfirmNeed command) => this switch
    {
        _ when !command.By.IsOneOf(MaracRoles.Triage) => MaracRoles.NotYours,
        _ when new Party(command.By.Agency, command.By.Team) == Owner => CaseRefusals.GainsAlone,
        { Outcome: not null } => ActionRefusals.AlreadyFinal,
        { Need: { } before } when before.Reason == command.Reason && before.Groups.ToHashSet().SetEquals(command.Groups) => Decision.Nothing<ActionEvent>(),
        _ => new ActionNeedConfirmed
        {
            ActionId = Assignment.ActionId,
            CaseId = Assignment.CaseId,
            Subjects = Assignment.Subjects,
            Groups = [.. command.Groups.Distinct().Order(StringComparer.Ordinal)],
            ConfirmedBy = command.By.Person,
            ConfirmedAt = command.Now,
            Reason = command.Reason,
        },
    };

    /// <summary>By the owning agency (and team) alone, whatever has become of the case meanwhile.</summary>
    public Decision<ActionEvent> RecordOutcome(RecordOutcome command) => this switch
    {
        _ when new Party(command.By.Agency, command.By.Team) != Owner => ActionRefusals.NotTheOwner,
        { Outcome: { } before } when before.Status == command.Status && before.Outcome == command.Outcome => Decision.Nothing<ActionEvent>(),
        { Outcome: not null } => ActionRefusals.AlreadyFinal,
        _ => new ActionOutcomeRecorded
        {
            ActionId = Assignment.ActionId,
            CaseId = Assignment.CaseId,
            Subjects = Assignment.Subjects,
            Status = command.Status,
            RecordedBy = command.By.Person,
            RecordedAt = command.Now,
            Outcome = command.Outcome,
        },
    };
}

/// <summary>Why an action is refused. Codes are stable.</summary>
public static class ActionRefusals
{
    public static readonly Refusal NotOpen = new("actions-not-open", "Actions are assigned from the hearing until the case is closed.");
    public static readonly Refusal AlreadyFinal = new("action-already-final", "What became of the action has been recorded.");
    public static readonly Refusal NotTheOwner = new("not-the-owner", "The agency that owns the action says what became of it.");
}
