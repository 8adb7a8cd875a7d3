using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.Gateway.Operations;

namespace Partnership.Gateway.OpenApi;

/// <summary>
/// The OpenAPI 3.1 description of every operation, made once at start from the operation table and the views. What is not
/// described is not offered; what is offered is described.
/// </summary>
public static class OpenApiDocument
{
    public static byte[] Create(IReadOnlyList<Operation> operations)
    {
        var schemas = new JsonObject
        {
            ["problem"] = Problem(),
            ["masked"] = JsonNode.Parse("""{"type":"object","description":"A value in reduced form.","properties":{"masked":{"const":"flag"},"value":{"type":"boolean"}},"required":["masked","value"]}"""),
        };
        foreach (var (type, view) in OperationTable.Views)
        {
            schemas[type] = Record(type, view);
            schemas[type + ".list"] = JsonNode.Parse($$$"""{"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/{{{type}}}"}},"next":{"type":["string","null"]},"receipt":{"type":"string","format":"uuid"}},"required":["items","next","receipt"]}""");
        }

        var paths = new JsonObject();
        foreach (var group in operations.GroupBy(o => o.Pattern.Replace(":guid", "", StringComparison.Ordinal)))
        {
            var path = new JsonObject();
            foreach (var operation in group) path[operation.Method.ToLowerInvariant()] = Describe(operation);
            paths[group.Key] = path;
        }

        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Partnership", ["version"] = "1" },
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT" } },
                ["schemas"] = schemas,
            },
        };
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private static JsonObject Describe(Operation operation)
    {
        var parameters = new JsonArray(
            Header("Sharing-Purpose", operation.Kind is OperationKind.Read or OperationKind.Document or OperationKind.List, "Coded purpose; commands need it where the role has several."),
            Header("Sharing-Hat", false, "The hat of this session, for people who have several."));
        if (operation.Kind is OperationKind.Read or OperationKind.Document or OperationKind.List) parameters.Add(Header("Sharing-Justification", false, "Free text, kept sealed in the ledger."));
        if (operation.EmergencyOpens) parameters.Add(Header("Sharing-Emergency", false, "Id of an emergency the caller has opened; the read is for the purpose emergency then."));
        if (operation.Idempotent) parameters.Add(Header("Idempotency-Key", false, "A repeat within 7 days has the same effect and answer."));
        if (operation.Kind == OperationKind.Change) parameters.Add(Header("If-Match", false, "The ETag of the record as you read it; stale is 412."));
        foreach (var part in operation.Pattern.Split('/').Where(p => p.StartsWith('{')))
        {
            var id = part.Contains("guid", StringComparison.Ordinal);
            parameters.Add(new JsonObject { ["name"] = part.Trim('{', '}').Split(':')[0], ["in"] = "path", ["required"] = true, ["schema"] = id ? Uuid() : Text() });
        }

        foreach (var name in operation.QueryParameters) parameters.Add(Query(name));
        if (operation.Kind == OperationKind.List)
        {
            parameters.Add(Query("after"));
            parameters.Add(Query("limit"));
        }

        var described = new JsonObject { ["summary"] = operation.Summary, ["operationId"] = OperationId(operation), ["parameters"] = parameters };
        if (operation.Method is "POST" or "PUT" && RequestSchemas.For(operation) is { } body)
            described["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = body } } };
        described["responses"] = Responses(operation);
        return described;
    }

    private static JsonObject Responses(Operation operation)
    {
        var responses = new JsonObject();
        switch (operation.Kind)
        {
            case OperationKind.Read:
                responses["200"] = Body("The permitted fields of the record.", operation.RecordType, "ETag", "Sharing-Record");
                break;
            case OperationKind.Document:
                var document = Described("The document, whole.");
                document["content"] = new JsonObject([.. operation.ContentTypes.Select(t => KeyValuePair.Create<string, JsonNode?>(t, new JsonObject()))]);
                responses["200"] = document;
                break;
            case OperationKind.List:
                responses["200"] = Body("A page of records.", operation.RecordType + ".list", "Sharing-Record");
                break;
            case OperationKind.Submit:
                responses["201"] = Described("Submitted; Location names the record. May carry warnings that rest on the body alone.");
                break;
            case OperationKind.Change:
                responses[operation.Creates ? "201" : "204"] = Described("Done.");
                break;
        }

        foreach (var (status, text) in Refusals)
        {
            if (operation.Kind is OperationKind.Read or OperationKind.Document or OperationKind.List && status is "409" or "412" or "422") continue;
            if (operation.Method is "GET" or "DELETE" && status is "413" or "415") continue;
            responses[status] = new JsonObject
            {
                ["description"] = text,
                ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = Reference("problem") } },
            };
        }

        return responses;
    }

    private static readonly (string Status, string Text)[] Refusals =
    [
        ("400", "Input that cannot be read or accepted."), ("401", "No valid token."),
        ("403", "No rule for this role and kind of record, or not for this purpose."),
        ("404", "No such record, or none that the caller may know of."),
        ("405", "This address takes other methods; HEAD is none of them."),
        ("409", "Refused by the rules of the casework."), ("412", "Changed since it was read."), ("422", "Idempotency key reused with another body."),
        ("413", "The body is larger than is taken."), ("415", "The body is not application/json."),
        ("429", "Too many requests of this person or agency; Retry-After says when to try again."),
        ("502", "The service cannot answer."), ("503", "The ledger cannot record, or register and agreements are not confirmed, so nothing is released."),
    ];

    private static string OperationId(Operation operation) =>
        $"{operation.Method.ToLowerInvariant()}{string.Concat(operation.Pattern.Replace(":guid", "", StringComparison.Ordinal).Split('/', '{', '}', '-').Where(p => p.Length > 0).Select(p => char.ToUpperInvariant(p[0]) + p[1..]))}";

    /// <summary>A record whose every data property is optional: what is not permitted is absent.</summary>
    private static JsonObject Record(string type, Type view)
    {
        var data = WireJson.Options.GetJsonSchemaAsNode(view, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, schema) =>
            {
                if (schema is not JsonObject node) return schema;
                node.Remove("required");
                if (context.PropertyInfo?.AttributeProvider is MemberInfo property && property.GetCustomAttribute<GroupAttribute>() is { } group)
                {
                    node["x-field-group"] = group.Name;
                    if (group.Flag) return new JsonObject { ["oneOf"] = new JsonArray(node, Reference("masked")) };
                }

                return node;
            },
        });
        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["type"] = new JsonObject { ["const"] = type },
                ["id"] = Uuid(),
                ["data"] = data,
                ["withheld"] = JsonNode.Parse("""{"type":"array","items":{"type":"object","properties":{"group":{"type":"string"},"rule":{"type":"string"}},"required":["group"]}}"""),
                ["obligations"] = JsonNode.Parse("""{"type":"object","properties":{"noOnward":{"type":"boolean"},"purpose":{"type":"string"},"expires":{"type":"string","format":"date"}}}"""),
                ["receipt"] = Uuid(),
            },
            ["required"] = new JsonArray("type", "id", "data", "withheld", "obligations"),
        };
    }

    private static JsonNode Problem() => JsonNode.Parse(
        """{"type":"object","properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"code":{"type":"string"},"detail":{"type":"string"},"purposes":{"type":"array","items":{"type":"string"}},"errors":{"type":"object","additionalProperties":{"type":"array","items":{"type":"string"}}}},"required":["type","title","status","code"]}""")!;

    private static JsonObject Body(string description, string schema, params string[] headers)
    {
        var described = Described(description);
        var named = new JsonObject();
        foreach (var header in headers) named[header] = new JsonObject { ["schema"] = Text() };
        described["headers"] = named;
        described["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference(schema) } };
        return described;
    }

    private static JsonObject Header(string name, bool required, string description) =>
        new() { ["name"] = name, ["in"] = "header", ["required"] = required, ["description"] = description, ["schema"] = Text() };

    private static JsonObject Query(string name) => new() { ["name"] = name, ["in"] = "query", ["required"] = name == "scheme", ["schema"] = Text() };

    private static JsonObject Described(string description) => new() { ["description"] = description };

    private static JsonObject Reference(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };

    private static JsonObject Text() => new() { ["type"] = "string" };

    private static JsonObject Uuid() => new() { ["type"] = "string", ["format"] = "uuid" };
}
