using Partnership.Tests.Store.Campaigns;
using Partnership.Tests.Store.Order;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;

namespace Partnership.Tests.Store;

/// <summary>A fixed part of <c>tests/campaign order</c>, and proof that its checker finds what is wrong.</summary>
public sealed class OrderTests(StoreFixture fixture)
{
    [Fact]
    public async Task In_a_thousand_random_schedules_no_reader_skips_and_every_caller_is_told_the_truth()
    {
        var result = await OrderCampaign.RunAsync(new Campaign(1_000, 20_260_000, TestContext.Current.SendDiagnosticMessage), fixture);

        Assert.Empty(result.Failures);
        Assert.Equal(1_000, result.Rounds);
        // What it was tried against did take place.
        string[] happened =
        [
            "answers lost", "backends ended", "holders of the lock ended by time-out", "holes in the log", "networks cut", "requests lost",
            "statements cancelled", "told AlreadyDone", "told Conflict", "told DuplicateMessage", "told NothingWritten", "told Refused",
            "told Written", "transactions held before the lock", "transactions held in another database", "writers that gave up inside the lock",
        ];
        Assert.All(happened, what => Assert.True(result.Counts.GetValueOrDefault(what) > 0, what));
        Assert.True(result.Counts["told Written"] * 3 > result.Counts.Where(count => count.Key.StartsWith("told ", StringComparison.Ordinal)).Sum(count => count.Value));
    }

    [Theory]
    [InlineData(nameof(Breakage.NumbersBeforeLock), "skipped position")]
    [InlineData(nameof(Breakage.NoLock), "skipped position")]
    [InlineData(nameof(Breakage.AnswersBeforeCommit), "told written, 0 of")]
    [InlineData(nameof(Breakage.ReaderRunsAhead), "skipped position")]
    [InlineData(nameof(Breakage.ReaderLooksTwice), "saw")]
    public async Task A_broken_writer_or_reader_is_found_within_sixty_schedules(string breakage, string finding)
    {
        var result = await OrderCampaign.RunAsync(new Campaign(60, 1, _ => { }), fixture, Enum.Parse<Breakage>(breakage));
        Assert.Contains(result.Failures, failure => failure.Contains(finding, StringComparison.Ordinal));
    }
}
