namespace Partnership.Contracts.Marac;

// Bodies of MARAC commands, as an agency's system writes them. Nothing is `required` here: the service reads a body field
// by field so that one answer names everything that is wrong with it. What must be there is said in each docstring.

/// <summary>
/// <c>POST /marac/referrals</c>. Required: <see cref="Referrer"/>, <see cref="ReferralAt"/>, at least one of
/// <see cref="Criteria"/>, <see cref="Victim"/>, at least one of <see cref="Perpetrators"/>,
/// <see cref="AwareOfReferral"/> and <see cref="ConsentToReferral"/>.
/// </summary>
public sealed record SubmitReferralRequest
{
    public ReferrerRequest? Referrer { get; init; }

    /// <summary>How it reached the coordinator, who may enter what came by e-mail, phone or form. Default PLATFORM.</summary>
    public ReceivedBy? ReceivedBy { get; init; }

    /// <summary>When the referral was made: a date-time with its offset from UTC, not in the future.</summary>
    public DateTimeOffset? ReferralAt { get; init; }
    public IReadOnlyList<ReferralCriterion> Criteria { get; init; } = [];

    /// <summary>Why the case is high risk whatever the score; required by PROFESSIONAL_JUDGEMENT.</summary>
    public string? JudgementReason { get; init; }

    /// <summary>Incidents reported to the police in the last 12 months, for POTENTIAL_ESCALATION.</summary>
    public int? PoliceIncidentsInYear { get; init; }

    /// <summary>Somebody is in danger now. The answer then says to dial 999 first.</summary>
    public bool? ImmediateDanger { get; init; }
    public VictimRequest? Victim { get; init; }
    public IReadOnlyList<PerpetratorRequest> Perpetrators { get; init; } = [];
    public IReadOnlyList<ChildRequest> Children { get; init; } = [];
    public IReadOnlyList<VulnerableAdultRequest> VulnerableAdults { get; init; } = [];
    public ChecklistRequest? RiskChecklist { get; init; }
    public NarrativeRequest? Narrative { get; init; }
    public ConsentAnswer? AwareOfReferral { get; init; }
    public ConsentAnswer? ConsentToReferral { get; init; }

    /// <summary>Required, with <see cref="ConsentDecisionMaker"/>, when <see cref="ConsentToReferral"/> is NO.</summary>
    public string? ConsentReason { get; init; }
    public string? ConsentDecisionMaker { get; init; }
    public IReadOnlyList<string> AfraidOf { get; init; } = [];
    public IReadOnlyList<string> SafeToTalkTo { get; init; } = [];
    public IReadOnlyList<string> NotSafeToTalkTo { get; init; } = [];
    public IReadOnlyList<MustNotReceiveRequest> MustNotReceive { get; init; } = [];
    public bool? PoliceInvolved { get; init; }
    public string? CrimeReference { get; init; }
    public YesNoUnknown? VictimWantsPoliceContact { get; init; }
    public IReadOnlyList<OtherMaracRequest> OtherMaracs { get; init; } = [];
}

/// <summary>Who refers. All required; the e-mail is one of the agency's secure domains.</summary>
public sealed record ReferrerRequest
{
    public string? Name { get; init; }

    /// <summary>Code of the agency, the sender's own unless the coordinator enters a referral received.</summary>
    public string? Agency { get; init; }
    public string? Role { get; init; }
    public string? Phone { get; init; }
    public string? Email { get; init; }
}

/// <summary>Required: <see cref="Name"/>, and one of <see cref="DateOfBirth"/> and <see cref="EstimatedAge"/>.</summary>
public sealed record VictimRequest
{
    public string? Name { get; init; }
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public DateOnly? DateOfBirth { get; init; }
    public int? EstimatedAge { get; init; }
    public Gender? Gender { get; init; }
    public IReadOnlyList<AddressRequest> Addresses { get; init; } = [];
    public YesNoUnknown? LivesWithPerpetrator { get; init; }
    public IReadOnlyList<PhoneRequest> Phones { get; init; } = [];

    /// <summary>The person or agency through whom the victim can safely be reached.</summary>
    public string? SafeContactVia { get; init; }
    public DiversityRequest? Diversity { get; init; }
}

/// <summary>Required: at least one of <see cref="Lines"/>.</summary>
public sealed record AddressRequest
{
    public IReadOnlyList<string> Lines { get; init; } = [];
    public string? Postcode { get; init; }

