using Npgsql;

namespace Partnership.InformationSharing;

/// <summary>
/// Tables of the ledger's own database. Made by <c>migrate</c> under the migrating role; the run-time role may select and
/// insert, nothing else, so that what is recorded cannot be changed by whoever runs the service.
/// </summary>
public static class LedgerSchema
{
    /// <summary>What this build writes and reads.</summary>
    public const int Version = 1;

    /// <summary>Key of the advisory lock under which positions are given.</summary>
    public const long SequencerLock = 0x504c_4531;

    private const string Tables =
        """
        create schema if not exists ledger;

        create table if not exists ledger.schema_version (
            version int primary key,
            applied_at timestamptz not null default now());

        -- Batches as they came, exact bytes. Two may claim one sequence number only where the first was not signed.
        create table if not exists ledger.batches (
            instance text not null,
            sequence bigint not null check (sequence >= 1),
            hash bytea not null check (octet_length(hash) = 32),
            previous_hash bytea not null check (octet_length(previous_hash) = 32),
            kind smallint not null,
            signature_ok boolean not null,
            received_at timestamptz not null,
            bytes bytea not null,
            primary key (instance, sequence, hash));

        -- The log: entries as they came, in positions from 0 without gaps. entry_id, scheme and at are copies from the
        -- bytes, null where the bytes are no entry of version 1. The batch's columns are null for casework.
        create table if not exists ledger.entries (
            position bigint primary key check (position >= 0),
            entry_id uuid unique,
            leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
            scheme text,
            at timestamptz,
            instance text,
            sequence bigint,
            ordinal int,
            signature_ok boolean,
            received_at timestamptz not null,
            bytes bytea not null,
            check ((instance is null) = (sequence is null) and (instance is null) = (ordinal is null)
                and (instance is null) = (signature_ok is null)));
        create index if not exists entries_by_scheme on ledger.entries (scheme, position);
        -- Entries come in nearly the order of their times, so block ranges find a period at next to no cost.
        create index if not exists entries_by_time on ledger.entries using brin (at) with (pages_per_range = 16, autosummarize = on);

        -- Sealed values and hashes do not compress, and trying costs more than all the rest.
        alter table ledger.batches alter column bytes set storage external;
        alter table ledger.entries alter column bytes set storage external;

        -- What entries are found by; derived from the bytes, and can be made again from them.
        create table if not exists ledger.entry_records (
            scheme text not null, record_id text not null, position bigint not null,
            primary key (scheme, record_id, position));
        create table if not exists ledger.entry_subjects (
            scheme text not null, subject_id text not null, position bigint not null,
            primary key (scheme, subject_id, position));
        create table if not exists ledger.entry_agencies (
            scheme text not null, agency text not null, position bigint not null,
            primary key (scheme, agency, position));

        -- Messages that are no part of the log, kept as evidence.
        create table if not exists ledger.opaque_messages (
            hash bytea primary key check (octet_length(hash) = 32),
            reason text not null,
            received_at timestamptz not null,
            bytes bytea not null);

        create table if not exists ledger.alarms (
            key text primary key,
            kind text not null,
            instance text,
            detail text not null,
            raised_at timestamptz not null);
        create table if not exists ledger.alarm_clearances (
            key text primary key references ledger.alarms,
            cleared_at timestamptz not null);
        create or replace view ledger.open_alarms as
            select a.* from ledger.alarms a
            where not exists (select 1 from ledger.alarm_clearances c where c.key = a.key);
        """;

    /// <summary>Creates what is missing and grants. May be run again at any time.</summary>
    public static async Task MigrateAsync(string connectionString, string runtimeRole, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync("select pg_advisory_xact_lock(@key)", ("key", SequencerLock));
        await ExecuteAsync(Tables);
        await ExecuteAsync("insert into ledger.schema_version (version) values (@version) on conflict do nothing", ("version", Version));
        var role = await QuotedAsync(runtimeRole);
        await ExecuteAsync(
            $"""
            revoke all on schema ledger from public;
            revoke all on all tables in schema ledger from public, {role};
            grant usage on schema ledger to {role};
            grant select, insert on all tables in schema ledger to {role};
            revoke insert on ledger.schema_version, ledger.open_alarms from {role};
            """);
        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string sql, params (string Name, object Value)[] parameters)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        async Task<string> QuotedAsync(string identifier)
        {
            await using var command = new NpgsqlCommand("select quote_ident(@name)", connection, transaction);
            command.Parameters.AddWithValue("name", identifier);
            return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }

    /// <summary>The schema's version, or null when there is no schema.</summary>
    public static async Task<int?> ReadVersionAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select max(version) from ledger.schema_version");
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) as int?;
        }
        catch (PostgresException missing) when (missing.SqlState
            is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InsufficientPrivilege)
        {
            return null;
        }
    }
}
