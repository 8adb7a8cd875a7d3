namespace Partnership.EventStore;

/// <summary>One step of a schema, applied once and never changed after its release.</summary>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="CompatibleFrom">The oldest version of the code's schema that still runs on this one (expand, then contract).</param>
/// <param name="Sql">In one transaction; a lock that it cannot have soon makes it give way and try again.</param>
internal sealed record SchemaStep(int Version, int CompatibleFrom, string Sql)
{
    /// <summary>Indexes built before that on tables of earlier steps, by name, without stopping those who write.</summary>
    public IReadOnlyDictionary<string, string> Indexes { get; init; } = new Dictionary<string, string>();
}

/// <summary>Tables of a service's own database.</summary>
internal static class EventSchema
{
    /// <summary>
    /// Marten's own tables, to the letter, so that Marten can open the database; columns or indexes of ours here would be
    /// dropped by it without a word. What we need beyond stands in the schema <c>partnership</c>, which Marten leaves alone.
    /// </summary>
    private const string First = """
        create table if not exists mt_streams (
            id          uuid                     not null constraint pkey_mt_streams_id primary key,
            type        varchar                  null,
            version     bigint                   null,
            timestamp   timestamp with time zone not null default now(),
            created     timestamp with time zone not null default now(),
            tenant_id   varchar                  null default '*DEFAULT*',
            is_archived boolean                  null default false
        );

        create sequence if not exists mt_events_sequence;

        create table if not exists mt_events (
            seq_id         bigint                   not null constraint pkey_mt_events_seq_id primary key,
            id             uuid                     not null,
            stream_id      uuid                     null
                constraint fkey_mt_events_stream_id references mt_streams (id) on delete cascade,
            version        bigint                   not null,
            data           jsonb                    not null,
            bdata          bytea                    null,
            type           varchar(500)             not null,
            timestamp      timestamp with time zone not null default now(),
            tenant_id      varchar                  null default '*DEFAULT*',
            mt_dotnet_type varchar                  null,
            correlation_id varchar                  null,
            causation_id   varchar                  null,
            headers        jsonb                    null,
            is_archived    boolean                  null default false
        );
        create unique index if not exists pk_mt_events_stream_and_version on mt_events (stream_id, version);
        alter sequence mt_events_sequence owned by mt_events.seq_id;

        create table if not exists mt_event_progression (
            name         varchar                  not null constraint pk_mt_event_progression primary key,
            last_seq_id  bigint                   null,
            last_updated timestamp with time zone null default transaction_timestamp()
        );

        -- The gapless number of each published event within its stream, given when it is appended.
        create table partnership.publications (
            stream_id uuid   not null,
            version   bigint not null,
            number    bigint not null,
            primary key (stream_id, version)
        );

        create table partnership.idempotency (
            key       bytea       not null primary key,
            body_hash bytea       not null,
            status    integer     not null,
            location  text        null,
            subject   uuid        not null,
            at        timestamptz not null
        );
        create index idempotency_subject on partnership.idempotency (subject);
        create index idempotency_at on partnership.idempotency (at);

        -- Per consumer and stream: all numbers up to "contiguous" are applied, and those of "later".
        create table partnership.inbox (
            consumer   text     not null,
            stream_id  uuid     not null,
            contiguous bigint   not null,
            later      bigint[] not null,
            primary key (consumer, stream_id)
        );

        create table partnership.views (
            view     text   not null,
            id       uuid   not null,
            version  bigint not null,
            body     bytea  not null,
            key_id   uuid   not null,
            reach    text[] not null,
            sort_key bigint not null,
            primary key (view, id)
        );
        create index views_page on partnership.views (view, sort_key desc, id desc);
        create index views_reach on partnership.views using gin (reach) with (fastupdate = off);

        -- Keyed hashes by which people are found. Deletable, and deleted when their key is destroyed.
        create table partnership.search_terms (
            view   text  not null,
            id     uuid  not null,
            kind   text  not null,
            hash   bytea not null,
            key_id uuid  not null,
            primary key (view, id, kind, hash, key_id)
        );
        create index search_terms_hash on partnership.search_terms (hash, kind, view);
        create index search_terms_key on partnership.search_terms (key_id);

        -- Keys that have been destroyed: an append sealed with one, still under way, is refused.
        create table partnership.erased_keys (
            key_id uuid        not null primary key,
            at     timestamptz not null
        );

        create table partnership.publisher (
            name     text   not null primary key,
            position bigint not null,
            epoch    bigint not null
        );
        insert into partnership.publisher (name, position, epoch) values ('bus', 0, 0) on conflict do nothing;

        -- Streams whose messages wait because one of their events could not be mapped.
        create table partnership.parked_streams (
            stream_id uuid        not null primary key,
            version   bigint      not null,
            seq_id    bigint      not null,
            reason    text        not null,
            at        timestamptz not null
        );
        """;

