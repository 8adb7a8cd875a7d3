using Partnership.EventStore;
using Partnership.Tests.Store.Support;
using Partnership.Tests.Support;

namespace Partnership.Tests.Store;

public sealed class PublisherTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Published_events_leave_in_order_with_gapless_numbers_and_private_ones_stay()
    {
        await using var databases = await fixture.CreateAsync();
        var bus = new RecordingBus();
        await using var store = await databases.Open(bus: bus).StartAsync();
        var stream = Sample.Id();

        await store.Events.AppendAsync(Sample.One(stream, 0, new Pondered("a"), Sample.Note(), new Pondered("b"), Sample.Note()), Ct);
        await store.Events.AppendAsync(Sample.One(stream, 4, new Pondered("c")), Ct);
        await store.Events.AppendAsync(Sample.One(stream, 5, Sample.Note()), Ct);
        await Eventually.Async(() => bus.Confirmed.Count >= 3, "three messages leave");

        Assert.Equal([1L, 2L, 3L], bus.Notes.Select(note => note.Number));
        var published = (await store.Events.LoadAsync(stream, Ct)).Events.Where(stored => stored.Data is Noted).ToArray();
        Assert.Equal(published.Select(stored => stored.Id), bus.Notes.Select(note => note.EventId));
        Assert.Equal(published.Select(stored => MessageIds.Of(stored.Id, typeof(NotedMessage))), bus.Confirmed.Select(message => message.MessageId));
        Assert.All(bus.Confirmed, message => Assert.Equal(Sample.Headers.TraceParent, message.TraceParent));
        await Eventually.Async(async () => await PositionAsync(databases) == 6, "the checkpoint reaches the end");
    }

    [Fact]
    public void A_message_id_is_the_version_five_uuid_of_event_and_contract()
    {
        var id = MessageIds.Of(Guid.Parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), typeof(NotedMessage));
        // python3 -c "import uuid; print(uuid.uuid5(uuid.NAMESPACE_DNS, 'Partnership.Tests.Store.Support.NotedMessage'))"
        Assert.Equal(Guid.Parse("b48990be-2a3c-5ea0-ac75-44b41a12cc06"), id);
    }

    [Fact]
    public async Task Numbers_are_gapless_whoever_appends()
    {
        await using var databases = await fixture.CreateAsync();
        var bus = new RecordingBus();
        await using var one = await databases.Open(bus: bus).StartAsync();
        await using var other = databases.Open();
        var streams = Enumerable.Range(0, 8).Select(_ => Sample.Id()).ToArray();

        await Task.WhenAll(streams.Select(async (stream, i) =>
        {
            var version = 0L;
            for (var n = 0; n < 15; n++)
            {
                object[] events = n % 3 == 0 ? [new Pondered("p"), Sample.Note(), Sample.Note()] : [Sample.Note()];
                Sample.AssertWritten(await (i % 2 == 0 ? one : other).Events.AppendAsync(Sample.One(stream, version, events), Ct), stream, version += events.Length);
            }
        }));
        await Eventually.Async(() => bus.Confirmed.Count >= 8 * 20, "all messages leave");

        foreach (var stream in streams)
            Assert.Equal(Enumerable.Range(1, 20).Select(n => (long)n), bus.Notes.Where(note => note.StreamId == stream).Select(note => note.Number));
    }

    [Fact]
    public async Task After_a_crash_between_confirm_and_checkpoint_the_same_message_leaves_again_under_the_same_id()
    {
        await using var databases = await fixture.CreateAsync();
        var bus = new RecordingBus();
        var crashed = 0;
        bus.BeforeConfirm = async _ =>
        {
            // The broker has it; the checkpoint cannot be moved any more.
            if (Interlocked.Exchange(ref crashed, 1) == 0)
                await databases.RunAsync("select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'partnership-publisher' and datname = current_database()");
        };
        await using var store = await databases.Open(bus: bus).StartAsync();

        await store.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await Eventually.Async(async () => await PositionAsync(databases) == 1, "the checkpoint reaches the end");

        Assert.Equal(2, bus.Confirmed.Count);
        Assert.Equal(bus.Confirmed[0].MessageId, bus.Confirmed[1].MessageId);
    }

    [Fact]
    public async Task A_deposed_leader_cannot_move_the_checkpoint()
    {
        await using var databases = (await fixture.CreateAsync()).Spoilt();
        var bus = new RecordingBus();
        var (reached, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        bus.BeforeConfirm = _ =>
        {
            reached.TrySetResult();
            return release.Task;
        };
        await using var store = await databases.Open(bus: bus).StartAsync();
        await store.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await reached.Task.WaitAsync(Ct);

        // Another host takes over while this one has a message in hand.
        var epoch = await databases.AskAsync<long>("update partnership.publisher set epoch = epoch + 1 returning epoch");
        await databases.RunAsync("create table moves (epoch bigint, position bigint)");
        await databases.RunAsync(
            """
            create function note_move() returns trigger language plpgsql security definer as $$
            begin
                if new.position <> old.position then insert into moves values (new.epoch, new.position); end if;
                return new;
            end $$;
            create trigger note_move after update on partnership.publisher for each row execute function note_move();
            """);
        release.SetResult();
        await Eventually.Async(async () => await PositionAsync(databases) == 1, "somebody moves the checkpoint");

        // Only after taking the lead anew, and with the message sent again.
        Assert.Equal($"{epoch + 1} 1", await databases.AskAsync<string>("select string_agg(epoch || ' ' || position, ',') from moves"));
        Assert.Equal(2, bus.Confirmed.Count);
        Assert.Single(bus.Confirmed.Select(message => message.MessageId).Distinct());
    }

    [Fact]
    public async Task One_host_publishes_at_a_time_and_the_other_takes_over()
    {
        await using var databases = await fixture.CreateAsync();
        var (first, second) = (new RecordingBus(), new RecordingBus());
        await using var one = await databases.Open(bus: first).StartAsync();
        await one.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await Eventually.Async(async () => await PositionAsync(databases) == 1, "the first host publishes");
        await using var two = await databases.Open(bus: second).StartAsync();

        await two.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await Eventually.Async(async () => await PositionAsync(databases) == 2, "the first host publishes what the second appended");
        Assert.Equal((2, 0), (first.Confirmed.Count, second.Confirmed.Count));

        await one.DisposeAsync();
        await two.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await Eventually.Async(async () => await PositionAsync(databases) == 3, "the second host takes over");
        Assert.Equal((2, 1), (first.Confirmed.Count, second.Confirmed.Count));
    }

    [Fact]
    public async Task While_the_broker_refuses_nothing_is_lost_and_what_was_confirmed_is_not_sent_again()
    {
        await using var databases = await fixture.CreateAsync();
        var bus = new RecordingBus();
        var refusing = true;
        var stuck = Sample.Id();
        bus.BeforeConfirm = note => refusing && note.StreamId == stuck ? Task.FromException(new IOException("down")) : Task.CompletedTask;
        await using var store = await databases.Open(bus: bus).StartAsync();
        await store.Events.AppendAsync(Sample.One(stuck, 0, Sample.Note()), Ct);
        for (var i = 0; i < 5; i++)
            await store.Events.AppendAsync(Sample.One(Sample.Id(), 0, Sample.Note()), Ct);
        await Eventually.Async(() => bus.Confirmed.Count == 5, "the others leave");
        Assert.Equal(0, await PositionAsync(databases));

        refusing = false;
        await Eventually.Async(async () => await PositionAsync(databases) == 6, "the checkpoint reaches the end");

        Assert.Equal(6, bus.Confirmed.Count);
        Assert.Equal(6, bus.Confirmed.Select(message => message.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task An_event_that_cannot_be_mapped_parks_its_stream_and_no_other_until_a_release_can_map_it()
    {
        await using var databases = await fixture.CreateAsync();
        var bus = new RecordingBus();
        var (parked, other) = (Sample.Id(), Sample.Id());
        await using (var store = await databases.Open(bus: bus).StartAsync())
        {
            await store.Events.AppendAsync(Sample.One(parked, 0, Sample.Note(), new Unmappable("x"), Sample.Note()), Ct);
            await store.Events.AppendAsync(Sample.One(other, 0, Sample.Note()), Ct);
            await Eventually.Async(async () => await PositionAsync(databases) == 4, "the checkpoint passes the parked stream");
            await store.Events.AppendAsync(Sample.One(parked, 3, Sample.Note()), Ct);
            await Eventually.Async(async () => await PositionAsync(databases) == 5, "the checkpoint passes what follows in it");

            Assert.Equal([(parked, 1L), (other, 1L)], bus.Notes.Select(note => (note.StreamId, note.Number)));
            Assert.Equal($"{parked} 2 InvalidOperationException", await databases.AskAsync<string>(
                "select stream_id || ' ' || version || ' ' || reason from partnership.parked_streams"));
        }

        await using var mended = await databases.Open(bus: bus, publications: Sample.Map(mended: true)).StartAsync();
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_streams") == 0, "the stream is parked no longer");

        Assert.Equal([1L, 2L, 3L, 4L], bus.Notes.Where(note => note.StreamId == parked).Select(note => note.Number));
    }

    [Fact]
    public async Task An_event_that_a_newer_release_has_stored_parks_its_stream_and_no_other_until_it_is_known()
    {
        await using var databases = await fixture.CreateAsync();
        var bus = new RecordingBus();
        var (newer, other) = (Sample.Id(), Sample.Id());
        await using (var store = await databases.Open(bus: bus).StartAsync())
        {
            await store.Events.AppendAsync(Sample.One(newer, 0, Sample.Note(), Sample.Note(), Sample.Note()), Ct);
            await Eventually.Async(async () => await PositionAsync(databases) == 3, "three messages leave");
        }

        // As if a newer release had written the second one, and a private one beside it.
        await databases.RunAsync("update mt_events set type = 'test.noted.v9' where version = 2");
        await databases.RunAsync("update partnership.publisher set position = 0");
        await using (var store = await databases.Open(bus: bus).StartAsync())
        {
            await store.Events.AppendAsync(Sample.One(other, 0, new Pondered("p"), Sample.Note()), Ct);
            await databases.RunAsync("update mt_events set type = 'test.pondered.v9' where type = 'test.pondered.v1'");
            await Eventually.Async(async () => await PositionAsync(databases) == 5, "the checkpoint passes both");

            Assert.Equal([(newer, 1L), (other, 1L)], bus.Notes.Skip(3).Select(note => (note.StreamId, note.Number)));
            Assert.Equal($"{newer} 2", await databases.AskAsync<string>("select stream_id || ' ' || version from partnership.parked_streams"));
            await Assert.ThrowsAsync<UnknownEventTypeException>(() => store.Events.LoadAsync(newer, Ct));
        }

        await databases.RunAsync("update mt_events set type = 'test.noted.v1' where type = 'test.noted.v9'");
        await using var known = await databases.Open(bus: bus).StartAsync();
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_streams") == 0, "the stream is parked no longer");
        Assert.Equal([2L, 3L], bus.Notes.Skip(5).Select(note => note.Number));
    }

    [Fact]
    public async Task A_message_that_can_never_be_published_parks_its_stream_and_no_other()
    {
        await using var databases = await fixture.CreateAsync();
        var (hopeless, other) = (Sample.Id(), Sample.Id());
        var mended = false;
        var bus = new RecordingBus
        {
            BeforeConfirm = note => !mended && note.StreamId == hopeless && note.Number == 2
                ? Task.FromException(new UnpublishableException()) : Task.CompletedTask,
        };
        await using (var store = await databases.Open(bus: bus).StartAsync())
        {
            await store.Events.AppendAsync(Sample.One(hopeless, 0, Sample.Note(), Sample.Note(), Sample.Note()), Ct);
            await store.Events.AppendAsync(Sample.One(other, 0, Sample.Note()), Ct);
            await Eventually.Async(async () => await PositionAsync(databases) == 4, "the checkpoint passes it");
            Assert.Equal($"{hopeless} 2 {nameof(UnpublishableException)}", await databases.AskAsync<string>(
                "select stream_id || ' ' || version || ' ' || reason from partnership.parked_streams"));
        }

        // Still hopeless at the next start, then mended.
        await using (await databases.Open(bus: bus).StartAsync())
            await Eventually.Async(async () => await databases.AskAsync<long>("select epoch from partnership.publisher") == 2, "the lead is taken again");
        mended = true;
        await using var again = await databases.Open(bus: bus).StartAsync();
        await Eventually.Async(async () => await databases.AskAsync<long>("select count(*) from partnership.parked_streams") == 0, "the stream is parked no longer");
        Assert.Equal([1L, 2L, 3L], bus.Notes.Where(note => note.StreamId == hopeless).Select(note => note.Number));
        Assert.Single(bus.Notes, note => note.StreamId == other);
    }

    [Fact]
    public async Task A_host_with_an_undecided_event_type_does_not_start()
    {
        await using var databases = await fixture.CreateAsync();
        Assert.Throws<InvalidOperationException>(() => databases.Open(publications: new PublicationMap().Private<Noted>()));
    }

    private static Task<long> PositionAsync(StoreDatabases databases) => databases.AskAsync<long>("select position from partnership.publisher");
}
