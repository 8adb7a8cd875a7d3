using Partnership.Contracts.Marac;
using Partnership.Marac.Input;

namespace Partnership.Marac.Referrals;

/// <summary>The body of a submission, field by field, with its limits of size.</summary>
internal static class ReferralBody
{
    public const int NameLength = 120;
    public const int LineLength = 300;
    public const int NoteLength = 2_000;
    public const int PeopleListed = 30;

    public static SubmitReferralRequest? Read(ReadOnlyMemory<byte> body, int narrativeLength, InputReport report) =>
        BodyReader.Read(body, report, b => new SubmitReferralRequest
        {
            Referrer = b.Part("referrer", ReadReferrer),
            ReceivedBy = b.Code<ReceivedBy>("receivedBy"),
            ReferralAt = b.Moment("referralAt"),
            Criteria = b.Codes<ReferralCriterion>("criteria", 4),
            JudgementReason = b.Text("judgementReason", narrativeLength, lines: true),
            PoliceIncidentsInYear = b.Number("policeIncidentsInYear", 0, 1_000),
            ImmediateDanger = b.Flag("immediateDanger"),
            Victim = b.Part("victim", ReadVictim),
            Perpetrators = b.Parts("perpetrators", PeopleListed, ReadPerpetrator),
            Children = b.Parts("children", PeopleListed, ReadChild),
            VulnerableAdults = b.Parts("vulnerableAdults", PeopleListed, ReadAdult),
            RiskChecklist = b.Part("riskChecklist", ReadChecklist),
            Narrative = b.Part("narrative", n => ReadNarrative(n, narrativeLength)),
            AwareOfReferral = b.Code<ConsentAnswer>("awareOfReferral"),
            ConsentToReferral = b.Code<ConsentAnswer>("consentToReferral"),
            ConsentReason = b.Text("consentReason", NoteLength, lines: true),
            ConsentDecisionMaker = b.Text("consentDecisionMaker", NameLength),
            AfraidOf = b.Texts("afraidOf", PeopleListed, NameLength),
            SafeToTalkTo = b.Texts("safeToTalkTo", PeopleListed, NameLength),
            NotSafeToTalkTo = b.Texts("notSafeToTalkTo", PeopleListed, NameLength),
            MustNotReceive = b.Parts("mustNotReceive", PeopleListed, ReadMustNotReceive),
            PoliceInvolved = b.Flag("policeInvolved"),
            CrimeReference = b.Text("crimeReference", NameLength),
            VictimWantsPoliceContact = b.Code<YesNoUnknown>("victimWantsPoliceContact"),
            OtherMaracs = b.Parts("otherMaracs", PeopleListed, o => new OtherMaracRequest
            {
                Area = o.Text("area", NameLength),
                Date = o.Date("date"),
            }),
        });

    private static ReferrerRequest ReadReferrer(BodyReader r) => new()
    {
        Name = r.Text("name", NameLength),
        Agency = r.Text("agency", 20),
        Role = r.Text("role", NameLength),
        Phone = r.Text("phone", 40),
        Email = r.Text("email", 254),
    };

    private static VictimRequest ReadVictim(BodyReader v) => new()
    {
        Name = v.Text("name", NameLength),
        Aliases = v.Texts("aliases", PeopleListed, NameLength),
        DateOfBirth = v.Date("dateOfBirth"),
        EstimatedAge = v.Number("estimatedAge", 0, 120),
        Gender = v.Code<Gender>("gender"),
        Addresses = v.Parts("addresses", 10, ReadAddress),
        LivesWithPerpetrator = v.Code<YesNoUnknown>("livesWithPerpetrator"),
        Phones = v.Parts("phones", 10, ReadPhone),
        SafeContactVia = v.Text("safeContactVia", NoteLength, lines: true),
        Diversity = v.Part("diversity", d => new DiversityRequest
        {
            Ethnicity = d.Text("ethnicity", LineLength),
            Disability = d.Text("disability", LineLength),
            LgbtPlus = d.Text("lgbtPlus", LineLength),
            Religion = d.Text("religion", LineLength),
            Language = d.Text("language", LineLength),
            InterpreterNeeded = d.Code<YesNoUnknown>("interpreterNeeded"),
            ImmigrationStatus = d.Text("immigrationStatus", LineLength),
            NoRecourseToPublicFunds = d.Code<YesNoUnknown>("noRecourseToPublicFunds"),
            Pregnant = d.Code<YesNoUnknown>("pregnant"),
        }),
    };

