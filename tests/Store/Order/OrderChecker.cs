namespace Partnership.Tests.Store.Order;

/// <summary>
/// Says what is wrong with a history: pure, so that it can be tried on histories that are broken on purpose. It knows
/// nothing of how the store works, only what it promises.
/// </summary>
public static class OrderChecker
{
    public static IReadOnlyList<string> Check(OrderHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var facts = new Facts(history);
        return
        [
            .. Streams(history, facts), .. Publications(history), .. Readers(history),
            .. history.Calls.SelectMany(call => Verdict(call, facts)), .. Once(history, facts), .. Phantoms(history), .. RealTime(history, facts),
        ];
    }

    /// <summary>Versions rise by one with position, and the stream's own row knows the last.</summary>
    private static IEnumerable<string> Streams(OrderHistory history, Facts facts)
    {
        foreach (var (stream, events) in facts.ByStream)
        {
            for (var i = 0; i < events.Count; i++)
            {
                if (events[i].Version != i + 1)
                {
                    yield return $"stream {stream}: version {events[i].Version} stands where {i + 1} belongs, at position {events[i].Position}";
                    break;
                }
            }

            if (history.StreamVersions.GetValueOrDefault(stream) != events[^1].Version)
                yield return $"stream {stream}: its row says {history.StreamVersions.GetValueOrDefault(stream)}, its last event {events[^1].Version}";
        }

        foreach (var (stream, version) in history.StreamVersions)
        {
            if (version > 0 && !facts.ByStream.ContainsKey(stream))
                yield return $"stream {stream}: its row says {version}, and it has no event";
        }
    }

    private static IEnumerable<string> Publications(OrderHistory history)
    {
        var last = new Dictionary<Guid, long>();
        foreach (var logged in history.Log)
        {
            if (logged.Published != logged.Number.HasValue)
                yield return $"position {logged.Position}: {(logged.Published ? "published without a number" : "private with a number")}";
            if (logged.Number is not { } number)
                continue;
            var before = last.GetValueOrDefault(logged.Stream);
            if (number != before + 1)
                yield return $"stream {logged.Stream}: publication number {number} follows {before}";
            last[logged.Stream] = number;
        }
    }

    /// <summary>Each saw exactly what is committed, rising, nothing left out and nothing twice.</summary>
    private static IEnumerable<string> Readers(OrderHistory history)
    {
        foreach (var reading in history.Readings)
        {
            for (var i = 1; i < reading.Seen.Count; i++)
            {
                if (reading.Seen[i].Position <= reading.Seen[i - 1].Position)
                    yield return $"reader {reading.Reader}: saw {reading.Seen[i].Position} after {reading.Seen[i - 1].Position}";
            }

            var seen = reading.Seen.ToHashSet();
            var there = history.Log.Where(logged => logged.Position > reading.From && logged.Position <= reading.To)
                .Select(logged => (logged.Position, logged.Id)).ToHashSet();
            foreach (var (position, _) in there.Except(seen).OrderBy(row => row.Position))
                yield return $"reader {reading.Reader}: skipped position {position}";
            foreach (var (position, _) in seen.Except(there).OrderBy(row => row.Position))
                yield return $"reader {reading.Reader}: saw position {position}, which is not there";
        }
    }

    /// <summary>What a caller was told is true.</summary>
    private static IEnumerable<string> Verdict(Call call, Facts facts)
    {
        var (events, written) = (0, 0);
        foreach (var stream in call.Streams)
        {
            for (var i = 0; i < stream.Events.Count; i++)
            {
                events++;
                if (!facts.ById.TryGetValue(stream.Events[i], out var logged))
                    continue;
                written++;
                if (logged.Stream != stream.Stream || logged.Version != stream.Expected + i + 1)
                    yield return $"seed {call.Seed}: an event expected as version {stream.Expected + i + 1} stands as {logged.Version}";
            }
        }

        if (written != 0 && written != events)
            yield return $"seed {call.Seed}: {written} of the {events} events of one append are there";
        switch (call.Told)
        {
            case Told.Written:
                if (written != events)
                    yield return $"seed {call.Seed}: told written, {written} of {events} events are there";
                if (call.MustBeRefused)
                    yield return $"seed {call.Seed}: told written what the database refuses";
                foreach (var stream in call.Streams)
                {
                    if (call.Versions.GetValueOrDefault(stream.Stream, -1) != stream.Expected + stream.Events.Count)
                        yield return $"seed {call.Seed}: told a wrong version";
                }

                foreach (var wrong in Guards(call, facts))
                    yield return wrong;
                break;
            case Told.Unknown:
                break;
            case Told.Nonsense:
                yield return $"seed {call.Seed}: told {call.What}";
                break;
            default:
                if (written > 0)
                    yield return $"seed {call.Seed}: told {call.Told}, and {written} of its events are there";
                if (call.Told == Told.Refused && !call.MustBeRefused)
                    yield return $"seed {call.Seed}: told refused, though nothing in it is refused";
                if (call.Told == Told.Conflict)
                {
                    foreach (var wrong in Conflict(call, facts))
                        yield return wrong;
                }

                break;
        }
    }

