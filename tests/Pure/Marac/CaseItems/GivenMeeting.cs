using System.Text.Json.Nodes;
using Partnership.Contracts.Marac;
using Partnership.Marac;
using Partnership.Marac.Actions;
using Partnership.Marac.Cases;
using Partnership.Marac.Research;
using ActionPlanIssued = Partnership.Marac.Cases.ActionPlanIssued;
using CaseHeard = Partnership.Marac.Cases.CaseHeard;
using CaseListed = Partnership.Marac.Cases.CaseListed;
using MemberListed = Partnership.Marac.Cases.MemberListed;

namespace Partnership.Tests.Pure.Marac.CaseItems;

/// <summary>A case on its way through a meeting, and what agencies say there.</summary>
internal static class GivenMeeting
{
    public static readonly Guid MeetingId = new("01980000-0000-7000-8000-0000000000e1");
    public static readonly Party Police = new("CON", "PVP");
    public static readonly Party Landlord = new("CKH", null);
    public static readonly Party Health = new("ICB", "MH");
    public static readonly Party[] Members = [Police, Landlord, Health, new("PCC", "CSC"), new("SASP", null)];

    public static readonly Actor LandlordsVoice = new("p-ckh", "CKH", null, "marac-representative");
    public static readonly Actor HealthVoice = new("p-mh", "ICB", "MH", "marac-representative");
    public static readonly Actor Guardian = new("p-guardian", "ICB", "MH", "caldicott-guardian");
    public static readonly Actor FireOfficer = new("p-fire", "CFRS", null, "marac-representative");

    public static MaracCase Case(CaseStatus status, JsonObject? body = null)
    {
        var it = Given.Case(body);
        foreach (var member in Members) Apply(new MemberListed { CaseId = it.Id, Subjects = it.Opening.Subjects, Agency = member.Agency, Team = member.Team, ListedAt = Given.Now });
        if (status == CaseStatus.Accepted) return it;
        Apply(new CaseListed { CaseId = it.Id, Subjects = it.Opening.Subjects, MeetingId = MeetingId, ListedAt = Given.Now });
        if (status == CaseStatus.Listed) return it;
        Apply(new ResearchOpened { CaseId = it.Id, Subjects = it.Opening.Subjects, DueOn = new DateOnly(2026, 7, 6), OpenedAt = Given.Now });
        if (status == CaseStatus.Research) return it;
        Apply(new CaseHeard { CaseId = it.Id, Subjects = it.Opening.Subjects, MeetingId = MeetingId, HeardAt = Given.Now });
        if (status == CaseStatus.Heard) return it;
        Apply(new ActionPlanIssued { CaseId = it.Id, Subjects = it.Opening.Subjects, IssuedAt = Given.Now });
        return it;

        void Apply(CaseEvent happened) => it = it.Apply(happened);
    }

    public static AgencyResearch Asked(MaracCase it, Party party) => AgencyResearch.Of(AgencyResearch.None.Ask(Asking(it, party)).Events);

    public static AskForResearch Asking(MaracCase it, Party party, DateOnly? dueOn = null) => new(
        it, party, ResearchStreams.RequestIdOf(it.Id, party), ResearchStreams.ReturnIdOf(it.Id, party), dueOn ?? new DateOnly(2026, 7, 6), Given.Now);

    public static ResearchContent Found(params SharedItem[] shared) => new()
    {
        Representative = "Rosa Finch",
        SearchedAt = Given.Now.AddHours(-2),
        SystemsSearched = ["Tenancy register"],
        Shared = shared,
    };

    public static SharedItem Item(string text, byte id, bool health = false) => new()
    {
        ItemId = new Guid(0x01980000, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 1, id),
        About = AboutWhom.Victim,
        FactOrOpinion = FactOrOpinion.Fact,
        DateOfInformation = new DateOnly(2026, 6, 1),
        Text = text,
        Health = health,
        Readers = ["PCC/EDU"],
    };

    public static ReturnResearch Returning(MaracCase it, Actor by, ResearchContent content, ReceivedBy receivedBy = ReceivedBy.Platform, bool nil = false) =>
        new(it, nil, receivedBy, content, by, Given.Now);

    public static AssignAction Assigning(MaracCase it, Party? owner = null, Actor? by = null) => new(
        new Guid("01980000-0000-7000-8000-0000000000e2"), it, owner ?? Landlord, "p1", "Change the locks.", [ActionTarget.Victim], new DateOnly(2026, 7, 20),
        ["victim-location"], by ?? Given.Coordinator, Given.Now);

    public static CaseAction Action(MaracCase it, Party? owner = null) => CaseAction.Of(CaseAction.Assign(Assigning(it, owner)).Events);
}
