using Partnership.SharingRules;
using Xunit;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>A mistake in an agreement stops the compiler, with the file, the line and a reason its writer understands.</summary>
public sealed class AgreementErrorTests
{
    private const string Good =
        """
        agreement: marac
        title: A small agreement
        version: "1"
        scheme: marac
        classification: OFFICIAL-SENSITIVE
        signed: 2026-01-01
        effective: 2026-01-01
        review: 2027-01-01
        records: [marac.referral, marac.case]
        parties:
          landlord:
            says: The landlord.
            who:
              - { agency: CKH, role: marac-representative }
          police:
            says: The police.
            who:
              - { agency: CON, team: PVP, role: marac-representative }
        legal-bases:
          task: { legal-power: CDA-1998-S115, lawful-basis: UK-GDPR-6-1-E, condition: DPA-2018-SCH1-18, regime: UK-GDPR }
        purposes:
          marac-meeting:
            says: Meeting.
            roles: [marac-representative]
            serves: { marac.case: [ACCEPTED] }
            legal-basis: task
            released-for-days: 30
        not-shared:
          marac.referral: [protection, meta, triage, victim-identity, diversity, victim-location, safe-contact, perpetrator-identity, children, child-places, risk-checklist, narrative]
          marac.case: [protection, triage, victim-identity, diversity, safe-contact, perpetrator-identity, child-places, narrative, summary, shared-research, minutes, actions]
        rules:
          - id: marac/1
            says: The landlord sees who is involved.
            to: landlord
            record: marac.case
            purpose: marac-meeting
            when: member
            permit:
              meta: all
              children: { mask: flag }
              victim-location: { when: own-tenancy }
          - id: marac/2
            says: The police see the checklist.
            to: police
            record: marac.case
            purpose: marac-meeting
            when: member
            permit: [risk-checklist]
        """;

    [Fact]
    public void The_agreement_these_mistakes_are_made_in_is_good() => Assert.Empty(Compile(Good).Errors);

