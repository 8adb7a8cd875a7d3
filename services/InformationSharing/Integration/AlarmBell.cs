using System.Diagnostics.Metrics;
using Npgsql;

namespace Partnership.InformationSharing;

/// <summary>
/// Tells people of alarms: a line in the log and a count, codes only. What is raised or mended while the database is away
/// is written as soon as it is back.
/// </summary>
public sealed class AlarmBell(LedgerStore store, LedgerMeter meter, ILogger<AlarmBell> log) : IDisposable
{
    private readonly Queue<(Alarm? Raised, string? MendedKind)> unwritten = new();
    private readonly SemaphoreSlim writing = new(1);

    /// <summary>Announces what a transaction has raised and cleared.</summary>
    public void Announce(IReadOnlyList<Alarm> raised, IReadOnlyList<string> cleared)
    {
        foreach (var alarm in raised)
        {
            meter.Alarms.Add(1, new KeyValuePair<string, object?>("kind", alarm.Kind));
            log.LogWarning("Ledger alarm: {Kind} {Instance} {Detail}", alarm.Kind, alarm.Instance, alarm.Detail);
        }

        foreach (var key in cleared) log.LogInformation("Ledger alarm mended: {Key}", key);
    }

    /// <summary>Raises an alarm that no transaction carries. Does not throw for a database that is away.</summary>
    public Task RaiseAsync(Alarm alarm, CancellationToken cancellationToken) => LaterAsync((alarm, null), cancellationToken);

    /// <summary>Clears every open alarm of a kind. Does not throw for a database that is away.</summary>
    public Task MendAsync(string kind, CancellationToken cancellationToken) => LaterAsync((null, kind), cancellationToken);

    /// <summary>Writes what could not be written before.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                (Alarm? Raised, string? MendedKind) next;
                lock (unwritten)
                {
                    if (!unwritten.TryPeek(out next)) return;
                }

                if (next.Raised is { } alarm) Announce(await store.RaiseAsync([alarm], cancellationToken), []);
                if (next.MendedKind is { } kind) Announce([], await store.ClearKindAsync(kind, cancellationToken));
                lock (unwritten) unwritten.Dequeue();
            }
        }
        catch (Exception away) when (LedgerFailures.MendsWithTime(away))
        {
            log.LogWarning("Ledger alarms wait for the database");
        }
        finally
        {
            writing.Release();
        }
    }

    public void Dispose() => writing.Dispose();

    private Task LaterAsync((Alarm?, string?) change, CancellationToken cancellationToken)
    {
        lock (unwritten) unwritten.Enqueue(change);
        return WriteAsync(cancellationToken);
    }
}

/// <summary>What the ledger counts. Tags are codes.</summary>
public sealed class LedgerMeter : IDisposable
{
    public const string Name = "Partnership.Ledger";
    private readonly Meter meter = new(Name);

    public LedgerMeter()
    {
        Entries = meter.CreateCounter<long>("partnership.ledger.entries", description: "Entries integrated into the ledger");
        Duplicates = meter.CreateCounter<long>("partnership.ledger.duplicates", description: "Batches delivered again");
        Alarms = meter.CreateCounter<long>("partnership.ledger.alarms", description: "Alarms raised, by kind");
    }

    public Counter<long> Entries { get; }
    public Counter<long> Duplicates { get; }
    public Counter<long> Alarms { get; }

    public void Dispose() => meter.Dispose();
}

/// <summary>Which failures of the ledger's database are worth waiting for.</summary>
internal static class LedgerFailures
{
    /// <summary>
    /// True unless the database has said that these very values cannot be stored (classes 22, 23 and 54): everything
    /// else, a full disk and a missing permission included, is mended by somebody while the messages wait.
    /// </summary>
    public static bool MendsWithTime(Exception failure) => failure switch
    {
        PostgresException refused => refused.SqlState[..2] is not ("22" or "23" or "54"),
        NpgsqlException or TimeoutException or IOException or LedgerSchemaException => true,
        // Npgsql reports a connection that broke at a transaction's end in these ways as well.
        ObjectDisposedException or InvalidOperationException { InnerException: NpgsqlException } => true,
        _ => false,
    };
}
