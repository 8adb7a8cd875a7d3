using System.Security.Cryptography;
using Partnership.InformationSharing;
using Partnership.Ledger;
using Partnership.Tests.Pure.Ledger;
using Xunit;

namespace Partnership.Tests.Pure.InformationSharing;

public sealed class IntegratingTests : IDisposable
{
    private readonly ECDsa gateway = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int serial;

    public void Dispose()
    {
        gateway.Dispose();
        stranger.Dispose();
    }

    [Fact]
    public void Entries_get_positions_in_the_order_they_came_from_the_next_free_one()
    {
        var first = Batch("a", 1, null, Entry(), Entry());
        var second = Batch("a", 2, first, Entry());
        var plan = Integrating.Decide([first, second], Known(next: 40));
        Assert.Equal([40, 41, 42], plan.Entries.Select(e => e.Position));
        Assert.Equal([(first, 0), (first, 1), (second, 0)], plan.Entries.Select(e => (e.Batch!, e.Ordinal)));
        Assert.Empty(plan.Raised);
        Assert.Empty(plan.Opaque);
    }

    [Fact]
    public void A_batch_delivered_again_changes_nothing()
    {
        var first = Batch("a", 1, null, Entry());
        var plan = Integrating.Decide([first, first], Known(batches: [Stored(first)]));
        Assert.Equal(2, plan.Duplicates);
        Assert.Empty(plan.Batches);
        Assert.Empty(plan.Entries);
        Assert.Empty(plan.Raised);
    }

    [Fact]
    public void A_batch_delivered_twice_at_once_is_taken_once()
    {
        var first = Batch("a", 1, null, Entry());
        var plan = Integrating.Decide([first, first], Known());
        Assert.Single(plan.Batches);
        Assert.Single(plan.Entries);
        Assert.Equal(1, plan.Duplicates);
    }

    [Fact]
    public void What_is_no_batch_is_kept_as_it_is_with_an_alarm()
    {
        var odd = Delivered.Read(new byte[] { 1, 2, 3 }, [gateway]);
        var plan = Integrating.Decide([odd, odd], Known());
        Assert.Equal((odd, AlarmKinds.Unreadable), Assert.Single(plan.Opaque));
        Assert.Equal(AlarmKinds.Unreadable, Assert.Single(plan.Raised).Kind);
        Assert.Empty(plan.Entries);
    }

    [Fact]
    public void An_entry_that_cannot_be_read_has_its_position_and_its_bytes()
    {
        var batch = Batch("a", 1, null, "not an entry"u8.ToArray(), Entry());
        var plan = Integrating.Decide([batch], Known());
        Assert.Equal([0, 1], plan.Entries.Select(e => e.Position));
        Assert.Null(plan.Entries[0].Index);
        Assert.NotNull(plan.Entries[1].Index);
        Assert.Equal("not an entry"u8.ToArray(), plan.Entries[0].Bytes.ToArray());
        Assert.Equal(new Alarm(AlarmKinds.EntryUnreadable, "a", "1/0"), Assert.Single(plan.Raised));
    }

    [Fact]
    public void A_batch_of_a_stranger_is_integrated_and_marked_with_an_alarm()
    {
        var plan = Integrating.Decide([Batch("a", 1, null, stranger, Entry())], Known());
        Assert.False(Assert.Single(plan.Batches).SignatureOk);
        Assert.Single(plan.Entries);
        Assert.Equal(AlarmKinds.Signature, Assert.Single(plan.Raised).Kind);
    }

    [Fact]
    public void A_second_signed_batch_for_a_number_is_kept_aside_with_an_alarm()
    {
        var first = Batch("a", 1, null, Entry());
        var other = Batch("a", 1, null, Entry());
        var plan = Integrating.Decide([other], Known(batches: [Stored(first)]));
        Assert.Equal((other, AlarmKinds.SequenceConflict), Assert.Single(plan.Opaque));
        Assert.Equal(AlarmKinds.SequenceConflict, Assert.Single(plan.Raised).Kind);
        Assert.Empty(plan.Entries);
    }

    [Fact]
    public void A_strangers_batch_for_a_taken_number_is_kept_aside()
    {
        var first = Batch("a", 1, null, Entry());
        var plan = Integrating.Decide([Batch("a", 1, null, stranger, Entry())], Known(batches: [Stored(first)]));
        Assert.Single(plan.Opaque);
        Assert.Empty(plan.Entries);
    }