    [Theory]
    [InlineData("classification: OFFICIAL-SENSITIVE", "classification: SECRET", "no known classification")]
    [InlineData("review: 2027-01-01", "reviewed: 2027-01-01", "has no 'reviewed'")]
    [InlineData("review: 2027-01-01", "review: next year", "is a date")]
    [InlineData("review: 2027-01-01", "review: 2027-13-01", "is a date")]
    [InlineData("title: A small agreement", "title: [a, b]", "needs a word")]
    [InlineData("title: A small agreement", "title: ''", "needs a word")]
    [InlineData("records: [marac.referral, marac.case]", "records: [marac.referral, marac.case, marac.minutes]", "'marac.minutes' is no known record type")]
    [InlineData("- { agency: CKH, role: marac-representative }", "- { agency: CHK, role: marac-representative }", "'CHK' is no known agency")]
    [InlineData("- { agency: CKH, role: marac-representative }", "- { agency: CKH, role: representative }", "'representative' is no known role")]
    [InlineData("- { agency: CKH, role: marac-representative }", "- { agency: CKH }", "lacks 'role'")]
    [InlineData("- { agency: CON, team: PVP, role: marac-representative }", "- { agency: CON, team: PPV, role: marac-representative }", "'PPV' is no known team of CON")]
    [InlineData("- { agency: CON, team: PVP, role: marac-representative }", "- { agency: CON, except: [CKH], role: marac-representative }", "goes with 'agency: any'")]
    [InlineData("CDA-1998-S115", "CDA-1998-S114", "no known legal power")]
    [InlineData("UK-GDPR-6-1-E,", "CONSENT,", "no known lawful basis")]
    [InlineData("DPA-2018-SCH1-18", "DPA-2018-SCH1-99", "no known legal condition")]
    [InlineData("regime: UK-GDPR }", "regime: GDPR }", "no known regime")]
    [InlineData("  marac-meeting:", "  marac-gathering:", "'marac-gathering' is no known purpose")]
    [InlineData("serves: { marac.case: [ACCEPTED] }", "serves: { marac.case: [OVERHEARD] }", "'OVERHEARD' is no known state")]
    [InlineData("legal-basis: task", "legal-basis: duty", "'duty' is no known legal basis")]
    [InlineData("released-for-days: 30", "released-for-days: for ever", "is a number")]
    [InlineData("to: landlord", "to: tenant", "'tenant' is no known party")]
    [InlineData("record: marac.case", "record: sharing.entry", "'sharing.entry' is no known record type of this agreement")]
    [InlineData("purpose: marac-meeting", "purpose: marac-triage", "'marac-triage' is no known purpose of this agreement")]
    [InlineData("when: member", "when: friend", "'friend' is no known condition")]
    [InlineData("when: member", "when: [member, known-to]", "write it at the group")]
    [InlineData("when: member", "states: [SHUT]", "'SHUT' is no state of marac.case")]
    [InlineData("when: member", "states: [WITHDRAWN]", "can never apply")]
    [InlineData("when: member", "operation: look", "'look' is no known operation")]
    [InlineData("when: member", "commands: [members]", "go with 'operation: change'")]
    [InlineData("meta: all", "mete: all", "'mete' is no known field group")]
    [InlineData("meta: all", "ledger-entry: all", "marac.case has no field group 'ledger-entry'")]
    [InlineData("meta: all", "meta: some", "write 'all', or a mapping")]
    [InlineData("meta: all", "meta: { when: member }", "write it at the rule")]
    [InlineData("meta: all", "meta: { mask: flag }", "nothing that could be a yes or no")]
    [InlineData("children: { mask: flag }", "children: { mask: year }", "'year' is no known mask")]
    [InlineData("children: { mask: flag }", "children: { mask: flag, when: known-to }", "for the whole record")]
    [InlineData("victim-location: { when: own-tenancy }", "victim-location: { when: [own-tenancy, known-to] }", "one group can rest on one of them")]
    [InlineData("- id: marac/2", "- id: marac/1", "'marac/1' is already in")]
    [InlineData("- id: marac/2", "- id: other/2", "start with 'marac/'")]
    [InlineData("permit: [risk-checklist]", "permit: [risk-checklist, risk-checklist]", "twice")]
    [InlineData("permit: [risk-checklist]", "permit: []", "needs a word")]
    [InlineData("says: The police see the checklist.", "said: The police see the checklist.", "has no 'said'")]
    public void Its_line_is_named(string right, string wrong, string reason)
    {
        var text = Replaced(right, wrong);
        var line = Line(text, wrong);
        var errors = Compile(text).Errors;
        Assert.Contains(errors, error => error.File == "small.yaml" && error.Line == line && error.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("      victim-location: { when: own-tenancy }", "      risk-checklist: { when: known-to }", "describes nobody by id")]
    [InlineData("      victim-location: { when: own-tenancy }", "      risk-checklist: { when: own-tenancy }", "holds no address by id")]
    [InlineData("      victim-location: { when: own-tenancy }", "      risk-checklist: { when: audience }", "has no items")]
    [InlineData("      victim-location: { when: own-tenancy }", "      risk-checklist: { when: own }", "has no items")]
    [InlineData("      victim-location: { when: own-tenancy }", "      risk-checklist: { when: [with-location, summary] }", "'with-location' stands alone")]
    [InlineData("      victim-location: { when: own-tenancy }", "      risk-checklist: { when: own-items }", "'own-items' is no known condition")]
    [InlineData("    when: member\n    permit:\n", "    when: [member, assigned]\n    permit:\n", "'assigned' goes with 'addressee'")]
    [InlineData("permit: [risk-checklist]", "permit: { whole: [risk-checklist], risk-checklist: all }", "permit names 'risk-checklist' twice")]
    [InlineData("  marac.case: [protection, triage,", "  marac.case: [protection, triage, meta,", "shared with nobody here, and rule 'marac/1' permits it")]
    [InlineData("  marac.case: [protection, triage,", "  marac.case: [protection, triage, trivia,", "has no field group 'trivia'")]
    [InlineData("  marac.referral: [protection,", "  marac.meeting: [protection,", "'marac.meeting' is no known record type of this agreement")]
    public void What_can_never_apply_is_told_at_its_line(string right, string wrong, string reason)
    {
        var text = Replaced(right, wrong);
        var line = Line(text, wrong);
        Assert.Contains(Compile(text).Errors, error => error.Line == line && error.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("marac.case: [protection, triage,", "marac.case: [triage,", "No rule speaks of group 'protection' of marac.case")]
    [InlineData("permit: [risk-checklist]", "permit: [narrative]", "No rule speaks of group 'risk-checklist' of marac.case")]
    public void A_group_that_no_rule_speaks_of_is_told_at_its_record_type(string right, string wrong, string reason)
    {
        var text = Replaced(right, wrong);
        Assert.Contains(Compile(text).Errors, error => error.Line == Line(Good, "records: [") && error.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CON, team: PVP", "[member]", "[risk-checklist]", "Rule 'marac/3' on 'risk-checklist' adds nothing: rule 'marac/2' already says so")]
    [InlineData("CON, team: PVP", "[member, summary]", "[risk-checklist]", "Rule 'marac/3' on 'risk-checklist' adds nothing: rule 'marac/2' already says so")]
    [InlineData("CON, team: PVP", "[member]", "{ risk-checklist: { when: summary } }", "Rule 'marac/3' on 'risk-checklist' adds nothing: rule 'marac/2' already says so")]
    [InlineData("CKH", "[member]", "{ children: { mask: flag } }", "Rule 'marac/3' on 'children' adds nothing: rule 'marac/1' already says so")]
    public void A_rule_that_another_shadows_is_told_at_its_line(string agency, string when, string permit, string reason)
    {
        var text = WithThird(agency, when, permit);
        var error = Assert.Single(Compile(text).Errors);
        Assert.StartsWith(reason, error.Reason, StringComparison.Ordinal);
        Assert.Equal(Line(text, "permit: " + permit), error.Line);
    }

    [Theory]
    [InlineData("CON, team: NPT", "[member]", "[risk-checklist]")]
    [InlineData("CON, team: PVP", "[own-agency]", "[risk-checklist]")]
    [InlineData("CKH", "[member]", "[children]")]
    [InlineData("CKH", "[member]", "{ victim-location: { when: need-recorded } }")]
    public void A_rule_that_opens_more_than_another_is_not_shadowed(string agency, string when, string permit)
    {
        Assert.DoesNotContain(Compile(WithThird(agency, when, permit)).Errors, error => error.Reason.StartsWith("Rule 'marac/3'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_denial_that_another_shadows_is_told()
    {
        var text = Good + Rule(3, "CKH", "member", "deny: [summary]") + Rule(4, "CKH", "[member, child-case]", "deny: [summary]");
        Assert.Contains(Compile(text.Replace(" summary,", "", StringComparison.Ordinal)).Errors, error => error.Reason.StartsWith("Rule 'marac/4' on 'summary' adds nothing", StringComparison.Ordinal));
    }

    private static string WithThird(string agency, string when, string permit) => Good + Rule(3, agency, when, "permit: " + permit);

    private static string Rule(int number, string agency, string when, string effect) => string.Join(
        '\n',
        $"\n  - id: marac/{number}",
        "    says: One more.",
        $"    to: {{ agency: {agency}, role: marac-representative }}",
        "    record: marac.case",
        "    purpose: marac-meeting",
        $"    when: {when}",
        $"    {effect}");

    [Theory]
    [InlineData("serves: { marac.case: [ACCEPTED] }", "serves: { marac.referral: any }", "does not serve marac.case", "purpose: marac-meeting")]
    [InlineData("to: landlord", "to: { agency: PREM, role: marac-representative }", "NR1", "- id: marac/1")]
    [InlineData("to: landlord", "to: { agency: any, role: marac-representative }", "NR1", "- id: marac/1")]
    [InlineData("to: landlord", "to: { agency: CKH, role: idva }", "can never apply", "purpose: marac-meeting")]
    public void What_defeats_a_rule_is_told_at_the_rule(string right, string wrong, string reason, string at)
    {
        var text = Replaced(right, wrong);
        var line = text[..text.IndexOf(at, StringComparison.Ordinal)].Count(c => c == '\n') + 1;
        Assert.Contains(Compile(text).Errors, error => error.Line == line && error.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("review: 2027-01-01", "lacks 'review'", 1)]
    [InlineData("    says: The landlord.", "lacks 'says'", 12)]
    [InlineData("    when: member", "'own-tenancy' gives nothing without membership", 40)]
    public void What_is_missing_is_told_where_it_should_be(string missing, string reason, int line)
    {
        var at = Good.IndexOf(missing, StringComparison.Ordinal);
        var text = Good.Remove(at, missing.Length + 1);
        Assert.Contains(Compile(text).Errors, error => error.Line == line && error.Reason.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("review: 2027-01-01", "review: 2025-01-01", "not after the effective date")]
    [InlineData("signed: 2026-01-01", "signed: 2026-06-01", "before it was signed")]
    [InlineData("version: \"1\"", "version: \"1\"\nexpires: 2025-06-01", "expires before it is effective")]
    public void Dates_that_contradict_each_other_are_refused(string right, string wrong, string reason) =>
        Assert.Contains(Compile(Replaced(right, wrong)).Errors, error => error.Reason.Contains(reason, StringComparison.Ordinal));

    [Theory]
    [InlineData("agreement: [unclosed")]
    [InlineData("\tagreement: marac")]
    [InlineData("agreement: marac\nagreement: again")]
    [InlineData("agreement: &name marac")]
    [InlineData("agreement: *name")]
    [InlineData("agreement: !!str marac")]
    [InlineData("just a sentence")]
    [InlineData("- a list")]
    [InlineData("")]
    [InlineData("a: 1\n---\nb: 2")]
    public void What_is_not_an_agreement_is_refused(string text)
    {
        var result = Compile(text);
        Assert.False(result.Succeeded);
        Assert.All(result.Errors, error => Assert.True(error.Line >= 1));
    }

    [Fact]
    public void A_reference_that_repeats_itself_is_refused_before_it_grows()
    {
        var bomb = "a: &a [x, x]\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"b{i}: &b{i} [*{(i == 0 ? "a" : $"b{i - 1}")}, *{(i == 0 ? "a" : $"b{i - 1}")}]\n"));
        Assert.False(Compile(bomb).Succeeded);
    }

    [Fact]
    public void A_permit_that_another_rule_always_denies_is_refused()
    {
        var text = Good +
            """

              - id: marac/3
                says: Nobody of the police sees the checklist.
                to: police
                record: marac.case
                purpose: marac-meeting
                deny: [risk-checklist]
            """;
        var error = Assert.Single(Compile(text).Errors);
        Assert.Contains("always denies", error.Reason, StringComparison.Ordinal);
        Assert.Equal(Line(text, "permit: [risk-checklist]"), error.Line);
    }

    [Fact]
    public void A_permit_that_another_rule_denies_in_one_state_stands()
    {
        var text = Good +
            """

              - id: marac/3
                says: The police do not see the checklist of a case they are not listed on.
                to: police
                record: marac.case
                purpose: marac-meeting
                states: [ACCEPTED]
                when: own-agency
                deny: [risk-checklist]
            """;
        Assert.Empty(Compile(text).Errors);
    }

    [Fact]
    public void A_rule_on_changes_lists_its_commands_and_releases_no_groups()
    {
        var text = Replaced("when: member", "operation: change", last: true);
        var reasons = Compile(text).Errors.Select(error => error.Reason).ToList();
        Assert.Contains(reasons, reason => reason.Contains("lists its commands", StringComparison.Ordinal));
        Assert.Contains(reasons, reason => reason.Contains("release nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_submission_cannot_rest_on_a_record_that_is_not_there_yet()
    {
        var text = Replaced("when: member", "when: member\n    operation: submit", last: true);
        Assert.Contains(Compile(text).Errors, error => error.Reason.Contains("has no record yet", StringComparison.Ordinal));
    }

    [Fact]
    public void A_record_type_belongs_to_one_agreement()
    {
        var other = Good.Replace("agreement: marac", "agreement: second", StringComparison.Ordinal).Replace("id: marac/", "id: second/", StringComparison.Ordinal);
        var result = AgreementCompiler.Compile([new AgreementSource("small.yaml", Good), new AgreementSource("second.yaml", other)], World.Vocabulary);
        Assert.Contains(result.Errors, error => error.File == "small.yaml" && error.Reason.Contains("exactly one", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        var text = Replaced("to: landlord", "to: tenant").Replace("meta: all", "mete: all", StringComparison.Ordinal).Replace("CDA-1998-S115", "CDA", StringComparison.Ordinal);
        var reasons = Compile(text).Errors.Select(error => error.Reason).ToList();
        Assert.All(["'tenant'", "'mete'", "'CDA'"], word => Assert.Contains(reasons, reason => reason.Contains(word, StringComparison.Ordinal)));
    }

    [Fact]
    public void No_agreement_at_all_shares_nothing()
    {
        var agreements = World.Compiled();
        Assert.False(World.ReadCase(World.People["coordinator"], World.Facts(), agreements).Permitted);
    }

    private static CompileResult Compile(string text) => AgreementCompiler.Compile([new AgreementSource("small.yaml", text)], World.Vocabulary);

    private static string Replaced(string right, string wrong, bool last = false)
    {
        var at = last ? Good.LastIndexOf(right, StringComparison.Ordinal) : Good.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0, $"The agreement has no '{right}'.");
        return string.Concat(Good.AsSpan(0, at), wrong, Good.AsSpan(at + right.Length));
    }

    private static int Line(string text, string part) => text[..text.LastIndexOf(part, StringComparison.Ordinal)].Count(c => c == '\n') + 1;
}
