using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Partnership.PartnershipSettings;

/// <summary>Something wrong with the file: where, and what to do about it. Names no person.</summary>
public sealed record Problem(int Line, string Reason)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Line}: {Reason}");
}

/// <summary>Collects problems, so that one reading reports all of them.</summary>
internal sealed class Problems
{
    private readonly List<Problem> found = [];

    public IReadOnlyList<Problem> Found => [.. found.OrderBy(p => p.Line)];

    public void Add(YamlNode node, string reason) => Add((int)node.Start.Line, reason);

    public void Add(int line, string reason) => found.Add(new Problem(line, reason));
}

/// <summary>
/// A mapping of the file being read. Every getter reports what is missing or malformed and goes on with a stand-in
/// value, which nobody sees because a file with problems yields no configuration. <see cref="Done"/> reports keys that
/// nothing asked for: a misspelt setting must not be ignored.
/// </summary>
internal sealed class YamlMap
{
    private readonly Problems problems;
    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)> members = [];
    private readonly HashSet<string> asked = [];

    public YamlMap(YamlNode node, Problems problems)
    {
        Node = node;
        this.problems = problems;
        if (node is not YamlMappingNode mapping)
        {
            problems.Add(node, "Expected a mapping of names to values.");
            return;
        }

        foreach (var (key, value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: { } name }) members[name] = (key, value);
            else problems.Add(key, "Expected a name.");
        }
    }

    public YamlNode Node { get; }

    public IEnumerable<(string Name, YamlNode Key, YamlNode Value)> Members
    {
        get
        {
            foreach (var (name, (key, value)) in members)
            {
                asked.Add(name);
                yield return (name, key, value);
            }
        }
    }

    public bool Has(string key) => members.ContainsKey(key);

    /// <summary>The line a member stands on, or the mapping's own.</summary>
    public int LineOf(string key) => (int)(members.TryGetValue(key, out var member) ? member.Value : Node).Start.Line;

    public string Text(string key)
    {
        if (OptionalText(key) is { } text) return text;
        if (!Has(key)) problems.Add(Node, $"'{key}' is missing.");
        return "";
    }

    public string? OptionalText(string key)
    {
        if (Find(key) is not { } node) return null;
        if (node is YamlScalarNode { Value: { Length: > 0 } value } && value.Trim().Length > 0) return value;
        problems.Add(node, $"'{key}' must be a text and not empty.");
        return null;
    }

    public DateOnly Date(string key) => OptionalDate(key) ?? Missing(key, default(DateOnly));

    public DateOnly? OptionalDate(string key) => Find(key) is { } node ? Date(node, key, problems) : null;

    public static DateOnly? Date(YamlNode node, string what, Problems problems)
    {
        if (node is YamlScalarNode { Value: { } value }
            && DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return date;
        problems.Add(node, $"'{what}' must be a date such as 2026-11-02.");
        return null;
    }

    public int Number(string key, int least, int most)
    {
        if (Find(key) is not { } node) return Missing(key, least);
        if (node is YamlScalarNode { Value: { } value }
            && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        problems.Add(node, $"'{key}' must be a whole number from {least} to {most}.");
        return least;
    }

    public bool Flag(string key)
    {
        if (Find(key) is not { } node) return Missing(key, false);
        if (node is YamlScalarNode { Value: "true" or "false" } scalar) return scalar.Value == "true";
        problems.Add(node, $"'{key}' must be true or false.");
        return false;
    }

    /// <summary>A list of texts; empty when the key is absent.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        var texts = new List<string>();
        foreach (var node in Nodes(key))
        {
            if (node is YamlScalarNode { Value: { Length: > 0 } value }) texts.Add(value);
            else problems.Add(node, $"'{key}' must list texts.");
        }

        foreach (var twice in texts.GroupBy(t => t).Where(g => g.Count() > 1))
            problems.Add(LineOf(key), $"'{key}' lists '{twice.Key}' twice.");
        return texts;
    }

    /// <summary>A list of mappings; empty when the key is absent.</summary>
    public IReadOnlyList<YamlMap> Maps(string key) => [.. Nodes(key).Select(node => new YamlMap(node, problems))];

    public YamlMap? Map(string key)
    {
        if (Find(key) is { } node) return new YamlMap(node, problems);
        problems.Add(Node, $"'{key}' is missing.");
        return null;
    }

    public YamlMap? OptionalMap(string key) => Find(key) is { } node ? new YamlMap(node, problems) : null;

    public void Done()
    {
        foreach (var (name, (key, _)) in members.Where(m => !asked.Contains(m.Key)))
            problems.Add(key, $"'{name}' is not a setting known here.");
    }

    private YamlNode? Find(string key)
    {
        asked.Add(key);
        return members.TryGetValue(key, out var member) ? member.Value : null;
    }

    private IEnumerable<YamlNode> Nodes(string key)
    {
        switch (Find(key))
        {
            case null: return [];
            case YamlSequenceNode sequence: return sequence.Children;
            case { } other:
                problems.Add(other, $"'{key}' must be a list.");
                return [];
        }
    }

    private T Missing<T>(string key, T standIn)
    {
        if (!Has(key)) problems.Add(Node, $"'{key}' is missing.");
        return standIn;
    }

    /// <summary>Reads the one document of a file; null with a problem when it is not YAML.</summary>
    public static YamlMap? Read(string text, Problems problems)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 1) return new YamlMap(stream.Documents[0].RootNode, problems);
            problems.Add(1, "Expected one YAML document.");
        }
        catch (YamlException wrong)
        {
            // The parser's words may quote the file; the position is enough to find the place.
            problems.Add((int)wrong.Start.Line, "Not valid YAML here, or a key given twice.");
        }

        return null;
    }
}
