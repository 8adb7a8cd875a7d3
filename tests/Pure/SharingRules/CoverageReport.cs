using System.Reflection;
using System.Text;
using System.Text.Json;
using Partnership.Contracts.Records;
using Partnership.Gateway.Operations;
using Partnership.SharingRules;

namespace Partnership.Tests.Pure.SharingRules;

/// <summary>Writes <c>docs/sharing-coverage.md</c>: every endpoint and field with who may have it, for what and by which rule.</summary>
internal static class CoverageReport
{
    public static string Write(AgreementSet agreements)
    {
        var rows = agreements.Coverage();
        var text = new StringBuilder();
        text.Append(
            """
            # Who may see and do what

            Made from the agreements in `gateway/agreements` and the contracts; a test compares it, and fails when an endpoint or a field is
            in no row. Make it again with `PARTNERSHIP_WRITE_SNAPSHOTS=1 tests/run Pure`. How to read the rules' words:
            [gateway/agreements/README.md](../gateway/agreements/README.md). Whoever is not named has nothing: 403 before any look-up.
            The never-rules take away from all of this: [gateway/SharingRules/README.md](../gateway/SharingRules/README.md).


            """);
        Endpoints(text, rows);
        foreach (var type in agreements.Agreements.SelectMany(agreement => agreement.RecordTypes).Order(StringComparer.Ordinal)) RecordType(text, type, rows);
        return text.ToString();
    }

    /// <summary>Fields of a record type by their group, in the contract's order.</summary>
    public static IReadOnlyList<(string Field, string Group)> FieldsOf(string recordType)
    {
        var view = typeof(RecordViewAttribute).Assembly.GetTypes().Single(type => type.GetCustomAttribute<RecordViewAttribute>()?.RecordType == recordType);
        return [.. Fields(view, "")];
    }

    /// <summary>Rows by which an operation of the gateway could be permitted to anybody.</summary>
    public static IEnumerable<CoverageRow> RowsOf(Operation operation, IReadOnlyList<CoverageRow> rows) =>
        rows.Where(row => row.RecordType == operation.RecordType && row.Operation == operation.Verb && row.Command == operation.Command);

    private static void Endpoints(StringBuilder text, IReadOnlyList<CoverageRow> rows)
    {
        text.Append("## Endpoints\n\n| Endpoint | Record, operation | Who, for what, by which rule |\n|---|---|---|\n");
        foreach (var operation in OperationTable.All)
        {
            var acts = operation.Command is not null || operation.Verb == Partnership.Contracts.Operations.Submit;
            var who = RowsOf(operation, rows)
                .GroupBy(row => (Purposes: row.Purpose, Rules: acts ? string.Join(" ", row.Parts.Select(part => Rule(part) + When(part.When))) : ""))
                .GroupBy(same => (same.Key.Rules, Who: Who(same)), same => same.Key.Purposes)
                .Select(same => $"{same.Key.Who}: {string.Join(", ", same.Distinct())}{(same.Key.Rules.Length > 0 ? $" ({same.Key.Rules})" : "")}");
            text.Append($"| `{operation.Method} {operation.Pattern.Replace(":guid", "", StringComparison.Ordinal)}` | {operation.RecordType}, {operation.Command ?? operation.Verb} | {string.Join("; ", who)} |\n");
        }

        text.Append('\n');
    }

