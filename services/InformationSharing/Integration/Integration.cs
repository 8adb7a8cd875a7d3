using System.Globalization;
using Partnership.Ledger;

namespace Partnership.InformationSharing;

/// <summary>What the ledger's database knows that a decision about new messages rests on.</summary>
public sealed record LedgerKnowledge
{
    /// <summary>Position the next entry gets.</summary>
    public required long NextPosition { get; init; }

    /// <summary>Stored batches at, before or after the sequence numbers of the new ones, of the same instances.</summary>
    public required IReadOnlyList<KnownBatch> Batches { get; init; }

    /// <summary>Which of the new entries' ids stand in the ledger already, and with which leaf hash.</summary>
    public required IReadOnlyDictionary<Guid, byte[]> Entries { get; init; }
}

/// <summary>A stored batch, as far as the chain is concerned.</summary>
public sealed record KnownBatch(string Instance, long Sequence, byte[] Hash, byte[] PreviousHash, bool SignatureOk);

/// <summary>What is to be written, in one transaction.</summary>
public sealed record IntegrationPlan
{
    public required IReadOnlyList<Delivered> Batches { get; init; }
    public required IReadOnlyList<PlacedEntry> Entries { get; init; }

    /// <summary>Messages kept as they are, with the reason: evidence that is no part of the log.</summary>
    public required IReadOnlyList<(Delivered Message, string Reason)> Opaque { get; init; }
    public required IReadOnlyList<Alarm> Raised { get; init; }

    /// <summary>Keys of alarms that this mends, whether or not they were ever raised.</summary>
    public required IReadOnlyList<string> Cleared { get; init; }

    /// <summary>Deliveries of what is stored already; nothing is written for them.</summary>
    public required int Duplicates { get; init; }
}

/// <summary>An entry with its position. <see cref="Index"/> is null when its bytes, or its id, cannot be indexed.</summary>
public sealed record PlacedEntry(
    long Position, ReadOnlyMemory<byte> Bytes, byte[] LeafHash, EntryIndex? Index, Delivered? Batch, int Ordinal);

/// <summary>Decides what becomes of messages. Pure: what is stored is given, what to store is returned.</summary>
/// <remarks>
/// Every entry of every batch that is integrated gets a position, readable or not, because its recipient may hold a
/// promise for its leaf hash. Only what would make a second ledger beside the first is kept aside: another batch for a
/// sequence number that has one, and bytes that are no batch.
/// </remarks>
public static class Integrating
{
    public static IntegrationPlan Decide(IReadOnlyList<Delivered> messages, LedgerKnowledge known)
    {
        var plan = new Planning(known);
        foreach (var message in messages) plan.Take(message);
        return plan.Finish();
    }

    private sealed class Planning(LedgerKnowledge known)
    {
        private readonly List<KnownBatch> chain = [.. known.Batches];
        private readonly Dictionary<Guid, byte[]> ids = new(known.Entries);
        private readonly List<Delivered> batches = [];
        private readonly List<PlacedEntry> entries = [];
        private readonly List<(Delivered, string)> opaque = [];
        private readonly HashSet<string> opaqueHashes = [];
        private readonly List<Alarm> raised = [];
        private readonly List<string> cleared = [];
        private long next = known.NextPosition;
        private int duplicates;

        public void Take(Delivered message)
        {
            if (message.Batch is not { } batch)
            {
                KeepAside(message, AlarmKinds.Unreadable, instance: null, detail: Short(message.Hash));
                return;
            }

            var same = chain.Where(b => b.Instance == batch.Instance && b.Sequence == batch.Sequence).ToList();
            if (same.Any(b => b.Hash.AsSpan().SequenceEqual(message.Hash)))
            {
                duplicates++;
                return;
            }

            var place = string.Create(CultureInfo.InvariantCulture, $"{batch.Sequence}:{Short(message.Hash)}");
            if (same.Count > 0)
            {
                // A forged batch must not keep the true one out; anything else would be a second ledger.
                if (!message.SignatureOk || same.Any(b => b.SignatureOk))
                {
                    KeepAside(message, AlarmKinds.SequenceConflict, batch.Instance, place);
                    return;
                }

                Raise(AlarmKinds.SequenceConflict, batch.Instance, place);
            }

            if (!message.SignatureOk) Raise(AlarmKinds.Signature, batch.Instance, place);
            batches.Add(message);
            chain.Add(new KnownBatch(batch.Instance, batch.Sequence, message.Hash, batch.PreviousHash.ToArray(), message.SignatureOk));
            for (var i = 0; i < message.Entries.Count; i++) Place(message, batch, i);
        }

