using System.Collections.Concurrent;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Partnership.EventStore;

/// <summary>Which parts a batch has; each combination is a statement of its own, prepared once a connection.</summary>
[Flags]
internal enum BatchParts
{
    None = 0,
    Published = 1,
    Views = 2,
    Idempotency = 4,
    Inbox = 8,

    /// <summary>One event for one existing stream and nothing else: a lighter statement of its own.</summary>
    Lone = 16,

    /// <summary>Several of these: the same over arrays.</summary>
    Simple = 32,
}

/// <summary>
/// The one statement that writes a batch. It judges each append against what is committed, writes those without fault,
/// all streams of an append or none, and returns the others with what stood against them.
/// </summary>
/// <remarks>
/// It runs as the statement after the lock, under READ COMMITTED, so that its snapshot is taken while the lock is held and
/// shows whatever earlier holders committed. <c>nextval</c> is called in the order of the events, under the lock.
/// </remarks>
internal static class AppendStatement
{
    /// <summary>The database's ordering lock: order of sequence numbers and order of commits are the same thing.</summary>
    public const long OrderingLock = 0x5041_5254_4F52_4452;

    // Of several, the highest is the answer: a message that is early or late says nothing about the versions it met.
    public const int Conflict = 1;
    public const int Erased = 2;
    public const int TooEarly = 3;
    public const int DuplicateMessage = 4;
    public const int AlreadyDone = 5;

    /// <summary>Separates the entries of a reach inside one text; it cannot stand in a code.</summary>
    public const char ReachSeparator = '\u001f';

    private static readonly ConcurrentDictionary<BatchParts, string> Texts = new();

    public static BatchParts PartsOf(IReadOnlyList<PreparedAppend> batch)
    {
        var parts = BatchParts.None;
        var simple = true;
        foreach (var append in batch)
        {
            simple &= append is { AskWhy: false, Streams: [{ Expected: > 0 }], Events.Length: 1, Views.Length: 0, Idempotency: null, Inbox: null };
            parts |= (append.HasPublished ? BatchParts.Published : 0)
                | (append.Views.Length > 0 ? BatchParts.Views : 0)
                | (append.Idempotency is not null ? BatchParts.Idempotency : 0)
                | (append.Inbox is not null ? BatchParts.Inbox : 0);
        }

        return !simple ? parts : parts | (batch.Count == 1 ? BatchParts.Lone : BatchParts.Simple);
    }

    /// <summary>
    /// Lock and write, one round trip and one transaction: what is sent before one Sync message belongs together, and the
    /// Sync commits it. The server needs nothing more of us to finish, so the lock is never held for a slow client.
    /// </summary>
    public static NpgsqlBatch Create(BatchParts parts, NpgsqlConnection connection)
    {
        var write = new NpgsqlBatchCommand(Texts.GetOrAdd(parts, static parts => parts switch
        {
            _ when parts.HasFlag(BatchParts.Lone) => LightStatements.BuildLone(parts),
            _ when parts.HasFlag(BatchParts.Simple) => LightStatements.BuildSimple(parts),
            _ => Build(parts),
        }));
        var parameters = parts switch
        {
            _ when parts.HasFlag(BatchParts.Lone) => LightStatements.LoneParameters(),
            _ when parts.HasFlag(BatchParts.Simple) => LightStatements.SimpleParameters(parts),
            _ => Parameters(parts),
        };
        foreach (var parameter in parameters)
            write.Parameters.Add(parameter);
        return new NpgsqlBatch(connection)
        {
            BatchCommands = { new($"select pg_advisory_xact_lock({OrderingLock})"), write },
        };
    }

