namespace Partnership.ServiceDefaults;

/// <summary>
/// Why casework says no: a code that never changes, and a sentence for the reader that may. Neither ever holds a value
/// from a record or a request.
/// </summary>
public sealed record Refusal(string Code, string Sentence);

/// <summary>
/// What a pure decision comes to: events to append, nothing to do, or a refusal. A refusal is a value; exceptions are for
/// bugs and broken infrastructure.
/// </summary>
/// <remarks>Converts from one event, from an array of events and from a refusal, so that a
/// switch can list its outcomes.</remarks>
public sealed class Decision<TEvent>
    where TEvent : class
{
    private Decision(IReadOnlyList<TEvent> events, Refusal? refused)
    {
        Events = events;
        Refused = refused;
    }

    /// <summary>In the order they happened; empty when refused or when there was nothing to do.</summary>
    public IReadOnlyList<TEvent> Events { get; }

    /// <summary>Null when the decision was not refused.</summary>
    public Refusal? Refused { get; }

    public bool IsNothing => Refused is null && Events.Count == 0;

    /// <summary>The refusal of a decision that is known to be refused.</summary>
    /// <exception cref="InvalidOperationException">It was not refused.</exception>
    public Refusal Refusal() => Refused ?? throw new InvalidOperationException("The decision was not refused.");

    public TResult Match<TResult>(Func<IReadOnlyList<TEvent>, TResult> decided, Func<Refusal, TResult> refused)
    {
        ArgumentNullException.ThrowIfNull(decided);
        ArgumentNullException.ThrowIfNull(refused);
        return Refused is { } refusal ? refused(refusal) : decided(Events);
    }

    public static Decision<TEvent> Of(params IReadOnlyList<TEvent> events) => new(events, null);

    public static Decision<TEvent> Refuse(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return new([], refusal);
    }

    // The named alternates are Of and Refuse.
#pragma warning disable CA2225
    public static implicit operator Decision<TEvent>(TEvent happened) => new([happened], null);

    public static implicit operator Decision<TEvent>(TEvent[] happened) => new(happened, null);

    public static implicit operator Decision<TEvent>(Refusal refusal) => Refuse(refusal);
#pragma warning restore CA2225
}

/// <summary>Ways to say a decision that conversions cannot.</summary>
public static class Decision
{
    /// <summary>It is already so: the same request sent twice has the same answer and no second effect.</summary>
    public static Decision<TEvent> Nothing<TEvent>()
        where TEvent : class => Decision<TEvent>.Of([]);

    public static Decision<TEvent> Of<TEvent>(params IReadOnlyList<TEvent> events)
        where TEvent : class => Decision<TEvent>.Of(events);
}
