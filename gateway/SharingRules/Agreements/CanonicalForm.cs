using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Partnership.SharingRules;

/// <summary>
/// The digest of a set of agreements: over what they say, sorted, and not over how the files are laid out. Ledger entries
/// carry it, so that anybody can check afterwards which text a decision was made under.
/// </summary>
internal static class CanonicalForm
{
    public static string Digest(IEnumerable<AgreementModel> agreements)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("form", "partnership-agreements-v2");
            json.WriteString("policy", AgreementSet.PolicyVersion);
            List(json, "agreements", agreements, agreement => agreement.Id.Value, Agreement);
            json.WriteEndObject();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void Agreement(Utf8JsonWriter json, AgreementModel agreement)
    {
        json.WriteString("id", agreement.Id.Value);
        json.WriteString("title", agreement.Title);
        json.WriteString("version", agreement.Version);
        json.WriteString("scheme", agreement.Scheme);
        json.WriteString("classification", agreement.Classification.Value);
        json.WriteString("signed", Day(agreement.SignedOn));
        json.WriteString("effective", Day(agreement.EffectiveFrom));
        json.WriteString("expires", agreement.ExpiresAfter is { } expires ? Day(expires) : null);
        json.WriteString("review", Day(agreement.ReviewBy));
        Words(json, "records", agreement.Records);
        List(json, "parties", agreement.Parties, party => party.Name.Value, (_, party) =>
        {
            json.WriteString("name", party.Name.Value);
            json.WriteString("says", party.Says);
            Principals(json, party.Principals);
        });
        List(json, "bases", agreement.Bases, basis => basis.Name.Value, (_, basis) =>
        {
            json.WriteString("name", basis.Name.Value);
            json.WriteString("power", basis.LegalPower.Value);
            json.WriteString("basis", basis.LawfulBasis.Value);
            json.WriteString("condition", basis.Condition?.Value);
            json.WriteString("regime", basis.Regime.Value);
        });
        List(json, "purposes", agreement.Purposes, purpose => purpose.Name.Value, Purpose);
        List(json, "notShared", agreement.NotShared, entry => entry.Record.Value, (_, entry) =>
        {
            json.WriteString("record", entry.Record.Value);
            Words(json, "groups", entry.Groups);
        });
        List(json, "rules", agreement.Rules, rule => rule.Id.Value, Rule);
    }

    private static void Purpose(Utf8JsonWriter json, PurposeModel purpose)
    {
        json.WriteString("name", purpose.Name.Value);
        json.WriteString("says", purpose.Says);
        json.WriteString("basis", purpose.Basis.Value);
        json.WriteNumber("days", purpose.ReleasedForDays);
        Words(json, "roles", purpose.Roles);
        List(json, "serves", purpose.Serves, served => served.Record.Value, (_, served) =>
        {
            json.WriteString("record", served.Record.Value);
            Words(json, "states", served.States);
        });
        List(json, "basisFor", purpose.BasisFor, other => other.Agency.Value, (_, other) =>
        {
            json.WriteString("agency", other.Agency.Value);
            json.WriteString("basis", other.Basis.Value);
        });
    }

    private static void Rule(Utf8JsonWriter json, RuleModel rule)
    {
        json.WriteString("id", rule.Id.Value);
        json.WriteString("says", rule.Says);
        Words(json, "parties", rule.Parties);
        Principals(json, rule.Principals);
        Words(json, "records", rule.Records);
        Words(json, "operations", rule.Operations);
        Words(json, "commands", rule.Commands);
        Words(json, "purposes", rule.Purposes);
        Words(json, "when", rule.When);
        Words(json, "states", rule.States);
        List(json, "permit", rule.Permits, grant => grant.Group.Value, (_, grant) =>
        {
            json.WriteString("group", grant.Group.Value);
            Words(json, "when", grant.When);
            json.WriteString("mask", grant.Mask?.Value);
        });
        Words(json, "deny", rule.Denies);
        json.WriteBoolean("denyEverything", rule.DeniesEverything);
    }

    private static void Principals(Utf8JsonWriter json, IEnumerable<PrincipalPattern> principals) =>
        List(json, "who", principals, SortKey, (_, pattern) =>
        {
            json.WriteBoolean("any", pattern.AnyAgency);
            Words(json, "agencies", pattern.Agencies);
            Words(json, "except", pattern.Except);
            Words(json, "teams", pattern.Teams);
            Words(json, "roles", pattern.Roles);
        });

    private static string SortKey(PrincipalPattern pattern) => string.Join(
        '\n',
        ((IReadOnlyList<Term>[])[pattern.Agencies, pattern.Except, pattern.Teams, pattern.Roles])
            .Select(terms => string.Join(',', terms.Select(term => term.Value).Order(StringComparer.Ordinal)))
            .Prepend(pattern.AnyAgency.ToString()));

    private static void Words(Utf8JsonWriter json, string name, IEnumerable<Term> words)
    {
        json.WriteStartArray(name);
        foreach (var word in words.Select(word => word.Value).Order(StringComparer.Ordinal)) json.WriteStringValue(word);
        json.WriteEndArray();
    }

    private static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Func<T, string> key, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items.OrderBy(key, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
