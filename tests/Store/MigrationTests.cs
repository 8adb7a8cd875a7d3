using Npgsql;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;

namespace Partnership.Tests.Store;

public sealed class MigrationTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrating_twice_and_at_once_changes_nothing()
    {
        var (databases, options) = await EmptyAsync();
        await using (databases)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EventStoreMigration.MigrateAsync(options, Ct)));
            await using var store = databases.Open();
            await store.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
            await EventStoreMigration.MigrateAsync(options, Ct);
            await EventStoreMigration.CheckVersionAsync(options, Ct);
            Assert.Equal(1, await databases.AskAsync<long>("select count(*) from mt_events"));
        }
    }

    /// <summary>The index on views is built beside appends, however long that takes; no time-out of a command ends it.</summary>
    [Fact]
    public async Task A_long_migration_of_a_database_in_use_ends_and_holds_up_no_append()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await using var live = databases.Open();
        var (stream, companion) = (Sample.Id(), Sample.Id());
        await live.NoteAsync(stream, companion, "first");
        await databases.RunAsync(Undo);
        await using var holder = await databases.ConnectAsync();
        await using var transaction = await holder.BeginTransactionAsync(Ct);
        await ExecuteAsync(holder, "lock table partnership.views in row exclusive mode");
        var options = databases.Options();
        options.MigratorConnectionString += ";Command Timeout=1";

        var migration = EventStoreMigration.MigrateAsync(options, Ct);
        await Eventually.Async(
            async () => await databases.AskAsync<long>(
                "select count(*) from pg_stat_activity where query like 'create index concurrently%' and wait_event_type = 'Lock' and query_start < clock_timestamp() - interval '1500 ms'") > 0,
            "the index waits for the holder, for longer than a command may take");
        Sample.AssertWritten(await live.NoteAsync(stream, companion, "second"), stream, 2);
        Assert.False(migration.IsCompleted);
        await transaction.RollbackAsync(Ct);
        await migration;

        await EventStoreMigration.CheckVersionAsync(options, Ct);
        Assert.True(await databases.AskAsync<bool>("select indisvalid from pg_index where indexrelid = 'partnership.views_key'::regclass"));
    }

    /// <summary>What would stop appends gives way to whoever is there, and comes again.</summary>
    [Fact]
    public async Task A_migration_that_has_to_wait_for_a_lock_lets_others_go_first()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await databases.RunAsync(Undo);
        // The index is there, so that the rest meets the holder.
        await databases.RunAsync("create index views_key on partnership.views (key_id)");
        await using var holder = await databases.ConnectAsync();
        await using var transaction = await holder.BeginTransactionAsync(Ct);
        await ExecuteAsync(holder, "lock table partnership.views in share update exclusive mode");

        var migration = EventStoreMigration.MigrateAsync(databases.Options(), Ct);
        const string Waits = "select count(*) from pg_locks where relation = 'partnership.views'::regclass and not granted";
        for (var round = 0; round < 2; round++)
        {
            await Eventually.Async(async () => await databases.AskAsync<long>(Waits) > 0, "it waits");
            await Eventually.Async(async () => await databases.AskAsync<long>(Waits) == 0, "it gives way");
        }

        Assert.False(migration.IsCompleted);
        await transaction.RollbackAsync(Ct);
        await migration;
        await EventStoreMigration.CheckVersionAsync(databases.Options(), Ct);
    }

    [Fact]
    public async Task An_index_that_was_not_finished_is_built_again()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await databases.RunAsync(Undo);
        await databases.RunAsync(
            "create index views_key on partnership.views (key_id); update pg_index set indisvalid = false where indexrelid = 'partnership.views_key'::regclass");

        await EventStoreMigration.MigrateAsync(databases.Options(), Ct);

        Assert.True(await databases.AskAsync<bool>("select indisvalid from pg_index where indexrelid = 'partnership.views_key'::regclass"));
    }

    [Fact]
    public async Task A_host_refuses_databases_that_were_not_migrated()
    {
        var (databases, options) = await EmptyAsync();
        await using (databases)
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => EventStoreMigration.CheckVersionAsync(options, Ct));
            Assert.Contains("run migrate", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_host_accepts_a_newer_compatible_version_and_refuses_an_incompatible_one()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        await databases.RunAsync("insert into partnership.schema_version values (1000, 1)");
        await EventStoreMigration.CheckVersionAsync(databases.Options(), Ct);
        await databases.RunAsync("insert into partnership.schema_version values (1001, 1001)");
        await Assert.ThrowsAsync<InvalidOperationException>(() => EventStoreMigration.CheckVersionAsync(databases.Options(), Ct));
    }

    /// <summary>Column by column what a live database of Marten 9.29 has; a column or index of ours would be dropped by it.</summary>
    [Fact]
    public async Task The_event_tables_are_Martens()
    {
        await using var databases = await fixture.CreateAsync();
        Assert.Equal(
            """
            mt_event_progression.last_seq_id int8
            mt_event_progression.last_updated timestamptz
            mt_event_progression.name varchar not null
            mt_events.bdata bytea
            mt_events.causation_id varchar
            mt_events.correlation_id varchar
            mt_events.data jsonb not null
            mt_events.headers jsonb
            mt_events.id uuid not null
            mt_events.is_archived bool
            mt_events.mt_dotnet_type varchar
            mt_events.seq_id int8 not null
            mt_events.stream_id uuid
            mt_events.tenant_id varchar
            mt_events.timestamp timestamptz not null
            mt_events.type varchar(500) not null
            mt_events.version int8 not null
            mt_streams.created timestamptz not null
            mt_streams.id uuid not null
            mt_streams.is_archived bool
            mt_streams.tenant_id varchar
            mt_streams.timestamp timestamptz not null
            mt_streams.type varchar
            mt_streams.version int8
            """,
            await databases.AskAsync<string>(
                """
                select string_agg(table_name || '.' || column_name || ' ' || udt_name || coalesce('(' || character_maximum_length || ')', '')
                    || case is_nullable when 'NO' then ' not null' else '' end, E'\n' order by table_name collate "C", column_name collate "C")
                from information_schema.columns where table_schema = 'public'
                """));
        Assert.Equal(
            "pk_mt_event_progression pk_mt_events_stream_and_version pkey_mt_events_seq_id pkey_mt_streams_id",
            await databases.AskAsync<string>("""select string_agg(indexname, ' ' order by indexname collate "C") from pg_indexes where schemaname = 'public'"""));
        Assert.Equal(
            "fkey_mt_events_stream_id c mt_streams",
            await databases.AskAsync<string>("select string_agg(conname || ' ' || confdeltype::text || ' ' || confrelid::regclass, ',') from pg_constraint where contype = 'f'"));
        Assert.Equal(
            "mt_events.seq_id 1 1",
            await databases.AskAsync<string>(
                """
                select d.refobjid::regclass || '.' || a.attname || ' ' || s.seqstart || ' ' || s.seqcache
                from pg_sequence s join pg_depend d on d.objid = s.seqrelid and d.deptype = 'a'
                join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid where s.seqrelid = 'mt_events_sequence'::regclass
                """));
    }

    [Fact]
    public async Task Rows_are_as_Marten_writes_them()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await store.Events.AppendAsync(Sample.One(stream, 0, new Pondered("a"), new Pondered("b")), Ct);
        await store.Events.AppendAsync(Sample.One(stream, 2, new Pondered("c")), Ct);

        Assert.Equal("test_stream 3 *DEFAULT* false", await databases.AskAsync<string>("select concat_ws(' ', type, version, tenant_id, case when is_archived then 'true' else 'false' end) from mt_streams"));
        Assert.Equal(
            """
            1 1 test.pondered.v1 {"Code": "a"} *DEFAULT* 0
            2 2 test.pondered.v1 {"Code": "b"} *DEFAULT* 0
            3 3 test.pondered.v1 {"Code": "c"} *DEFAULT* 0
            """,
            await databases.AskAsync<string>(
                """
                select string_agg(concat_ws(' ', seq_id, version, type, data, tenant_id, num_nonnulls(bdata, mt_dotnet_type, causation_id)), E'\n' order by seq_id)
                from mt_events
                """));
    }

    /// <summary>Back to version 1.</summary>
    private const string Undo =
        "delete from partnership.schema_version where version = 2; drop index partnership.views_key; drop table partnership.view_generations, partnership.parked_rows";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Constants of these tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }

    private async Task<(StoreDatabases Databases, EventStoreOptions Options)> EmptyAsync()
    {
        var (events, keys) = await fixture.CreateEmptyAsync();
        return (new StoreDatabases(fixture, events, keys).Spoilt(), fixture.OptionsFor(events, keys));
    }
}
