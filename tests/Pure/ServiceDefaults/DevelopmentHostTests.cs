using Microsoft.AspNetCore.Builder;
using Partnership.InformationSharing;
using Partnership.Marac;
using Xunit;

namespace Partnership.Tests.Pure.ServiceDefaults;

/// <summary>In Development the container checks that everything registered can be made.</summary>
public sealed class DevelopmentHostTests
{
    private static readonly string[] InDevelopment = ["--environment", "Development"];

    [Fact]
    public async Task Information_sharing_builds_though_it_has_no_event_store() => await BuildAsync(InformationSharingHost.Build(InDevelopment));

    [Fact]
    public async Task Marac_builds() => await BuildAsync(MaracHost.Build(InDevelopment));

    private static async Task BuildAsync(WebApplication app)
    {
        await using (app)
            Assert.Equal("Development", app.Environment.EnvironmentName);
    }
}
