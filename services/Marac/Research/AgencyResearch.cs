using Partnership.Contracts.Marac;
using Partnership.Marac.Cases;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Research;

/// <param name="RequestId">Id its request would have.</param>
/// <param name="ReturnId">Id its return would have.</param>
public sealed record AskForResearch(MaracCase Case, Party Party, Guid RequestId, Guid ReturnId, DateOnly DueOn, DateTimeOffset Now);

/// <param name="Case">The case as it stands now.</param>
/// <param name="Content">What the agency found; empty but for where it looked when <paramref name="Nil"/>.</param>
public sealed record ReturnResearch(MaracCase Case, bool Nil, ReceivedBy ReceivedBy, ResearchContent Content, Actor By, DateTimeOffset Now);

public sealed record MarkCaldicott(Guid ItemId, bool Release, string Reason, Actor By, DateTimeOffset Now);

/// <summary>What one agency (and team) was asked about a case, and answered.</summary>
public sealed record AgencyResearch
{
    /// <summary>Not asked yet: what an empty stream is.</summary>
    public static AgencyResearch None { get; } = new();

    /// <summary>Null when the agency was never asked.</summary>
    public ResearchRequested? Requested { get; private init; }
    public ResearchReturned? Returned { get; private init; }

    /// <summary>Asked since its last answer.</summary>
    public bool IsAsked { get; private init; }

    /// <summary>Health items whose release its Caldicott guardian has agreed to.</summary>
    public IReadOnlySet<Guid> Released { get; private init; } = new HashSet<Guid>();

    /// <summary>Versions of the request and of the return: of the stream's events, those that changed the one or the other.</summary>
    public long RequestVersion { get; private init; }
    public long ReturnVersion { get; private init; }
    private long Version { get; init; }

    /// <summary>What was asked. Only of an agency that was.</summary>
    public ResearchRequested Request => Requested ?? throw new InvalidOperationException("This agency was not asked.");

    public Party Party => new(Request.Agency, Request.Team);

    public static AgencyResearch Of(IEnumerable<ResearchEvent> events) => events.Aggregate(None, (state, e) => state.Apply(e));

    public AgencyResearch Apply(ResearchEvent happened) => happened switch
    {
        ResearchRequested e => this with { Requested = e, IsAsked = true, Version = Version + 1, RequestVersion = Version + 1 },
        ResearchReturned e => this with
        {
            Returned = e,
            IsAsked = false,
            // Without content when that has been erased, or is not for the row that is made.
            Released = e.Content is { } content ? Released.Intersect(content.Shared.Select(i => i.ItemId)).ToHashSet() : new HashSet<Guid>(),
            Version = Version + 1,
            RequestVersion = Version + 1,
            ReturnVersion = Version + 1,
        },
        CaldicottMarked e => this with
        {
            Released = (e.Released ? Released.Append(e.ItemId) : Released.Where(id => id != e.ItemId)).ToHashSet(),
            Version = Version + 1,
            ReturnVersion = Version + 1,
        },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of research."),
    };

    /// <summary>
    /// Where the request stands by itself. Asked anew after a nil return it is open again: the agency needs the details to
    /// look once more.
    /// </summary>
    public ResearchStatus Status => this switch
    {
        { Returned: null } => ResearchStatus.Open,
        { Returned.Nil: true, IsAsked: true } => ResearchStatus.Open,
        { Returned.Nil: true } => ResearchStatus.NilReturned,
        _ => ResearchStatus.Returned,
    };

    public Decision<ResearchEvent> Ask(AskForResearch command) =>
        Requested is not null && IsAsked && Requested.DueOn == command.DueOn
            ? Decision.Nothing<ResearchEvent>()
            : new ResearchRequested
            {
                CaseId = command.Case.Id,
                Subjects = command.Case.Opening.Subjects,
                Agency = command.Party.Agency,
                Team = command.Party.Team,
                RequestId = Requested?.RequestId ?? command.RequestId,
                ReturnId = Requested?.ReturnId ?? command.ReturnId,
                DueOn = command.DueOn,
                RequestedAt = command.Now,
            };

