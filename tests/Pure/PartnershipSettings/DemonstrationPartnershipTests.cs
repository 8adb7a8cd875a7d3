using System.Runtime.CompilerServices;
using Partnership.PartnershipSettings;
using Xunit;

namespace Partnership.Tests.Pure.PartnershipSettings;

/// <summary>The file <c>deploy/up</c> uses: the people others sign in as, and the values the demonstration rests on.</summary>
public sealed class DemonstrationPartnershipTests
{
    private static readonly PartnershipConfiguration Demonstration = Read();

    /// <summary>The table of the interface description, a line a person: hats are agency, team, role.</summary>
    private static readonly string[] Table =
    [
        "coordinator PCC/CS marac-coordinator", "supervisor PCC/CS marac-supervisor",
        "marac-chair CON/PVP marac-chair", "independent-chair OTH/- marac-chair",
        "pvp CON/PVP marac-representative", "idva SASP/- idva",
        "csc PCC/CSC marac-representative", "asc PCC/ASC marac-representative",
        "housing PCC/HSG marac-representative", "education PCC/EDU marac-representative",
        "probation PROB/- marac-representative", "prison HMP/- marac-representative",
        "landlord CKH/- marac-representative", "fire CFRS/- marac-representative",
        "youth YOS/- marac-representative", "treatment ASP/- marac-representative",
        "health ICB/MH marac-representative", "caldicott ICB/MH caldicott-guardian",
        "patrol CON/NPT officer", "pes PCC/PES officer [pes] + PCC/HSG marac-representative [housing]",
        "gatekeeper SASP/- safeguarding-gatekeeper",
        "nightsafe-admin NSS/- scheme-administrator", "scheme-chair NSS/- scheme-chair", "licensing CON/licensing police-liaison",
        "committee PREM/premises-03 committee-member",
        "door-01 PREM/premises-01 door-staff", "manager-01 PREM/premises-01 premises-manager", "door-02 PREM/premises-02 door-staff",
        "ctco CON/Prevent ctco", "channel-chair PCC/CS channel-chair", "section-36 PCC/CS section-36-officer",
        "panel-health ICB/MH panel-member", "panel-education PCC/EDU panel-member", "provider provider-01/- intervention-provider",
        "facilitator RJS/- facilitator", "rj-coordinator RJS/- rj-coordinator", "rj-senior RJS/- rj-senior-practitioner",
        "victims-hub VHUB/- victim-support",
        "dpo PCC/IG data-protection-officer", "marac-auditor PCC/IG ledger-reader (marac)",
        "channel-auditor PCC/IG ledger-reader (channel)", "operator PCC/IG operator",
        "performance-author PCC/CS performance-author", "theme-lead PCC/CS theme-lead",
        "commissioner OPCC/- performance-reader", "scrutiny PCC/members performance-reader",
    ];

