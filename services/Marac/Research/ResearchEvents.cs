using Partnership.Contracts.Marac;
using Partnership.EventStore;

namespace Partnership.Marac.Research;

// One stream for each agency (and team) that a case asks. That it was asked is the case's, under the case's key; what it
// answered is the agency's own, under a key of its own, since the agency keeps it and ends it by its own rules.

public abstract record ResearchEvent
{
    [Plain] public required Guid CaseId { get; init; }

    /// <summary>Scheme-local ids of the people concerned, for the ledger.</summary>
    [Plain] public required IReadOnlyList<Guid> Subjects { get; init; }
    [Plain] public required string Agency { get; init; }
    [Plain] public string? Team { get; init; }
}

/// <summary>The agency (and team) was asked what it knows, for the first time or anew.</summary>
/// <remarks>Whom to look for is not kept: it is read from the case as it is, and nothing of it outlives the case.</remarks>
[StoredName("marac.research-requested.v1")]
public sealed record ResearchRequested : ResearchEvent
{
    [Plain] public required Guid RequestId { get; init; }

    /// <summary>Id its return will have.</summary>
    [Plain] public required Guid ReturnId { get; init; }

    /// <summary>Last day for the return.</summary>
    [Plain] public required DateOnly DueOn { get; init; }
    [Plain] public required DateTimeOffset RequestedAt { get; init; }
}

/// <summary>The agency answered: what it found, or that it knows nobody of the case. It replaces the answer before.</summary>
[StoredName("marac.research-returned.v1")]
public sealed record ResearchReturned : ResearchEvent
{
    [Plain] public required Guid RequestId { get; init; }
    [Plain] public required Guid ReturnId { get; init; }
    [Plain] public required bool Nil { get; init; }

    /// <summary>How it came; PLATFORM when the agency's own representative sent it.</summary>
    [Plain] public required ReceivedBy ReceivedBy { get; init; }

    /// <summary>Who sent or entered it, by the scheme's pseudonym.</summary>
    [Plain] public required string ReturnedBy { get; init; }
    [Plain] public required DateTimeOffset ReturnedAt { get; init; }
    public ResearchContent Content { get; init; } = new();
}

/// <summary>A Caldicott guardian of the agency agreed to the release of a health item (NR9), or took that back.</summary>
[StoredName("marac.research-caldicott-marked.v1")]
public sealed record CaldicottMarked : ResearchEvent
{
    [Plain] public required Guid ReturnId { get; init; }
    [Plain] public required Guid ItemId { get; init; }
    [Plain] public required bool Released { get; init; }
    [Plain] public required string MarkedBy { get; init; }
    [Plain] public required DateTimeOffset MarkedAt { get; init; }
    public string? Reason { get; init; }
}

/// <summary>What an agency answered.</summary>
public sealed record ResearchContent
{
    public string? Representative { get; init; }
    public DateTimeOffset? SearchedAt { get; init; }
    public IReadOnlyList<string> SystemsSearched { get; init; } = [];
    public IReadOnlyList<Guid> KnownPersons { get; init; } = [];
    public DateOnly? LastContact { get; init; }

    /// <summary>For the meeting.</summary>
    public IReadOnlyList<SharedItem> Shared { get; init; } = [];

    /// <summary>Never leaves the agency and team (NR7).</summary>
    public IReadOnlyList<InternalItem> Internal { get; init; } = [];
}

public sealed record SharedItem
{
    public Guid ItemId { get; init; }
    public AboutWhom About { get; init; }
    public FactOrOpinion FactOrOpinion { get; init; }
    public DateOnly? DateOfInformation { get; init; }
    public string Text { get; init; } = "";

    /// <summary>Health information (NR9).</summary>
    public bool Health { get; init; }

    /// <summary>Teams it is relevant for: <c>CKH</c>, <c>PCC/EDU</c>.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];
}

public sealed record InternalItem
{
    public AboutWhom About { get; init; }
    public FactOrOpinion FactOrOpinion { get; init; }
    public DateOnly? DateOfInformation { get; init; }
    public string Text { get; init; } = "";
    public string ReasonNotShared { get; init; } = "";
}
