using Partnership.Contracts.Marac;
using Partnership.Marac.Cases;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Minutes;

/// <param name="LineId">Id the line would have.</param>
/// <param name="Readers">Null: every member team whose cell for minutes is Y.</param>
public sealed record LineToRecord(Guid LineId, string Text, AboutWhom About, FactOrOpinion FactOrOpinion, IReadOnlyList<string>? Readers);

/// <param name="Case">The case as it stands now.</param>
/// <param name="IsChildCase">Whether children are concerned today.</param>
public sealed record RecordMinutes(MaracCase Case, bool IsChildCase, IReadOnlyList<LineToRecord> Lines, Actor By, DateTimeOffset Now);

/// <summary>The minutes of a case at one meeting, as their stream tells them.</summary>
public sealed record CaseMinutes
{
    public static CaseMinutes None { get; } = new();

    public IReadOnlyList<MinutesRecorded> Recorded { get; private init; } = [];

    public static CaseMinutes Of(IEnumerable<MinutesEvent> events) => events.Aggregate(None, (state, e) => state.Apply(e));

    public CaseMinutes Apply(MinutesEvent happened) => happened switch
    {
        MinutesRecorded e => this with { Recorded = [.. Recorded, e] },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of minutes."),
    };

    /// <summary>By those who hold the meeting, while the case is before it and until its plan is issued.</summary>
    public static Decision<MinutesEvent> Record(RecordMinutes command) => command.Case switch
    {
        _ when !command.By.IsOneOf(MaracRoles.CaseOffice) => MaracRoles.NotYours,
        { Status: not (CaseStatus.Research or CaseStatus.Heard) } or { MeetingId: null } => MinutesRefusals.NotOpen,
        { MeetingId: { } meeting } it => new MinutesRecorded
        {
            CaseId = it.Id,
            Subjects = it.Opening.Subjects,
            MeetingId = meeting,
            Agency = command.By.Agency,
            Team = command.By.Team,
            RecordedBy = command.By.Person,
            RecordedAt = command.Now,
            Count = command.Lines.Count,
            Lines =
            [
                .. command.Lines.Select(line => new MinutesLine
                {
                    LineId = line.LineId,
                    Text = line.Text,
                    About = line.About,
                    FactOrOpinion = line.FactOrOpinion,
                    Readers = line.Readers ?? EveryReader(it, command.IsChildCase),
                }),
            ],
        },
    };

    private static IReadOnlyList<string> EveryReader(MaracCase it, bool isChildCase) =>
    [
        .. it.Members.Select(m => m.Party()).Where(party => MeetingParties.ReadsMinutes(party, isChildCase))
            .Select(MeetingParties.CodeOf).Order(StringComparer.Ordinal),
    ];
}

public static class MinutesRefusals
{
    public static readonly Refusal NotOpen = new("minutes-not-open", "Minutes are written while the case is before its meeting.");
}
