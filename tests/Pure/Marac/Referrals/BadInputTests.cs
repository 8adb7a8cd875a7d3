using System.Text.Json.Nodes;
using Partnership.Marac.Input;
using Xunit;

namespace Partnership.Tests.Pure.Marac.Referrals;

/// <summary>
/// Bad input that the domain lists (<c>marac</c> §10), an item a test: each has its error, its warning, or its place at
/// triage (<c>TriageNotesTests</c>). Nothing about stored data is ever answered here.
/// </summary>
public sealed class BadInputTests
{
    [Fact]
    public void The_referral_all_these_spoil_has_nothing_wrong_with_it() => Expect.Clean(Given.Check(Given.Referral()));

    [Fact]
    public void A_checklist_with_25_yes_is_an_error()
    {
        var answers = Given.Answers(yes: 24);
        answers.Add(new JsonObject { ["item"] = "injury", ["answer"] = "YES" });
        Expect.Error(Given.Check(Given.Referral().With("riskChecklist.items", answers)), "riskChecklist.items[24].item", "listed-twice");
    }

    [Fact]
    public void A_25th_item_of_another_name_is_an_error()
    {
        var answers = Given.Answers(yes: 24);
        answers.Add(new JsonObject { ["item"] = "arson", ["answer"] = "YES" });
        Expect.Error(Given.Check(Given.Referral().With("riskChecklist.items", answers)), "riskChecklist.items[24].item", "unknown-code");
    }

    [Fact]
    public void A_count_that_differs_from_the_answers_is_an_error() =>
        Expect.Error(Given.Check(Given.Referral().With("riskChecklist.yesCount", 15)), "riskChecklist.yesCount", "count-differs");

    [Fact]
    public void A_count_that_agrees_is_accepted() => Expect.Clean(Given.Check(Given.Referral().With("riskChecklist.yesCount", 14)));

    [Fact]
    public void Do_not_know_is_not_a_yes() =>
        Expect.Error(
            Given.Check(Given.Referral().With("riskChecklist.items", Given.Answers(13, others: "DONT_KNOW")).With("riskChecklist.yesCount", 24)),
            "riskChecklist.yesCount", "count-differs");

    [Fact]
    public void All_24_not_asked_is_a_warning_and_no_high_score()
    {
        var report = Given.Check(Given.Referral().With("riskChecklist.items", Given.Answers(0, others: "NOT_ASKED")));
        Expect.Warning(report, "riskChecklist.items", "nothing-asked");
        Expect.Error(report, "judgementReason", "rationale-required");
    }

    [Fact]
    public void An_item_left_out_is_an_error()
    {
        var answers = Given.Answers(14);
        answers.RemoveAt(23);
        Expect.Error(Given.Check(Given.Referral().With("riskChecklist.items", answers)), "riskChecklist.items", "items-missing");
    }

    [Fact]
    public void Score_9_with_no_rationale_is_an_error() =>
        Expect.Error(Given.Check(Given.Referral().With("riskChecklist.items", Given.Answers(9))), "judgementReason", "rationale-required");

    [Fact]
    public void Score_9_with_a_rationale_is_taken_with_a_warning()
    {
        var report = Given.Check(Given.Referral().With("riskChecklist.items", Given.Answers(9)).With("judgementReason", Given.LongReason)
            .With("criteria", new JsonArray("VISIBLE_HIGH_RISK", "PROFESSIONAL_JUDGEMENT")));
        Assert.Empty(report.Errors);
        Expect.Warning(report, "criteria", "score-under-threshold");
    }

    [Fact]
    public void Score_9_on_professional_judgement_alone_is_taken_without_a_word() =>
        Expect.Clean(Given.Check(Given.Referral().With("riskChecklist.items", Given.Answers(9)).With("judgementReason", Given.LongReason)
            .With("criteria", new JsonArray("PROFESSIONAL_JUDGEMENT"))));

    [Fact]
    public void Professional_judgement_in_49_characters_is_an_error() =>
        Expect.Error(
            Given.Check(Given.Referral().With("criteria", new JsonArray("PROFESSIONAL_JUDGEMENT")).With("judgementReason", new string('a', 49))),
            "judgementReason", "reason-too-short");

    [Fact]
    public void A_checklist_of_the_future_is_an_error_and_an_old_one_a_warning()
    {
        Expect.Error(Given.Check(Given.Referral().With("riskChecklist.completedOn", "2026-07-02")), "riskChecklist.completedOn", "in-future");
        Expect.Warning(Given.Check(Given.Referral().With("riskChecklist.completedOn", "2026-06-02")), "riskChecklist.completedOn", "checklist-old");
        Expect.Clean(Given.Check(Given.Referral().With("riskChecklist.completedOn", "2026-06-03")));
    }

