namespace Partnership.Contracts.Sharing;

/// <summary>
/// The people and agencies register as InformationSharing serves it to the gateway. Claims of a token alone never make a
/// role: issuer and subject are looked up here.
/// </summary>
public sealed record RegisterSnapshot
{
    /// <summary>Rises with every change.</summary>
    public required long Version { get; init; }
    public required IReadOnlyList<RegisteredAgency> Agencies { get; init; }
    public required IReadOnlyList<RegisteredIssuer> Issuers { get; init; }
    public required IReadOnlyList<RegisteredPerson> People { get; init; }
}

/// <summary>An agency with its dates; after <see cref="Until"/> its people have no access.</summary>
public sealed record RegisteredAgency(string Code, string Name, DateOnly? From, DateOnly? Until, string? Successor, bool MayRefer, IReadOnlyList<string> SecureEmailDomains);

/// <summary>A token issuer and the agencies whose people it may assert.</summary>
public sealed record RegisteredIssuer(string Issuer, IReadOnlyList<string> Agencies);

/// <summary>A named person. <see cref="Id"/> is the register's own and stays inside gateway and InformationSharing.</summary>
public sealed record RegisteredPerson
{
    public required string Id { get; init; }
    public required string Issuer { get; init; }
    public required string Subject { get; init; }

    /// <summary>Compared, normalised, with conflict registers. Never logged, never in a service's data.</summary>
    public required string Name { get; init; }

    /// <summary>Home employer and the hats of this person; the first is worn where a request names none.</summary>
    public required IReadOnlyList<RegisteredHat> Hats { get; init; }
    public DateOnly? From { get; init; }
    public DateOnly? Until { get; init; }
}

/// <summary>
/// The role a person acts in during one session. <see cref="Name"/> is null for people who have only one;
/// <see cref="Schemes"/> are the schemes whose ledger a ledger reader may read.
/// </summary>
public sealed record RegisteredHat(string? Name, string Agency, string? Team, string Role, IReadOnlyList<string> Schemes);
