using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Partnership.ServiceDefaults;

/// <summary>One thing <c>SERVICE migrate</c> does. Steps run in order of registration and may be run again at any time.</summary>
public sealed record MigrationStep(string Name, Func<IServiceProvider, CancellationToken, Task> RunAsync);

/// <summary>
/// <c>SERVICE migrate</c>: schema and bus topology under roles of their own, before any host starts. The host is built but
/// not started, so no request is served and no message consumed meanwhile.
/// </summary>
public static class Migration
{
    /// <summary>Registers a step; <c>AddCasework</c> and <c>AddPartnershipBus</c> register theirs.</summary>
    public static IServiceCollection AddMigrationStep(
        this IServiceCollection services, string name, Func<IServiceProvider, CancellationToken, Task> run) =>
        services.AddSingleton(new MigrationStep(name, run));

    /// <summary>True when this start is <c>SERVICE migrate</c>.</summary>
    public static bool IsWanted(string[] args) => args is ["migrate", ..];

    /// <summary>Runs every step and says which one failed. Exit code 0 or 1.</summary>
    public static async Task<int> RunAsync(IHost host, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Partnership.Migration");
        foreach (var step in host.Services.GetServices<MigrationStep>())
        {
            try
            {
                await step.RunAsync(host.Services, cancellationToken);
                log.LogInformation("Migrated: {Step}", step.Name);
            }
#pragma warning disable CA1031 // Whatever went wrong, the command says where and fails.
            catch (Exception error)
#pragma warning restore CA1031
            {
                log.LogCritical(error, "Migration stopped at: {Step}", step.Name);
                // Logs never hold messages. Here an operator waits for one, and what is migrated is schema, not records.
                await Console.Error.WriteLineAsync($"{step.Name}: {error.Message}");
                return 1;
            }
        }

        return 0;
    }
}
