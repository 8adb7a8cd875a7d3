using Npgsql;
using Partnership.InformationSharing;
using Partnership.Tests.Support;
using Xunit;

namespace Partnership.Tests.Platform.InformationSharing;

public sealed class LedgerRoleTests : IAsyncLifetime
{
    private LedgerRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await LedgerRig.CreateAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task The_run_time_role_may_select_and_insert_and_change_nothing()
    {
        await using var connection = await rig.ConnectAsRuntimeAsync();
        foreach (var table in await rig.ColumnAsync("select tablename::text from pg_tables where schemaname = 'ledger'"))
        {
            await ExecuteAsync(connection, $"select count(*) from ledger.{table}");
            foreach (var change in new[]
            {
                $"delete from ledger.{table}",
                $"truncate ledger.{table}",
                $"drop table ledger.{table}",
                $"alter table ledger.{table} add column extra int",
                $"alter table ledger.{table} disable trigger all",
                $"update ledger.{table} set {await rig.ScalarAsync<string>($"select attname::text from pg_attribute where attrelid = 'ledger.{table}'::regclass and attnum = 1")} = null",
            })
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, change));
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
            }
        }

        await ExecuteAsync(connection, "insert into ledger.alarms (key, kind, detail, raised_at) values ('k', 'gap', '1', now())");
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "insert into ledger.schema_version (version) values (2)"));
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "create table ledger.other (x int)"));
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "insert into ledger.alarms select * from ledger.alarms on conflict (key) do update set detail = 'x'"));
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        await rig.MigrateAsync();
        Assert.Equal(1, await rig.ScalarAsync<long>("select count(*) from ledger.schema_version"));
    }

    [Fact]
    public async Task A_host_refuses_a_database_that_was_not_migrated()
    {
        await using var bare = await LedgerRig.CreateAsync(migrate: false);
        await Assert.ThrowsAsync<LedgerSchemaException>(bare.StartHostAsync);
    }

    [Fact]
    public async Task A_host_starts_without_its_database_and_is_ready_once_it_is_there()
    {
        await rig.LetIntoDatabaseAsync(false);
        await rig.StartHostAsync();
        using (var register = await rig.SendAsync(HttpMethod.Get, "/internal/register"))
            Assert.True(register.IsSuccessStatusCode);
        Assert.False(await rig.IsReadyAsync());
        await rig.LetIntoDatabaseAsync(true);
        await Eventually.Async(rig.IsReadyAsync, "the host is ready", TimeSpan.FromSeconds(30));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // The statements are the test's own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
