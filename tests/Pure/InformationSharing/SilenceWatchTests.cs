using Partnership.InformationSharing;
using Xunit;

namespace Partnership.Tests.Pure.InformationSharing;

public sealed class SilenceWatchTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    [Fact]
    public void Silence_of_more_than_three_heartbeats_is_an_alarm_and_of_three_is_not()
    {
        LastHeard[] heard = [new("quiet", 7, Now.AddSeconds(-31)), new("slow", 4, Now.AddSeconds(-30)), new("lively", 9, Now)];
        Assert.Equal([new Alarm(AlarmKinds.Silence, "quiet", "7")], SilenceWatch.Silent(heard, Now.AddHours(-1), Beat, Now));
    }

    [Fact]
    public void While_the_consumer_is_away_nobody_is_silent() =>
        Assert.Empty(SilenceWatch.Silent([new("a", 1, Now.AddHours(-2))], null, Beat, Now));

    [Fact]
    public void After_an_absence_or_a_backlog_silence_is_counted_from_when_it_was_worked_off()
    {
        LastHeard[] heard = [new("a", 1, Now.AddHours(-2))];
        Assert.Empty(SilenceWatch.Silent(heard, Now.AddSeconds(-30), Beat, Now));
        Assert.Single(SilenceWatch.Silent(heard, Now.AddSeconds(-31), Beat, Now));
    }

    [Fact]
    public void The_same_silence_has_the_same_key_and_a_later_one_another()
    {
        var once = SilenceWatch.Silent([new("a", 1, Now.AddHours(-2))], Now.AddHours(-2), Beat, Now);
        var again = SilenceWatch.Silent([new("a", 1, Now.AddHours(-2))], Now.AddHours(-2), Beat, Now.AddMinutes(5));
        var later = SilenceWatch.Silent([new("a", 9, Now.AddHours(-1))], Now.AddHours(-2), Beat, Now);
        Assert.Equal(once[0].Key, again[0].Key);
        Assert.NotEqual(once[0].Key, later[0].Key);
    }
}
