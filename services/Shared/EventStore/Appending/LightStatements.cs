using Npgsql;
using NpgsqlTypes;

namespace Partnership.EventStore;

/// <summary>
/// What is appended most often, one event to an existing stream, without the list of what failed. What these statements
/// leave unwritten, the general one (<see cref="AppendStatement"/>) is asked about.
/// </summary>
internal static class LightStatements
{
    /// <summary>Without arrays. A row comes back if it was written.</summary>
    public static string BuildLone(BatchParts parts) => $"""
        with stream as (
            update mt_streams set version = $3, timestamp = $4
            where id = $1 and version = $2 and not exists (select from partnership.erased_keys where key_id = $5)
            returning id
        ),
        event as (
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, correlation_id, headers)
            select nextval('mt_events_sequence'), $6, id, $3, $7, $8, $4, $9, $10 from stream
        )
        {(parts.HasFlag(BatchParts.Published) ? $"""
        ,
        publication as (
            insert into partnership.publications (stream_id, version, number)
            select id, $3, 1 + {LastNumber("$1", "$2")} from stream
        )
        """ : "")}
        select from stream
        """;

    /// <summary>Over arrays. The places of those that were written come back, from 1.</summary>
    public static string BuildSimple(BatchParts parts) => $"""
        with asked as materialized (
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9{(parts.HasFlag(BatchParts.Published) ? ", $10" : "")})
                with ordinality as a (stream_id, expected, at, key_id, id, data, type, correlation, headers{(parts.HasFlag(BatchParts.Published) ? ", published" : "")}, place)
        ),
        written as (
            update mt_streams m set version = a.expected + 1, timestamp = a.at
            from asked a
            where m.id = a.stream_id and m.version = a.expected
            and not exists (select from partnership.erased_keys k where k.key_id = a.key_id)
            returning a.*
        ),
        events as (
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, correlation_id, headers)
            select nextval('mt_events_sequence'), id, stream_id, expected + 1, data, type, at, correlation, headers from written
        )
        {(parts.HasFlag(BatchParts.Published) ? $"""
        ,
        publications as (
            insert into partnership.publications (stream_id, version, number)
            select w.stream_id, w.expected + 1, 1 + {LastNumber("w.stream_id", "w.expected")} from written w where w.published > 0
        )
        """ : "")}
        select place from written
        """;

    public static List<NpgsqlParameter> LoneParameters() =>
    [
        Of<Guid>(NpgsqlDbType.Uuid), Of<long>(NpgsqlDbType.Bigint), Of<long>(NpgsqlDbType.Bigint), Of<DateTime>(NpgsqlDbType.TimestampTz),
        Of<Guid>(NpgsqlDbType.Uuid), Of<Guid>(NpgsqlDbType.Uuid), Of<byte[]>(NpgsqlDbType.Jsonb), Of<string>(NpgsqlDbType.Text),
        Of<string?>(NpgsqlDbType.Text), Of<byte[]>(NpgsqlDbType.Jsonb),
    ];

    public static List<NpgsqlParameter> SimpleParameters(BatchParts parts)
    {
        List<NpgsqlParameter> list =
        [
            AppendStatement.ArrayOf<Guid>(NpgsqlDbType.Uuid), AppendStatement.ArrayOf<long>(NpgsqlDbType.Bigint),
            AppendStatement.ArrayOf<DateTime>(NpgsqlDbType.TimestampTz), AppendStatement.ArrayOf<Guid>(NpgsqlDbType.Uuid),
            AppendStatement.ArrayOf<Guid>(NpgsqlDbType.Uuid), AppendStatement.ArrayOf<byte[]>(NpgsqlDbType.Jsonb),
            AppendStatement.ArrayOf<string>(NpgsqlDbType.Text), AppendStatement.ArrayOf<string?>(NpgsqlDbType.Text),
            AppendStatement.ArrayOf<byte[]>(NpgsqlDbType.Jsonb),
        ];
        if (parts.HasFlag(BatchParts.Published))
            list.Add(AppendStatement.ArrayOf<int>(NpgsqlDbType.Integer));
        return list;
    }

    public static void FillLone(ParameterValues values, PreparedStream stream, PreparedEvent added)
    {
        values.Next(stream.StreamId);
        values.Next(stream.Expected);
        values.Next(stream.Version);
        values.Next(added.At);
        values.Next(stream.KeyId);
        values.Next(added.Id);
        values.Next(added.Data);
        values.Next(added.Type);
        values.Next(added.Correlation);
        values.Next(added.Headers);
    }

    public static void FillSimple(ParameterValues values, BatchParts parts, IReadOnlyList<PreparedAppend> batch)
    {
        values.Next(Map(batch, append => append.Streams[0].StreamId));
        values.Next(Map(batch, append => append.Streams[0].Expected));
        values.Next(Map(batch, append => append.Events[0].At));
        values.Next(Map(batch, append => append.Streams[0].KeyId));
        values.Next(Map(batch, append => append.Events[0].Id));
        values.Next(Map(batch, append => append.Events[0].Data));
        values.Next(Map(batch, append => append.Events[0].Type));
        values.Next(Map(batch, append => append.Events[0].Correlation));
        values.Next(Map(batch, append => append.Events[0].Headers));
        if (parts.HasFlag(BatchParts.Published))
            values.Next(Map(batch, append => append.Events[0].Published));
    }

    /// <summary>The last publication number of a stream: mostly that of the event before, which one look finds.</summary>
    private static string LastNumber(string stream, string expected) => $"""
        coalesce(
            (select p.number from partnership.publications p where p.stream_id = {stream} and p.version = {expected}),
            (select p.number from partnership.publications p where p.stream_id = {stream} order by p.version desc limit 1), 0)
        """;

    private static NpgsqlParameter<T> Of<T>(NpgsqlDbType type) => new() { NpgsqlDbType = type };

    private static T[] Map<T>(IReadOnlyList<PreparedAppend> batch, Func<PreparedAppend, T> value)
    {
        var values = new T[batch.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(batch[i]);
        return values;
    }
}

/// <summary>Sets the parameters of a statement one after the other, in the order they were declared.</summary>
internal sealed class ParameterValues(NpgsqlParameterCollection parameters)
{
    private int next;

    public void Next<T>(T value) => ((NpgsqlParameter<T>)parameters[next++]).TypedValue = value;
}
