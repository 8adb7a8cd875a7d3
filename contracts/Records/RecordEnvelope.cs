using System.Text.Json.Serialization;

namespace Partnership.Contracts.Records;

/// <summary>
/// What a service hands the gateway for one record: facts first, then data. Both come from one transaction. The gateway
/// decides by the facts, strips them, and releases of the data what the agreement permits.
/// </summary>
/// <remarks>Member order is part of the contract: a late, duplicate or unknown member fails closed (502).</remarks>
public sealed record RecordEnvelope<TView>
{
    [JsonPropertyOrder(0)] public required string Type { get; init; }
    [JsonPropertyOrder(1)] public required Guid Id { get; init; }
    [JsonPropertyOrder(2)] public required RecordFacts Facts { get; init; }
    [JsonPropertyOrder(3)] public required TView Data { get; init; }
}

/// <summary>The answer of a <c>…/facts</c> endpoint: what admission of a command is decided by.</summary>
public sealed record FactsEnvelope
{
    [JsonPropertyOrder(0)] public required string Type { get; init; }
    [JsonPropertyOrder(1)] public required Guid Id { get; init; }
    [JsonPropertyOrder(2)] public required RecordFacts Facts { get; init; }
}

/// <summary>A page of records. <see cref="Next"/> is the service's own cursor; the gateway encrypts it for the caller.</summary>
public sealed record RecordPage<TView>
{
    [JsonPropertyOrder(0)] public required IReadOnlyList<RecordEnvelope<TView>> Items { get; init; }
    // Written when null too: a page says that it is the last, it does not leave it out.
    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public required string? Next { get; init; }
}

/// <summary>
/// What decisions rest on, in the vocabulary of the sharing rules and not of any one scheme. Absent lists mean "nobody",
/// so that a fact a service forgets to state withholds instead of releasing.
/// </summary>
public sealed record RecordFacts
{
    /// <summary>Changes whenever anything a caller could see or change does. Returned in the internal token of a command.</summary>
    public required long Version { get; init; }

    /// <summary>The record's lifecycle state in CAPS, such as <c>SUBMITTED</c>.</summary>
    public required string State { get; init; }

    /// <summary>The scheme whose sharing this is: <c>marac</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Ids of the people whose data the record holds; scheme-local, so pseudonymous to every other scheme.</summary>
    public IReadOnlyList<Guid> Subjects { get; init; } = [];

    /// <summary>Who authored the record: condition <c>own</c>.</summary>
    public AuthorFact? Author { get; init; }

    /// <summary>Agencies and teams the coordinator has listed: condition <c>member</c>.</summary>
    public IReadOnlyList<MemberFact> Members { get; init; } = [];

    /// <summary>Tenancy, known-to, supporting: conditions of those names.</summary>
    public IReadOnlyList<RelationFact> Relations { get; init; } = [];

    /// <summary>Needs the coordinator has recorded: condition <c>need-recorded</c>.</summary>
    public IReadOnlyList<NeedFact> Needs { get; init; } = [];

    /// <summary>Agencies and teams whose copy a perpetrator can reach (NR2): no location.</summary>
    public IReadOnlyList<MemberFact> UnsafeCopies { get; init; } = [];

    /// <summary>The conflict register (NR2): equality with either the person or the normalised name denies.</summary>
    public IReadOnlyList<ConflictFact> Conflicts { get; init; } = [];

    /// <summary>Null: not restricted. Otherwise only these people of the register may read (NR15); empty means nobody.</summary>
    public IReadOnlyList<string>? Readers { get; init; }

    /// <summary>Somebody has written a summary: condition <c>summary</c>.</summary>
    public bool HasSummary { get; init; }

    /// <summary>A child, an unborn child, or a victim under 18: condition <c>child-case</c>. Derived, never typed in.</summary>
    public bool ChildCase { get; init; }

    /// <summary>
    /// The one agency (and team) the record is addressed to: that of a research request, or the owner's of an action. Condition
    /// <c>addressee</c>.
    /// </summary>
    public MemberFact? Addressee { get; init; }

    /// <summary>
    /// People the record is assigned to, such as an action's owner: condition <c>assigned</c>, which holds only together with
    /// <c>addressee</c>, since the same person may wear another agency's hat. Ids of the register, or pseudonyms of the scheme.
    /// </summary>
    public IReadOnlyList<string> Assigned { get; init; } = [];

    /// <summary>
    /// Field groups (names of <see cref="FieldGroups"/>) whose free text holds a location of the case and waits for the
    /// coordinator (location guard): released only to those who have the victim's location whole.
    /// </summary>
    public IReadOnlyList<string> Held { get; init; } = [];

    /// <summary>
    /// What decisions on single items of the record's lists rest on, each item once. An item that is not listed is released to
    /// the coordination alone, since nobody could tell whether it is health information or holds a location.
    /// </summary>
    public IReadOnlyList<ItemFact> Items { get; init; } = [];
}

/// <summary>Facts of one item of a list: a shared or internal finding, a line of minutes, an action.</summary>
/// <param name="Id">The item's key (<c>itemId</c>).</param>
public sealed record ItemFact(Guid Id)
{
    /// <summary>
    /// The agency and team whose item it is: condition <c>own</c> for items. Of a finding those who wrote it, of an action those who
    /// are to carry it out.
    /// </summary>
    public MemberFact? Owner { get; init; }

    /// <summary>Readers its author has ticked: condition <c>audience</c>. Nobody by default.</summary>
    public IReadOnlyList<MemberFact> Readers { get; init; } = [];

    /// <summary>Health information (NR9): outside health agencies and the coordination only with the Caldicott mark.</summary>
    public bool Health { get; init; }

    /// <summary>The Caldicott guardian of the author agency has agreed to its release.</summary>
    public bool Caldicott { get; init; }

    /// <summary>Its text holds a location of the case (location guard).</summary>
    public bool Held { get; init; }
}

/// <summary>The author of a record: a person (by scheme pseudonym), their agency and team.</summary>
public sealed record AuthorFact(string Person, string Agency, string? Team);

/// <summary>An agency and, where teams are separate principals, its team.</summary>
public sealed record MemberFact(string Agency, string? Team);

/// <summary>
/// A relation between an agency (and team) and people or addresses of the record, recorded by the coordinator on the
/// agency's statement. <see cref="Kind"/> is one of <see cref="RelationKinds"/>; <see cref="Items"/> are the keys it names.
/// </summary>
public sealed record RelationFact(
    string Kind, string Agency, string? Team, IReadOnlyList<Guid> Items, string SetBy, DateTimeOffset SetAt);

/// <summary>The kinds of relation.</summary>
public static class RelationKinds
{
    public const string OwnTenancy = "own-tenancy";
    public const string KnownTo = "known-to";
    public const string Supporting = "supporting";
}

/// <summary>A need to know recorded by the coordinator, with the groups it covers and its end.</summary>
public sealed record NeedFact(string Agency, string? Team, IReadOnlyList<string> Groups, DateTimeOffset Until, string SetBy);

/// <summary>Somebody who must not see the record: a person of the register, a name, or both.</summary>
public sealed record ConflictFact(string? PersonId, string? Name);
