using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Partnership.Gateway.Operations;
using Partnership.Ledger;
using Partnership.SharingRules;

namespace Partnership.Gateway.Recording;

/// <summary>Makes entries from requests and decisions. The gateway can write a justification and a digest key, never read one back.</summary>
public sealed class EntryFactory(GatewayKeys keys, AgreementSet agreements, TimeProvider clock) : IDisposable
{
    /// <summary>Version of what decisions mean; rises when the engine's semantics change.</summary>
    private const string PolicyVersion = "sharing-rules/1";
    private static readonly TimeSpan BoxLifetime = TimeSpan.FromMinutes(5);

    private readonly Lock boxLock = new();
    private (SealedBox Box, DateTimeOffset Until) current = (SealedBox.To(keys.SealTo), clock.GetUtcNow() + BoxLifetime);

    /// <summary>
    /// An answer of these exact bytes is authorised. <paramref name="decision"/> gives the legal basis; records of one
    /// answer are decided for one purpose, so they share it.
    /// </summary>
    public DisclosureEntry Release(SharingRequest request, Guid entryId, IReadOnlyList<EntryRecord> records, Decision decision, ReadOnlySpan<byte> body)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var digest = HMACSHA256.HashData(key, body);
        return Base(request, entryId, request.Emergency is null ? LedgerOutcomes.Permit : LedgerOutcomes.BreakGlass, records) with
        {
            Operation = request.Operation.IsOfSharing ? LedgerOperations.Consultation : LedgerOperations.Disclosure,
            Recipients = [request.Principal.Team is null ? request.Principal.Agency : $"{request.Principal.Agency}/{request.Principal.Team}"],
            LegalPower = decision.Basis?.LegalPower,
            LawfulBasis = decision.Basis?.LawfulBasis,
            Condition = decision.Basis?.Condition,
            Regime = decision.Basis?.Regime,
            IsaVersion = decision.Agreement,
            Classification = decision.Classification,
            BodyDigest = Base64Url.EncodeToString(digest),
            DigestKey = Box().Seal(key, entryId, "digestKey"),
        };
    }

    /// <summary>
    /// Nothing is released. <paramref name="rule"/> is the rule or code that refuses; where the agreement permitted and the
    /// rules of the casework refused (<paramref name="byCasework"/>), both stand in the entry.
    /// </summary>
    public DisclosureEntry Refusal(SharingRequest request, string rule, Decision? decision = null, bool byCasework = false)
    {
        var record = new EntryRecord
        {
            RecordType = request.Operation.RecordType,
            RecordId = request.RecordId?.ToString(),
            SubjectIds = [],
            FieldGroups = [],
            HeldBack = [],
            MasksApplied = [],
            DecisionRule = decision is { RuleIds.Count: > 0 } made ? byCasework ? [.. made.RuleIds, rule] : made.RuleIds : [rule],
            Facts = decision?.Conditions ?? EntryRecords.NoFacts,
        };
        return Base(request, Guid.CreateVersion7(clock.GetUtcNow()), LedgerOutcomes.Deny, [record]);
    }

    public void Dispose() => current.Box.Dispose();

    private DisclosureEntry Base(SharingRequest request, Guid entryId, string outcome, IReadOnlyList<EntryRecord> records)
    {
        var principal = request.Principal;
        return new DisclosureEntry
        {
            EntryId = entryId,
            At = request.At,
            Operation = request.Operation.Kind switch
            {
                OperationKind.Read or OperationKind.Document or OperationKind.List => LedgerOperations.Consultation,
                OperationKind.Submit => LedgerOperations.Collection,
                OperationKind.Change => LedgerOperations.Alteration,
            },
            Outcome = outcome,
            Actor = new EntryActor(principal.Pseudonym, principal.Agency, principal.Team, principal.Role, principal.Hat, request.Session),
            Service = request.LedgerScheme ?? request.Operation.Scheme,
            PurposeCode = request.Purpose.Length == 0 ? null : request.Purpose,
            Justification = request.Justification is { } text ? Box().Seal(Encoding.UTF8.GetBytes(text), entryId, "justification") : null,
            PolicyVersion = PolicyVersion,
            AgreementSet = agreements.Digest,
            Recipients = [],
            Channel = "API",
            CorrelationId = request.Correlation,
            TraceParent = request.TraceParent,
            Records = records,
            Nonce = RandomNumberGenerator.GetBytes(32),
        };
    }

    /// <summary>The box in use; a new ephemeral key every few minutes. The old one is left to the collector, as others may still seal with it.</summary>
    private SealedBox Box()
    {
        var now = clock.GetUtcNow();
        lock (boxLock)
        {
            if (now >= current.Until) current = (SealedBox.To(keys.SealTo), now + BoxLifetime);
            return current.Box;
        }
    }
}
