using Partnership.Contracts.Marac;
using Partnership.Marac.Flags;
using Partnership.Marac.Meetings;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Cases;

/// <param name="Meeting">The meeting as it stands now.</param>
public sealed record ListCase(MaracMeeting Meeting, Actor By, DateTimeOffset Now);

/// <param name="DueOn">Last day for returns.</param>
/// <param name="Today">The partnership's day.</param>
public sealed record OpenResearch(DateOnly DueOn, DateOnly Today, Actor By, DateTimeOffset Now);

public sealed record HearCase(Actor By, DateTimeOffset Now);

public sealed record IssueActionPlan(Actor By, DateTimeOffset Now);

/// <param name="FlagId">Id of the flag it would raise.</param>
/// <param name="FlagMonths">How long a flag is kept.</param>
/// <param name="HasOpenActions">An action of the case is not final.</param>
/// <param name="Heard">The partnership's day on which the case was heard: the flag's clock runs from there.</param>
public sealed record CloseCase(Guid FlagId, int FlagMonths, bool HasOpenActions, DateOnly? Heard, string? Note, Actor By, DateTimeOffset Now);

/// <summary>A closed case and the flag it leaves.</summary>
public sealed record Closing(CaseClosed Closed, FlagRaised Raised);

// From accepted to closed (marac §3). What needs the meeting itself, such as a quorum, is not decided here yet.
public sealed partial record MaracCase
{
    /// <summary>A case waits for its meeting; naming another meeting moves it, as long as nobody was asked for research.</summary>
    public Decision<CaseEvent> List(ListCase command) => this switch
    {
        _ when RefusalOfOffice(command.By) is { } refusal => refusal,
        { Status: CaseStatus.Listed } when MeetingId == command.Meeting.Id => Decision.Nothing<CaseEvent>(),
        { Status: not (CaseStatus.Accepted or CaseStatus.Listed) } => CaseRefusals.NotToBeListed,
        _ when command.Meeting.Scheduled is not { } scheduled || command.Meeting.Status != MeetingStatus.Scheduled
            || scheduled.StartsAt <= command.Now => CaseRefusals.MeetingNotOpen,
        _ => new CaseListed { CaseId = Id, Subjects = Opening.Subjects, MeetingId = command.Meeting.Id, ListedAt = command.Now },
    };

    /// <summary>Asks every member. Who is asked, and on which streams, is the caller's to append together with this.</summary>
    public Decision<CaseEvent> OpenResearch(OpenResearch command) => this switch
    {
        _ when RefusalOfOffice(command.By) is { } refusal => refusal,
        { Status: CaseStatus.Research } when ResearchDueOn == command.DueOn => Decision.Nothing<CaseEvent>(),
        { Status: not CaseStatus.Listed } => CaseRefusals.NotListed,
        { Members.Count: 0 } => CaseRefusals.NobodyToAsk,
        _ when command.DueOn < command.Today => CaseRefusals.DueInPast,
        _ => new ResearchOpened { CaseId = Id, Subjects = Opening.Subjects, DueOn = command.DueOn, OpenedAt = command.Now },
    };

    /// <summary>The chair's: research has been asked for and the meeting takes the case.</summary>
    public Decision<CaseEvent> Hear(HearCase command) => this switch
    {
        _ when command.By.Role != MaracRoles.Chair => MaracRoles.NotYours,
        { Status: CaseStatus.Heard } => Decision.Nothing<CaseEvent>(),
        { Status: not CaseStatus.Research } or { MeetingId: null } => CaseRefusals.NotInResearch,
        { MeetingId: { } meeting } => new CaseHeard { CaseId = Id, Subjects = Opening.Subjects, MeetingId = meeting, HeardAt = command.Now },
    };

    public Decision<CaseEvent> Issue(IssueActionPlan command) => this switch
    {
        _ when RefusalOfOffice(command.By) is { } refusal => refusal,
        { Status: CaseStatus.ActionsOpen } => Decision.Nothing<CaseEvent>(),
        { Status: not CaseStatus.Heard } => CaseRefusals.NotHeard,
        _ => new ActionPlanIssued { CaseId = Id, Subjects = Opening.Subjects, IssuedAt = command.Now },
    };

    /// <summary>Two streams at once: the case closes and its flag is raised.</summary>
    public Decision<Closing> Close(CloseCase command) => this switch
    {
        _ when !command.By.IsOneOf(MaracRoles.Triage) => MaracRoles.NotYours,
        { Status: CaseStatus.ClosedFlagged } => Decision.Nothing<Closing>(),
        { Status: not CaseStatus.ActionsOpen } => CaseRefusals.NoActionsOpen,
        _ when command.HasOpenActions => CaseRefusals.ActionsNotFinal,
        _ => new Closing(
            new CaseClosed { CaseId = Id, Subjects = Opening.Subjects, FlagId = command.FlagId, ClosedAt = command.Now, Note = command.Note },
            new FlagRaised
            {
                FlagId = command.FlagId,
                CaseId = Id,
                Subjects = [Content.Victim.PersonId, .. Content.Perpetrators.Select(p => p.PersonId)],
                RegisterId = Opening.RegisterId,
                RaisedAt = command.Now,
                ExpiresOn = (command.Heard ?? DateOnly.FromDateTime(command.Now.UtcDateTime)).AddMonths(command.FlagMonths),
                Victim = new FlaggedPerson { PersonId = Content.Victim.PersonId, Name = Content.Victim.Name },
                Perpetrators = [.. Content.Perpetrators.Select(p => new FlaggedPerson { PersonId = p.PersonId, Name = p.Name })],
            }),
    };
}
