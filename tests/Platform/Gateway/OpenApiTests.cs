using System.Net;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Gateway.Operations;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>What is offered is described, and every property of an answer with its field group.</summary>
public sealed class OpenApiTests(SharedPlatform shared)
{
    [Fact]
    public async Task Every_operation_is_described()
    {
        var answer = await (await shared.StartedAsync()).Anonymous().GetAsync("/openapi.json");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("3.1.0", answer.At("openapi")?.GetString());
        var described = answer.Json.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"));
        Assert.Equal(
            OperationTable.All.Select(o => $"{o.Method.ToLowerInvariant()} {o.Pattern.Replace(":guid", "", StringComparison.Ordinal)}").Order(StringComparer.Ordinal),
            described.Order(StringComparer.Ordinal));
        var ids = answer.Json.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(o => o.Value.GetProperty("operationId").GetString()).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(References(answer.Json), reference => Assert.True(Resolves(answer.Json, reference), reference));
    }

    [Fact]
    public async Task Every_property_of_a_record_names_its_field_group()
    {
        var answer = await (await shared.StartedAsync()).Anonymous().GetAsync("/openapi.json");
        var schemas = answer.Json.GetProperty("components").GetProperty("schemas");
        foreach (var type in OperationTable.Views.Keys)
        {
            var found = 0;
            Walk(schemas.GetProperty(type).GetProperty("properties").GetProperty("data"), type, ref found);
            Assert.True(found > 2, $"{type} describes {found} properties.");
        }

        void Walk(JsonElement schema, string path, ref int found)
        {
            if (schema.ValueKind != JsonValueKind.Object) return;
            if (schema.TryGetProperty("oneOf", out var either)) schema = either[0];
            if (schema.TryGetProperty("x-field-group", out var group)) Assert.Contains(group.GetString(), FieldGroups.All);
            if (schema.TryGetProperty("items", out var items)) Walk(items, path + "[]", ref found);
            if (!schema.TryGetProperty("properties", out var properties)) return;
            foreach (var property in properties.EnumerateObject())
            {
                found++;
                var own = property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("oneOf", out var masked) ? masked[0] : property.Value;
                var isFrame = own.TryGetProperty("properties", out _) && !own.TryGetProperty("x-field-group", out _);
                Assert.True(isFrame || own.TryGetProperty("x-field-group", out _), $"{path}.{property.Name} has no field group.");
                Walk(property.Value, $"{path}.{property.Name}", ref found);
            }
        }
    }

    private static bool Resolves(JsonElement document, string reference)
    {
        foreach (var part in reference["#/".Length..].Split('/'))
            if (!document.TryGetProperty(part, out document)) return false;
        return true;
    }

    private static IEnumerable<string> References(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => member.Name == "$ref" && member.Value.ValueKind == JsonValueKind.String ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