    /// <summary>Default false.</summary>
    public bool? IsConfidential { get; init; }

    /// <summary>Default true.</summary>
    public bool? IsCurrent { get; init; }
}

/// <summary>Required: <see cref="Number"/>. Without <see cref="SafeToCall"/> the number is UNKNOWN, which behaves as NO.</summary>
public sealed record PhoneRequest
{
    public string? Number { get; init; }
    public SafeToCall? SafeToCall { get; init; }
    public string? SafeTimes { get; init; }
    public bool? VoicemailOk { get; init; }
}

public sealed record DiversityRequest
{
    public string? Ethnicity { get; init; }
    public string? Disability { get; init; }
    public string? LgbtPlus { get; init; }
    public string? Religion { get; init; }
    public string? Language { get; init; }
    public YesNoUnknown? InterpreterNeeded { get; init; }
    public string? ImmigrationStatus { get; init; }
    public YesNoUnknown? NoRecourseToPublicFunds { get; init; }
    public YesNoUnknown? Pregnant { get; init; }
}

/// <summary>Required: <see cref="Name"/> and <see cref="Relation"/> (to the victim).</summary>
public sealed record PerpetratorRequest
{
    public string? Name { get; init; }
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public DateOnly? DateOfBirth { get; init; }
    public string? Address { get; init; }
    public IReadOnlyList<string> Phones { get; init; } = [];
    public string? Relation { get; init; }
    public string? Occupation { get; init; }
    public string? Weapons { get; init; }
    public string? LicenceOrderOrBail { get; init; }
    public DateOnly? InCustodyUntil { get; init; }
}

/// <summary>Required: <see cref="Name"/>, or <see cref="ExpectedOn"/> for an unborn child.</summary>
public sealed record ChildRequest
{
    public string? Name { get; init; }
    public DateOnly? DateOfBirth { get; init; }
    public DateOnly? ExpectedOn { get; init; }
    public string? RelationToVictim { get; init; }
    public string? RelationToPerpetrator { get; init; }
    public string? SocialWorker { get; init; }
    public string? School { get; init; }
    public string? LivesWith { get; init; }
}

/// <summary>Required: <see cref="Name"/>.</summary>
public sealed record VulnerableAdultRequest
{
    public string? Name { get; init; }
    public string? Relation { get; init; }
}

/// <summary>Required: <see cref="CompletedOn"/> and each of the 24 <see cref="Items"/> once.</summary>
public sealed record ChecklistRequest
{
    public DateOnly? CompletedOn { get; init; }
    public string? Assessor { get; init; }
    public bool? AssessorTrained { get; init; }
    public IReadOnlyList<ChecklistItemRequest> Items { get; init; } = [];

    /// <summary>Derived from the answers; where it is sent it must agree with them.</summary>
    public int? YesCount { get; init; }
    public string? Occupation { get; init; }
    public string? Weapons { get; init; }
    public string? Animals { get; init; }
}

/// <summary>Required: <see cref="Item"/> (see <see cref="ChecklistItems"/>) and <see cref="Answer"/>.</summary>
public sealed record ChecklistItemRequest
{
    public string? Item { get; init; }
    public ChecklistAnswer? Answer { get; init; }
    public string? Comment { get; init; }
}

/// <summary>What happened, told with fact and opinion apart.</summary>
public sealed record NarrativeRequest
{
    public string? LatestIncident { get; init; }
    public FactOrOpinion? LatestIncidentIs { get; init; }
    public string? History { get; init; }
    public FactOrOpinion? HistoryIs { get; init; }
    public string? VictimWishes { get; init; }
}

/// <summary>Required: <see cref="Name"/>.</summary>
public sealed record MustNotReceiveRequest
{
    public string? Name { get; init; }
    public string? Relation { get; init; }
    public string? Reason { get; init; }
}

/// <summary>Required: <see cref="Area"/>.</summary>
public sealed record OtherMaracRequest
{
    public string? Area { get; init; }
    public DateOnly? Date { get; init; }
}

/// <summary>Body of the 201 that answers a submission; it rests on the submission's own body alone.</summary>
public sealed record SubmissionAnswer
{
    public required IReadOnlyList<SubmissionWarning> Warnings { get; init; }
}

/// <summary>Something the referrer may want to look at again. <see cref="Field"/> is a path such as <c>victim.phones[0]</c>.</summary>
public sealed record SubmissionWarning(string Code, string Field);
