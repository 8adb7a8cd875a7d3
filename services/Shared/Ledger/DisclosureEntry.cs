using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Partnership.Ledger;

/// <summary>
/// One entry of the disclosure ledger, version 1: one answer, one refusal, or one change to casework. Its bytes
/// (<see cref="ToBytes"/>) are made once, hashed, and never re-made.
/// </summary>
/// <remarks>
/// Content: Data Protection Act 2018 s.62 and the partnership's own rule. People are named by the scheme's pseudonym,
/// subjects by the scheme's own person ids. Frozen: a later version gets a new <c>v</c>, never a new meaning here.
/// </remarks>
public sealed partial record DisclosureEntry
{
    public const int NonceLength = 32;

    public required Guid EntryId { get; init; }

    /// <summary>When it was authorised, UTC, to the millisecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One of <see cref="LedgerOperations"/>, the words of s.62.</summary>
    public required string Operation { get; init; }

    /// <summary>One of <see cref="LedgerOutcomes"/>.</summary>
    public required string Outcome { get; init; }
    public required EntryActor Actor { get; init; }
    public string? OnBehalfOf { get; init; }

    /// <summary>The scheme: <c>marac</c>, <c>sharing</c>, …</summary>
    public required string Service { get; init; }
    public string? PurposeCode { get; init; }

    /// <summary>Sealed to InformationSharing; null where none was asked for.</summary>
    public string? Justification { get; init; }
    public string? LegalPower { get; init; }
    public string? LawfulBasis { get; init; }
    public string? Condition { get; init; }
    public string? Regime { get; init; }
    public string? IsaVersion { get; init; }

    /// <summary>Version of the decision engine's semantics.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>Digest of the compiled set of all agreements in force.</summary>
    public string? AgreementSet { get; init; }
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary><c>API</c>, <c>SCREEN</c>, <c>PRINT</c>, <c>VERBAL</c>, <c>E-MAIL</c>, or <c>CASEWORK</c> for a change.</summary>
    public required string Channel { get; init; }
    public string? Classification { get; init; }
    public string? CorrelationId { get; init; }
    public string? TraceParent { get; init; }

    /// <summary>
    /// HMAC-SHA256 of the exact bytes released, under a 32-byte key of this entry alone, as base64url; null when nothing
    /// was released.
    /// </summary>
    public string? BodyDigest { get; init; }

    /// <summary>That key, sealed to InformationSharing.</summary>
    public string? DigestKey { get; init; }

    /// <summary>The entry whose release was authorised and then not carried out.</summary>
    public Guid? AbortOf { get; init; }
    public required IReadOnlyList<EntryRecord> Records { get; init; }

    /// <summary>32 random bytes, so that nobody can guess an entry and confirm the guess by its hash.</summary>
    public required ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>The entry as RFC 8785 bytes.</summary>
    /// <exception cref="ArgumentException">A text with a lone surrogate, or a nonce that is not of 32 bytes.</exception>
    public byte[] ToBytes()
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Nonce.Length, NonceLength, nameof(Nonce));
        var buffer = new ArrayBufferWriter<byte>(1024);
        var json = new CanonicalJson(buffer);
        json.StartObject();
        json.Member("abortOf", AbortOf?.ToString());
        json.Name("actor");
        Actor.Write(json);
        json.Member("agreementSet", AgreementSet);
        json.Member("at", CanonicalJson.Time(At));
        json.Member("bodyDigest", BodyDigest);
        json.Member("channel", Channel);
        json.Member("classification", Classification);
        json.Member("condition", Condition);
        json.Member("correlationId", CorrelationId);
        json.Member("digestKey", DigestKey);
        json.Member("entryId", EntryId.ToString());
        json.Member("isaVersion", IsaVersion);
        json.Member("justification", Justification);
        json.Member("lawfulBasis", LawfulBasis);
        json.Member("legalPower", LegalPower);
        json.Member("nonce", Base64Url.EncodeToString(Nonce.Span));
        json.Member("onBehalfOf", OnBehalfOf);
        json.Member("operation", Operation);
        json.Member("outcome", Outcome);
        json.Member("policyVersion", PolicyVersion);
        json.Member("purposeCode", PurposeCode);
        json.Member("recipients", Recipients);
        json.Name("records");
        json.StartArray();
        foreach (var record in Records) record.Write(json);
        json.EndArray();
        json.Member("regime", Regime);
        json.Member("service", Service);
        json.Member("traceparent", TraceParent);
        json.Name("v");
        json.Number(1);
        json.EndObject();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>RFC 6962 leaf hash: SHA-256 of 0x00 and the entry's bytes.</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(entry);
        return hash.GetHashAndReset();
    }
}

