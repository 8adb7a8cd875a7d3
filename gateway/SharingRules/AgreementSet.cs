using Partnership.Contracts.Records;

namespace Partnership.SharingRules;

/// <summary>
/// All agreements in force, compiled. Immutable and safe for concurrent use: take one at the start of a request and use it
/// to the end. Nothing here reads a clock, a file or a network.
/// </summary>
public sealed class AgreementSet
{
    /// <summary>Lower-case hex SHA-256 of the canonical form: the same whatever the order of files, rules or keys.</summary>
    public string Digest => throw new NotImplementedException();

    /// <summary>Agreements in the set, by id.</summary>
    public IReadOnlyList<AgreementSummary> Agreements => throw new NotImplementedException();

    /// <summary>Schema of a record type's view; null for a type no agreement covers.</summary>
    public ViewSchema? ViewOf(string recordType) => throw new NotImplementedException();

    /// <summary>
    /// Whether any rule lets this principal do this to any record of the type, for any purpose. False is 403, before any
    /// look-up. Depends on nothing but the arguments.
    /// </summary>
    public bool HasRule(Principal principal, string recordType, string operation, DateOnly today, string? command = null) => throw new NotImplementedException();

    /// <summary>Purposes for which <see cref="HasRule"/> is true, sorted; empty when there is none.</summary>
    public IReadOnlyList<string> PurposesFor(Principal principal, string recordType, string operation, DateOnly today, string? command = null) => throw new NotImplementedException();

    /// <summary>
    /// Decides one operation on one record. <paramref name="facts"/> are null only for <c>submit</c>, when there is no
    /// record yet. <paramref name="command"/> names the command of a <c>change</c>.
    /// </summary>
    public Decision Decide(
        Principal principal, string operation, string recordType, RecordFacts? facts, string purpose, DateTimeOffset now, string? command = null) =>
        throw new NotImplementedException();

    /// <summary>Codes (<see cref="ReachCodes"/>) of the records that rules could let this principal reach; empty for none.</summary>
    public IReadOnlyList<string> ReachOf(Principal principal, string recordType, string operation, string purpose, DateOnly today) => throw new NotImplementedException();

    /// <summary>
    /// What the agreement keeps from this caller for this record type, purpose and lifecycle state (which every reader of
    /// a record sees). A function of the agreement alone: the same whether or not there is anything to keep, and naming no
    /// rule that rests on conflict, restriction or consent.
    /// </summary>
    public IReadOnlyList<Withheld> WithheldFor(Principal principal, string recordType, string purpose, string state, DateOnly today) => throw new NotImplementedException();
}

/// <summary>What a central log of agreements shows of one.</summary>
public sealed record AgreementSummary(
    string Id, string Title, string Version, string Scheme, DateOnly SignedOn, DateOnly EffectiveFrom, DateOnly? ExpiresAfter, DateOnly ReviewBy, IReadOnlyList<string> RecordTypes);