    private static void RecordType(StringBuilder text, string type, IReadOnlyList<CoverageRow> rows)
    {
        text.Append($"## {type}\n\n| Group | Fields |\n|---|---|\n");
        foreach (var group in FieldsOf(type).GroupBy(field => field.Group))
            text.Append($"| {group.Key} | {string.Join(", ", group.Select(field => $"`{field.Field}`"))} |\n");
        var reads = rows.Where(row => row.RecordType == type && row.Operation is "consult" or "search").Where(row => row.RecordType == type).ToList();
        if (reads.Count > 0) text.Append("\n| Who | For | What leaves | Never |\n|---|---|---|---|\n");
        var alike = reads
            .GroupBy(row => (row.Operation, Leaves: Leaves(row), Never: Never(row), row.Purpose, States: string.Join(", ", row.States)))
            .GroupBy(same => (same.Key.Operation, same.Key.Leaves, same.Key.Never, Who: Who(same)), same => $"{same.Key.Purpose} ({same.Key.States})");
        foreach (var row in alike.OrderBy(same => same.Key.Operation, StringComparer.Ordinal).ThenBy(same => same.Key.Who, StringComparer.Ordinal))
        {
            var what = row.Key.Operation == "search" ? "searching, " : "";
            text.Append($"| {row.Key.Who} | {what}{string.Join("; ", row.Distinct())} | {row.Key.Leaves} | {row.Key.Never} |\n");
        }

        text.Append('\n');
    }

    private static string Leaves(CoverageRow row) => string.Join("; ", row.Parts
        .Where(part => part.Group is not null && part.Form != "never" && !IsDenied(row, part.Group))
        .GroupBy(part => (part.Form, part.Rule, When: When(part.When), States: string.Join(", ", part.States)))
        .Select(same => $"**{same.Key.Form}**{same.Key.When}{(same.Key.States.Length > 0 ? $" in {same.Key.States}" : "")}: {string.Join(", ", same.Select(part => part.Group))} ({Rule(same.First())})"));

    private static string Never(CoverageRow row)
    {
        var open = row.Parts.Where(part => part.Group is not null && part.Form != "never").Select(part => part.Group).ToHashSet();
        var groups = FieldsOf(row.RecordType).Select(field => field.Group).Distinct();
        return string.Join(", ", groups.Where(group => !open.Contains(group) || IsDenied(row, group)).Select(group =>
            row.Parts.FirstOrDefault(part => part.Group == group && part.Form == "never") is { } denial ? $"{group} ({Rule(denial)})" : group));
    }

    private static bool IsDenied(CoverageRow row, string group) =>
        row.Parts.Any(part => part.Group == group && part.Form == "never" && part.When.Count == 0 && part.States.Count == 0);

    /// <summary>Agencies that have the same teams and roles together; <c>other</c> are the teams no rule names.</summary>
    private static string Who(IEnumerable<CoverageRow> rows) => string.Join("; ", rows
        .GroupBy(row => (row.Agency, row.Role), row => row.Team ?? "other")
        .Select(same => (same.Key.Agency, same.Key.Role, Teams: string.Join(", ", same.Distinct().Order(StringComparer.Ordinal))))
        .GroupBy(one => (one.Agency, one.Teams), one => one.Role)
        .GroupBy(same => (same.Key.Teams, Roles: string.Join(", ", same.Distinct().Order(StringComparer.Ordinal))), same => same.Key.Agency)
        .Select(same => $"{string.Join(", ", same.Order(StringComparer.Ordinal))}{(same.Key.Teams == "other" ? "" : $" [{same.Key.Teams}]")} {same.Key.Roles}")
        .Order(StringComparer.Ordinal));

    private static string When(IReadOnlyList<string> when) => when.Count == 0 ? "" : $" if {string.Join(" and ", when)}";

    private static string Rule(CoveragePart part) => part.Rule;

    private static IEnumerable<(string Field, string Group)> Fields(Type record, string path)
    {
        foreach (var property in record.GetProperties())
        {
            var name = path + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            if (property.GetCustomAttribute<GroupAttribute>() is { } group) yield return (name, group.Name);
            var type = property.PropertyType;
            var list = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
            if (list) type = type.GetGenericArguments()[0];
            if (type.IsClass && type != typeof(string) && type.Namespace?.StartsWith("Partnership", StringComparison.Ordinal) == true && !type.IsGenericType)
                foreach (var inner in Fields(type, $"{name}{(list ? "[]" : "")}.")) yield return inner;
        }
    }
}
