using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Partnership.InformationSharing;

/// <summary>Ready: the database answers with the right schema, and the consumer has the queue.</summary>
public sealed class LedgerHealth(LedgerDatabase database, LedgerConsumerState consumer) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!consumer.Connected) return HealthCheckResult.Unhealthy("consumer");
        try
        {
            return await LedgerSchema.ReadVersionAsync(database.Source, cancellationToken) == LedgerSchema.Version
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("schema");
        }
        catch (Exception away) when (LedgerFailures.MendsWithTime(away))
        {
            return HealthCheckResult.Unhealthy("database");
        }
    }
}