    [Fact]
    public void Victim_and_perpetrator_the_same_person_is_an_error()
    {
        var same = Given.Referral().With("perpetrators.0.name", "THORNE, Mira").With("perpetrators.0.dateOfBirth", "1991-03-14");
        Expect.Error(Given.Check(same), "perpetrators[0].name", "victim-is-perpetrator");
        Expect.Error(Given.Check(same.Without("perpetrators.0.dateOfBirth")), "perpetrators[0].name", "victim-is-perpetrator");
    }

    [Fact]
    public void Victim_and_perpetrator_of_one_name_and_two_birthdays_is_a_warning()
    {
        var report = Given.Check(Given.Referral().With("perpetrators.0.name", "Mira Thorne"));
        Assert.Empty(report.Errors);
        Expect.Warning(report, "perpetrators[0].name", "same-name-as-victim");
    }

    [Theory]
    [InlineData("2026-07-02", "in-future")]
    [InlineData("2014-06-30", "victim-under-16")]
    [InlineData("2010-07-02", "victim-under-16")]
    [InlineData("1890-01-01", "out-of-range")]
    public void A_birthday_in_the_future_or_of_a_twelve_year_old_is_an_error(string date, string code) =>
        Expect.Error(Given.Check(Given.Referral().With("victim.dateOfBirth", date).Without("children")), "victim.dateOfBirth", code);

    [Fact]
    public void Sixteen_on_the_day_of_referral_is_old_enough() =>
        Expect.Clean(Given.Check(Given.Referral().With("victim.dateOfBirth", "2010-07-01").Without("children")));

    [Fact]
    public void An_estimated_age_of_twelve_is_an_error() =>
        Expect.Error(
            Given.Check(Given.Referral().Without("victim.dateOfBirth").With("victim.estimatedAge", 12)), "victim.estimatedAge", "victim-under-16");

    [Fact]
    public void Neither_birthday_nor_age_is_an_error() =>
        Expect.Error(Given.Check(Given.Referral().Without("victim.dateOfBirth")), "victim.dateOfBirth", "required");

    [Fact]
    public void A_perpetrator_of_fifteen_is_an_error() =>
        Expect.Error(
            Given.Check(Given.Referral().With("perpetrators.0.dateOfBirth", "2011-01-01").Without("children")),
            "perpetrators[0].dateOfBirth", "perpetrator-under-16");

    [Fact]
    public void A_missing_perpetrator_is_an_error()
    {
        Expect.Error(Given.Check(Given.Referral().Without("perpetrators")), "perpetrators", "required");
        Expect.Error(Given.Check(Given.Referral().With("perpetrators", new JsonArray())), "perpetrators", "required");
    }

    [Theory]
    [InlineData("07700 900999")]
    [InlineData("+44 7700 900999")]
    [InlineData("0044 (0)7700-900999")]
    public void A_phone_marked_safe_that_is_the_perpetrators_is_an_error(string number) =>
        Expect.Error(Given.Check(Given.Referral().With("victim.phones.0.number", number)), "victim.phones[0].safeToCall", "safe-phone-is-perpetrators");

    [Fact]
    public void The_perpetrators_phone_not_marked_safe_is_a_warning()
    {
        var report = Given.Check(Given.Referral().With("victim.phones.2.number", "07700 900999"));
        Assert.Empty(report.Errors);
        Expect.Warning(report, "victim.phones[2].number", "phone-same-as-perpetrator");
    }

    [Theory]
    [InlineData("NO")]
    [InlineData("UNKNOWN")]
    public void The_perpetrators_address_without_living_together_is_a_warning(string livesWith)
    {
        var report = Given.Check(Given.Referral().With("perpetrators.0.address", "12 acacia avenue, PE1 4ZZ").With("victim.livesWithPerpetrator", livesWith));
        Assert.Empty(report.Errors);
        Expect.Warning(report, "victim.addresses[0].lines", "address-same-as-perpetrator");
    }

    [Fact]
    public void The_perpetrators_address_when_living_together_is_as_it_should_be() =>
        Expect.Clean(Given.Check(
            Given.Referral().With("perpetrators.0.address", "12 Acacia Avenue, Peterborough, PE14ZZ").With("victim.livesWithPerpetrator", "YES")));

