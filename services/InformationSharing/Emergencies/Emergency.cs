using Partnership.Contracts.Sharing;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;

namespace Partnership.InformationSharing.Emergencies;

/// <summary>What is asked for by whom; read and checked.</summary>
public sealed record OpenEmergency(
    Guid Id, EmergencyType Type, string Reason, PersonAtRisk PersonAtRisk, string Person, string Agency, string? Team, string Role);

/// <summary>One emergency as its stream tells it, and what may be done with it. Pure.</summary>
public sealed record Emergency
{
    /// <summary>The record type whose one record an emergency opens.</summary>
    public const string Opens = Contracts.RecordTypes.MaracCase;

    public required EmergencyOpened Opening { get; init; }
    public string? RecordType { get; init; }
    public Guid? RecordId { get; init; }
    public IReadOnlyList<EmergencyUsed> Uses { get; init; } = [];
    public EmergencyReviewed? Review { get; init; }

    public EmergencyReviewState ReviewState => Review is null ? EmergencyReviewState.ToReview : Review.Outcome switch
    {
        EmergencyReviewOutcome.Justified => EmergencyReviewState.Justified,
        EmergencyReviewOutcome.NotJustified => EmergencyReviewState.NotJustified,
        EmergencyReviewOutcome.MoreInfo => EmergencyReviewState.MoreInfo,
    };

    /// <summary>Whether somebody still has to say if it was right.</summary>
    public bool AwaitsReview => ReviewState is EmergencyReviewState.ToReview or EmergencyReviewState.MoreInfo;

    /// <summary>It ends with its time, and with a verdict on it.</summary>
    public bool IsOpen(DateTimeOffset now) => now < Opening.Until && AwaitsReview;

    public bool IsOverdue(DateTimeOffset now) => AwaitsReview && now >= Opening.ReviewBy;

    /// <summary>The same person in the same agency, team and role: another hat has opened nothing.</summary>
    public bool IsOf(Caller caller) =>
        caller.Person == Opening.Person && caller.Agency == Opening.Agency && caller.Team == Opening.Team && caller.Role == Opening.Role;

    /// <param name="earlier">When this person opened others.</param>
    public static EmergencyOpened Open(OpenEmergency command, IEnumerable<DateTimeOffset> earlier, PartnershipConfiguration partnership, DateTimeOffset now)
    {
        var terms = partnership.Emergency;
        var recently = 1 + earlier.Count(at => at > now.AddDays(-terms.WithinDays));
        return new EmergencyOpened
        {
            EmergencyId = command.Id,
            At = now,
            Type = command.Type,
            Person = command.Person,
            Agency = command.Agency,
            Team = command.Team,
            Role = command.Role,
            Until = now.AddMinutes(terms.LastsMinutes),
            ReviewBy = partnership.Deadline(now, terms.ReviewWorkingDays),
            OpenedRecently = recently,
            Repeated = recently > terms.MarkAfter,
            RecordType = command.PersonAtRisk.CaseId is null ? null : Opens,
            RecordId = command.PersonAtRisk.CaseId,
            Reason = command.Reason,
            PersonName = command.PersonAtRisk.Name,
            PersonDateOfBirth = command.PersonAtRisk.DateOfBirth,
        };
    }

    /// <summary>Null when this record may not be read under it: it has ended, is somebody else's, or is for another record.</summary>
    public EmergencyUsed? Use(Caller caller, EmergencyUse request, DateTimeOffset now) =>
        IsOpen(now) && IsOf(caller) && request.RecordType == Opens && (RecordId is null || RecordId == request.RecordId)
            ? new EmergencyUsed
            {
                EmergencyId = Opening.EmergencyId,
                At = now,
                RecordType = request.RecordType,
                RecordId = request.RecordId,
                Subjects = request.Subjects,
                EntryId = request.EntryId,
            }
            : null;

    /// <summary>A verdict stands; more information may be asked for until there is one.</summary>
    public Decision<EmergencyEvent> Judge(EmergencyReviewOutcome outcome, string? note, string reviewer, DateTimeOffset now)
    {
        if (reviewer == Opening.Person) return EmergencyRefusals.OwnEmergency;
        if (!AwaitsReview) return EmergencyRefusals.AlreadyReviewed;
        return new EmergencyReviewed
        {
            EmergencyId = Opening.EmergencyId,
            At = now,
            Outcome = outcome,
            Reviewer = reviewer,
            Late = IsOverdue(now),
            Note = note,
        };
    }

    public static Emergency Of(IEnumerable<EmergencyEvent> events)
    {
        Emergency? emergency = null;
        foreach (var happened in events) emergency = Apply(emergency, happened);
        return emergency ?? throw new InvalidOperationException("An emergency begins with its opening.");
    }

    private static Emergency Apply(Emergency? before, EmergencyEvent happened) => happened switch
    {
        EmergencyOpened e => new Emergency { Opening = e, RecordType = e.RecordType, RecordId = e.RecordId },
        EmergencyUsed e => before! with { RecordType = e.RecordType, RecordId = e.RecordId, Uses = [.. before.Uses, e] },
        EmergencyReviewed e => before! with { Review = e },
        _ => throw new InvalidOperationException("An unknown event of an emergency."),
    };

    public Emergency After(EmergencyEvent happened) => Apply(this, happened);
}

/// <summary>Why a review is refused.</summary>
public static class EmergencyRefusals
{
    public static Refusal OwnEmergency { get; } = new("own-emergency", "Nobody reviews an emergency of their own.");
    public static Refusal AlreadyReviewed { get; } = new("already-reviewed", "This emergency has been reviewed.");
}
