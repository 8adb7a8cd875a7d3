using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store;

public sealed class AppendTests(StoreFixture fixture)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_appended_is_loaded_as_it_was()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (stream, first, second) = (Sample.Id(), new Noted(Sample.Id(), Urgency.Urgent, "knocked", null, 41, new("Ann Example", new(1985, 1, 2))), new Pondered("P1"));

        var verdict = await store.Events.AppendAsync(Sample.One(stream, 0, first, second), Ct);
        var loaded = await store.Events.LoadAsync(stream, Ct);

        Sample.AssertWritten(verdict, stream, 2);
        Assert.Equal((2, false), (loaded.Version, loaded.Erased));
        Assert.Equal([first, second], loaded.Events.Select(stored => stored.Data));
        Assert.Equal([1L, 2L], loaded.Events.Select(stored => stored.Version));
        Assert.Equal(["test.noted.v1", "test.pondered.v1"], loaded.Events.Select(stored => stored.Name));
        Assert.All(loaded.Events, stored => Assert.Equal(Sample.Now, stored.At));
        Assert.Equal("corr-1", loaded.Events[0].Headers.CorrelationId);
        Assert.Equal(Sample.Headers.TraceParent, loaded.Events[0].Headers.TraceParent);
    }

    [Fact]
    public async Task A_stream_that_was_never_written_has_version_nought()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        Assert.Equal(0, (await store.Events.LoadAsync(Sample.Id(), Ct)).Version);
    }

    [Fact]
    public async Task Of_two_real_writers_with_the_same_expected_version_one_loses_and_learns_the_version()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = databases.Open();
        await using var other = databases.Open();
        var stream = Sample.Id();
        await one.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);

        var verdicts = await Task.WhenAll(
            one.Events.AppendAsync(Sample.One(stream, 1, Sample.Note("one")), Ct),
            other.Events.AppendAsync(Sample.One(stream, 1, Sample.Note("other")), Ct));

        Sample.AssertWritten(verdicts.Single(verdict => verdict is AppendVerdict.Written), stream, 2);
        Assert.Equal(new AppendVerdict.Conflict(stream, 2), verdicts.Single(verdict => verdict is AppendVerdict.Conflict));
        Assert.Equal(2, (await one.Events.LoadAsync(stream, Ct)).Version);
    }
}
