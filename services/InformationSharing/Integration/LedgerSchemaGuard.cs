namespace Partnership.InformationSharing;

/// <summary>
/// Refuses to run on a database of another version. A database that is merely away does not stop the start: the register
/// is served meanwhile, and entries wait in the queue.
/// </summary>
public sealed class LedgerSchemaGuard(LedgerDatabase database, LedgerKeys keys, ILogger<LedgerSchemaGuard> log) : IHostedService
{
    private volatile bool known;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        keys.EnsureUsable();
        try
        {
            await EnsureAsync(cancellationToken);
        }
        catch (Exception away) when (away is not LedgerSchemaException && LedgerFailures.MendsWithTime(away))
        {
            log.LogWarning(away, "The ledger's database is away at the start");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="LedgerSchemaException">The schema is missing or of another version: migrate first.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (known) return;
        var version = await LedgerSchema.ReadVersionAsync(database.Source, cancellationToken);
        if (version != LedgerSchema.Version)
            throw new LedgerSchemaException($"The ledger's schema is of version {version?.ToString() ?? "none"}, this build needs {LedgerSchema.Version}: run 'migrate' first.");
        known = true;
    }
}