    public static AddressRequest ReadAddress(BodyReader a) => new()
    {
        Lines = a.Texts("lines", 6, LineLength),
        Postcode = a.Text("postcode", 12),
        IsConfidential = a.Flag("isConfidential"),
        IsCurrent = a.Flag("isCurrent"),
    };

    public static PhoneRequest ReadPhone(BodyReader p) => new()
    {
        Number = p.Text("number", 40),
        SafeToCall = p.Code<SafeToCall>("safeToCall"),
        SafeTimes = p.Text("safeTimes", LineLength),
        VoicemailOk = p.Flag("voicemailOk"),
    };

    private static PerpetratorRequest ReadPerpetrator(BodyReader p) => new()
    {
        Name = p.Text("name", NameLength),
        Aliases = p.Texts("aliases", PeopleListed, NameLength),
        DateOfBirth = p.Date("dateOfBirth"),
        Address = p.Text("address", NoteLength, lines: true),
        Phones = p.Texts("phones", 10, 40),
        Relation = p.Text("relation", NameLength),
        Occupation = p.Text("occupation", LineLength),
        Weapons = p.Text("weapons", NoteLength, lines: true),
        LicenceOrderOrBail = p.Text("licenceOrderOrBail", NoteLength, lines: true),
        InCustodyUntil = p.Date("inCustodyUntil"),
    };

    private static ChildRequest ReadChild(BodyReader c) => new()
    {
        Name = c.Text("name", NameLength),
        DateOfBirth = c.Date("dateOfBirth"),
        ExpectedOn = c.Date("expectedOn"),
        RelationToVictim = c.Text("relationToVictim", NameLength),
        RelationToPerpetrator = c.Text("relationToPerpetrator", NameLength),
        SocialWorker = c.Text("socialWorker", LineLength),
        School = c.Text("school", LineLength),
        LivesWith = c.Text("livesWith", LineLength),
    };

    private static VulnerableAdultRequest ReadAdult(BodyReader a) => new()
    {
        Name = a.Text("name", NameLength),
        Relation = a.Text("relation", NameLength),
    };

    private static ChecklistRequest ReadChecklist(BodyReader c) => new()
    {
        CompletedOn = c.Date("completedOn"),
        Assessor = c.Text("assessor", NameLength),
        AssessorTrained = c.Flag("assessorTrained"),
        Items = c.Parts("items", 48, i => new ChecklistItemRequest
        {
            Item = i.Text("item", 60),
            Answer = i.Code<ChecklistAnswer>("answer"),
            Comment = i.Text("comment", NoteLength, lines: true),
        }),
        YesCount = c.Number("yesCount", 0, 1_000),
        Occupation = c.Text("occupation", LineLength),
        Weapons = c.Text("weapons", NoteLength, lines: true),
        Animals = c.Text("animals", NoteLength, lines: true),
    };

    private static NarrativeRequest ReadNarrative(BodyReader n, int length) => new()
    {
        LatestIncident = n.Text("latestIncident", length, lines: true),
        LatestIncidentIs = n.Code<FactOrOpinion>("latestIncidentIs"),
        History = n.Text("history", length, lines: true),
        HistoryIs = n.Code<FactOrOpinion>("historyIs"),
        VictimWishes = n.Text("victimWishes", length, lines: true),
    };

    private static MustNotReceiveRequest ReadMustNotReceive(BodyReader m) => new()
    {
        Name = m.Text("name", NameLength),
        Relation = m.Text("relation", NameLength),
        Reason = m.Text("reason", NoteLength, lines: true),
    };
}
