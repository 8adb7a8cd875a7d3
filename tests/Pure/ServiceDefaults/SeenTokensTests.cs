using Partnership.ServiceDefaults;
using Xunit;

namespace Partnership.Tests.Pure.ServiceDefaults;

public sealed class SeenTokensTests
{
    private readonly StoppedClock clock = new();

    [Fact]
    public void An_id_is_accepted_once_while_it_is_in_force()
    {
        var seen = new SeenTokens(clock);

        Assert.True(seen.TryAccept("a", Until(15)));
        Assert.False(seen.TryAccept("a", Until(15)));
        Assert.True(seen.TryAccept("b", Until(15)));
    }

    [Fact]
    public void An_id_is_remembered_to_the_end_of_its_life_and_then_forgotten()
    {
        var seen = new SeenTokens(clock, capacity: 1);
        Assert.True(seen.TryAccept("a", Until(15)));

        clock.Advance(14.9);
        Assert.False(seen.TryAccept("a", Until(15)));
        clock.Advance(0.1);
        Assert.True(seen.TryAccept("b", Until(15)));
    }

    [Fact]
    public void A_full_memory_refuses_rather_than_forgets()
    {
        var seen = new SeenTokens(clock, capacity: 2);
        Assert.True(seen.TryAccept("a", Until(15)));
        Assert.True(seen.TryAccept("b", Until(15)));

        Assert.False(seen.TryAccept("c", Until(15)));
        Assert.False(seen.TryAccept("a", Until(15)));
    }

    [Fact]
    public void Refusals_do_not_fill_the_memory()
    {
        var seen = new SeenTokens(clock, capacity: 2);
        for (var time = 0; time < 10; time++)
            seen.TryAccept("a", Until(15));

        Assert.True(seen.TryAccept("b", Until(15)));
    }

    [Fact]
    public async Task Of_many_at_once_exactly_one_is_accepted()
    {
        var seen = new SeenTokens(clock);
        for (var round = 0; round < 200; round++)
        {
            var id = $"round {round}";
            var accepted = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => seen.TryAccept(id, Until(15)))));
            Assert.Single(accepted, true);
            clock.Advance(1);
        }
    }

    private DateTimeOffset Until(double seconds) => clock.GetUtcNow().AddSeconds(seconds);
}

internal sealed class StoppedClock : TimeProvider
{
    private DateTimeOffset now = new(2026, 7, 1, 9, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public void Advance(double seconds) => now = now.AddSeconds(seconds);
}