    /// <summary>A stream that only guards its version did have it where the append stands in the log.</summary>
    private static IEnumerable<string> Guards(Call call, Facts facts)
    {
        var positions = facts.PositionsOf(call);
        if (positions.Count == 0)
            yield break;
        foreach (var guard in call.Streams.Where(stream => stream.Events.Count == 0))
        {
            var events = facts.ByStream.GetValueOrDefault(guard.Stream) ?? [];
            if (guard.Expected > events.Count || (guard.Expected > 0 && events[(int)guard.Expected - 1].Position > positions.Min()))
                yield return $"seed {call.Seed}: written before the version {guard.Expected} that it guards";
            if (guard.Expected < events.Count && events[(int)guard.Expected].Position < positions.Max())
                yield return $"seed {call.Seed}: written after the version {guard.Expected} that it guards had passed";
        }
    }

    /// <summary>The stream was expected otherwise, and had the version that was told at some moment of the call.</summary>
    private static IEnumerable<string> Conflict(Call call, Facts facts)
    {
        var (stream, actual) = call.Conflict;
        if (call.Streams.FirstOrDefault(called => called.Stream == stream) is not { } called)
        {
            yield return $"seed {call.Seed}: told of a conflict in a stream it did not touch";
            yield break;
        }

        if (called.Expected == actual)
            yield return $"seed {call.Seed}: told of a conflict with the version it expected";
        var events = facts.ByStream.GetValueOrDefault(stream) ?? [];
        if (actual > events.Count || (actual > 0 && facts.WriterOf(events[(int)actual - 1]) is { } writer && writer.Started > call.Ended))
            yield return $"seed {call.Seed}: told of version {actual} before there was one";
        if (actual < events.Count && facts.WriterOf(events[(int)actual]) is { } next && next.Told == Told.Written && next.Ended < call.Started)
            yield return $"seed {call.Seed}: told of version {actual}, which had passed before it asked";
    }

    /// <summary>What may be written once was, and who was told so was told the truth.</summary>
    private static IEnumerable<string> Once(OrderHistory history, Facts facts)
    {
        foreach (var group in history.Calls.Where(call => call.Once is not null).GroupBy(call => call.Once))
        {
            var written = group.Where(call => facts.PositionsOf(call).Count > 0).ToList();
            if (written.Count > 1)
                yield return $"seed {group.First().Seed}: {group.Key} was applied {written.Count} times";
            foreach (var call in group.Where(call => call.Told is Told.AlreadyDone or Told.DuplicateMessage))
            {
                if (!written.Exists(first => first.Started < call.Ended))
                    yield return $"seed {call.Seed}: told {call.Told}, and nobody had done it";
            }
        }
    }

    private static IEnumerable<string> Phantoms(OrderHistory history)
    {
        var called = history.Calls.SelectMany(call => call.Streams).SelectMany(stream => stream.Events).ToHashSet();
        return history.Log.Where(logged => !called.Contains(logged.Id)).Select(logged => $"position {logged.Position}: nobody wrote this event");
    }

    /// <summary>Who was answered before another began stands before it in the log.</summary>
    private static IEnumerable<string> RealTime(OrderHistory history, Facts facts)
    {
        var calls = history.Calls.Select(call => (Call: call, Positions: facts.PositionsOf(call))).Where(pair => pair.Positions.Count > 0).ToList();
        var ends = calls.Where(pair => pair.Call.Told == Told.Written).OrderBy(pair => pair.Call.Ended).ToList();
        var (next, highest) = (0, 0L);
        foreach (var (call, positions) in calls.OrderBy(pair => pair.Call.Started))
        {
            for (; next < ends.Count && ends[next].Call.Ended < call.Started; next++)
                highest = Math.Max(highest, ends[next].Positions.Max());
            if (positions.Min() < highest)
                yield return $"seed {call.Seed}: position {positions.Min()} was begun after {highest} had been answered";
        }
    }

    private sealed class Facts
    {
        private readonly Dictionary<Guid, Call> writers;

        public Facts(OrderHistory history)
        {
            ById = history.Log.GroupBy(logged => logged.Id).ToDictionary(same => same.Key, same => same.First());
            ByStream = history.Log.GroupBy(logged => logged.Stream).ToDictionary(same => same.Key, same => same.ToList());
            writers = history.Calls
                .SelectMany(call => call.Streams.SelectMany(stream => stream.Events), (call, id) => (id, call))
                .ToDictionary(pair => pair.id, pair => pair.call);
        }

        public Dictionary<Guid, Logged> ById { get; }

        public Dictionary<Guid, List<Logged>> ByStream { get; }

        public Call? WriterOf(Logged logged) => writers.GetValueOrDefault(logged.Id);

        public List<long> PositionsOf(Call call) =>
            [.. call.Streams.SelectMany(stream => stream.Events).Where(ById.ContainsKey).Select(id => ById[id].Position)];
    }
}
