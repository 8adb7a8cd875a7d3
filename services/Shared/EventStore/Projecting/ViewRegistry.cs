namespace Partnership.EventStore;

/// <summary>Every registered view of a service.</summary>
internal sealed class ViewRegistry
{
    /// <summary>Between the name of a subscribed view and the number of its generation.</summary>
    private const char Generation = '#';

    /// <exception cref="InvalidOperationException">Two views of one name, or a name that cannot be one.</exception>
    public ViewRegistry(IEnumerable<InlineView> inline, IEnumerable<SubscribedView> subscribed)
    {
        foreach (var view in inline)
            Add(view.Name, Inline.TryAdd(view.Name, view));
        foreach (var view in subscribed)
            Add(view.Name, !Inline.ContainsKey(view.Name) && Subscribed.TryAdd(view.Name, view));
    }

    public Dictionary<string, InlineView> Inline { get; } = [];

    public Dictionary<string, SubscribedView> Subscribed { get; } = [];

    /// <summary>The name under which rows of a generation are stored; their bodies are bound to the view's own name.</summary>
    public static string Stored(string view, int generation) => $"{view}{Generation}{generation}";

    /// <summary>SQL for the stored name of a view whose own name is <c>$1</c>: of the live generation when it has any.</summary>
    public string StoredSql(string view) => Subscribed.ContainsKey(view)
        ? $"(select g.view || '{Generation}' || g.generation from partnership.view_generations g where g.view = $1)"
        : "$1";

    /// <summary>SQL for the stored names of several views, whose own names are the array <paramref name="names"/>.</summary>
    public string StoredSql(IEnumerable<string> views, string names) => views.Any(Subscribed.ContainsKey)
        ? $"""
          array(select coalesce((select g.view || '{Generation}' || g.generation from partnership.view_generations g
              where g.view = n.name and g.generation > 0), n.name) from unnest({names}) as n (name))
          """
        : names;

    /// <summary>SQL for a view's own name, from its stored one.</summary>
    public static string NameSql(string stored) => $"split_part({stored}, '{Generation}', 1)";

    private static void Add(string name, bool added)
    {
        if (!added)
            throw new InvalidOperationException($"Two views have the name '{name}'.");
        if (string.IsNullOrEmpty(name) || name.Contains(Generation, StringComparison.Ordinal))
            throw new InvalidOperationException($"'{name}' cannot be the name of a view.");
    }
}