    /// <summary>Views: made anew while the service runs, and blank when their key is destroyed.</summary>
    private const string Second = """
        -- Room for the next version of a row beside it: then no index is touched, the costly one of reaches above all.
        alter table partnership.views set (fillfactor = 60);

        -- Which generation of a subscribed view is read: its rows are stored as "name#generation". Of an inline view, which
        -- is made anew in its place, only when that was last done.
        create table partnership.view_generations (
            view       text        not null primary key,
            generation integer     not null,
            rebuilt    timestamptz null
        );

        -- Rows of subscribed views that wait for an event that could not be applied. With seq_id 0 the row is folded anew.
        create table partnership.parked_rows (
            view   text        not null,
            id     uuid        not null,
            seq_id bigint      not null,
            reason text        not null,
            at     timestamptz not null,
            primary key (view, id)
        );

        update partnership.views v set body = '', reach = '{}', sort_key = 0
        from partnership.erased_keys k where k.key_id = v.key_id;
        """;

    public static IReadOnlyList<SchemaStep> Steps { get; } =
    [
        new(1, 1, First),
        new(2, 1, Second) { Indexes = new Dictionary<string, string> { ["views_key"] = "on partnership.views (key_id)" } },
    ];

    /// <summary>What the run-time role may do: no delete and no rewriting of events, only of side tables that expire.</summary>
    public static string Grants(string role) => $"""
        grant usage on schema public, partnership to {role};
        grant select, insert, update on mt_streams to {role};
        grant select, insert on mt_events to {role};
        grant usage, select on sequence mt_events_sequence to {role};
        grant select, insert, update, delete on mt_event_progression to {role};
        grant select, insert on partnership.publications, partnership.erased_keys to {role};
        grant select, insert, update on partnership.inbox, partnership.view_generations to {role};
        grant select, insert, update, delete on partnership.idempotency, partnership.views, partnership.search_terms to {role};
        grant select, insert, update, delete on partnership.parked_streams, partnership.parked_rows to {role};
        grant select, update on partnership.publisher to {role};
        grant select on partnership.schema_version to {role};
        """;
}

/// <summary>Tables of the key database, apart from the events so that one without the other opens nothing.</summary>
internal static class KeySchema
{
    private const string First = """
        create table partnership.data_keys (
            key_id          uuid        not null primary key,
            subject         uuid        not null,
            retention_class text        not null,
            owner           text        not null,
            wrapped         bytea       null,
            created         timestamptz not null,
            destroyed       timestamptz null,
            unique (subject, retention_class, owner),
            constraint destroyed_keys_are_empty check ((wrapped is null) = (destroyed is not null))
        -- Remains of a destroyed key leave the table's file soon, not when a fifth of the table has changed.
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);
        """;

    public static IReadOnlyList<SchemaStep> Steps { get; } = [new(1, 1, First)];

    /// <summary>A destroyed key stays as an empty row, so the run-time role deletes none.</summary>
    public static string Grants(string role) => $"""
        grant usage on schema partnership to {role};
        grant select, insert, update on partnership.data_keys to {role};
        grant select on partnership.schema_version to {role};
        """;
}
