using System.Text;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store;

/// <summary>What is written within the same append: idempotency, inbox, views, search hashes.</summary>
public sealed class SideTableTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly IdempotencyKey Key = new("p-1", "northtown", "marac", "POST /marac/referrals", "key-7");

    [Fact]
    public async Task The_same_idempotency_key_writes_once_and_answers_alike()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (stream, again) = (Sample.Id(), Sample.Id());
        var row = new IdempotencyRow(Key, [1, 2, 3], 201, "/marac/referrals/1", stream, Sample.Now);

        var first = await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()) with { Idempotency = row }, Ct);
        var second = await store.Events.AppendAsync(Sample.One(again, 0, Sample.Note()) with { Idempotency = row with { Subject = again } }, Ct);

        Sample.AssertWritten(first, stream, 1);
        var answer = Assert.IsType<AppendVerdict.AlreadyDone>(second).Answer;
        Assert.Equal([1, 2, 3], answer.BodyHash);
        Assert.Equal((201, "/marac/referrals/1", stream), (answer.Status, answer.Location, answer.Subject));
        Assert.Equal(0, (await store.Events.LoadAsync(again, Ct)).Version);
    }

    [Fact]
    public async Task Of_two_requests_with_one_key_at_the_same_moment_one_is_done_and_the_other_learns_of_it()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = databases.Open();
        await using var other = databases.Open();
        var streams = Enumerable.Range(0, 12).Select(_ => Sample.Id()).ToArray();

        var verdicts = await Task.WhenAll(streams.Select((stream, i) => (i % 2 == 0 ? one : other).Events.AppendAsync(
            Sample.One(stream, 0, Sample.Note()) with { Idempotency = new(Key, [1], 201, null, stream, Sample.Now) }, Ct)));

        Assert.Single(verdicts, verdict => verdict is AppendVerdict.Written);
        Assert.Equal(11, verdicts.Count(verdict => verdict is AppendVerdict.AlreadyDone));
    }

    [Fact]
    public async Task Another_callers_equal_key_is_another_key()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        await store.Events.AppendAsync(
            Sample.One(Sample.Id(), 0, Sample.Note()) with { Idempotency = new(Key, [1], 201, null, Sample.Id(), Sample.Now) }, Ct);

        Assert.Null(await store.Events.FindIdempotentAsync(Key with { Person = "p-2" }, Ct));
        Assert.Null(await store.Events.FindIdempotentAsync(Key with { Hat = null }, Ct));
        // Parts do not run together.
        Assert.Null(await store.Events.FindIdempotentAsync(Key with { Person = "p-1n", Agency = "orthtown" }, Ct));
    }

    [Fact]
    public async Task An_idempotency_key_is_forgotten_after_seven_days_and_can_be_used_again()
    {
        await using var databases = await fixture.CreateAsync();
        var clock = new Clock();
        await using var store = databases.Open(clock: clock);
        var row = new IdempotencyRow(Key, [1], 201, null, Sample.Id(), clock.GetUtcNow());
        await store.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()) with { Idempotency = row }, Ct);

        clock.Move(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await store.Events.FindIdempotentAsync(Key, Ct));
        clock.Move(TimeSpan.FromSeconds(2));
        Assert.Null(await store.Events.FindIdempotentAsync(Key, Ct));
        var verdict = await store.Events.AppendAsync(
            Sample.One(Sample.Id(), 0, Sample.Note()) with { Idempotency = row with { BodyHash = [2], At = clock.GetUtcNow() } }, Ct);

        Assert.IsType<AppendVerdict.Written>(verdict);
        Assert.Equal([2], (await store.Events.FindIdempotentAsync(Key, Ct))!.BodyHash);
    }

    [Fact]
    public async Task Nothing_a_client_typed_into_its_key_is_stored()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        await store.Events.AppendAsync(
            Sample.One(Sample.Id(), 0, Sample.Note()) with { Idempotency = new(Key with { Key = "ann-example" }, [1], 201, null, Sample.Id(), Sample.Now) }, Ct);

        Assert.Equal(0, await databases.AskAsync<long>("select count(*) from partnership.idempotency i where i::text like '%ann-example%' or i::text like '%' || encode('ann-example', 'hex') || '%'"));
    }

    [Fact]
    public async Task A_message_is_applied_once_however_often_and_in_whatever_order_it_comes()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = databases.Open();
        await using var other = databases.Open();
        var source = Sample.Id();
        var arrivals = Enumerable.Range(1, 30).Concat(Enumerable.Range(1, 30)).ToArray();
        Random.Shared.Shuffle(arrivals);

        var verdicts = await Task.WhenAll(arrivals.Select((number, i) => (i % 2 == 0 ? one : other).Events.AppendAsync(
            Sample.One(Sample.Id(), 0, Sample.Note()) with { Inbox = new("tasks", source, number) }, Ct)));

        Assert.Equal(30, verdicts.Count(verdict => verdict is AppendVerdict.Written));
        Assert.Equal(30, verdicts.Count(verdict => verdict is AppendVerdict.DuplicateMessage));
        // Bounded space: one row, all behind the contiguous number.
        Assert.Equal("30 {}", await databases.AskAsync<string>("select contiguous || ' ' || later::text from partnership.inbox"));
    }

    [Fact]
    public async Task Numbers_beyond_a_gap_are_kept_until_it_fills()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var source = Sample.Id();
        foreach (var number in (int[])[5, 3, 1])
            await ReceiveAsync(number);
        Assert.Equal("1 {3,5}", await databases.AskAsync<string>("select contiguous || ' ' || later::text from partnership.inbox"));
        await ReceiveAsync(2);
        Assert.Equal("3 {5}", await databases.AskAsync<string>("select contiguous || ' ' || later::text from partnership.inbox"));
        Assert.IsType<AppendVerdict.DuplicateMessage>(await ReceiveAsync(5));
        // Another consumer has a count of its own.
        Assert.IsType<AppendVerdict.Written>(await store.Events.AppendAsync(
            Sample.One(Sample.Id(), 0, Sample.Note()) with { Inbox = new("premises", source, 5) }, Ct));

        Task<AppendVerdict> ReceiveAsync(int number) => store.Events.AppendAsync(
            Sample.One(Sample.Id(), 0, Sample.Note()) with { Inbox = new("tasks", source, number) }, Ct);
    }

    [Fact]
    public async Task A_refused_append_leaves_nothing_in_any_side_table()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await store.Events.AppendAsync(Sample.One(stream, 0, Sample.Note()), Ct);

        var verdict = await store.Events.AppendAsync(
            Sample.Of(Sample.Stream(stream, 0, Sample.Note()) with { Views = [Sample.View(stream, 1, search: store.Hasher.Phone("01632 960001"))] }) with
            {
                Idempotency = new(Key, [1], 201, null, stream, Sample.Now),
                Inbox = new("tasks", Sample.Id(), 1),
            }, Ct);

        Assert.IsType<AppendVerdict.Conflict>(verdict);
        Assert.Equal("0 0 0 0 1", await databases.AskAsync<string>(
            """
            select concat_ws(' ', (select count(*) from partnership.views), (select count(*) from partnership.search_terms),
                (select count(*) from partnership.idempotency), (select count(*) from partnership.inbox), (select count(*) from partnership.publications))
            """));
    }

    [Fact]
    public async Task A_view_row_is_written_only_where_its_version_advances()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await WriteAsync(0, Sample.View(stream, 5, """{"v":5}"""));
        await WriteAsync(1, Sample.View(stream, 5, """{"v":"same"}"""));
        await WriteAsync(2, Sample.View(stream, 4, """{"v":4}"""));
        Assert.Equal("""{"v":5}""", await BodyAsync());
        await WriteAsync(3, Sample.View(stream, 6, """{"v":6}"""));
        Assert.Equal("""{"v":6}""", await BodyAsync());
        Assert.Null(await store.Events.LoadViewAsync("cases", Sample.Id(), Ct));
        Assert.Null(await store.Events.LoadViewAsync("referrals", stream, Ct));

        async Task WriteAsync(long expected, ViewRow row) => Sample.AssertWritten(
            await store.Events.AppendAsync(Sample.Of(Sample.Stream(stream, expected, Sample.Note()) with { Views = [row] }), Ct), stream, expected + 1);

        async Task<string> BodyAsync() => Encoding.UTF8.GetString((await store.Events.LoadViewAsync("cases", stream, Ct))!.Body.Span);
    }

    [Fact]
    public async Task Pages_hold_the_rows_within_reach_once_each_newest_first()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var rows = Enumerable.Range(0, 30).Select(i => (
            Id: Sample.Id(), SortKey: (long)(i / 3), Reach: i % 5 == 0 ? (string[])["southtown"] : ["northtown", $"team-{i % 2}"])).ToArray();
        await Task.WhenAll(rows.Select(row => store.Events.AppendAsync(
            Sample.Of(Sample.Stream(row.Id, 0, Sample.Note()) with { Views = [Sample.View(row.Id, 1, reach: row.Reach, sortKey: row.SortKey)] }), Ct)));

        var found = new List<Guid>();
        ViewCursor? after = null;
        while (await store.Events.PageViewAsync("cases", ["northtown", "team-1"], after, 7, Ct) is [.., var last] page)
        {
            found.AddRange(page.Select(row => row.Id));
            after = new(last.SortKey, last.Id);
        }

        // Ids in the database's order, which is that of their bytes.
        Assert.Equal(
            rows.Where(row => row.Reach.Contains("northtown")).OrderByDescending(row => row.SortKey).ThenByDescending(row => row.Id.ToString()).Select(row => row.Id),
            found);
        Assert.Empty(await store.Events.PageViewAsync("cases", ["elsewhere"], null, 7, Ct));
        Assert.Empty(await store.Events.PageViewAsync("cases", [], null, 7, Ct));
    }

    [Fact]
    public async Task People_are_found_by_how_they_are_spelt_and_no_longer_by_what_a_row_used_to_say()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var stream = Sample.Id();
        await WriteAsync(1, [.. store.Hasher.Name("Catherine O'Neill"), store.Hasher.DateOfBirth(new(1985, 1, 2)), store.Hasher.Phone("+44 1632 960001")]);

        Assert.Contains("name", (await FindAsync(store.Hasher.Name("O’NEILL, Cátherine")))!.Kinds);
        Assert.Contains("name-sound", (await FindAsync(store.Hasher.Name("Kathryn O Neil")))?.Kinds ?? []);
        Assert.Equal(["phone"], (await FindAsync([store.Hasher.Phone("01632960001")]))!.Kinds);
        Assert.Null(await FindAsync(store.Hasher.Name("Peter Smith")));
        Assert.Null(await FindAsync([store.Hasher.DateOfBirth(new(1985, 2, 1))]));

        await WriteAsync(2, [.. store.Hasher.Name("Catherine Jones"), store.Hasher.DateOfBirth(new(1985, 1, 2))]);
        Assert.Null(await FindAsync([store.Hasher.Phone("01632960001")]));
        Assert.DoesNotContain("name", (await FindAsync([.. store.Hasher.Name("Catherine O'Neill"), store.Hasher.DateOfBirth(new(1985, 1, 2))]))!.Kinds);
        Assert.Contains("name", (await FindAsync(store.Hasher.Name("Catherine Jones")))!.Kinds);

        async Task WriteAsync(long version, SearchTerm[] terms) => Sample.AssertWritten(
            await store.Events.AppendAsync(
                Sample.Of(Sample.Stream(stream, version - 1, Sample.Note()) with { Views = [Sample.View(stream, version, search: terms)] }), Ct), stream, version);

        async Task<SearchHit?> FindAsync(IReadOnlyCollection<SearchTerm> terms) => (await store.Events.SearchAsync("cases", terms, Ct)).SingleOrDefault();
    }
}
