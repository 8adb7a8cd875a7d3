using System.Text;
using System.Text.Json.Nodes;
using Partnership.Contracts.Marac;
using Partnership.Marac;
using Partnership.Marac.Cases;
using Partnership.Marac.Content;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals;
using Partnership.Marac.Referrals.Rules;
using Partnership.PartnershipSettings;
using AcceptReferral = Partnership.Marac.Referrals.AcceptReferral;
using ReferralAccepted = Partnership.Marac.Referrals.ReferralAccepted;
using ReferralSubmitted = Partnership.Marac.Referrals.ReferralSubmitted;
using Stream = Partnership.Marac.Referrals.Referral;

namespace Partnership.Tests.Pure.Marac;

/// <summary>A small partnership, a referral that nothing is wrong with, and people who act. Names are invented.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 7, 1, 10, 0, 0, TimeSpan.Zero);

    public static readonly DateOnly Today = new(2026, 7, 1);

    public static readonly Actor Coordinator = new("p-coordinator", "PCC", "CS", MaracRoles.Coordinator);
    public static readonly Actor Supervisor = new("p-supervisor", "PCC", "CS", MaracRoles.Supervisor);
    public static readonly Actor Chair = new("p-chair", "CON", "PVP", MaracRoles.Chair);
    public static readonly Actor Representative = new("p-pvp", "CON", "PVP", "marac-representative");

    public static readonly PartnershipConfiguration Partnership = PartnershipFile.Read(
        """
        partnership: Somewhere
        timeZone: Europe/London
        agencies:
          - { code: CON, name: Police, mayRefer: true, secureEmailDomains: [police.example], teams: [{ code: PVP, name: Vulnerable people }] }
          - { code: PCC, name: Council, mayRefer: true, secureEmailDomains: [council.example], teams: [{ code: CS, name: Safety }, { code: HSG, name: Housing }] }
          - { code: CKH, name: Landlord, mayRefer: true, secureEmailDomains: [homes.example] }
          - { code: PREM, name: Premises, mayRefer: false, teams: [{ code: premises-01, name: One }] }
          - { code: OLD, name: Ended, until: 2021-06-25, successor: CKH, mayRefer: true, secureEmailDomains: [old.example] }
        issuers:
          - { issuer: "https://id.example", agencies: [CON, PCC, CKH] }
        people:
          - { id: p1, subject: anna, name: Anna Bell, hats: [{ agency: CKH, role: marac-representative }] }
        bankHolidays:
          2026: [2026-12-25]
        marac:
          thresholds:
            - { version: national-14, from: 2014-06-01, visibleHighRisk: 14, escalationIncidents: 3, escalationMonths: 12 }
            - { version: local-17, from: 2029-04-01, visibleHighRisk: 17, escalationIncidents: 3, escalationMonths: 12, idvaOnly: { from: 14, to: 16 } }
          repeatDefinitionVersion: any-abuse
          repeatWindowMonths: 12
          dashAgeWarningWeeks: 4
          judgementMinChars: 50
          triageWorkingDays: 1
          infoReplyWorkingDays: 2
          needMaxDays: 90
        """,
        _ => null).Configuration!;

    public const string LongReason = "He has strangled her twice since she left him, and she says that he will kill her.";

    /// <summary>A referral on the checklist, score 14, without error or warning.</summary>
    public static JsonObject Referral(Action<JsonObject>? change = null)
    {
        var body = JsonNode.Parse(
            """
            {
              "referrer": { "name": "Rosa Finch", "agency": "CKH", "role": "Housing officer", "phone": "01733 900100", "email": "rosa.finch@homes.example" },
              "referralAt": "2026-07-01T09:30:00+01:00",
              "criteria": ["VISIBLE_HIGH_RISK"],
              "victim": {
                "name": "Mira Thorne", "aliases": ["Mira Vale"], "dateOfBirth": "1991-03-14", "gender": "FEMALE",
                "addresses": [{ "lines": ["12 Acacia Avenue", "Peterborough"], "postcode": "PE1 4ZZ", "isConfidential": false, "isCurrent": true }],
                "livesWithPerpetrator": "NO",
                "phones": [
                  { "number": "07700 900123", "safeToCall": "YES", "safeTimes": "weekdays before noon", "voicemailOk": false },
                  { "number": "07700 900124", "safeToCall": "NO" },
                  { "number": "07700 900125" }
                ],
                "safeContactVia": "Her sister",
                "diversity": { "ethnicity": "prefer not to say", "interpreterNeeded": "NO", "pregnant": "UNKNOWN" }
              },
              "perpetrators": [{
                "name": "Carl Vale", "aliases": ["Charlie Vale"], "dateOfBirth": "1988-11-02", "address": "4 Mill Lane, Peterborough PE2 9ZZ",
                "phones": ["07700 900999"], "relation": "former partner", "occupation": "driver"
              }],
              "children": [{
                "name": "Ivo Vale", "dateOfBirth": "2015-05-20", "relationToVictim": "son", "relationToPerpetrator": "son",
                "school": "Larkfield Primary", "livesWith": "the victim"
              }],
              "vulnerableAdults": [{ "name": "Ruth Thorne", "relation": "mother" }],
              "riskChecklist": { "completedOn": "2026-06-30", "assessor": "Rosa Finch", "assessorTrained": true, "items": [] },
              "narrative": {
                "latestIncident": "On Saturday he came to the door and shouted that he would set fire to it.", "latestIncidentIs": "FACT",
                "history": "Several calls in spring.", "historyIs": "FACT", "victimWishes": "She wants him to stay away."
              },
              "awareOfReferral": "YES", "consentToReferral": "YES",
              "afraidOf": ["Carl Vale", "his brothers"], "safeToTalkTo": ["Anna Thorne"], "notSafeToTalkTo": ["Petra Vale"],
              "mustNotReceive": [{ "name": "Dan Holt", "relation": "friend of the perpetrator", "reason": "passes things on" }],
              "policeInvolved": true, "crimeReference": "35/1234/26", "victimWantsPoliceContact": "YES"
            }
            """)!.AsObject();
        body["riskChecklist"]!["items"] = Answers(yes: 14);
        change?.Invoke(body);
        return body;
    }

    /// <summary>All 24 items, the first of them YES, the others NO.</summary>
    public static JsonArray Answers(int yes, string others = "NO") =>
        [.. ChecklistItems.All.Select((item, i) => new JsonObject { ["item"] = item, ["answer"] = i < yes ? "YES" : others })];

    public static InputReport Check(JsonObject body, string senderAgency = "CKH", string senderRole = "marac-representative") =>
        Check(body.ToJsonString(), senderAgency, senderRole);

    public static InputReport Check(string body, string senderAgency = "CKH", string senderRole = "marac-representative")
    {
        var report = new InputReport();
        var read = ReferralBody.Read(Encoding.UTF8.GetBytes(body), SubmitReferralSlice.NarrativeLength, report);
        if (read is not null) ReferralRules.Check(read, new SubmissionContext(senderAgency, senderRole, Partnership, Now), report);
        return report;
    }

    /// <summary>A submitted referral, as its stream tells it.</summary>
    public static ReferralSubmitted Submitted(JsonObject? body = null)
    {
        var report = new InputReport();
        var read = ReferralBody.Read(Encoding.UTF8.GetBytes((body ?? Referral()).ToJsonString()), SubmitReferralSlice.NarrativeLength, report)!;
        var context = new SubmissionContext("CKH", "marac-representative", Partnership, Now);
        return Stream.Submit(
            SubmitReferralSlice.CommandFrom(read, context, new Actor("p-rosa", "CKH", null, "marac-representative"), Ids()));
    }

    public static AcceptReferral Accepting(ReferralCriterion criterion = ReferralCriterion.VisibleHighRisk, string? reason = null, Actor? by = null) =>
        new(criterion, reason, new Guid("01980000-0000-7000-8000-0000000000ca"), Partnership.Marac.Thresholds[0], "any-abuse", 50, by ?? Coordinator, Now);

    /// <summary>A case just opened.</summary>
    public static MaracCase Case(JsonObject? body = null)
    {
        var referral = Stream.Of([Submitted(body)]);
        var accepted = (ReferralAccepted)referral.Accept(Accepting()).Events.Single();
        return MaracCase.Of([MaracCase.Open(referral, accepted, new Guid("01980000-0000-7000-8000-0000000000cb"))]);
    }

    /// <summary>Ids in a row, the same in every run.</summary>
    public static Func<Guid> Ids()
    {
        var next = 0;
        return () => new Guid(0x01980000, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, (byte)++next);
    }

    public static JsonObject With(this JsonObject body, string path, JsonNode? value)
    {
        var parts = path.Split('.');
        JsonNode at = body;
        foreach (var part in parts[..^1]) at = (int.TryParse(part, out var place) ? at[place] : at[part])!;
        if (int.TryParse(parts[^1], out var last)) at[last] = value;
        else at[parts[^1]] = value;
        return body;
    }

    public static JsonObject Without(this JsonObject body, string path)
    {
        var parts = path.Split('.');
        JsonNode at = body;
        foreach (var part in parts[..^1]) at = (int.TryParse(part, out var place) ? at[place] : at[part])!;
        at.AsObject().Remove(parts[^1]);
        return body;
    }

    public static ReferralContent Content(JsonObject? body = null) => Submitted(body).Content;
}