    [Fact]
    public void A_stranger_who_takes_a_number_first_does_not_keep_the_gateways_batch_out()
    {
        var forged = Batch("a", 1, null, stranger, Entry());
        var real = Batch("a", 1, null, Entry());
        var plan = Integrating.Decide([forged, real], Known());
        Assert.Equal([forged, real], plan.Batches);
        Assert.Equal(2, plan.Entries.Count);
        Assert.Empty(plan.Opaque);
        Assert.Equal([AlarmKinds.Signature, AlarmKinds.SequenceConflict], plan.Raised.Select(a => a.Kind));
    }

    [Fact]
    public void The_chain_goes_by_the_gateways_batch_even_beside_a_forged_one()
    {
        var forged = Batch("a", 1, null, stranger, Entry());
        var real = Batch("a", 1, null, Entry());
        var next = Batch("a", 2, real, Entry());
        var plan = Integrating.Decide([next], Known(batches: [Stored(forged), Stored(real)]));
        Assert.Empty(plan.Raised);
    }

    [Fact]
    public void A_missing_batch_is_an_alarm_until_it_arrives()
    {
        var first = Batch("a", 1, null, Entry());
        var second = Batch("a", 2, first, Entry());
        var third = Batch("a", 3, second, Entry());

        var gap = Integrating.Decide([third], Known(batches: [Stored(first)]));
        var alarm = Assert.Single(gap.Raised);
        Assert.Equal(new Alarm(AlarmKinds.Gap, "a", "3"), alarm);
        Assert.Single(gap.Entries);

        var mended = Integrating.Decide([second], Known(batches: [Stored(first), Stored(third)]));
        Assert.Empty(mended.Raised);
        Assert.Contains(alarm.Key, mended.Cleared);
    }

    [Fact]
    public void Batches_that_arrive_together_in_another_order_are_no_gap()
    {
        var first = Batch("a", 1, null, Entry());
        var second = Batch("a", 2, first, Entry());
        var third = Batch("a", 3, second, Entry());
        Assert.Empty(Integrating.Decide([third, second, first], Known()).Raised);
    }

    [Fact]
    public void Two_instances_have_chains_of_their_own()
    {
        var a = Batch("a", 1, null, Entry());
        var b = Batch("b", 1, null, Entry());
        Assert.Empty(Integrating.Decide([a, b, Batch("b", 2, b), Batch("a", 2, a)], Known()).Raised);
    }

    [Fact]
    public void A_batch_that_names_another_predecessor_is_an_alarm()
    {
        var first = Batch("a", 1, null, Entry());
        var other = Batch("a", 1, null, Entry());
        var second = Batch("a", 2, other, Entry());
        var plan = Integrating.Decide([second], Known(batches: [Stored(first)]));
        Assert.Equal(AlarmKinds.Chain, Assert.Single(plan.Raised).Kind);
        Assert.Single(plan.Entries);
    }

    [Fact]
    public void A_late_predecessor_with_the_wrong_hash_clears_the_gap_and_breaks_the_chain()
    {
        var first = Batch("a", 1, null, Entry());
        var other = Batch("a", 1, null, Entry());
        var second = Batch("a", 2, other, Entry());
        var plan = Integrating.Decide([first], Known(batches: [Stored(second)]));
        Assert.Contains(new Alarm(AlarmKinds.Gap, "a", "2").Key, plan.Cleared);
        Assert.Equal(AlarmKinds.Chain, Assert.Single(plan.Raised).Kind);
    }

    [Fact]
    public void A_chain_alarm_is_mended_by_the_batch_it_wanted()
    {
        var forged = Batch("a", 1, null, stranger, Entry());
        var real = Batch("a", 1, null, Entry());
        var second = Batch("a", 2, real, Entry());
        var broken = Assert.Single(Integrating.Decide([second], Known(batches: [Stored(forged)])).Raised);
        Assert.Equal(AlarmKinds.Chain, broken.Kind);
        var plan = Integrating.Decide([real], Known(batches: [Stored(forged), Stored(second)]));
        Assert.Contains(broken.Key, plan.Cleared);
    }

    [Fact]
    public void The_same_entry_in_two_batches_stands_once()
    {
        var entry = Entry();
        var first = Batch("a", 1, null, entry);
        var plan = Integrating.Decide([first, Batch("a", 2, first, entry)], Known());
        Assert.Single(plan.Entries);
        Assert.Equal(new Alarm(AlarmKinds.EntryTwice, "a", "2/0"), Assert.Single(plan.Raised));
    }

