using System.Globalization;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Sharing;

namespace Partnership.InformationSharing.Emergencies;

/// <summary>Reads bodies about emergencies; notes what is wrong by field and repeats no value.</summary>
internal sealed class EmergencyInput(ReadOnlyMemory<byte> body)
{
    private const int MostText = 2000, MostName = 200;
    private readonly Dictionary<string, string[]> errors = [];

    public IReadOnlyDictionary<string, string[]> Errors => errors;

    public OpenEmergencyRequest? ReadOpening(int leastReason) => Read(root =>
    {
        Only(root, "body", "type", "reason", "personAtRisk");
        var type = Code<EmergencyType>(root, "type");
        var reason = Text(root, "reason", "reason", MostText, lines: true);
        if (reason is null) Wrong("reason", "required");
        // A run of spaces counts as one.
        else if (string.Join(' ', reason.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Length < leastReason) Wrong("reason", "too-short");
        return new OpenEmergencyRequest { Type = type ?? default, Reason = reason ?? "", PersonAtRisk = Person(root) };
    });

    public ReviewEmergencyRequest? ReadReview() => Read(root =>
    {
        Only(root, "body", "outcome", "note");
        var outcome = Code<EmergencyReviewOutcome>(root, "outcome");
        var note = Text(root, "note", "note", MostText, lines: true);
        if (outcome is EmergencyReviewOutcome.NotJustified or EmergencyReviewOutcome.MoreInfo && note is null) Wrong("note", "required");
        return new ReviewEmergencyRequest { Outcome = outcome ?? default, Note = note };
    });

    private PersonAtRisk Person(JsonElement root)
    {
        if (!root.TryGetProperty("personAtRisk", out var person) || person.ValueKind == JsonValueKind.Null)
        {
            Wrong("personAtRisk", "required");
            return new PersonAtRisk();
        }

        if (person.ValueKind == JsonValueKind.String) return new PersonAtRisk { Name = Needed(Text(root, "personAtRisk", "personAtRisk", MostName), "personAtRisk") };
        if (person.ValueKind != JsonValueKind.Object)
        {
            Wrong("personAtRisk", "not-an-object");
            return new PersonAtRisk();
        }

        Only(person, "personAtRisk", "name", "dateOfBirth", "caseId");
        var born = Text(person, "dateOfBirth", "personAtRisk.dateOfBirth", 40);
        DateOnly? date = null;
        if (born is not null)
        {
            if (DateOnly.TryParseExact(born, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) date = day;
            else Wrong("personAtRisk.dateOfBirth", "not-a-date");
        }

        var named = Text(person, "caseId", "personAtRisk.caseId", 40);
        Guid? record = null;
        if (named is not null)
        {
            if (Guid.TryParseExact(named, "D", out var id)) record = id;
            else Wrong("personAtRisk.caseId", "not-an-id");
        }

        return new PersonAtRisk { Name = Needed(Text(person, "name", "personAtRisk.name", MostName), "personAtRisk.name"), DateOfBirth = date, CaseId = record };
    }

    private T? Read<T>(Func<JsonElement, T> read) where T : class
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                Wrong("body", "not-an-object");
                return null;
            }

            var result = read(json.RootElement);
            return errors.Count == 0 ? result : null;
        }
        catch (JsonException)
        {
            Wrong("body", "malformed-json"); // The exception's message would quote the input.
        }
        catch (InvalidOperationException)
        {
            Wrong("body", "not-unicode");
        }

        return null;
    }

    private void Only(JsonElement element, string path, params ReadOnlySpan<string> known)
    {
        foreach (var property in element.EnumerateObject())
            if (!known.Contains(property.Name)) Wrong(path, "unknown-field");
    }

    private T? Code<T>(JsonElement root, string name) where T : struct, Enum
    {
        if (Text(root, name, name, 100) is not { } text)
        {
            Wrong(name, "required");
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
            if (JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString()) == text) return value;
        Wrong(name, "unknown-code");
        return null;
    }

    private string? Text(JsonElement element, string name, string path, int most, bool lines = false)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.String)
        {
            Wrong(path, "not-text");
            return null;
        }

        var text = value.GetString()!.Trim();
        if (text.Length > most) Wrong(path, "too-long");
        else if (text.Any(c => char.IsControl(c) && !(lines && c is '\n' or '\r' or '\t'))) Wrong(path, "control-character");
        return text.Length == 0 ? null : text;
    }

    private string? Needed(string? value, string path)
    {
        if (value is null) Wrong(path, "required");
        return value;
    }

    /// <summary>The first fault of a field is told.</summary>
    private void Wrong(string field, string code) => errors.TryAdd(field, [$"{code}: {RegisteredProblems.SentenceOf(code)}"]);
}