    /// <summary>The addressee's representative, or the coordinator for what came another way; until the case is heard.</summary>
    public Decision<ResearchEvent> Return(ReturnResearch command)
    {
        if (Requested is null) return ResearchRefusals.NotAsked;
        var isOwn = MeetingParties.IsRepresentative(command.By) && new Party(command.By.Agency, command.By.Team) == Party;
        if (!isOwn && command.By.Role != MaracRoles.Coordinator) return MaracRoles.NotYours;
        if (isOwn != (command.ReceivedBy == ReceivedBy.Platform)) return ResearchRefusals.HowItCame;
        // The internal part of what an agency found never leaves it, so nobody else types it in (NR7).
        if (!isOwn && command.Content.Internal.Count > 0) return ResearchRefusals.SharedItemsOnly;
        if (command.Case.Status != CaseStatus.Research || !command.Case.HasMember(Party)) return ResearchRefusals.NotOpen;
        if (command.Content.KnownPersons.Except(command.Case.Content.Subjects()).Any()) return CaseRefusals.PersonNotOnCase;

        var content = command.Content with { Shared = KeepIds(command.Content.Shared) };
        if (!IsAsked && Returned is { } before && before.Nil == command.Nil && before.ReceivedBy == command.ReceivedBy && ResearchContents.AreSame(before.Content, content))
            return Decision.Nothing<ResearchEvent>();
        return new ResearchReturned
        {
            CaseId = Requested.CaseId,
            Subjects = command.Case.Opening.Subjects,
            Agency = Requested.Agency,
            Team = Requested.Team,
            RequestId = Requested.RequestId,
            ReturnId = Requested.ReturnId,
            Nil = command.Nil,
            ReceivedBy = command.ReceivedBy,
            ReturnedBy = command.By.Person,
            ReturnedAt = command.Now,
            Content = content,
        };
    }

    /// <summary>By a guardian of the agency whose item it is, and of no other.</summary>
    public Decision<ResearchEvent> Mark(MarkCaldicott command) => this switch
    {
        _ when command.By.Role != MeetingParties.CaldicottGuardian || command.By.Agency != Requested?.Agency => MaracRoles.NotYours,
        _ when Returned?.Content.Shared.FirstOrDefault(i => i.ItemId == command.ItemId) is not { Health: true } => ResearchRefusals.NoHealthItem,
        _ when Released.Contains(command.ItemId) == command.Release => Decision.Nothing<ResearchEvent>(),
        _ => new CaldicottMarked
        {
            CaseId = Request.CaseId,
            Subjects = Request.Subjects,
            Agency = Request.Agency,
            Team = Request.Team,
            ReturnId = Request.ReturnId,
            ItemId = command.ItemId,
            Released = command.Release,
            MarkedBy = command.By.Person,
            MarkedAt = command.Now,
            Reason = command.Reason,
        },
    };

    /// <summary>An item that says the same as before stays the same item, with its mark; a changed one is looked at anew.</summary>
    private IReadOnlyList<SharedItem> KeepIds(IReadOnlyList<SharedItem> items)
    {
        var before = (Returned?.Content.Shared ?? []).ToList();
        return
        [
            .. items.Select(item =>
            {
                var same = before.FindIndex(b => ResearchContents.AreSame(b, item));
                if (same < 0) return item;
                var kept = item with { ItemId = before[same].ItemId };
                before.RemoveAt(same);
                return kept;
            }),
        ];
    }
}

/// <summary>Why research is refused. Codes are stable.</summary>
public static class ResearchRefusals
{
    public static readonly Refusal NotAsked = new("research-not-requested", "This agency was not asked about the case.");
    public static readonly Refusal NotOpen = new("research-not-open", "Research on the case is not open for this agency.");
    public static readonly Refusal HowItCame = new("return-received-by", "An agency's own return comes by the platform; the coordinator says how another's came.");
    public static readonly Refusal SharedItemsOnly = new("shared-items-only", "What an agency keeps to itself is entered by that agency alone.");
    public static readonly Refusal NoHealthItem = new("no-such-health-item", "The return has no such item of health information.");
}
