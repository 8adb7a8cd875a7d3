using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Sharing;

namespace Partnership.Tests.Platform.Privacy;

/// <summary>
/// Bodies of commands made by walking their types, with a marker in every text. A field that is added later gets one too,
/// or, where it is of a kind that this class does not know, stops the test.
/// </summary>
internal sealed class MarkedBodies(Markers markers)
{
    private static readonly JsonNamingPolicy Codes = JsonNamingPolicy.SnakeCaseUpper;

    private readonly HashSet<Type> walked = [];

    /// <summary>Every type of body that has been made.</summary>
    public IReadOnlySet<Type> Walked => walked;

    /// <summary>Every type of body that a MARAC command takes, with their parts.</summary>
    public static IReadOnlyList<Type> Known =>
        [.. typeof(SubmitReferralRequest).Assembly.GetTypes().Where(type => type.IsPublic && type.Name.EndsWith("Request", StringComparison.Ordinal))];

    /// <param name="label">Names the record; begins every path.</param>
    /// <param name="number">Tells the days of two referrals apart.</param>
    /// <param name="yes">Answers YES of the checklist.</param>
    public JsonObject Referral(string label, int number, int yes, string criterion) =>
        Fill(typeof(SubmitReferralRequest), label, "", path => OfReferral(path, number, yes, criterion));

    /// <param name="fixedValues">By name of the field; all others must be texts.</param>
    public JsonObject Command<T>(string label, string command, params (string Field, JsonNode? Value)[] fixedValues) =>
        Fill(typeof(T), label, command, path => fixedValues.Where(one => $"{command}.{one.Field}" == path)
            .Select(one => new Fixed(one.Value?.DeepClone())).FirstOrDefault());

    private static Fixed? OfReferral(string path, int number, int yes, string criterion)
    {
        var now = TimeProvider.System.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        string Day(int ahead) => today.AddDays(ahead).ToString("yyyy-MM-dd", null);
        var item = path.StartsWith("riskChecklist.items[", StringComparison.Ordinal) ? int.Parse(path["riskChecklist.items[".Length..path.IndexOf(']', StringComparison.Ordinal)], null) : -1;
        return path switch
        {
            "referrer.agency" => new("CON"),
            "receivedBy" => new("PLATFORM"),
            "referralAt" => new(now.AddHours(-1).ToString("yyyy-MM-dd'T'HH:mm:sszzz", null)),
            "criteria" => new(new JsonArray(criterion)),
            "policeIncidentsInYear" => new(2),
            "victim.estimatedAge" => new(95),
            "victim.phones[0].safeToCall" => new("YES"),
            "victim.phones[1].safeToCall" => new("NO"),
            "consentToReferral" => new("NO"),
            // Born, and unborn.
            "children[0].expectedOn" or "children[1].dateOfBirth" => new(null),
            "children[1].expectedOn" => new(Day(120)),
            "riskChecklist.completedOn" => new(Day(-1)),
            "riskChecklist.yesCount" => new(yes),
            "riskChecklist.items" => new(null) { Count = ChecklistItems.All.Count },
            _ when path.EndsWith("].item", StringComparison.Ordinal) => new(ChecklistItems.All[item]),
            _ when path.EndsWith("].answer", StringComparison.Ordinal) => new(item < yes ? "YES" : "NO"),
            _ when path.EndsWith("dateOfBirth", StringComparison.Ordinal) || path.EndsWith("inCustodyUntil", StringComparison.Ordinal)
                || path.EndsWith(".date", StringComparison.Ordinal) => new(null) { Day = MarkedDays.Of(path, number) },
            _ => null,
        };
    }

    private JsonObject Fill(Type type, string label, string path, Func<string, Fixed?> fixedAt)
    {
        walked.Add(type);
        var filled = new JsonObject();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (ValueOf(property.PropertyType, label, at, fixedAt) is { } value) filled[name] = value;
        }

        return filled;
    }

    private JsonNode? ValueOf(Type declared, string label, string path, Func<string, Fixed?> fixedAt)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var given = fixedAt(path);
        if (given?.Day is { } day) return markers.Day($"{label}:{path}", day);
        if (given is { Count: null }) return given.Value;
        if (type == typeof(string)) return TextAt(label, path);
        if (type == typeof(bool)) return true;
        if (type.IsEnum) return Codes.ConvertName(Enum.GetNames(type)[0]);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var item = type.GetGenericArguments()[0];
            return new JsonArray([.. Enumerable.Range(0, given?.Count ?? 2).Select(place => ValueOf(item, label, $"{path}[{place}]", fixedAt))]);
        }

        if (type.Namespace == typeof(SubmitReferralRequest).Namespace || type.Namespace == typeof(OpenEmergencyRequest).Namespace) return Fill(type, label, path, fixedAt);
        throw new InvalidOperationException($"{path} is of a kind that this test does not know: {type.Name}. Say what to send.");
    }

    private string TextAt(string label, string path)
    {
        var whole = $"{label}:{path}";
        if (path.EndsWith("phone", StringComparison.Ordinal) || path.EndsWith(".number", StringComparison.Ordinal)
            || path.Contains(".phones[", StringComparison.Ordinal) && path.EndsWith(']'))
        {
            return markers.Phone(whole);
        }

        var word = markers.Word(whole);
        return path switch
        {
            _ when path.EndsWith("email", StringComparison.Ordinal) => $"{word}@cambs.police.uk",
            _ when path.EndsWith("judgementReason", StringComparison.Ordinal) => $"{word} is more frightened than the answers of the checklist show.",
            "open.reason" => $"{word} is why there is no time to ask anybody.",
            _ => word,
        };
    }

    /// <summary>A value that is no marker; or what kind of one.</summary>
    private sealed record Fixed(JsonNode? Value)
    {
        public DateOnly? Day { get; init; }
        public int? Count { get; init; }
    }
}
