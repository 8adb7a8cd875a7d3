using Partnership.Contracts.Marac;

namespace Partnership.Marac.Flags;

/// <summary>A flag, as its stream tells it.</summary>
public sealed record MaracFlag
{
    /// <summary>No flag yet.</summary>
    public static MaracFlag None { get; } = new();

    public Guid Id { get; private init; }

    /// <summary>Null when there is no such flag.</summary>
    public FlagStatus? Status { get; private init; }
    public FlagRaised? Raised { get; private init; }

    public static MaracFlag Of(IEnumerable<FlagEvent> events) => events.Aggregate(None, (flag, e) => flag.Apply(e));

    public MaracFlag Apply(FlagEvent happened) => happened switch
    {
        FlagRaised e => this with { Id = e.FlagId, Status = FlagStatus.Raised, Raised = e },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not an event of a flag."),
    };
}
