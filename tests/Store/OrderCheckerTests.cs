using Partnership.Tests.Store.Order;

namespace Partnership.Tests.Store;

/// <summary>A history in order has no findings; each way to break it has one.</summary>
public sealed class OrderCheckerTests
{
    private static readonly Guid One = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();
    private static readonly Guid[] Ids = [.. Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7())];

    /// <summary>
    /// Two streams: a first event, one that lost to it, two events of one append over both (the second private), an event
    /// that guards the other stream's version, and one that was refused. Position 3 is a hole.
    /// </summary>
    private static OrderHistory Sound { get; } = new(
        [
            Call(0, 10, Told.Written, new CalledStream(One, 0, [Ids[0]])),
            Call(5, 12, Told.Conflict, new CalledStream(One, 0, [Ids[4]])) with { Conflict = (One, 1) },
            Call(20, 30, Told.Written, new CalledStream(One, 1, [Ids[1]]), new CalledStream(Other, 0, [Ids[2]])) with { Once = "message 1" },
            Call(25, 36, Told.DuplicateMessage, new CalledStream(One, 1, [Guid.CreateVersion7()])) with { Once = "message 1" },
            Call(40, 50, Told.Written, new CalledStream(One, 2, [Ids[3]]), new CalledStream(Other, 1, [])),
            Call(40, 50, Told.Refused, new CalledStream(Other, 1, [Guid.CreateVersion7()])) with { MustBeRefused = true },
        ],
        [
            new(1, Ids[0], One, 1, Published: true, 1),
            new(2, Ids[1], One, 2, Published: true, 2),
            new(4, Ids[2], Other, 1, Published: false, null),
            new(5, Ids[3], One, 3, Published: true, 3),
        ],
        new Dictionary<Guid, long> { [One] = 3, [Other] = 1 },
        [new("r", 0, 5, [(1, Ids[0]), (2, Ids[1]), (4, Ids[2]), (5, Ids[3])])]);

    public static TheoryData<string, string> Broken => new()
    {
        { "reader skips", "skipped position 2" },
        { "reader sees twice", "saw 1 after 1" },
        { "reader sees out of order", "saw 2 after 4" },
        { "reader sees what was taken back", "saw position 3, which is not there" },
        { "version missing", "version 3 stands where 2 belongs" },
        { "versions against positions", "stands where 1 belongs" },
        { "stream row behind", "its row says 2" },
        { "stream row without events", "and it has no event" },
        { "number missing", "publication number 3 follows 1" },
        { "published without number", "published without a number" },
        { "private with number", "private with a number" },
        { "written and not there", "told written, 0 of 1" },
        { "half an append", "1 of the 2 events" },
        { "wrong version told", "told a wrong version" },
        { "conflict and there", "told Conflict, and 1" },
        { "conflict with what was expected", "with the version it expected" },
        { "conflict from the future", "before there was one" },
        { "conflict from the past", "which had passed before it asked" },
        { "conflict elsewhere", "in a stream it did not touch" },
        { "gave up and there", "told GaveUp, and 1" },
        { "unwritten and there", "told NothingWritten, and 1" },
        { "refused without reason", "though nothing in it is refused" },
        { "written what is refused", "told written what the database refuses" },
        { "message twice", "was applied 2 times" },
        { "duplicate of nothing", "and nobody had done it" },
        { "guard passed", "that it guards had passed" },
        { "phantom", "nobody wrote this event" },
        { "late before early", "had been answered" },
        { "nonsense", "told NullReferenceException" },
    };

    [Fact]
    public void A_history_in_order_has_no_findings() => Assert.Empty(OrderChecker.Check(Sound));

    [Theory]
    [MemberData(nameof(Broken))]
    public void Whatever_is_broken_is_found(string breakage, string finding) =>
        Assert.Contains(OrderChecker.Check(Break(breakage)), found => found.Contains(finding, StringComparison.Ordinal));

    private static OrderHistory Break(string breakage) => breakage switch
    {
        "reader skips" => Saw((1, Ids[0]), (4, Ids[2]), (5, Ids[3])),
        "reader sees twice" => Saw((1, Ids[0]), (1, Ids[0]), (2, Ids[1]), (4, Ids[2]), (5, Ids[3])),
        "reader sees out of order" => Saw((1, Ids[0]), (4, Ids[2]), (2, Ids[1]), (5, Ids[3])),
        "reader sees what was taken back" => Saw((1, Ids[0]), (2, Ids[1]), (3, Ids[4]), (4, Ids[2]), (5, Ids[3])),
        "version missing" => Sound with { Log = [.. Sound.Log.Where(logged => logged.Position != 2)] },
        "versions against positions" => Row(0, row => row with { Version = 2 }, Row(1, row => row with { Version = 1 })),
        "stream row behind" => Sound with { StreamVersions = new Dictionary<Guid, long> { [One] = 2, [Other] = 1 } },
        "stream row without events" => Sound with { StreamVersions = new Dictionary<Guid, long> { [One] = 3, [Other] = 1, [Ids[4]] = 1 } },
        "number missing" => Row(1, row => row with { Published = false, Number = null }),
        "published without number" => Row(3, row => row with { Number = null }),
        "private with number" => Row(2, row => row with { Number = 1 }),
        "written and not there" => Changed(1, call => call with { Told = Told.Written }),
        "half an append" => Sound with { Log = [.. Sound.Log.Where(logged => logged.Position != 4)] },
        "wrong version told" => Changed(0, call => call with { Versions = new Dictionary<Guid, long> { [One] = 7 } }),
        "conflict and there" => Changed(0, call => call with { Told = Told.Conflict, Conflict = (One, 1) }),
        "conflict with what was expected" => Changed(1, call => call with { Conflict = (One, 0) }),
        "conflict from the future" => Changed(1, call => call with { Conflict = (One, 2) }),
        "conflict from the past" => Changed(1, call => call with { Started = 60, Ended = 61 }),
        "conflict elsewhere" => Changed(1, call => call with { Conflict = (Other, 1) }),
        "gave up and there" => Changed(0, call => call with { Told = Told.GaveUp }),
        "unwritten and there" => Changed(0, call => call with { Told = Told.NothingWritten }),
        "refused without reason" => Changed(5, call => call with { MustBeRefused = false }),
        "written what is refused" => Changed(0, call => call with { MustBeRefused = true }),
        "message twice" => Changed(0, call => call with { Once = "message 1" }),
        "duplicate of nothing" => Changed(3, call => call with { Once = "message 2" }),
        "guard passed" => Changed(4, call => call with { Streams = [call.Streams[0], new(Other, 0, [])] }),
        "phantom" => Sound with { Log = [.. Sound.Log, new(6, Ids[4], Ids[4], 1, Published: true, 1)], Calls = [Sound.Calls[0], .. Sound.Calls.Skip(2)] },
        "late before early" => Changed(0, call => call with { Started = 80, Ended = 90 }),
        "nonsense" => Changed(3, call => call with { Told = Told.Nonsense, What = nameof(NullReferenceException) }),
        _ => throw new ArgumentOutOfRangeException(nameof(breakage)),
    };

    private static Call Call(long started, long ended, Told told, params CalledStream[] streams) => new()
    {
        Seed = 1,
        Streams = streams,
        Started = started,
        Ended = ended,
        Told = told,
        Versions = told == Told.Written ? streams.ToDictionary(stream => stream.Stream, stream => stream.Expected + stream.Events.Count) : new(),
    };

    private static OrderHistory Saw(params (long, Guid)[] seen) => Sound with { Readings = [Sound.Readings[0] with { Seen = seen }] };

    private static OrderHistory Row(int row, Func<Logged, Logged> change, OrderHistory? of = null) =>
        (of ?? Sound) with { Log = [.. (of ?? Sound).Log.Select((logged, i) => i == row ? change(logged) : logged)] };

    private static OrderHistory Changed(int number, Func<Call, Call> change) =>
        Sound with { Calls = [.. Sound.Calls.Select((call, i) => i == number ? change(call) : call)] };
}
