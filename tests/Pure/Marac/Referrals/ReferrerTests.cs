using System.Text.Json.Nodes;
using Xunit;

namespace Partnership.Tests.Pure.Marac.Referrals;

public sealed class ReferrerTests
{
    [Theory]
    [InlineData("referrer")]
    [InlineData("referrer.name")]
    [InlineData("referrer.agency")]
    [InlineData("referrer.role")]
    [InlineData("referrer.phone")]
    [InlineData("referrer.email")]
    [InlineData("referralAt")]
    [InlineData("criteria")]
    [InlineData("victim")]
    [InlineData("victim.name")]
    [InlineData("perpetrators")]
    [InlineData("awareOfReferral")]
    [InlineData("consentToReferral")]
    [InlineData("riskChecklist")]
    public void What_the_form_requires_is_required(string field) =>
        Expect.Error(Given.Check(Given.Referral().Without(field)), field, "required");

    [Fact]
    public void Everything_wrong_is_told_at_once()
    {
        var report = Given.Check(Given.Referral().Without("referrer.name").With("victim.dateOfBirth", "soon").With("victim.gender", "f")
            .With("perpetrators", new JsonArray()).With("policeInvolved", "yes"));
        Assert.Equal(
            ["perpetrators required", "policeInvolved not-true-or-false", "referrer.name required", "victim.dateOfBirth not-a-date", "victim.gender unknown-code"],
            report.Errors.Select(e => $"{e.Field} {e.Code}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_representative_refers_for_the_own_agency_only() =>
        Expect.Error(Given.Check(Given.Referral(), senderAgency: "CON"), "referrer.agency", "not-your-agency");

    [Fact]
    public void The_coordinator_enters_what_came_by_e_mail_for_another_agency() =>
        Expect.Clean(Given.Check(Given.Referral().With("receivedBy", "EMAIL"), senderAgency: "PCC", senderRole: "marac-coordinator"));

    [Fact]
    public void Nobody_else_marks_a_referral_as_received() =>
        Expect.Error(Given.Check(Given.Referral().With("receivedBy", "EMAIL")), "receivedBy", "coordinator-only");

    [Theory]
    [InlineData("PREM")]
    [InlineData("OLD")]
    [InlineData("XYZ")]
    public void An_agency_that_may_not_refer_today_is_refused(string agency) =>
        Expect.Error(Given.Check(Given.Referral().With("referrer.agency", agency), senderAgency: agency), "referrer.agency", "agency-not-signatory");

    [Fact]
    public void Consent_without_awareness_contradicts_itself() =>
        Expect.Error(Given.Check(Given.Referral().With("awareOfReferral", "NO")), "awareOfReferral", "consent-without-awareness");

    [Fact]
    public void Escalation_without_a_number_and_under_the_threshold_are_warnings()
    {
        var body = Given.Referral().With("criteria", new JsonArray("POTENTIAL_ESCALATION"));
        Expect.Warning(Given.Check(body), "policeIncidentsInYear", "incidents-not-stated");
        Expect.Warning(Given.Check(body.With("policeIncidentsInYear", 2)), "policeIncidentsInYear", "incidents-under-threshold");
        Expect.Clean(Given.Check(body.With("policeIncidentsInYear", 3)));
    }

    [Fact]
    public void Somebody_both_safe_and_not_safe_is_an_error() =>
        Expect.Error(Given.Check(Given.Referral().With("safeToTalkTo", new JsonArray("petra vale"))), "safeToTalkTo[0]", "safe-and-not-safe");

    [Fact]
    public void A_referral_with_the_least_there_is_passes() =>
        Assert.Empty(Given.Check(
            """
            {
              "referrer": { "name": "Rosa Finch", "agency": "CKH", "role": "Housing officer", "phone": "01733 900100", "email": "rosa@homes.example" },
              "referralAt": "2026-07-01T09:30:00Z", "criteria": ["REPEAT"],
              "victim": { "name": "Mira Thorne", "estimatedAge": 35 },
              "perpetrators": [{ "name": "Carl Vale", "relation": "former partner" }],
              "awareOfReferral": "NOT_ASKED", "consentToReferral": "NOT_ASKED"
            }
            """).Errors);
}
