using System.Text;

namespace Partnership.Gateway.Operations;

/// <summary>Paths to services, made from patterns and checked values and never from the client's own path.</summary>
public static class OperationPaths
{
    /// <summary>The path of a record: everything up to and including <c>{id}</c>.</summary>
    public static string Record(string pattern, Guid id)
    {
        var end = pattern.IndexOf("{id", StringComparison.Ordinal);
        return string.Concat(pattern.AsSpan(0, end), id.ToString());
    }

    /// <summary>The path of the record a change is decided by.</summary>
    public static string OfRecord(Operation operation, Guid id) => Record(operation.RecordPath ?? operation.Pattern, id);

    /// <summary>The whole path, with the id and other route values put in.</summary>
    public static string Whole(string pattern, HttpContext http)
    {
        var path = new StringBuilder();
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path.Append('/');
            if (!part.StartsWith('{'))
            {
                path.Append(part);
                continue;
            }

            var value = http.Request.RouteValues[part.Trim('{', '}').Split(':')[0]] as string ?? "";
            path.Append(Guid.TryParse(value, out var id) ? id.ToString() : Uri.EscapeDataString(value));
        }

        return path.ToString();
    }

    /// <summary>The query string for the service, in fixed order; null when the client sent a parameter the operation does not take, or one twice.</summary>
    public static string? Query(HttpContext http, IReadOnlyList<string> allowed, params ReadOnlySpan<string> ofGateway)
    {
        foreach (var (name, values) in http.Request.Query)
        {
            if (values.Count != 1 || (!allowed.Contains(name) && !ofGateway.Contains(name))) return null;
        }

        var query = new StringBuilder();
        foreach (var name in allowed)
        {
            if (http.Request.Query.TryGetValue(name, out var value) && value[0] is { Length: > 0 } text)
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(text));
        }

        return query.ToString();
    }
}