        public IntegrationPlan Finish()
        {
            // Judged last, over all messages at once: batches that arrive together in another order leave no gap.
            foreach (var message in batches) CheckChain(message);
            return new IntegrationPlan
            {
                Batches = batches,
                Entries = entries,
                Opaque = opaque,
                Raised = [.. raised.DistinctBy(a => a.Key)],
                Cleared = cleared,
                Duplicates = duplicates,
            };
        }

        private void Place(Delivered message, LedgerBatch batch, int ordinal)
        {
            var entry = message.Entries[ordinal];
            var index = entry.Index;
            if (index is null)
            {
                Raise(AlarmKinds.EntryUnreadable, batch.Instance, Ordinal(batch, ordinal));
            }
            else if (ids.TryGetValue(index.EntryId, out var leaf))
            {
                if (leaf.AsSpan().SequenceEqual(entry.LeafHash))
                {
                    // The very same bytes stand in the log: the promise for this leaf is kept.
                    Raise(AlarmKinds.EntryTwice, batch.Instance, Ordinal(batch, ordinal));
                    return;
                }

                Raise(AlarmKinds.EntryIdTwice, batch.Instance, Ordinal(batch, ordinal));
                index = null;
            }
            else
            {
                ids.Add(index.EntryId, entry.LeafHash);
            }

            entries.Add(new PlacedEntry(next++, entry.Bytes, entry.LeafHash, index, message, ordinal));
        }

        private void CheckChain(Delivered message)
        {
            var batch = message.Batch!;
            Check(batch.Instance, batch.Sequence, batch.PreviousHash.Span, message.Hash);
            foreach (var follower in chain.Where(b => b.Instance == batch.Instance && b.Sequence == batch.Sequence + 1))
                Check(follower.Instance, follower.Sequence, follower.PreviousHash, follower.Hash);
        }

        private void Check(string instance, long sequence, ReadOnlySpan<byte> previousHash, byte[] hash)
        {
            var gap = new Alarm(AlarmKinds.Gap, instance, sequence.ToString(CultureInfo.InvariantCulture));
            var broken = new Alarm(AlarmKinds.Chain, instance, string.Create(CultureInfo.InvariantCulture, $"{sequence}:{Short(hash)}"));
            if (sequence == 1)
            {
                if (previousHash.ContainsAnyExcept((byte)0)) raised.Add(broken);
                return;
            }

            var found = false;
            var before = false;
            foreach (var candidate in chain)
            {
                if (candidate.Instance != instance || candidate.Sequence != sequence - 1) continue;
                before = true;
                found = found || previousHash.SequenceEqual(candidate.Hash);
            }

            if (!before)
            {
                raised.Add(gap);
                return;
            }

            cleared.Add(gap.Key);
            if (found) cleared.Add(broken.Key);
            else raised.Add(broken);
        }

        private void KeepAside(Delivered message, string kind, string? instance, string detail)
        {
            if (!opaqueHashes.Add(Convert.ToHexString(message.Hash))) return;
            opaque.Add((message, kind));
            Raise(kind, instance, detail);
        }

        private void Raise(string kind, string? instance, string detail) => raised.Add(new Alarm(kind, instance, detail));

        private static string Ordinal(LedgerBatch batch, int ordinal) =>
            string.Create(CultureInfo.InvariantCulture, $"{batch.Sequence}/{ordinal}");

        private static string Short(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, 8));
    }
}
