using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
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
    public async Task A_message_that_depends_on_order_is_too_early_until_all_before_it_are_applied()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (source, effects) = (Sample.Id(), Sample.Id());
        var inbox = store.Services.GetRequiredService<IInbox>();

        Assert.Equal(1, await inbox.NextAsync("tasks", source, Ct));
        Assert.Equal(new AppendVerdict.TooEarly(1), await ReceiveAsync(2, 0));
        Assert.Equal(0, await databases.AskAsync<long>("select (select count(*) from mt_streams) + (select count(*) from partnership.inbox)"));
        Sample.AssertWritten(await ReceiveAsync(1, 0), effects, 1);
        Assert.Equal(new AppendVerdict.TooEarly(2), await ReceiveAsync(4, 1));
        Sample.AssertWritten(await ReceiveAsync(2, 1), effects, 2);
        Assert.IsType<AppendVerdict.DuplicateMessage>(await ReceiveAsync(1, 2));
        Assert.Equal(3, await inbox.NextAsync("tasks", source, Ct));
        Assert.Equal("2 {}", await databases.AskAsync<string>("select contiguous || ' ' || later::text from partnership.inbox"));

        Task<AppendVerdict> ReceiveAsync(int number, long expected) => store.Events.AppendAsync(
            Sample.One(effects, expected, Sample.Note()) with { Inbox = new("tasks", source, number, InOrder: true) }, Ct);
    }

    [Fact]
    public async Task That_a_message_is_early_or_late_is_said_before_anything_else_that_stands_against_it()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (source, effects) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.One(effects, 0, Sample.Note()) with { Inbox = new("tasks", source, 1) }, Ct);

        // Each of them expects a version that is no longer the stream's.
        Assert.Equal(new AppendVerdict.TooEarly(2), await ReceiveAsync(3, inOrder: true));
        Assert.IsType<AppendVerdict.DuplicateMessage>(await ReceiveAsync(1, inOrder: true));
        Assert.IsType<AppendVerdict.DuplicateMessage>(await ReceiveAsync(1, inOrder: false));
        Assert.Equal(new AppendVerdict.Conflict(effects, 1), await ReceiveAsync(2, inOrder: true));
        Assert.Equal(new AppendVerdict.Conflict(effects, 1), await ReceiveAsync(3, inOrder: false));

        Task<AppendVerdict> ReceiveAsync(int number, bool inOrder) => store.Events.AppendAsync(
            Sample.One(effects, 0, Sample.Note()) with { Inbox = new("tasks", source, number, inOrder) }, Ct);
    }

    [Fact]
    public async Task Of_what_was_applied_ahead_of_order_nothing_is_too_early_or_applied_again()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var source = Sample.Id();
        // A release that did not care for order was first.
        foreach (var number in (int[])[1, 3, 4])
            Assert.IsType<AppendVerdict.Written>(await ReceiveAsync(number, inOrder: false));

        Assert.IsType<AppendVerdict.DuplicateMessage>(await ReceiveAsync(4, inOrder: true));
        Assert.Equal(new AppendVerdict.TooEarly(2), await ReceiveAsync(5, inOrder: true));
        Assert.IsType<AppendVerdict.Written>(await ReceiveAsync(2, inOrder: true));
        Assert.IsType<AppendVerdict.Written>(await ReceiveAsync(5, inOrder: true));
        Assert.Equal("5 {}", await databases.AskAsync<string>("select contiguous || ' ' || later::text from partnership.inbox"));

        Task<AppendVerdict> ReceiveAsync(int number, bool inOrder) => store.Events.AppendAsync(
            Sample.One(Sample.Id(), 0, Sample.Note()) with { Inbox = new("tasks", source, number, inOrder) }, Ct);
    }

    [Fact]
    public async Task A_message_without_an_effect_counts_as_applied_and_an_append_without_either_is_none()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var nothing = new Append { Streams = [], Headers = Sample.Headers };
        var row = new InboxRow("tasks", Sample.Id(), 1, InOrder: true);

        Assert.Empty(Assert.IsType<AppendVerdict.Written>(await store.Events.AppendAsync(nothing with { Inbox = row }, Ct)).Versions);
        Assert.IsType<AppendVerdict.DuplicateMessage>(await store.Events.AppendAsync(nothing with { Inbox = row }, Ct));
        Assert.IsType<AppendVerdict.Written>(await store.Events.AppendAsync(
            Sample.One(Sample.Id(), 0, Sample.Note()) with { Inbox = row with { PublicationNumber = 2 } }, Ct));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Events.AppendAsync(nothing, Ct));
    }

    [Fact]
    public async Task Two_hosts_that_consume_one_stream_apply_each_message_once_and_in_order()
    {
        await using var databases = await fixture.CreateAsync();
        await using var one = databases.Open();
        await using var other = databases.Open();
        var (source, effects) = (Sample.Id(), Sample.Id());
        var queue = new ConcurrentQueue<int>(Enumerable.Range(1, 25).Concat(Enumerable.Range(1, 25)).OrderBy(_ => Random.Shared.Next()));
        var (early, duplicates) = (0, 0);

        await Task.WhenAll(((TestStore[])[one, other, one, other]).Select(async store =>
        {
            while (queue.TryDequeue(out var number))
            {
                // The effect's version follows from the number, so an effect out of order would be a conflict.
                switch (await store.Events.AppendAsync(
                    Sample.One(effects, number - 1, new Pondered($"{number}")) with { Inbox = new("tasks", source, number, InOrder: true) }, Ct))
                {
                    case AppendVerdict.TooEarly:
                        Interlocked.Increment(ref early);
                        queue.Enqueue(number);
                        break;
                    case AppendVerdict.DuplicateMessage:
                        Interlocked.Increment(ref duplicates);
                        break;
                    case var verdict:
                        Assert.IsType<AppendVerdict.Written>(verdict);
                        break;
                }
            }
        }));

        Assert.Equal(
            Enumerable.Range(1, 25).Select(n => $"{n}"), (await one.Events.LoadAsync(effects, Ct)).Events.Select(stored => ((Pondered)stored.Data).Code));
        Assert.Equal(25, duplicates);
        Assert.NotEqual(0, early);
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
