using Partnership.Contracts.Marac;

namespace Partnership.Marac.Content;

// What a referral says, as events store it. Kept apart from the views and the request bodies on purpose: each of the three
// is frozen for readers of its own. All of it describes people, so all of it is sealed, as one value. A later field is
// never `required`: that would make every event before it unreadable.

/// <summary>Everything a referral tells about people; a case opens with a copy of it under the case's own key.</summary>
public sealed record ReferralContent
{
    public Referrer Referrer { get; init; } = new();
    public ConsentAnswer AwareOfReferral { get; init; } = ConsentAnswer.NotAsked;
    public ConsentAnswer ConsentToReferral { get; init; } = ConsentAnswer.NotAsked;
    public string? ConsentReason { get; init; }
    public string? ConsentDecisionMaker { get; init; }
    public string? JudgementReason { get; init; }
    public bool? ImmediateDanger { get; init; }
    public Victim Victim { get; init; } = new();
    public IReadOnlyList<Perpetrator> Perpetrators { get; init; } = [];
    public IReadOnlyList<Child> Children { get; init; } = [];
    public IReadOnlyList<VulnerableAdult> VulnerableAdults { get; init; } = [];
    public Checklist? RiskChecklist { get; init; }
    public Narrative Narrative { get; init; } = new();
    public Protection Protection { get; init; } = new();

    /// <summary>Scheme-local ids of everybody the referral is about, the victim first.</summary>
    public IReadOnlyList<Guid> Subjects() =>
    [
        Victim.PersonId, .. Perpetrators.Select(p => p.PersonId), .. Children.Select(c => c.PersonId),
        .. VulnerableAdults.Select(a => a.PersonId),
    ];
}

public sealed record Referrer
{
    public string Name { get; init; } = "";
    public string Role { get; init; } = "";
    public string Phone { get; init; } = "";
    public string Email { get; init; } = "";
}

public sealed record Victim
{
    public Guid PersonId { get; init; }
    public string Name { get; init; } = "";
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public DateOnly? DateOfBirth { get; init; }
    public int? EstimatedAge { get; init; }
    public Gender? Gender { get; init; }
    public IReadOnlyList<Address> Addresses { get; init; } = [];
    public YesNoUnknown? LivesWithPerpetrator { get; init; }
    public IReadOnlyList<Phone> Phones { get; init; } = [];
    public string? SafeContactVia { get; init; }
    public Diversity? Diversity { get; init; }
}

public sealed record Address
{
    public Guid AddressId { get; init; }
    public IReadOnlyList<string> Lines { get; init; } = [];
    public string? Postcode { get; init; }
    public bool IsConfidential { get; init; }
    public bool IsCurrent { get; init; }
}

public sealed record Phone
{
    public Guid PhoneId { get; init; }
    public string Number { get; init; } = "";
    public SafeToCall SafeToCall { get; init; } = SafeToCall.Unknown;
    public string? SafeTimes { get; init; }
    public bool? VoicemailOk { get; init; }
}

public sealed record Diversity
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

public sealed record Perpetrator
{
    public Guid PersonId { get; init; }
    public string Name { get; init; } = "";
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public DateOnly? DateOfBirth { get; init; }
    public string? Address { get; init; }
    public IReadOnlyList<string> Phones { get; init; } = [];
    public string Relation { get; init; } = "";
    public string? Occupation { get; init; }
    public string? Weapons { get; init; }
    public string? LicenceOrderOrBail { get; init; }
    public DateOnly? InCustodyUntil { get; init; }
}

public sealed record Child
{
    public Guid PersonId { get; init; }
    public string? Name { get; init; }
    public DateOnly? DateOfBirth { get; init; }
    public DateOnly? ExpectedOn { get; init; }
    public string? RelationToVictim { get; init; }
    public string? RelationToPerpetrator { get; init; }
    public string? SocialWorker { get; init; }
    public string? School { get; init; }
    public string? LivesWith { get; init; }
}

public sealed record VulnerableAdult
{
    public Guid PersonId { get; init; }
    public string Name { get; init; } = "";
    public string? Relation { get; init; }
}

public sealed record Checklist
{
    public DateOnly CompletedOn { get; init; }
    public string? Assessor { get; init; }
    public bool? AssessorTrained { get; init; }
    public IReadOnlyList<ChecklistItem> Items { get; init; } = [];
    public string? Occupation { get; init; }
    public string? Weapons { get; init; }
    public string? Animals { get; init; }

    /// <summary>Derived, never stored: only YES counts, and DONT_KNOW is not NO.</summary>
    public int CountYes() => Items.Count(item => item.Answer == ChecklistAnswer.Yes);
}

public sealed record ChecklistItem
{
    public string Item { get; init; } = "";
    public ChecklistAnswer Answer { get; init; } = ChecklistAnswer.NotAsked;
    public string? Comment { get; init; }
}

public sealed record Narrative
{
    public string? LatestIncident { get; init; }
    public FactOrOpinion? LatestIncidentIs { get; init; }
    public string? History { get; init; }
    public FactOrOpinion? HistoryIs { get; init; }
    public string? VictimWishes { get; init; }
    public bool? PoliceInvolved { get; init; }
    public int? PoliceIncidentsInYear { get; init; }
    public string? CrimeReference { get; init; }
    public YesNoUnknown? VictimWantsPoliceContact { get; init; }
    public IReadOnlyList<OtherMarac> OtherMaracs { get; init; } = [];
}

public sealed record OtherMarac
{
    public string Area { get; init; } = "";
    public DateOnly? Date { get; init; }
}

public sealed record Protection
{
    public IReadOnlyList<string> AfraidOf { get; init; } = [];
    public IReadOnlyList<string> SafeToTalkTo { get; init; } = [];
    public IReadOnlyList<string> NotSafeToTalkTo { get; init; } = [];
    public IReadOnlyList<MustNotReceive> MustNotReceive { get; init; } = [];
}

public sealed record MustNotReceive
{
    public string Name { get; init; } = "";
    public string? Relation { get; init; }
    public string? Reason { get; init; }
}
