using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Partnership.SharingRules;

/// <summary>
/// Reads the few forms of YAML that agreements use: mappings, lists and plain words. Collects what is wrong, with its line,
/// and goes on, so that the writer sees every mistake at once.
/// </summary>
internal sealed class YamlReading(string file, List<AgreementError> errors)
{
    /// <summary>An agreement is some pages long.</summary>
    private const int LongestText = 4 * 1024 * 1024;

    /// <summary>The one document of a file; null, with an error, when there is none or it is not YAML.</summary>
    public YamlMappingNode? Document(string text)
    {
        if (text.Length > LongestText) return Nothing<YamlMappingNode>(1, "The file is too long for an agreement.");
        var stream = new YamlStream();
        try
        {
            RefuseReferences(text);
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            return Nothing<YamlMappingNode>((int)Math.Max(1, exception.Start.Line), $"This is not YAML: {exception.Message}");
        }

        if (stream.Documents.Count != 1) return Nothing<YamlMappingNode>(1, "A file holds one agreement.");
        return stream.Documents[0].RootNode as YamlMappingNode
            ?? Nothing<YamlMappingNode>(LineOf(stream.Documents[0].RootNode), "An agreement starts with names and values, such as 'agreement: marac'.");
    }

    /// <summary>The values of a mapping by name; misses and surplus are errors. Null when the node is not a mapping.</summary>
    public Dictionary<string, YamlNode>? Fields(YamlNode node, string what, string[] required, string[] optional)
    {
        if (node is not YamlMappingNode mapping) return Nothing<Dictionary<string, YamlNode>>(LineOf(node), $"{what} needs names and values.");
        var fields = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!required.Contains(name) && !optional.Contains(name))
                Error(LineOf(key), $"{what} has no '{name}'; it can have {string.Join(", ", required.Concat(optional))}.");
            else
                fields[name] = value;
        }

        foreach (var name in required.Where(name => !fields.ContainsKey(name))) Error(LineOf(node), $"{what} lacks '{name}'.");
        return fields;
    }

    /// <summary>The entries of a mapping whose names the writer chooses.</summary>
    public IReadOnlyList<(Term Name, YamlNode Value)> Entries(YamlNode node, string what)
    {
        if (node is not YamlMappingNode mapping)
        {
            Error(LineOf(node), $"{what} needs names and values.");
            return [];
        }

        return [.. mapping.Children.Select(entry => (Word(entry.Key, what), entry.Value))];
    }

    public IReadOnlyList<YamlNode> Items(YamlNode node, string what)
    {
        if (node is YamlSequenceNode sequence) return [.. sequence.Children];
        Error(LineOf(node), $"{what} is a list: each item on a line that starts with '- '.");
        return [];
    }

    /// <summary>One word or sentence; empty, with an error, when it is missing or something else.</summary>
    public Term Word(YamlNode node, string what)
    {
        if (node is YamlScalarNode { Value: { } value } && !string.IsNullOrWhiteSpace(value)) return new Term(value.Trim(), LineOf(node));
        Error(LineOf(node), $"{what} needs a word.");
        return new Term("", LineOf(node));
    }

    /// <summary>One word, or a list of them.</summary>
    public IReadOnlyList<Term> Words(YamlNode node, string what)
    {
        if (node is YamlScalarNode) return [Word(node, what)];
        if (node is YamlSequenceNode { Children.Count: > 0 } sequence)
        {
            IReadOnlyList<Term> words = [.. sequence.Children.Select(item => Word(item, what))];
            foreach (var again in words.GroupBy(word => word.Value).Where(same => same.Count() > 1)) Error(again.Last().Line, $"{what} names '{again.Key}' twice.");
            return words;
        }

        Error(LineOf(node), $"{what} needs a word or a list of words.");
        return [];
    }

    public DateOnly Date(YamlNode node, string what)
    {
        var word = Word(node, what);
        if (DateOnly.TryParseExact(word.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is > 1990 and < 2200)
            return date;
        if (word.Value.Length > 0) Error(word.Line, $"{what} is a date such as 2027-07-01.");
        return default;
    }

    public int Number(YamlNode node, string what, int from, int to)
    {
        var word = Word(node, what);
        if (int.TryParse(word.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to) return number;
        if (word.Value.Length > 0) Error(word.Line, $"{what} is a number from {from} to {to}.");
        return from;
    }

    public void Error(int line, string reason) => errors.Add(new AgreementError(file, line, reason));

    public static int LineOf(YamlNode node) => (int)Math.Max(1, node.Start.Line);

    private T? Nothing<T>(int line, string reason) where T : class
    {
        Error(line, reason);
        return null;
    }

    /// <summary>An agreement says everything where it applies: no anchors, aliases or tags, so that a line means what it shows.</summary>
    private static void RefuseReferences(string text)
    {
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case YamlDotNet.Core.Events.AnchorAlias alias:
                    throw new YamlException(alias.Start, alias.End, "agreements are written out; '*' references are not used.");
                case YamlDotNet.Core.Events.NodeEvent node when !node.Anchor.IsEmpty || !node.Tag.IsEmpty:
                    throw new YamlException(node.Start, node.End, "agreements are written out; '&' anchors and '!' tags are not used.");
                default:
                    break;
            }
        }
    }
}