    [Fact]
    public void A_confidential_address_that_is_the_perpetrators_is_an_error() =>
        Expect.Error(
            Given.Check(Given.Referral().With("perpetrators.0.address", "12 Acacia Avenue, Peterborough PE1 4ZZ")
                .With("victim.addresses.0.isConfidential", true)),
            "victim.addresses[0].isConfidential", "confidential-address-is-perpetrators");

    [Fact]
    public void A_child_born_before_its_parent_is_an_error()
    {
        Expect.Error(Given.Check(Given.Referral().With("children.0.dateOfBirth", "1990-01-01")), "children[0].dateOfBirth", "child-born-before-parent");
        Expect.Error(
            Given.Check(Given.Referral().With("children.0.dateOfBirth", "1990-01-01").Without("children.0.relationToVictim")),
            "children[0].dateOfBirth", "child-born-before-parent");
    }

    [Fact]
    public void A_sister_or_a_stepson_older_than_the_victim_is_no_error()
    {
        var young = Given.Referral().With("victim.dateOfBirth", "2009-09-09").With("children.0.dateOfBirth", "2008-08-08")
            .Without("children.0.relationToPerpetrator");
        Assert.Empty(Given.Check(young.With("children.0.relationToVictim", "sister")).Errors);
        Assert.Empty(Given.Check(young.With("children.0.relationToVictim", "step son")).Errors);
    }

    [Fact]
    public void An_expected_date_in_the_past_is_an_error()
    {
        var unborn = Given.Referral().With("children", new JsonArray(new JsonObject { ["expectedOn"] = "2026-06-01" }));
        Expect.Error(Given.Check(unborn), "children[0].expectedOn", "in-past");
        var overdue = Given.Check(unborn.With("children.0.expectedOn", "2026-06-20"));
        Assert.Empty(overdue.Errors);
        Expect.Warning(overdue, "children[0].expectedOn", "expected-date-passed");
        Expect.Clean(Given.Check(unborn.With("children.0.expectedOn", "2026-11-01")));
        Expect.Error(Given.Check(unborn.With("children.0.expectedOn", "2027-07-01")), "children[0].expectedOn", "too-far-ahead");
    }

    [Fact]
    public void A_referral_dated_after_its_meeting_cannot_be_since_no_referral_is_dated_in_the_future()
    {
        Expect.Error(Given.Check(Given.Referral().With("referralAt", "2026-07-01T10:06:00Z")), "referralAt", "in-future");
        Expect.Clean(Given.Check(Given.Referral().With("referralAt", "2026-07-01T10:04:00Z")));
    }

    [Fact]
    public void A_claimed_repeat_is_taken_as_said_and_looked_up_for_triage_only() =>
        Expect.Clean(Given.Check(Given.Referral().With("criteria", new JsonArray("REPEAT")).Without("riskChecklist")));

    [Theory]
    [InlineData("unknown", "name-is-placeholder")]
    [InlineData("N/K", "name-is-placeholder")]
    [InlineData("Mira 😀", "name-has-symbols")]
    [InlineData("mira@homes.example", "name-is-email")]
    [InlineData("Mira 07700", "name-has-digits")]
    [InlineData("14/03/1991", "name-has-digits")]
    public void A_name_that_is_none_is_an_error(string name, string code)
    {
        Expect.Error(Given.Check(Given.Referral().With("victim.name", name)), "victim.name", code);
        Expect.Error(Given.Check(Given.Referral().With("perpetrators.0.name", name)), "perpetrators[0].name", code);
        Expect.Error(Given.Check(Given.Referral().With("notSafeToTalkTo", new JsonArray(name))), "notSafeToTalkTo[0]", code);
        Expect.Error(Given.Check(Given.Referral().With("mustNotReceive.0.name", name)), "mustNotReceive[0].name", code);
        Expect.Error(Given.Check(Given.Referral().With("children.0.name", name)), "children[0].name", code);
        Expect.Error(Given.Check(Given.Referral().With("referrer.name", name)), "referrer.name", code);
        Expect.Error(Given.Check(Given.Referral().With("victim.aliases", new JsonArray(name))), "victim.aliases[0]", code);
    }

    [Theory]
    [InlineData("Siân O'Brien-Łuczak")]
    [InlineData("मीरा ठाकुर")]
    [InlineData("Müller, Anna-Lena (née Groß)")]
    [InlineData("李")]
    public void A_name_of_any_language_is_a_name(string name) => Expect.Clean(Given.Check(Given.Referral().With("victim.name", name)));

    [Fact]
    public void A_very_long_narrative_is_an_error_at_its_limit()
    {
        Expect.Clean(Given.Check(Given.Referral().With("narrative.history", new string('a', 20_000))));
        Expect.Error(Given.Check(Given.Referral().With("narrative.history", new string('a', 20_001))), "narrative.history", "too-long");
    }

