using System.Runtime.CompilerServices;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>The agreements as they ship, the people of the demonstration, and facts to decide by.</summary>
internal static class World
{
    public static readonly DateTimeOffset Now = new(2026, 10, 5, 9, 30, 0, TimeSpan.Zero);

    public static readonly DateOnly Today = new(2026, 10, 5);

    public static readonly IReadOnlyList<AgencyTerms> Agencies =
    [
        new("CON", ["PVP", "Prevent", "licensing", "NPT", "hate", "hub"]),
        new("PCC", ["CS", "CSC", "ASC", "HSG", "PES", "LIC", "EDU", "PH", "IG", "members"]),
        new("CFRS"), new("ICB", ["ACUTE", "MH", "GP", "AMB"]), new("PROB"), new("HMP"), new("CKH"), new("SASP"), new("YOS"), new("VHUB"),
        new("ASP"), new("NSS"), new("PREM"), new("RJS"), new("OPCC"), new("CPS"), new("OTH"), new("provider-01"),
    ];

    public static readonly Vocabulary Vocabulary = Vocabulary.OfContracts(Agencies);

    public static readonly IReadOnlyList<AgreementSource> Sources =
        [.. Directory.GetFiles(Path.Combine(Root(), "gateway", "agreements"), "*.yaml").Select(file => new AgreementSource(Path.GetFileName(file), File.ReadAllText(file)))];

    public static readonly AgreementSet Agreements = Compiled(Sources);

    /// <summary>Each demonstration person as agency, team, role; the ledger readers with their scheme.</summary>
    public static readonly IReadOnlyDictionary<string, Principal> People = new Dictionary<string, Principal>
    {
        ["coordinator"] = Person("coordinator", "PCC", "CS", "marac-coordinator"),
        ["supervisor"] = Person("supervisor", "PCC", "CS", "marac-supervisor"),
        ["marac-chair"] = Person("marac-chair", "CON", "PVP", "marac-chair"),
        ["independent-chair"] = Person("independent-chair", "OTH", null, "marac-chair"),
        ["pvp"] = Person("pvp", "CON", "PVP", "marac-representative"),
        ["idva"] = Person("idva", "SASP", null, "idva"),
        ["csc"] = Person("csc", "PCC", "CSC", "marac-representative"),
        ["asc"] = Person("asc", "PCC", "ASC", "marac-representative"),
        ["housing"] = Person("housing", "PCC", "HSG", "marac-representative"),
        ["education"] = Person("education", "PCC", "EDU", "marac-representative"),
        ["probation"] = Person("probation", "PROB", null, "marac-representative"),
        ["prison"] = Person("prison", "HMP", null, "marac-representative"),
        ["landlord"] = Person("landlord", "CKH", null, "marac-representative"),
        ["fire"] = Person("fire", "CFRS", null, "marac-representative"),
        ["youth"] = Person("youth", "YOS", null, "marac-representative"),
        ["treatment"] = Person("treatment", "ASP", null, "marac-representative"),
        ["health"] = Person("health", "ICB", "MH", "marac-representative"),
        ["caldicott"] = Person("caldicott", "ICB", "MH", "caldicott-guardian"),
        ["patrol"] = Person("patrol", "CON", "NPT", "officer"),
        ["pes"] = Person("pes", "PCC", "PES", "officer"),
        ["gatekeeper"] = Person("gatekeeper", "SASP", null, "safeguarding-gatekeeper"),
        ["nightsafe-admin"] = Person("nightsafe-admin", "NSS", null, "scheme-administrator"),
        ["scheme-chair"] = Person("scheme-chair", "NSS", null, "scheme-chair"),
        ["licensing"] = Person("licensing", "CON", "licensing", "police-liaison"),
        ["committee"] = Person("committee", "PREM", "premises-03", "committee-member"),
        ["door-01"] = Person("door-01", "PREM", "premises-01", "door-staff"),
        ["manager-01"] = Person("manager-01", "PREM", "premises-01", "premises-manager"),
        ["ctco"] = Person("ctco", "CON", "Prevent", "ctco"),
        ["channel-chair"] = Person("channel-chair", "PCC", "CS", "channel-chair"),
        ["section-36"] = Person("section-36", "PCC", "CS", "section-36-officer"),
        ["panel-health"] = Person("panel-health", "ICB", "MH", "panel-member"),
        ["provider"] = Person("provider", "provider-01", null, "intervention-provider"),
        ["facilitator"] = Person("facilitator", "RJS", null, "facilitator"),
        ["rj-coordinator"] = Person("rj-coordinator", "RJS", null, "rj-coordinator"),
        ["victims-hub"] = Person("victims-hub", "VHUB", null, "victim-support"),
        ["dpo"] = Person("dpo", "PCC", "IG", "data-protection-officer"),
        ["marac-auditor"] = Person("marac-auditor", "PCC", "IG", "ledger-reader", "marac"),
        ["channel-auditor"] = Person("channel-auditor", "PCC", "IG", "ledger-reader", "channel"),
        ["operator"] = Person("operator", "PCC", "IG", "operator"),
        ["performance-author"] = Person("performance-author", "PCC", "CS", "performance-author"),
        ["theme-lead"] = Person("theme-lead", "PCC", "CS", "theme-lead"),
        ["commissioner"] = Person("commissioner", "OPCC", null, "performance-reader"),
        ["scrutiny"] = Person("scrutiny", "PCC", "members", "performance-reader"),
    };

    public static AgreementSet Compiled(params IReadOnlyList<AgreementSource> sources)
    {
        var result = AgreementCompiler.Compile(sources, Vocabulary);
        Assert.True(result.Succeeded, string.Join(Environment.NewLine, result.Errors));
        return result.Agreements;
    }

    public static Principal Person(string key, string agency, string? team, string role, params string[] schemes) =>
        new($"register-{key}", $"pseudonym-{key}", $"Somebody Called {key}", agency, team, role, null, schemes, IsPerson: true);

    public static RecordFacts Facts(string state = "ACCEPTED") => new() { Version = 7, State = state, Scheme = "marac" };

    public static RecordFacts WithMember(this RecordFacts facts, Principal principal) =>
        facts with { Members = [.. facts.Members, new MemberFact(principal.Agency, principal.Team)] };

    public static RecordFacts WithRelation(this RecordFacts facts, Principal principal, string kind, params Guid[] items) =>
        facts with { Relations = [.. facts.Relations, new RelationFact(kind, principal.Agency, principal.Team, items, "pseudonym-coordinator", Now.AddDays(-1))] };

    public static RecordFacts WithNeed(this RecordFacts facts, Principal principal, params string[] groups) =>
        facts with { Needs = [.. facts.Needs, new NeedFact(principal.Agency, principal.Team, groups, Now.AddDays(1), "pseudonym-coordinator")] };

    public static Decision Read(Principal principal, string recordType, RecordFacts facts, string purpose, AgreementSet? agreements = null) =>
        (agreements ?? Agreements).Decide(principal, Operations.Consult, recordType, facts, purpose, Now);

    public static Decision ReadCase(Principal principal, RecordFacts facts, AgreementSet? agreements = null) =>
        Read(principal, RecordTypes.MaracCase, facts, Purposes.MaracMeeting, agreements);

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
