using System.Runtime.CompilerServices;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.SharingRules;
using Partnership.Tests.Support.Sharing;
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
        [.. Directory.GetFiles(Path.Combine(Root(), "gateway", "agreements"), "*.yaml").Where(file => !file.EndsWith(".tests.yaml", StringComparison.Ordinal)).Select(file => new AgreementSource(Path.GetFileName(file), File.ReadAllText(file)))];

    public static readonly AgreementSet Agreements = Compiled(Sources);

    /// <summary>Everybody of the matrix; the ledger readers with their scheme.</summary>
    public static readonly IReadOnlyDictionary<string, Principal> People = MatrixPeople.All.ToDictionary(
        person => person.Name,
        person => Person(person.Name, person.Agency, person.Team, person.Role, person.Name.EndsWith("-auditor", StringComparison.Ordinal) ? [person.Name.Split('-')[0]] : []));

    public static AgreementSet Compiled(params IReadOnlyList<AgreementSource> sources)
    {
        var result = AgreementCompiler.Compile(sources, Vocabulary);
        Assert.True(result.Succeeded, string.Join(Environment.NewLine, result.Errors));
        return result.Agreements;
    }

    public static Principal Person(string key, string agency, string? team, string role, params string[] schemes) =>
        new($"register-{key}", $"pseudonym-{key}", $"Somebody Called {key}", agency, team, role, null, schemes, IsPerson: true);

    public static RecordFacts Facts(string state = "HEARD") => new() { Version = 7, State = state, Scheme = "marac" };

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

    public static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
