using Partnership.ServiceDefaults;
using Xunit;

namespace Partnership.Tests.Pure.ServiceDefaults;

public sealed class DecisionTests
{
    private static readonly Refusal Closed = new("closed", "The door is closed.");

    [Fact]
    public void One_event_is_a_decision() => Assert.Equal([new Opened("a")], Open(0).Events);

    [Fact]
    public void Several_events_are_a_decision() => Assert.Equal([new Opened("a"), new Opened("b")], Open(1).Events);

    [Fact]
    public void A_refusal_is_a_decision_without_events()
    {
        var decision = Open(2);

        Assert.Equal(Closed, decision.Refusal());
        Assert.Empty(decision.Events);
        Assert.False(decision.IsNothing);
    }

    [Fact]
    public void Nothing_is_neither_event_nor_refusal()
    {
        var decision = Open(3);

        Assert.True(decision.IsNothing);
        Assert.Null(decision.Refused);
    }

    [Fact]
    public void Asking_for_the_refusal_of_what_was_not_refused_is_a_bug() =>
        Assert.Throws<InvalidOperationException>(() => Open(0).Refusal());

    [Fact]
    public void Match_takes_one_way_only()
    {
        Assert.Equal("1 events", Open(0).Match(events => $"{events.Count} events", refusal => refusal.Code));
        Assert.Equal("closed", Open(2).Match(events => $"{events.Count} events", refusal => refusal.Code));
    }

    // As decisions are written: one switch, a different kind of outcome in each arm.
    private static Decision<DoorEvent> Open(int how) => how switch
    {
        0 => new Opened("a"),
        1 => new DoorEvent[] { new Opened("a"), new Opened("b") },
        2 => Closed,
        _ => Decision.Nothing<DoorEvent>(),
    };

    private abstract record DoorEvent;

    private sealed record Opened(string By) : DoorEvent;
}
