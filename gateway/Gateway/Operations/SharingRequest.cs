using System.Diagnostics;
using Partnership.Contracts.Sharing;
using Partnership.SharingRules;

namespace Partnership.Gateway.Operations;

/// <summary>One request once it is known who asks, in which hat, for what purpose.</summary>
public sealed record SharingRequest
{
    public required HttpContext Http { get; init; }
    public required Operation Operation { get; init; }
    public required Principal Principal { get; init; }

    /// <summary>Session by the scheme's pseudonym.</summary>
    public required string? Session { get; init; }

    /// <summary>Empty until the purpose has been checked.</summary>
    public required string Purpose { get; init; }

    /// <summary>Free text of the caller; sealed into the entry, never logged.</summary>
    public string? Justification { get; init; }

    /// <summary>When the request arrived, by <see cref="TimeProvider.GetTimestamp"/>: answers that hide something leave in fixed steps after it.</summary>
    public required long ArrivedAt { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The same moment in the partnership's time: days are its days.</summary>
    public required DateTimeOffset LocalAt { get; init; }
    public DateOnly Today => DateOnly.FromDateTime(LocalAt.DateTime);

    /// <summary>The emergency the request names, unread.</summary>
    public Guid? EmergencyId { get; init; }

    /// <summary>The same once it is known to be open and the caller's own.</summary>
    public OpenEmergency? Emergency { get; init; }

    /// <summary>The scheme whose ledger is read, for operations that name one.</summary>
    public string? LedgerScheme { get; init; }

    /// <summary>The record's id, for operations on one record.</summary>
    public Guid? RecordId { get; init; }

    /// <summary>Id by which log, trace and ledger name this request.</summary>
    public string? Correlation { get; init; } = Activity.Current?.TraceId.ToString();

    public string? TraceParent { get; init; } = Activity.Current?.Id;
}
