namespace Partnership.Tests.Support.Servers;

/// <summary>
/// One PostgreSQL and one RabbitMQ for all tests of a process, started by whoever asks first and stopped at its end. Tests
/// keep apart by databases and virtual hosts of their own; a test that stops or blocks a server starts one of its own.
/// </summary>
public static class SharedServers
{
    private static readonly Lazy<Task<PostgresServer>> PostgresStart = new(PostgresServer.GivenOrStartedAsync);
    private static readonly Lazy<Task<RabbitServer>> RabbitStart = new(RabbitServer.GivenOrStartedAsync);

    static SharedServers() => AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
    {
        // Disposal deletes the folders; should it not come to that, the servers still stop with us.
        if (PostgresStart is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            PostgresStart.Value.Result.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(20));
        if (RabbitStart is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            RabbitStart.Value.Result.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(20));
    };

    public static Task<PostgresServer> PostgresAsync() => PostgresStart.Value;

    public static Task<RabbitServer> RabbitAsync() => RabbitStart.Value;
}