    public static void Fill(NpgsqlBatch statement, BatchParts parts, IReadOnlyList<PreparedAppend> batch)
    {
        var values = new ParameterValues(statement.BatchCommands[1].Parameters);
        if (parts.HasFlag(BatchParts.Lone))
        {
            LightStatements.FillLone(values, batch[0].Streams[0], batch[0].Events[0]);
            return;
        }

        if (parts.HasFlag(BatchParts.Simple))
        {
            LightStatements.FillSimple(values, parts, batch);
            return;
        }

        var streams = Flatten(batch, append => append.Streams);
        values.Next(streams.Map(x => x.Append));
        values.Next(streams.Map(x => x.Item.StreamId));
        values.Next(streams.Map(x => x.Item.Type));
        values.Next(streams.Map(x => x.Item.Expected));
        values.Next(streams.Map(x => x.Item.Version));
        values.Next(streams.Map(x => x.Item.At));
        values.Next(streams.Map(x => x.Item.KeyId));
        var events = Flatten(batch, append => append.Events);
        values.Next(events.Map(x => x.Append));
        values.Next(events.Map(x => x.Item.StreamId));
        values.Next(events.Map(x => x.Item.Version));
        values.Next(events.Map(x => x.Item.Id));
        values.Next(events.Map(x => x.Item.Type));
        values.Next(events.Map(x => x.Item.Data));
        values.Next(events.Map(x => x.Item.At));
        values.Next(events.Map(x => x.Item.Correlation));
        values.Next(events.Map(x => x.Item.Headers));
        if (parts.HasFlag(BatchParts.Published))
            values.Next(events.Map(x => x.Item.Published));
        if (parts.HasFlag(BatchParts.Views))
        {
            var views = Flatten(batch, append => append.Views);
            values.Next(views.Map(x => x.Append));
            values.Next(views.Map(x => x.Item.View));
            values.Next(views.Map(x => x.Item.Id));
            values.Next(views.Map(x => x.Item.Version));
            values.Next(views.Map(x => x.Item.Body));
            values.Next(views.Map(x => x.Item.KeyId));
            values.Next(views.Map(x => x.Item.Reach));
            values.Next(views.Map(x => x.Item.SortKey));
            var terms = views.SelectMany(x => x.Item.Search, (x, term) => (x.Item, Term: term)).ToArray();
            values.Next(terms.Map(x => x.Item.View));
            values.Next(terms.Map(x => x.Item.Id));
            values.Next(terms.Map(x => x.Term.Kind));
            values.Next(terms.Map(x => x.Term.Hash));
            values.Next(terms.Map(x => x.Item.KeyId));
        }

        if (parts.HasFlag(BatchParts.Idempotency))
        {
            var rows = Flatten<PreparedIdempotency>(batch, append => append.Idempotency is { } row ? [row] : []);
            values.Next(rows.Map(x => x.Append));
            values.Next(rows.Map(x => x.Item.Key));
            values.Next(rows.Map(x => x.Item.BodyHash));
            values.Next(rows.Map(x => x.Item.Status));
            values.Next(rows.Map(x => x.Item.Location));
            values.Next(rows.Map(x => x.Item.Subject));
            values.Next(rows.Map(x => x.Item.At));
        }

        if (parts.HasFlag(BatchParts.Inbox))
        {
            var rows = Flatten<InboxRow>(batch, append => append.Inbox is { } row ? [row] : []);
            values.Next(rows.Map(x => x.Append));
            values.Next(rows.Map(x => x.Item.Consumer));
            values.Next(rows.Map(x => x.Item.StreamId));
            values.Next(rows.Map(x => x.Item.PublicationNumber));
            values.Next(rows.Map(x => x.Item.InOrder));
        }
    }

    private static (int Append, T Item)[] Flatten<T>(IReadOnlyList<PreparedAppend> batch, Func<PreparedAppend, T[]> part)
    {
        var rows = new List<(int, T)>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            foreach (var item in part(batch[i]))
                rows.Add((i, item));
        }

