using Partnership.Contracts.Marac;
using Partnership.Marac.Content;

namespace Partnership.Marac.Referrals;

/// <summary>Turns a body that passed its rules into content, giving everybody and every address and phone an id.</summary>
internal static class ReferralContents
{
    /// <param name="newId">Where ids come from; called once for each person, address and phone, in order.</param>
    public static ReferralContent From(SubmitReferralRequest referral, Func<Guid> newId) => new()
    {
        Referrer = new Referrer
        {
            Name = referral.Referrer?.Name ?? "",
            Role = referral.Referrer?.Role ?? "",
            Phone = referral.Referrer?.Phone ?? "",
            Email = referral.Referrer?.Email ?? "",
        },
        AwareOfReferral = referral.AwareOfReferral ?? ConsentAnswer.NotAsked,
        ConsentToReferral = referral.ConsentToReferral ?? ConsentAnswer.NotAsked,
        ConsentReason = referral.ConsentReason,
        ConsentDecisionMaker = referral.ConsentDecisionMaker,
        JudgementReason = referral.JudgementReason,
        ImmediateDanger = referral.ImmediateDanger,
        Victim = VictimFrom(referral.Victim ?? new VictimRequest(), newId),
        Perpetrators = [.. referral.Perpetrators.Select(p => PerpetratorFrom(p, newId()))],
        Children = [.. referral.Children.Select(c => ChildFrom(c, newId()))],
        VulnerableAdults =
        [
            .. referral.VulnerableAdults.Select(a => new VulnerableAdult { PersonId = newId(), Name = a.Name ?? "", Relation = a.Relation }),
        ],
        RiskChecklist = referral.RiskChecklist is { } checklist ? ChecklistFrom(checklist) : null,
        Narrative = NarrativeFrom(referral),
        Protection = new Protection
        {
            AfraidOf = referral.AfraidOf,
            SafeToTalkTo = referral.SafeToTalkTo,
            NotSafeToTalkTo = referral.NotSafeToTalkTo,
            MustNotReceive =
            [
                .. referral.MustNotReceive.Select(m => new MustNotReceive { Name = m.Name ?? "", Relation = m.Relation, Reason = m.Reason }),
            ],
        },
    };

    private static Victim VictimFrom(VictimRequest victim, Func<Guid> newId) => new()
    {
        PersonId = newId(),
        Name = victim.Name ?? "",
        Aliases = victim.Aliases,
        DateOfBirth = victim.DateOfBirth,
        EstimatedAge = victim.EstimatedAge,
        Gender = victim.Gender,
        Addresses = [.. victim.Addresses.Select(a => AddressFrom(a, newId()))],
        LivesWithPerpetrator = victim.LivesWithPerpetrator,
        Phones = [.. victim.Phones.Select(p => PhoneFrom(p, newId()))],
        SafeContactVia = victim.SafeContactVia,
        Diversity = victim.Diversity is not { } d ? null : new Diversity
        {
            Ethnicity = d.Ethnicity,
            Disability = d.Disability,
            LgbtPlus = d.LgbtPlus,
            Religion = d.Religion,
            Language = d.Language,
            InterpreterNeeded = d.InterpreterNeeded,
            ImmigrationStatus = d.ImmigrationStatus,
            NoRecourseToPublicFunds = d.NoRecourseToPublicFunds,
            Pregnant = d.Pregnant,
        },
    };

    public static Address AddressFrom(AddressRequest address, Guid id) => new()
    {
        AddressId = id,
        Lines = address.Lines,
        Postcode = address.Postcode,
        IsConfidential = address.IsConfidential ?? false,
        IsCurrent = address.IsCurrent ?? true,
    };

    public static Phone PhoneFrom(PhoneRequest phone, Guid id) => new()
    {
        PhoneId = id,
        Number = phone.Number ?? "",
        SafeToCall = phone.SafeToCall ?? SafeToCall.Unknown,
        SafeTimes = phone.SafeTimes,
        VoicemailOk = phone.VoicemailOk,
    };

    private static Perpetrator PerpetratorFrom(PerpetratorRequest perpetrator, Guid id) => new()
    {
        PersonId = id,
        Name = perpetrator.Name ?? "",
        Aliases = perpetrator.Aliases,
        DateOfBirth = perpetrator.DateOfBirth,
        Address = perpetrator.Address,
        Phones = perpetrator.Phones,
        Relation = perpetrator.Relation ?? "",
        Occupation = perpetrator.Occupation,
        Weapons = perpetrator.Weapons,
        LicenceOrderOrBail = perpetrator.LicenceOrderOrBail,
        InCustodyUntil = perpetrator.InCustodyUntil,
    };

    private static Child ChildFrom(ChildRequest child, Guid id) => new()
    {
        PersonId = id,
        Name = child.Name,
        DateOfBirth = child.DateOfBirth,
        ExpectedOn = child.ExpectedOn,
        RelationToVictim = child.RelationToVictim,
        RelationToPerpetrator = child.RelationToPerpetrator,
        SocialWorker = child.SocialWorker,
        School = child.School,
        LivesWith = child.LivesWith,
    };

    private static Checklist ChecklistFrom(ChecklistRequest checklist) => new()
    {
        CompletedOn = checklist.CompletedOn ?? default,
        Assessor = checklist.Assessor,
        AssessorTrained = checklist.AssessorTrained,
        Items =
        [
            .. checklist.Items.Select(i => new ChecklistItem
            {
                Item = i.Item ?? "",
                Answer = i.Answer ?? ChecklistAnswer.NotAsked,
                Comment = i.Comment,
            }),
        ],
        Occupation = checklist.Occupation,
        Weapons = checklist.Weapons,
        Animals = checklist.Animals,
    };

    private static Narrative NarrativeFrom(SubmitReferralRequest referral) => new()
    {
        LatestIncident = referral.Narrative?.LatestIncident,
        LatestIncidentIs = referral.Narrative?.LatestIncidentIs,
        History = referral.Narrative?.History,
        HistoryIs = referral.Narrative?.HistoryIs,
        VictimWishes = referral.Narrative?.VictimWishes,
        PoliceInvolved = referral.PoliceInvolved,
        PoliceIncidentsInYear = referral.PoliceIncidentsInYear,
        CrimeReference = referral.CrimeReference,
        VictimWantsPoliceContact = referral.VictimWantsPoliceContact,
        OtherMaracs = [.. referral.OtherMaracs.Select(o => new OtherMarac { Area = o.Area ?? "", Date = o.Date })],
    };
}
