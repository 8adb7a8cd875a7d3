using System.Text;
using Partnership.Marac.Input;
using Partnership.Tests.Pure.Marac.Referrals;
using Xunit;

namespace Partnership.Tests.Pure.Marac.Input;

public sealed class BodyReaderTests
{
    private const string Marker = "Zyxwv-Marker";

    [Theory]
    [InlineData("", "malformed-json")]
    [InlineData("{", "malformed-json")]
    [InlineData("{\"referrer\": {}, \"referrer\": {}}", "malformed-json")]
    [InlineData("[]", "not-an-object")]
    [InlineData("null", "not-an-object")]
    [InlineData("{\"a\": 1,}", "malformed-json")]
    public void A_body_that_is_not_one_JSON_object_is_told_so(string body, string code) => Expect.Error(Given.Check(body), "body", code);

    [Fact]
    public void A_body_nested_too_deep_is_malformed() =>
        Expect.Error(Given.Check(string.Concat(Enumerable.Repeat("{\"victim\":", 40)) + "1" + new string('}', 40)), "body", "malformed-json");

    [Fact]
    public void A_misspelt_field_is_an_error_and_not_a_silent_loss()
    {
        Expect.Error(Given.Check(Given.Referral().With("immediatedanger", true)), "body", "unknown-field");
        Expect.Error(Given.Check(Given.Referral().With("victim.phones.1.safe", "YES")), "victim.phones[1]", "unknown-field");
    }

    [Theory]
    [InlineData("victim", "\"a\"", "victim", "not-an-object")]
    [InlineData("victim.name", "7", "victim.name", "not-text")]
    [InlineData("victim.aliases", "\"a\"", "victim.aliases", "not-a-list")]
    [InlineData("perpetrators", "[1]", "perpetrators[0]", "not-an-object")]
    [InlineData("criteria", "[\"visible_high_risk\"]", "criteria[0]", "unknown-code")]
    [InlineData("criteria", "[0]", "criteria[0]", "unknown-code")]
    [InlineData("awareOfReferral", "true", "awareOfReferral", "unknown-code")]
    [InlineData("victim.estimatedAge", "34.5", "victim.estimatedAge", "not-a-number")]
    [InlineData("victim.estimatedAge", "-1", "victim.estimatedAge", "out-of-range")]
    [InlineData("referralAt", "\"yesterday\"", "referralAt", "not-a-date-time")]
    [InlineData("referralAt", "1751360000", "referralAt", "not-a-date-time")]
    [InlineData("referralAt", "\"2026-07-01T09:30:00\"", "referralAt", "no-time-zone")]
    [InlineData("referralAt", "\"2026-07-01\"", "referralAt", "no-time-zone")]
    [InlineData("victim.name", "\"Mira\\u0000Thorne\"", "victim.name", "control-character")]
    [InlineData("victim.name", "\"\\ud800\"", "victim.name", "not-unicode")]
    public void What_cannot_be_read_is_an_error_at_its_place(string path, string json, string field, string code) =>
        Expect.Error(Given.Check(Given.Referral().With(path, "§").ToJsonString().Replace("\"§\"", json, StringComparison.Ordinal)
            .Replace("\"\\u00A7\"", json, StringComparison.Ordinal)), field, code);

    [Fact]
    public void Too_many_people_are_an_error()
    {
        var body = Given.Referral().With("safeToTalkTo", new System.Text.Json.Nodes.JsonArray([.. Enumerable.Range(0, 31).Select(_ => System.Text.Json.Nodes.JsonValue.Create("Anna"))]));
        Expect.Error(Given.Check(body), "safeToTalkTo", "too-many");
    }

    [Fact]
    public void No_answer_ever_repeats_what_was_sent()
    {
        var bodies = new[]
        {
            $"{{\"{Marker}\": 1}}", $"{Marker}", $"{{\"victim\": {{\"{Marker}\": \"{Marker}\"}}}}",
            Given.Referral().With("victim.gender", Marker).With("victim.dateOfBirth", Marker).With("referralAt", Marker)
                .With("referrer.email", Marker).With("referrer.agency", Marker).With("victim.name", $"{Marker} 7").ToJsonString(),
        };
        foreach (var report in bodies.Select(body => Given.Check(body)))
        {
            Assert.NotEmpty(report.Errors);
            Assert.All(report.Errors, e => Assert.DoesNotContain(Marker, $"{e.Field} {e.Code} {e.Sentence}", StringComparison.OrdinalIgnoreCase));
            Assert.All(report.Warnings, w => Assert.DoesNotContain(Marker, $"{w.Field} {w.Code}", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_an_error()
    {
        var report = new InputReport();
        var bytes = Encoding.UTF8.GetBytes("{\"name\":\"abc\"}");
        bytes[9] = 0xFF;
        Assert.Null(BodyReader.Read(bytes, report, b => b.Text("name", 10) ?? "") is { Length: > 0 } text ? text : null);
        Assert.True(report.HasErrors);
    }
}
