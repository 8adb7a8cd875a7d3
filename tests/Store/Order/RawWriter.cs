using Npgsql;
using NpgsqlTypes;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store.Order;

/// <summary>Appends with SQL of its own: by the rules, or with one of them broken.</summary>
internal static class RawWriter
{
    public const string OrderingLock = "select pg_advisory_xact_lock(x'504152544f524452'::bigint)";

    public static async Task<AppendVerdict> AppendAsync(NpgsqlDataSource source, Append append, Breakage breakage, Random random)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (breakage == Breakage.NumbersBeforeLock)
        {
            var events = append.Streams.Sum(stream => stream.Events.Count);
            await ExecuteAsync(connection, $"create temp table numbers on commit drop as select nextval('mt_events_sequence') as n from generate_series(1, {events})");
            await Task.Delay(random.Next(3));
            await ExecuteAsync(connection, OrderingLock);
        }
        else if (breakage != Breakage.NoLock)
        {
            await ExecuteAsync(connection, OrderingLock);
        }

        foreach (var stream in append.Streams)
        {
            if (await ActualAsync(connection, stream.StreamId) is var actual && actual != stream.ExpectedVersion)
                return new AppendVerdict.Conflict(stream.StreamId, actual);
        }

        try
        {
            await InsertAsync(connection, append, breakage == Breakage.NumbersBeforeLock);
        }
        catch (PostgresException lost) when (lost.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await transaction.RollbackAsync();
            return new AppendVerdict.Conflict(append.Streams[0].StreamId, await ActualAsync(connection, append.Streams[0].StreamId));
        }

        if (breakage == Breakage.NoLock)
            await Task.Delay(random.Next(3));
        if (breakage == Breakage.AnswersBeforeCommit && random.Next(5) == 0)
            await transaction.RollbackAsync();
        else
            await transaction.CommitAsync();
        return new AppendVerdict.Written(append.Streams.ToDictionary(stream => stream.StreamId, stream => stream.ExpectedVersion + stream.Events.Count));
    }

    /// <summary>Stream rows and events, in a transaction of the caller's.</summary>
    public static async Task InsertAsync(NpgsqlConnection connection, Append append, bool numbered = false)
    {
        foreach (var stream in append.Streams.Where(stream => stream.Events.Count > 0))
        {
            await ExecuteAsync(
                connection,
                """
                insert into mt_streams (id, type, version) values ($1, 'test_stream', $2)
                on conflict (id) do update set version = excluded.version
                """, stream.StreamId, stream.ExpectedVersion + stream.Events.Count);
            var version = stream.ExpectedVersion;
            foreach (var added in stream.Events)
            {
                var number = "nextval('mt_events_sequence')";
                if (numbered)
                {
                    await using var take = new NpgsqlCommand("delete from numbers where n = (select min(n) from numbers) returning n", connection);
                    number = $"{await take.ExecuteScalarAsync()}";
                }

                await ExecuteAsync(
                    connection,
                    $$"""
                    insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp)
                    values ({{number}}, $1, $2, $3, '{}', $4, now())
                    """, added.Id, stream.StreamId, ++version, Sample.Types.NameOf(added.Data.GetType()));
                if (added.Data is Noted)
                {
                    await ExecuteAsync(
                        connection,
                        """
                        insert into partnership.publications (stream_id, version, number)
                        select $1, $2, 1 + coalesce((select max(number) from partnership.publications where stream_id = $1), 0)
                        """, stream.StreamId, version);
                }
            }
        }
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] arguments)
    {
#pragma warning disable CA2100 // Text and numbers of the tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> ActualAsync(NpgsqlConnection connection, Guid stream)
    {
        await using var command = new NpgsqlCommand("select version from mt_streams where id = $1", connection);
        command.Parameters.Add(new() { Value = stream, NpgsqlDbType = NpgsqlDbType.Uuid });
        return (long?)await command.ExecuteScalarAsync() ?? 0;
    }
}
