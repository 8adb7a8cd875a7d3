using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Partnership.Contracts;
using Partnership.Marac.Input;
using Partnership.ServiceDefaults;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>What the casework refuses reaches its sender with a code and a sentence, through the gateway's allow-list.</summary>
public sealed partial class RefusedCommandTests(SharedPlatform shared)
{
    [Fact]
    public async Task A_refusal_of_the_casework_arrives_as_409_with_its_code_and_stands_in_the_ledger()
    {
        var platform = await shared.StartedAsync();
        var casework = new Casework(platform);
        var referral = await casework.SubmitAsync();
        var it = await casework.AcceptAsync(referral);
        foreach (var (path, body, code) in ((string, object?, string)[])
                 [
                     ($"{it}/members/NSS", null, "agency-never-member"),
                     ($"{it}/relations/CKH", new { tenancy = new[] { Guid.Empty }, statement = "Told by telephone." }, "address-not-on-case"),
                     ($"{it}/members/PCC?team=CS", null, "gains-alone"),
                 ])
        {
            var answer = await casework.Coordinator.PutAsync(path, body, Casework.Triage);
            Assert.True((HttpStatusCode.Conflict, code) == (answer.Status, answer.Code), answer.ToString());
            Assert.Equal(RegisteredProblems.SentenceOf(code), answer.Json.GetProperty("detail").GetString());
        }

        var again = await casework.Coordinator.PostAsync($"{referral}/withdraw", new { ground = "ERROR", reason = "Sent to the wrong area" });
        Assert.Equal((HttpStatusCode.Conflict, "referral-has-case"), (again.Status, again.Code));
        await casework.LedgerAsync(Casework.IdOf(referral), entry => entry.GetProperty("records")[0]
            .GetProperty("decisionRule").EnumerateArray().Any(rule => rule.GetString() == "referral-has-case"));
    }

    [Fact]
    public async Task Bad_input_arrives_by_field_with_its_code_and_never_with_its_value()
    {
        var platform = await shared.StartedAsync();
        var body = Samples.Referral(change: b =>
        {
            b["victim"]!["dateOfBirth"] = "Zyxwvmark";
            b["referrer"]!["email"] = "zyxwvmark@gmail.com";
            b["riskChecklist"]!["yesCount"] = 3;
            b["criteria"] = new JsonArray("ZYXWVMARK");
        });
        var answer = await platform.As("pvp").PostAsync("/marac/referrals", body);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-input"), (answer.Status, answer.Code));
        foreach (var (field, code) in ((string, string)[])
                 [("victim.dateOfBirth", "not-a-date"), ("referrer.email", "personal-webmail"), ("riskChecklist.yesCount", "count-differs"), ("criteria[0]", "unknown-code")])
        {
            var errors = answer.Json.GetProperty("errors").TryGetProperty(field, out var found) ? found : default;
            Assert.True(errors.ValueKind != default, $"{field}: {answer}");
            Assert.StartsWith(code + ":", errors[0].GetString(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("zyxwvmark", answer.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_submission_is_warned_by_field()
    {
        var platform = await shared.StartedAsync();
        var answer = await platform.As("pvp").PostAsync("/marac/referrals", Samples.Referral(change: b => b["immediateDanger"] = true));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Contains(answer.Json.GetProperty("warnings").EnumerateArray(), warning =>
            (warning.GetProperty("code").GetString(), warning.GetProperty("field").GetString()) == ("dial-999", "immediateDanger"));
    }

    [Fact]
    public void Every_code_a_service_writes_is_registered_or_its_reader_would_get_a_502()
    {
        var assemblies = new[] { typeof(InputCodes).Assembly, typeof(Partnership.InformationSharing.InformationSharingHost).Assembly };
        var refusals = assemblies.SelectMany(a => a.GetTypes()).SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .Where(f => f.FieldType == typeof(Refusal)).Select(f => (Refusal)f.GetValue(null)!).ToList();
        Assert.NotEmpty(refusals);
        Assert.All(refusals, refusal => Assert.NotNull(RegisteredProblems.SentenceOf(refusal.Code)));

        var codes = typeof(InputCodes).GetFields().Select(f => (string)f.GetRawConstantValue()!).ToHashSet();
        foreach (var service in (string[])["Marac", "InformationSharing"])
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "services", service), "*.cs", SearchOption.AllDirectories))
            {
                foreach (Match written in WrittenCode().Matches(File.ReadAllText(file))) codes.Add(written.Groups["code"].Value);
            }
        }

        Assert.True(codes.Count > 60, "The search for codes in the sources finds too few.");
        Assert.DoesNotContain(codes, code => RegisteredProblems.SentenceOf(code) is null);
    }

    /// <summary><c>Error(field, "code", …)</c>, <c>Warn(field, "code")</c>, <c>return "name-has-digits"</c> and <c>"code: sentence"</c>.</summary>
    [GeneratedRegex("""(?:(?:Error|Warn)\([^;"]*(?:"[^"]*"|\$"[^"]*")?\s*,\s*"|return "(?=name-)|Problem\.Invalid\([^;]*?, "|(?<=, )"(?=[a-z-]+: ))(?<code>[a-z0-9]+(?:-[a-z0-9]+)+)""")]
    private static partial Regex WrittenCode();
}