    [Theory]
    [InlineData("rosa@gmail.com", "personal-webmail")]
    [InlineData("rosa@Hotmail.co.uk", "personal-webmail")]
    [InlineData("rosa@elsewhere.example", "not-secure-domain")]
    [InlineData("rosa@police.example", "not-secure-domain")]
    [InlineData("rosa", "not-an-email")]
    public void Personal_webmail_is_an_error(string email, string code) =>
        Expect.Error(Given.Check(Given.Referral().With("referrer.email", email)), "referrer.email", code);

    [Theory]
    [InlineData("There is a second victim, her cousin.")]
    [InlineData("Also hit Lena Moss, born 03/04/1999, last week.")]
    [InlineData("His other girlfriend lives at PE7 8XX.")]
    [InlineData("Her friend can be rung on 07700 900555.")]
    public void A_narrative_with_a_second_victims_details_is_a_warning(string text)
    {
        var report = Given.Check(Given.Referral().With("narrative.latestIncident", text));
        Assert.Empty(report.Errors);
        Expect.Warning(report, "narrative.latestIncident", "other-person-in-text");
    }

    [Theory]
    [InlineData("The child, born 20/05/2015, saw it.")]
    [InlineData("He rang from 07700 900999 and hid at PE2 9ZZ.")]
    public void A_narrative_of_the_people_of_the_referral_is_none(string text) =>
        Expect.Clean(Given.Check(Given.Referral().With("narrative.latestIncident", text)));

    [Theory]
    [InlineData("He came to Acacia Avenue at night.")]
    [InlineData("She is at pe14zz.")]
    [InlineData("Ring her on +447700900123.")]
    [InlineData("He waits outside Larkfield Primary.")]
    public void A_narrative_that_tells_the_location_is_a_warning(string text)
    {
        var report = Given.Check(Given.Referral().With("narrative.latestIncident", text));
        Assert.Empty(report.Errors);
        Expect.Warning(report, "narrative.latestIncident", "location-in-text");
    }

    [Fact]
    public void A_feed_that_sends_age_text_is_an_error() =>
        Expect.Error(Given.Check(Given.Referral().With("victim.estimatedAge", "30s")), "victim.estimatedAge", "not-a-number");

    [Theory]
    [InlineData("1991-03-14T00:00:00Z")]
    [InlineData("1991-03-13T23:00:00+01:00")]
    [InlineData("1991-03-14 00:00")]
    public void A_birthday_with_a_time_that_a_zone_could_move_by_a_day_is_an_error(string date) =>
        Expect.Error(Given.Check(Given.Referral().With("victim.dateOfBirth", date)), "victim.dateOfBirth", "date-with-time");

    [Theory]
    [InlineData("14/03/1991")]
    [InlineData("1991-02-30")]
    [InlineData("1991")]
    public void A_birthday_in_another_form_is_an_error(string date) =>
        Expect.Error(Given.Check(Given.Referral().With("victim.dateOfBirth", date)), "victim.dateOfBirth", "not-a-date");

    [Fact]
    public void Immediate_danger_says_to_dial_999_first()
    {
        var report = Given.Check(Given.Referral().With("immediateDanger", true));
        Assert.Empty(report.Errors);
        Expect.Warning(report, "immediateDanger", "dial-999");
    }

    [Fact]
    public void No_consent_needs_a_reason_and_who_decided()
    {
        var report = Given.Check(Given.Referral().With("consentToReferral", "NO"));
        Expect.Error(report, "consentReason", "required");
        Expect.Error(report, "consentDecisionMaker", "required");
        Expect.Clean(Given.Check(Given.Referral().With("consentToReferral", "NO").With("consentReason", "Risk to life.").With("consentDecisionMaker", "Team manager")));
    }

    [Fact]
    public void Not_asked_for_consent_blocks_nothing() => Expect.Clean(Given.Check(Given.Referral().With("consentToReferral", "NOT_ASKED")));
}

internal static class Expect
{
    public static void Error(InputReport report, string field, string code) =>
        Assert.Contains((field, code), report.Errors.Select(e => (e.Field, e.Code)));

    public static void Warning(InputReport report, string field, string code) =>
        Assert.Contains((field, code), report.Warnings.Select(w => (w.Field, w.Code)));

    public static void Clean(InputReport report)
    {
        Assert.Empty(report.Errors.Select(e => (e.Field, e.Code)));
        Assert.Empty(report.Warnings.Select(w => (w.Field, w.Code)));
    }
}