    [Fact]
    public void Its_people_are_exactly_those_of_the_table() =>
        Assert.Equal(Table.Order(StringComparer.Ordinal), Demonstration.People.Select(Line).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_person_has_a_name_and_an_id_of_their_own()
    {
        Assert.Equal(Demonstration.People.Count, Demonstration.People.Select(p => p.Id).Distinct().Count());
        Assert.Equal(Demonstration.People.Count, Demonstration.People.Select(p => p.Name).Distinct().Count());
        Assert.All(Demonstration.People, p => Assert.Contains(' ', p.Name));
    }

    [Fact]
    public void Its_agencies_are_those_of_the_domain_and_only_the_named_ones_may_not_refer()
    {
        string[] current = ["CON", "PCC", "CFRS", "ICB", "PROB", "HMP", "CKH", "SASP", "YOS", "VHUB", "ASP", "NSS", "PREM", "RJS", "OPCC", "CPS", "OTH"];
        var today = new DateOnly(2026, 11, 22);
        Assert.All(current, code => Assert.True(Demonstration.FindAgency(code)?.IsActiveOn(today), code));
        string[] mayNot = ["NSS", "PREM", "OPCC", "RJS", "OTH"];
        Assert.All(current, code => Assert.Equal(!mayNot.Contains(code), Demonstration.FindAgency(code)!.MayRefer));
    }

    [Theory]
    [InlineData("NPS", "PROB", "2021-06-25", "2021-06-26")]
    [InlineData("CRC", "PROB", "2021-06-25", "2021-06-26")]
    [InlineData("CCG", "ICB", "2022-06-30", "2022-07-01")]
    public void An_ended_agency_names_its_successor_from_the_next_day(string ended, string successor, string last, string first)
    {
        var agency = Demonstration.FindAgency(ended)!;
        Assert.Equal(successor, agency.Successor);
        Assert.True(agency.IsActiveOn(DateOnly.Parse(last)));
        Assert.False(agency.IsActiveOn(DateOnly.Parse(first)));
        Assert.False(agency.MayRefer);
        Assert.True(Demonstration.FindAgency(successor)!.IsActiveOn(DateOnly.Parse(first)));
    }

    [Fact]
    public void The_national_threshold_is_in_force_and_the_local_one_is_dated_later()
    {
        var now = Demonstration.Marac.ThresholdOn(new(2026, 11, 22))!;
        Assert.Equal(("national-14", 14, 3, 12, null), (now.Version, now.VisibleHighRisk, now.EscalationIncidents, now.EscalationMonths, now.IdvaOnly));
        var later = Demonstration.Marac.Thresholds[1];
        Assert.Equal((17, new IdvaOnlyBand(14, 16)), (later.VisibleHighRisk, later.IdvaOnly));
        Assert.Equal(now, Demonstration.Marac.ThresholdOn(later.From.AddDays(-1)));
        Assert.Equal(later, Demonstration.Marac.ThresholdOn(later.From));
        Assert.Null(Demonstration.Marac.ThresholdOn(now.From.AddDays(-1)));
    }

    [Fact]
    public void The_bank_holidays_of_two_years_are_there()
    {
        Assert.False(Demonstration.WorkingDays.IsWorkingDay(new(2026, 12, 28)));
        Assert.False(Demonstration.WorkingDays.IsWorkingDay(new(2027, 3, 26)));
        Assert.True(Demonstration.WorkingDays.IsWorkingDay(new(2026, 12, 29)));
        Assert.True(Demonstration.WorkingDays.Covers(2026) && Demonstration.WorkingDays.Covers(2027));
    }

    [Fact]
    public void A_deadline_ends_with_the_partnerships_day_in_summer_and_winter()
    {
        // Friday 17:00 in summer: Monday ends at 23:00 UTC.
        Assert.Equal(
            new DateTimeOffset(2026, 7, 6, 23, 0, 0, TimeSpan.Zero),
            Demonstration.Deadline(new DateTimeOffset(2026, 7, 3, 16, 0, 0, TimeSpan.Zero), 1).ToUniversalTime());
        Assert.Equal(
            new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero),
            Demonstration.Deadline(new DateTimeOffset(2026, 11, 20, 17, 0, 0, TimeSpan.Zero), 1).ToUniversalTime());
        // Half past midnight on Saturday in the partnership is still Friday in UTC; Monday is the next working day for both.
        Assert.Equal(
            new DateTimeOffset(2026, 7, 7, 23, 0, 0, TimeSpan.Zero),
            Demonstration.Deadline(new DateTimeOffset(2026, 7, 5, 23, 30, 0, TimeSpan.Zero), 1).ToUniversalTime());
    }

    [Theory]
    [InlineData("CON", "sergeant@cambs.police.uk", true)]
    [InlineData("CON", "sergeant@CAMBS.police.uk", true)]
    [InlineData("CON", "sergeant@webmail.example", false)]
    [InlineData("CON", "sergeant@not-cambs.police.uk", false)]
    [InlineData("CON", "sergeant@x.cambs.police.uk", false)]
    [InlineData("CON", "sergeant@cambs.police.uk@webmail.example", false)]
    [InlineData("CON", "cambs.police.uk", false)]
    [InlineData("CON", "@cambs.police.uk", false)]
    [InlineData("PREM", "door@cambs.police.uk", false)]
    public void An_address_is_secure_when_its_domain_is_the_agencys_own(string agency, string address, bool secure) =>
        Assert.Equal(secure, Demonstration.FindAgency(agency)!.IsSecureEmail(address));

    [Fact]
    public void The_issuer_follows_the_port_of_a_local_run()
    {
        Assert.Equal("http://127.0.0.1:8082", Assert.Single(Demonstration.Issuers).Address);
        var moved = PartnershipFile.Read(Text(), name => name == "PARTNERSHIP_IDENTITY" ? "http://127.0.0.1:9002" : null).Configuration!;
        Assert.Equal("http://127.0.0.1:9002", Assert.Single(moved.Issuers).Address);
        Assert.All(moved.People, p => Assert.Equal("http://127.0.0.1:9002", p.Issuer));
    }

    private static string Line(Person person)
    {
        Assert.NotEmpty(person.Hats);
        return $"{person.Subject} " + string.Join(" + ", person.Hats.Select(h =>
            $"{h.Agency}/{h.Team ?? "-"} {h.Role}"
            + (h.Schemes.Count > 0 ? $" ({string.Join(',', h.Schemes)})" : "")
            + (h.Name is null ? "" : $" [{h.Name}]")));
    }

    private static PartnershipConfiguration Read()
    {
        var reading = PartnershipFile.Read(Text(), _ => null);
        Assert.Empty(reading.Problems);
        return reading.Configuration!;
    }

    private static string Text() => File.ReadAllText(Path.Combine(Root(), "deploy", "partnership.yaml"));

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
