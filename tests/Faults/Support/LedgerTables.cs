using Npgsql;
using Partnership.Ledger;
using Partnership.Tests.Support;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Faults.Support;

/// <summary>The ledger as it stands in its database: entries by their exact bytes, and the alarms an operator sees.</summary>
internal sealed class LedgerTables(RunningPlatform platform)
{
    /// <summary>All entries in order of position.</summary>
    public Task<List<LedgerRow>> EntriesAsync() => ReadAsync(
        "select position, leaf_hash, instance, bytes from ledger.entries order by position",
        row => new LedgerRow(row.GetInt64(0), Convert.ToBase64String(row.GetFieldValue<byte[]>(1)), row.IsDBNull(2) ? null : row.GetString(2), row.GetFieldValue<byte[]>(3)));

    /// <summary>Leaf hashes of all entries, base64.</summary>
    public Task<List<string>> LeavesAsync() => ReadAsync(
        "select leaf_hash from ledger.entries", row => Convert.ToBase64String(row.GetFieldValue<byte[]>(0)));

    /// <summary>Alarms that nobody and nothing has cleared.</summary>
    public Task<List<LedgerAlarm>> OpenAlarmsAsync() => ReadAsync(
        "select kind, instance, detail from ledger.open_alarms",
        row => new LedgerAlarm(row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2)));

    /// <summary>Instances of the gateway, in order of their first batch.</summary>
    public Task<List<string>> InstancesAsync() => ReadAsync(
        "select instance from ledger.batches group by instance order by min(received_at)", row => row.GetString(0));

    public async Task<long> CountAsync() => (await ReadAsync("select count(*) from ledger.entries", row => row.GetInt64(0)))[0];

    /// <summary>Waits until every promise is kept, then checks that nothing stands there twice and no position is missing.</summary>
    public async Task HoldsEveryAsync(Promises promises, TimeSpan? within = null)
    {
        var missing = 0;
        try
        {
            await Eventually.Async(
                async () =>
                {
                    var there = (await LeavesAsync()).ToHashSet();
                    missing = promises.Leaves.Count(leaf => !there.Contains(leaf));
                    return missing == 0;
                },
                "every promised entry stands in the ledger",
                within ?? FaultyPlatform.Mended);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{missing} of {promises.Count} promised entries are missing from the ledger.");
        }

        await HoldsNothingTwiceAsync();
    }

    /// <summary>No entry twice, by its bytes or its id, and positions without a hole.</summary>
    public async Task HoldsNothingTwiceAsync()
    {
        var entries = await EntriesAsync();
        Assert.Equal(Enumerable.Range(0, entries.Count).Select(position => (long)position), entries.Select(entry => entry.Position));
        Assert.Equal(entries.Count, entries.Select(entry => entry.LeafHash).Distinct().Count());
        Assert.Equal(entries.Count, entries.Select(entry => entry.Read().EntryId).Distinct().Count());
    }

    /// <summary>
    /// What an auditor must be able to tell: an entry that authorised an answer either was promised to its recipient, or
    /// has another beside it that says the answer did not leave.
    /// </summary>
    public async Task SaysWhatLeftAsync(Promises promises, TimeSpan? within = null)
    {
        List<DisclosureEntry> neither = [], both = [];
        try
        {
            await Eventually.Async(
                async () =>
                {
                    var rows = await EntriesAsync();
                    var entries = rows.ConvertAll(row => (row.LeafHash, Entry: row.Read()));
                    var aborted = entries.Select(entry => entry.Entry.AbortOf).OfType<Guid>().ToHashSet();
                    var promised = promises.Leaves.ToHashSet();
                    var authorised = entries.Where(entry => entry.Entry.BodyDigest is not null).ToList();
                    neither = [.. authorised.Where(entry => !promised.Contains(entry.LeafHash) && !aborted.Contains(entry.Entry.EntryId)).Select(entry => entry.Entry)];
                    both = [.. authorised.Where(entry => promised.Contains(entry.LeafHash) && aborted.Contains(entry.Entry.EntryId)).Select(entry => entry.Entry)];
                    return neither.Count == 0 && both.Count == 0;
                },
                "the ledger tells what left from what did not",
                within ?? FaultyPlatform.Mended);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{neither.Count} authorised entries neither left nor were called off; {both.Count} left and were called off.");
        }
    }

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = new NpgsqlConnection(platform.Postgres.To(platform.LedgerDatabase));
        await connection.OpenAsync();
#pragma warning disable CA2100 // The texts stand above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }
}

/// <summary>An entry as stored; <see cref="Instance"/> is null for casework.</summary>
internal sealed record LedgerRow(long Position, string LeafHash, string? Instance, byte[] Bytes)
{
    public DisclosureEntry Read() =>
        DisclosureEntry.TryRead(Bytes, out var entry) ? entry : throw new InvalidOperationException($"Entry {Position} is not of version 1.");
}

internal sealed record LedgerAlarm(string Kind, string? Instance, string Detail);
