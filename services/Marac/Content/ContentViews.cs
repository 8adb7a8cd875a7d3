using Partnership.Contracts.Marac;

namespace Partnership.Marac.Content;

/// <summary>Stored content as the views of referral and case show it.</summary>
internal static class ContentViews
{
    public static VictimView ToView(this Victim victim) => new()
    {
        PersonId = victim.PersonId,
        Name = victim.Name,
        Aliases = victim.Aliases,
        DateOfBirth = victim.DateOfBirth,
        EstimatedAge = victim.EstimatedAge,
        Gender = victim.Gender,
        Addresses = [.. victim.Addresses.Select(ToView)],
        LivesWithPerpetrator = victim.LivesWithPerpetrator,
        Phones = [.. victim.Phones.Select(ToView)],
        SafeContact = SafeContactOf(victim),
        Diversity = victim.Diversity?.ToView(),
    };

    /// <summary>
    /// A perpetrator as readers without the victim's location may have them: whatever tells that location, such as a home
    /// the two share, moves to a property that leaves with the location only.
    /// </summary>
    /// <param name="isHeld">Whether the text of a field tells the location and nobody has found otherwise.</param>
    public static PerpetratorView ToView(this Perpetrator perpetrator, Func<string, string, bool> isHeld)
    {
        var held = new List<LocationTextView>();
        return new PerpetratorView
        {
            PersonId = perpetrator.PersonId,
            Name = perpetrator.Name,
            Aliases = perpetrator.Aliases,
            DateOfBirth = perpetrator.DateOfBirth,
            Address = Open("address", perpetrator.Address),
            Phones = [.. perpetrator.Phones.Select(number => Open("phones", number)).OfType<string>()],
            Relation = Open("relation", perpetrator.Relation) ?? "",
            Occupation = Open("occupation", perpetrator.Occupation),
            Weapons = Open("weapons", perpetrator.Weapons),
            LicenceOrderOrBail = Open("licenceOrderOrBail", perpetrator.LicenceOrderOrBail),
            InCustodyUntil = perpetrator.InCustodyUntil,
            TellsLocation = held,
        };

        string? Open(string field, string? text)
        {
            if (text is null || !isHeld(field, text)) return text;
            held.Add(new LocationTextView { Field = field, Text = text });
            return null;
        }
    }

    /// <summary>A perpetrator of a referral, where nobody clears anything.</summary>
    public static PerpetratorView ToView(this Perpetrator perpetrator, ReferralContent content) =>
        perpetrator.ToView((_, text) => LocationGuard.IsIn(text, content));

    public static ChildView ToView(this Child child) => new()
    {
        PersonId = child.PersonId,
        Name = child.Name,
        DateOfBirth = child.DateOfBirth,
        ExpectedOn = child.ExpectedOn,
        RelationToVictim = child.RelationToVictim,
        RelationToPerpetrator = child.RelationToPerpetrator,
        SocialWorker = child.SocialWorker,
        School = child.School,
        LivesWith = child.LivesWith,
    };

    public static VulnerableAdultView ToView(this VulnerableAdult adult) =>
        new() { PersonId = adult.PersonId, Name = adult.Name, Relation = adult.Relation };

    public static ChecklistView ToView(this Checklist checklist) => new()
    {
        YesCount = checklist.CountYes(),
        CompletedOn = checklist.CompletedOn,
        Assessor = checklist.Assessor,
        AssessorTrained = checklist.AssessorTrained,
        Items = [.. checklist.Items.Select(i => new ChecklistItemView { Item = i.Item, Answer = i.Answer, Comment = i.Comment })],
        Occupation = checklist.Occupation,
        Weapons = checklist.Weapons,
        Animals = checklist.Animals,
    };

    public static NarrativeView NarrativeView(this ReferralContent content) => new()
    {
        LatestIncident = content.Narrative.LatestIncident,
        LatestIncidentIs = content.Narrative.LatestIncidentIs,
        History = content.Narrative.History,
        HistoryIs = content.Narrative.HistoryIs,
        VictimWishes = content.Narrative.VictimWishes,
        ConsentReason = content.ConsentReason,
        ConsentDecisionMaker = content.ConsentDecisionMaker,
        ImmediateDanger = content.ImmediateDanger,
        PoliceInvolved = content.Narrative.PoliceInvolved,
        PoliceIncidentsInYear = content.Narrative.PoliceIncidentsInYear,
        CrimeReference = content.Narrative.CrimeReference,
        VictimWantsPoliceContact = content.Narrative.VictimWantsPoliceContact,
        OtherMaracs = [.. content.Narrative.OtherMaracs.Select(o => new OtherMaracView { Area = o.Area, Date = o.Date })],
        ReferrerName = content.Referrer.Name,
        ReferrerPhone = content.Referrer.Phone,
        ReferrerEmail = content.Referrer.Email,
    };

    public static ProtectionView ToView(this Protection protection) => new()
    {
        AfraidOf = protection.AfraidOf,
        SafeToTalkTo = protection.SafeToTalkTo,
        NotSafeToTalkTo = protection.NotSafeToTalkTo,
        MustNotReceive =
        [
            .. protection.MustNotReceive.Select(m => new MustNotReceiveView { Name = m.Name, Relation = m.Relation, Reason = m.Reason }),
        ],
    };

    private static AddressView ToView(Address address) => new()
    {
        AddressId = address.AddressId,
        Lines = address.Lines,
        Postcode = address.Postcode,
        IsConfidential = address.IsConfidential,
        IsCurrent = address.IsCurrent,
    };

    private static PhoneView ToView(Phone phone) => phone.ToView(isCurrent: true);

    public static PhoneView ToView(this Phone phone, bool isCurrent) => new()
    {
        IsCurrent = isCurrent,
        PhoneId = phone.PhoneId,
        Number = phone.Number,
        SafeToCall = phone.SafeToCall,
        SafeTimes = phone.SafeTimes,
        VoicemailOk = phone.VoicemailOk,
    };

    private static DiversityView ToView(this Diversity diversity) => new()
    {
        Ethnicity = diversity.Ethnicity,
        Disability = diversity.Disability,
        LgbtPlus = diversity.LgbtPlus,
        Religion = diversity.Religion,
        Language = diversity.Language,
        InterpreterNeeded = diversity.InterpreterNeeded,
        ImmigrationStatus = diversity.ImmigrationStatus,
        NoRecourseToPublicFunds = diversity.NoRecourseToPublicFunds,
        Pregnant = diversity.Pregnant,
    };

    /// <summary>Only a number somebody marked safe: UNKNOWN behaves as NO. Null when there is neither a way nor a number.</summary>
    private static SafeContactView? SafeContactOf(Victim victim)
    {
        var phones = victim.Phones.Where(p => p.SafeToCall == SafeToCall.Yes)
            .Select(p => new SafePhoneView { Number = p.Number, SafeTimes = p.SafeTimes, VoicemailOk = p.VoicemailOk })
            .ToList();
        return victim.SafeContactVia is null && phones.Count == 0
            ? null
            : new SafeContactView { Via = victim.SafeContactVia, Phones = phones };
    }
}
