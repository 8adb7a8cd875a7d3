using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.SharingRules;

namespace Partnership.Tests.Benchmarks;

/// <summary>
/// The budgets of the sharing rules: one decision among 10,000 rules, and the field filter into a null sink. In time on the processor,
/// so that others on the machine do not count.
/// </summary>
internal static class RulesBenchmark
{
    private const int Agencies = 200, RulesOfAnAgency = 50, Rounds = 15;
    private static readonly DateTimeOffset Now = new(2026, 10, 5, 9, 30, 0, TimeSpan.Zero);
    private static readonly Guid Known = new(7, 0, 0, new byte[8]);

    public static Task<int> DecisionAsync()
    {
        var agreements = Compiled();
        var principal = Caller("A077");
        var facts = Facts(principal, items: 0);
        const int calls = 200_000;
        var nanoseconds = new List<double>();
        long allocated = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Process.GetCurrentProcess().TotalProcessorTime;
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var call = 0; call < calls; call++)
                if (!Decide(agreements, principal, facts).Permitted) throw new InvalidOperationException("The decision measured denies.");
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            nanoseconds.Add((Process.GetCurrentProcess().TotalProcessorTime - watch).TotalNanoseconds / calls);
        }

        var median = Median(nanoseconds);
        Print($"BUDGET decision ns={median:0} target=200 rules={Agencies * RulesOfAnAgency} allocated={allocated} {Verdict(median <= 200 && allocated == 0)}");
        return Task.FromResult(0);
    }

    public static Task<int> FilterAsync()
    {
        var agreements = Compiled();
        var principal = Caller("A077");
        var json = Json(48);
        var schema = agreements.ViewOf(RecordTypes.MaracCase)!;
        var decision = Decide(agreements, principal, Facts(principal, items: 48));
        var sink = new NullSink();
        const int calls = 3_000;
        var speeds = new List<double>();
        long allocated = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Process.GetCurrentProcess().TotalProcessorTime;
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var call = 0; call < calls; call++)
                if (!FieldFilter.Write(json, schema, decision, sink).Succeeded) throw new InvalidOperationException("The record measured is refused.");
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            speeds.Add((double)json.Length * calls / (Process.GetCurrentProcess().TotalProcessorTime - watch).TotalSeconds / 1e6);
        }

        var median = Median(speeds);
        Print($"BUDGET filter mb/s={median:0} target=500 bytes={json.Length} items=48 allocated={allocated} {Verdict(median >= 500 && allocated == 0)}");
        return Task.FromResult(0);
    }

    private static Decision Decide(AgreementSet agreements, Principal principal, RecordFacts facts) =>
        agreements.Decide(principal, Operations.Consult, RecordTypes.MaracCase, facts, Purposes.MaracMeeting, Now);

    private static Principal Caller(string agency) => new("p", "q", "Somebody", agency, null, "marac-representative", null, [], IsPerson: true);

    private static RecordFacts Facts(Principal principal, int items) => new()
    {
        Version = 1,
        State = "HEARD",
        Scheme = "marac",
        Members = [new MemberFact("A001", null), new MemberFact("A002", null), new MemberFact(principal.Agency, null)],
        Relations = [new RelationFact(RelationKinds.KnownTo, principal.Agency, null, [Known], "c", Now)],
        Needs = [new NeedFact(principal.Agency, null, ["victim-location"], Now.AddDays(1), "c")],
        Items = [.. Enumerable.Range(0, items).Select(place => new ItemFact(ItemId(place)) { Readers = [new MemberFact(principal.Agency, null)] })],
        ChildCase = true,
        HasSummary = true,
    };

    private static byte[] Json(int items)
    {
        var text = string.Concat(Enumerable.Repeat("She says that he waited outside the house again. ", 4));
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                status = "HEARD",
                criteria = new[] { "VISIBLE_HIGH_RISK", "REPEAT" },
                referringAgency = "CON",
                children = Enumerable.Range(0, 4).Select(place => new { personId = place == 0 ? Known : ItemId(place), name = "A child", school = "A school", livesWith = "A relative" }),
                narrative = new { latestIncident = text, history = text + text, victimWishes = text, referrerName = "R", referrerPhone = "0", referrerEmail = "r" },
                summary = text,
                research = Enumerable.Range(0, items).Select(place => new FindingView
                {
                    ItemId = ItemId(place),
                    Agency = "CON",
                    About = AboutWhom.Victim,
                    FactOrOpinion = FactOrOpinion.Fact,
                    Text = text,
                    Health = false,
                }),
            },
            WireJson.Options);
    }

    private static Guid ItemId(int place) => new(1000 + place, 0, 0, new byte[8]);

    /// <summary>10,000 rules: 200 agencies with 50 each, of which half apply to the question that is measured.</summary>
    private static AgreementSet Compiled()
    {
        string[] groups = ["meta", "victim-identity", "perpetrator-identity", "risk-checklist", "narrative"];
        string[] conditions = ["member", "[member, child-case]", "[member, summary]", "[member, known-to-somebody]", "[member, supporting]"];
        var views = ViewSchema.AllIn(typeof(RecordTypes).Assembly);
        var spokenOf = groups.Append("children").Append("victim-location").Append("shared-research").ToHashSet();
        var yaml = new StringBuilder(
            $$"""
            agreement: marac
            title: Many rules
            version: "1"
            scheme: marac
            classification: OFFICIAL
            signed: 2026-01-01
            effective: 2026-01-01
            review: 2027-01-01
            records: [marac.case]
            parties: {}
            legal-bases:
              task: { legal-power: CDA-1998-S115, lawful-basis: UK-GDPR-6-1-E, regime: UK-GDPR }
            purposes:
              marac-meeting: { says: M., roles: [marac-representative], serves: { marac.case: any }, legal-basis: task, released-for-days: 30 }
              marac-research: { says: R., roles: [marac-representative], serves: { marac.case: any }, legal-basis: task, released-for-days: 30 }
            not-shared: { marac.case: [{{string.Join(", ", views.Single(view => view.RecordType == RecordTypes.MaracCase).Groups.Where(group => !spokenOf.Contains(group)))}}] }
            rules:

            """);
        var number = 0;
        for (var agency = 0; agency < Agencies; agency++)
        {
            for (var rule = 0; rule < RulesOfAnAgency; rule++)
            {
                // Each its own state, so that none says what another says already.
                var state = new[] { "HEARD", "LISTED", "RESEARCH", "ACTIONS_OPEN", "ACCEPTED" }[rule / 10];
                var purpose = rule % 2 == 0 ? "marac-meeting" : "marac-research";
                var group = groups[rule / 2 % 5];
                var permit = (rule % 10) switch
                {
                    0 => "{ meta: all, children: { when: known-to } }",
                    2 => "{ victim-identity: all, shared-research: { when: audience } }",
                    4 => "{ perpetrator-identity: all, victim-location: { when: need-recorded } }",
                    _ => $"[{group}]",
                };
                var when = rule % 10 is 0 or 2 or 4 ? "member" : conditions[rule / 2 % 5];
                yaml.Append(CultureInfo.InvariantCulture, $"  - {{ id: marac/{number++}, says: S., to: {{ agency: A{agency:000}, role: marac-representative }}, record: marac.case, purpose: {purpose}, when: {when}, states: [{state}], permit: {permit} }}\n");
            }
        }

        var vocabulary = new Vocabulary
        {
            RecordTypes = PlatformTerms.RecordTypes(views),
            Agencies = [.. Enumerable.Range(0, Agencies).Select(agency => new AgencyTerms(string.Create(CultureInfo.InvariantCulture, $"A{agency:000}")))],
        };
        var result = AgreementCompiler.Compile([new AgreementSource("many.yaml", yaml.ToString())], vocabulary);
        return result.Agreements ?? throw new InvalidOperationException(string.Join('\n', result.Errors.Take(5)));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Verdict(bool met) => met ? "met" : "missed";

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed class NullSink : IBufferWriter<byte>
    {
        private readonly byte[] room = new byte[8192];

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => room;

        public Span<byte> GetSpan(int sizeHint = 0) => room;
    }
}
