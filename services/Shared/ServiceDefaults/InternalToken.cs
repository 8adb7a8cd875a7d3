using Partnership.Contracts.Records;

namespace Partnership.ServiceDefaults;

/// <summary>
/// What the gateway tells a service about one request, and the only thing a service believes. Carried in the header
/// <see cref="HeaderName"/> as <c>base64url(JSON) "." base64url(HMAC-SHA256)</c> under a key of that one service.
/// </summary>
public sealed record InternalToken
{
    public const string HeaderName = "Partnership-Internal";

    /// <summary>How long after <see cref="IssuedAt"/> a service accepts it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    /// <summary>Unique; a service instance accepts it once.</summary>
    public required string Id { get; init; }

    /// <summary>The service it is for, such as <c>marac</c>.</summary>
    public required string Audience { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }

    /// <summary>Query string with its leading '?', or empty.</summary>
    public required string Query { get; init; }

    /// <summary>Lower-case hex SHA-256 of the body's bytes; of nothing when there is no body.</summary>
    public required string BodyDigest { get; init; }
    public required Caller Caller { get; init; }

    /// <summary>Version of the facts that a command's admission was decided by; null for reads and submissions.</summary>
    public long? FactsVersion { get; init; }

    /// <summary>For lists and searches: codes of what this caller can reach (see <see cref="ReachCodes"/>).</summary>
    public IReadOnlyList<string> Reach { get; init; } = [];
}

/// <summary>The person behind a request as one scheme knows them, and the rule under which they act.</summary>
public sealed record Caller
{
    /// <summary>The scheme's pseudonym of the person of the register.</summary>
    public required string Person { get; init; }
    public required string Agency { get; init; }
    public string? Team { get; init; }
    public required string Role { get; init; }
    public string? Hat { get; init; }
    public string? Session { get; init; }
    public required string Purpose { get; init; }
    public string? LegalPower { get; init; }
    public string? LawfulBasis { get; init; }
    public string? Condition { get; init; }
    public string? Regime { get; init; }

    /// <summary>Id and version of the agreement, digest of the compiled set, rule: for the ledger.</summary>
    public string? Agreement { get; init; }
    public string? AgreementSet { get; init; }
    public string? Rule { get; init; }
    public string? Classification { get; init; }
    public string? Correlation { get; init; }
}