    [Fact]
    public void Another_entry_under_a_taken_id_has_a_position_and_is_not_found_by_it()
    {
        var id = Guid.Parse("0192f0a0-7777-7abc-8def-000000000007");
        var first = Batch("a", 1, null, (Entries.Golden with { EntryId = id }).ToBytes());
        var second = Batch("a", 2, first, (Entries.Golden with { EntryId = id, Channel = "PRINT" }).ToBytes());
        var plan = Integrating.Decide([first, second], Known());
        Assert.Equal(2, plan.Entries.Count);
        Assert.Null(plan.Entries[1].Index);
        Assert.Equal(new Alarm(AlarmKinds.EntryIdTwice, "a", "2/0"), Assert.Single(plan.Raised));
    }

    [Fact]
    public void An_entry_the_ledger_has_already_is_recognised_by_id_and_leaf()
    {
        var bytes = Entries.Golden.ToBytes();
        var stored = new Dictionary<Guid, byte[]> { [Entries.Golden.EntryId] = DisclosureEntry.LeafHash(bytes) };
        Assert.Empty(Integrating.Decide([Batch("a", 1, null, bytes)], Known() with { Entries = stored }).Entries);
        var other = (Entries.Golden with { Channel = "PRINT" }).ToBytes();
        Assert.Single(Integrating.Decide([Batch("a", 1, null, other)], Known() with { Entries = stored }).Entries);
    }

    [Fact]
    public void Values_that_no_index_takes_leave_the_entry_without_one()
    {
        var endless = (Entries.Golden with { Recipients = [new string('x', 201)] }).ToBytes();
        var nul = (Entries.Golden with { Service = "ma\0rac" }).ToBytes();
        var plan = Integrating.Decide([Batch("a", 1, null, endless, nul)], Known());
        Assert.Equal(2, plan.Entries.Count);
        Assert.All(plan.Entries, e => Assert.Null(e.Index));
        Assert.All(plan.Raised, a => Assert.Equal(AlarmKinds.EntryUnreadable, a.Kind));
    }

    [Fact]
    public void Any_cut_and_order_of_deliveries_and_redeliveries_ends_in_the_same_ledger()
    {
        var batches = new List<Delivered>();
        foreach (var instance in new[] { "a", "b" })
        {
            Delivered? before = null;
            for (var i = 1; i <= 12; i++) batches.Add(before = Batch(instance, i, before, Entry(), Entry()));
        }

        var random = new Random(7);
        for (var run = 0; run < 50; run++)
        {
            var deliveries = batches.Concat(batches.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).ToList();
            var stored = new List<Delivered>();
            var leaves = new List<string>();
            var open = new HashSet<string>();
            while (deliveries.Count > 0)
            {
                var round = deliveries.Take(random.Next(1, 6)).ToList();
                deliveries.RemoveRange(0, round.Count);
                var plan = Integrating.Decide(round, Known(leaves.Count, [.. stored.Select(Stored)]));
                Assert.Equal(Enumerable.Range(leaves.Count, plan.Entries.Count).Select(p => (long)p), plan.Entries.Select(e => e.Position));
                stored.AddRange(plan.Batches);
                leaves.AddRange(plan.Entries.Select(e => Convert.ToHexString(e.LeafHash)));
                open.UnionWith(plan.Raised.Select(a => a.Key));
                open.ExceptWith(plan.Cleared);
            }

            Assert.Equal(batches.SelectMany(b => b.Entries).Select(e => Convert.ToHexString(e.LeafHash)).Order(), leaves.Order());
            Assert.Empty(open);
        }
    }

    private byte[] Entry() => (Entries.Golden with { EntryId = new Guid(++serial, 0, 0, [8, 0, 0, 0, 0, 0, 0, 1]) }).ToBytes();

    private Delivered Batch(string instance, long sequence, Delivered? before, params byte[][] entries) =>
        Batch(instance, sequence, before, gateway, entries);

    private Delivered Batch(string instance, long sequence, Delivered? before, ECDsa key, params byte[][] entries)
    {
        var kind = entries.Length == 0 ? BatchKind.Heartbeat : BatchKind.Entries;
        var bytes = LedgerBatch.Encode(
            kind, instance, sequence, before?.Hash ?? new byte[32], [.. entries.Select(e => (ReadOnlyMemory<byte>)e)], key);
        return Delivered.Read(bytes, [gateway]);
    }

    private static LedgerKnowledge Known(long next = 0, IReadOnlyList<KnownBatch>? batches = null) =>
        new() { NextPosition = next, Batches = batches ?? [], Entries = new Dictionary<Guid, byte[]>() };

    private static KnownBatch Stored(Delivered message) => new(
        message.Batch!.Instance, message.Batch.Sequence, message.Hash, message.Batch.PreviousHash.ToArray(), message.SignatureOk);
}