        return [.. rows];
    }

    private static TTo[] Map<TFrom, TTo>(this TFrom[] rows, Func<TFrom, TTo> value) => Array.ConvertAll(rows, row => value(row));

    private static List<NpgsqlParameter> Parameters(BatchParts parts)
    {
        List<NpgsqlParameter> list =
        [
            ArrayOf<int>(NpgsqlDbType.Integer), ArrayOf<Guid>(NpgsqlDbType.Uuid), ArrayOf<string>(NpgsqlDbType.Text), ArrayOf<long>(NpgsqlDbType.Bigint),
            ArrayOf<long>(NpgsqlDbType.Bigint), ArrayOf<DateTime>(NpgsqlDbType.TimestampTz), ArrayOf<Guid>(NpgsqlDbType.Uuid),
            ArrayOf<int>(NpgsqlDbType.Integer), ArrayOf<Guid>(NpgsqlDbType.Uuid), ArrayOf<long>(NpgsqlDbType.Bigint), ArrayOf<Guid>(NpgsqlDbType.Uuid),
            ArrayOf<string>(NpgsqlDbType.Text), ArrayOf<byte[]>(NpgsqlDbType.Jsonb), ArrayOf<DateTime>(NpgsqlDbType.TimestampTz),
            ArrayOf<string?>(NpgsqlDbType.Text), ArrayOf<byte[]>(NpgsqlDbType.Jsonb),
        ];
        if (parts.HasFlag(BatchParts.Published))
            list.Add(ArrayOf<int>(NpgsqlDbType.Integer));
        if (parts.HasFlag(BatchParts.Views))
        {
            list.AddRange(
            [
                ArrayOf<int>(NpgsqlDbType.Integer), ArrayOf<string>(NpgsqlDbType.Text), ArrayOf<Guid>(NpgsqlDbType.Uuid), ArrayOf<long>(NpgsqlDbType.Bigint),
                ArrayOf<byte[]>(NpgsqlDbType.Bytea), ArrayOf<Guid>(NpgsqlDbType.Uuid), ArrayOf<string>(NpgsqlDbType.Text), ArrayOf<long>(NpgsqlDbType.Bigint),
                ArrayOf<string>(NpgsqlDbType.Text), ArrayOf<Guid>(NpgsqlDbType.Uuid), ArrayOf<string>(NpgsqlDbType.Text), ArrayOf<byte[]>(NpgsqlDbType.Bytea),
                ArrayOf<Guid>(NpgsqlDbType.Uuid),
            ]);
        }

        if (parts.HasFlag(BatchParts.Idempotency))
        {
            list.AddRange(
            [
                ArrayOf<int>(NpgsqlDbType.Integer), ArrayOf<byte[]>(NpgsqlDbType.Bytea), ArrayOf<byte[]>(NpgsqlDbType.Bytea), ArrayOf<int>(NpgsqlDbType.Integer),
                ArrayOf<string?>(NpgsqlDbType.Text), ArrayOf<Guid>(NpgsqlDbType.Uuid), ArrayOf<DateTime>(NpgsqlDbType.TimestampTz),
            ]);
        }

        if (parts.HasFlag(BatchParts.Inbox))
        {
            list.AddRange(
            [
                ArrayOf<int>(NpgsqlDbType.Integer), ArrayOf<string>(NpgsqlDbType.Text), ArrayOf<Guid>(NpgsqlDbType.Uuid), ArrayOf<long>(NpgsqlDbType.Bigint),
                ArrayOf<bool>(NpgsqlDbType.Boolean),
            ]);
        }

        return list;
    }

    public static NpgsqlParameter<T[]> ArrayOf<T>(NpgsqlDbType element) => new() { NpgsqlDbType = NpgsqlDbType.Array | element };

    private static string Build(BatchParts parts)
    {
        var published = parts.HasFlag(BatchParts.Published);
        var views = parts.HasFlag(BatchParts.Views);
        var idempotency = parts.HasFlag(BatchParts.Idempotency);
        var inbox = parts.HasFlag(BatchParts.Inbox);
        // In the order of Parameters.
        var next = 17;
        var number = published ? $", ${next++}" : "";
        var (viewRows, terms) = views ? (Numbers(8), Numbers(5)) : ("", "");
        var asked = idempotency ? Numbers(7) : "";
        var message = inbox ? Numbers(5) : "";
        var sql = new StringBuilder("""
            with judged as materialized (
                select s.*, coalesce(m.version, 0) as actual, k.key_id is not null as erased
                from unnest($1, $2, $3, $4, $5, $6, $7) as s (append, stream_id, type, expected, version, at, key_id)
                left join mt_streams m on m.id = s.stream_id
                left join partnership.erased_keys k on k.key_id = s.key_id
            ),

            """);
        if (idempotency)
        {
            sql.Append($"""
                asked as materialized (
                    select * from unnest({asked}) as i (append, key, body_hash, status, location, subject, at)
                ),
                done as materialized (
                    select a.append, d.body_hash, d.status, d.location, d.subject
                    from asked a join partnership.idempotency d on d.key = a.key and d.at > a.at - interval '7 days'
                ),

                """);
        }

        if (inbox)
        {
            sql.Append($"""
                message as materialized (
                    select n.*, coalesce(b.contiguous, 0) as contiguous, coalesce(b.later, '{"{}"}') as later
                    from unnest({message}) as n (append, consumer, stream_id, number, in_order)
                    left join partnership.inbox b on b.consumer = n.consumer and b.stream_id = n.stream_id
                ),

                """);
        }

        sql.Append($"""
            failed as materialized (
                select append, max(code) as code from (
                    select append, {Conflict} as code from judged where actual <> expected
                    union all select append, {Erased} from judged where erased
            """);
        if (inbox)
        {
            sql.Append($"\n        union all select append, {DuplicateMessage} from message where number <= contiguous or number = any(later)");
            sql.Append($"\n        union all select append, {TooEarly} from message where in_order and number > contiguous + 1");
        }

        if (idempotency)
            sql.Append($"\n        union all select append, {AlreadyDone} from done");
        sql.Append("""

                ) f group by append
            ),
            streams as (
                insert into mt_streams (id, type, version, timestamp, created)
                select stream_id, type, version, at, at from judged
                where version > expected and append not in (select append from failed)
                on conflict (id) do update set version = excluded.version, timestamp = excluded.timestamp
            ),

            """);
        sql.Append($"""
            event as materialized (
                select * from unnest($8, $9, $10, $11, $12, $13, $14, $15, $16{number})
                    with ordinality as e (append, stream_id, version, id, type, data, at, correlation, headers{(published ? ", published" : "")}, place)
                where append not in (select append from failed)
            ),
            events as (
                insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, correlation_id, headers)
                select nextval('mt_events_sequence'), id, stream_id, version, data, type, at, correlation, headers
                from (select * from event order by place) o
            )
            """);
        if (published)
        {
            sql.Append("""
                ,
                publications as (
                    insert into partnership.publications (stream_id, version, number)
                    select e.stream_id, e.version, e.published + case when j.expected = 0 then 0 else coalesce(
                        -- Mostly the event before was published too, and one look finds it.
                        (select p.number from partnership.publications p where p.stream_id = e.stream_id and p.version = j.expected),
                        (select p.number from partnership.publications p where p.stream_id = e.stream_id order by p.version desc limit 1), 0) end
                    from event e join judged j on j.stream_id = e.stream_id where e.published > 0
                )
                """);
        }

        if (views)
            AppendViews(sql, viewRows, terms);
        if (idempotency)
        {
            sql.Append("""
                ,
                remembered as (
                    insert into partnership.idempotency (key, body_hash, status, location, subject, at)
                    select key, body_hash, status, location, subject, at from asked where append not in (select append from failed)
                    on conflict (key) do update set body_hash = excluded.body_hash, status = excluded.status,
                        location = excluded.location, subject = excluded.subject, at = excluded.at
                )
                """);
        }

        if (inbox)
            AppendInbox(sql);
        sql.Append($"""

            select f.append, f.code, c.stream_id, {(inbox ? $"case f.code when {TooEarly} then w.contiguous + 1 else c.actual end" : "c.actual")}{(idempotency ? ", d.body_hash, d.status, d.location, d.subject" : "")}
            from failed f
            left join lateral (
                select stream_id, actual from judged j where j.append = f.append and j.actual <> j.expected limit 1
            ) c on true
            {(inbox ? "left join message w on w.append = f.append" : "")}
            {(idempotency ? "left join done d on d.append = f.append" : "")}
            """);
        return sql.ToString();

        string Numbers(int count)
        {
            var text = string.Join(", ", Enumerable.Range(next, count).Select(n => $"${n}"));
            next += count;
            return text;
        }
    }

    private static void AppendViews(StringBuilder sql, string rows, string terms) => sql.Append($"""
        ,
        view_row as (
            insert into partnership.views (view, id, version, body, key_id, reach, sort_key)
            select view, id, version, body, key_id, coalesce(string_to_array(nullif(reach, ''), E'\x1f'), '{"{}"}'), sort_key
            from unnest({rows}) as v (append, view, id, version, body, key_id, reach, sort_key)
            where append not in (select append from failed)
            on conflict (view, id) do update set version = excluded.version, body = excluded.body, key_id = excluded.key_id,
                reach = excluded.reach, sort_key = excluded.sort_key
            where views.version < excluded.version
            returning view, id
        ),
        term as materialized (
            select t.* from unnest({terms}) as t (view, id, kind, hash, key_id)
            join view_row using (view, id)
        ),
        -- The difference only: a row deleted and inserted in one statement would collide with itself.
        terms_gone as (
            delete from partnership.search_terms s using view_row v
            where s.view = v.view and s.id = v.id
            and not exists (
                select from term t where t.view = s.view and t.id = s.id and t.kind = s.kind and t.hash = s.hash and t.key_id = s.key_id)
        ),
        terms_new as (
            insert into partnership.search_terms (view, id, kind, hash, key_id)
            select view, id, kind, hash, key_id from term
            on conflict do nothing
        )
        """);

    private static void AppendInbox(StringBuilder sql) => sql.Append("""
        ,
        received as (
            insert into partnership.inbox (consumer, stream_id, contiguous, later)
            select m.consumer, m.stream_id, m.contiguous + q.reached, q.later
            from message m,
            lateral (
                -- Sorted, the numbers that follow on without a gap are those at their own distance from the last one.
                select count(*) filter (where n - place = m.contiguous) as reached,
                    coalesce(array_agg(n order by n) filter (where n - place > m.contiguous), '{}') as later
                from (select n, row_number() over (order by n) as place from unnest(m.later || m.number) as n) sorted
            ) q
            where m.append not in (select append from failed)
            on conflict (consumer, stream_id) do update set contiguous = excluded.contiguous, later = excluded.later
        )
        """);
}
