using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.Contracts.Sharing;
using Partnership.Ledger;

namespace Partnership.InformationSharing;

/// <summary>Makes what a ledger reader sees from the bytes of an entry.</summary>
public sealed class EntryViews(LedgerKeys keys, ILogger<EntryViews> log)
{
    private readonly Lock opening = new();

    /// <exception cref="InvalidOperationException">The bytes are no entry; such a row has no scheme and is in nobody's page.</exception>
    public RecordEnvelope<EntryView> Of(StoredEntry stored)
    {
        if (!DisclosureEntry.TryRead(stored.Bytes, out var entry))
            throw new InvalidOperationException($"Entry {stored.Position} is indexed and cannot be read.");
        return new RecordEnvelope<EntryView>
        {
            Type = RecordTypes.SharingEntry,
            Id = entry.EntryId,
            Facts = new RecordFacts { Version = 1, State = "RECORDED", Scheme = entry.Service },
            Data = View(stored, entry),
        };
    }

    private EntryView View(StoredEntry stored, DisclosureEntry entry) => new()
    {
        Position = stored.Position,
        LeafHash = Convert.ToBase64String(stored.LeafHash),
        Source = stored.SignatureOk switch
        {
            null => EntrySource.Casework,
            true => EntrySource.Gateway,
            false => EntrySource.Unverified,
        },
        At = entry.At,
        Operation = entry.Operation,
        Outcome = entry.Outcome,
        Actor = new EntryActorView
        {
            PersonId = entry.Actor.PersonId,
            Agency = entry.Actor.Agency,
            Team = entry.Actor.Team,
            Role = entry.Actor.Role,
            Hat = entry.Actor.Hat,
            Session = entry.Actor.Session,
        },
        OnBehalfOf = entry.OnBehalfOf,
        Service = entry.Service,
        PurposeCode = entry.PurposeCode,
        JustificationGiven = entry.Justification is not null,
        Justification = Open(entry),
        LegalPower = entry.LegalPower,
        LawfulBasis = entry.LawfulBasis,
        Condition = entry.Condition,
        Regime = entry.Regime,
        IsaVersion = entry.IsaVersion,
        PolicyVersion = entry.PolicyVersion,
        AgreementSet = entry.AgreementSet,
        Recipients = entry.Recipients,
        Channel = entry.Channel,
        Classification = entry.Classification,
        CorrelationId = entry.CorrelationId,
        Traceparent = entry.TraceParent,
        BodyDigest = entry.BodyDigest,
        AbortOf = entry.AbortOf,
        Nonce = Base64Url.EncodeToString(entry.Nonce.Span),
        Records = [.. entry.Records.Select(View)],
    };

    private static EntryRecordView View(EntryRecord record) => new()
    {
        RecordType = record.RecordType,
        RecordId = record.RecordId,
        SubjectIds = record.SubjectIds,
        FieldGroups = record.FieldGroups,
        HeldBack = record.HeldBack,
        MasksApplied = record.MasksApplied,
        DecisionRule = record.DecisionRule,
        ConsentRef = record.ConsentRef,
        Facts = [.. record.Facts.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new EntryFactView { Code = f.Key, Held = f.Value })],
    };

    private string? Open(DisclosureEntry entry)
    {
        if (entry.Justification is not { } sealedText) return null;
        try
        {
            lock (opening) return Encoding.UTF8.GetString(SealedBox.Open(sealedText, keys.Seal, entry.EntryId, "justification"));
        }
        catch (CryptographicException)
        {
            log.LogWarning("The justification of entry {EntryId} cannot be opened with this key", entry.EntryId);
            return null;
        }
    }
}