/// <summary>Who acted, by pseudonym of the scheme.</summary>
public sealed record EntryActor(string PersonId, string Agency, string? Team, string Role, string? Hat, string? Session)
{
    internal static bool TryRead(ref CanonicalReader json, [NotNullWhen(true)] out EntryActor? actor)
    {
        actor = null;
        if (!(json.Take("{\"agency\":"u8) && json.Text(out var agency)
            && json.Take(",\"hat\":"u8) && json.TextOrNull(out var hat)
            && json.Take(",\"personId\":"u8) && json.Text(out var personId)
            && json.Take(",\"role\":"u8) && json.Text(out var role)
            && json.Take(",\"session\":"u8) && json.TextOrNull(out var session)
            && json.Take(",\"team\":"u8) && json.TextOrNull(out var team)
            && json.Take("}"u8)))
            return false;
        actor = new EntryActor(personId, agency, team, role, hat, session);
        return true;
    }

    internal void Write(CanonicalJson json)
    {
        json.StartObject();
        json.Member("agency", Agency);
        json.Member("hat", Hat);
        json.Member("personId", PersonId);
        json.Member("role", Role);
        json.Member("session", Session);
        json.Member("team", Team);
        json.EndObject();
    }
}

/// <summary>What an entry says of one record of its answer.</summary>
public sealed record EntryRecord
{
    public required string RecordType { get; init; }

    /// <summary>Null for a refusal that concerned no record (a role without a rule) and for an empty list.</summary>
    public string? RecordId { get; init; }
    public required IReadOnlyList<string> SubjectIds { get; init; }

    /// <summary>Groups released.</summary>
    public required IReadOnlyList<string> FieldGroups { get; init; }

    /// <summary>Groups of this type kept back.</summary>
    public required IReadOnlyList<string> HeldBack { get; init; }

    /// <summary>Such as <c>children:flag</c>.</summary>
    public required IReadOnlyList<string> MasksApplied { get; init; }

    /// <summary>Ids of the rules the decision rests on.</summary>
    public required IReadOnlyList<string> DecisionRule { get; init; }

    /// <summary>The conditions the decision rested on, true or false for this caller, by code.</summary>
    public required IReadOnlyDictionary<string, bool> Facts { get; init; }

    /// <summary>The consent a rule rested on; of this record, since an answer may hold several people's.</summary>
    public string? ConsentRef { get; init; }

    internal static bool TryRead(ref CanonicalReader json, [NotNullWhen(true)] out EntryRecord? record)
    {
        record = null;
        if (!(json.Take("{\"consentRef\":"u8) && json.TextOrNull(out var consentRef)
            && json.Take(",\"decisionRule\":"u8) && json.Texts(out var decisionRule)
            && json.Take(",\"facts\":"u8) && TryReadFacts(ref json, out var facts)
            && json.Take(",\"fieldGroups\":"u8) && json.Texts(out var fieldGroups)
            && json.Take(",\"heldBack\":"u8) && json.Texts(out var heldBack)
            && json.Take(",\"masksApplied\":"u8) && json.Texts(out var masksApplied)
            && json.Take(",\"recordId\":"u8) && json.TextOrNull(out var recordId)
            && json.Take(",\"recordType\":"u8) && json.Text(out var recordType)
            && json.Take(",\"subjectIds\":"u8) && json.Texts(out var subjectIds)
            && json.Take("}"u8)))
            return false;
        record = new EntryRecord
        {
            RecordType = recordType,
            RecordId = recordId,
            SubjectIds = subjectIds,
            FieldGroups = fieldGroups,
            HeldBack = heldBack,
            MasksApplied = masksApplied,
            DecisionRule = decisionRule,
            ConsentRef = consentRef,
            Facts = facts,
        };
        return true;
    }

    private static bool TryReadFacts(ref CanonicalReader json, out Dictionary<string, bool> facts)
    {
        facts = new Dictionary<string, bool>(StringComparer.Ordinal);
        if (!json.Take("{"u8)) return false;
        if (json.Take("}"u8)) return true;
        string? last = null;
        do
        {
            if (!(json.Text(out var code) && json.Take(":"u8) && json.Boolean(out var held))) return false;
            if (last is not null && string.CompareOrdinal(last, code) >= 0) return false;
            facts.Add(last = code, held);
        }
        while (json.Take(","u8));
        return json.Take("}"u8);
    }

    internal void Write(CanonicalJson json)
    {
        json.StartObject();
        json.Member("consentRef", ConsentRef);
        json.Member("decisionRule", DecisionRule);
        json.Name("facts");
        json.StartObject();
        foreach (var (code, value) in Facts.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            json.Name(code);
            json.Boolean(value);
        }

        json.EndObject();
        json.Member("fieldGroups", FieldGroups);
        json.Member("heldBack", HeldBack);
        json.Member("masksApplied", MasksApplied);
        json.Member("recordId", RecordId);
        json.Member("recordType", RecordType);
        json.Member("subjectIds", SubjectIds);
        json.EndObject();
    }
}

/// <summary>Operations of DPA 2018 s.62.</summary>
public static class LedgerOperations
{
    public const string Collection = "COLLECTION";
    public const string Alteration = "ALTERATION";
    public const string Consultation = "CONSULTATION";
    public const string Disclosure = "DISCLOSURE";
    public const string Combination = "COMBINATION";
    public const string Erasure = "ERASURE";
}

public static class LedgerOutcomes
{
    public const string Permit = "PERMIT";
    public const string Deny = "DENY";
    public const string BreakGlass = "BREAK_GLASS";
}
