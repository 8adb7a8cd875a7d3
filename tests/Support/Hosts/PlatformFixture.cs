using Xunit;

namespace Partnership.Tests.Support.Hosts;

/// <summary>
/// A platform for the tests of one class or collection. Derive from it where a class wants other
/// <see cref="PlatformOptions"/>.
/// </summary>
public class PlatformFixture : IAsyncLifetime
{
    private RunningPlatform? platform;

    public RunningPlatform Platform => platform ?? throw new InvalidOperationException("The platform is not running.");

    protected virtual PlatformOptions Options => new();

    public async ValueTask InitializeAsync() => platform = await RunningPlatform.StartAsync(Options);

    public async ValueTask DisposeAsync()
    {
        if (platform is not null)
            await platform.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
